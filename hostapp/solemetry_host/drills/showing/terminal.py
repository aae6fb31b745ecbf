# SPDX-License-Identifier: Apache-2.0
"""A drill in the terminal. Every mark is a shape first, so that it reads without colour."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.running.outcome import Outcome, Rep, Side
from solemetry_host.drills.showing.bars import Bar
from solemetry_host.drills.showing.feedback import Shown
from solemetry_host.drills.showing.results import (
    MARKS,
    Bests,
    farthest_by_hour,
    reason,
    result_lines,
)
from solemetry_host.drills.showing.ring import Ring
from solemetry_host.drills.showing.stillness import STATES
from solemetry_host.drills.signals.frame import DOUBLE

Floats = NDArray[np.float64]

INSIDE, WARNING = "bold #009E73", "#E69F00"
"""Of the palette of Okabe and Ito, which people with any colour vision tell apart."""

FEWEST_RING_LINES, MOST_RING_LINES = 9, 19
OTHER_LINES = 16
"""What stands above and below a ring, so that all of it is seen in a small terminal."""

ONE_FOOT_MM, TWO_FEET_MM = 90.0, 160.0
"""What the ring's picture shows, up and down from the middle: the ground that is stood on."""

BAR_COLUMNS = 41
CLOCK_LINES, CLOCK_COLUMNS = 7, 30
HOLD_COLUMNS = 20

_BETWEEN = 32
"""Points of an outline between two of its corners, so that none of its characters is left out."""

_PLAIN = str.maketrans({"✓": "+", "○": "o", "●": "@", "█": "#", "·": ".", "–": "-"})

_DIGITS = {
    "0": "███ █ █ █ █ █ █ ███", "1": " █   █   █   █   █ ", "2": "███   █ ███ █   ███",
    "3": "███   █ ███   █ ███", "4": "█ █ █ █ ███   █   █", "5": "███ █   ███   █ ███",
    "6": "███ █   ███ █ █ ███", "7": "███   █   █   █   █", "8": "███ █ █ ███ █ █ ███",
    "9": "███ █ █ ███   █ ███",
}  # fmt: skip
"""Five lines of three columns each, with a space between."""

_NONE: Bests = MappingProxyType({})


class Screen:
    """A drill at one moment, for `rich`.

    Parameters
    ----------
    shown : Shown
    """

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = options.height or console.height
        lines = min(max(height - OTHER_LINES, FEWEST_RING_LINES), MOST_RING_LINES)
        for line in _lines(self._shown, lines):
            yield _plain(line) if options.ascii_only else line


def print_result(console: Console, drill: Drill, outcome: Outcome, bests: Bests = _NONE) -> None:
    """Print how a drill went.

    Parameters
    ----------
    console : Console
    drill : Drill
    outcome : Outcome
    bests : mapping of str to float
        As of `results.result_lines`.
    """
    heading, *lines = result_lines(drill, outcome, bests)
    texts = [Text(heading, style="bold"), *map(Text, lines)]
    if "clock_face_summary" in drill.feedback.terminal:
        postures = {level.n: level.set.get("posture") for level in drill.level}
        on_both = postures.get(outcome.level) == DOUBLE
        for side in dict.fromkeys(rep.side for rep in outcome.reps):
            reps = [rep for rep in outcome.reps if rep.side == side]
            texts += _clock("both" if on_both else side, reps)
    for text in texts:
        console.print(_plain(text) if console.options.ascii_only else text)


def _clock(side: Side, reps: list[Rep]) -> Iterator[Text]:
    """Draw a foot's clock, the farthest reach at each hour: 3:00 is outside, or right."""
    farthest = farthest_by_hour(reps)
    if not farthest:
        return
    marks = np.full((CLOCK_LINES, CLOCK_COLUMNS), " ")
    outward = -1 if side == "left" else 1
    for hour, pct in farthest.items():
        angle = np.radians(30 * hour)
        line = round((1 - np.cos(angle)) / 2 * (CLOCK_LINES - 1))
        column = round((1 + outward * np.sin(angle)) / 2 * (CLOCK_COLUMNS - 4))
        marks[line, column : column + 4] = list(f"{min(pct, 999):3.0f}%")
    yield Text(f"{side}, toes up" if side in ("left", "right") else "toes up")
    yield from (Text("  " + "".join(line)) for line in marks)


def _plain(text: Text) -> Text:
    plain = text.copy()
    plain.plain = text.plain.translate(_PLAIN)
    return plain


def _lines(shown: Shown, ring_lines: int) -> Iterator[Text]:
    yield Text.assemble((shown.title, "bold"), f"  {shown.where}")
    if shown.said:
        yield Text(shown.said[-1].text, style="bold")
    yield Text(shown.cue)
    if shown.without:
        yield Text("On your own now: no feedback in this one.")
    if shown.seconds is not None:
        yield from _big(shown.seconds)
    if shown.filled is not None:
        yield _hold(shown.filled)
    if shown.state is not None:
        yield _state(shown.state)
    if shown.ring is not None:
        yield from _ring(shown.ring, ring_lines)
    for bar in shown.bars:
        yield from _bar(bar)
    if shown.pacer is not None:
        yield _pacer(shown.pacer)
    if shown.ticks:
        yield Text("  ".join(f"{MARKS[rep.status]} {reason(rep)}".rstrip() for rep in shown.ticks))
    for missing in shown.not_sensed:
        yield Text(f"! not sensed: {missing}", style=WARNING)
    if shown.stop:
        yield Text(shown.stop, style="dim")


def _big(seconds: float) -> Iterator[Text]:
    """Show whole seconds so that they are read from some steps away."""
    digits = [_DIGITS[digit] for digit in str(math.ceil(seconds))]
    for line in range(5):
        yield Text("   ".join(digit[4 * line : 4 * line + 3] for digit in digits), style="bold")


def _hold(filled: float) -> Text:
    full = round(filled * HOLD_COLUMNS)
    return Text(f"[{'█' * full}{'·' * (HOLD_COLUMNS - full)}]", style=INSIDE if filled >= 1 else "")


def _state(state: int) -> Text:
    row = "  ".join("(●)" if n == state else " ○ " for n in range(len(STATES)))
    return Text(f"{row}   {STATES[state]}", style="" if state else INSIDE)


def _ring(ring: Ring, lines: int) -> Iterator[Text]:
    """Draw the ground from above; the target is full once the dot is in it."""
    half_mm = TWO_FEET_MM if len(ring.outlines_mm) > 1 else ONE_FOOT_MM
    up = np.linspace(half_mm, -half_mm, lines)
    right = np.linspace(-half_mm, half_mm, 2 * lines - 1)  # a character is twice as high
    marks = np.full((len(up), len(right)), " ")

    def put(places_mm: Floats, mark: str) -> None:
        column = np.rint((places_mm[:, 0] / half_mm + 1) * (len(right) - 1) / 2).astype(int)
        line = np.rint((1 - places_mm[:, 1] / half_mm) * (len(up) - 1) / 2).astype(int)
        seen = (column >= 0) & (column < len(right)) & (line >= 0) & (line < len(up))
        marks[line[seen], column[seen]] = mark

    ground = np.stack(np.meshgrid(right, up), axis=-1)
    marks[_within(ground, ring.target_mm)] = "█" if ring.inside else "·"
    for outline in ring.outlines_mm:
        put(_dense(outline), ":")
    put(ring.tail_mm, "○")
    put(ring.dot_mm[None], "●")
    for line in marks:
        yield Text("".join(line), style=INSIDE if ring.inside else "")


def _within(places_mm: Floats, corners_mm: Floats) -> NDArray[np.bool_]:
    """Say which places, ``(..., 2)``, lie in a closed outline: those left of it an odd times."""
    inside = np.zeros(places_mm.shape[:-1], dtype=bool)
    x, y = places_mm[..., 0], places_mm[..., 1]
    for (x0, y0), (x1, y1) in pairwise(corners_mm):
        if y0 != y1:
            inside ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside


def _dense(outline_mm: Floats) -> Floats:
    """Return an outline with more points on it."""
    between = np.linspace(0, 1, _BETWEEN, endpoint=False)[:, None, None]
    return np.asarray((outline_mm[:-1] + between * np.diff(outline_mm, axis=0)).reshape(-1, 2))


def _bar(bar: Bar) -> Iterator[Text]:
    """Draw a signal as a marker on a line, its band as the thick part of it."""
    low = bar.ends[0] if bar.low is None else bar.low
    high = bar.ends[1] if bar.high is None else bar.high
    places = np.linspace(*bar.ends, BAR_COLUMNS)
    banded = bar.low is not None or bar.high is not None
    line = ["=" if banded and low <= at <= high else "–" for at in places]
    line[int(np.abs(places - bar.value).argmin())] = "●"
    unit = f" {bar.unit}" if bar.unit else ""
    off = "" if bar.holds is not False else " (more)" if bar.value < low else " (less)"
    yield Text(bar.words)
    yield Text(f"|{''.join(line)}| {bar.value:.2f}{unit}{off}", style=INSIDE if bar.holds else "")


def _pacer(at: float) -> Text:
    line = ["–"] * BAR_COLUMNS
    line[round(at * (BAR_COLUMNS - 1))] = "●"
    return Text(f"|{''.join(line)}| pace")
