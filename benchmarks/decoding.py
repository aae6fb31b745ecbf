# SPDX-License-Identifier: Apache-2.0
"""How fast bytes of a link become rows, beside a loop over frames with `cobs` and `struct`.

The loop does all that the decoder does: it checks each frame, and its rows end in one array.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Callable

import numpy as np
from cobs import cobs
from timing import medians

from solemetry_host.wire.batches import insole_wire_type
from solemetry_host.wire.records import Type, encode, sample_wire_type
from solemetry_host.wire.stream import StreamDecoder

OneByOne = Callable[[bytes], np.ndarray]
CHUNKS = (2**16, 2**18)
READS_HZ = 200
INSOLE_CELLS = 16


def frames_of_plate_at_4_khz(records: int = 4000) -> bytes:
    """SAMPLES of 19 rows, a person's weight on the cells."""
    counts = np.random.default_rng(1).normal(200_000, 50, (records, 19, 4)).astype("<i4")
    triples = counts.reshape(-1, 1).view(np.uint8).reshape(records, 19 * 4, 4)[..., :3]
    return b"".join(
        encode(Type.SAMPLES, i, struct.pack("<IIIHBBB", 19 * i, 4750 * i, 4500, 1, 0, i % 256, 19)
               + triples[i].tobytes())
        for i in range(records)
    )


def frames_of_insole(records: int = 4000) -> bytes:
    """ROWS of 6 rows of 16 cells and the IMU."""
    rng = np.random.default_rng(1)
    return b"".join(
        encode(Type.ROWS, i, struct.pack("<IIHHBBB", 6 * i, 60_000 * i, 10_000, 1, 1, 16, 6)
               + rng.bytes(6 * 24) + rng.normal(0, 300, (6, 6)).astype("<i2").tobytes())
        for i in range(records)
    )


def plate_one_by_one(stream: bytes) -> np.ndarray:
    rows = []
    for payload in sound_payloads(stream, Type.SAMPLE):
        index, t_us, boot_id, flags, counts, *rest = struct.unpack("<IIHB12s4H4B", payload)
        triples = np.frombuffer(counts, np.uint8).reshape(4, 3)
        rows.append((index, t_us, boot_id, flags, triples, rest[:4], rest[4:]))
    return np.array(rows, sample_wire_type(4))


def batches_one_by_one(stream: bytes) -> np.ndarray:
    rows = []
    for payload in sound_payloads(stream, Type.SAMPLES):
        index, t_us, span_us, boot_id, flags, first, many = struct.unpack_from("<IIIHBBB", payload)
        triples = np.frombuffer(payload, np.uint8, 12 * many, 17).reshape(many, 4, 3)
        rows += [
            (index + k, t_us + span_us * k // max(many - 1, 1), boot_id, flags, triples[k],
             (0,) * 4, ((first + k) % 256,) * 4)
            for k in range(many)
        ]
    return np.array(rows, sample_wire_type(4))


def insole_one_by_one(stream: bytes) -> np.ndarray:
    rows = []
    for payload in sound_payloads(stream, Type.ROWS):
        index, t_us, period_us, boot_id, flags, _, many = struct.unpack_from("<IIHHBBB", payload)
        for k in range(many):
            digits = int.from_bytes(payload[15 + 24 * k : 39 + 24 * k], "little")
            codes = [digits >> 12 * c & 0xFFF for c in range(INSOLE_CELLS)]
            axes = struct.unpack_from("<6h", payload, 15 + 24 * many + 12 * k)
            rows.append((index + k, t_us + period_us * k, boot_id, flags, codes, axes))
    return np.array(rows, insole_wire_type(INSOLE_CELLS))


def sound_payloads(stream: bytes, wanted: int) -> list[bytes]:
    payloads = []
    for stuffed in stream.split(b"\0"):
        if not stuffed:
            continue
        plain = cobs.decode(stuffed)
        sound = struct.pack("<H", binascii.crc_hqx(plain[:-2], 0xFFFF)) == plain[-2:]
        if sound and plain[0] == wanted:
            payloads.append(plain[3:-2])
    return payloads


def decoded(reads: list[bytes], channels: int) -> None:
    decoder = StreamDecoder(channels)
    for read in reads:
        decoder.push(read)


def report_stream(what: str, stream: bytes, channels: int, one_by_one: OneByOne) -> None:
    found = StreamDecoder(channels).push(stream)
    ours = found.samples if len(found.samples) else found.rows
    assert ours.tobytes() == one_by_one(stream).tobytes()
    for size in CHUNKS:
        reads = [stream[at : at + size] for at in range(0, len(stream), size)]
        mine, yours = medians(lambda r=reads: decoded(r, channels), lambda: one_by_one(stream), 7)
        print(f"decode {what:27} {len(stream) / mine / 1e6:9.0f} MB/s {yours / mine:7.1f} x  "
              f"frame by frame ({size // 1024} kB a call)")


def report_live(frames: list[bytes], rate_hz: int) -> None:
    reads = [b"".join(frames[at : at + max(1, rate_hz // READS_HZ)]) for at in range(500)]
    mine, yours = medians(lambda: decoded(reads, 4),
                          lambda: [plate_one_by_one(read) for read in reads])
    print(f"one read at {rate_hz:4} rows a second {1e6 * mine / len(reads):12.0f} us   "
          f"{yours / mine:7.1f} x  frame by frame")


def report_decoding(of_plate: bytes) -> None:
    """Print MB of wire a second, and what one live read costs."""
    report_stream("SAMPLE, one row of 4", of_plate * 4, 4, plate_one_by_one)
    report_stream("SAMPLES, 19 rows of 4", frames_of_plate_at_4_khz(), 4, batches_one_by_one)
    report_stream("ROWS, 6 of 16 cells and IMU", frames_of_insole(), INSOLE_CELLS,
                  insole_one_by_one)
    frames = [frame + b"\0" for frame in of_plate.split(b"\0") if frame][1:]
    report_live(frames, 80)
    report_live(frames, 1000)
