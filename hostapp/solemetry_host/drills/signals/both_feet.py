# SPDX-License-Identifier: Apache-2.0
"""What two insoles say of how the load lies on both feet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from solemetry.cop import MIN_FORCE_N
from solemetry_host.drills.signals.stance import Stance
from solemetry_host.drills.signals.tracks import Foot, InsoleTrack, Values


class BothFeet:
    """Follows the load on one foot, or both, and on the other one.

    Parameters
    ----------
    weight_n : float or None
        The person's, as both insoles felt it. Where nobody was weighed, what both feet carry now
        stands for it; then a hand that takes load is not seen.
    """

    def __init__(self, weight_n: float | None) -> None:
        self._weight_n = weight_n
        self._stance = Stance()

    def of_load(
        self, t_s: float, mine: Sequence[InsoleTrack], there: Mapping[Foot, InsoleTrack]
    ) -> Values:
        """Return the signals of a moment.

        Parameters
        ----------
        t_s : float
        mine : sequence of InsoleTrack
            Of the foot that the drill is done on, or of both.
        there : mapping of str to InsoleTrack
            All that feel something now, by foot.
        """
        force_n = sum(insole.force for insole in mine)
        if not (all(insole.in_newtons for insole in mine) and math.isfinite(force_n)):
            return {}
        values: Values = {}
        if self._weight_n is not None:
            values["fz.bw"] = force_n / self._weight_n
        total_n = sum(insole.force for insole in there.values())
        if len(there) < 2 or not all(insole.in_newtons for insole in there.values()):
            return values
        if total_n >= MIN_FORCE_N:
            values["load.left_pct"] = 100 * there["left"].force / total_n
        if len(mine) == 1 and math.isfinite(total_n):
            whole_n = self._weight_n or max(total_n, MIN_FORCE_N)
            self._stance.push(t_s, force_n / whole_n, outside_mm=0.0)
            values["touchdown"] = self._stance.touched_down
            values["stance.single"] = self._stance.stands
        return values
