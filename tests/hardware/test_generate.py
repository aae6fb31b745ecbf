# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solemetry.device import DeviceDescription, geometry_hash

ROOT = Path(__file__).parents[2]
PLATE = (ROOT / "hardware" / "plate" / "device.toml").read_text()

_spec = importlib.util.spec_from_file_location("generate", ROOT / "hardware" / "generate.py")
assert _spec is not None
assert _spec.loader is not None
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)


def test_what_is_generated_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "hardware" / "generate.py"), "--check"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_shipped_description_obeys_the_rules() -> None:
    assert list(generate.check(PLATE)) == []


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
    found = list(generate.check(PLATE.replace(was, becomes, 1)))
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
    found = [fault for fault in generate.check(text.replace("@", "D")) if "in a row" in fault]
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
    monkeypatch.setattr(generate, "APP_COPIES", tmp_path / "devices")
    monkeypatch.setattr(generate, "HEADERS", {"uno": tmp_path / "device.h"})
    write(tmp_path, "plate", PLATE)
    return tmp_path


def write(tree: Path, folder: str, text: str) -> None:
    file = tree / "hardware" / folder / "device.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def test_check_names_what_is_stale_and_writes_nothing(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "device.h is stale; run: make hardware",
        "devices/plate-hx711-uno.toml is stale; run: make hardware",
    ]
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


@pytest.mark.parametrize(("language", "compiler"), [("c", "gcc"), ("c++", "g++")])
def test_the_header_compiles_and_numbers_stay_whole(
    language: str, compiler: str, tmp_path: Path
) -> None:
    if not shutil.which(compiler):
        pytest.skip(f"compiling the header needs {compiler}")
    # TOML's 24.0 equals the schema's 24, and must not reach the C compiler as a double.
    doc = tomllib.loads(PLATE.replace("bits = 24", "bits = 24.0").replace("128", "128.0"))
    header = tmp_path / "device.h"
    header.write_text(generate.firmware_header(doc, "hardware/plate/device.toml"), "utf-8")
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


def test_counts_per_newton_follow_the_data_sheets() -> None:
    """A 100 kg cell of 2 mV/V at gain 128: 4380 counts per newton, whatever the supply."""
    counts = DeviceDescription.from_toml(PLATE).nominal_counts_per_n
    assert counts == pytest.approx([4380] * 4, rel=1e-3)
