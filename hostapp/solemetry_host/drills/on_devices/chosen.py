# SPDX-License-Identifier: Apache-2.0
"""A drill as somebody wants to do it: the level, the feet, and what is known without standing."""

from __future__ import annotations

from dataclasses import dataclass

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.plans import NormTable
from solemetry_host.drills.on_devices.live import Beginning
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.running.run import Facts
from solemetry_host.drills.signals.body import Body
from solemetry_host.people.profile import Support


@dataclass(frozen=True)
class Chosen:
    """What somebody wants to do.

    Attributes
    ----------
    drill : Drill
    level : int
    sides : tuple of Side
        Feet in the order they are done.
    band : float
        As of `Facts`.
    support : Support or None
        How much they hold on; None: as the level says, or as usual.
    loops : bool
        Whether the own base is measured anew.
    seed : int
        Of the order of hours.
    language : str
    norm_tables : tuple of NormTable
    """

    drill: Drill
    level: int = 1
    sides: tuple[Side, ...] = ("left", "right")
    band: float = 1.0
    support: Support | None = None
    loops: bool = False
    seed: int = 0
    language: str = "en"
    norm_tables: tuple[NormTable, ...] = ()

    def beginning(self, age: float | None) -> Beginning:
        """Return how it begins, as far as that is known before anybody stands anywhere."""
        facts = Facts(
            age=age,
            sides=self.sides,
            settings={"support": self.support} if self.support else {},
            band=self.band,
            language=self.language,
            norms={table.id: table for table in self.norm_tables}.__getitem__
            if self.norm_tables else None,
        )  # fmt: skip
        body = Body(age=age)
        return Beginning(self.drill, self.level, self.seed, facts, body, self.norm_tables)
