# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

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
        ("x = 210.0\ny = 160.0", "x = -210.0\ny = 160.0", "cell[1]", "R is right"),
        ("x = -210.0\ny = -160.0", "x = -210.0\ny = 160.0", "cell[2]", "R behind"),
        ("x = 210.0\ny = -160.0", "x = 201.0\ny = -160.0", "cell", "their middle"),
        ('name = "RR"', 'name = "RL"', "cell", "same name"),
        ('name = "RR"', 'name = "XX"', "cell[3].name", "XX"),
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


def test_the_hash_changes_with_every_value_and_not_with_comments() -> None:
    def of(text: str) -> int:
        return geometry_hash(tomllib.loads(text))

    assert of(PLATE + "\n# a remark\n") == of(PLATE)
    for was, becomes in (("x = 210.0", "x = 211.0"), ('dout = "D4"', 'dout = "D7"'),
                         ("gain = 128", "gain = 64"), ('revision = "A"', 'revision = "B"')):
        assert of(PLATE.replace(was, becomes, 1)) != of(PLATE)


def test_app_and_firmware_carry_the_same_hash() -> None:
    header = (ROOT / "firmware" / "plate_uno" / "device.h").read_text()
    expected = DeviceDescription.builtin("plate-hx711-uno").geometry_hash
    assert f"SM_GEOMETRY_HASH 0x{expected:08X}UL" in header


def test_counts_per_newton_follow_the_data_sheets() -> None:
    """A 100 kg cell of 2 mV/V at gain 128: 4380 counts per newton, whatever the supply."""
    counts = DeviceDescription.from_toml(PLATE).nominal_counts_per_n
    assert counts == pytest.approx([4380] * 4, rel=1e-3)
