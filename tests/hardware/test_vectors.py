# SPDX-License-Identifier: Apache-2.0
"""The shared vectors themselves: fresh, complete, and damaged in the one way they say."""

from __future__ import annotations

import binascii
import json
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from cobs import cobs

VECTORS = Path(__file__).parents[2] / "firmware" / "vectors"
DOCUMENT = json.loads((VECTORS / "frames.json").read_text("utf-8"))
FRAMES, DAMAGED = DOCUMENT["frames"], DOCUMENT["damaged"]
COP = json.loads((VECTORS / "cop.json").read_text("utf-8"))["cop"]
LONGEST = 254


def faults(wire: bytes) -> set[str]:
    """What is wrong with one frame by PROTOCOL.md."""
    assert wire.endswith(b"\0")
    stuffed = wire[:-1]
    assert 0 not in stuffed
    found = {"length"} if len(stuffed) > LONGEST else set()
    try:
        plain = cobs.decode(stuffed)
    except cobs.DecodeError:
        return found | {"COBS"}
    if len(plain) < 5:
        found.add("length")
    if plain[-2:] != binascii.crc_hqx(plain[:-2], 0xFFFF).to_bytes(2, "little"):
        found.add("CRC")
    return found


def test_the_committed_files_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(VECTORS / "make_vectors.py"), "--check"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("frames.json", '"boot_id": 300', '"boot_id": 301'),
        ("cop.json", '"x_um": 0', '"x_um": 1'),
        ("memory.json", '"counter": 8', '"counter": 7'),
    ],
)
def test_a_stale_file_is_noticed(tmp_path: Path, name: str, old: str, new: str) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(VECTORS, folder)
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    done = subprocess.run(
        [sys.executable, str(folder / "make_vectors.py"), "--check"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 1
    assert done.stdout == f"{name} is stale; run make_vectors.py\n"


@pytest.mark.parametrize("vector", FRAMES, ids=lambda v: v["name"])
def test_a_sound_frame_is_sound_and_holds_what_it_says(vector: dict) -> None:
    wire = bytes.fromhex(vector["wire_hex"])
    assert faults(wire) == set()
    plain = cobs.decode(wire[:-1])
    assert plain[0] == vector["type"]
    assert int.from_bytes(plain[1:3], "little") == vector["seq"]
    assert plain[3:-2].hex() == vector["payload_hex"]


@pytest.mark.parametrize("vector", DAMAGED, ids=lambda v: v["name"])
def test_a_damaged_frame_has_the_fault_it_names_and_no_other(vector: dict) -> None:
    assert faults(bytes.fromhex(vector["wire_hex"])) == set(vector["why"].split(" and "))


def test_names_are_unique() -> None:
    names = [vector["name"] for vector in FRAMES + DAMAGED]
    assert len(set(names)) == len(names)


def test_every_record_command_event_and_status_is_there() -> None:
    records = {*range(0x01, 0x07), *range(0x10, 0x14), 0x20, 0x21}
    assert {f["type"] for f in FRAMES} >= records | set(range(0x81, 0x90))
    assert {f["fields"]["code"] for f in FRAMES if f["type"] == 4} == set(range(1, 12))
    assert {f["fields"]["status"] for f in FRAMES if f["type"] == 2} == set(range(6))


COMMANDS = [f for f in FRAMES if f["name"].startswith("command ")]
WITH_ARGUMENTS = {0x82, 0x87, 0x88, 0x8B, 0x8C, 0x8D, 0x8F}


def test_every_command_is_there_plain_newer_and_where_it_can_be_refused() -> None:
    def types(status: int, ending: str = "") -> set[int]:
        return {c["type"] for c in COMMANDS
                if c["fields"]["status"] == status and c["name"].endswith(ending)}

    assert types(0) == set(range(0x81, 0x90))
    assert types(0, "bytes of a newer minor version") == set(range(0x81, 0x90))
    assert types(2) == WITH_ARGUMENTS
    assert types(1) == {0x80, 0x90}


def forces(case: dict) -> list[Fraction]:
    """What the channels bear, not rounded."""
    return [
        Fraction((count - zero) * gain, 2**24)
        for count, zero, (gain, _, _) in zip(
            case["counts"], case["zero"], case["cells"], strict=True)
    ]


MOST = 2**31 - 1
WITH_A_PLACE = [
    case for case in COP
    if not case["flags"] & 1 and max(map(abs, [*forces(case), case["x_um"], case["y_um"]])) < MOST
]


@pytest.mark.parametrize("case", WITH_A_PLACE, ids=lambda c: c["name"])
def test_about_the_place_the_moments_of_all_forces_cancel(case: dict) -> None:
    for axis, place in ((1, case["x_um"]), (2, case["y_um"])):
        arms = [cell[axis] - place for cell in case["cells"]]
        moment = sum(f * arm for f, arm in zip(forces(case), arms, strict=True))
        # The place is rounded to half a micrometre, each force to half a millinewton.
        assert abs(moment) <= (sum(forces(case)) + 2) / 2 + sum(map(abs, arms)) / Fraction(2)


def test_places_inside_and_outside_the_plate_are_there_and_none_at_all() -> None:
    assert len(WITH_A_PLACE) > 15
    assert any(abs(case["x_um"]) > 200_000 for case in WITH_A_PLACE)
    assert sum(case["x_um"] == -(2**31) for case in COP) > 5


def test_the_lengths_at_the_limits_are_there() -> None:
    sound = {len(f["wire_hex"]) // 2 for f in FRAMES}
    assert {63, LONGEST + 1} <= sound
    assert max(sound) == LONGEST + 1
    assert LONGEST + 2 in {len(d["wire_hex"]) // 2 for d in DAMAGED}
