# SPDX-License-Identifier: Apache-2.0
"""Waiting until a plate is empty, or a load on it does not move, and reading it then.

Rows come as looks: all of a tenth of a second. So what is captured depends on the rows alone, and
not on how many of them came at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from solemetry.calibrating import CalibrationError
from solemetry.calibrating.still import TEN_MINUTES_S
from solemetry.calibration import Calibration
from solemetry.device import STANDARD_GRAVITY, SensorLayout
from solemetry_host.calibrating.step import Awaited, Measured
from solemetry_host.words import tr

Floats = NDArray[np.float64]

LOOK_S = 0.1

EMPTY_S = 1.0
"""A zero is taken of the empty plate before each load, so that its drift does not matter."""

SETTLE_S = 1.0
"""So long a load has to be still before it is read; a plate swings after something was put on."""

HOLD_S = 2.0

RESTLESS_S = 5.0
"""What has not come to rest in so long is said, so that somebody looks for the reason."""

LOADED = 0.1
"""Share of the awaited weight from which on something counts as a load, whatever it is."""

LEAST_N = 5.0

DRIFT_OVER_S = 30.0


class NotTaredError(CalibrationError):
    """What was read shows that the tare was wrong; nothing goes on before it is done again."""


@dataclass(frozen=True)
class Steady:
    """How far a load that counts as still may go, look by look and within: cells and total, N."""

    cell_n: float
    total_n: float


A_MASS = Steady(cell_n=0.5, total_n=1.0)
A_PERSON = Steady(cell_n=math.inf, total_n=20.0)
"""Somebody who stands shifts the weight from cell to cell; the total breathes."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read of a load that did not move.

    Attributes
    ----------
    zero_counts : (S,) array
        Of the empty plate just before.
    counts : (n, S) array
    t_s : (n,) array
        Device time of the rows.
    """

    zero_counts: Floats
    counts: Floats
    t_s: Floats

    @cached_property
    def mean_counts(self) -> Floats:
        """Mean, ``(S,)``."""
        return np.asarray(self.counts.mean(axis=0))

    @property
    def net(self) -> Floats:
        """Mean less the zero, ``(S,)``."""
        return self.mean_counts - self.zero_counts

    @property
    def rate_hz(self) -> float:
        """Measured rows per second."""
        return (len(self.t_s) - 1) / float(self.t_s[-1] - self.t_s[0])

    def to_dict(self) -> dict[str, Any]:
        """Return its means, which is all that a fit needs; `from_dict` reads them back."""
        return {
            "zero_counts": self.zero_counts.tolist(), "mean_counts": self.mean_counts.tolist(),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Reading:
        """Read what `to_dict` wrote, as one row."""
        zero, mean = (np.array(fields[f"{name}_counts"], dtype=float) for name in ("zero", "mean"))
        return cls(zero, mean[None], np.zeros(1))


@dataclass(eq=False)
class Looks:
    """Looks that follow each other, as long as they agree."""

    t_s: list[Floats] = field(default_factory=list)
    counts: list[Floats] = field(default_factory=list)
    _means: list[Floats] = field(default_factory=list)

    def push(self, t_s: Floats, counts: Floats) -> None:
        """Take one more."""
        self.t_s.append(t_s)
        self.counts.append(counts)
        self._means.append(counts.mean(axis=0))

    @property
    def seconds(self) -> float:
        """How long they last."""
        return len(self.t_s) * LOOK_S

    def reading(self, zero_counts: Floats) -> Reading:
        """Return all of them as one reading."""
        return Reading(zero_counts, np.concatenate(self.counts), np.concatenate(self.t_s))

    def last(self, seconds: float) -> Looks:
        """Return the newest of them."""
        n = round(seconds / LOOK_S)
        return Looks(self.t_s[-n:], self.counts[-n:], self._means[-n:])

    def moved_n(self, scale: Calibration, steady: Steady) -> float:
        """How far the newest went from those before, N; 0 where it agrees with them."""
        newest = scale.forces(self.counts[-1])
        moved = newest.mean(axis=0) - scale.forces(np.mean(self._means[:-1] or self._means, axis=0))
        total_n, cells_n = abs(float(moved.sum())), np.maximum(np.abs(moved), newest.std(axis=0))
        if total_n > steady.total_n or (cells_n > steady.cell_n).any():
            return float(max(total_n, cells_n.max()))
        return 0.0


class Capture(Protocol):
    """Waits for something, and reads it."""

    @property
    def awaited(self) -> Awaited:
        """What is missing still."""

    @property
    def progress(self) -> float:
        """How far that is, 0 to 1."""

    @property
    def measured(self) -> tuple[Measured, ...]:
        """What it reads meanwhile."""

    def begin(self) -> None:
        """Begin anew: rows were lost, or what was read is refused."""

    def look(self, t_s: Floats, counts: Floats) -> Reading | None:
        """Take the rows of a tenth of a second; return the reading when there is one.

        Raises
        ------
        CalibrationError
            When what was being read does not count; it has begun anew then.
        """


class Rest:
    """Lets time pass, with the plate left alone; tells how it drifts meanwhile.

    Parameters
    ----------
    scale : Calibration
    seconds : float
    """

    awaited: Awaited = "rest"

    def __init__(self, scale: Calibration, seconds: float) -> None:
        self._scale, self._seconds = scale, seconds
        self._rested_s = 0.0
        self._looks = Looks()

    @property
    def progress(self) -> float:
        """How much of the time has passed."""
        return min(self._rested_s / self._seconds, 1.0) if self._seconds else 1.0

    @property
    def measured(self) -> tuple[Measured, ...]:
        """How long it still takes, and the drift."""
        left = Measured(tr("to go"), max(self._seconds - self._rested_s, 0.0), "s")
        if self._looks.seconds < DRIFT_OVER_S:
            return (left,)
        return (left, drift_of(self._looks.reading(self._scale.zero_counts), self._scale))

    def begin(self) -> None:
        """Begin the drift anew; a plate stays warm over a moment without a cable."""
        self._looks = Looks()

    def look(self, t_s: Floats, counts: Floats) -> Reading | None:
        """Count the time."""
        self._rested_s += LOOK_S
        self._looks.push(t_s, counts)
        self._looks = self._looks.last(DRIFT_OVER_S)
        if self._rested_s + LOOK_S / 2 < self._seconds:
            return None
        return self._looks.reading(self._scale.zero_counts)


class Emptied:
    """Reads a plate with nothing on it.

    Parameters
    ----------
    scale : Calibration
        With its zero, where one is known.
    seconds : float
    most_n : float
        What the cells may read to count as empty, all together; infinite before the tare.
    """

    def __init__(self, scale: Calibration, seconds: float, most_n: float = math.inf) -> None:
        self._scale, self._seconds, self._most_n = scale, seconds, most_n
        self._load_n = self._restless_s = 0.0
        self._looks = Looks()

    @property
    def awaited(self) -> Awaited:
        """That the load goes off, then that all is still."""
        return "empty" if self._load_n > self._most_n else "still"

    @property
    def progress(self) -> float:
        """How much of the time is in."""
        return min(self._looks.seconds / self._seconds, 1.0)

    @property
    def measured(self) -> tuple[Measured, ...]:
        """What the cells read, where their zero is known."""
        known = math.isfinite(self._most_n)
        return (Measured(tr("on the cells"), self._load_n, "N"),) if known else ()

    def begin(self) -> None:
        """Forget what is in."""
        self._looks = Looks()

    def look(self, t_s: Floats, counts: Floats) -> Reading | None:
        """Go on as long as it is empty and still."""
        self._load_n = load_n(self._scale, counts)
        if self._load_n > self._most_n:
            self.begin()
            return None
        self._looks.push(t_s, counts)
        moved_n = self._looks.moved_n(self._scale, A_MASS)
        if moved_n:
            was_still = self._looks.seconds > SETTLE_S
            self.begin()
            self._restless_s += LOOK_S
            if was_still or self._restless_s >= RESTLESS_S:
                self._restless_s = 0.0
                raise CalibrationError(
                    tr("The plate moved, or something on it did, by {n} N.", n=f"{moved_n:.1f}"),
                    tr("Leave it empty and still, on a firm floor."),
                )
            return None
        if self._looks.seconds + LOOK_S / 2 < self._seconds:
            return None
        return self._looks.reading(self._scale.zero_counts)


class Loaded:
    """Reads a load: first the empty plate, then the load once it is still.

    Parameters
    ----------
    scale : Calibration
        With the zero of the tare.
    mass_kg : float
        That is awaited; whatever is put on is read.
    hold_s : float
        How long it is read.
    steady : Steady
    """

    def __init__(
        self,
        scale: Calibration,
        mass_kg: float,
        hold_s: float = HOLD_S,
        steady: Steady = A_MASS,
    ) -> None:
        self._scale, self._steady = scale, steady
        self._hold_s = hold_s
        self._threshold_n = max(LOADED * mass_kg * STANDARD_GRAVITY, LEAST_N)
        self._forces_n = np.zeros(len(scale.gain_n_per_count))
        self._restless_s = 0.0
        self.begin()

    @property
    def awaited(self) -> Awaited:
        """That the plate is empty, that the load comes, that it is still."""
        return "still" if self._phase == "hold" else self._phase

    @property
    def progress(self) -> float:
        """How much of the reading is in."""
        match self._phase:
            case "empty":
                return min(self._looks.seconds / EMPTY_S, 1.0)
            case "load":
                return 0.0
            case "still":
                return self._looks.seconds / (SETTLE_S + self._hold_s)
        return min((SETTLE_S + self._looks.seconds) / (SETTLE_S + self._hold_s), 1.0)

    @property
    def measured(self) -> tuple[Measured, ...]:
        """What stands there, by the gains from before."""
        kg = float(self._forces_n.sum()) / STANDARD_GRAVITY
        return (Measured(tr("on the plate"), kg, "kg"),)

    def begin(self) -> None:
        """Begin with the empty plate."""
        self._phase: Literal["empty", "load", "still", "hold"] = "empty"
        self._looks = Looks()
        self._zero = self._scale.zero_counts

    def look(self, t_s: Floats, counts: Floats) -> Reading | None:
        """Go on with what is awaited."""
        self._forces_n = self._scale.forces(counts).mean(axis=0)
        loaded = float(np.abs(self._forces_n).sum()) > self._threshold_n
        match self._phase:
            case "empty" if not loaded:
                self._go_on(t_s, counts, EMPTY_S)
            case "empty":
                self._looks = Looks()
            case "load" if loaded:
                self._turn_to("still")
            case "still" if loaded:
                self._go_on(t_s, counts, SETTLE_S)
            case "still":
                self._turn_to("load")
            case "hold":
                return self._hold(t_s, counts)
        return None

    def _go_on(self, t_s: Floats, counts: Floats, seconds: float) -> None:
        self._looks.push(t_s, counts)
        moved_n = self._looks.moved_n(self._scale, self._steady)
        if moved_n:
            self._looks = self._looks.last(LOOK_S)
            self._refuse_restless(moved_n)
        elif self._looks.seconds + LOOK_S / 2 >= seconds:
            if self._phase == "empty":
                self._zero = self._looks.reading(self._zero).mean_counts
                self._turn_to("load")
            else:
                self._turn_to("hold")

    def _hold(self, t_s: Floats, counts: Floats) -> Reading | None:
        self._looks.push(t_s, counts)
        moved_n = self._looks.moved_n(self._scale, self._steady)
        if moved_n:
            self._turn_to("still")
            raise CalibrationError(
                tr(
                    "The load moved by {n} N, or was taken off, while it was read.",
                    n=f"{moved_n:.1f}",
                ),
                tr(
                    "Let go of it, and touch neither it nor the plate until the next step is "
                    "shown."
                ),
            )
        if self._looks.seconds + LOOK_S / 2 < self._hold_s:
            return None
        self._refuse_lifted()
        return self._looks.reading(self._zero)

    def _refuse_restless(self, moved_n: float) -> None:
        self._restless_s += LOOK_S
        if self._restless_s >= RESTLESS_S:
            self._restless_s = 0.0
            raise CalibrationError(
                tr("It does not come to rest: the load still moves by {n} N.", n=f"{moved_n:.1f}"),
                tr("Let go of it; see that all feet of the plate stand on a firm floor."),
            )

    def _refuse_lifted(self) -> None:
        if (self._forces_n < 0).all():
            self.begin()
            raise NotTaredError(
                tr("The plate has become lighter: something stood on it when it was tared."),
                tr("Leave it empty for the tare."),
            )

    def _turn_to(self, phase: Literal["load", "still", "hold"]) -> None:
        self._phase, self._looks, self._restless_s = phase, Looks(), 0.0


def load_n(scale: Calibration, counts: Floats) -> float:
    """Return what the cells carry, whichever way round they are wired: sum of the amounts, N."""
    return float(np.abs(scale.forces(counts).mean(axis=0)).sum())


def check_whole(counts: Floats, layout: SensorLayout) -> None:
    """Refuse rows in which a cell is silent, or at an end of its range (NaN).

    Raises
    ------
    CalibrationError
        With the names of the cells.
    """
    missing = ~np.isfinite(counts).all(axis=0)
    if missing.any():
        named = tr(" and ").join(np.array(layout.labels)[missing])
        raise CalibrationError(
            tr("{cells} gave no data, or was at the end of its range.", cells=named),
            tr("Check its wires, and that it does not carry more than it is made for."),
        )


def drift_of(reading: Reading, scale: Calibration) -> Measured:
    """Return the drift of the worst cell, N in ten minutes: the slope of a line."""
    worst_n, _ = slope_n(reading, scale)
    return Measured(tr("drift in ten minutes"), worst_n, "N")


def slope_n(reading: Reading, scale: Calibration) -> tuple[float, float]:
    """Drift of the worst cell in ten minutes, and its standard uncertainty by the noise, N."""
    forces_n = scale.forces(reading.counts)
    t_s = reading.t_s - reading.t_s.mean()
    slopes = t_s @ (forces_n - forces_n.mean(axis=0)) / (t_s @ t_s)
    left = forces_n - forces_n.mean(axis=0) - np.outer(t_s, slopes)
    uncertain = left.std(axis=0) / np.sqrt(t_s @ t_s)
    worst = int(np.abs(slopes).argmax())
    return abs(float(slopes[worst])) * TEN_MINUTES_S, float(uncertain[worst]) * TEN_MINUTES_S
