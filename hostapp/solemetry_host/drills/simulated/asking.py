# SPDX-License-Identifier: Apache-2.0
"""What a drill's file asks of a body: each condition as wishes for signals."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import (
    AnyCondition,
    Choice,
    Condition,
    Drill,
    Level,
    Phase,
    Setting,
)
from solemetry_host.drills.running.view import Sector
from solemetry_host.drills.simulated.body import Wish, sway

List = Literal["needs", "done", "within", "fail"]
LISTS: tuple[List, ...] = ("needs", "done", "within", "fail")

_SD_OF_SWAY = 0.41
"""Standard deviation of three waves together (`moving`), over the largest value they can have."""

_SD_DIFFERS = 1.5
"""A baseline is short: its standard deviation may be so many times that of all waves."""

_IN_SECTOR = ("reach.in_target", "hour.ok")
_OF_RUN = {"reach.max_pct": "reach.pct"}
"""What a run makes of signals, by what it makes it of."""


@dataclass(frozen=True)
class Asked:
    """One thing that a phase asks.

    Attributes
    ----------
    phase : Phase
    place : {"needs", "done", "within", "fail"}
    number : int
        In its list, from 0.
    choices : tuple of Condition
        Alternatives; one where there are none.
    optional : bool
    reason : str
        Of all its alternatives.
    """

    phase: Phase
    place: List
    number: int
    choices: tuple[Condition, ...]
    optional: bool
    reason: str

    def sensed(self, signals: Collection[str]) -> Condition | None:
        """Return the alternative that decides where only these signals are sensed."""
        return next((c for c in self.choices if made_of(c.signal) in signals), None)


@dataclass(frozen=True)
class Asking:
    """A drill at one of its levels."""

    drill: Drill
    level_n: int

    @cached_property
    def level(self) -> Level | None:
        """The level; None where the drill has none.

        Raises
        ------
        SolemetryError
            When the drill has others only.
        """
        if not self.drill.level:
            return None
        for level in self.drill.level:
            if level.n == self.level_n:
                return level
        there = ", ".join(str(level.n) for level in self.drill.level)
        raise SolemetryError(f"{self.drill.id} has no level {self.level_n}.", f"It has {there}.")

    @property
    def by_hand(self) -> bool:
        """Whether it is a list to tick, or something to measure and enter."""
        timed = self.drill.dose.seconds or self.drill.dose.tempo
        return not self.drill.phase and not timed

    def setting(self, name: str) -> Setting | None:
        """Return what the level sets, or else the drill."""
        level = self.level.set if self.level else {}
        return level.get(name, self.drill.params.get(name))

    def number(self, value: bool | float | str | None) -> float:
        """Return a number of the file, of the level where it says so."""
        if not isinstance(value, str):
            return float(value or 0.0)
        found = self.setting(value.removeprefix("level."))
        if not isinstance(found, bool | int | float):
            raise SolemetryError(
                f"{self.drill.id}: level {self.level_n} sets no number {value!r}.",
                "Add it to the level's `set`.",
            )
        return float(found)

    def of(self, phase: Phase) -> Iterator[Asked]:
        """Yield all that a phase asks at this level."""
        for place in LISTS:
            items: tuple[AnyCondition, ...] = getattr(phase, place)
            for n, item in enumerate(items):
                choices = item.prefer if isinstance(item, Choice) else (item,)
                choices = tuple(c for c in choices if self._applies(c))
                if choices:
                    optional = item.optional or all(c.optional for c in choices)
                    yield Asked(phase, place, n, choices, optional, item.reason)

    def all(self) -> Iterator[Asked]:
        """Yield all that the drill asks, phase by phase."""
        for phase in self.drill.phase:
            yield from self.of(phase)

    def wishes(
        self, condition: Condition, baseline: Mapping[str, float], sector: Sector | None
    ) -> list[Wish]:
        """Return where signals have to be for a condition to hold."""
        if condition.signal in _IN_SECTOR:
            inside = _inside(sector)
            return inside if condition.value else [Wish("reach.pct", high=inside[0].low)]
        low, high = self._band(condition, baseline)
        return [Wish(made_of(condition.signal), low, high)]

    def breaking(
        self, condition: Condition, baseline: Mapping[str, float], sector: Sector | None
    ) -> list[Wish]:
        """Return wishes of which each alone breaks the condition."""
        if condition.signal in _IN_SECTOR:
            inside = _inside(sector)
            return [Wish("reach.pct", high=inside[0].low)] if condition.value else inside
        signal = made_of(condition.signal)
        if condition.op == "is":
            return [Wish(signal, 1.0 - float(condition.value), 1.0 - float(condition.value))]
        low, high = self._band(condition, baseline)
        if signal == "reach.angle_deg" and condition.op == "near":
            return [Wish(signal, high, low + 360)]
        beyond = [Wish(signal, low=high), Wish(signal, high=low)]
        return [w for w in beyond if np.isfinite(w.low) or np.isfinite(w.high)]

    def _applies(self, condition: Condition) -> bool:
        when = condition.when
        return when is None or self.setting(when.param) == when.value

    def _band(self, condition: Condition, baseline: Mapping[str, float]) -> tuple[float, float]:
        value = self.number(condition.value) * condition.times
        rest = baseline.get(made_of(condition.signal), 0.0)
        if condition.op == "is":
            return value, value
        if condition.op == "near":
            middle = value + (rest if condition.of else 0.0)
            return middle - (condition.tol or 0.0), middle + (condition.tol or 0.0)
        value *= rest if condition.of else 1.0
        away = condition.min_sd * _SD_OF_SWAY * _SD_DIFFERS * sway(condition.signal)
        if condition.op in ("<", "<="):
            return -np.inf, min(value, rest - away) if away else value
        return max(value, rest + away) if away else value, np.inf


def made_of(signal: str) -> str:
    """Return the signal that a body has to give for one that the run makes."""
    return "reach.pct" if signal in _IN_SECTOR else _OF_RUN.get(signal, signal)


def _inside(sector: Sector | None) -> list[Wish]:
    """Reach and direction of the called hour; in front where none is called."""
    if sector is None:
        return [Wish("reach.pct", 60.0, 120.0), Wish("reach.angle_deg", -22.5, 22.5)]
    middle = sector.hour * 30 % 360
    return [
        Wish("reach.pct", sector.from_pct, sector.to_pct),
        Wish("reach.angle_deg", middle - sector.angle_deg / 2, middle + sector.angle_deg / 2),
    ]
