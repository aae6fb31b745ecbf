# SPDX-License-Identifier: Apache-2.0
"""The sync gesture of devices that stream: who is compared, on which time, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import center_of_pressure, total_force
from solemetry.sync.measuring import FEET_APART_S, Synchronisation, by_moments
from solemetry.sync.track import load_of_counts
from solemetry_host.live.device import LiveDevice
from solemetry_host.live.sync_prompt import PATIENCE_S, Progress, SyncPrompt, in_words

Floats = NDArray[np.float64]

COMPARING = "Wait a moment: the clocks are still being compared."


class Synchronising:
    """Watches for the gesture in devices, and says by how much each is to be moved.

    Clocks go on being refined meanwhile, and that must not tear a movement. So the time of each
    device is what its clock said when watching began; what the clock has learnt since is put right
    in the result. Insoles follow the plate, or the right one the left.

    Parameters
    ----------
    devices : iterable of LiveDevice
        Those that do not stream, or of whose cells nobody knows where they lie, are left out.

    Raises
    ------
    SyncError
        When there is nothing to compare.
    """

    def __init__(self, devices: Iterable[LiveDevice]) -> None:
        references, others = _sides(devices)
        self._references = {device.stream: device for device in references}
        self._others = {device.stream: device for device in others}
        self._devices = self._references | self._others
        self._prompt = SyncPrompt(tuple(self._references), tuple(self._others))
        self._lines: dict[str, _Line] = {}
        self._next: dict[str, int] = {}
        """Number of the grid point of each stream that was not looked at yet."""
        self._least: dict[str, float] = {}
        """Of devices without gains, the least count so far."""
        self._began_ns: float | None = None
        self.progress = Progress("waiting", text=COMPARING)

    def watch(self, device: LiveDevice) -> Progress:
        """Look at what is new of a device."""
        if device.stream not in self._devices or self.progress.ended:
            return self.progress
        if not self._lines:
            self._wait_for_clocks(device)
        elif device.clock.segment != self._lines[device.stream].segment:
            self._give_up(f"{device.stream} started again, or its clock jumped. Begin again.")
        else:
            self.progress = self._prompt.push(device.stream, *self._new_of(device))
            if self.progress.state == "done":
                self._conclude(self.progress)
        return self.progress

    def _wait_for_clocks(self, device: LiveDevice) -> None:
        if self._began_ns is None:
            self._began_ns = device.newest_ns()
        unsettled = [name for name, each in self._devices.items() if not each.clock.settled]
        if not unsettled:
            self._lines = {name: _Line.of(each) for name, each in self._devices.items()}
            self._next = {name: each.grid_end for name, each in self._devices.items()}
            self.progress = self._prompt.progress
        elif device.newest_ns() - self._began_ns > PATIENCE_S * 1e9:
            self._give_up(
                f"The time of {' and '.join(unsettled)} is not known well enough: it answers no "
                "questions for it. Connect it anew, then begin again."
            )

    def _give_up(self, text: str) -> None:
        self.progress = Progress("given up", text=text, why=self.progress.why)

    def _new_of(self, device: LiveDevice) -> tuple[Floats, Floats, Floats, bool]:
        """Time, load and its place of what has come, and whether the load is in newtons."""
        stream, xy_mm = device.stream, device.description.layout.xy_mm
        device_s, values = device.since(self._next[stream])
        self._next[stream] = device.grid_end
        t_s = self._lines[stream](device_s)
        if device.calibration.known:
            return t_s, total_force(values), center_of_pressure(values, xy_mm)[:, 1], True
        counts = values + device.calibration.zero_counts
        least = float(np.min(counts, initial=math.inf, where=np.isfinite(counts)))
        self._least[stream] = min(least, self._least.get(stream, math.inf))
        return t_s, *load_of_counts(counts, xy_mm[:, 1], self._least[stream]), False

    # ---- what comes of it ------------------------------------------------------------------

    def _conclude(self, done: Progress) -> None:
        lags = by_clocks([self._with_moments(one) for one in done.lags], self._devices)
        apart_s = max(abs(one.lag_s) for one in lags)
        of_feet = all(_is_insole(device) for device in self._references.values())
        if of_feet and apart_s <= FEET_APART_S:
            self.progress = replace(
                done,
                text=f"{' and '.join(self._devices)} agree within {apart_s * 1e3:.0f} ms, which "
                "heels explain: their clocks stay as they are.",
                lags=(),
            )
        else:
            self.progress = replace(done, text=in_words(lags), lags=lags)

    def _with_moments(self, one: Synchronisation) -> Synchronisation:
        there_s = self._lines[one.stream].device_s(one.at_s)
        first = next(iter(self._references))
        here_s = self._lines[first].device_s(one.at_s - one.lag_s)
        return replace(one, device_s=there_s, reference_s=here_s)


def by_clocks(
    lags: Sequence[Synchronisation], devices: Mapping[str, LiveDevice]
) -> tuple[Synchronisation, ...]:
    """Return lags as the clocks have them now; as they were where a device is not there."""

    def session_s(stream: str, device_s: float, _: float) -> float | None:
        return devices[stream].host_ns(device_s) * 1e-9 if stream in devices else None

    return by_moments(lags, session_s)


def can_synchronise(devices: Iterable[LiveDevice]) -> bool:
    """Whether there is something to compare: a plate and an insole, or two insoles."""
    return all(_sides(devices))


def _sides(devices: Iterable[LiveDevice]) -> tuple[list[LiveDevice], list[LiveDevice]]:
    """Devices that give the time, and those that follow."""
    there = [
        device
        for device in devices
        if device.view.link.state == "streaming" and device.placed
    ]
    plates = [device for device in there if not _is_insole(device)]
    insoles = sorted(filter(_is_insole, there), key=lambda device: device.opened.side)
    return (plates, insoles) if plates else (insoles[:1], insoles[1:])


def _is_insole(device: LiveDevice) -> bool:
    return device.description.layout.kind == "insole"


@dataclass(frozen=True)
class _Line:
    """A device's time as its clock had it at one moment."""

    at_s: float
    host_s: float
    rate: float
    segment: int

    @classmethod
    def of(cls, device: LiveDevice) -> Self:
        at_s = device.grid_end / device.description.rate_hz
        host_s, before_s = (device.host_ns(t_s) * 1e-9 for t_s in (at_s, at_s - _REACH_S))
        return cls(at_s, host_s, (host_s - before_s) / _REACH_S, device.clock.segment)

    def __call__(self, device_s: Floats) -> Floats:
        return self.host_s + self.rate * (device_s - self.at_s)

    def device_s(self, host_s: float) -> float:
        return self.at_s + (host_s - self.host_s) / self.rate


_REACH_S = 5.0
"""A clock's rate is taken over this long."""
