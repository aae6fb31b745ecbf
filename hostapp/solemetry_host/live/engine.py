# SPDX-License-Identifier: Apache-2.0
"""The engine: a synchronous function of ordered items, with no clock and no thread of its own.

What it computes depends only on what it was given and in which order, so a replayed recording
gives exactly the numbers that were live. With several devices the order is that in which their
items were taken, and the stamps of what is recorded say so: see `_in_order`.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.cop import center_of_pressure
from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry.session.wording import Level, event_in_words
from solemetry_host.devices.source import Block, Exchange, Item, Notice, Opened
from solemetry_host.live.device import LiveDevice, has_restarted, of_last_boot
from solemetry_host.live.joined import Place, join
from solemetry_host.live.press import PressRoutine
from solemetry_host.live.snapshot import Link, Message, Snapshot
from solemetry_host.live.take import Gap, Take
from solemetry_host.live.tare import Tare

WINDOW_S = 10.0
"""The live numbers are of the last ten seconds."""

TURN_NS = 10**9 // 60
"""The numbers of a device are worked out with its first block in each of these turns."""

_KEPT_MESSAGES = 20


class Engine:
    """Takes what sources emit and keeps the current `Snapshot`.

    Parameters
    ----------
    calibration : Calibration or mapping of str to Calibration, optional
        For every device that it fits, or by stream; for those where neither the device nor its
        recording brings one. Without: the data sheets' gains, marked as such.
    window_s : float
        Length of the sliding window of the sway numbers.
    places : mapping of str to Place, optional
        Where plates stand, by stream; the command ``place`` changes it.
    """

    def __init__(
        self,
        calibration: Calibration | Mapping[str, Calibration] | None = None,
        window_s: float = WINDOW_S,
        places: Mapping[str, Place] | None = None,
    ) -> None:
        self.snapshot = Snapshot()
        self.devices: dict[str, LiveDevice] = {}
        """By stream."""
        self._given_calibration = calibration
        self._window_s = window_s
        self._take: Take | None = None
        self._elapsed_s: float | None = None
        self._places = dict(places or {})
        self._feet: dict[str, dict[str, FootRegistration]] = {}
        self._messages: deque[Message] = deque(maxlen=_KEPT_MESSAGES)
        self._said = 0
        self._last: tuple[int, str] = (0, "")
        """Stamp of the newest item; its stream if it was an answer for the device's time."""
        self._joined_turn: int | None = None

    # ---- the link's state, where there is no item to say it --------------------------------

    def connecting(self) -> None:
        """Forget the devices before; others are being looked for."""
        self.devices.clear()
        self._last = (0, "")
        self.snapshot = Snapshot(idle=Link("connecting"), messages=tuple(self._messages))

    def failed(self, why: str) -> None:
        """Say that a device could not be opened, or that its source gave up."""
        if not self.devices:
            self.snapshot = replace(self.snapshot, idle=Link("failed"))
        self.say("error", why)

    def gone(self, stream: str, state: str = "closed") -> None:
        """Say that one device was let go of (``closed``), or that its source ``failed``."""
        if stream in self.devices:
            self.command("device_gone", stream=stream, state=state)

    def closed(self) -> None:
        """Say that all devices were let go of."""
        for device in self.devices.values():
            device.set_link(state="closed")
        self._renew(idle=Link("closed"))

    # ---- what comes in ---------------------------------------------------------------------

    def take(self, item: Item, arrived_ns: int = 0) -> bool:
        """Work through one item.

        Parameters
        ----------
        item : Item
        arrived_ns : int
            When it arrived, by whatever clock; the snapshot that holds its rows tells it.

        Returns
        -------
        bool
            Whether the numbers of its stream were worked out.
        """
        if isinstance(item, Opened):
            self._open(item)
            return False
        item = self._in_order(item)
        if isinstance(item, Notice):
            self._notice(item)
            return False
        device = self.devices.get(item.stream)
        if device is None:
            return False
        in_time = device.in_its_time(item)
        if isinstance(in_time, Exchange):
            self._exchange(device, in_time)
            return False
        return self._block(device, in_time, arrived_ns)

    def command(self, kind: str, stream: str = "", **detail: Any) -> None:
        """Do what a person asks.

        Parameters
        ----------
        kind : str
            ``tare``, ``foot``, ``foot_press``, ``foot_clear``, ``place`` (of a plate: ``x_mm``,
            ``y_mm``, ``turn_deg``), or any marker.
        stream : str
            The device that is meant; without: all plates are tared, the first has the feet.
        detail
            What is recorded with it.
        """
        self._notice(Notice(stream, self._tick(), kind, detail=detail))

    def catch_up(self) -> None:
        """Work out all numbers to the newest row, whosever turn it is."""
        for device in self.devices.values():
            if device.streaming or device.view.link.state == "ended":
                device.measure(self._feet_on(device.stream))
        self._renew(joined=join(self.devices.values(), self._places))

    def begin_take(self, take: Take) -> None:
        """Start to keep what comes; the live windows start anew with it.

        Raises
        ------
        SolemetryError
            When no device is connected.
        """
        there = [d for d in self.devices.values() if d.view.link.state != "closed"]
        if not there:
            raise SolemetryError("No device is connected.", "Connect one, then record.")
        take.begin()
        self._take, self._elapsed_s, self._joined_turn = take, 0.0, None
        for device in self.devices.values():
            device.begin_take()
        for device in there:
            self._begin_stream(take, device)
        for stream, place in self._places.items():
            self._keep("place", vars(place), stream)
        for stream, feet in self._feet.items():
            for foot in feet.values():
                self._keep("foot", json.loads(foot.to_json()), stream)
        self._renew(elapsed_s=0.0, joined=())

    def end_take(self) -> None:
        """Keep no more."""
        self._take = self._elapsed_s = None
        self._renew(elapsed_s=None)

    def say(self, level: Level, text: str) -> None:
        """Add a message for the person at the screen."""
        self._said += 1
        self._messages.append(Message(self._said, level, text))
        self._renew(messages=tuple(self._messages))

    def _in_order(self, item: Block | Exchange | Notice) -> Block | Exchange | Notice:
        """Give what was taken later a later stamp, by a nanosecond if need be.

        Sources run in threads of their own, and what one of them stamped first may be taken
        second. A recording is played again by its stamps, so they tell the order of taking. Only
        an answer for the time shares its stamp with the rows of its read; it goes first.
        """
        last_ns, answered = self._last
        shares = answered != "" and item.stream == answered
        if item.t_host_ns < last_ns or (item.t_host_ns == last_ns and not shares):
            item = _stamped(item, last_ns + 1)
        self._last = (item.t_host_ns, item.stream if isinstance(item, Exchange) else "")
        return item

    def _tick(self) -> int:
        """Return a stamp for what happens here, between the item before and the one after."""
        self._last = (self._last[0] + 1, "")
        return self._last[0]

    # ---- opened ----------------------------------------------------------------------------

    def _open(self, opened: Opened) -> None:
        known = self.devices.get(opened.stream)
        if known is not None and known.is_of(opened):
            known.come_back(opened)
            device = known
        else:
            device = LiveDevice(opened, self._calibration_of(opened), self._window_s)
            self.devices[opened.stream] = device
        if opened.twin:
            self._say_twin(opened)
        if self._take is not None:
            self._begin_stream(self._take, device)
        self._renew()

    def _calibration_of(self, opened: Opened) -> Calibration:
        given = self._given_calibration
        if isinstance(given, Mapping):
            given = given.get(opened.stream)
        nominal = Calibration.nominal(opened.description)
        if opened.calibration is not None or given is None:
            return opened.calibration or nominal
        gains, sensors = len(given.gain_n_per_count), len(nominal.gain_n_per_count)
        if gains == sensors:
            return given
        if given is not self._given_calibration or opened.description.layout.kind == "plate":
            self.say(
                "error",
                f"The calibration given for {opened.stream} has {gains} gains, but it has "
                f"{sensors} sensors. It is not used.",
            )
        return nominal

    def _say_twin(self, opened: Opened) -> None:
        twin = self.devices.get(opened.twin)
        other = twin.opened.where if twin is not None else opened.twin
        if opened.side:
            self.say(
                "warning",
                f"Two insoles say they are the {opened.side} one: {other} is {opened.twin}, "
                f"{opened.where} is {opened.stream}. Both are kept, but no left/right share is "
                "given. Set the side of the wrong one (solemetry side), then connect it anew.",
            )
        else:
            self.say(
                "info",
                f"Two devices are of the same kind: {other} is {opened.twin}, {opened.where} is "
                f"{opened.stream}.",
            )

    def _begin_stream(self, take: Take, device: LiveDevice) -> None:
        take.open(device.header)
        device.recorded = True

    # ---- blocks ----------------------------------------------------------------------------

    def _block(self, device: LiveDevice, block: Block, arrived_ns: int) -> bool:
        gaps = device.follow(block.rows)
        restarted = has_restarted(gaps)
        if restarted:
            self._say_of(device, "warning", "The device started again; the window begins anew.")
        segment = device.clock.segment
        closed = device.clock.push(int(block.rows["t_dev_us"][-1]), block.t_host_ns)
        if self._take is not None:
            self._record(self._take, device, block, gaps, closed)
        if device.clock.segment != segment and device.clock.jump_ns:
            self._say_jump(device)
        if self._take is not None:
            self._count_elapsed(device, block.rows, restarted)
        if device.tare is not None:
            self._go_on_taring(device, device.tare, block.rows)
        if device.presses is not None:
            self._go_on_pressing(device, device.presses, of_last_boot(block.rows))
        turn = block.t_host_ns // TURN_NS
        if turn == device.turn:
            return False
        device.turn = turn
        self._measure(device, turn, arrived_ns)
        return True

    def _record(
        self,
        take: Take,
        device: LiveDevice,
        block: Block,
        gaps: list[Gap],
        closed: tuple[int, int] | None,
    ) -> None:
        stream = device.stream
        if not device.recorded:
            self._begin_stream(take, device)
        take.samples(stream, block.rows, gaps)
        if len(block.imu):
            take.imu(stream, block.imu)
        if closed is not None:
            within = device.clock.known_within(closed[0])
            take.clock(stream, *closed, device.clock.segment, within)

    def _count_elapsed(
        self, device: LiveDevice, rows: NDArray[np.void], restarted: bool
    ) -> None:
        """Count on in the device's time, also over a restart and from one device to the next."""
        elapsed_s = self._elapsed_s or 0.0
        if device.began_us is None or restarted:
            first_us = int(of_last_boot(rows)["t_dev_us"][0])
            device.began_us = first_us - round(1e6 * elapsed_s)
        now_us = int(rows["t_dev_us"][-1]) - device.began_us
        self._elapsed_s = max(elapsed_s, now_us * 1e-6)

    def _measure(self, device: LiveDevice, turn: int, arrived_ns: int) -> None:
        changes: dict[str, Any] = {"arrived_ns": arrived_ns}
        device.measure(self._feet_on(device.stream))
        if turn != self._joined_turn and len(self.devices) > 1:
            self._joined_turn = turn
            for other in self.devices.values():
                other.settle()
            changes["joined"] = join(self.devices.values(), self._places)
        if self._take is not None:
            changes["elapsed_s"] = self._elapsed_s
        self._renew(**changes)

    def _say_jump(self, device: LiveDevice) -> None:
        by_ms = device.clock.jump_ns * 1e-6
        self._keep("clock_jump", {"by_ms": round(by_ms, 3)}, device.stream)
        self._say_of(
            device,
            "warning",
            f"The device's clock and this computer's have moved apart by {abs(by_ms):.0f} ms at "
            "once, as when a computer slept. Times before and after are not to be compared.",
        )

    def _exchange(self, device: LiveDevice, exchange: Exchange) -> None:
        device.clock.push_exchange(exchange)
        if self._take is not None and device.recorded:
            self._take.exchange(exchange)
        within = device.clock.known_within(exchange.answered_us)
        half_width_ms = within[1] * 1e-6 if within is not None else float("nan")
        device.set_link(clock_half_width_ms=half_width_ms)
        self._renew()

    # ---- tare ------------------------------------------------------------------------------

    def _go_on_taring(self, device: LiveDevice, tare: Tare, rows: NDArray[np.void]) -> None:
        tare.push(rows)
        if not tare.complete:
            return
        device.tare = None
        try:
            zero = tare.zero_counts(device.calibration)
        except SolemetryError as error:
            self._say_of(device, "warning", str(error))
            self._keep("tare_refused", {"why": str(error)}, device.stream)
            return
        device.calibration = device.calibration.tared(zero)
        device.forget_window()
        if self._take is not None:
            self._take.zero(device.stream, zero)
        self._keep("tared", {"zero_counts": zero.tolist()}, device.stream)
        kind = device.description.layout.kind
        self._say_of(device, "info", f"Tared: the {kind} reads zero now.")

    # ---- foot ------------------------------------------------------------------------------

    def _begin_press(self, device: LiveDevice, detail: dict[str, Any]) -> None:
        side, length_mm = detail["side"], float(detail["length_mm"])
        routine = device.presses
        if routine is None or (routine.side, routine.length_mm) != (side, length_mm):
            routine = PressRoutine(side, length_mm, device.description.rate_hz)
        routine.begin(detail["part"])
        device.presses = routine
        self._say_of(
            device, "info", f"Press with the {detail['part']} of the {side} foot and keep still."
        )

    def _go_on_pressing(
        self, device: LiveDevice, routine: PressRoutine, rows: NDArray[np.void]
    ) -> None:
        cop_mm = center_of_pressure(device.forces(rows), device.description.layout.xy_mm)
        part = routine.push(cop_mm)
        if part is None:
            return
        if not routine.complete:
            other = "forefoot" if part == "heel" else "heel"
            self._say_of(device, "info", f"The {part} press is in. Now the {other}.")
            return
        device.presses = None
        try:
            foot = routine.registration()
        except SolemetryError as error:
            self._say_of(device, "warning", str(error))
            return
        self._keep("foot", json.loads(foot.to_json()), device.stream)
        self._register(device.stream, foot)

    def _register(self, stream: str, foot: FootRegistration) -> None:
        self._feet.setdefault(stream, {})[foot.side] = foot
        self.say("info", f"The {foot.side} foot is registered.")

    def _feet_on(self, stream: str) -> tuple[FootRegistration, ...]:
        return tuple(self._feet.get(stream, {}).values())

    # ---- notices and commands --------------------------------------------------------------

    def _notice(self, notice: Notice) -> None:
        if notice.kind in _OF_PLATES:
            self._of_plates(notice)
            return
        self._keep(notice.kind, notice.detail, notice.stream, notice.t_host_ns)
        device = self.devices.get(notice.stream)
        if device is not None:
            _follow_link(device, notice)
        level, text = self._wording(notice, device)
        if text and device is not None:
            self._say_of(device, level, text)
        elif text:
            self.say(level, text)
        self._renew()

    def _of_plates(self, notice: Notice) -> None:
        """Do what is of one plate or of all, and record which were meant."""
        streams = [notice.stream] if notice.stream else self._meant_by(notice.kind)
        for stream in streams:
            device = self.devices.get(stream)
            match notice.kind:
                case "tare" if device is not None:
                    device.tare = Tare(device.description.rate_hz)
                case "foot_press" if device is not None:
                    self._begin_press(device, notice.detail)
                case "foot":
                    self._register(stream, FootRegistration.from_dict(notice.detail))
                case "foot_clear":
                    self._feet.pop(stream, None)
                case "place":
                    self._places[stream] = Place.from_dict(notice.detail)
            self._keep(notice.kind, notice.detail, stream, notice.t_host_ns)
        if notice.kind == "foot_clear":
            self.say("info", "No foot is registered any more.")
        for device in self.devices.values():
            device.view = replace(device.view, feet=self._feet_on(device.stream))
        self._renew()

    def _meant_by(self, kind: str) -> list[str]:
        """Streams that a command without one is about."""
        there = [d for d in self.devices.values() if d.view.link.state != "closed"]
        plates = [d for d in there if d.description.layout.kind == "plate"] or there
        if kind == "foot_clear":
            return list(self._feet)
        streams = [device.stream for device in plates]
        return streams if kind == "tare" else streams[:1]

    def _wording(self, notice: Notice, device: LiveDevice | None) -> tuple[Level, str]:
        if notice.message:
            return _LEVELS.get(notice.kind, "info"), notice.message
        labels = device.description.layout.labels if device is not None else ()
        return event_in_words(notice.kind, notice.detail, labels) or ("info", "")

    def _say_of(self, device: LiveDevice, level: Level, text: str) -> None:
        """Say something of a device; which one, where there are several."""
        self.say(level, f"{device.stream}: {text}" if len(self.devices) > 1 else text)

    def _keep(
        self, kind: str, detail: Mapping[str, Any], stream: str, t_host_ns: int | None = None
    ) -> None:
        if self._take is not None:
            stamp = self._tick() if t_host_ns is None else t_host_ns
            self._take.event(stamp, kind, dict(detail), stream)

    def _busy(self) -> str:
        parts = [d.presses.collecting for d in self.devices.values() if d.presses is not None]
        part = next(filter(None, parts), None)
        taring = [d for d in self.devices.values() if d.tare is not None]
        if taring:
            return f"Taring: keep the {taring[0].description.layout.kind} empty"
        return f"Keep pressing with the {part}" if part is not None else ""

    # ---- what goes out ---------------------------------------------------------------------

    def _renew(self, **changes: Any) -> None:
        views = tuple(device.view for device in self.devices.values())
        self.snapshot = replace(self.snapshot, devices=views, busy=self._busy(), **changes)


_OF_PLATES = ("tare", "foot", "foot_press", "foot_clear", "place")

_LEVELS: dict[str, Level] = {
    "link_lost": "error",
    "link_waiting": "warning",
    "start_refused": "error",
    "queue_overflow": "error",
}


def _follow_link(device: LiveDevice, notice: Notice) -> None:
    """Keep up with what a notice says of the way to a device."""
    detail, link = notice.detail, device.view.link
    match notice.kind:
        case "link_lost" | "link_waiting" | "link_back":
            device.rejoined = True
            device.set_link(state="streaming" if notice.kind == "link_back" else "lost")
        case "link_damage":
            device.set_link(damaged_frames=link.damaged_frames + int(detail.get("frames", 0)))
        case "battery":
            device.set_link(battery_percent=int(detail["percent"]))
        case "device_gone":
            device.set_link(state=detail["state"])
        case "end":
            device.view = replace(device.view, link=replace(link, state="ended"))


def _stamped(item: Block | Exchange | Notice, t_host_ns: int) -> Block | Exchange | Notice:
    if not isinstance(item, Block):
        return replace(item, t_host_ns=t_host_ns)
    rows, imu = item.rows.copy(), item.imu.copy()
    rows["t_host_ns"] = imu["t_host_ns"] = t_host_ns
    return replace(item, t_host_ns=t_host_ns, rows=rows, imu=imu)
