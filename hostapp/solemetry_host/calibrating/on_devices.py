# SPDX-License-Identifier: Apache-2.0
"""A calibration on a live engine: rows go to it as they come, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.calibrating.insole import InsoleCalibration
from solemetry_host.calibrating.plate import PlateCalibration
from solemetry_host.calibrating.procedure import Procedure
from solemetry_host.calibrating.step import Shown
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.source import Block, Notice
from solemetry_host.live import awaiting
from solemetry_host.live.device import LiveDevice
from solemetry_host.live.opening import open_station
from solemetry_host.live.station import Station
from solemetry_host.sim.as_built import Hands, PlateInHands

Floats = NDArray[np.float64]

Make = Callable[[Mapping[str, LiveDevice]], Procedure | None]
"""From the devices that have come, by kind, to the calibration; None as long as one is missing."""

SHOWN_EVERY_US = 50_000
"""Of the rows' time; between, nothing that a person sees changes."""

ASK = "calibrating"
"""The kind of a command that is meant for a calibration."""


class LiveCalibration:
    """Goes along with an engine (see `Follower`) and does a calibration on its rows.

    Ask it by commands, which the engine's thread hands on: `ask`.

    Parameters
    ----------
    make : callable
    hands : sequence of Hands
    streams : collection of str
        Of which devices; none: of the first of each kind.

    Attributes
    ----------
    hands : list of Hands
        That do what is said, on virtual plates.
    procedure : Procedure or None
    shown : Shown or None
        Of the newest moment; may be looked at from any thread.
    devices : dict of str to LiveDevice
        By kind, the first of each.
    complaint : SolemetryError or None
        Why what was asked for last was not done.
    """

    def __init__(
        self, make: Make, hands: Sequence[Hands] = (), streams: Collection[str] = ()
    ) -> None:
        self.procedure: Procedure | None = None
        self.shown: Shown | None = None
        self.devices: dict[str, LiveDevice] = {}
        self.complaint: SolemetryError | None = None
        self._make = make
        self._streams = frozenset(streams)
        self.hands = list(hands)
        self._last_s: dict[str, float] = {}
        self._shown_us = -SHOWN_EVERY_US

    def block(
        self,
        device: LiveDevice,
        block: Block,
        feet: tuple[FootRegistration, ...],
        arrived_ns: int,
    ) -> None:
        """Give it rows."""
        if self._streams and device.stream not in self._streams:
            return
        if self.devices.setdefault(device.kind, device) is not device:
            return
        if self.procedure is None:
            self.procedure = self._make(self.devices)
        if self.procedure is None or (self.procedure.ended and self.shown is not None):
            return
        counts = block.rows["counts"].astype(float)
        unusable = device.unusable(block.rows["flags"])
        if unusable is not None:
            counts[unusable] = np.nan
        self._give(self.procedure, device, block, counts)
        row_us = int(block.rows["t_dev_us"][-1])
        if abs(row_us - self._shown_us) >= SHOWN_EVERY_US or self.procedure.ended:
            self._shown_us = row_us
            self._show(self.procedure)

    def notice(self, notice: Notice) -> None:
        """Do what was asked for."""
        procedure = self.procedure
        if notice.kind != ASK or procedure is None:
            return
        self.complaint = None
        detail = notice.detail
        try:
            match detail["action"]:
                case "go_on":
                    procedure.go_on()
                case "skip":
                    procedure.skip()
                case "redo":
                    procedure.redo(detail["step"])
                case "restate_mass" if isinstance(procedure, PlateCalibration):
                    procedure.restate_mass(float(detail["mass_kg"]))
        except SolemetryError as error:
            self.complaint = error
        self._show(procedure)

    def _give(self, procedure: Procedure, device: LiveDevice, block: Block, counts: Floats) -> None:
        device_s = block.rows["t_dev_us"] * 1e-6
        if not isinstance(procedure, InsoleCalibration):
            if device.kind == "plate":
                procedure.push(device_s, counts)
            return
        t_s = self._host_s(device, device_s)
        if device.kind == "plate":
            procedure.push_plate(t_s, counts)
        else:
            procedure.push(t_s, counts)

    def _host_s(self, device: LiveDevice, device_s: Floats) -> Floats:
        """Return the host's time of rows; it never goes back by what a clock has learnt."""
        ends = device_s[[0, -1]]
        host = np.interp(device_s, ends, [device.host_ns(end) * 1e-9 for end in ends])
        before = self._last_s.get(device.stream, -np.inf)
        t_s = np.maximum.accumulate(np.maximum(host, before))
        self._last_s[device.stream] = float(t_s[-1])
        return np.asarray(t_s)

    def _show(self, procedure: Procedure) -> None:
        self.shown = procedure.shown
        step = self.shown.step
        for hands in self.hands:
            hands.heed(step.awaited, step.mass_kg, step.places_mm)


@contextmanager
def calibrating(
    urls: Sequence[str],
    make: Make,
    calibrations: Sequence[str] = (),
    insole_size_eu: float | None = None,
) -> Iterator[tuple[Station, LiveCalibration]]:
    """Connect devices, and begin a calibration on them.

    Parameters
    ----------
    urls : sequence of str
    make : callable
    calibrations, insole_size_eu
        As of `open_station`.

    Raises
    ------
    SolemetryError
        When a device does not come, or a calibration of it cannot begin.
    """
    station = open_station(urls, calibrations, insole_size_eu=insole_size_eu)
    live = LiveCalibration(make)
    station.connect()
    try:
        awaiting.wait(station, lambda: station.ready, awaiting.patience_s(urls))
        live.hands += hands_of(station)
        station.follow(live)
        awaiting.wait(station, lambda: live.shown or station.not_followed)
        if station.not_followed is not None:
            raise station.not_followed
        yield station, live
    finally:
        station.disconnect()


def ask(station: Station, action: str, **detail: Any) -> None:
    """Ask for ``go_on``, ``skip``, ``redo`` of a ``step``, or ``restate_mass`` to a ``mass_kg``."""
    station.command(ASK, action=action, **detail)


def hands_of(station: Station) -> list[Hands]:
    """Return the hands that put masses on the virtual plates of a station."""
    transports = [one.transport for one in station.sources if isinstance(one, BoardSource)]
    return [one.hands for one in transports if isinstance(one, PlateInHands)]
