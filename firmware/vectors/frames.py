# SPDX-License-Identifier: Apache-2.0
"""Frames that the C core and the host's decoder both have to read alike."""

from __future__ import annotations

import binascii
import struct
from typing import Any

from cobs import cobs

INFO, ACK, TIME, EVENT, CALIBRATION, SELF_TEST = 1, 2, 3, 4, 5, 6
SAMPLE, SAMPLES, COP, ROWS, LOG_RUN, LOG_DATA = 0x10, 0x11, 0x12, 0x13, 0x20, 0x21
LOWEST, HIGHEST = -(2**23), 2**23 - 1
DONE, UNKNOWN, BAD_ARGUMENT = 0, 1, 2
CELLS = [(1_250_000, -200_000, 150_000), (-1, 200_000, 150_000),
         (2**31 - 1, -(2**31), 2**31 - 1), (-(2**31), 0, -150_000)]

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
    board: tuple[int, int, int, int, int, int] = (1, 1, 1, 4, 24, 128),
    minor: int = 0, rate_mhz: int = 80_000, calibration: int = 0, features: int = 1,
    accel_g: int = 0, gyro_dps: int = 0, side: int = 0, trailing: bytes = b"",
) -> dict[str, Any]:
    kind, board_, adc, channels, bits, gain = board
    payload = (
        struct.pack("<BBBBBBBBBBHIHBI", 1, minor, 0, 1, 0, kind, board_, adc, channels, bits, gain,
                    rate_mhz, boot_id, cause, geometry)
        + struct.pack("<B", len(id_)) + id_.encode("ascii")
        + struct.pack("<HHBHB", calibration, features, accel_g, gyro_dps, side)
        + trailing
    )
    return frame(name, INFO, seq, payload, major=1, minor=minor, firmware=[0, 1, 0], kind=kind,
                 board=board_, adc=adc, channels=channels, bits=bits, gain=gain,
                 rate_mhz=rate_mhz, boot_id=boot_id, reset_cause=cause, geometry_hash=geometry,
                 id=id_, calibration=calibration, features=features, accel_g=accel_g,
                 gyro_dps=gyro_dps, side=side)


def ack(name: str, seq: int, command_seq: int, command: int, status: int) -> dict[str, Any]:
    return frame(name, ACK, seq, struct.pack("<HBB", command_seq, command, status),
                 command_seq=command_seq, command=command, status=status)


def event(name: str, seq: int, t_us: int, code: int, argument: int) -> dict[str, Any]:
    return frame(name, EVENT, seq, struct.pack("<IBH", t_us, code, argument),
                 t_us=t_us, code=code, argument=argument)


def calibration_bytes(taken_s: int, cells: list[tuple[int, int, int]]) -> bytes:
    return struct.pack("<I", taken_s) + b"".join(struct.pack("<iii", *cell) for cell in cells)


def calibration(name: str, seq: int, counter: int, taken_s: int, cells: list) -> dict[str, Any]:
    record = calibration_bytes(taken_s, cells)
    return frame(name, CALIBRATION, seq, struct.pack("<I", counter) + record, counter=counter,
                 taken_s=taken_s, cells=[list(cell) for cell in cells],
                 crc=binascii.crc_hqx(record, 0xFFFF))


def self_test(
    name: str, seq: int, command_seq: int, results: list[tuple[int, int, int]]
) -> dict[str, Any]:
    payload = struct.pack("<HB", command_seq, len(results)) + b"".join(
        struct.pack("<B", status) + i24(mean) + struct.pack("<H", spread)
        for status, mean, spread in results
    )
    return frame(name, SELF_TEST, seq, payload, command_seq=command_seq,
                 results=[list(result) for result in results])


def samples(
    name: str, seq: int, index: int, t_us: int, span_us: int, boot_id: int, flags: int,
    conversion: int, counts: list[list[int]],
) -> dict[str, Any]:
    payload = struct.pack("<IIIHBBB", index, t_us, span_us, boot_id, flags, conversion,
                          len(counts)) + b"".join(i24(n) for row in counts for n in row)
    return frame(name, SAMPLES, seq, payload, index=index, t_us=t_us, span_us=span_us,
                 boot_id=boot_id, flags=flags, conversion=conversion, counts=counts)


def cop(
    name: str, seq: int, index: int, t_us: int, boot_id: int, flags: int, x_um: int, y_um: int,
    fz_mn: int, calibration: int,
) -> dict[str, Any]:
    payload = struct.pack("<IIHBiiiH", index, t_us, boot_id, flags, x_um, y_um, fz_mn, calibration)
    return frame(name, COP, seq, payload, index=index, t_us=t_us, boot_id=boot_id, flags=flags,
                 x_um=x_um, y_um=y_um, fz_mn=fz_mn, calibration=calibration)


def twelve_bits(row: list[int]) -> bytes:
    """The codes as one number, the first lowest: 12 bits each, then whole bytes."""
    number = sum(code << 12 * place for place, code in enumerate(row))
    return number.to_bytes((12 * len(row) + 7) // 8, "little")


def rows(
    name: str, seq: int, index: int, t0_us: int, period_us: int, boot_id: int, flags: int,
    cells: list[list[int]], imu: list[list[int]],
) -> dict[str, Any]:
    payload = (
        struct.pack("<IIHHBBB", index, t0_us, period_us, boot_id, flags, len(cells[0]), len(cells))
        + b"".join(map(twelve_bits, cells))
        + b"".join(struct.pack("<6h", *row) for row in imu)
    )
    return frame(name, ROWS, seq, payload, index=index, t0_us=t0_us, period_us=period_us,
                 boot_id=boot_id, flags=flags, channels=len(cells[0]), cells=cells, imu=imu)


def log_run(
    name: str, seq: int, epoch: int, run: int, blocks: int, utc_s: int, state: int
) -> dict[str, Any]:
    payload = struct.pack("<IHIIB", epoch, run, blocks, utc_s, state)
    return frame(name, LOG_RUN, seq, payload, epoch=epoch, run=run, blocks=blocks, utc_s=utc_s,
                 state=state)


def log_data(
    name: str, seq: int, run: int, block: int, offset: int, piece: bytes
) -> dict[str, Any]:
    payload = struct.pack("<HIH", run, block, offset) + piece
    return frame(name, LOG_DATA, seq, payload, run=run, block=block, offset=offset,
                 bytes_hex=piece.hex())


def command(
    name: str, type_: int, payload: bytes = b"", status: int = DONE, **arguments: Any
) -> dict[str, Any]:
    """A command; `status` is the answer of a device that knows every command."""
    return frame(f"command {name}", type_, 100 + type_, payload, status=status, **arguments)


def i24(number: int) -> bytes:
    return number.to_bytes(3, "little", signed=True)


def commands() -> list[dict[str, Any]]:
    record = calibration_bytes(1_750_000_000, CELLS)
    stored = {"taken_s": 1_750_000_000, "cells": [list(cell) for cell in CELLS]}
    rate = struct.pack("<I", 80_000)
    read = struct.pack("<HIH", 513, 2**32 - 2, 3)
    wanted = {"run": 513, "block": 2**32 - 2, "count": 3}
    plain = {"INFO": 0x81, "STOP": 0x83, "TIME": 0x84, "TARE": 0x85, "CAL_READ": 0x86,
             "SELF-TEST": 0x89, "LOG_LIST": 0x8A, "LOG_STOP": 0x8E}
    return [
        *(command(name, type_) for name, type_ in plain.items()),
        *(command(f"{name} with bytes of a newer minor version", type_, b"\0new")
          for name, type_ in plain.items()),
        command("START", 0x82, streams=1),
        command("START of nothing", 0x82, b"\0", streams=0),
        command("START of samples", 0x82, b"\1", streams=1),
        command("START of COP", 0x82, b"\2", streams=2),
        command("START of both and bytes of a newer minor version", 0x82, b"\3\0", streams=3),
        command("START of a stream that is not there", 0x82, b"\4", BAD_ARGUMENT),
        command("START of every stream", 0x82, b"\xff", BAD_ARGUMENT),
        command("CAL_WRITE", 0x87, record, **stored),
        command("CAL_WRITE with bytes of a newer minor version", 0x87, record + b"more", **stored),
        command("CAL_WRITE one byte short", 0x87, record[:-1], BAD_ARGUMENT),
        command("CAL_WRITE of nothing", 0x87, b"", BAD_ARGUMENT),
        command("RATE", 0x88, rate, mhz=80_000, rows=0),
        command("RATE and rows", 0x88, rate + b"\x14", mhz=80_000, rows=20),
        command("RATE, rows and bytes of a newer minor version", 0x88, rate + b"\3\xff\xff",
                mhz=80_000, rows=3),
        command("RATE, the highest", 0x88, b"\xff" * 4, mhz=2**32 - 1, rows=0),
        command("RATE of more rows than a record has", 0x88, rate + b"\x15", BAD_ARGUMENT),
        command("RATE of nothing", 0x88, bytes(4), BAD_ARGUMENT),
        command("RATE one byte short", 0x88, rate[:3], BAD_ARGUMENT),
        command("LOG_READ", 0x8B, read, **wanted),
        command("LOG_READ with bytes of a newer minor version", 0x8B, read + b"\0", **wanted),
        command("LOG_READ one byte short", 0x8B, read[:-1], BAD_ARGUMENT),
        command("LOG_ERASE", 0x8C, struct.pack("<I", 0xFEDCBA98), epoch=0xFEDCBA98),
        command("LOG_ERASE with bytes of a newer minor version", 0x8C, b"\1\0\0\0\2", epoch=1),
        command("LOG_ERASE one byte short", 0x8C, b"\1\0\0", BAD_ARGUMENT),
        command("LOG_START", 0x8D, struct.pack("<I", 1_750_000_000), utc_s=1_750_000_000),
        command("LOG_START at an unknown time", 0x8D, bytes(4), utc_s=0),
        command("LOG_START with bytes of a newer minor version", 0x8D, bytes(5), utc_s=0),
        command("LOG_START one byte short", 0x8D, bytes(3), BAD_ARGUMENT),
        command("SIDE left", 0x8F, b"\1", side=1),
        command("SIDE right and bytes of a newer minor version", 0x8F, b"\2\0", side=2),
        command("SIDE neither", 0x8F, b"\0", BAD_ARGUMENT),
        command("SIDE beyond", 0x8F, b"\3", BAD_ARGUMENT),
        command("SIDE of nothing", 0x8F, b"", BAD_ARGUMENT),
        command("one below the first", 0x80, b"", UNKNOWN),
        command("one above the last", 0x90, b"\1\2\3\4", UNKNOWN),
    ]


def sound_frames() -> list[dict[str, Any]]:
    codes = [[0, 1, 15, 16, 255, 256, 0x123, 0xABC, 0xF0F, 0x0F0, 2048, 4094, 4095, 7, 3000],
             [4095] * 15]
    motion = [[0, 1, -1, 32767, -32767, 256], [-32768] * 6]
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
        info("info with the longest id", 16, 0xFFFF, 0b0110, 0xFFFFFFFF, "plate-" + 18 * "9",
             calibration=0xFFFF, features=0xFFFF),
        info("info without an id", 26, 4, 0, 1, ""),
        info("info of an insole", 27, 5, 32, 0x01020304, "insole-esp32-left", (2, 3, 3, 15, 12, 0),
             rate_mhz=100_000, features=0b0011_1110, accel_g=16, gyro_dps=2000, side=1),
        info("info of a calibrated plate at 4000 rows a second", 28, 6, 16, 0x8266DB2F,
             "plate-ads131m04", (1, 2, 2, 4, 24, 32), rate_mhz=4_000_000, calibration=0x29B1,
             features=3),
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
        event("event: given up", 29, 8_000_000, 11, 2),
        *(event(f"event: code {code}", 30 + code, 6, code, argument)
          for code, argument in {5: 0, 6: 0, 7: 3, 8: 3312, 9: 0xFFFF, 10: 23}.items()),
        *(ack(f"acknowledged with status {status}", 40 + status, 43, 0x8B, status)
          for status in (3, 4, 5)),
        frame("acknowledged log list with the epoch", ACK, 46, struct.pack("<HBBI", 44, 0x8A, 0, 9),
              command_seq=44, command=0x8A, status=0, epoch=9),
        calibration("calibration", 50, 3, 1_750_000_000, CELLS),
        calibration("calibration that is not stored", 51, 0, 0, [(0, 0, 0)] * 4),
        calibration("calibration at the highest counter", 52, 2**32 - 1, 2**32 - 1,
                    [(-1, -2, -3)] * 4),
        self_test("self-test of a plate", 53, 45, [(0, -8_388_608, 65535), (1, 0, 0),
                                                   (2, 8_388_607, 1), (3, -1, 0)]),
        self_test("self-test of an insole", 54, 0xFFFF,
                  [(0, 100 * c, 3) for c in range(15)] + [(5, 4095, 900), (0, 3700, 2), (4, 0, 0)]),
        samples("samples: one row", 55, 7, 250, 0, 1, 0, 9, [[1, -1, 65536, -65536]]),
        samples("samples: four rows at the wrap of every counter", 56, 2**32 - 2, 2**32 - 1000,
                3000, 0xFFFF, 0, 0xFE, [[n, -n, 1000 * n, -1000 * n] for n in range(4)]),
        samples("samples: an end of the range and a silent channel", 57, 100, 5, 1000, 2,
                0b1000_0011, 0, [[HIGHEST, 0, HIGHEST - 1, 0], [5, LOWEST, LOWEST + 1, 0]]),
        samples("samples: the most rows", 58, 3, 70, 4500, 3, 0, 0x7F,
                [[n * 4 + c for c in range(4)] for n in range(19)]),
        cop("cop", 59, 8, 1000, 1, 0, -12_345, 67_890, 700_000, 0x29B1),
        cop("cop without a position", 60, 9, 2000, 1, 0b11101, -(2**31), -(2**31), -5, 0),
        cop("cop at the ends", 61, 2**32 - 1, 2**32 - 1, 0xFFFF, 2, 2**31 - 1, -(2**31) + 1,
            2**31 - 1, 0xFFFF),
        rows("rows of 15 cells and IMU", 62, 2**32 - 1, 2**32 - 5, 10_000, 7, 0b00001, codes,
             motion),
        rows("rows of 15 cells", 63, 5, 1_000_000, 10_000, 8, 0b11110, codes, []),
        rows("row of one cell", 64, 0, 0, 65_535, 0, 0, [[0xABC]], []),
        rows("rows of 16 cells and IMU, as many as fit a notification", 65, 4, 0x01020304, 5000,
             9, 5, [[(r * 251 + c * 17) % 4096 for c in range(16)] for r in range(6)],
             [[r * 1000 - c for c in range(6)] for r in range(6)]),
        log_run("log run being written", 66, 9, 513, 1, 1_750_000_000, 0),
        log_run("log run ended", 67, 2**32 - 1, 0xFFFF, 2**32 - 1, 2**32 - 1, 1),
        log_run("log run cut off at an unknown time", 68, 1, 0, 2, 0, 2),
        log_data("log data", 69, 513, 2, 480, bytes(range(32))),
        log_data("log data, as much as a frame holds", 70, 513, 2**32 - 1, 0, bytes(range(240))),
        *commands(),
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
