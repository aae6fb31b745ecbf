# SPDX-License-Identifier: Apache-2.0
"""What a person sets up before, or while, it is measured: the zero, the feet, the places, the time.

Some of it takes seconds: the plate has to be empty, a heel to be pressed, heels to be raised.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import center_of_pressure
from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry.sync.measuring import Synchronisation
from solemetry_host.devices.source import Notice
from solemetry_host.live.device import LiveDevice, of_last_boot
from solemetry_host.live.joined import Place
from solemetry_host.live.journal import Journal
from solemetry_host.live.press import PressRoutine
from solemetry_host.live.sync_prompt import Progress
from solemetry_host.live.synchronising import Synchronising, by_clocks
from solemetry_host.live.tare import Tare

KINDS = (
    "tare", "foot", "foot_press", "foot_clear", "place", "sync", "sync_stop", "synchronised",
)  # fmt: skip
"""Commands that are understood here; the same come as events of a recording that is replayed."""


class Preparation:
    """Does what commands ask of devices, and knows what came of it.

    Parameters
    ----------
    devices : mapping of str to LiveDevice
        Those that are there, by stream.
    journal : Journal
    places : mapping of str to Place
        Where plates stand, by stream.
    """

    def __init__(
        self,
        devices: Mapping[str, LiveDevice],
        journal: Journal,
        places: Mapping[str, Place],
    ) -> None:
        self.places = dict(places)
        self.sync: Progress | None = None
        """How far the sync gesture is, or how the last one ended."""
        self._devices = devices
        self._journal = journal
        self._feet: dict[str, dict[str, FootRegistration]] = {}
        self._lags: dict[str, Synchronisation] = {}
        self._synchronising: Synchronising | None = None

    def feet_on(self, stream: str) -> tuple[FootRegistration, ...]:
        """Return the feet that are registered on a plate."""
        return tuple(self._feet.get(stream, {}).values())

    @property
    def busy(self) -> str:
        """What the person should be doing right now, or nothing."""
        for device in self._devices.values():
            if device.tare is not None:
                return f"Taring: keep the {device.description.layout.kind} empty"
        for device in self._devices.values():
            if device.presses is not None and device.presses.collecting is not None:
                return f"Keep pressing with the {device.presses.collecting}"
        return self.sync.text if self._synchronising is not None and self.sync is not None else ""

    def begin_take(self) -> None:
        """Write down what holds when a recording begins; a gesture is looked for from there on."""
        for stream, place in self.places.items():
            self._journal.keep("place", vars(place), stream)
        for stream, feet in self._feet.items():
            for foot in feet.values():
                self._journal.keep("foot", json.loads(foot.to_json()), stream)
        self.follow_clocks()
        for lag in self._lags.values():
            self._keep_lag(lag)
        if self._synchronising is not None:
            self.obey(Notice("", self._journal.tick(), "sync"))

    def obey(self, command: Notice) -> None:
        """Do what is asked; one of `KINDS`."""
        match command.kind:
            case "sync":
                self._begin_synchronising()
            case "sync_stop":
                self._stop_synchronising()
            case _:
                for stream in [command.stream] if command.stream else self._meant_by(command.kind):
                    self._do(command.kind, stream, command.detail)
                    self._keep(command, stream)
                if command.kind == "foot_clear":
                    self._journal.say("info", "No foot is registered any more.")
                return
        self._keep(command, "")

    def follow(self, device: LiveDevice, rows: NDArray[np.void]) -> None:
        """Go on with what waits for rows of a device."""
        if device.tare is not None:
            self._go_on_taring(device, device.tare, rows)
        if device.presses is not None:
            self._go_on_pressing(device, device.presses, of_last_boot(rows))

    def watch(self, device: LiveDevice) -> None:
        """Go on with what waits for the grid of a device."""
        if self._synchronising is not None:
            self._go_on_synchronising(self._synchronising, device)

    def follow_clocks(self) -> None:
        """Take lags anew, by what the clocks have learnt."""
        for lag in by_clocks(tuple(self._lags.values()), self._devices):
            self._lags[lag.stream] = lag
            if lag.stream in self._devices:
                self._devices[lag.stream].lag_s = lag.lag_s

    def forget_lags(self) -> None:
        """Forget what gestures have shown: other devices are being looked for."""
        self._lags.clear()
        self._synchronising = self.sync = None

    def forget_clock(self, device: LiveDevice) -> None:
        """Keep lags as they are, for the time of this device has begun anew."""
        for stream, lag in self._lags.items():
            if device.stream in (stream, lag.first_reference):
                self._lags[stream] = replace(lag, device_s=None, reference_s=None)

    def _keep(self, command: Notice, stream: str) -> None:
        self._journal.keep(command.kind, command.detail, stream, command.t_host_ns)

    def _meant_by(self, kind: str) -> list[str]:
        """Streams that a command without one is about."""
        there = [d for d in self._devices.values() if d.view.link.state != "closed"]
        plates = [d for d in there if d.description.layout.kind == "plate"] or there
        if kind == "foot_clear":
            return list(self._feet)
        streams = [device.stream for device in plates]
        return streams if kind == "tare" else streams[:1]

    def _do(self, kind: str, stream: str, detail: dict[str, Any]) -> None:
        device = self._devices.get(stream)
        match kind:
            case "tare" if device is not None:
                device.tare = Tare(device.description.rate_hz)
            case "foot_press" if device is not None:
                self._begin_press(device, detail)
            case "foot":
                self._register(stream, FootRegistration.from_dict(detail))
            case "foot_clear":
                self._feet.pop(stream, None)
            case "place":
                self.places[stream] = Place.from_dict(detail)
            case "synchronised":
                self._take_off(Synchronisation.from_detail(detail | {"stream": stream}))

    # ---- tare ------------------------------------------------------------------------------

    def _go_on_taring(self, device: LiveDevice, tare: Tare, rows: NDArray[np.void]) -> None:
        tare.push(rows)
        if not tare.complete:
            return
        device.tare, journal = None, self._journal
        try:
            zero = tare.zero_counts(device.calibration)
        except SolemetryError as error:
            journal.say("warning", str(error), device.stream)
            journal.keep("tare_refused", {"why": str(error)}, device.stream)
            return
        device.calibration = device.calibration.tared(zero)
        device.forget_window()
        if journal.take is not None:
            journal.take.zero(device.stream, zero)
        journal.keep("tared", {"zero_counts": zero.tolist()}, device.stream)
        kind = device.description.layout.kind
        journal.say("info", f"Tared: the {kind} reads zero now.", device.stream)

    # ---- feet ------------------------------------------------------------------------------

    def _begin_press(self, device: LiveDevice, detail: dict[str, Any]) -> None:
        side, length_mm = detail["side"], float(detail["length_mm"])
        routine = device.presses
        if routine is None or (routine.side, routine.length_mm) != (side, length_mm):
            routine = PressRoutine(side, length_mm, device.description.rate_hz)
        routine.begin(detail["part"])
        device.presses = routine
        self._journal.say(
            "info",
            f"Press with the {detail['part']} of the {side} foot and keep still.",
            device.stream,
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
            self._journal.say("info", f"The {part} press is in. Now the {other}.", device.stream)
            return
        device.presses = None
        try:
            foot = routine.registration()
        except SolemetryError as error:
            self._journal.say("warning", str(error), device.stream)
            return
        self._journal.keep("foot", json.loads(foot.to_json()), device.stream)
        self._register(device.stream, foot)

    def _register(self, stream: str, foot: FootRegistration) -> None:
        self._feet.setdefault(stream, {})[foot.side] = foot
        self._journal.say("info", f"The {foot.side} foot is registered.")

    # ---- one time for all ------------------------------------------------------------------

    def _begin_synchronising(self) -> None:
        try:
            self._synchronising = Synchronising(self._devices.values())
        except SolemetryError as error:
            self._journal.say("warning", str(error))
            return
        self.sync = self._synchronising.progress

    def _stop_synchronising(self) -> None:
        if self._synchronising is not None:
            self._synchronising = self.sync = None
            self._journal.say("info", "The sync gesture is not waited for any more.")

    def _go_on_synchronising(self, routine: Synchronising, device: LiveDevice) -> None:
        before = routine.progress
        now = self.sync = routine.watch(device)
        if now.why and now.why != before.why:
            self._journal.say("warning", now.why)
        if not now.ended:
            return
        self._synchronising = None
        self._take_off(*now.lags)
        for lag in now.lags:
            self._keep_lag(lag)
        self._journal.keep("sync_ended", {"state": now.state, "text": now.text})
        self._journal.say("info" if now.state == "done" else "warning", now.text)

    def _take_off(self, *lags: Synchronisation) -> None:
        self._lags |= {lag.stream: lag for lag in lags}
        self.follow_clocks()

    def _keep_lag(self, lag: Synchronisation) -> None:
        """Keep a lag by the recording's time, which begins with it."""
        kept = replace(lag, at_s=lag.at_s - self._journal.t0_ns * 1e-9)
        self._journal.keep("synchronised", kept.detail(), lag.stream)
