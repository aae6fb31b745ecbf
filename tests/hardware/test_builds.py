# SPDX-License-Identifier: Apache-2.0
"""What builders get, held against numbers and programs of others."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import generate
from budget import insole_numbers, plate_numbers
from build import Build, expanded
from solemetry.device import DeviceDescription
from solemetry_host.calibrating.plate import PlateCalibration
from solemetry_host.sim.insole import VirtualInsole
from solemetry_host.sim.plate import VirtualPlate
from solemetry_host.wire.records import Type, encode
from solemetry_host.wire.stream import StreamDecoder

ROOT = Path(__file__).parents[2]
HARDWARE = ROOT / "hardware"
FOLDERS = sorted(path.parent.name for path in HARDWARE.glob("*/device.toml"))
PLATES = [name for name in FOLDERS if name.startswith("plate")]
INSOLES = [name for name in FOLDERS if name.startswith("insole")]
SVG = "{http://www.w3.org/2000/svg}"


def build(folder: str) -> Build:
    return Build.read(HARDWARE / folder)


# ---- numbers, against figures that others worked out ---------------------------------------------


def test_noise_and_loads_of_the_plate_are_those_worked_out_on_paper() -> None:
    n = plate_numbers(build("plate"))
    # 90 nV of 8.6 mV at 980.665 N; sqrt(4 x 210^2) mm of it over 70 kg.
    assert n["noise_mn"] == pytest.approx(90e-9 / 8.6e-3 * 980.665e3)
    assert n["cop_noise_adult_mm"] == pytest.approx(420 * n["noise_mn"] * 1e-3 / 686.4655)
    # A rigid plate on four springs: W / 4 (1 + x / a + y / b) at the corner of the top.
    assert n["corner_kg"] == pytest.approx(30 * (1 + 250 / 210 + 200 / 160))


def test_an_error_of_gains_moves_the_centre_of_pressure_as_a_simulation_of_it_does() -> None:
    rng = np.random.default_rng(8)
    layout = DeviceDescription.from_toml(build("plate").text).layout
    forces = 1 + 0.01 * rng.standard_normal((200_000, 4))
    cop_mm = forces @ layout.xy_mm[:, 0] / forces.sum(axis=1)
    assert plate_numbers(build("plate"))["one_percent_mm"] == pytest.approx(cop_mm.std(), rel=0.01)


# ---- bill ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refs", "names"),
    [("A1", ["A1"]), ("LC1-LC3", ["LC1", "LC2", "LC3"]), ("LC1-U3", []), ("lc1", []), ("LC", [])],
)
def test_references_stand_for_places(refs: str, names: list[str]) -> None:
    assert list(expanded(refs)) == names


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_guide_quotes_the_cost_that_the_bill_adds_up_to(folder: str) -> None:
    made = HARDWARE / folder / "made"
    with (made / "bom.csv").open(encoding="utf-8", newline="") as file:
        total = sum(float(row["eur"]) for row in csv.DictReader(file) if row["category"] != "jig")
    quoted = re.search(r"about\s+(\d+) EUR", (made / "guide.md").read_text("utf-8"))
    assert quoted
    assert int(quoted[1]) == pytest.approx(total, abs=0.51)


def test_the_budget_insole_costs_less() -> None:
    assert build("insole_8").cost_eur < build("insole").cost_eur


# ---- drawings ------------------------------------------------------------------------------------


def circles(path: Path, group: str) -> np.ndarray:
    found = ET.parse(path).find(f".//*[@id='{group}']")
    assert found is not None
    return np.array([(float(c.attrib["cx"]), -float(c.attrib["cy"]))
                     for c in found.iter(f"{SVG}circle") if c.attrib["class"] == "cell"])


@pytest.mark.parametrize("folder", INSOLES)
@pytest.mark.parametrize("size", [35, 42, 48])
def test_templates_scale_with_the_foot_and_the_left_one_is_the_mirror(
    folder: str, size: int
) -> None:
    path = HARDWARE / folder / "made" / f"template-eu{size}.svg"
    cells = tomllib.loads((HARDWARE / folder / "device.toml").read_text("utf-8"))["cell"]
    drawn = np.array([(cell["x"], cell["y"]) for cell in cells])
    # A foot of 265 mm at EU 42, and two thirds of a centimetre a size.
    scale = (265 + (size - 42) * 20 / 3) / 265
    right, left = circles(path, "right"), circles(path, "left")
    np.testing.assert_allclose(right, drawn * scale, atol=1e-9)
    np.testing.assert_allclose(left, right * (-1, 1), atol=1e-9)


@pytest.mark.parametrize("folder", PLATES)
def test_the_template_of_a_plate_marks_every_place_that_the_app_asks_for(folder: str) -> None:
    device = DeviceDescription.from_toml((HARDWARE / folder / "device.toml").read_text("utf-8"))
    drawn = ET.parse(HARDWARE / folder / "made" / "drilling.svg")
    crossed = {
        (round((float(line.attrib["x1"]) + float(line.attrib["x2"])) / 2),
         -round((float(line.attrib["y1"]) + float(line.attrib["y2"])) / 2))
        for line in drawn.iter(f"{SVG}line")
    }  # fmt: skip
    asked = {place for spots in PlateCalibration(device, 20.0).places.values() for place in spots}
    assert len(asked) == 14
    assert {(round(x), round(y)) for x, y in asked} <= crossed
    words = {text.text for text in drawn.iter(f"{SVG}text")}
    assert {"9: (140, -107)", "other 3: (-32, -56)"} <= words


@pytest.mark.parametrize("folder", INSOLES)
def test_there_is_a_template_of_every_size(folder: str) -> None:
    names = {path.name for path in (HARDWARE / folder / "made").glob("template-*.svg")}
    assert names == {f"template-eu{size}.svg" for size in range(35, 49)}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_figure_and_file_that_a_guide_names_is_there(folder: str) -> None:
    made = HARDWARE / folder / "made"
    text = (made / "guide.md").read_text("utf-8")
    named = re.findall(r"\]\((.+?)\)", text)
    named += re.findall(r"`([\w-]+\.(?:csv|md|yml|svg|stl))`", text)
    assert len(named) >= 5
    assert [name for name in named if not (made / name).is_file()] == []


# ---- the budget insole ---------------------------------------------------------------------------


def test_the_insoles_sketch_compiles_for_eight_cells() -> None:
    if not shutil.which("g++"):
        pytest.skip("compiling the sketch needs g++")
    firmware = ROOT / "firmware"
    done = subprocess.run(
        ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-DSM_INSOLE_8",
         *(f"-I{firmware / folder}" for folder in ("fakes", "core/src", "drivers")),
         "-x", "c++", str(firmware / "insole_esp32" / "insole_esp32.ino")],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_app_reads_eight_cells_as_the_simulated_pod_sends_them() -> None:
    """1 N on the medial midfoot and nothing else: 0.3 V (1 + 2200 / 10 090), by Ohm's law."""
    device = DeviceDescription.builtin("insole-8-esp32s3")
    medial = device.layout.regions.index("midfoot_medial")
    newtons = np.eye(8)[medial]

    def felt(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.tile(newtons, (len(t_s), 1)), np.zeros((len(t_s), 6))

    pod = VirtualInsole(device, felt, "right")
    pod.receive(encode(Type.COMMAND_START, 1))
    rows = StreamDecoder(8).push(pod.advance(10.0)).rows
    assert len(rows) == pytest.approx(1000, abs=10)
    volts = np.where(newtons > 0, 0.3 * (1 + 2200 / 10_090), 0.3)
    np.testing.assert_allclose(rows["cells"].mean(axis=0), volts / 3.3 * 4095, atol=0.3)


# ---- what is said of it by hand ------------------------------------------------------------------


def test_the_decisions_and_the_overview_quote_what_is_worked_out() -> None:
    plate, jumps = (plate_numbers(build(name)) for name in ("plate", "plate_ads131m04"))
    insole = insole_numbers(build("insole"))
    quoted = {
        f"noise is {plate['cop_noise_adult_mm']:.3f} mm",
        f"with {plate['delay_ms']:.0f} ms of delay",
        f"{jumps['cop_noise_adult_mm']:.2f} mm at 1000 rows a second, "
        f"{jumps['sway_noise_adult_mm']:.2f} mm at 50",
        f"pressure by {plate['one_percent_mm']:.2f} mm",
        f"{plate['corner_kg']:.0f} kg over the very corner of the top, "
        f"{plate['over_cell_kg']:.0f} over a cell",
        f"{plate['shear_drill_mm'] / 40:.2f} mm in a drill",
        f"counts as {insole['on_ohm']:.0f} ohm",
        f"out reads {-insole['on_ignored_percent']:.0f} % low",
        f"A chip of {insole['on_least_ohm']:.0f} ohm reads {insole['on_least_percent']:.0f} % high",
        f"one of {insole['on_most_ohm']:.0f} ohm {-insole['on_most_percent']:.0f} % low",
        f"this stage {1e-3 * insole['step_range_mn']:.2f} N",
        f"makes {insole['range_most_v']:.2f} of the {insole['adc_top_v']:.1f} V",
        f"and {plate['overload_kg']:.0f} safe",
    }
    text = " ".join((HARDWARE / "DECISIONS.md").read_text("utf-8").split())
    assert [words for words in quoted if words not in text] == []


# ---- one file for all ----------------------------------------------------------------------------


def test_a_cell_that_is_moved_in_device_toml_moves_everywhere(tmp_path: Path) -> None:
    """Header, app, drawing, sheet; and what the simulated plate weighs where."""
    shutil.copytree(HARDWARE, tmp_path / "hardware", ignore=shutil.ignore_patterns("__pycache__"))
    source = tmp_path / "hardware" / "plate" / "device.toml"
    was = DeviceDescription.from_toml(source.read_text("utf-8"))
    source.write_text(source.read_text("utf-8").replace("210.0", "180.0"), "utf-8")
    assert list(generate.check_typed(tmp_path)) == []
    for path, content in generate.all_made(tmp_path).items():
        generate.put(path, content)
    made = tmp_path / "hardware" / "plate" / "made"

    header = (tmp_path / "firmware" / "plate_uno" / "device.h").read_text("utf-8")
    assert "SM_CELL_X_UM {-180000, 180000, -180000, 180000}" in header
    copy = tmp_path / "analysis" / "solemetry" / "devices" / "plate-hx711-uno.toml"
    now = DeviceDescription.from_toml(copy.read_text("utf-8"))
    assert set(now.layout.xy_mm[:, 0]) == {-180.0, 180.0}
    assert f"SM_GEOMETRY_HASH 0x{now.geometry_hash:08X}UL" in header
    assert now.geometry_hash != was.geometry_hash
    assert set(circles(made / "drilling.svg", "plate")[:, 0]) == {-180.0, 180.0}
    assert "| 1 | -120 | 107 |" in (made / "sheet.md").read_text("utf-8")
    assert list(generate.disagreements(tmp_path)) == []

    # 90 mm to the right of the middle: half way to the cells where they are now.
    right = simulated_counts(now)[[1, 3]].sum() / simulated_counts(now).sum()
    assert right == pytest.approx(0.5 + 90 / 180 / 2, abs=1e-3)
    right = simulated_counts(was)[[1, 3]].sum() / simulated_counts(was).sum()
    assert right == pytest.approx(0.5 + 90 / 210 / 2, abs=1e-3)


def simulated_counts(device: DeviceDescription) -> np.ndarray:
    """What the simulated plate's chips read of 500 N, 90 mm to the right of the middle."""
    def load(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(t_s), 500.0), np.tile((90.0, 0.0), (len(t_s), 1))

    counts = VirtualPlate(device, load, noise_counts=0.0)._convert(np.arange(8) / 80)
    return np.asarray(counts, dtype=float).mean(axis=0)
