# SPDX-License-Identifier: Apache-2.0
"""How long something has held in a row, with breaks of up to a grace."""

from __future__ import annotations

_SAME_S = 1e-9


class Stretch:
    """A stretch of time, counted from reading to reading.

    Only between two readings in which it holds does time count as held; what lies between a reading
    that holds and one that does not is a break.

    Parameters
    ----------
    grace_s : float
        How long the breaks may be in all.
    t_s : float
        When it may begin.
    waits : bool
        Breaks count only once something has been held.

    Attributes
    ----------
    held_s : float
        How long it has held since `began_s`.
    began_s : float
    held_until_s : float
        When it held last.
    entered_s : float or None
        When it held for the first time of all.
    in_all_s : float
        How long it has held, in all stretches.
    """

    def __init__(self, grace_s: float, t_s: float, *, waits: bool) -> None:
        self.began_s = self.held_until_s = t_s
        self.held_s = self.in_all_s = self._out_s = 0.0
        self.entered_s: float | None = None
        self._grace_s, self._waits = grace_s, waits
        self._before: tuple[float, bool] | None = None

    def take(self, t_s: float, holds: bool) -> bool:
        """Count up to now; return whether it has held for the first time in this stretch."""
        before, self._before = self._before, (t_s, holds)
        begins = holds and self.held_s == 0 and not (before and before[1])
        if holds:
            self.held_until_s = t_s
            self.entered_s = t_s if self.entered_s is None else self.entered_s
        self.began_s = t_s if begins else self.began_s
        past_s = t_s - before[0] if before is not None else 0.0
        if holds and before is not None and before[1]:
            self.held_s += past_s
            self.in_all_s += past_s
        elif self.held_s > 0 or not self._waits:
            self._out_s += past_s
        return begins

    @property
    def is_lost(self) -> bool:
        """Whether its breaks are too long by now."""
        return self._out_s > self._grace_s + _SAME_S

    def begin_anew(self, *, from_now: bool) -> None:
        """Count anew, from the last reading or from the next."""
        self.held_s = self._out_s = 0.0
        self._before = self._before if from_now else None
        self.began_s = self._before[0] if self._before is not None else self.began_s

    def end_at(self, t_s: float) -> None:
        """Take back what it has held since then."""
        if t_s < self.held_until_s:
            self.held_s = max(0.0, self.held_s - (self.held_until_s - t_s))
            self.held_until_s = t_s
