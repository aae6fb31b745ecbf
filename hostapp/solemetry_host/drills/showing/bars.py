# SPDX-License-Identifier: Apache-2.0
"""Signals as bars with a marked band."""

from __future__ import annotations

from dataclasses import dataclass

from solemetry_host.drills.running.view import RunView
from solemetry_host.drills.signals.catalogue import CATALOGUE

MOST_BARS = 3
"""Nobody reads more while moving."""

_SHOWN_BEYOND = 0.5
"""A bar goes on behind its band by half of what it shows up to there."""



@dataclass(frozen=True)
class Bar:
    """A signal and the band where it should be.

    Attributes
    ----------
    words, unit : str
    value : float
    low, high : float or None
        The band; None where there is no end to it.
    ends : tuple of float
        What the bar shows, from one end to the other.
    holds : bool or None
        None where nothing is asked of it.
    """

    words: str
    unit: str
    value: float
    low: float | None
    high: float | None
    ends: tuple[float, float]
    holds: bool | None


def bars_of(view: RunView) -> tuple[Bar, ...]:
    """Return the first bars of the phase; a later one that does not hold takes the last place."""
    bars = [
        bar_of(one.signal, float(one.value), one.low, one.high, one.holds)
        for one in view.watched
        if one.value is not None and (one.low is not None or one.high is not None)
    ]
    broken = next((bar for bar in bars[MOST_BARS:] if bar.holds is False), None)
    if broken is not None and all(bar.holds is not False for bar in bars[:MOST_BARS]):
        return (*bars[: MOST_BARS - 1], broken)
    return tuple(bars[:MOST_BARS])


def bar_of(
    name: str,
    value: float,
    low: float | None = None,
    high: float | None = None,
    holds: bool | None = None,
) -> Bar:
    """Return the bar of a signal."""
    known = CATALOGUE.get(name)
    unit = known.unit if known else ""
    return Bar(in_words(name), unit, value, low, high, _ends(unit, low, high), holds)


def _ends(unit: str, low: float | None, high: float | None) -> tuple[float, float]:
    """Return what a bar shows: all of a share; of anything else the band and some beside it."""
    edges = [edge for edge in (low, high) if edge is not None]
    if unit == "" and all(0 <= edge <= 1 for edge in edges):
        return 0.0, 1.0
    if unit == "%" and all(0 <= edge <= 100 for edge in edges):
        return 0.0, 100.0
    least, most = min(0.0, *edges), max(0.0, *edges)
    beyond = _SHOWN_BEYOND * (most - least or 1.0)
    return (least - beyond if least < 0 else 0.0), most + beyond


def in_words(name: str) -> str:
    """Return what a signal says, as a person reads it."""
    known = CATALOGUE.get(name)
    return known.words if known else name
