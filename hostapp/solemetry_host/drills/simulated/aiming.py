# SPDX-License-Identifier: Apache-2.0
"""Where to go: the nearest posture in which a phase's conditions hold, or all of them but one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import product

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Condition, Phase
from solemetry_host.drills.running.view import Sector
from solemetry_host.drills.simulated.asking import Asked, Asking
from solemetry_host.drills.simulated.body import Body, Posture, Wish


@dataclass(frozen=True)
class Aiming:
    """Somebody of this body who knows what is asked, and what is sensed."""

    asking: Asking
    body: Body
    sensed: Collection[str]

    def posture(
        self,
        phase: Phase,
        sector: Sector | None,
        *,
        near: Posture,
        rest: Posture,
        broken: Asked | None = None,
        alone: bool = False,
    ) -> Posture:
        """Return the posture to take up.

        Of alternatives the one that decides is broken, and the others hold: only that one counts.
        Where not everything goes together, what decides with these sensors has to do; where one
        thing cannot be broken alone, that it is broken.

        Parameters
        ----------
        phase : Phase
        sector : Sector, optional
            Of the called hour.
        near : Posture
            Where one comes from.
        rest : Posture
            What a baseline has measured.
        broken : Asked, optional
            Of this phase, not to be done.
        alone : bool
            Break that, whatever becomes of the rest.

        Raises
        ------
        SolemetryError
            Where there is no such posture.
        """
        asked = [one for one in self.asking.of(phase) if not _cut_short(one, broken)]
        everything = [(one, condition) for one in asked for condition in one.choices]
        deciding = [(one, c) for one in asked if (c := one.sensed(self.sensed)) is not None]
        only = [pair for pair in deciding if pair[0] == broken]
        for what in (only,) if alone else (everything, deciding, *([only] if only else [])):
            found = self._find(what, sector, near, rest, broken)
            if found is not None:
                return found
        raise SolemetryError(
            f"{self.asking.drill.id}, level {self.asking.level_n}, phase {phase.id}: nobody can "
            f"{f'break {broken.choices[0].signal}' if broken else 'do it'}.",
            "Its conditions contradict each other, or leave less room than a person sways.",
        )

    def _find(
        self,
        what: list[tuple[Asked, Condition]],
        sector: Sector | None,
        near: Posture,
        rest: Posture,
        broken: Asked | None,
    ) -> Posture | None:
        baseline, now = self.body.signals(rest), self.body.signals(near)
        ways: list[list[list[Wish]]] = []
        decides = (broken.sensed(self.sensed) or broken.choices[0]) if broken else None
        for asked, condition in what:
            breaks = asked == broken and condition == decides
            if (asked.place == "fail") == breaks:
                ways.append([self.asking.wishes(condition, baseline, sector)])
            else:
                breaking = self.asking.breaking(condition, baseline, sector)
                breaking.sort(key=lambda wish: not wish.met(now[wish.signal]))
                ways.append([[wish] for wish in breaking])
        tried = (self.body.find([w for wishes in way for w in wishes], near)
                 for way in product(*ways))  # fmt: skip
        return next((posture for posture in tried if posture is not None), None)


def _cut_short(asked: Asked, broken: Asked | None) -> bool:
    """Whether it is not reached, as something else broke on the way there."""
    return broken is not None and broken.place in ("within", "fail") and asked.place == "done"
