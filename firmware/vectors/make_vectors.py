# SPDX-License-Identifier: Apache-2.0
"""Frames that the C core and the host's decoder both have to read alike.

Made by independent parts only: the cobs package, the standard library's CRC, and struct.
``python firmware/vectors/make_vectors.py`` writes frames.json; ``--check`` compares.
"""

from __future__ import annotations

import binascii
import json
import struct
import sys
from pathlib import Path
from typing import Any

from cobs import cobs

FILE = Path(__file__).with_name("frames.json")
INFO, ACK, TIME, EVENT, SAMPLE = 0x01, 0x02, 0x03, 0x04, 0x10
LOWEST, HIGHEST = -(2**23), 2**23 - 1


def stuff(plain: bytes) -> bytes:
    return cobs.encode(plain) + b"\0"


def with_crc(body: bytes) -> bytes:
    return body + struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))


def body_of(type_: int, seq: int, payload: bytes) -> bytes:
    return struct.pack("<BH", type_, seq) + payload


def frame(name: str, type_: int, seq: int, payload: bytes, **fields: Any) -> dict[str, Any]:
    wire = stuff(with_crc(body_of(type_, seq, payload)))
    return {
        "name": name,
        "type": type_,
        "seq": seq,
        "payload_hex": payload.hex(),
        "wire_hex": wire.hex(),
        "fields": fields,
    }


def sample(
    name: str, seq: int, index: int, t_us: int, boot_id: int, flags: int, counts: list[int],
    age: list[int], conversion: list[int], trailing: bytes = b"",
) -> dict[str, Any]:
    payload = (
        struct.pack("<IIHB", index, t_us, boot_id, flags)
        + b"".join(count.to_bytes(3, "little", signed=True) for count in counts)
        + struct.pack("<4H4B", *age, *conversion)
        + trailing
    )
    return frame(name, SAMPLE, seq, payload, index=index, t_us=t_us, boot_id=boot_id,
                 flags=flags, counts=counts, age=age, conversion=conversion)


def info(name: str, seq: int, boot_id: int, cause: int, geometry: int, id_: str) -> dict[str, Any]:
    payload = struct.pack("<BBBBBBBBBBHIHBIB", 1, 0, 0, 1, 0, 1, 1, 1, 4, 24, 128, 80_000,
                          boot_id, cause, geometry, len(id_)) + id_.encode("ascii")
    return frame(name, INFO, seq, payload, boot_id=boot_id, reset_cause=cause,
                 geometry_hash=geometry, id=id_)


def sound_frames() -> list[dict[str, Any]]:
    commands = {"INFO": 0x81, "START": 0x82, "STOP": 0x83, "TIME": 0x84}
    return [
        sample("sample of all zeros", 0, 0, 0, 0, 0, [0] * 4, [0] * 4, [0] * 4),
        sample("sample with negative counts", 1, 1, 12_500, 1, 0, [-1, -2, 3, -400_000],
               [0, 25, 1000, 3125], [1, 2, 3, 4]),
        sample("sample at both ends of the range", 2, 2, 25_000, 1, 0b0011,
               [HIGHEST, LOWEST, 0, 1], [0] * 4, [2, 3, 4, 5]),
        sample("sample with a silent channel", 3, 3, 37_500, 1, 0b0100_0000, [1, 2, 3, 4],
               [0, 1, 0xFFFF, 2], [3, 4, 5, 6]),
        sample("sample at the wrap of every counter", 0xFFFF, 2**32 - 1, 2**32 - 1, 0xFFFF, 0xFF,
               [-1] * 4, [0xFFFF] * 4, [0xFF] * 4),
        sample("sample with bytes that a newer minor version has added", 5, 5, 62_500, 1, 0,
               [256, 65536, -256, -65536], [0] * 4, [9, 8, 7, 6], trailing=b"\x00\x01new"),
        info("info after power-on", 6, 1, 1, 0xDEADBEEF, "plate-hx711-uno"),
        info("info after a watchdog reset", 7, 300, 8, 0, "x"),
        frame("acknowledged start", ACK, 8, struct.pack("<HBB", 41, 0x82, 0),
              command_seq=41, command=0x82, status=0),
        frame("unknown command", ACK, 9, struct.pack("<HBB", 0, 0xEE, 1),
              command_seq=0, command=0xEE, status=1),
        frame("time", TIME, 10, struct.pack("<HII", 7, 2**32 - 5, 12),
              command_seq=7, received_us=2**32 - 5, sent_us=12),
        frame("event: chip silent", EVENT, 11, struct.pack("<IBH", 1000, 1, 3),
              t_us=1000, code=1, argument=3),
        frame("event: frames dropped", EVENT, 12, struct.pack("<IBH", 0, 3, 0x0100),
              t_us=0, code=3, argument=0x0100),
        *(frame(f"command {name}", type_, 100 + type_, b"") for name, type_ in commands.items()),
        frame("type that a newer minor version has added", 0x7E, 13, b"anything"),
        frame("longest the Uno can send", 0x7F, 14, bytes(range(1, 57))),
        frame("longest there may be", 0x7F, 15, bytes(range(1, 249))),
    ]


def damaged_frames() -> list[dict[str, str]]:
    sound = with_crc(body_of(SAMPLE, 1, bytes(range(35))))
    wire = stuff(sound)
    flipped = bytearray(wire)
    flipped[9] ^= 0x10
    cases = {
        "one bit flipped": (bytes(flipped), "CRC"),
        "wrong checksum": (stuff(sound[:-1] + bytes([sound[-1] ^ 0xFF])), "CRC"),
        "a block that points past the end": (b"\x30abc\0", "COBS"),
        "the tail is missing": (wire[: len(wire) // 2] + b"\0", "COBS or CRC"),
        "the head is missing": (wire[len(wire) // 2 :], "COBS or CRC"),
        "shorter than header and checksum": (stuff(b"\x01\x02\x03"), "length"),
        "longer than any frame": (b"\x55" * 300 + b"\0", "length"),
    }
    return [{"name": name, "wire_hex": wire.hex(), "why": why}
            for name, (wire, why) in cases.items()]


def main(arguments: list[str]) -> int:
    document = {
        "about": "Frames of firmware/PROTOCOL.md. wire_hex holds the closing zero. "
        "Made by make_vectors.py.",
        "frames": sound_frames(),
        "damaged": damaged_frames(),
    }
    text = json.dumps(document, indent=1) + "\n"
    if "--check" in arguments:
        fresh = FILE.exists() and FILE.read_text("utf-8") == text
        print("" if fresh else f"{FILE.name} is stale; run make_vectors.py")
        return 0 if fresh else 1
    FILE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
