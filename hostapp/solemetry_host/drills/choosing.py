# SPDX-License-Identifier: Apache-2.0
"""Which drill to do: all there are, how far somebody is with each, and what today holds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.checking import Checked
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.plans import NormTable
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.on_devices.chosen import Chosen
from solemetry_host.drills.progress.gates import Asked, asked
from solemetry_host.drills.progress.planner import Proposal
from solemetry_host.drills.progress.progress import Progress
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.wanted import Wanted
from solemetry_host.people.folder import Person
from solemetry_host.people.practice import day_of, progress_of


@dataclass(frozen=True)
class Choice:
    """One drill that may be done.

    Attributes
    ----------
    drill : Drill
    progress : Progress or None
        None as long as they have not done it.
    proposal : Proposal or None
        What today's plan makes of it.
    """

    drill: Drill
    progress: Progress | None = None
    proposal: Proposal | None = None

    @property
    def level(self) -> int:
        """The level that is proposed."""
        if self.proposal is not None:
            return self.proposal.level
        return self.progress.level if self.progress is not None else 1

    def chosen(
        self,
        level: int,
        norm_tables: tuple[NormTable, ...],
        *,
        sides: tuple[Side, ...],
        loops: bool,
        language: str,
    ) -> Chosen:
        """Return it as it is to be done: as today's plan has it, if that is for this level."""
        today = self.proposal if self.proposal and self.proposal.level == level else None
        drill = self.drill
        if today is not None:
            # Its bands are widened where it is run, so that the result says by how much.
            drill = today.drill.model_copy(update={"phase": drill.phase})
        return Chosen(
            drill,
            level,
            sides,
            band=today.band if today is not None else 1.0,
            loops=loops,
            seed=random.randrange(2**31),
            language=language,
            norm_tables=norm_tables,
        )


@dataclass(frozen=True)
class Choosing:
    """All that there is to choose from.

    Attributes
    ----------
    choices : tuple of Choice
        Today's first, in their order; then by family.
    norms : mapping of str to NormTable
    left_out : tuple of Checked
        Own files that cannot be used, with what is wrong with them.
    """

    choices: tuple[Choice, ...]
    norms: Mapping[str, NormTable]
    left_out: tuple[Checked, ...] = ()

    def choice(self, drill: str) -> Choice | None:
        """Return a drill by its id; None where it is not there."""
        return next((one for one in self.choices if one.drill.id == drill), None)

    @property
    def today(self) -> tuple[Choice, ...]:
        """What today's plan holds."""
        return tuple(one for one in self.choices if one.proposal is not None)

    def next_today(self, after: str) -> Wanted | None:
        """Return what of today's plan has not been done yet, now that a drill has been."""
        for one in self.today:
            proposal = one.proposal
            if proposal is not None and not proposal.done and one.drill.id != after:
                return Wanted(one.drill.id, proposal.level)
        return None

    def found(self, words: str, language: str) -> Iterator[tuple[str, Sequence[Choice]]]:
        """Give groups of drills in which all these words are: today's, then family by family.

        Parameters
        ----------
        words : str
            Parts of words of its title, its purpose or its family; empty: all drills.
        language : str
            Of the drills' words.

        Yields
        ------
        str
            The family; empty of those that today's plan holds.
        sequence of Choice
        """
        wanted = words.lower().split()
        left = [one for one in self.choices if all(w in _text(one, language) for w in wanted)]
        for family, group in groupby(left, lambda one: "" if one.proposal else one.drill.family):
            yield family, tuple(group)

    def norm_tables(self, drill: Drill) -> tuple[NormTable, ...]:
        """Return the tables that a drill is held against."""
        return (self.norms[drill.score.norm.table],) if drill.score.norm else ()

    def asked(self, drill: Drill, age: float | None) -> dict[int, Asked | None]:
        """Return what each level asks of somebody of an age, by its number."""
        norms = self.norms.__getitem__
        return {level.n: asked(drill, level, age=age, norms=norms) for level in drill.level}


def choosing(shelf: Shelf, person: Person | None, now: datetime) -> Choosing:
    """Read what there is to choose from; of nobody in particular nothing is known."""
    progress = progress_of(person, shelf, now) if person is not None else {}
    proposals = _today(person, shelf, now) if person is not None else {}
    order = {name: number for number, name in enumerate(proposals)}
    choices = [
        Choice(drill, progress.get(drill.id), proposals.get(drill.id)) for drill in shelf.drills()
    ]
    choices.sort(key=lambda one: order.get(one.drill.id, len(order)))
    return Choosing(
        tuple(choices), {table.id: table for table in shelf.norms()}, shelf.unusable
    )


def _today(person: Person, shelf: Shelf, now: datetime) -> dict[str, Proposal]:
    """Return what a day holds by drill, the first of each; nothing where the plan is no day's."""
    try:
        proposals = day_of(person, shelf, now).proposals
    except SolemetryError:
        return {}  # a circuit or a playlist: it is the same each day
    found: dict[str, Proposal] = {}
    for proposal in proposals:
        found.setdefault(proposal.drill.id, proposal)
    return found


def _text(choice: Choice, language: str) -> str:
    drill = choice.drill
    words = drill.words(language)
    return f"{words.title} {words.why} {drill.id} {drill.family}".lower()
