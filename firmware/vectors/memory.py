# SPDX-License-Identifier: Apache-2.0
"""What stands in a device's memory: slots and log blocks."""

from __future__ import annotations

import binascii
import struct
from typing import Any

from frames import CELLS, calibration_bytes, with_crc

EMPTY, SOUND, DAMAGED = 0, 1, 2
BLOCK = 512


def slot(counter: int, payload: bytes, version: int = 1) -> bytes:
    return with_crc(struct.pack("<cBIB", b"S", version, counter, len(payload)) + payload)


def flipped(image: bytes, at: int) -> bytes:
    return image[:at] + bytes([image[at] ^ 0x10]) + image[at + 1 :]


def slots() -> list[dict[str, Any]]:
    old, new, longer = b"old!", b"new!", b"longer"
    blank = b"\xff" * len(slot(1, old))

    def case(
        name: str, image: bytes, outcome: int, counter: int = 0, payload: bytes = b"",
        length: int = 4,
    ) -> dict[str, Any]:
        return {"name": name, "version": 1, "length": length, "image_hex": image.hex(),
                "outcome": outcome, "counter": counter, "payload_hex": payload.hex()}

    calibrated = calibration_bytes(1_750_000_000, CELLS)
    return [
        case("erased", 2 * blank, EMPTY),
        case("cleared", bytes(2 * len(blank)), EMPTY),
        case("only the first", slot(1, new) + blank, SOUND, 1, new),
        case("only the second", blank + slot(9, new), SOUND, 9, new),
        case("the first is newer", slot(8, new) + slot(7, old), SOUND, 8, new),
        case("the second is newer", slot(7, old) + slot(8, new), SOUND, 8, new),
        case("the counter has wrapped", slot(2**32 - 1, old) + slot(1, new), SOUND, 1, new),
        case("the counter will wrap", slot(2**32 - 1, new) + slot(2**32 - 2, old), SOUND,
             2**32 - 1, new),
        case("the counter in the middle", slot(2**31, new) + slot(2**31 - 1, old), SOUND, 2**31,
             new),
        *(case(f"the newer is damaged at byte {at}", slot(7, old) + flipped(slot(8, new), at),
               DAMAGED, 7, old) for at in (0, 2, 6, 7, 12)),
        case("the older is damaged", flipped(slot(7, old), 3) + slot(8, new), DAMAGED, 8, new),
        case("both are damaged", flipped(slot(7, old), 3) + flipped(slot(8, new), 8), DAMAGED),
        case("the only one is damaged", flipped(slot(1, new), 8) + blank, DAMAGED),
        case("a counter that is never written", slot(0, new) + blank, DAMAGED),
        case("noise", bytes(range(1, 1 + 2 * len(blank))), DAMAGED),
        case("of another version", slot(7, old, 2) + slot(8, new, 2), EMPTY),
        case("of another version, and longer", slot(7, longer, 2) + slot(8, longer, 2), EMPTY),
        case("of another version beside our own", slot(9, old, 2) + slot(8, new), SOUND, 8, new),
        case("of our version, but longer", slot(7, longer) + slot(8, longer), EMPTY),
        case("longer than any", b"S\x01\x01\0\0\0\xff" + blank + blank[7:], DAMAGED),
        case("a calibration", slot(1, calibrated) + b"\xff" * len(slot(1, calibrated)), SOUND, 1,
             calibrated, len(calibrated)),
    ]


def whole(body: bytes) -> bytes:
    return with_crc(body.ljust(BLOCK - 2, b"\0"))


def block(kind: int, epoch: int, run: int, number: int, payload: bytes) -> bytes:
    header = struct.pack("<HBBIHIH", 0x4D53, 1, kind, epoch, run, number, len(payload))
    return whole(header + payload)


def superblock(epoch: int, run: int) -> bytes:
    return whole(b"SML\x01" + struct.pack("<IH", epoch, run))


def superblocks() -> list[dict[str, Any]]:
    return [
        {"name": name, "epoch": epoch, "run": run, "block_hex": superblock(epoch, run).hex(),
         "crc": binascii.crc_hqx(superblock(epoch, run)[:-2], 0xFFFF)}
        for name, epoch, run in [("the first", 1, 0), ("after an erase", 2, 513)]
    ]


def blocks() -> list[dict[str, Any]]:
    def case(name: str, kind: int, number: int, payload: bytes) -> dict[str, Any]:
        return {"name": name, "kind": kind, "epoch": 1, "run": 1, "number": number,
                "payload_hex": payload.hex(),
                "block_hex": block(kind, 1, 1, number, payload).hex()}

    return [
        case("start", 1, 0, struct.pack("<I", 1_750_000_000) + b"info"),
        case("rows", 2, 1, bytes(range(1, 40))),
        case("rows, full", 2, 2, bytes((7 * n) % 256 for n in range(494))),
        case("no rows", 2, 3, b""),
        case("end", 3, 4, b""),
    ]
