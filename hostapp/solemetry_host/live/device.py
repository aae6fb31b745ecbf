# SPDX-License-Identifier: Apache-2.0
"""One device while it streams: its clock, its rows on a grid, its numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry.foot import FootRegistration
from solemetry.session.format import silent_shift
from solemetry.timebase import GridAligner
from solemetry_host.devices.source import Block, Exchange, Opened
from solemetry_host.live.clock import DeviceClock
from solemetry_host.live.metrics import measure, measure_counts, renewed
from solemetry_host.live.press import PressRoutine
from solemetry_host.live.snapshot import DeviceView, Link
from solemetry_host.live.take import Gap, StreamHeader, find_gaps
from solemetry_host.live.tare import Tare
from solemetry_host.live.window import Window

Floats = NDArray[np.float64]

_WRAP_US = 2**32


class LiveDevice:
    """What the engine knows of a device.

    Parameters
    ----------
    opened : Opened
    calibration : Calibration
    window_s : float
        Length of the sliding window.
    """

    def __init__(self, opened: Opened, calibration: Calibration, window_s: float) -> None:
        description = opened.description
        self.opened = opened
        self.calibration = calibration
        self.clock = DeviceClock(
            opened.info.get("clock", ()),
            opened.info.get("exchanges", ()),
            bool(opened.info.get("wireless")),
        )
        self.tare: Tare | None = None
        self.presses: PressRoutine | None = None
        self.turn: int | None = None
        """When its numbers were last worked out, in turns of the engine; None: window and all are
        to be worked out with the next block."""
        self.recorded = False
        """Whether its stream has begun in the recording that runs."""
        self.began_us: int | None = None
        """Device time at which the recording would have begun."""
        self.lag_s = 0.0
        """By how much its time is late behind the plate's, as a sync gesture has shown."""
        self.rejoined = False
        """The link broke and came back since the last row."""
        self.placed = bool(np.isfinite(description.layout.xy_mm).all())
        """Whether it is known where its sensors lie."""
        self._window_s = window_s
        self._boot_id: int | None = None
        self._last_index = self._last_us = 0
        self._first: tuple[int, int] | None = None
        self._wraps_us = 0
        self._waiting: list[NDArray[np.void]] = []
        self._aligner = self._new_aligner()
        self._window = self._new_window()
        self.grid_end = 0
        """Number of the grid point after the newest; ``k`` stands for device time ``k / rate``."""
        self.view = DeviceView(
            opened.stream,
            description.layout,
            Link("streaming", description.id, calibrated=self._calibrated),
            description.rate_hz,
            opened.where,
            side=opened.side,
            calibration=calibration,
        )

    @property
    def stream(self) -> str:
        """What its rows are called."""
        return self.opened.stream

    @property
    def description(self) -> DeviceDescription:
        """Its description, as it is used."""
        return self.opened.description

    @property
    def kind(self) -> str:
        """``plate`` or ``insole``."""
        return self.description.layout.kind

    @property
    def streaming(self) -> bool:
        """Whether rows come, and have come."""
        return self.view.link.state == "streaming" and len(self._window) > 0

    @property
    def _channels(self) -> int:
        return len(self.description.layout.labels)

    @property
    def _calibrated(self) -> bool:
        return self.calibration.measured and self.calibration.known

    @property
    def header(self) -> StreamHeader:
        """What a recording has to know before the next row."""
        return StreamHeader(
            opened=self.opened,
            calibration=self.calibration,
            clock_history=tuple(self.clock.history),
            clock_segment=self.clock.segment,
            exchanges=tuple(self.clock.exchanges),
        )

    # ---- coming, going ---------------------------------------------------------------------

    def is_of(self, opened: Opened) -> bool:
        """Whether this is the device that has been there under the same name before."""
        before, now = self.opened, opened
        return (
            before.description.geometry_hash == now.description.geometry_hash
            and before.description.rate_hz == now.description.rate_hz
            and before.side == now.side
        )

    def come_back(self, opened: Opened) -> None:
        """Go on with a device that was let go of and is connected anew."""
        self.opened = opened
        self.rejoined = True
        self.set_link(state="streaming")

    def set_link(self, **changes: object) -> None:
        """Change what is known of the link; numbers of a device that is away are not live."""
        link = replace(self.view.link, **changes)  # type: ignore[arg-type]
        metrics = self.view.metrics if link.state == "streaming" else None
        self.view = replace(self.view, link=link, metrics=metrics)

    def begin_take(self) -> None:
        """Begin the window anew, so that every number is one of recorded rows alone."""
        self.clock.cut()
        self.forget_window()
        self.tare = self.presses = self.began_us = None
        self.recorded = False
        self.view = replace(self.view, metrics=None)

    def forget_window(self) -> None:
        """Begin the sliding window anew."""
        self.turn = None
        self._window = self._new_window()
        self._waiting.clear()
        self._aligner = self._new_aligner()

    def _new_aligner(self) -> GridAligner:
        return GridAligner(self._channels, self.description.rate_hz)

    def _new_window(self) -> Window:
        description, known = self.description, self.calibration.known
        return Window(description.layout, description.rate_hz, self._window_s, known)

    # ---- rows ------------------------------------------------------------------------------

    def in_its_time(self, item: Block | Exchange) -> Block | Exchange:
        """Bring device times past a wrap that happened while nobody was connected."""
        if self.rejoined and isinstance(item, Block) and item.rows["boot_id"][0] == self._boot_id:
            behind_us = self._last_us - int(item.rows["t_dev_us"][0])
            self._wraps_us = max(0, -(-behind_us // _WRAP_US)) * _WRAP_US
        if not self._wraps_us:
            return item
        if isinstance(item, Exchange):
            return replace(
                item,
                received_us=item.received_us + self._wraps_us,
                answered_us=item.answered_us + self._wraps_us,
            )
        rows, imu = item.rows.copy(), item.imu.copy()
        rows["t_dev_us"][rows["boot_id"] == self._boot_id] += self._wraps_us
        imu["t_dev_us"][imu["boot_id"] == self._boot_id] += self._wraps_us
        return replace(item, rows=rows, imu=imu)

    def follow(self, rows: NDArray[np.void]) -> list[Gap]:
        """Take a block's rows: find what is missing, notice a restart, keep them for the grid."""
        gaps = find_gaps(rows, self._boot_id, self._last_index, self.rejoined)
        restarted = has_restarted(gaps)
        rows_now = of_last_boot(rows)
        if restarted:
            self.clock.restart()
            self.forget_window()
            self._wraps_us = 0
        if restarted or self._first is None:
            self._first = int(rows_now["index"][0]), int(rows_now["t_dev_us"][0])
        last = rows[-1]
        self._boot_id, self._last_index = int(last["boot_id"]), int(last["index"])
        self._last_us = int(last["t_dev_us"])
        self.rejoined = False
        self._waiting.append(rows_now)
        link, labels, flags = self.view.link, self.description.layout.labels, int(last["flags"])
        self.set_link(
            state="streaming",
            rows=link.rows + len(rows),
            lost_rows=link.lost_rows + sum(gap.lost for gap in gaps),
            restarts=link.restarts + restarted,
            rate_hz=_measured_rate(self._first, last),
            silent=_flagged(labels, flags >> silent_shift(len(labels))) if flags else (),
            saturated=_flagged(labels, flags) if flags else (),
        )
        return gaps

    def forces(self, rows: NDArray[np.void]) -> Floats:
        """Return forces of rows, ``(n, S)``; counts above the zero where no gains are known."""
        if self.calibration.known:
            return self.calibration.forces(rows["counts"])
        return np.asarray(rows["counts"] - self.calibration.zero_counts)

    def settle(self) -> None:
        """Bring the rows that wait onto the grid."""
        if not self._waiting:
            return
        rows = self._waiting[0] if len(self._waiting) == 1 else np.concatenate(self._waiting)
        self._waiting.clear()
        first, values = self._aligner.push(
            rows["t_dev_us"],
            self.forces(rows),
            rows["age_us"].astype(np.int64),
            rows["conversion"],
            self.unusable(rows["flags"]),
        )
        self._window.append(values)
        self.grid_end = first + len(values)

    def unusable(self, flags: NDArray[np.unsignedinteger]) -> NDArray[np.bool_] | None:
        """Return what is no measurement: a channel that was silent or at an end of its range."""
        if not flags.any():
            return None
        channels = np.arange(self._channels)
        bits = flags[:, None].astype(np.uint32)
        at_end_or_silent = bits >> channels | bits >> (silent_shift(self._channels) + channels)
        return (at_end_or_silent & 1).astype(bool)

    # ---- numbers ---------------------------------------------------------------------------

    def measure(self, feet: tuple[FootRegistration, ...], window: bool = True) -> None:
        """Work out the numbers of now, and those of the window or leave these as they are."""
        self.settle()
        metrics = None
        before = None if window else self.view.metrics
        if len(self._window) and self.calibration.known:
            metrics = (
                renewed(before, self._window, feet)
                if before is not None
                else measure(self._window, feet)
            )
        elif len(self._window):
            metrics = measure_counts(self._window, bool(self.calibration.zero_counts.any()))
        self.view = replace(
            self.view, t_s=self._last_us * 1e-6, metrics=metrics, feet=feet
        )

    def since(self, number: int) -> tuple[Floats, Floats]:
        """Return device time, s, and values ``(n, S)`` of the grid points from `number` on.

        As many of them as are still in the window.
        """
        values = self._window.forces_n(max(self.grid_end - number, 0))
        points = np.arange(self.grid_end - len(values), self.grid_end)
        return points / self.description.rate_hz, values

    def host_ns(self, device_s: float) -> float:
        """Host time of what was felt at a device time: the delay of the ADC's filter is off."""
        return self.clock.host_ns(device_s * 1e6) - self.description.delay_s * 1e9

    def newest_ns(self) -> float:
        """Host time of the newest grid point; the lag behind the plate is off."""
        return self.host_ns((self.grid_end - 1) / self.description.rate_hz) - self.lag_s * 1e9

    def at(self, lag_ns: float) -> Floats:
        """Return forces so long before the newest grid point, ``(S,)``; NaN without any."""
        back = lag_ns * 1e-9 * self.description.rate_hz
        whole = int(back)
        last = self._window.forces_n(whole + 2)
        if len(last) < whole + 2:
            return np.full(self._channels, np.nan)
        share = back - whole
        # Not 0 * NaN: a hole just before must not spoil what is exactly on a grid point.
        between: Floats = last[1] if share == 0 else (1 - share) * last[1] + share * last[0]
        return between


def has_restarted(gaps: list[Gap]) -> bool:
    """Whether the device has started again within a block or before it."""
    return any(gap.reason == "restart" for gap in gaps)


def of_last_boot(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Of a read that spans a restart, what follows it: only that is of the new time."""
    if rows["boot_id"][0] == rows["boot_id"][-1]:
        return rows
    of_last: NDArray[np.void] = rows[rows["boot_id"] == rows["boot_id"][-1]]
    return of_last


def _measured_rate(first: tuple[int, int], row: np.void) -> float:
    index, t_dev_us = first
    elapsed_us = int(row["t_dev_us"]) - t_dev_us
    return (int(row["index"]) - index) / elapsed_us * 1e6 if elapsed_us > 0 else float("nan")


def _flagged(labels: tuple[str, ...], bits: int) -> tuple[str, ...]:
    return tuple(label for c, label in enumerate(labels) if bits >> c & 1)
