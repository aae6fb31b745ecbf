# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import generate
import rules
from solemetry.device import DeviceDescription, geometry_hash

ROOT = Path(__file__).parents[2]
DEVICES = {file.parent.name: file.read_text("utf-8")
           for file in (ROOT / "hardware").glob("*/device.toml")}
PLATE = DEVICES["plate"]



def test_what_is_generated_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "hardware" / "generate.py"), "--check"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", DEVICES)
def test_the_shipped_descriptions_obey_the_rules(name: str) -> None:
    assert list(rules.check(DEVICES[name])) == []


def test_each_board_and_converter_has_its_description() -> None:
    assert set(DEVICES) == {"plate", "plate_esp32", "plate_ads131m04", "insole", "insole_8"}


@pytest.mark.parametrize(
    ("was", "becomes", "place", "words"),
    [
        ('dout = "D3"', 'dout = "D2"', "cell[1].dout", "used by cell[0].dout"),
        ('dout = "D5"', 'dout = "D1"', "cell[3].dout", "serial link"),
        ('sck = "D11"', 'sck = "D13"', "cell[*].sck", "in a row"),
        ('dout = "D2"', 'dout = "D6"', "cell[*].dout", "in a row"),
        ("x = 210.0\ny = 160.0", "x = 260.0\ny = 160.0", "cell[1]", "outside the top"),
        ("x = 210.0\ny = 160.0", "x = 210.0\ny = 200.0", "cell[1]", "outside the top"),
        ("x = 210.0\ny = 160.0", "x = -210.0\ny = 160.0", "cell[1]", "R is right"),
        ("x = -210.0\ny = -160.0", "x = -210.0\ny = 160.0", "cell[2]", "R behind"),
        ("x = 210.0\ny = -160.0", "x = 201.0\ny = -160.0", "cell", "their middle"),
        ('name = "RR"', 'name = "RL"', "cell", "same name"),
        ('name = "RR"', 'name = "XX"', "cell[3].name", "XX"),
        ('sck = "D8"', 'sck = "D08"', "cell[0].sck", "as the board does"),
        ('dout = "D4"', 'dout = "A4"', "cell[2].dout", "A4"),
        ("x = -210.0\ny = -160.0", "x = nan\ny = -160.0", "cell[2].x", "finite"),
        ("capacity_kg = 100.0", "capacity_kg = inf", "cell[0].capacity_kg", "finite"),
        ("thickness = 24.0", "thickness = -24.0", "top.thickness", "above"),
        ("gain = 128", "gain = 100", "adc.gain", "100"),
        ("rate_hz = 80.0 ", "rate_hz = 93.0 ", "adc.rate_hz", "93"),
        ("width = 500.0", 'width = "500"', "top.width", "500"),
        ("[limits]", "[limits]\nmin_user_kg = 20", "limits", "min_user_kg"),
        ("capacity_kg = 100.0\n", "", "cell[0]", "capacity_kg"),
        ('kind = "plate"', 'kind = "table"', "kind", "plate"),
        ('id = "plate-hx711-uno"', 'id = "My Plate!"', "id", "My Plate!"),
        ("[top]", "[top", "not TOML", "Correct that line"),
    ],
)
def test_a_fault_is_named_with_its_place(was: str, becomes: str, place: str, words: str) -> None:
    assert was in PLATE
    found = list(rules.check(PLATE.replace(was, becomes, 1)))
    assert any(fault.startswith(place) and words in fault for fault in found), found


@pytest.mark.parametrize(
    ("device", "was", "becomes", "place", "words"),
    [
        ("plate_esp32", '"IO32"', '"IO12"', "cell[0].dout", "1.8 V"),
        ("plate_esp32", '"IO32"', '"IO37"', "cell[0].dout", "not a pin of board esp32"),
        ("plate_esp32", '"IO19"', '"IO34"', "cell[0].sck", "can only be read"),
        ("plate_esp32", '"IO19"', '"IO3"', "cell[0].sck", "serial link"),
        ("plate_esp32", '"IO21"', '"IO19"', "cell[1].sck", "used by cell[0].sck"),
        ("plate_esp32", "rate_hz = 80.0 ", "rate_hz = 250.0 ", "adc.rate_hz", "10.0, 80.0"),
        ("plate_esp32", "[limits]", '[pins]\nsclk = "IO4"\n[limits]', "pins", "miso"),
        ("plate_ads131m04", "rate_hz = 1000.0 ", "rate_hz = 80.0 ", "adc.rate_hz", "250.0"),
        ("plate_ads131m04", 'drdy = "IO22"', 'drdy = "IO5"', "pins.drdy", "strapping"),
        ("plate_ads131m04", 'drdy = "IO22"\n', "", "pins", "drdy"),
        ("plate_ads131m04", "clkin_hz = 8192000.0 ", "clkin_hz = 8e6 ", "adc.clkin_hz", "8192000"),
        ("plate_ads131m04", "reference_v = 1.2 ", "reference_v = 0.6 ", "cell[0]", "5.00 mV"),
        ("insole", 'cells = "IO4"', 'cells = "IO13"', "adc.cells", "analog"),
        ("insole", 'cells = "IO4"', 'cells = "IO19"', "adc.cells", "USB"),
        ("insole", '"IO15"]', '"IO8"]', "imu.sda", "used by mux.select[3]"),
        ("insole", "mux = 15", "mux = 14", "cell[15].mux", "cell[14]'s channel"),
        ("insole", "mux = 15", "mux = 16", "cell[15].mux", "16"),
        ("insole", 'name = "met2"', 'name = "met1"', "cell[9].name", "cell[8]'s name"),
        ("insole", 'region = "met2"', 'region = "arch"', "cell[9].region", "arch"),
        ("insole", "x = -10.0\ny = 191.0", "x = -20.0\ny = 185.0", "cell[9]", "overlaps cell[8]"),
        ("insole", "x = 30.0", "x = 50.0", "cell[12]", "outside the outline"),
        ("insole", "vref_v = 0.3", "vref_v = 3.3", "front_end.vref_v", "every cell is at its end"),
        ("insole", 'select = ["IO5", ', "select = [", "mux.select", "Add the missing"),
    ],
)
def test_a_fault_of_the_other_devices_is_named_with_its_place(
    device: str, was: str, becomes: str, place: str, words: str
) -> None:
    assert was in DEVICES[device]
    found = list(rules.check(DEVICES[device].replace(was, becomes, 1)))
    assert any(fault.startswith(place) and words in fault for fault in found), found


@pytest.mark.parametrize(
    ("line", "first", "good"),
    [("dout", 2, True), ("dout", 4, True), ("dout", 5, False), ("dout", 10, False),
     ("sck", 8, True), ("sck", 10, True), ("sck", 11, False), ("sck", 4, False)],
)
def test_a_row_of_pins_stays_on_its_port(line: str, first: int, good: bool) -> None:
    was = {"dout": 2, "sck": 8}[line]
    text = PLATE
    for number in range(4):
        text = text.replace(f'{line} = "D{was + number}"', f'{line} = "@{first + number}"')
    found = [fault for fault in rules.check(text.replace("@", "D")) if "in a row" in fault]
    assert [fault.split(":")[0] for fault in found] == ([] if good else [f"cell[*].{line}"])


def test_the_hash_changes_with_every_value_and_not_with_comments_or_order() -> None:
    hashes = [geometry_hash(doc) for doc in documents_with_one_value_changed()]
    assert len(hashes) > 40
    assert len({geometry_hash(tomllib.loads(PLATE)), *hashes}) == len(hashes) + 1
    for same in (PLATE + "\n# a remark\n", PLATE.replace(
        'kind = "plate"\nid = "plate-hx711-uno"', 'id = "plate-hx711-uno"\nkind = "plate"'
    )):
        assert same != PLATE
        assert geometry_hash(tomllib.loads(same)) == geometry_hash(tomllib.loads(PLATE))


def documents_with_one_value_changed() -> Iterator[dict[str, Any]]:
    """The plate's document again and again, each time with another of its values changed."""
    for path in paths(tomllib.loads(PLATE)):
        doc = tomllib.loads(PLATE)
        *way, last = path
        table: Any = doc
        for step in way:
            table = table[step]
        value = table[last]
        table[last] = value + "x" if isinstance(value, str) else value + 1
        yield doc


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for step, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(part, (*path, step))
    else:
        yield path


# ---- the command ------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own to generate in."""
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "APP_COPIES", "devices")
    monkeypatch.setattr(generate, "HEADERS", {("uno", "HX711", 4): "device.h"})
    for folder in ("guides", "LICENSES"):
        shutil.copytree(ROOT / "hardware" / folder, tmp_path / "hardware" / folder)
    shutil.copy(ROOT / "hardware" / "parts.toml", tmp_path / "hardware")
    write(tmp_path, "plate", PLATE)
    return tmp_path


def write(tree: Path, folder: str, text: str) -> None:
    file = tree / "hardware" / folder / "device.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    shutil.copy(ROOT / "hardware" / "plate" / "build.toml", file.parent)


def test_check_names_what_is_stale_and_writes_nothing(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main(["--check"]) == 1
    said = capsys.readouterr().out
    for file in ("device.h", "devices/plate-hx711-uno.toml", "hardware/plate/made/guide.md",
                 "hardware/plate/made/bom.csv", "hardware/plate/made/drilling.svg"):
        assert f"{file} is stale; run: make hardware" in said
    assert not (tree / "device.h").exists()
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    write(tree, "plate", PLATE.replace("x = 210.0", "x = 211.0").replace("x = -210", "x = -211"))
    assert generate.main(["--check"]) == 1


def test_a_fault_ends_with_file_and_place_and_nothing_written(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tree, "plate", PLATE.replace('dout = "D4"', 'dout = "D2"'))
    assert generate.main([]) == 1
    assert "hardware/plate/device.toml: cell[2].dout: D2 is used by" in capsys.readouterr().out
    assert not (tree / "device.h").exists()


def test_two_devices_do_not_overwrite_each_others_files(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tree, "second", PLATE.replace('id = "plate-hx711-uno"', 'id = "second"'))
    assert generate.main([]) == 1
    assert "hardware/second/device.toml: board, id: device.h" in capsys.readouterr().out
    assert not (tree / "device.h").exists()


# ---- what is generated ------------------------------------------------------------------------


def test_a_copy_whose_description_is_gone_is_named(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main([]) == 0
    write(tree, "plate", PLATE.replace('id = "plate-hx711-uno"', 'id = "plate-renamed"'))
    assert generate.main([]) == 1
    assert "devices/plate-hx711-uno.toml has no device.toml any more" in capsys.readouterr().out


@pytest.mark.parametrize("name", DEVICES)
@pytest.mark.parametrize(("language", "compiler"), [("c", "gcc"), ("c++", "g++")])
def test_every_header_compiles_and_names_every_pin_of_its_description(
    language: str, compiler: str, name: str, tmp_path: Path
) -> None:
    if not shutil.which(compiler):
        pytest.skip(f"compiling the header needs {compiler}")
    doc = tomllib.loads(DEVICES[name])
    header = ROOT / generate.HEADERS[doc["board"], doc["adc"]["chip"], len(doc["cell"])]
    program = tmp_path / "program"
    program.write_text(f'#include "sm_records.h"\n#include "{header}"\n'
                       "const int known[] = {SM_BOARD, SM_ADC, SM_CHANNELS};\n")
    done = subprocess.run(
        [compiler, "-x", language, "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
         f"-I{ROOT / 'firmware' / 'core' / 'src'}", str(program)],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    if doc["board"] != "uno":
        defined = " ".join(line for line in header.read_text().splitlines()
                           if line.startswith("#define SM_") and "PIN" in line)
        written = sorted(int(number) for number in re.findall(r"\b\d+\b", defined))
        assert written == sorted(int(pin.removeprefix("IO")) for _, pin, _ in rules.wires(doc))


@pytest.mark.parametrize(("language", "compiler"), [("c", "gcc"), ("c++", "g++")])
def test_the_header_compiles_and_numbers_stay_whole(
    language: str, compiler: str, tmp_path: Path
) -> None:
    if not shutil.which(compiler):
        pytest.skip(f"compiling the header needs {compiler}")
    # TOML's 24.0 equals the schema's 24, and must not reach the C compiler as a double.
    text = PLATE.replace("bits = 24", "bits = 24.0").replace("128", "128.0")
    header = tmp_path / "device.h"
    header.write_text(generate.firmware_header(text, "hardware/plate/device.toml"), "utf-8")
    program = tmp_path / "program"
    program.write_text(f"""\
#include "{header}"
#include "{header}"
#if SM_CHANNELS != 4 || SM_RATE_MHZ != 80000 || SM_ADC_BITS != 24 || SM_ADC_GAIN != 128
#error numbers
#endif
#if SM_DOUT_FIRST_BIT != 2 || SM_SCK_FIRST_BIT != 0 || !SM_GEOMETRY_HASH
#error pins
#endif
const char *name = SM_DEVICE_ID;
""")
    done = subprocess.run(
        [compiler, "-x", language, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", str(program)],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr


def test_app_and_firmware_carry_the_same_hash() -> None:
    header = (ROOT / "firmware" / "plate_uno" / "device.h").read_text()
    expected = DeviceDescription.builtin("plate-hx711-uno").geometry_hash
    assert f"SM_GEOMETRY_HASH 0x{expected:08X}UL" in header


def test_counts_per_newton_of_a_converter_with_its_own_reference() -> None:
    """A 200 kg cell of 2 mV/V at 2.5 V: 5 mV of 1.2 V / 128 at 1961.33 N."""
    counts = DeviceDescription.from_toml(DEVICES["plate_ads131m04"]).nominal_counts_per_n
    assert counts == pytest.approx([2**23 * 5e-3 / (1.2 / 128) / 1961.33] * 4, rel=1e-6)


def test_the_nominal_gain_is_the_inverse_of_the_counts() -> None:
    """4380.5 counts per newton: 2^24 counts are 3830 N."""
    header = (ROOT / "firmware" / "plate_uno" / "device.h").read_text()
    gain = int(re.findall(r"SM_NOMINAL_GAIN {(\d+)", header)[0])
    assert gain == pytest.approx(2**24 / (2**23 * 2e-3 * 128 / 0.5 / 980.665) * 1000, abs=1)


def test_counts_per_newton_follow_the_data_sheets() -> None:
    """A 100 kg cell of 2 mV/V at gain 128: 4380 counts per newton, whatever the supply."""
    counts = DeviceDescription.from_toml(PLATE).nominal_counts_per_n
    assert counts == pytest.approx([4380] * 4, rel=1e-3)
