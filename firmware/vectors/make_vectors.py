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


def info(
    name: str, seq: int, boot_id: int, cause: int, geometry: int, id_: str,
    minor: int = 0, rate_mhz: int = 80_000, trailing: bytes = b"",
) -> dict[str, Any]:
    payload = struct.pack("<BBBBBBBBBBHIHBIB", 1, minor, 0, 1, 0, 1, 1, 1, 4, 24, 128, rate_mhz,
                          boot_id, cause, geometry, len(id_)) + id_.encode("ascii") + trailing
    return frame(name, INFO, seq, payload, major=1, minor=minor, firmware=[0, 1, 0], kind=1,
                 board=1, adc=1, channels=4, bits=24, gain=128, rate_mhz=rate_mhz,
                 boot_id=boot_id, reset_cause=cause, geometry_hash=geometry, id=id_)


def ack(name: str, seq: int, command_seq: int, command: int, status: int) -> dict[str, Any]:
    return frame(name, ACK, seq, struct.pack("<HBB", command_seq, command, status),
                 command_seq=command_seq, command=command, status=status)


def event(name: str, seq: int, t_us: int, code: int, argument: int) -> dict[str, Any]:
    return frame(name, EVENT, seq, struct.pack("<IBH", t_us, code, argument),
                 t_us=t_us, code=code, argument=argument)


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
        sample("last sample before index and time wrap", 24, 2**32 - 2, 2**32 - 4, 1, 0,
               [LOWEST, LOWEST + 1, HIGHEST - 1, HIGHEST], [0, 3125, 0xFFFE, 0xFFFF],
               [0xFE, 0xFF, 0, 1]),
        sample("sample of four silent channels", 25, 6, 75_000, 1, 0xF0, [0] * 4, [0xFFFF] * 4,
               [0] * 4),
        sample("sample with bytes that a newer minor version has added", 5, 5, 62_500, 1, 0,
               [256, 65536, -256, -65536], [0] * 4, [9, 8, 7, 6], trailing=b"\x00\x01new"),
        info("info after power-on", 6, 1, 1, 0xDEADBEEF, "plate-hx711-uno"),
        info("info after a watchdog reset", 7, 300, 8, 0, "x"),
        info("info with the longest id", 16, 0xFFFF, 0b0110, 0xFFFFFFFF, "plate-" + 26 * "9"),
        info("info of the slow mode", 17, 2, 2, 0x00000001, "abc", rate_mhz=10_000),
        info("info of a newer minor version", 18, 3, 4, 0x8266DB2F, "plate-hx711-uno", minor=1,
             trailing=b"\x00\x07"),
        ack("acknowledged start", 8, 41, 0x82, 0),
        ack("acknowledged stop, sequence at its end", 19, 0xFFFF, 0x83, 0),
        ack("unknown command", 9, 0, 0xEE, 1),
        ack("bad argument", 20, 42, 0x82, 2),
        frame("time", TIME, 10, struct.pack("<HII", 7, 2**32 - 5, 12),
              command_seq=7, received_us=2**32 - 5, sent_us=12),
        event("event: chip silent", 11, 1000, 1, 3),
        event("event: chip back", 21, 2**32 - 1, 2, 3),
        event("event: frames dropped", 12, 0, 3, 0x0100),
        event("event: read-out dropped", 22, 0x01020304, 4, 0),
        event("event: more dropped than a number holds", 23, 5, 3, 0xFFFF),
        *(frame(f"command {name}", type_, 100 + type_, b"") for name, type_ in commands.items()),
        frame("type that a newer minor version has added", 0x7E, 13, b"anything"),
        frame("longest the Uno can send", 0x7F, 14, bytes(range(1, 57))),
        frame("longest there may be", 0x7F, 15, bytes(range(1, 249))),
    ]


def damaged_frames() -> list[dict[str, str]]:
    """Each is sound but for what `why` names, so that no other check catches it instead."""
    body = body_of(SAMPLE, 1, bytes(range(35)))
    sound = with_crc(body)
    wire = stuff(sound)
    crc_of_zero_start = struct.pack("<H", binascii.crc_hqx(body, 0))
    too_long = with_crc(body_of(0x7F, 16, bytes(range(1, 129)) + b"\0" + bytes(range(1, 121))))
    cases = {
        "one bit flipped": (flip(wire, 9, 0x10), "CRC"),
        "the sequence number is another": (flip(wire, 2, 0x02), "CRC"),
        "wrong checksum": (stuff(sound[:-1] + bytes([sound[-1] ^ 0xFF])), "CRC"),
        "checksum the other way round": (stuff(body + sound[:-3:-1]), "CRC"),
        "checksum that began at zero": (stuff(body + crc_of_zero_start), "CRC"),
        "a block that points past the end": (b"\x30abc\0", "COBS"),
        "a block that points one past the end": (with_longer_last_block(wire), "COBS"),
        "the tail is missing": (wire[: len(wire) // 2] + b"\0", "COBS"),
        "the head is missing": (wire[len(wire) // 2 :], "COBS"),
        "an empty frame": (stuff(b""), "length and CRC"),
        "shorter than a checksum": (stuff(b"\x01"), "length and CRC"),
        "only a checksum": (stuff(with_crc(b"")), "length"),
        "shorter than header and checksum": (stuff(with_crc(b"\x01")), "length"),
        "one byte short of header and checksum": (stuff(with_crc(b"\x81\x01")), "length"),
        "one byte longer than any frame": (stuff(too_long), "length"),
        "far longer than any frame": (stuff(with_crc(body_of(0x7F, 17, bytes(300)))), "length"),
        "endless noise": (b"\x55" * 300 + b"\0", "length and COBS"),
    }
    return [{"name": name, "wire_hex": wire.hex(), "why": why}
            for name, (wire, why) in cases.items()]


def flip(wire: bytes, at: int, bits: int) -> bytes:
    return wire[:at] + bytes([wire[at] ^ bits]) + wire[at + 1 :]


def with_longer_last_block(wire: bytes) -> bytes:
    """A reader that stops at the frame's end without looking finds all bytes and the CRC right."""
    last = 0
    while last + wire[last] < len(wire) - 1:
        last += wire[last]
    return wire[:last] + bytes([wire[last] + 1]) + wire[last + 1 :]


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
        if not fresh:
            print(f"{FILE.name} is stale; run make_vectors.py")
        return 0 if fresh else 1
    FILE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
