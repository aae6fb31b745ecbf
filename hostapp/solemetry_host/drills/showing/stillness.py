# SPDX-License-Identifier: Apache-2.0
"""How still somebody stands: how far from the own middle, as one of five states, and as a tone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from solemetry_host.drills.files.drill import ToneRules
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.sound.tone import SILENCE, Tone, tone_of_cop

STATES = ("still", "nearly still", "some sway", "more sway", "far out")
"""Coarse on purpose: a display of five states left people swaying less than a dot that never
rests (D'Anna et al. 2015, PLoS One 10:e0132711, two groups of 12)."""

EDGES = (1.0, 1.5, 2.0, 3.0)
"""Where one state ends and the next begins, in radii of the quiet zone: product defaults."""

HYSTERESIS = 0.9
"""A calmer state begins only this far within its edge, so that none flickers: product default."""

QUIET_MM, QUIET_FROM_60_MM = 15.0, 18.0
"""Radius of the quiet zone: that of the ellipse of young and of older adults on one leg, eyes open,
7.7 and 10.0 cm2 (Carvalho et al. 2015), as a circle."""

NARROWEST_MM, WIDEST_MM = 8.0, 25.0
"""An own radius stays between these: nearer the sound would hardly ever rest, wider it would not
begin before the foot tips. Product defaults."""

LOUDEST_AT = EDGES[-1]
"""In radii: 45 mm of 15, about the edge of a foot."""

P70 = "quiet.p70_mm"
"""The measure of an outcome that holds the radius of the next session."""

_MEMORY_S = 10.0
"""The middle is the mean of about so long, so that standing elsewhere is not called swaying."""

_SETTLES_S = 1.0
"""Before, the middle is still where the dot is."""

_LONGEST_STEP_S = 0.1
_LEAST_LOAD = 0.9
"""Of the load that stood there: with less a hand, the other foot or the floor carries some."""


def quiet_radius_mm(
    rules: ToneRules | None = None, last_p70_mm: float | None = None, age: float | None = None
) -> float:
    """Radius of the quiet zone.

    Parameters
    ----------
    rules : ToneRules, optional
        Of the drill.
    last_p70_mm : float, optional
        `Stillness.p70_mm` of the last session: the radius, where the drill adapts.
    age : float, optional
        From 60 on the drill's radius is widened by 18/15.
    """
    if rules and rules.adapt == "p70_last_session" and last_p70_mm is not None:
        return min(max(last_p70_mm, NARROWEST_MM), WIDEST_MM)
    older = age is not None and age >= 60
    usual_mm = rules.silent_radius_mm if rules else QUIET_MM
    return usual_mm * (QUIET_FROM_60_MM / QUIET_MM if older else 1.0)


def last_p70_mm(outcomes: Sequence[Outcome]) -> float | None:
    """Return `Stillness.p70_mm` of the last outcome of a drill that has it, the oldest first."""
    for outcome in reversed(outcomes):
        for measures in outcome.measures.values():
            if P70 in measures:
                return measures[P70]
    return None


class Stillness:
    """Follows one centre of pressure and its own middle.

    Parameters
    ----------
    radius_mm : float
        Of the quiet zone.
    """

    def __init__(self, radius_mm: float = QUIET_MM) -> None:
        self.radius_mm = radius_mm
        self._all_mm: list[float] = []
        self.begin()

    def begin(self) -> None:
        """Forget the middle: somebody steps on anew."""
        self.middle_mm: NDArray[np.float64] | None = None
        self.distance_mm = math.nan
        self.state: int | None = None
        self._cop_mm = np.full(2, np.nan)
        self._load = math.nan
        self._stood_s = 0.0
        self._t_s: float | None = None

    @property
    def p70_mm(self) -> float | None:
        """Seven tenths of all distances were nearer: the radius for the next session."""
        return float(np.percentile(self._all_mm, 70)) if self._all_mm else None

    def kept_in(self, outcome: Outcome) -> Outcome:
        """Return an outcome that `last_p70_mm` finds the radius in."""
        p70_mm = self.p70_mm
        if p70_mm is None:
            return outcome
        measures = {side: {**of, P70: p70_mm} for side, of in outcome.measures.items()}
        return replace(outcome, measures=measures)

    def take(self, t_s: float, cop_mm: NDArray[np.float64], load: float | None) -> None:
        """Take a moment in.

        Parameters
        ----------
        t_s : float
        cop_mm : (2,) array
            To the right and forward, in any frame that stays; NaN: not standing, or not sensed.
        load : float or None
            In any unit, if it is sensed. Where it falls below nine tenths of what it was, nobody
            stands any more.
        """
        step_s = 0.0 if self._t_s is None else min(max(t_s - self._t_s, 0.0), _LONGEST_STEP_S)
        self._t_s = t_s
        dropped = load is not None and load < _LEAST_LOAD * self._load
        if dropped or not np.isfinite(cop_mm).all():
            self.distance_mm, self.state = math.nan, None
            self._cop_mm = np.full(2, np.nan)
            return
        self._stood_s += step_s
        weight = min(step_s / min(self._stood_s, _MEMORY_S), 1.0) if self._stood_s else 0.0
        self.middle_mm = cop_mm if self.middle_mm is None else (
            self.middle_mm + weight * (cop_mm - self.middle_mm)
        )  # fmt: skip
        if load is not None:
            self._load = load if math.isnan(self._load) else self._load + weight * (
                load - self._load
            )  # fmt: skip
        self._cop_mm = cop_mm
        self.distance_mm = math.dist(cop_mm, self.middle_mm)
        if self._stood_s > _SETTLES_S:
            self._all_mm.append(self.distance_mm)
        self.state = _state(self.distance_mm / self.radius_mm, self.state)

    @property
    def tone(self) -> Tone:
        """What is heard: nothing in the quiet zone, and nothing where nobody stands."""
        if self.middle_mm is None:
            return SILENCE
        return tone_of_cop(
            self._cop_mm, self.middle_mm, self.radius_mm, LOUDEST_AT * self.radius_mm
        )


def _state(radii: float, before: int | None) -> int:
    reached = sum(radii > edge for edge in EDGES)
    left = sum(radii > HYSTERESIS * edge for edge in EDGES)
    if before is None or reached > before:
        return reached
    return min(before, left)
