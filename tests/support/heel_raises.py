# SPDX-License-Identifier: Apache-2.0
"""People who raise their heels on a plate with insoles on, and whose truth is known.

Made for tests, apart from what the project itself simulates. A person sways as an inverted pendulum
under a noisy proportional-derivative ankle torque. Heels follow a script: up, held, down and a
landing. Load moves onto the forefoot before the heel leaves the ground; the body's acceleration
and the landing shake the force. The load of each foot falls onto the sixteen places of a real
insole; the plate feels their sum and moment. Cells bend it (a power law, gains, creep, noise,
12 bits), clocks drift, and a radio delivers rows at the next of its connection events.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

from solemetry import DeviceDescription
from solemetry.session.clock import fit_session_clock
from solemetry.session.model import NO_EVENTS, Motion, Session, Stream

G = 9.80665
INSOLE = DeviceDescription.builtin("insole-16-esp32s3")
HEEL_LINE_MM = -110.0


@dataclass(frozen=True)
class Raise:
    """One heel raise: when it begins (true time), and how."""

    at_s: float
    up_s: float = 0.28
    held_s: float = 0.08
    down_s: float = 0.24
    height_m: float = 0.07
    feet: tuple[bool, bool] = (True, True)


@dataclass
class Person:
    """Somebody with two feet; `lead_s` is by how much the left heel is ahead of the right."""

    seed: int = 0
    seconds: float = 14.0
    raises: tuple[Raise, ...] = ()
    mass_kg: float = 70.0
    lead_s: float = 0.0
    left_share: float = 0.5
    steps: tuple[float, ...] = ()  # each step's moment: that foot is in the air for 0.3 s
    sway: np.ndarray = field(init=False)

    def __post_init__(self):
        self.rng = np.random.default_rng(self.seed)
        self.sway = pendulum(self.seconds + 2, self.rng)

    def cells(self, t_s):
        """Force on the cells of the left and of the right foot, N: two arrays (n, 16)."""
        force_n, shares = self._force(t_s)
        out = []
        for foot in (0, 1):
            forefoot = self._forefoot(t_s, foot)
            out.append(spread(force_n * shares[foot], forefoot))
        return out

    def plate(self, t_s):
        """Total force, N, and centre of pressure (ml, ap), mm."""
        left, right = self.cells(t_s)
        total = left.sum(axis=1) + right.sum(axis=1)
        y_mm = HEEL_LINE_MM + INSOLE.layout.xy_mm[:, 1]
        ap = (left @ y_mm + right @ y_mm) / total
        ml = 90.0 * (right.sum(axis=1) - left.sum(axis=1)) / total
        return total, np.column_stack((ml, ap))

    def _script(self, t_s, foot):
        shift_s = (-0.5 if foot == 0 else 0.5) * self.lead_s
        return [replace(r, at_s=r.at_s + shift_s) for r in self.raises if r.feet[foot]]

    def _forefoot(self, t_s, foot):
        """Share of the foot's load that its forefoot bears."""
        rest = 0.42 + np.interp(t_s, np.arange(len(self.sway)) / 100.0, self.sway)
        out = rest
        for r in self._script(t_s, foot):
            off_s, on_s = r.at_s, r.at_s + r.up_s + r.held_s + r.down_s
            landed = smooth((t_s - on_s + 0.015) / 0.06)
            forward = smooth((t_s - off_s + 0.12) / 0.14) * (1 - landed)
            back = 0.18 * pulse(t_s, on_s + 0.05, 0.04, 0.16)
            out = out + (0.97 - out) * forward - back
        return np.clip(out, 0.02, 0.98)

    def _force(self, t_s):
        weight = np.full(len(t_s), self.mass_kg * G)
        for foot in (0, 1):
            for r in self._script(t_s, foot):
                on_s = r.at_s + r.up_s + r.held_s + r.down_s
                a = jerk_least(t_s - r.at_s, r.up_s) - jerk_least(
                    t_s - (on_s - r.down_s), r.down_s
                )
                weight = weight + 0.5 * self.mass_kg * (
                    0.6 * r.height_m * a + 4.0 * np.exp(-(((t_s - on_s - 0.02) / 0.018) ** 2))
                )
        left = self.left_share + 0.03 * np.sin(2 * np.pi * 0.23 * t_s + self.seed)
        for number, at_s in enumerate(self.steps):
            up = smooth((t_s - at_s) / 0.12) * (1 - smooth((t_s - at_s - 0.4) / 0.12))
            left = left + (number % 2 - left) * up
        return weight, (left, 1 - left)


def pendulum(seconds, rng):
    """Standing sway as a share of the foot's lever, at 100 Hz: sd about 0.04."""
    n, dt, w2 = int(seconds * 100) + 1, 0.01, G
    x, v, m, out = 0.0, 0.0, 0.0, np.empty(n)
    noise = rng.normal(size=n)
    for i in range(n):
        m += dt * (-m / 0.8) + noise[i] * np.sqrt(dt)
        p = 1.35 * x + 0.3 * v + 0.002 * m
        v += dt * w2 * (x - p)
        x += dt * v
        out[i] = p
    return 0.04 * (out - out.mean()) / out.std()


def spread(force_n, forefoot):
    """Share a foot's force out to its cells; the toes bear some only far in front."""
    regions = np.array(INSOLE.layout.regions)
    toes = np.isin(regions, ["hallux", "lesser_toes"])
    mets = np.char.startswith(regions, "met")
    heel, mid = np.char.startswith(regions, "heel"), np.char.startswith(regions, "mid")
    toe_part = 0.3 * forefoot**2
    parts = (
        (heel, 0.94 * (1 - forefoot)), (mid, 0.06 + 0 * forefoot),
        (mets, 0.94 * (forefoot - toe_part)), (toes, 0.94 * toe_part),
    )  # fmt: skip
    out = np.zeros((len(force_n), 16))
    for mask, part in parts:
        out[:, mask] = (force_n * part / mask.sum())[:, None]
    return out


def smooth(x):
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def pulse(t_s, at_s, rise_s, fall_s):
    return np.where(
        t_s < at_s, np.exp(-(((t_s - at_s) / rise_s) ** 2)), np.exp(-(((t_s - at_s) / fall_s) ** 2))
    )


def jerk_least(t_s, seconds):
    """Acceleration of a minimum-jerk rise by 1 (Flash and Hogan 1985)."""
    s = np.clip(t_s / seconds, 0, 1)
    return (60 * s - 180 * s**2 + 120 * s**3) / seconds**2


# ---- devices -----------------------------------------------------------------------------------


def counts_of(cells_n, rng, bent=0.75, creep=0.08):
    """What thin-film cells and a 12-bit converter make of the force: (n, 16) at 100 Hz."""
    gain = rng.uniform(0.7, 1.4, 16)
    felt = (np.clip(cells_n, 0, None) / 60.0) ** bent * gain
    # Creep: part of the answer takes half a second.
    slow, _ = lfilter([0.02], [1.0, -0.98], felt, axis=0, zi=0.98 * felt[:1])
    felt = (1 - creep) * felt + creep * slow
    felt[1:] = 0.8 * felt[1:] + 0.2 * felt[:-1]  # the carrier: 2 ms
    felt *= 1 + 0.01 * rng.normal(size=felt.shape)
    return np.clip(np.rint(372 + 900 * felt + 2 * rng.normal(size=felt.shape)), 0, 4095)


def radio_arrival(true_s, rng, interval_s=0.03, rows=1, least_s=0.011, repeated=0.08):
    """When rows arrive: at connection events, `rows` to a notification, some sent again.

    With `rows` as long as the interval, notifications and events keep step: then they wait for
    each other by what the moment of connecting happened to be, up to a whole interval.
    """
    n = len(true_s)
    last = np.minimum((np.arange(n) // rows + 1) * rows, n) - 1
    ready = true_s[last] + least_s
    phase_s = rng.uniform(0, interval_s)
    event_s = np.ceil((ready - phase_s) / interval_s) * interval_s + phase_s
    again = rng.geometric(1 - repeated, n)[last] - 1
    arrival = event_s + again * interval_s + rng.exponential(0.0008, n)[last]
    return np.maximum.accumulate(arrival)


def session_time(device_s, arrival_s):
    """Session time by the project's own clock: least delayed arrivals, two-sided."""
    return fit_session_clock(device_s, arrival_s)(device_s)


def asked_time(true_s, device_s, arrival_s, rng, interval_s=0.03):
    """Session time by the project's own clock of a device over the air: it stands on questions.

    One a second, at any moment; each waits for the radio before it is received.
    """
    sent_s = np.arange(true_s[0], true_s[-1] - 1.5, 1.0)
    sent_s += rng.uniform(0, 0.5, len(sent_s))
    phase_s = rng.uniform(0, interval_s)
    event_s = np.ceil((sent_s + 0.0012 - phase_s) / interval_s) * interval_s + phase_s
    received_s = event_s + (rng.geometric(0.92, len(sent_s)) - 1) * interval_s + 0.0003
    received_device_s = np.interp(received_s, true_s, device_s)
    questions = np.column_stack((received_device_s, sent_s - received_device_s))
    return fit_session_clock(device_s, arrival_s, questions=questions)(device_s)


@dataclass
class Recorded:
    """Streams of a person, and the true time of each sample."""

    session: Session
    true_s: dict[str, np.ndarray]

    def errors_s(self, session, name, reference="plate"):
        """How far a stream's times are off against the plate's, at each of its samples."""
        plate = session.streams[reference]
        plate_off = plate.t_s - self.true_s[reference]
        off = session.streams[name].t_s - self.true_s[name]
        return off - np.interp(self.true_s[name], self.true_s[reference], plate_off)


def record(
    person,
    seed=0,
    plate_hz=1000.0,
    drifts=(50e-6, -50e-6),
    plate_drift=20e-6,
    insoles=("left", "right"),
    offset_s=0.0,
    lost=(),
    rows=1,
    asked=False,
):
    """Record a person.

    `offset_s` makes the insoles late by as much again; `lost` are stretches (from, to) in s without
    insole rows; `asked` lets the host ask them for their time.
    """
    rng = np.random.default_rng([seed, 77])
    streams, truth = {}, {}
    # The plate: on its own clock, over USB.
    true_s = np.arange(round(person.seconds * plate_hz)) / plate_hz * (1 + plate_drift)
    arrival_s = true_s + 0.0006 + rng.exponential(0.001, len(true_s))
    force_n, cop_mm = person.plate(true_s)
    streams["plate"] = Stream(
        "plate", "load", plate_hz,
        session_time(true_s / (1 + plate_drift), np.maximum.accumulate(arrival_s)),
        force_n + rng.normal(0, 1.0, len(true_s)),
        cop_mm + rng.normal(0, 0.3, cop_mm.shape),
    )  # fmt: skip
    truth["plate"] = true_s
    for foot, (side, drift) in enumerate(zip(("left", "right"), drifts, strict=True)):
        if side not in insoles:
            continue
        true_s = rng.uniform(0, 0.01) + np.arange(round(person.seconds * 100) - 2) / 100 * (
            1 + drift
        )
        device_s = 1000.0 * (foot + 1) + (true_s - true_s[0]) / (1 + drift)
        counts = counts_of(person.cells(true_s)[foot], rng)
        arrival_s = radio_arrival(true_s, rng, rows=rows)
        t_s = offset_s + (
            asked_time(true_s, device_s, arrival_s, rng)
            if asked
            else session_time(device_s, arrival_s)
        )
        for start_s, stop_s in lost:
            counts[(true_s >= start_s) & (true_s < stop_s)] = np.nan
        streams[side] = Stream(
            side, "cells", 100.0, t_s, np.full(len(t_s), np.nan),
            np.full((len(t_s), 2), np.nan), counts=counts, description=INSOLE,
        )  # fmt: skip
        truth[side] = true_s
    session = Session(
        Path("simulated.h5"), {}, {}, streams, NO_EVENTS.copy(), "complete", motion={}
    )
    return Recorded(session, truth)


def gesture(at_s, rng, apart_s=1.0, n=3, **how):
    """Raises as a person makes them: none like the other."""
    out, t = [], at_s
    for _ in range(n):
        out.append(
            Raise(
                t, rng.uniform(0.22, 0.34), rng.uniform(0.0, 0.15), rng.uniform(0.18, 0.28),
                rng.uniform(0.05, 0.09), **how,
            )
        )  # fmt: skip
        raised = out[-1]
        down_s = t + raised.up_s + raised.held_s + raised.down_s
        t = max(t + apart_s * rng.uniform(0.85, 1.2), down_s + 0.25)
    return tuple(out)


def motion_of(recorded, name):
    """Make an IMU stream that goes with an insole: a turn rate that knows its true time."""
    stream, true_s = recorded.session.streams[name], recorded.true_s[name]
    rate = np.zeros((len(true_s), 3))
    rate[:, 0] = np.sin(2 * np.pi * 0.5 * true_s)
    return Motion(f"{name}-imu", 100.0, stream.t_s, np.zeros_like(rate), rate, len(true_s))
