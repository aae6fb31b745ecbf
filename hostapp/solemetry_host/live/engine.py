# SPDX-License-Identifier: Apache-2.0
"""The engine: a synchronous function of ordered items, with no clock and no thread of its own.

What it computes depends only on what it was given and in which order, so a replayed recording
gives exactly the numbers that were live. With several devices the order is that in which their
items were taken, and the stamps of what is recorded say so: see `Journal`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry.session.wording import Level, event_in_words
from solemetry_host.devices.source import Block, Exchange, Item, Notice, Opened
from solemetry_host.live import preparing
from solemetry_host.live.calibrations import Found
from solemetry_host.live.device import LiveDevice, has_restarted, of_last_boot
from solemetry_host.live.joined import Place, join
from solemetry_host.live.journal import Journal
from solemetry_host.live.snapshot import Joined, Link, Snapshot
from solemetry_host.live.synchronising import can_synchronise
from solemetry_host.live.take import Gap, Take

WINDOW_S = 10.0
"""The live numbers are of the last ten seconds."""

TURN_NS = 10**9 // 180
"""The numbers of a device are worked out with its first block in each of these turns; devices
that send in batches are seldom faster, so that next to no row waits for the next turn."""

_WINDOW_TURNS = 3
"""Those of the window, which cost most, only 60 times a second."""

Publish = Callable[[Opened, Block, Calibration, Callable[[float], float]], None]
"""Gives rows to other programs: the device, what one read brought, the calibration in force, and
the host time (ns) of a device time (us). It must not wait for anybody."""


FindCalibration = Callable[[Opened], Found]
"""Finds the calibration that is kept of a device, where none was given."""


class Follower(Protocol):
    """Goes along with the engine, in its order and its thread; it must not wait for anybody."""

    def block(
        self,
        device: LiveDevice,
        block: Block,
        feet: tuple[FootRegistration, ...],
        arrived_ns: int,
    ) -> None:
        """After a device has taken a block: with the feet on it, and when the block arrived."""

    def notice(self, notice: Notice) -> None:
        """After something has happened, or was asked for."""


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
    publish : callable, optional
        Is given each block as it comes.
    find_calibration : callable, optional
        Finds the one that is kept of a device, where none was given.
    """

    def __init__(
        self,
        calibration: Calibration | Mapping[str, Calibration] | None = None,
        window_s: float = WINDOW_S,
        places: Mapping[str, Place] | None = None,
        publish: Publish | None = None,
        find_calibration: FindCalibration | None = None,
    ) -> None:
        self.snapshot = Snapshot()
        self.devices: dict[str, LiveDevice] = {}
        """By stream."""
        self._given_calibration = calibration
        self._find_calibration = find_calibration
        self._window_s = window_s
        self._publish = publish
        self._follower: Follower | None = None
        self._journal = Journal(self.devices)
        self._preparation = preparing.Preparation(self.devices, self._journal, places or {})
        self._elapsed_s: float | None = None

    # ---- the link's state, where there is no item to say it --------------------------------

    def connecting(self) -> None:
        """Forget the devices before; others are being looked for."""
        self.devices.clear()
        self._journal.begin_anew()
        self._preparation.forget_lags()
        self.snapshot = Snapshot(idle=Link("connecting"))
        self._renew()

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
        item = self._journal.in_order(item)
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
        measured = self._block(device, in_time, arrived_ns)
        if self._follower is not None:
            feet = self._preparation.feet_on(device.stream)
            self._follower.block(device, in_time, feet, arrived_ns)
        return measured

    def follow(self, follower: Follower | None) -> None:
        """Let somebody go along, or nobody any more."""
        self._follower = follower

    def command(self, kind: str, stream: str = "", **detail: Any) -> None:
        """Do what a person asks.

        Parameters
        ----------
        kind : str
            ``tare``, ``foot``, ``foot_press``, ``foot_clear``, ``place`` (of a plate: ``x_mm``,
            ``y_mm``, ``turn_deg``), ``sync`` (look for the sync gesture), ``sync_stop``, or any
            marker.
        stream : str
            The device that is meant; without: all plates are tared, the first has the feet.
        detail
            What is recorded with it.
        """
        self._notice(Notice(stream, self._journal.tick(), kind, detail=detail))

    def catch_up(self) -> None:
        """Work out all numbers to the newest row, whosever turn it is."""
        for device in self.devices.values():
            if device.streaming or device.view.link.state == "ended":
                device.measure(self._preparation.feet_on(device.stream))
        self._renew(joined=self._joined())

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
        self._journal.begin_take(take)
        self._elapsed_s = 0.0
        for device in self.devices.values():
            device.begin_take()
        for device in there:
            self._begin_stream(take, device)
        self._preparation.begin_take()
        self._renew(elapsed_s=0.0, joined=())

    def end_take(self) -> None:
        """Keep no more."""
        self._journal.take = self._elapsed_s = None
        self._renew(elapsed_s=None)

    def say(self, level: Level, text: str) -> None:
        """Add a message for the person at the screen."""
        self._journal.say(level, text)
        self._renew()

    # ---- opened ----------------------------------------------------------------------------

    def _open(self, opened: Opened) -> None:
        known = self.devices.get(opened.stream)
        if known is not None and known.is_of(opened):
            known.come_back(opened)
            device = known
        else:
            device = LiveDevice(opened, self._calibration_of(opened), self._window_s)
            self.devices[opened.stream] = device
            self._preparation.follow_clocks()
        if opened.twin:
            self._say_twin(opened)
        if self._journal.take is not None:
            self._begin_stream(self._journal.take, device)
        self._renew()

    def _calibration_of(self, opened: Opened) -> Calibration:
        given = self._given_calibration
        if isinstance(given, Mapping):
            given = given.get(opened.stream)
        nominal = Calibration.nominal(opened.description)
        if opened.calibration is not None:
            return opened.calibration
        if given is None:
            return self._kept_calibration(opened) or nominal
        gains, sensors = len(given.gain_n_per_count), len(nominal.gain_n_per_count)
        if gains == sensors:
            return given
        if given is not self._given_calibration or opened.description.layout.kind == "plate":
            self.say(
                "error",
                f"The calibration given for {opened.stream} has {gains} gains, but it has "
                f"{sensors} sensors. It is not used.",
            )
        return self._kept_calibration(opened) or nominal

    def _kept_calibration(self, opened: Opened) -> Calibration | None:
        found = self._find_calibration(opened) if self._find_calibration is not None else Found()
        if found.why:
            self.say("warning", found.why)
        if found.kept is None:
            return None
        calibration = found.kept.record.calibration
        self.say("info", f"The calibration of {opened.stream} of {calibration.date} is used.")
        return calibration

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
        segment = device.clock.segment
        gaps = device.follow(block.rows)
        restarted = has_restarted(gaps)
        if restarted:
            self._journal.say("warning", _STARTED_AGAIN, device.stream)
            segment += 1
        closed = device.clock.push(int(block.rows["t_dev_us"][-1]), block.t_host_ns)
        if self._journal.take is not None:
            self._record(self._journal.take, device, block, gaps, closed)
        jumped = device.clock.segment != segment
        if jumped and device.clock.jump_ns:
            self._say_jump(device)
        if jumped or restarted:
            self._preparation.forget_clock(device)
        elif closed is not None:
            self._preparation.follow_clocks()
        if self._journal.take is not None:
            self._count_elapsed(device, block.rows, restarted)
        if self._publish is not None:
            self._publish(device.opened, block, device.calibration, device.clock.host_ns)
        self._preparation.follow(device, block.rows)
        turn = block.t_host_ns // TURN_NS
        if turn == device.turn:
            if self._journal.messages is not self.snapshot.messages:
                self._renew()
            return False
        window = device.turn is None or turn // _WINDOW_TURNS != device.turn // _WINDOW_TURNS
        device.turn = turn
        self._measure(device, window, arrived_ns)
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

    def _measure(self, device: LiveDevice, window: bool, arrived_ns: int) -> None:
        changes: dict[str, Any] = {"arrived_ns": arrived_ns}
        device.measure(self._preparation.feet_on(device.stream), window)
        self._preparation.watch(device)
        others = [d for d in self.devices.values() if d is not device and d.kind == device.kind]
        if others:
            for other in others:
                other.settle()
            changes["joined"] = self._joined()
        if self._journal.take is not None:
            changes["elapsed_s"] = self._elapsed_s
        self._renew(**changes)

    def _joined(self) -> tuple[Joined, ...]:
        return join(self.devices.values(), self._preparation.places)

    def _say_jump(self, device: LiveDevice) -> None:
        by_ms = device.clock.jump_ns * 1e-6
        self._journal.keep("clock_jump", {"by_ms": round(by_ms, 3)}, device.stream)
        self._journal.say(
            "warning",
            f"The device's clock and this computer's have moved apart by {abs(by_ms):.0f} ms at "
            "once, as when a computer slept. Times before and after are not to be compared.",
            device.stream,
        )

    def _exchange(self, device: LiveDevice, exchange: Exchange) -> None:
        device.clock.push_exchange(exchange)
        if self._journal.take is not None and device.recorded:
            self._journal.take.exchange(exchange)
        within = device.clock.known_within(exchange.answered_us)
        half_width_ms = within[1] * 1e-6 if within is not None else float("nan")
        device.set_link(clock_half_width_ms=half_width_ms)
        self._renew()

    # ---- notices and commands --------------------------------------------------------------

    def _notice(self, notice: Notice) -> None:
        self._heed(notice)
        if self._follower is not None:
            self._follower.notice(notice)

    def _heed(self, notice: Notice) -> None:
        if notice.kind in preparing.KINDS:
            self._prepare(notice)
            return
        self._journal.keep(notice.kind, notice.detail, notice.stream, notice.t_host_ns)
        device = self.devices.get(notice.stream)
        if device is not None:
            _follow_link(device, notice)
        level, text = self._wording(notice, device)
        if text:
            self._journal.say(level, text, device.stream if device is not None else "")
        self._renew(joined=self._joined())

    def _prepare(self, command: Notice) -> None:
        self._preparation.obey(command)
        for device in self.devices.values():
            device.view = replace(device.view, feet=self._preparation.feet_on(device.stream))
        self._renew()

    def _wording(self, notice: Notice, device: LiveDevice | None) -> tuple[Level, str]:
        if notice.message:
            return _LEVELS.get(notice.kind, "info"), notice.message
        labels = device.description.layout.labels if device is not None else ()
        return event_in_words(notice.kind, notice.detail, labels) or ("info", "")

    # ---- what goes out ---------------------------------------------------------------------

    def _renew(self, **changes: Any) -> None:
        devices = self.devices.values()
        self.snapshot = replace(
            self.snapshot,
            devices=tuple(device.view for device in devices),
            busy=self._preparation.busy,
            sync=self._preparation.sync,
            can_sync=can_synchronise(devices),
            messages=self._journal.messages,
            **changes,
        )


_STARTED_AGAIN = "The device started again; the window begins anew."


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
