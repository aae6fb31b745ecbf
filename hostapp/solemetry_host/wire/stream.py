# SPDX-License-Identifier: Apache-2.0
"""From a stream of bytes to samples: many frames per call, no loop over frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solemetry_host.wire.batches import insole_rows, insole_wire_type, samples_rows
from solemetry_host.wire.crc import crc16
from solemetry_host.wire.records import Record, Type, sample_wire_type

LONGEST_FRAME = 254
_HEADER, _CRC = 3, 2


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
        self._sample_type = sample_wire_type(channels)
        self._rest = np.frombuffer(rest, np.uint8)
        self._overlong = False

    @property
    def rest(self) -> bytes:
        """What has come of a frame that is not whole yet."""
        return self._rest.tobytes()

    def push(self, data: bytes) -> Decoded:
        """Take the next bytes of the stream."""
        buffer = np.concatenate((self._rest, np.frombuffer(data, np.uint8)))
        ends = np.flatnonzero(buffer == 0)
        starts = np.concatenate(([0], ends + 1))
        self._rest = buffer[starts[-1] :]
        starts, lengths = starts[:-1], np.diff(starts) - 1
        too_long = lengths > LONGEST_FRAME
        if self._overlong and len(lengths):
            too_long[0] = True
            self._overlong = False
        if len(self._rest) > LONGEST_FRAME:
            # Nothing that long can become a frame: forget it, but not that it was there.
            self._overlong, self._rest = True, self._rest[:0]
        self.counters.damaged += int(too_long.sum())
        keep = ~too_long & (lengths > 0)
        return self._unpack(buffer, starts[keep], lengths[keep])

    def _unpack(
        self, buffer: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> Decoded:
        plain, whole = _unstuff(buffer, starts, lengths)
        # The first byte of a stuffed frame is only a length: the plain frame begins after it.
        starts, lengths = starts + 1, lengths - 1
        whole &= lengths >= _HEADER + _CRC
        sound = whole.copy()
        sizes = np.flatnonzero(np.bincount(lengths[whole]))
        for size in sizes.tolist():  # frames come in few sizes
            of_size = np.flatnonzero(whole & (lengths == size))
            frames = _gather(plain, starts[of_size], size)
            sound[of_size] = crc16(frames[:, :-_CRC]) == _u16(frames[:, -_CRC:])
        self.counters.damaged += len(sound) - int(sound.sum())
        self.counters.frames += int(sound.sum())
        return self._sort(plain, starts[sound], lengths[sound])

    def _sort(
        self, plain: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> Decoded:
        types, payloads = plain[starts], starts + _HEADER
        sizes = lengths - _HEADER - _CRC
        single = (types == Type.SAMPLE) & (sizes >= self._sample_type.itemsize)
        batched, of_insole = (np.flatnonzero(types == t) for t in (Type.SAMPLES, Type.ROWS))
        samples = np.ascontiguousarray(
            _gather(plain, payloads[single], self._sample_type.itemsize)
        ).view(self._sample_type)[:, 0]
        taken = single.copy()
        if len(batched):
            several, counts = samples_rows(
                plain, payloads[batched], sizes[batched], self._channels
            )
            taken[batched] = counts > 0
            place = np.concatenate((np.flatnonzero(single), np.repeat(batched, counts)))
            samples = np.concatenate((samples, several))[np.argsort(place, kind="stable")]
        rows = np.empty(0, insole_wire_type(self._channels))
        if len(of_insole):
            rows, counts = insole_rows(
                plain, payloads[of_insole], sizes[of_insole], self._channels
            )
            taken[of_insole] = counts > 0
        records = [
            _record(plain[start : start + length].tobytes())
            for start, length in zip(starts[~taken], lengths[~taken], strict=True)
        ]
        return Decoded(samples, rows, records)


def _unstuff(
    buffer: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Undo COBS in place of many frames at once.

    Each block begins with its length; in a frame shorter than 255 bytes every length byte but
    the first stands where a zero was. So the frames' chains of lengths are followed side by
    side, one step per block, and the bytes they touch become zeros.

    Returns
    -------
    plain : (n,) uint8 array
        The buffer with zeros restored.
    whole : (k,) bool array
        Which frames' chains end exactly at the frame's end.
    """
    plain = buffer.copy()
    at, ends = starts.copy(), starts + lengths
    open_ = np.arange(len(starts))
    while len(open_):
        here = at[open_]
        plain[here] = 0
        at[open_] = here + buffer[here]
        open_ = open_[at[open_] < ends[open_]]
    return plain, at == ends


def _gather(
    data: NDArray[np.uint8], starts: NDArray[np.int64], size: int
) -> NDArray[np.uint8]:
    """Copy equally long pieces into the rows of an array."""
    rows: NDArray[np.uint8] = data[starts[:, None] + np.arange(size)]
    return rows


def _record(plain: bytes) -> Record:
    return Record(plain[0], int.from_bytes(plain[1:3], "little"), plain[_HEADER:-_CRC])


def _u16(pairs: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return pairs[:, 0].astype(np.uint16) | pairs[:, 1].astype(np.uint16) << np.uint16(8)
