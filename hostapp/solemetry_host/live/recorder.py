# SPDX-License-Identifier: Apache-2.0
"""Recording: a thread that writes what the engine hands over.

A crash loses next to nothing; why the file is written as it is: docs/session-format.md.
"""

from __future__ import annotations

import json
import platform
import queue
import shutil
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from solemetry.errors import RecordingError
from solemetry.session.compaction import finish
from solemetry.session.format import (
    CLOCK,
    EXCHANGE,
    FORMAT,
    GAP,
    IMU,
    PARTIAL_SUFFIX,
    RECORDING,
    SUFFIX,
    VERSION,
    imu_of,
    sample_type,
    zero_type,
)
from solemetry.session.partial import (
    FEW_PARTS,
    MANY_PARTS,
    GrowingTable,
    PartialFile,
    describe,
    event_line,
)
from solemetry_host.devices.source import Exchange
from solemetry_host.live.take import Gap, StreamHeader

FLUSH_S = 0.25
"""Rows are on the disk this often."""

RESERVE_BYTES = 16 * 2**20
"""A recording ends when less room than this is left, so that its file can be closed whole."""

FLOOR_BYTES = 2 * 2**20
"""With less room than this not even the rows that wait are written: HDF5 must not meet the end."""

WARN_BYTES = 200 * 2**20
WARN_S = 300.0
"""It is said early: when there is less room than this, or room for less time than this."""

_QUEUE_ITEMS = 4096
_HURRY_ITEMS = 256
"""With more than this waiting, the writing thread does not wait for the next flush."""

_Table = tuple[str, str]
"""A stream, empty where the table is of none, and the name of its table."""

_EVENTS: _Table = ("", "events")


@dataclass(frozen=True, eq=False)
class _Rows:
    table: _Table
    rows: NDArray[Any]


class Recorder:
    """Writes one take to a session file.

    The engine's thread calls the methods of `Take`, which only put things in a queue. What
    does not fit, because the disk has stalled for long, is counted and the recording ends
    with a message; it is never dropped in silence.

    Parameters
    ----------
    path : Path
        The finished file, ``NAME.h5``. Until then it is ``NAME.partial.h5``.
    subject : str
        A pseudonym for the person.
    """

    def __init__(self, path: Path, subject: str = "") -> None:
        self.path = with_suffix(path)
        self.partial = self.path.with_name(self.path.name.removesuffix(SUFFIX) + PARTIAL_SUFFIX)
        self.failure: RecordingError | None = None
        self.warning = ""
        """What a person should do something about before it ends the recording."""
        self._subject = subject
        self._queue: queue.Queue[_Rows | StreamHeader | None] = queue.Queue(_QUEUE_ITEMS)
        self._hurry = threading.Event()
        self._rows: dict[str, int] = {}
        """How many rows of each stream were handed over."""
        self._file: PartialFile | None = None
        self._tables: dict[_Table, GrowingTable] = {}
        self._began_s = 0.0
        self._written_bytes = 0
        self._thread: threading.Thread | None = None

    # ---- called by the engine: nothing here waits for the disk -----------------------------

    def begin(self) -> int:
        """Create the file and start the writing thread; return where session time begins, ns.

        Raises
        ------
        RecordingError
            When the file cannot be created, or the disk has no room.
        """
        description = _description()
        self._file = self._create(description)
        self._began_s = time.monotonic()
        self._thread = threading.Thread(target=self._write, name="recorder", daemon=True)
        self._thread.start()
        return int(description["t0_host_ns"])

    def open(self, header: StreamHeader) -> None:
        """Begin a stream, or go on with it when its device was away."""
        stream = header.opened.stream
        if stream not in self._rows:
            self._rows[stream] = 0
            self._put(header)
            for t_dev_us, offset_ns in header.clock_history:
                self.clock(stream, t_dev_us, offset_ns, header.clock_segment, None)
            for exchange in header.exchanges:
                self.exchange(exchange)
        self.zero(stream, header.calibration.zero_counts)

    def samples(self, stream: str, rows: NDArray[np.void], gaps: list[Gap]) -> None:
        """Rows as they came, and the holes before some of them."""
        before = self._rows[stream]
        if gaps:
            holes = [(before + gap.at, gap.lost, gap.reason.encode()) for gap in gaps]
            self._put(_Rows((stream, "gaps"), np.array(holes, GAP)))
        self._put(_Rows((stream, "samples"), rows))
        self._rows[stream] = before + len(rows)

    def imu(self, stream: str, rows: NDArray[np.void]) -> None:
        """Rows of the device's IMU."""
        self._put(_Rows((imu_of(stream), "samples"), rows))

    def clock(
        self,
        stream: str,
        t_dev_us: int,
        offset_ns: int,
        segment: int,
        within: tuple[int, int] | None,
    ) -> None:
        """One observation of the device's clock, and what the exchanges leave open of it."""
        middle_ns, half_width_ns = within or (0, -1)
        row = (t_dev_us, offset_ns, segment, middle_ns, half_width_ns)
        self._put(_Rows((stream, "clock"), np.array([row], CLOCK)))

    def exchange(self, exchange: Exchange) -> None:
        """One question for the device's time, and its answer."""
        e = exchange
        row = (e.sent_ns, e.received_us, e.answered_us, e.t_host_ns)
        self._put(_Rows((e.stream, "exchanges"), np.array([row], EXCHANGE)))

    def zero(self, stream: str, zero_counts: NDArray[np.float64]) -> None:
        """Another zero, from the next row on."""
        row = (self._rows[stream], zero_counts)
        self._put(_Rows((stream, "zeros"), np.array([row], zero_type(len(zero_counts)))))

    def event(self, t_host_ns: int, kind: str, detail: dict[str, Any], stream: str = "") -> None:
        """Something that happened."""
        text = json.dumps(detail | ({"stream": stream} if stream else {}))
        self._put(_Rows(_EVENTS, event_line(t_host_ns, kind, text)))

    def _put(self, item: _Rows | StreamHeader) -> None:
        if self.failure is not None:
            return
        try:
            self._queue.put_nowait(item)
            if self._queue.qsize() > _HURRY_ITEMS:
                self._hurry.set()
        except queue.Full:
            self.failure = RecordingError(
                f"Recording ended: the disk did not keep up ({_QUEUE_ITEMS} blocks waited).",
                f"What was written before is in {self.partial}.",
            )

    # ---- the writing thread ----------------------------------------------------------------

    def stop(self) -> Path:
        """Write what is left, pack the file, and return its path.

        Raises
        ------
        RecordingError
            When writing failed at some time; says where the part that was kept is.
        """
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            self._hurry.set()
            thread.join()
        if self.failure is not None:
            raise self.failure
        return finish(self.partial)

    def _write(self) -> None:
        assert self._file is not None
        waiting: dict[_Table, list[NDArray[Any]]] = {}
        going_on = True
        try:
            self._file.settle()
            while going_on:
                going_on = self._collect(waiting)
                self._check_room(FLOOR_BYTES)
                for table, parts in waiting.items():
                    if parts:
                        rows = np.concatenate(parts)
                        self._tables[table].append(rows)
                        self._written_bytes += rows.nbytes
                        parts.clear()
                self._file.sync()
                self._check_room(RESERVE_BYTES)
        except (OSError, RecordingError) as error:
            self.failure = self._why_it_ended(error)
        finally:
            self._close()

    def _collect(self, waiting: dict[_Table, list[NDArray[Any]]]) -> bool:
        """Gather what came until this flush; False when there is nothing more to come.

        Woken for each item, the thread would take its turn from the engine hundreds of times a
        second.
        """
        self._hurry.wait(FLUSH_S)
        self._hurry.clear()
        while not self._queue.empty():
            item = self._queue.get()
            if item is None:
                return False
            if isinstance(item, StreamHeader):
                self._begin_stream(item)
            else:
                waiting.setdefault(item.table, []).append(item.rows)
        return True

    def _check_room(self, least: int) -> None:
        folder = self.partial.parent
        free = shutil.disk_usage(folder).free
        if free < least:
            raise RecordingError(_no_room(folder, free))
        written_s = max(time.monotonic() - self._began_s, 1.0)
        left_s = (free - RESERVE_BYTES) * written_s / max(self._written_bytes, 1)
        if free >= WARN_BYTES and left_s >= WARN_S:
            self.warning = ""
        elif not self.warning:  # said once: the minutes left change all the time
            minutes = f", enough for {left_s / 60:.0f} minutes" if left_s < 12 * WARN_S else ""
            self.warning = (
                f"The disk is nearly full: {_no_room(folder, free)}{minutes}. Make room while the "
                "recording runs; it ends by itself before the disk is full, and keeps all."
            )

    def _why_it_ended(self, error: Exception) -> RecordingError:
        what = error.problem if isinstance(error, RecordingError) else f"{error}"
        return RecordingError(
            f"Recording ended: {what.rstrip('.')}.",
            f"What was recorded until then is safe in {self.partial}; "
            f"make room, then: solemetry repair {self.partial}",
        )

    def _close(self) -> None:
        try:
            if self._file is not None:
                self._file.close()
        except (OSError, RuntimeError) as error:
            if self.failure is None:
                self.failure = self._why_it_ended(error)

    # ---- the empty file --------------------------------------------------------------------

    def _create(self, description: dict[str, Any]) -> PartialFile:
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(folder).free
            if free < RESERVE_BYTES:
                raise RecordingError(_no_room(folder, free), "Make room, or use --out elsewhere.")
            if self.partial.exists():
                raise RecordingError(
                    f"{self.partial} is there already, from a recording that did not end well.",
                    f"Save it with: solemetry repair {self.partial}",
                )
            file = PartialFile(
                h5py.File(self.partial, "x"), description, {"participant_id": self._subject}
            )
        except OSError as error:
            raise RecordingError(
                f"{self.path} cannot be written: {error.strerror or error}.",
                "Choose a folder you may write to.",
            ) from None
        self._tables[_EVENTS] = file.events
        return file

    def _begin_stream(self, header: StreamHeader) -> None:
        assert self._file is not None
        opened, stream = header.opened, header.opened.stream
        description = opened.description
        channels = len(description.layout.labels)
        slot = self._file.new_slot()
        info = {k: v for k, v in opened.info.items() if k not in ("clock", "exchanges")}
        describe(
            slot.create_group(f"devices/{stream}"),
            {
                "description": description.toml,
                "calibration": header.calibration.to_json(),
                "info": json.dumps(info),
                "where": opened.where,
            },
        )
        group = slot.create_group(f"streams/{stream}")
        describe(
            group,
            {
                "kind": "cells",
                "rate_hz": description.rate_hz,
                "delay_s": description.delay_s,
                "device_id": description.id,
                "geometry_hash": np.uint32(description.geometry_hash),
            },
        )
        for name, row_type, parts in (
            ("samples", sample_type(channels), MANY_PARTS),
            ("gaps", GAP, FEW_PARTS),
            ("clock", CLOCK, FEW_PARTS),
            ("exchanges", EXCHANGE, FEW_PARTS),
            ("zeros", zero_type(channels), FEW_PARTS),
        ):
            self._tables[stream, name] = GrowingTable(group, name, row_type, parts)
        if description.layout.kind == "insole":
            imu = slot.create_group(f"streams/{imu_of(stream)}")
            describe(
                imu,
                {
                    "kind": "imu",
                    "rate_hz": description.rate_hz,
                    "accel_g": opened.info.get("accel_g", 0),
                    "gyro_dps": opened.info.get("gyro_dps", 0),
                },
            )
            self._tables[imu_of(stream), "samples"] = GrowingTable(
                imu, "samples", IMU, MANY_PARTS
            )
        self._file.slot_is_filled()


def _description() -> dict[str, Any]:
    """Say at the root what recording it is, and when it began."""
    return {
        "format": FORMAT,
        "format_version": VERSION,
        "state": RECORDING,
        "session_id": str(uuid.uuid4()),
        "start_utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "t0_host_ns": time.perf_counter_ns(),
        "t0_epoch_ns": time.time_ns(),
        "software": f"solemetry {version('solemetry')}",
        "platform": f"{platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}",
    }


def with_suffix(path: Path) -> Path:
    """Return the path with the ending of a session file."""
    return path if path.name.endswith(SUFFIX) else path.with_name(path.name + SUFFIX)


def _no_room(folder: Path, free: int) -> str:
    return f"only {free / 2**20:.0f} MB are free in {folder}"
