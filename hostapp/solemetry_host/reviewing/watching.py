# SPDX-License-Identifier: Apache-2.0
"""Where somebody is in a recording: the moment, the part in view, the span that is chosen."""

from __future__ import annotations

from collections.abc import Iterable

from solemetry_host.reviewing.marks import Mark

SPEEDS = (1.0, 2.0, 4.0)

SHORTEST_VIEW_S = 0.2
SHORTEST_SPAN_S = 0.05


class Watching:
    """Moves along a recording.

    Parameters
    ----------
    begin_s, end_s : float
        Of the recording, session time.

    Attributes
    ----------
    t_s : float
        The moment that is shown.
    view : (float, float)
        The part of the timeline that is seen.
    span : (float, float)
        What is measured; all of it at first.
    label : str
        What the span is called, where it has a name.
    speed : float
        One of `SPEEDS`.
    playing : bool
    """

    def __init__(self, begin_s: float, end_s: float) -> None:
        self.begin_s, self.end_s = begin_s, max(end_s, begin_s + SHORTEST_VIEW_S)
        self.t_s = begin_s
        self.view = (self.begin_s, self.end_s)
        self.span = self.view
        self.label = ""
        self.speed = SPEEDS[0]
        self.playing = False

    # ---- the moment ------------------------------------------------------------------------

    def go_to(self, t_s: float) -> None:
        """Show a moment, and bring it into view."""
        self.t_s = min(max(t_s, self.begin_s), self.end_s)
        low, high = self.view
        if not low <= self.t_s <= high:
            self._look(self.t_s - (high - low) / 2, high - low)

    def step(self, steps: float) -> None:
        """Go on by hundredths of the part in view."""
        low, high = self.view
        self.go_to(self.t_s + steps * (high - low) / 100)

    def play(self, on: bool) -> None:
        """Let time run, or hold it; at the end it begins again."""
        if on and self.t_s >= self.end_s:
            self.go_to(self.begin_s)
        self.playing = on

    def pass_time(self, seconds: float) -> None:
        """Go on by what passed, where time runs; the view turns its page at the edge."""
        if not self.playing:
            return
        t_s = self.t_s + seconds * self.speed
        low, high = self.view
        if t_s > high and low <= self.t_s <= high:
            self._look(high, high - low)
        self.go_to(t_s)
        self.playing = self.t_s < self.end_s

    def next_mark(self, marks: Iterable[Mark], forward: bool) -> Mark | None:
        """Return the next mark from here, or the one before; None where there is none."""
        little = 1e-6
        if forward:
            return min((mark for mark in marks if mark.t_s > self.t_s + little),
                       key=lambda mark: mark.t_s, default=None)  # fmt: skip
        return max((mark for mark in marks if mark.t_s < self.t_s - little),
                   key=lambda mark: mark.t_s, default=None)  # fmt: skip

    # ---- the part in view ------------------------------------------------------------------

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """See so many times as much, around a moment: the one that is shown, if it is in view."""
        low, high = self.view
        middle = self.t_s if around_s is None else around_s
        if not low <= middle <= high:
            middle = (low + high) / 2
        width = max((high - low) * factor, SHORTEST_VIEW_S)
        self._look(middle - (middle - low) / (high - low) * width, width)

    def pan(self, seconds: float) -> None:
        """Look at an earlier or a later part."""
        low, high = self.view
        self._look(low + seconds, high - low)

    def see_all(self) -> None:
        """See the whole recording."""
        self.view = (self.begin_s, self.end_s)

    def _look(self, low: float, width: float) -> None:
        width = min(width, self.end_s - self.begin_s)
        low = min(max(low, self.begin_s), self.end_s - width)
        self.view = (low, low + width)

    # ---- the span --------------------------------------------------------------------------

    @property
    def is_whole(self) -> bool:
        """Whether the span is all of the recording."""
        return self.span == (self.begin_s, self.end_s)

    def choose(self, begin_s: float, end_s: float, label: str = "") -> bool:
        """Choose a span; return whether it is long enough to be one."""
        low, high = sorted(min(max(t, self.begin_s), self.end_s) for t in (begin_s, end_s))
        if high - low < SHORTEST_SPAN_S:
            return False
        self.span, self.label = (low, high), label
        return True

    def choose_mark(self, mark: Mark) -> None:
        """Go to a mark; choose its span, if it lasts."""
        self.go_to(mark.t_s)
        if mark.is_span:
            self.choose(mark.t_s, mark.end_s, mark.name)

    def choose_all(self) -> None:
        """Choose all of the recording."""
        self.span, self.label = (self.begin_s, self.end_s), ""

    def begin_here(self) -> None:
        """Let the span begin at the moment that is shown."""
        end_s = self.span[1] if self.span[1] > self.t_s + SHORTEST_SPAN_S else self.end_s
        self.choose(self.t_s, end_s)

    def end_here(self) -> None:
        """Let the span end at the moment that is shown."""
        begin_s = self.span[0] if self.span[0] < self.t_s - SHORTEST_SPAN_S else self.begin_s
        self.choose(begin_s, self.t_s)
