# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import binascii
import json
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from solemetry_host.wire.crc import crc16, side_by_side
from solemetry_host.wire.records import sample_wire_type, signed24
from solemetry_host.wire.stream import StreamDecoder

VECTORS = json.loads(
    (Path(__file__).parents[2] / "firmware" / "vectors" / "frames.json").read_text()
)
SAMPLE, SAMPLES, ROWS = 0x10, 0x11, 0x13
SAMPLE_BYTES = sample_wire_type(4).itemsize


def frame(type_: int, seq: int, payload: bytes) -> bytes:
    """A frame by independent means: the cobs package and the standard library."""
    body = struct.pack("<BH", type_, seq) + payload
    return cobs.encode(body + struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))) + b"\0"


def scalar_samples(payload: bytes) -> list[bytes]:
    """SAMPLE payloads that say what one SAMPLES payload says; none where it is not one."""
    if len(payload) < 17:
        return []
    index, t_us, span_us, boot_id, flags, conversion, rows = struct.unpack_from("<IIIHBBB", payload)
    if rows > 19 or len(payload) < 17 + 12 * rows:
        return []
    return [
        struct.pack("<IIHB", (index + k) % 2**32, (t_us + span_us * k // max(rows - 1, 1)) % 2**32,
                    boot_id, flags)
        + payload[17 + 12 * k : 29 + 12 * k]
        + struct.pack("<4H4B", 0, 0, 0, 0, *[(conversion + k) % 256] * 4)
        for k in range(rows)
    ]  # fmt: skip


def scalar_rows(payload: bytes, channels: int) -> list[tuple]:
    """Rows of one ROWS payload; the codes as one long number of 12-bit digits."""
    if len(payload) < 15:
        return []
    index, t_us, period_us, boot_id, flags, claimed, rows = struct.unpack_from("<IIHHBBB", payload)
    size, imu = -(-channels * 12 // 8), 12 * (flags & 1)
    if claimed != channels or len(payload) < 15 + rows * (size + imu):
        return []
    out = []
    for k in range(rows):
        digits = int.from_bytes(payload[15 + size * k : 15 + size * (k + 1)], "little")
        codes = [digits >> 12 * c & 0xFFF for c in range(channels)]
        axes = [-32768] * 6
        if imu:
            axes = list(struct.unpack_from("<6h", payload, 15 + size * rows + 12 * k))
        out.append(((index + k) % 2**32, (t_us + k * period_us) % 2**32, boot_id, flags, codes,
                    axes))
    return out


def scalar_decode(stream: bytes) -> tuple[list[bytes], list, list[tuple[int, int, bytes]], int]:
    """The protocol, one frame at a time: what the vectorised decoder has to agree with."""
    samples, insole, records, damaged = [], [], [], 0
    *frames, _ = stream.split(b"\0")
    for stuffed in frames:
        if not stuffed:
            continue
        try:
            plain = cobs.decode(stuffed)
        except cobs.DecodeError:
            plain = b""
        crc = struct.pack("<H", binascii.crc_hqx(plain[:-2], 0xFFFF))
        if len(stuffed) > 254 or len(plain) < 5 or plain[-2:] != crc:
            damaged += 1
            continue
        type_, seq = struct.unpack_from("<BH", plain)
        payload = plain[3:-2]
        several = scalar_samples(payload) if type_ == SAMPLES else []
        of_insole = scalar_rows(payload, 4) if type_ == ROWS else []
        if type_ == SAMPLE and len(payload) >= SAMPLE_BYTES:
            samples.append(payload[:SAMPLE_BYTES])
        elif several or of_insole:
            samples += several
            insole += of_insole
        else:
            records.append((type_, seq, payload))
    return samples, insole, records, damaged


def as_tuples(rows: np.ndarray) -> list[tuple]:
    return [tuple(v.tolist() if isinstance(v, np.ndarray) else v for v in row.item())
            for row in rows]


def decode(stream: bytes, cuts: list[int]) -> tuple[list[bytes], list, list, int]:
    decoder, samples, insole, records = StreamDecoder(4), [], [], []
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for start, stop in pairwise(edges):
        found = decoder.push(stream[start:stop])
        samples += [row.tobytes() for row in found.samples]
        insole += as_tuples(found.rows)
        records += [(r.type, r.seq, r.payload) for r in found.records]
    return samples, insole, records, decoder.counters.damaged


@st.composite
def batch_payloads(draw: st.DrawFn) -> bytes:
    """Payloads of SAMPLES and ROWS records, some of them a byte short or long."""
    rows = draw(st.integers(0, 20))
    head = draw(st.binary(min_size=16, max_size=16)) + bytes([rows])
    size = 12 * rows
    if draw(st.booleans()):
        flags = draw(st.integers(0, 31))
        head = draw(st.binary(min_size=12, max_size=12)) + bytes([flags, 4, rows])
        size = rows * (6 + 12 * (flags & 1))
    size = min(max(size + draw(st.integers(-1, 1)), 0), 240 - len(head))
    return head + draw(st.binary(min_size=size, max_size=size))


frames = st.builds(
    frame,
    st.one_of(st.just(SAMPLE), st.integers(0, 255)),
    st.integers(0, 0xFFFF),
    st.one_of(
        st.binary(max_size=240),
        st.binary(min_size=SAMPLE_BYTES, max_size=SAMPLE_BYTES + 3),
        st.integers(0, 240).map(bytes),
    ),
)
batches = st.builds(
    frame, st.sampled_from([SAMPLES, ROWS]), st.integers(0, 0xFFFF), batch_payloads()
)
noise = st.one_of(st.binary(max_size=300), st.binary(min_size=255, max_size=600))


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    parts = draw(st.lists(st.one_of(frames, batches, batches, noise), max_size=12))
    stream = bytearray(b"".join(parts))
    for _ in range(draw(st.integers(0, 3))):
        if stream:
            stream[draw(st.integers(0, len(stream) - 1))] ^= draw(st.integers(1, 255))
    return bytes(stream)


@given(streams(), st.lists(st.integers(0, 10**6), max_size=20))
def test_any_bytes_cut_anywhere_decode_as_one_frame_at_a_time_would(
    stream: bytes, cuts: list[int]
) -> None:
    assert decode(stream, cuts) == scalar_decode(stream)


@given(st.integers(1, 254), st.integers(0, 20), st.randoms(use_true_random=False))
def test_crc_of_many_frames_equals_the_standard_librarys(size: int, many: int, rng: Any) -> None:
    parts = [rng.randbytes(size) for _ in range(many)]
    frames = np.frombuffer(b"".join(parts), np.uint8).reshape(many, size)
    expected = [binascii.crc_hqx(part, 0xFFFF) for part in parts]
    assert crc16(frames).tolist() == expected
    assert side_by_side(frames).tolist() == expected


@given(streams(), st.integers(50, 300), st.integers(0, 2**32 - 1))
def test_a_long_stream_decodes_as_one_frame_at_a_time_would(
    stream: bytes, times: int, seed: int
) -> None:
    # So many frames of one length that they are worked out side by side; a few bytes are hit.
    rng = np.random.default_rng(seed)
    long = np.frombuffer((stream + b"\0") * times, np.uint8).copy()
    hit = rng.integers(0, len(long), times // 20)
    long[hit] = rng.integers(0, 256, len(hit))
    assert decode(long.tobytes(), [len(long) // 3]) == scalar_decode(long.tobytes())


@pytest.mark.parametrize("vector", VECTORS["frames"], ids=lambda v: v["name"])
def test_sound_frames_of_the_shared_vectors_are_read(vector: dict) -> None:
    wire = bytes.fromhex(vector["wire_hex"])
    payload = bytes.fromhex(vector["payload_hex"])
    channels = payload[13] if vector["type"] == ROWS else 4
    found = StreamDecoder(channels).push(wire)
    if vector["type"] == SAMPLE and len(payload) >= SAMPLE_BYTES:
        assert found.samples[0].tobytes() == payload[:SAMPLE_BYTES]
    elif vector["type"] == SAMPLES:
        assert [row.tobytes() for row in found.samples] == scalar_samples(payload)
    elif vector["type"] == ROWS:
        assert as_tuples(found.rows) == scalar_rows(payload, channels)
    else:
        (record,) = found.records
        assert (record.type, record.seq, record.payload) == (
            vector["type"], vector["seq"], payload
        )


@pytest.mark.parametrize("vector", VECTORS["damaged"], ids=lambda v: v["name"])
def test_damaged_frames_of_the_shared_vectors_are_counted_and_dropped(vector: dict) -> None:
    decoder = StreamDecoder(4)
    found = decoder.push(bytes.fromhex(vector["wire_hex"]) + b"\0")
    assert not len(found.samples)
    assert not len(found.rows)
    assert not found.records
    assert decoder.counters.damaged >= 1


@given(st.lists(st.integers(-(2**23), 2**23 - 1), min_size=1, max_size=50))
def test_24_bit_counts_keep_their_sign(values: list[int]) -> None:
    raw = b"".join(value.to_bytes(3, "little", signed=True) for value in values)
    assert signed24(np.frombuffer(raw, np.uint8).reshape(-1, 3)).tolist() == values


def test_a_decoder_takes_over_where_another_left_off() -> None:
    stream = frame(0x55, 1, b"abc") + frame(0x55, 2, b"def")
    first = StreamDecoder(1)
    first.push(stream[:12])
    second = StreamDecoder(4, rest=first.rest)
    assert [r.payload for r in second.push(stream[12:]).records] == [b"def"]
    assert second.counters.damaged == 0


def test_endless_noise_does_not_fill_the_memory() -> None:
    decoder = StreamDecoder(4)
    for _ in range(1000):
        decoder.push(b"\x55" * 1000)
    assert len(decoder.rest) <= 255
    assert decoder.push(b"\0" + frame(7, 1, b"x")).records[0].payload == b"x"
    assert decoder.counters.damaged == 1
