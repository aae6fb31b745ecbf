# SPDX-License-Identifier: Apache-2.0
"""From the blocks of a pod's memory to a session: rows, gaps with their reasons, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry.errors import DeviceError, FileError
from solemetry.session.writing import Logged, write_logged
from solemetry_host.devices.board import describe_board
from solemetry_host.devices.rows import RowBuilder
from solemetry_host.wire import log
from solemetry_host.wire.batches import IMU_NONE, insole_rows
from solemetry_host.wire.log import BLOCK_BYTES, BadBlockError, LogBlock
from solemetry_host.wire.records import Info

T0_NS = 1_000_000_000
"""Where session time begins on the clock of the rows' stamps, which are the device's own time."""

DAMAGED, MISSING = "damaged block", "missing block"

_CHANNELS_AT = 13
_FLAG_EVENTS = ((2, "battery_low"), (8, "self_test_fault"), (16, "imu_silent"))


@dataclass(frozen=True, eq=False)
class PodRun:
    """One run out of a pod's memory.

    Attributes
    ----------
    run : int
    blocks : dict of int to LogBlock
        The sound ones, by their number in the run.
    bad : dict of int to str
        What is the matter with the others.
    """

    run: int
    blocks: dict[int, LogBlock]
    bad: dict[int, str] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the run came to its end, and was not cut off."""
        return any(block.kind == log.END for block in self.blocks.values())

    @property
    def info(self) -> Info | None:
        """What the device said of itself at the start; None when that block is lost."""
        start = self._start
        return Info.parse(start[4:]) if start is not None else None

    @property
    def start_utc(self) -> datetime | None:
        """When it began, where the device knew the time."""
        start = self._start
        utc_s = int.from_bytes(start[:4], "little") if start is not None else 0
        return datetime.fromtimestamp(utc_s, UTC) if utc_s else None

    @property
    def _start(self) -> bytes | None:
        first = self.blocks.get(0)
        return first.payload if first is not None and first.kind == log.START else None


def read_run(blocks: Mapping[int, bytes], count: int | None = None) -> PodRun:
    """Check the blocks of one run.

    Parameters
    ----------
    blocks : mapping of int to bytes
        512 bytes each, by their number in the run; which are not there count as missing.
    count : int, optional
        How many there should be; without it, up to the last that is there.

    Raises
    ------
    FileError
        When no block of it is sound, or blocks of several runs are among them.
    """
    found, bad = {}, {}
    for number in range(count if count is not None else max(blocks, default=-1) + 1):
        try:
            block = LogBlock.parse(blocks[number])
        except KeyError:
            bad[number] = "is missing"
        except BadBlockError as error:
            bad[number] = str(error)
        else:
            if block.number == number:
                found[number] = block
            else:
                bad[number] = f"says that it is number {block.number}"
    runs = {(block.epoch, block.run) for block in found.values()}
    if len(runs) != 1:
        raise FileError(
            "Of the run no block is sound." if not runs else "The blocks are of several runs.",
            "Download the run again.",
        )
    return PodRun(next(iter(runs))[1], found, bad)


def runs_in_image(image: bytes) -> list[PodRun]:
    """Find the runs in the image of a whole memory, the oldest first.

    Only blocks of the newest superblock's epoch count: what was erased is nobody's.

    Raises
    ------
    FileError
        When it is no image of a pod's memory.
    """
    epoch = log.memory_epoch(image)
    if epoch is None:
        raise FileError(
            "No superblock is sound: this is not the memory of a pod.", "Copy the whole card."
        )
    lengths: dict[int, int] = {}  # of each run, by its first block in the memory
    for place in range(log.FIRST_BLOCK, len(image) // BLOCK_BYTES):
        try:
            block = LogBlock.parse(_block(image, place))
        except BadBlockError:
            continue
        start = place - block.number
        if block.epoch == epoch and start >= log.FIRST_BLOCK:
            lengths[start] = block.number + 1
    return [
        read_run({number: _block(image, start + number) for number in range(count)})
        for start, count in sorted(lengths.items())
    ]


def blocks_in_file(data: bytes) -> dict[int, bytes]:
    """Cut the file of one run, its blocks one after the other, into blocks by number."""
    return {number: _block(data, number) for number in range(len(data) // BLOCK_BYTES)}


def _block(data: bytes, place: int) -> bytes:
    return data[place * BLOCK_BYTES : (place + 1) * BLOCK_BYTES]


def write_run(
    run: PodRun, path: Path, subject: str = "", insole_size_eu: float | None = None
) -> Path:
    """Write a run of an insole, of what size it may be, as a session file.

    The stream is called ``left``, ``right`` or ``insole``. Where the device is of a kind or
    geometry this app does not know, its raw counts are kept all the same.

    Raises
    ------
    FileError
        When the run holds no row.
    RecordingError
        When the file exists, or cannot be written.
    """
    info = run.info
    channels, wire_rows, block_of = _unpack(run)
    if not len(wire_rows):
        raise FileError(f"Run {run.run} holds no rows.", "There is nothing to keep of it.")
    samples, imu = RowBuilder(channels).build_insole(wire_rows, 0)
    rate_hz = info.rate_hz if info is not None else _rate(samples)
    _bridge_long_gaps(samples, rate_hz)
    _stamp(samples)
    moving = (wire_rows["imu"] != IMU_NONE).any(axis=1)
    for name in ("t_dev_us", "t_host_ns"):
        imu[name] = samples[name][moving]
    description = _known(info, insole_size_eu)
    logged = Logged(
        stream=(info.side if info is not None else "") or "insole",
        samples=samples,
        imu=imu,
        gaps=_gaps(run, samples, block_of),
        events=_events(run, samples, wire_rows["flags"], block_of),
        rate_hz=rate_hz,
        delay_s=description.delay_s if description is not None else 0.0,
        description=description.toml if description is not None else "",
        calibration=Calibration.nominal(description)
        if description is not None
        else Calibration(np.zeros(channels), np.full(channels, np.nan), "nominal"),
        info=(asdict(info) if info is not None else {}) | {"run": run.run},
        t0_host_ns=T0_NS,
    )
    return write_logged(
        path,
        logged,
        subject={"participant_id": subject},
        start_utc=run.start_utc,
        source=f"run {run.run} of a pod's memory",
    )


def _known(info: Info | None, insole_size_eu: float | None) -> DeviceDescription | None:
    """Return the description of the device, if this app has the one it was built from."""
    try:
        return describe_board(info, insole_size_eu) if info is not None else None
    except DeviceError:
        return None


def _unpack(run: PodRun) -> tuple[int, NDArray[np.void], NDArray[np.int64]]:
    """Channels, all rows in order, and the number of the block each row came from."""
    numbers = [n for n, block in sorted(run.blocks.items()) if block.kind == log.ROWS]
    payloads = [run.blocks[n].payload for n in numbers]
    claimed = [payload[_CHANNELS_AT] for payload in payloads if len(payload) > _CHANNELS_AT]
    info = run.info
    channels = info.channels if info is not None else max(claimed, default=1)
    lengths = np.array([len(payload) for payload in payloads], np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths)))[:-1].astype(np.int64)
    data = np.frombuffer(b"".join(payloads), np.uint8)
    rows, counts = insole_rows(data, starts, lengths, channels)
    for number, count in zip(numbers, counts.tolist(), strict=True):
        if not count:
            run.bad[number] = "holds no rows of this device"
    return channels, rows, np.repeat(np.array(numbers, np.int64), counts)


def _bridge_long_gaps(samples: NDArray[np.void], rate_hz: float) -> None:
    """Add the wraps of device time that went by unseen: the index says how long a gap was."""
    same_boot = np.diff(samples["boot_id"]) == 0
    expected_us = np.diff(samples["index"].astype(np.int64)) * (1e6 / rate_hz)
    wraps = np.rint((expected_us - np.diff(samples["t_dev_us"])) / 2**32) * same_boot
    samples["t_dev_us"][1:] += np.cumsum(wraps).astype(np.int64) * 2**32


def _stamp(samples: NDArray[np.void]) -> None:
    """Give each row its stamp: device time, put end to end where the device restarted."""
    steps = np.diff(samples["t_dev_us"], prepend=samples["t_dev_us"][:1])
    restarts = np.diff(samples["boot_id"], prepend=samples["boot_id"][:1]) != 0
    steps[restarts] = 0
    samples["t_host_ns"] = T0_NS + 1000 * np.cumsum(steps)


def _rate(samples: NDArray[np.void]) -> float:
    """Return the rate by the rows themselves, where no INFO tells it."""
    steps_us = np.diff(samples["t_dev_us"]) / np.maximum(np.diff(samples["index"]), 1)
    return float(1e6 / np.median(steps_us)) if len(steps_us) else 100.0


def _gaps(
    run: PodRun, samples: NDArray[np.void], block_of: NDArray[np.int64]
) -> list[tuple[int, int, str]]:
    restarts = np.diff(samples["boot_id"]) != 0
    steps = np.diff(samples["index"].astype(np.int64))
    lost = np.mod(steps - 1, 2**32)
    gaps = []
    for before in np.flatnonzero(restarts | (lost > 0)).tolist():
        between = range(int(block_of[before]) + 1, int(block_of[before + 1]))
        words = [run.bad[number] for number in between if number in run.bad]
        if restarts[before]:
            gaps.append((before + 1, 0, "restart"))
        elif words:
            missing = all(why in ("is missing", "is blank") for why in words)
            gaps.append((before + 1, int(lost[before]), MISSING if missing else DAMAGED))
        else:
            gaps.append((before + 1, int(lost[before]), "lost"))
    return gaps


def _events(
    run: PodRun,
    samples: NDArray[np.void],
    flags: NDArray[np.uint8],
    block_of: NDArray[np.int64],
) -> list[tuple[int, str, Mapping[str, Any]]]:
    stamps = samples["t_host_ns"]
    events: list[tuple[int, str, Mapping[str, Any]]] = []
    if run.info is None:
        events.append((int(stamps[0]), "start_missing", {}))
    for number, why in sorted(run.bad.items()):
        row = min(int(np.searchsorted(block_of, number)), len(stamps) - 1)
        events.append((int(stamps[row]), "block_damaged", {"block": number, "why": why}))
    for bit, kind in _FLAG_EVENTS:
        raised = (flags & bit).astype(bool)
        rows = np.flatnonzero(raised & ~np.concatenate(([False], raised[:-1])))
        events += [(int(stamps[row]), kind, {}) for row in rows]
    if not run.ended:
        events.append((int(stamps[-1]), "run_cut_off", {}))
    return sorted(events, key=lambda event: event[0])
