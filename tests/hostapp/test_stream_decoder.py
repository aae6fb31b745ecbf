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

from solemetry_host.wire.crc import crc16
from solemetry_host.wire.records import sample_wire_type, signed24
from solemetry_host.wire.stream import StreamDecoder

VECTORS = json.loads(
    (Path(__file__).parents[2] / "firmware" / "vectors" / "frames.json").read_text()
)
SAMPLE = 0x10
SAMPLE_BYTES = sample_wire_type(4).itemsize


def frame(type_: int, seq: int, payload: bytes) -> bytes:
    """A frame by independent means: the cobs package and the standard library."""
    body = struct.pack("<BH", type_, seq) + payload
    return cobs.encode(body + struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))) + b"\0"


def scalar_decode(stream: bytes) -> tuple[list[bytes], list[tuple[int, int, bytes]], int]:
    """The protocol, one frame at a time: what the vectorised decoder has to agree with."""
    samples, records, damaged = [], [], 0
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
        if type_ == SAMPLE and len(payload) >= SAMPLE_BYTES:
            samples.append(payload[:SAMPLE_BYTES])
        else:
            records.append((type_, seq, payload))
    return samples, records, damaged


def decode(stream: bytes, cuts: list[int]) -> tuple[list[bytes], list, int]:
    decoder, samples, records = StreamDecoder(4), [], []
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for start, stop in pairwise(edges):
        found = decoder.push(stream[start:stop])
        samples += [row.tobytes() for row in found.samples]
        records += [(r.type, r.seq, r.payload) for r in found.records]
    return samples, records, decoder.counters.damaged


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
noise = st.one_of(st.binary(max_size=300), st.binary(min_size=255, max_size=600))


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    parts = draw(st.lists(st.one_of(frames, frames, noise), max_size=12))
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
    assert crc16(frames).tolist() == [binascii.crc_hqx(part, 0xFFFF) for part in parts]


@pytest.mark.parametrize("vector", VECTORS["frames"], ids=lambda v: v["name"])
def test_sound_frames_of_the_shared_vectors_are_read(vector: dict) -> None:
    found = StreamDecoder(4).push(bytes.fromhex(vector["wire_hex"]))
    payload = bytes.fromhex(vector["payload_hex"])
    if vector["type"] == SAMPLE and len(payload) >= SAMPLE_BYTES:
        assert found.samples[0].tobytes() == payload[:SAMPLE_BYTES]
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
    assert len(decoder.rest) <= 254
    assert decoder.push(b"\0" + frame(7, 1, b"x")).records[0].payload == b"x"
    assert decoder.counters.damaged == 1
