# SPDX-License-Identifier: Apache-2.0
"""Faults put in on purpose: how many the checks of ``hardware/`` find, and which they cannot.

That a made file is stale says nothing of whether it is wrong, so freshness is left out here: a
fault in what is typed must be found although everything is made anew from it, and a fault in what
is made by comparing made files with each other.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh

import generate
from printed.gauges import check_bodies

ROOT = Path(__file__).parents[2]

FOLDERS = {path.parent.name for path in (ROOT / "hardware").glob("*/device.toml")}

Fault = tuple[str, str, str]
"""A file, what it says, and what it says with the fault."""

TYPED: list[Fault] = [
    ("plate/device.toml", 'dout = "D4"', 'dout = "D3"'),
    ("plate/device.toml", 'dout = "D2"', 'dout = "D1"'),
    ("plate/device.toml", 'sck = "D9"', 'sck = "D12"'),
    ("plate/device.toml", "x = 210.0\ny = 160.0", "x = -210.0\ny = 160.0"),
    ("plate/device.toml", "x = 210.0\ny = -160.0", "x = 201.0\ny = -160.0"),
    ("plate/device.toml", "y = 160.0", "y = 0.160"),
    ("plate/device.toml", "width = 500.0", "width = 400.0"),
    ("plate/device.toml", "thickness = 24.0", "thickness = 18.0"),
    ("plate/device.toml", "height_above_cell_plane = 40.0", "height_above_cell_plane = 55.0"),
    ("plate/device.toml", "mv_per_v = 2.0", "mv_per_v = 20.0"),
    ("plate/device.toml", "mv_per_v = 2.0", "mv_per_v = 1.0"),
    ("plate/device.toml", "gain = 128", "gain = 32"),
    ("plate/device.toml", "noise_nv_rms = 90.0", "noise_nv_rms = 9000.0"),
    ("plate/device.toml", "noise_nv_rms = 90.0", "noise_nv_rms = 50.0"),
    ("plate/device.toml", "rate_hz = 80.0 ", "rate_hz = 10.0 "),
    ("plate/device.toml", "delay_conversions = 2.0", "delay_conversions = 0.5"),
    ("plate/device.toml", "capacity_kg = 100.0", "capacity_kg = 5.0"),
    ("plate/device.toml", "max_user_kg = 120.0", "max_user_kg = 180.0"),
    ("plate/device.toml", "max_dynamic_factor = 3.0", "max_dynamic_factor = 6.0"),
    ("plate/device.toml", "excitation_v = 4.3", "excitation_v = 5.3"),
    ("plate_esp32/device.toml", '"IO32"', '"IO12"'),
    ("plate_esp32/device.toml", '"IO19"', '"IO34"'),
    ("plate_ads131m04/device.toml", "excitation_v = 2.5 ", "excitation_v = 3.3 "),
    ("plate_ads131m04/device.toml", "rate_hz = 1000.0 ", "rate_hz = 250.0 "),
    ("plate_ads131m04/device.toml", "reference_v = 1.2 ", "reference_v = 0.6 "),
    ("plate_ads131m04/device.toml", 'drdy = "IO22"', 'drdy = "IO5"'),
    ("insole/device.toml", '"IO7"', '"IO3"'),
    ("insole/device.toml", 'cells = "IO4"', 'cells = "IO14"'),
    ("insole/device.toml", '"IO15"]', '"IO6"]'),
    ("insole/device.toml", "mux = 5", "mux = 4"),
    ("insole/device.toml", "x = 4.0", "x = -8.0"),
    ("insole/device.toml", 'name = "met5"', 'name = "met4"'),
    ("insole/device.toml", "y = 236.0", "y = 286.0"),
    ("insole/device.toml", "vref_v = 0.3", "vref_v = 0.4"),
    ("insole/device.toml", "rf_ohm = 2200.0", "rf_ohm = 10000.0"),
    ("insole/device.toml", "divider = 2.0", "divider = 3.0"),
    ("insole/device.toml", "diameter = 10.0", "diameter = 12.7"),
    ("insole_8/device.toml", 'region = "midfoot_medial"', 'region = "midfoot_lateral"'),
    ("insole_8/device.toml", "x = 12.0\ny = 34.0", "x = 8.0\ny = 34.0"),
    ("plate/build.toml", 'refs = "LC1-LC4"', 'refs = "LC1-LC3"'),
    ("plate/build.toml", 'refs = "U1-U4"', 'refs = "LC1-U4"'),
    ("plate/build.toml", 'part = "hx711-module"', 'part = "ads131m04-module"'),
    ("plate/build.toml", 'part = "uno"', 'part = "esp32-devkit"'),
    ("plate/build.toml", 'part = "load-cell-100"', 'part = "load-cell-200"'),
    ("plate/build.toml", 'refs = "W5-W8"', 'refs = "W4-W8"'),
    ("plate/build.toml", '"drill", ', '"dril", '),
    ("insole/build.toml", 'upper = "resistor-10000"', 'upper = "resistor-2200"'),
    ("parts.toml", "height_mm = 4.0", "height_mm = 6.0"),
    ("parts.toml", "ohm = 2200.0", "ohm = 22000.0"),
    ("parts.toml", "on_ohm = [70.0, 110.0]", "on_ohm = [7.0, 11.0]"),
    ("insole/device.toml", "on_ohm = 90.0", "on_ohm = 0.0"),
    ("insole/device.toml", "on_ohm = 90.0", "on_ohm = 900.0"),
    ("insole_8/device.toml", "steepness = 0.85", "steepness = 1.0"),
    ("parts.toml", "one_newton_ohm = 10000.0 ", "one_newton_ohm = 1000.0 "),
    ("insole/device.toml", "[film]", "[foil]"),
    ("parts.toml", 'alternative = "TLV9002, MCP6022"', 'alternative = ""'),
    ("parts.toml", "bridge_ohm = 350.0\n", ""),
    ("parts.toml", "range_n = 100.0\n", ""),
    ("plate/build.toml", "[hours]", "[huors]"),
    ("plate/build.toml", "top = ", "top "),
    ("plate/build.toml", 'parts = ["spacer", ', 'parts = ['),
    ("parts.toml", "eur = 18.0", "eur = -18.0"),
    ("parts.toml", "limit_ma = 100.0", "limit_ma = 10.0"),
    ("parts.toml", "# SPDX-License-Identifier: CERN-OHL-P-2.0\n", ""),
    ("guides/plate-guide.md.j2", "{{ facts.rate_pin }} of the HX711", "14 of the HX711"),
    ("guides/insole-guide.md.j2", "{{ facts.bend_mm }} mm", "1 mm"),
    ("parts.toml", 'takes = "M4"', 'takes = "M5"'),
    ("parts.toml", 'eur = 0.3\nthread = "M4"', 'eur = 0.3\nthread = "M3"'),
    ("parts.toml", "thread = ", "bolt = "),
    ("parts.toml", "body_mm = 38.0", "body_mm = 33.0"),
    ("parts.toml", 'bodies = ["spacer"]\n', ""),
    ("parts.toml", "face_mm = 25.0", "face_mm = 20.0"),
    ("parts.toml", "bore_mm = 30.0", "bore_mm = 50.0"),
    ("parts.toml", "size_mm = [41.0, 18.0, 4.0]\n", ""),
    ("parts.toml", "arm_ohm = 350.0", "arm_ohm = 1000.0"),
    ("parts.toml", "220000.0]", "22000.0]"),
    ("parts.toml", "1000.0, 470.0, 270.0]", "1000.0, 4700.0, 270.0]"),
    ("plate/build.toml", 'refs = "SD1-SD3"', 'refs = "SD1-SD2"'),
    ("plate/build.toml", 'refs = "SC1-SC12"', 'refs = "SC1-SC8"'),
    ("insole/build.toml", 'lid = [["BT1", "U4"]]', 'lid = [["BT1"]]'),
    ("insole/build.toml", '["U1", "U3", "U2"]', '["U1", "U3", "A1"]'),
    ("insole_8/build.toml", '["A1", "SW1"]', '["SW1", "A1"]'),
    ("printed/pod.py", "# SPDX-License-Identifier: Apache-2.0\n", ""),
    # Wrong, and nothing else says so: only the plate itself can tell (docs/calibrating.md).
    ("plate/device.toml", "210.0", "205.0"),
    ("insole/device.toml", "x = -16.0\ny = 92.0", "x = -16.0\ny = 98.0"),
]

BLIND = [
    ("plate/device.toml", "210.0", "205.0"),
    ("insole/device.toml", "x = -16.0\ny = 92.0", "x = -16.0\ny = 98.0"),
]
"""What is not found: a number that is wrong and agrees with all others. A spacing shows in the nine
points of the calibration, a cell in the sole in the fit of an insole to the plate."""

EVERYWHERE = {"210.0"}
"""What is replaced wherever it stands."""

MADE: list[Fault] = [
    ("firmware/plate_uno/device.h", "SM_DOUT_FIRST_BIT 2", "SM_DOUT_FIRST_BIT 3"),
    ("firmware/plate_uno/device.h", "{-210000, 210000", "{210000, -210000"),
    ("firmware/plate_uno/device.h", "SM_CHANNELS 4", "SM_CHANNELS 3"),
    ("firmware/plate_esp32/device_hx711.h", "{32, 33, 25, 26}", "{32, 25, 33, 26}"),
    ("firmware/plate_esp32/device_ads131m04.h", "SM_PIN_DRDY 22", "SM_PIN_DRDY 25"),
    ("firmware/insole_esp32/device_16.h", "{5, 6, 7, 15}", "{15, 7, 6, 5}"),
    ("firmware/insole_esp32/device_8.h", "{0, 1, 2, 3, 4", "{1, 0, 2, 3, 4"),
    ("hardware/plate/made/harness.yml", "    - D4\n", "    - D6\n"),
    ("hardware/plate/made/harness.yml", "    - A+\n    - A-\n- ", "    - A-\n    - A+\n- "),
    ("hardware/plate/made/wiring.md", "| DT | A1 | D2 |", "| DT | A1 | D3 |"),
    ("hardware/plate_ads131m04/made/wiring.md", "| AIN1P |", "| AIN2P |"),
    ("hardware/plate/made/bom.csv", "LC1 LC2 LC3 LC4,4", "LC1 LC2 LC3 LC4,3"),
    ("hardware/plate/made/bom.csv", "U1 U2 U3 U4,4", "U1 U2 U3,3"),
    ("hardware/plate/made/bom.csv", ",18.00,72.00", ",18.00,27.00"),
    ("hardware/plate/made/drilling.svg", 'cx="210.0"', 'cx="201.0"'),
    ("hardware/plate/made/drilling.svg", 'width="550mm"', 'width="500mm"'),
    ("hardware/insole/made/template-eu42.svg", 'id="left"', 'id="links"'),
    ("hardware/insole/made/template-eu42.svg", 'cy="-236.0"', 'cy="-226.0"'),
    ("hardware/insole_8/made/template-eu42.svg", 'x2="50"', 'x2="45"'),
    ("hardware/plate/made/drilling.svg", "SPDX-License-Identifier: CERN-OHL-P-2.0", "Free"),
    ("hardware/plate/made/jigs.md", "CC-BY-4.0", "CC-BY-NC-4.0"),
    ("hardware/plate/made/jigs.md", "   | 100000 | S- and E- |", "   100000 | S- and E- |"),
    ("hardware/plate/made/jigs.md", "| 0.873 |", "| 0.783 |"),
    ("hardware/plate/made/jigs.md", "| S- and E- | 0.397", "| S+ and E- | 0.397"),
    ("hardware/plate_ads131m04/made/jigs.md", "| 87.3 |", "| 43.7 |"),
    ("hardware/insole/made/jigs.md", "| 1124 |", "| 1142 |"),
    ("hardware/insole/made/jigs.md", "   | 470 |", "   470 |"),
    ("hardware/insole_8/made/jigs.md", "| 2647 |", "| 2746 |"),
    ("hardware/plate/made/drilling.svg", 'class="bolt" cx="-195.0"', 'class="bolt" cx="-194.0"'),
    ("hardware/insole/made/figure-pod.svg", 'id="pod-case-A1" x="-', 'id="pod-case-A1" x="-1'),
    ("hardware/insole/made/bom.csv", "CD74HC4067 module", "CD74HC4067"),
]


# ---- bodies --------------------------------------------------------------------------------------


def with_a_leak(body: trimesh.Trimesh) -> None:
    body.update_faces(np.arange(len(body.faces)) > 0)


def inside_out(body: trimesh.Trimesh) -> None:
    body.faces = body.faces[:, ::-1]


def in_inches(body: trimesh.Trimesh) -> None:
    body.apply_scale(1 / 25.4)


def in_the_air(body: trimesh.Trimesh) -> None:
    body.apply_translation((0, 0, 1))


def upside_down(body: trimesh.Trimesh) -> None:
    body.apply_transform(np.diag((1, -1, -1, 1)))
    body.apply_translation((0, 0, -body.bounds[0, 2]))


def turned(body: trimesh.Trimesh) -> None:
    body.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 3, (0, 0, 1)))


def wider(body: trimesh.Trimesh) -> None:
    body.apply_transform(np.diag((1.04, 1.04, 1, 1)))


def shorter(body: trimesh.Trimesh) -> None:
    body.apply_transform(np.diag((0.97, 1, 1, 1)))


def flatter(body: trimesh.Trimesh) -> None:
    body.apply_transform(np.diag((1, 1, 0.8, 1)))


def taller(body: trimesh.Trimesh) -> None:
    body.apply_transform(np.diag((1, 1, 1.4, 1)))


def the_mirror(body: trimesh.Trimesh) -> None:
    body.vertices = body.vertices * (1, -1, 1)
    body.faces = body.faces[:, ::-1]


def twice(body: trimesh.Trimesh) -> None:
    both = trimesh.util.concatenate([body, body.copy().apply_translation((200, 0, 0))])
    body.vertices, body.faces = both.vertices, both.faces


BODIES: list[tuple[str, Callable[[trimesh.Trimesh], None]]] = [
    ("plate/made/spacer.stl", with_a_leak),
    ("plate/made/spacer.stl", inside_out),
    ("plate/made/spacer.stl", in_inches),
    ("plate/made/spacer.stl", turned),
    ("plate/made/spacer.stl", wider),
    ("plate_esp32/made/spacer.stl", taller),
    ("plate/made/foot-cup.stl", taller),
    ("plate/made/foot-cup.stl", wider),
    ("plate/made/foot-cup.stl", upside_down),
    ("plate/made/foot-cup.stl", twice),
    ("plate_ads131m04/made/mass-foot.stl", wider),
    ("plate/made/mass-foot.stl", in_the_air),
    ("insole/made/pod-case.stl", shorter),
    ("insole/made/pod-case.stl", the_mirror),
    ("insole/made/pod-case.stl", flatter),
    ("insole_8/made/pod-case.stl", with_a_leak),
    ("insole/made/pod-lid.stl", the_mirror),
    ("insole/made/pod-lid.stl", upside_down),
    ("insole_8/made/pod-lid.stl", taller),
    ("insole_8/made/pod-lid.stl", shorter),
]
"""A file, and what is done to the body in it."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is checked, in a place of its own."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "hardware", root / "hardware",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for header in generate.HEADERS.values():
        (root / header).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / header, root / header)
    return root


def found(project: Path, fault: Fault, *, typed: bool) -> list[str]:
    """What the checks say of one fault, which is taken out again."""
    name, was, becomes = fault
    path = project / ("hardware" if typed else "") / name
    sound = path.read_text("utf-8")
    assert was in sound, fault
    assert was != becomes
    path.write_text(sound.replace(was, becomes, -1 if was in EVERYWHERE else 1), "utf-8")
    try:
        first = name.removeprefix("hardware/").split("/")[0]
        folder = first if first in FOLDERS else "*"
        return list((generate.check_typed if typed else generate.disagreements)(project, folder))
    finally:
        path.write_text(sound, "utf-8")


def gauged(project: Path, name: str, fault: Callable[[trimesh.Trimesh], None]) -> list[str]:
    """What the gauges say of a body with a fault, which is taken out again."""
    path = project / "hardware" / name
    sound = path.read_bytes()
    body = trimesh.load(io.BytesIO(sound), file_type="stl")
    fault(body)
    path.write_bytes(body.export(file_type="stl"))
    try:
        return list(check_bodies(path.parents[1]))
    finally:
        path.write_bytes(sound)


def test_without_a_fault_nothing_is_said(project: Path) -> None:
    assert list(generate.check_typed(project)) == []
    assert list(generate.disagreements(project)) == []


def test_at_least_95_of_100_seeded_faults_are_found_and_the_blind_spots_are_known(
    project: Path,
) -> None:
    missed = [fault for fault in TYPED if not found(project, fault, typed=True)]
    missed += [fault for fault in MADE if not found(project, fault, typed=False)]
    missed += [(name, "", fault.__name__) for name, fault in BODIES
               if not gauged(project, name, fault)]
    total = len(TYPED) + len(MADE) + len(BODIES)
    said = f"Of {total} faults put in on purpose {total - len(missed)} are found"
    assert said in (ROOT / "hardware" / "README.md").read_text("utf-8")
    assert missed == BLIND
    assert total >= 30
    assert len(missed) <= 0.05 * total


def test_a_licence_without_its_text_is_told_so(project: Path) -> None:
    text = project / "hardware" / "LICENSES" / "CC-BY-4.0.txt"
    kept = text.rename(text.with_suffix(".kept.txt"))
    try:
        faults = list(generate.check_typed(project))
    finally:
        kept.rename(text)
    assert faults == ["LICENSES/CC-BY-4.0.txt: is missing, the text of CC-BY-4.0. "
                      "Put it there unchanged."]


def test_a_device_without_its_bill_is_told_so(project: Path) -> None:
    bill = project / "hardware" / "plate" / "build.toml"
    kept = bill.rename(bill.with_suffix(".kept"))
    try:
        faults = list(generate.check_typed(project))
    finally:
        kept.rename(bill)
    assert faults == ["hardware/plate/device.toml: build.toml: is missing. "
                      "Write one as hardware/plate has it."]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (("plate/device.toml", "height_above_cell_plane = 40.0", "height_above_cell_plane = 55.0"),
         "plate/device.toml: top.height_above_cell_plane: top and stack make 40 mm"),
        (("insole_8/device.toml", 'region = "midfoot_medial"', 'region = "midfoot_lateral"'),
         "nothing measures midfoot_medial"),
        (("plate_ads131m04/device.toml", "excitation_v = 2.5 ", "excitation_v = 3.3 "),
         "bridges rest at 1.65 V, above the 1.5"),
        (("plate/build.toml", 'refs = "W5-W8"', 'refs = "W4-W8"'), "W4 is there twice"),
        (("parts.toml", "bridge_ohm = 350.0\n", ""), "no part states 'bridge_ohm'"),
        (("plate/build.toml", "top = ", "top "), "build.toml: not TOML"),
        (("guides/plate-guide.md.j2", "{{ facts.rate_pin }} of the HX711", "14 of the HX711"),
         "types the number 14"),
        (("parts.toml", 'takes = "M4"', 'takes = "M5"'), "take M5, the screws are M4"),
        (("insole/build.toml", 'lid = [["BT1", "U4"]]', 'lid = [["BT1"]]'), "U4 has no place"),
    ],
)
def test_a_fault_is_named_with_what_is_wrong(project: Path, fault: Fault, words: str) -> None:
    assert any(words in line for line in found(project, fault, typed=True))
