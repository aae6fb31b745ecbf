# SPDX-License-Identifier: Apache-2.0
"""A person of `heel_raises` as a plate on a cable and insoles over the air send it: live items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from heel_raises import INSOLE, Person, counts_of, radio_arrival
from mixes import PLATE, by_arrival

from solemetry.calibration import Calibration
from solemetry.session.format import sample_type
from solemetry.session.model import Session
from solemetry_host.devices.source import Block, Exchange, Item, Opened
from solemetry_host.sim.plate import corner_loads

INTERVAL_S = 0.03
BEGAN_S = 5000.0
"""Host time at the person's time 0."""


@dataclass
class Sent:
    """What one device sent.

    Attributes
    ----------
    opened : Opened
    items : list of Item
    boots_at_s, drift : float
        The person's time at which the device's clock is 0, and by how much that runs fast.
    """

    opened: Opened
    items: list[Item]
    boots_at_s: float
    drift: float

    def errors_s(self, session: Session) -> np.ndarray:
        """How late session time is, beyond the host's own, at each grid point of the stream."""
        stream = session.streams[self.opened.stream]
        description = self.opened.description
        first_us = next(i for i in self.items if isinstance(i, Block)).rows["t_dev_us"][0]
        first = np.ceil(first_us * 1e-6 * description.rate_hz)
        device_s = (first + np.arange(len(stream.t_s))) / description.rate_hz
        felt_s = self.boots_at_s + device_s / (1 + self.drift) - description.delay_s
        return stream.t_s + session.meta["t0_host_ns"] * 1e-9 - BEGAN_S - felt_s


def plate(person: Person, seed: int = 0) -> Sent:
    """A plate on USB: reads of some milliseconds, late by one or two."""
    rng = np.random.default_rng([seed, 1])
    boots_at_s, drift, hz = -3.0, 120e-6, PLATE.rate_hz
    index = np.arange(np.ceil(3.5 * hz), (person.seconds - 0.5 + 3.0) * hz, dtype=np.int64)
    true_s = boots_at_s + index / hz / (1 + drift)
    force_n, cop_mm = person.plate(true_s - PLATE.delay_s)
    loads = corner_loads(force_n, cop_mm, PLATE.layout.xy_mm)
    counts = loads * PLATE.nominal_counts_per_n + rng.normal(0, 45, loads.shape)
    rows = _rows(index, hz, np.rint(counts))
    late_s = 0.0006 + rng.exponential(0.001, len(index))
    opened = Opened("plate", stamp(0.4), PLATE, None, {}, "sim:plate")
    return Sent(opened, _blocks("plate", rows, true_s + late_s), boots_at_s, drift)


def insole(
    person: Person, side: str, seed: int = 0, calibration: Calibration | None = None
) -> Sent:
    """An insole over the air: three rows to a notification, in step with the radio's interval."""
    foot = 0 if side == "left" else 1
    rng = np.random.default_rng([seed, 2 + foot])
    boots_at_s, drift, hz = -2.0 - rng.uniform(0, 0.03), (40e-6, -50e-6)[foot], INSOLE.rate_hz
    index = np.arange(260, (person.seconds - 0.5 + 2.0) * hz, dtype=np.int64)
    true_s = boots_at_s + index / hz / (1 + drift)
    rows = _rows(index, hz, counts_of(person.cells(true_s)[foot], rng))
    arrival_s = radio_arrival(true_s, rng, INTERVAL_S, rows=3)
    name = f"insole-{side}"
    info = {"side": side, "accel_g": 16, "gyro_dps": 2294, "wireless": True}
    opened = Opened(name, stamp(0.4), INSOLE.as_used(hz, side), calibration, info, f"sim:{name}")
    asked = []
    for sent_s, there_s, heard_s in _questions(true_s[0], true_s[-1], rng):
        there_us = round((there_s - boots_at_s) * (1 + drift) * 1e6)
        asked.append(Exchange(name, stamp(heard_s), stamp(sent_s), there_us, there_us))
    items = by_arrival(_blocks(name, rows, arrival_s), asked)
    return Sent(opened, items, boots_at_s, drift)


def _questions(start_s: float, stop_s: float, rng: np.random.Generator) -> list[tuple[float, ...]]:
    """When the host asks, the insole hears it, and the host hears the answer."""
    sent_s = np.arange(start_s, stop_s - 1.0, 1.0)
    sent_s += rng.uniform(0, 0.5, len(sent_s))
    phase_s = rng.uniform(0, INTERVAL_S)

    def meeting(after_s: np.ndarray) -> np.ndarray:
        event_s = np.ceil((after_s + 0.001 - phase_s) / INTERVAL_S) * INTERVAL_S + phase_s
        return event_s + (rng.geometric(0.92, len(after_s)) - 1) * INTERVAL_S + 0.0003

    there_s = meeting(sent_s)
    return list(zip(sent_s, there_s, meeting(there_s), strict=True))


def _rows(index: np.ndarray, rate_hz: float, counts: np.ndarray) -> np.ndarray:
    rows = np.zeros(len(index), sample_type(counts.shape[1]))
    rows["index"], rows["boot_id"] = index, 1
    rows["t_dev_us"] = np.rint(index * 1e6 / rate_hz)
    rows["counts"] = counts
    rows["conversion"] = (index % 256)[:, None]
    return rows


def _blocks(stream: str, rows: np.ndarray, arrival_s: np.ndarray) -> list[Item]:
    """Reads, stamped by the host: what arrives together, or within 5 ms, is one."""
    arrival_s = np.maximum.accumulate(arrival_s)
    reads = np.split(np.arange(len(rows)), np.flatnonzero(np.diff(arrival_s // 0.005)) + 1)
    out: list[Item] = []
    for part in reads:
        block = rows[part].copy()
        block["t_host_ns"] = read_ns = stamp(arrival_s[part[-1]])
        out.append(Block(stream, read_ns, block))
    return out


def stamp(person_s: float) -> int:
    """Host time of a moment of the person, ns."""
    return round((BEGAN_S + person_s) * 1e9)
