# SPDX-License-Identifier: Apache-2.0
"""The engine: a synchronous function of ordered items, with no clock and no thread of its own.

What it computes depends only on what it was given and in which order, so a replayed recording
gives exactly the numbers that were live.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.cop import center_of_pressure
from solemetry.device import DeviceDescription
from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry.session.format import silent_shift
from solemetry.session.wording import Level, event_in_words
from solemetry.timebase import GridAligner
from solemetry_host.devices.source import Block, Exchange, Item, Notice, Opened
from solemetry_host.live.clock import DeviceClock
from solemetry_host.live.metrics import measure
from solemetry_host.live.press import PressRoutine
from solemetry_host.live.ring import Ring
from solemetry_host.live.snapshot import Link, Message, Snapshot
from solemetry_host.live.tare import Tare

WINDOW_S = 10.0
"""The live numbers are of the last ten seconds."""

_KEPT_MESSAGES = 20


@dataclass(frozen=True, eq=False)
class TakeHeader:
    """What a recording has to know before its first row."""

    opened: Opened
    calibration: Calibration
    clock_history: tuple[tuple[int, int], ...]
    clock_segment: int
    exchanges: tuple[Exchange, ...]
    feet: tuple[FootRegistration, ...]


class Take(Protocol):
    """Where the engine puts what is to be kept; nothing here may block."""

    def begin(self, header: TakeHeader) -> None:
        """Before the first row."""

    def samples(self, rows: NDArray[np.void], gaps: list[Gap]) -> None:
        """Rows as they came, and the holes before some of them."""

    def imu(self, rows: NDArray[np.void]) -> None:
        """Rows of the device's IMU, as they came."""

    def clock(
        self, t_dev_us: int, offset_ns: int, segment: int, within: tuple[int, int] | None
    ) -> None:
        """One observation of the device's clock; `within` as `DeviceClock.known_within`."""

    def exchange(self, exchange: Exchange) -> None:
        """One question for the device's time, and its answer."""

    def zero(self, zero_counts: NDArray[np.float64]) -> None:
        """Another zero, from the next row on."""

    def event(self, t_host_ns: int, kind: str, detail: dict[str, Any]) -> None:
        """Something that happened."""


@dataclass(frozen=True)
class Gap:
    """Before row `at` of a block, `lost` rows are missing (0: unknown how many)."""

    at: int
    lost: int
    reason: str


@dataclass(eq=False)
class _Device:
    """What the engine knows of the open device."""

    opened: Opened
    calibration: Calibration
    clock: DeviceClock
    aligner: GridAligner
    ring: Ring
    boot_id: int | None = None
    last_index: int = 0
    first: tuple[int, int] | None = None
    """Index and device time of the first row since the last restart."""
    rejoined: bool = False
    """The link broke and came back since the last row."""
    link: Link = field(default_factory=Link)

    @property
    def description(self) -> DeviceDescription:
        return self.opened.description

    def forget_window(self) -> None:
        self.ring.clear()
        self.aligner = GridAligner(len(self.description.layout.labels), self.description.rate_hz)


class Engine:
    """Takes what sources emit and keeps the current `Snapshot`.

    Parameters
    ----------
    calibration : Calibration, optional
        For the device, when neither it nor its recording brings one. Without: the data
        sheets' gains, marked as such.
    window_s : float
        Length of the sliding window of the sway numbers.
    """

    def __init__(
        self, calibration: Calibration | None = None, window_s: float = WINDOW_S
    ) -> None:
        self.snapshot = Snapshot()
        self._given_calibration = calibration
        self._window_s = window_s
        self._device: _Device | None = None
        self._take: Take | None = None
        self._take_began_us: int | None = None
        self._tare: Tare | None = None
        self._presses: PressRoutine | None = None
        self._feet: dict[str, FootRegistration] = {}
        self._messages: deque[Message] = deque(maxlen=_KEPT_MESSAGES)
        self._said = 0
        self._last_ns = 0

    # ---- the link's state, where there is no item to say it --------------------------------

    def connecting(self) -> None:
        """Forget the device before; another is being looked for."""
        self._device = None
        self.snapshot = Snapshot(link=Link("connecting"), messages=tuple(self._messages))

    def failed(self, why: str) -> None:
        """Say that no device could be opened, or that its source gave up."""
        self._device = None
        self._renew(link=Link("failed"))
        self.say("error", why)

    def closed(self) -> None:
        """Say that the device was let go."""
        if self._device is not None:
            self._device.link = replace(self._device.link, state="closed")
        self._renew(link=Link("closed"))

    # ---- what comes in ---------------------------------------------------------------------

    def take(self, item: Item) -> None:
        """Work through one item and renew the snapshot."""
        self._last_ns = max(self._last_ns, item.t_host_ns)
        match item:
            case Opened():
                self._open(item)
            case Block():
                self._block(item)
            case Exchange():
                self._exchange(item)
            case Notice():
                self._notice(item)

    def command(self, kind: str, **detail: Any) -> None:
        """Do what a person asks: ``tare``, ``foot``, ``foot_press``, ``foot_clear``, any marker.

        Its stamp is that of the item before it, so that a replay meets it in the same place.
        """
        self.take(Notice("", self._last_ns, kind, detail=detail))

    def begin_take(self, take: Take) -> None:
        """Start to keep what comes; the live window starts anew with it.

        Raises
        ------
        SolemetryError
            When no device is open.
        """
        device = self._device
        if device is None:
            raise SolemetryError("No device is connected.", "Connect one, then record.")
        device.clock.cut()
        device.forget_window()
        self._tare = self._presses = None
        take.begin(
            TakeHeader(
                opened=device.opened,
                calibration=device.calibration,
                clock_history=tuple(device.clock.history),
                clock_segment=device.clock.segment,
                exchanges=tuple(device.clock.exchanges),
                feet=tuple(self._feet.values()),
            )
        )
        self._take, self._take_began_us = take, None
        self._renew(elapsed_s=0.0, metrics=None)

    def end_take(self) -> None:
        """Keep no more."""
        self._take = self._take_began_us = None
        self._renew(elapsed_s=None)

    def say(self, level: Level, text: str) -> None:
        """Add a message for the person at the screen."""
        self._said += 1
        self._messages.append(Message(self._said, level, text))
        self._renew(messages=tuple(self._messages))

    # ---- opened ----------------------------------------------------------------------------

    def _open(self, item: Opened) -> None:
        description = item.description
        channels = len(description.layout.labels)
        calibration = (
            item.calibration or self._given_calibration or Calibration.nominal(description)
        )
        self._device = _Device(
            opened=item,
            calibration=calibration,
            clock=DeviceClock(item.info.get("clock", ()), item.info.get("exchanges", ())),
            aligner=GridAligner(channels, description.rate_hz),
            ring=Ring(round(self._window_s * description.rate_hz), channels),
            link=Link("streaming", description.id, calibrated=calibration.measured),
        )
        self._tare = None
        self._renew(layout=description.layout, rate_hz=description.rate_hz, metrics=None)

    # ---- blocks ----------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        device = self._device
        if device is None:
            return
        gaps = self._follow(device, block.rows)
        closed = device.clock.push(int(block.rows["t_dev_us"][-1]), block.t_host_ns)
        if self._take is not None:
            self._take.samples(block.rows, gaps)
            if len(block.imu):
                self._take.imu(block.imu)
            if closed is not None:
                within = device.clock.known_within(closed[0])
                self._take.clock(*closed, device.clock.segment, within)
            if self._take_began_us is None or any(gap.reason == "restart" for gap in gaps):
                # After a restart of the device the count goes on from where it was.
                elapsed_us = round(1e6 * (self.snapshot.elapsed_s or 0.0))
                self._take_began_us = int(_of_last_boot(block.rows)["t_dev_us"][0]) - elapsed_us
        forces = self._align(device, block.rows)
        if self._tare is not None:
            self._go_on_taring(device, self._tare, block.rows)
        if self._presses is not None:
            self._go_on_pressing(device, self._presses, forces)
        self._renew(t_s=float(block.rows["t_dev_us"][-1]) * 1e-6)

    def _exchange(self, exchange: Exchange) -> None:
        device = self._device
        if device is None:
            return
        device.clock.push_exchange(exchange)
        if self._take is not None:
            self._take.exchange(exchange)
        within = device.clock.known_within(exchange.answered_us)
        half_width_ms = within[1] * 1e-6 if within is not None else float("nan")
        device.link = replace(device.link, clock_half_width_ms=half_width_ms)
        self._renew()

    def _follow(self, device: _Device, rows: NDArray[np.void]) -> list[Gap]:
        """Find what is missing, and notice a restart."""
        gaps = find_gaps(rows, device.boot_id, device.last_index, device.rejoined)
        restarted = any(gap.reason == "restart" for gap in gaps)
        if restarted:
            device.clock.restart()
            device.forget_window()
            self.say("warning", "The device started again; the window begins anew.")
        if restarted or device.first is None:
            first = _of_last_boot(rows)[0]
            device.first = int(first["index"]), int(first["t_dev_us"])
        device.boot_id, device.last_index = int(rows["boot_id"][-1]), int(rows["index"][-1])
        device.rejoined = False
        labels, flags = device.description.layout.labels, int(rows["flags"][-1])
        device.link = replace(
            device.link,
            state="streaming",
            rows=device.link.rows + len(rows),
            lost_rows=device.link.lost_rows + sum(gap.lost for gap in gaps),
            restarts=device.link.restarts + restarted,
            rate_hz=_measured_rate(device.first, rows[-1]),
            silent=_flagged(labels, flags >> silent_shift(len(labels))),
            saturated=_flagged(labels, flags),
        )
        return gaps

    def _align(self, device: _Device, rows: NDArray[np.void]) -> NDArray[np.float64]:
        rows = _of_last_boot(rows)
        channels = np.arange(len(device.description.layout.labels))
        flags = rows["flags"][:, None].astype(np.uint32)
        unusable = (flags >> channels | flags >> (silent_shift(len(channels)) + channels)) & 1
        _, forces = device.aligner.push(
            rows["t_dev_us"],
            device.calibration.forces(rows["counts"]),
            rows["age_us"].astype(np.int64),
            rows["conversion"],
            unusable.astype(bool),
        )
        device.ring.push(forces)
        return forces

    # ---- tare ------------------------------------------------------------------------------

    def _go_on_taring(self, device: _Device, tare: Tare, rows: NDArray[np.void]) -> None:
        tare.push(rows)
        if not tare.complete:
            return
        self._tare = None
        try:
            zero = tare.zero_counts(device.calibration)
        except SolemetryError as error:
            self.say("warning", str(error))
            self._keep("tare_refused", {"why": str(error)})
            return
        device.calibration = device.calibration.tared(zero)
        device.forget_window()
        if self._take is not None:
            self._take.zero(zero)
        self._keep("tared", {"zero_counts": zero.tolist()})
        self.say("info", "Tared: the plate reads zero now.")

    # ---- foot ------------------------------------------------------------------------------

    def _begin_press(self, device: _Device, detail: dict[str, Any]) -> None:
        side, length_mm = detail["side"], float(detail["length_mm"])
        routine = self._presses
        if routine is None or (routine.side, routine.length_mm) != (side, length_mm):
            routine = PressRoutine(side, length_mm, device.description.rate_hz)
        routine.begin(detail["part"])
        self._presses = routine
        self.say("info", f"Press with the {detail['part']} of the {side} foot and keep still.")

    def _go_on_pressing(
        self, device: _Device, routine: PressRoutine, forces: NDArray[np.float64]
    ) -> None:
        part = routine.push(center_of_pressure(forces, device.description.layout.xy_mm))
        if part is None:
            return
        if not routine.complete:
            other = "forefoot" if part == "heel" else "heel"
            self.say("info", f"The {part} press is in. Now the {other}.")
            return
        self._presses = None
        try:
            foot = routine.registration()
        except SolemetryError as error:
            self.say("warning", str(error))
            return
        self.command("foot", **json.loads(foot.to_json()))

    # ---- notices and commands --------------------------------------------------------------

    def _notice(self, notice: Notice) -> None:
        device = self._device
        self._keep(notice.kind, notice.detail, notice.t_host_ns)
        match notice.kind:
            case "tare" if device is not None:
                self._tare = Tare(device.description.rate_hz)
            case "foot_press" if device is not None:
                self._begin_press(device, notice.detail)
            case "foot":
                foot = FootRegistration.from_dict(notice.detail)
                self._feet[foot.side] = foot
                self.say("info", f"The {foot.side} foot is registered.")
            case "foot_clear":
                self._feet.clear()
                self.say("info", "No foot is registered any more.")
            case "link_lost" | "link_waiting" | "link_back" if device is not None:
                back = notice.kind == "link_back"
                device.rejoined = True
                device.link = replace(device.link, state="streaming" if back else "lost")
                self.snapshot = replace(self.snapshot, metrics=None)  # no longer live
            case "link_damage" if device is not None:
                damaged = device.link.damaged_frames + int(notice.detail.get("frames", 0))
                device.link = replace(device.link, damaged_frames=damaged)
            case "end" if device is not None:
                device.link = replace(device.link, state="ended")
        level, text = self._wording(notice)
        if text:
            self.say(level, text)
        self._renew()

    def _wording(self, notice: Notice) -> tuple[Level, str]:
        if notice.message:
            return _LEVELS.get(notice.kind, "info"), notice.message
        labels = self._device.description.layout.labels if self._device is not None else ()
        return event_in_words(notice.kind, notice.detail, labels) or ("info", "")

    def _keep(self, kind: str, detail: dict[str, Any], t_host_ns: int | None = None) -> None:
        if self._take is not None:
            self._take.event(self._last_ns if t_host_ns is None else t_host_ns, kind, detail)

    def _busy(self) -> str:
        if self._tare is not None:
            return "Taring: keep the plate empty"
        part = self._presses.collecting if self._presses is not None else None
        return f"Keep pressing with the {part}" if part is not None else ""

    # ---- what goes out ---------------------------------------------------------------------

    def _renew(self, **changes: Any) -> None:
        device = self._device
        if device is not None:
            layout, rate_hz = device.description.layout, device.description.rate_hz
            forces = device.ring.last(round(self._window_s * rate_hz))
            feet = tuple(self._feet.values())
            changes["link"] = device.link
            changes["feet"] = feet
            if "t_s" in changes and len(forces):
                changes["metrics"] = measure(forces, layout, rate_hz, self._window_s, feet)
            if "t_s" in changes and self._take_began_us is not None:
                changes["elapsed_s"] = changes["t_s"] - self._take_began_us * 1e-6
        changes["busy"] = self._busy()
        self.snapshot = replace(self.snapshot, **changes)


_LEVELS: dict[str, Level] = {
    "link_lost": "error",
    "link_waiting": "warning",
    "start_refused": "error",
}


def find_gaps(
    rows: NDArray[np.void], boot_id: int | None, last_index: int, rejoined: bool = False
) -> list[Gap]:
    """Holes within a block and before it.

    Parameters
    ----------
    rows : (n,) structured array, n >= 1
    boot_id, last_index : int
        Of the row before the block; `boot_id` None when there was none.
    rejoined : bool
        Whether the link broke since that row: then that is why rows are missing.
    """
    if boot_id is None:
        boot_id, last_index = int(rows["boot_id"][0]), int(rows["index"][0]) - 1
    boots = np.concatenate(([boot_id], rows["boot_id"]))
    index = np.concatenate(([last_index], rows["index"])).astype(np.int64)
    restarted = np.diff(boots) != 0
    # The index counts modulo 2**32; at 1 kHz that is 49 days.
    lost = (np.diff(index) - 1) % 2**32
    return [
        Gap(int(at), 0, "restart")
        if restarted[at]
        else Gap(int(at), int(lost[at]), "link" if rejoined and at == 0 else "lost")
        for at in np.flatnonzero(restarted | (lost != 0))
    ]


def _of_last_boot(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Of a read that spans a restart, what follows it: only that is of the new time."""
    of_last: NDArray[np.void] = rows[rows["boot_id"] == rows["boot_id"][-1]]
    return of_last


def _measured_rate(first: tuple[int, int], row: np.void) -> float:
    index, t_dev_us = first
    elapsed_us = int(row["t_dev_us"]) - t_dev_us
    return (int(row["index"]) - index) / elapsed_us * 1e6 if elapsed_us > 0 else float("nan")


def _flagged(labels: tuple[str, ...], bits: int) -> tuple[str, ...]:
    return tuple(label for c, label in enumerate(labels) if bits >> c & 1)
