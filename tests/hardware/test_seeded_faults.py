# SPDX-License-Identifier: Apache-2.0
"""Faults put in on purpose: how many the checks of ``hardware/`` find, and which they cannot.

That a made file is stale says nothing of whether it is wrong, so freshness is left out here: a
fault in what is typed must be found although everything is made anew from it, and a fault in what
is made by comparing made files with each other.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import generate

ROOT = Path(__file__).parents[2]

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
    ("parts.toml", "on_ohm = 70.0", "on_ohm = 7.0"),
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
]


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
        return list((generate.check_typed if typed else generate.disagreements)(project))
    finally:
        path.write_text(sound, "utf-8")


def test_without_a_fault_nothing_is_said(project: Path) -> None:
    assert list(generate.check_typed(project)) == []
    assert list(generate.disagreements(project)) == []


def test_at_least_95_of_100_seeded_faults_are_found_and_the_blind_spots_are_known(
    project: Path,
) -> None:
    missed = [fault for fault in TYPED if not found(project, fault, typed=True)]
    missed += [fault for fault in MADE if not found(project, fault, typed=False)]
    total = len(TYPED) + len(MADE)
    said = f"Of {total} faults put in on purpose {total - len(missed)} are found"
    assert said in (ROOT / "hardware" / "README.md").read_text("utf-8")
    assert missed == BLIND
    assert total >= 30
    assert len(missed) <= 0.05 * total


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
    ],
)
def test_a_fault_is_named_with_what_is_wrong(project: Path, fault: Fault, words: str) -> None:
    assert any(words in line for line in found(project, fault, typed=True))
