# SPDX-License-Identifier: Apache-2.0
"""The shared vectors themselves: fresh, complete, and damaged in the one way they say."""

from __future__ import annotations

import binascii
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cobs import cobs

VECTORS = Path(__file__).parents[2] / "firmware" / "vectors"
DOCUMENT = json.loads((VECTORS / "frames.json").read_text("utf-8"))
FRAMES, DAMAGED = DOCUMENT["frames"], DOCUMENT["damaged"]
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


def test_the_committed_file_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(VECTORS / "make_vectors.py"), "--check"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_file_is_noticed(tmp_path: Path) -> None:
    script = tmp_path / "make_vectors.py"
    script.write_text((VECTORS / "make_vectors.py").read_text("utf-8"), "utf-8")
    text = (VECTORS / "frames.json").read_text("utf-8")
    (tmp_path / "frames.json").write_text(text.replace('"boot_id": 300', '"boot_id": 301'), "utf-8")
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "frames.json is stale" in done.stdout


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
    assert {f["type"] for f in FRAMES} >= {1, 2, 3, 4, 0x10, 0x81, 0x82, 0x83, 0x84}
    assert {f["fields"]["code"] for f in FRAMES if f["type"] == 4} == {1, 2, 3, 4}
    assert {f["fields"]["status"] for f in FRAMES if f["type"] == 2} == {0, 1, 2}


def test_the_lengths_at_the_limits_are_there() -> None:
    sound = {len(f["wire_hex"]) // 2 for f in FRAMES}
    assert {63, LONGEST + 1} <= sound
    assert max(sound) == LONGEST + 1
    assert LONGEST + 2 in {len(d["wire_hex"]) // 2 for d in DAMAGED}
