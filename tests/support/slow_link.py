# SPDX-License-Identifier: Apache-2.0
"""A link that takes its time, on a clock that only the test moves; the device's own drifts."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from solemetry_host.sim.plate import VirtualPlate

HOST_START_S = 5000.0
STEP_S = 0.001
COALESCE_S = 0.001

Delay = Callable[[float], float]
"""From the moment of sending (s) to the moment of arriving."""


def symmetric(seed: int = 0) -> tuple[Delay, Delay]:
    """Half a millisecond and a little more either way, as over the USB of the chip itself."""
    rng = np.random.default_rng(seed)

    def either(at_s: float) -> float:
        return float(at_s + 0.0005 + rng.exponential(0.0003))

    return either, either


def latency_timer(period_s: float = 0.016, least_s: float = 0.0005) -> tuple[Delay, Delay]:
    """Out at once; back when the adapter's timer runs out."""

    def back(at_s: float) -> float:
        return (math.floor(at_s / period_s) + 1) * period_s + least_s

    return (lambda at_s: at_s + least_s), back


class SlowLink:
    """A transport to a virtual plate whose clock runs `drift` fast or slow of the host's."""

    def __init__(
        self, plate: VirtualPlate, delays: tuple[Delay, Delay], drift: float = 0.0
    ) -> None:
        self.name = "slow link"
        self.rates: tuple[int, ...] = ()
        self.now_s = HOST_START_S
        self.drop: Callable[[bytes], bool] = lambda data: False
        """Says of what the host sends that it is lost on its way."""
        self._plate = plate
        self._there, self._back = delays
        self._drift = drift
        self._to_plate: list[tuple[float, bytes]] = []
        self._to_host: list[tuple[float, bytes]] = []

    def now_ns(self) -> int:
        return round(self.now_s * 1e9)

    def device_s(self, host_s: float) -> float:
        return (host_s - HOST_START_S) / (1 + self._drift)

    def host_s(self, device_s: float) -> float:
        """The truth that clocks are measured against."""
        return HOST_START_S + device_s * (1 + self._drift)

    def open(self) -> None: ...

    def use_rate(self, rate: int) -> None: ...

    def close(self) -> None: ...

    def write(self, data: bytes) -> None:
        if not self.drop(data):
            self._to_plate.append((self._there(self.now_s), data))

    def read(self) -> bytes:
        """Wait for the first bytes, at most a tenth of a second, and a little for more."""
        deadline_s = self.now_s + 0.1
        while self.now_s < deadline_s:
            self._step()
            if self._to_host and self._to_host[0][0] <= self.now_s:
                self._run_until(self.now_s + COALESCE_S)
                break
        arrived = [data for at_s, data in self._to_host if at_s <= self.now_s]
        del self._to_host[: len(arrived)]
        return b"".join(arrived)

    def _run_until(self, until_s: float) -> None:
        while self.now_s < until_s:
            self._step()

    def _step(self) -> None:
        arrivals = [at_s for at_s, _ in self._to_host if at_s > self.now_s]
        self.now_s = min(self.now_s + STEP_S, *arrivals[:1], math.inf)
        while self._to_plate and self._to_plate[0][0] <= self.now_s:
            at_s, data = self._to_plate.pop(0)
            self._plate.receive(data, self.device_s(at_s))
        sent = self._plate.advance(self.device_s(self.now_s))
        if sent:
            arrives_s = self._back(self.now_s)
            if self._to_host:
                arrives_s = max(arrives_s, self._to_host[-1][0])
            self._to_host.append((arrives_s, sent))
