# SPDX-License-Identifier: Apache-2.0
"""Whether somebody stands as asked, or another foot or a hand took load."""

from __future__ import annotations

from collections import deque

LIGHT_BW, LIGHT_S = 0.90, 0.15
"""With less than this of the weight for this long, the rest is carried elsewhere."""

OUTSIDE_MM, OUTSIDE_S = 15.0, 0.10
"""So far outside the outline of what is stood on for this long, something else stands there too."""

SPIKE_BW, SPIKE_S = 0.15, 0.10
"""A change of the force by so much within this time is a hop or a landing."""


class Stance:
    """Follows a stance on a plate, by the rules of touch-down that drills share.

    A person stands once the weight is on the plate and within the outline of the foot, or feet,
    of the drill. Then it is a touch-down when too little of the weight is left, when the centre of
    pressure is too far outside, or when the force jumps. It lasts until the person stands again.
    All limits are this project's defaults. A fingertip of less than a tenth of the weight is not
    seen.
    """

    def __init__(self) -> None:
        self.stands = False
        self.touched_down = False
        self._light_since_s: float | None = None
        self._outside_since_s: float | None = None
        self._recent: deque[tuple[float, float]] = deque()
        """Moments and forces of the last `SPIKE_S`."""

    def push(self, t_s: float, force_bw: float, outside_mm: float) -> None:
        """Take a moment.

        Parameters
        ----------
        t_s : float
        force_bw : float
            Force, in body weights.
        outside_mm : float
            How far the centre of pressure is outside the outline; negative inside, NaN without
            load.
        """
        self._light_since_s = _since(self._light_since_s, t_s, force_bw < LIGHT_BW)
        self._outside_since_s = _since(self._outside_since_s, t_s, outside_mm > OUTSIDE_MM)
        self._recent.append((t_s, force_bw))
        while self._recent[0][0] < t_s - SPIKE_S:
            self._recent.popleft()
        forces = [force for _, force in self._recent]
        if self.stands:
            self.touched_down = (
                _lasts(self._light_since_s, t_s, LIGHT_S)
                or _lasts(self._outside_since_s, t_s, OUTSIDE_S)
                or max(forces) - min(forces) > SPIKE_BW
            )
            self.stands = not self.touched_down
        elif min(forces) >= LIGHT_BW and max(forces) - min(forces) <= SPIKE_BW and outside_mm <= 0:
            self.stands, self.touched_down = True, False


def _since(since_s: float | None, t_s: float, holds: bool) -> float | None:
    """From when on something has been holding without a break."""
    if not holds:
        return None
    return t_s if since_s is None else since_s


def _lasts(since_s: float | None, t_s: float, long_s: float) -> bool:
    # A nanosecond less: moments are sums, and a tenth of a second is a tenth of a second.
    return since_s is not None and t_s - since_s >= long_s - 1e-9
