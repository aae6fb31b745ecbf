# SPDX-License-Identifier: Apache-2.0
"""Fetching the log of a pod over any link that carries commands; only what is missing is asked."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass

from solemetry.errors import DeviceError
from solemetry_host.devices.asking import Asker
from solemetry_host.wire.log import (
    BLOCK_BYTES,
    BadBlockError,
    LogBlock,
    LogData,
    LogRun,
    log_read_payload,
    u32_payload,
)
from solemetry_host.wire.records import Type

_AT_ONCE = 8
_FRUITLESS = 3
"""So many questions in a row that bring nothing new end a download."""

_AGAIN = 2
"""A block that fails its check is fetched so many times; then that is how it stands there."""

Progress = Callable[[int, int], None]
"""Told how many blocks are here, and how many there are."""


@dataclass(frozen=True)
class PodMemory:
    """What is in a pod's memory.

    Attributes
    ----------
    epoch : int
        Needed to erase it; -1 where a pod does not tell.
    runs : tuple of LogRun
        The newest first.
    """

    epoch: int
    runs: tuple[LogRun, ...]


def list_runs(pod: Asker) -> PodMemory:
    """Ask what is in a pod's memory."""
    answer = pod.ask(Type.COMMAND_LOG_LIST)
    runs: dict[int, LogRun] = {}
    for record in answer.records:
        run = LogRun.parse(record.payload)
        if run is not None:
            runs[run.run] = run  # a repeated command tells each twice
    epoch = int.from_bytes(answer.trailing[:4], "little") if len(answer.trailing) >= 4 else -1
    if epoch < 0 and runs:
        epoch = next(iter(runs.values())).epoch
    return PodMemory(epoch, tuple(runs.values()))


def erase(pod: Asker, epoch: int) -> None:
    """Make a pod forget all its runs, if its memory is still the one that was listed."""
    pod.ask(Type.COMMAND_LOG_ERASE, u32_payload(epoch))


def download(
    pod: Asker,
    run: LogRun,
    blocks: MutableMapping[int, bytes],
    progress: Progress = lambda here, of: None,
) -> None:
    """Fetch the blocks of a run that are not there yet.

    Parameters
    ----------
    pod : Asker
    run : LogRun
        From `list_runs`.
    blocks : mutable mapping of int to bytes
        Gets the blocks by number; those of an earlier attempt that are sound are kept.
    progress : callable

    Raises
    ------
    DeviceError
        When the link breaks or brings nothing more; `blocks` holds what came until then.
    """
    for number, data in list(blocks.items()):
        if not _is_sound(data, run, number):
            del blocks[number]
    pieces = _Pieces(run.run)
    fruitless, tries = 0, dict.fromkeys(range(run.blocks), 0)
    while (first := _first_missing(blocks, run.blocks)) is not None:
        count = _run_length(blocks, first, min(first + _AT_ONCE, run.blocks))
        answer = pod.ask(Type.COMMAND_LOG_READ, log_read_payload(run.run, first, count))
        fresh = 0
        for record in answer.records:
            piece = LogData.parse(record.payload)
            fresh += pieces.put(piece) if piece is not None else 0
        for number, data in pieces.whole():
            tries[number] = tries.get(number, 0) + 1
            if _is_sound(data, run, number) or tries[number] >= _AGAIN:
                blocks[number] = data
        progress(len(blocks), run.blocks)
        fruitless = 0 if fresh else fruitless + 1
        if fruitless == _FRUITLESS:
            raise DeviceError(
                f"Of run {run.run}, {len(blocks)} of {run.blocks} blocks came; no more do.",
                "Download it again: it goes on where it stopped.",
            )


def _first_missing(blocks: MutableMapping[int, bytes], count: int) -> int | None:
    return next((number for number in range(count) if number not in blocks), None)


def _run_length(blocks: MutableMapping[int, bytes], first: int, stop: int) -> int:
    """How many blocks in a row are missing."""
    return next((n - first for n in range(first, stop) if n in blocks), stop - first)


def _is_sound(data: bytes, run: LogRun, number: int) -> bool:
    try:
        block = LogBlock.parse(data)
    except BadBlockError:
        return False
    return (block.epoch, block.run, block.number) == (run.epoch, run.run, number)


class _Pieces:
    """Pieces of blocks, until the blocks are whole."""

    def __init__(self, run: int) -> None:
        self._run = run
        self._data: dict[int, bytearray] = {}
        self._there: dict[int, bytearray] = {}

    def put(self, piece: LogData) -> int:
        """Take a piece; return how many of its bytes are new."""
        end = piece.offset + len(piece.data)
        if piece.run != self._run or end > BLOCK_BYTES:
            return 0
        data = self._data.setdefault(piece.block, bytearray(BLOCK_BYTES))
        there = self._there.setdefault(piece.block, bytearray(BLOCK_BYTES))
        fresh = there[piece.offset : end].count(0)
        data[piece.offset : end] = piece.data
        there[piece.offset : end] = b"\1" * len(piece.data)
        return fresh

    def whole(self) -> list[tuple[int, bytes]]:
        """Give away the blocks that are whole."""
        numbers = [number for number, there in self._there.items() if all(there)]
        for number in numbers:
            del self._there[number]
        return [(number, bytes(self._data.pop(number))) for number in numbers]
