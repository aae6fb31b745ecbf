# SPDX-License-Identifier: Apache-2.0
"""From a stream of bytes to samples: many frames per call."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from cobs import cobs
from numpy.typing import NDArray

from solemetry_host.wire.batches import insole_rows, insole_wire_type, samples_rows
from solemetry_host.wire.crc import crc16
from solemetry_host.wire.pieces import Bytes, Ints, pieces
from solemetry_host.wire.records import Record, Type, sample_wire_type

LONGEST_FRAME = 254
"""Stuffed, without its closing zero; unstuffed it is one byte shorter."""

_HEADER, _CRC = 3, 2
_SAMPLE, _SAMPLES, _ROWS = map(int, (Type.SAMPLE, Type.SAMPLES, Type.ROWS))


@dataclass
class LinkCounters:
    """What the link has brought since it was opened."""

    frames: int = 0
    damaged: int = 0
    """Frames that failed COBS or CRC, and runs of bytes too long to be a frame."""


@dataclass
class Decoded:
    """What one call of `StreamDecoder.push` found.

    Attributes
    ----------
    samples : (n,) structured array
        `sample_wire_type` rows, in order, however many came in one record.
    rows : (n,) structured array
        `insole_wire_type` rows, in order.
    records : list of Record
        Everything else, in order.
    """

    samples: NDArray[np.void]
    rows: NDArray[np.void]
    records: list[Record] = field(default_factory=list)


class StreamDecoder:
    """Cuts a byte stream into frames, checks them, and unpacks the samples.

    The outcome does not depend on how the stream is cut into calls. After damage it goes on
    with the next zero byte.

    Parameters
    ----------
    channels : int
        Sensors per row.
    rest : bytes
        The beginning of a frame that another decoder of the same stream was left with.
    """

    def __init__(self, channels: int, rest: bytes = b"") -> None:
        self.counters = LinkCounters()
        self._channels = channels
        self._no_samples = np.empty(0, sample_wire_type(channels))
        self._no_rows = np.empty(0, insole_wire_type(channels))
        self._rest = rest

    @property
    def rest(self) -> bytes:
        """What has come of a frame that is not whole yet."""
        return self._rest

    def push(self, data: bytes) -> Decoded:
        """Take the next bytes of the stream."""
        *stuffed, rest = (self._rest + data).split(b"\0")
        # Of what is too long to become a frame no more is kept than shows that.
        self._rest = rest[: LONGEST_FRAME + 1]
        frames = _unstuffed([frame for frame in stuffed if frame])
        if not frames:
            return Decoded(self._no_samples, self._no_rows)
        lengths = np.fromiter(map(len, frames), np.int64, len(frames))
        starts = np.cumsum(lengths) - lengths
        plain = np.frombuffer(b"".join(frames), np.uint8)
        sound = _sound(plain, starts, lengths)
        good = int(np.count_nonzero(sound))
        self.counters.frames += good
        self.counters.damaged += len(frames) - good
        return self._sort(plain, starts[sound], lengths[sound])

    def _sort(self, plain: Bytes, starts: Ints, lengths: Ints) -> Decoded:
        types, payloads = plain[starts], starts + _HEADER
        sizes = lengths - _HEADER - _CRC
        row_type = self._no_samples.dtype
        taken = (types == _SAMPLE) & (sizes >= row_type.itemsize)
        batched, of_insole = np.flatnonzero(types == _SAMPLES), np.flatnonzero(types == _ROWS)
        samples = pieces(plain, payloads[taken], row_type.itemsize).view(row_type)[:, 0]
        if len(batched):
            several, counts = samples_rows(
                plain, payloads[batched], sizes[batched], self._channels
            )
            place = np.concatenate((np.flatnonzero(taken), np.repeat(batched, counts)))
            if len(samples):
                several = np.concatenate((samples, several))[np.argsort(place, kind="stable")]
            samples = several
            taken[batched] = counts > 0
        rows = self._no_rows
        if len(of_insole):
            rows, counts = insole_rows(
                plain, payloads[of_insole], sizes[of_insole], self._channels
            )
            taken[of_insole] = counts > 0
        others = np.flatnonzero(~taken)
        records = [
            _record(plain[start : start + length].tobytes())
            for start, length in zip(starts[others], lengths[others], strict=True)
        ]
        return Decoded(samples, rows, records)


def _unstuffed(frames: list[bytes]) -> list[bytes]:
    """Undo COBS; what is not COBS becomes empty."""
    try:
        return [cobs.decode(frame) for frame in frames]
    except cobs.DecodeError:
        return [_unstuffed_or_empty(frame) for frame in frames]


def _unstuffed_or_empty(frame: bytes) -> bytes:
    try:
        return bytes(cobs.decode(frame))
    except cobs.DecodeError:
        return b""


def _sound(plain: Bytes, starts: Ints, lengths: Ints) -> NDArray[np.bool_]:
    """Which of the frames are of a possible length and have the CRC they say."""
    sound = (lengths >= _HEADER + _CRC) & (lengths < LONGEST_FRAME)
    for size in set(lengths[sound].tolist()):  # frames come in few sizes
        of_size = np.flatnonzero(lengths == size)
        frames = pieces(plain, starts[of_size], size)
        sound[of_size] = crc16(frames[:, :-_CRC]) == _u16(frames[:, -_CRC:])
    return sound


def _record(plain: bytes) -> Record:
    return Record(plain[0], int.from_bytes(plain[1:3], "little"), plain[_HEADER:-_CRC])


def _u16(pairs: Bytes) -> NDArray[np.uint16]:
    return pairs[:, 0].astype(np.uint16) | pairs[:, 1].astype(np.uint16) << np.uint16(8)
