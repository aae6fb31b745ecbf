# SPDX-License-Identifier: Apache-2.0
"""What is made of drills: circuits, playlists, blocks of weeks; and tables of norms."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from solemetry_host.drills.files.drill import Sides, Source, Words

Standing = Literal["read", "second_hand", "recalled"]
"""Read in the paper itself, read in other works that cite it, or recalled and not found yet."""


class _Strict(BaseModel):
    """No field that is not known here, nothing changed once it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Item(_Strict):
    """One drill of a plan; what is not given is as the drill's own dose says."""

    drill: str
    level: int | None = Field(None, ge=1)
    sets: int | None = Field(None, ge=1)
    reps: int | None = Field(None, ge=1)
    seconds: float | None = Field(None, gt=0)
    sides: Sides | None = None
    stage: str = ""
    note: str = ""


class Circuit(_Strict):
    """Each item once, a rest, and again."""

    rounds: int = Field(ge=1)
    rest_between_rounds_s: float = Field(ge=0)
    rest_between_items_s: float = Field(0.0, ge=0)
    basis: str
    item: tuple[Item, ...] = Field(min_length=1)


class Playlist(_Strict):
    """One item after the other."""

    minutes: tuple[float, float]
    basis: str
    item: tuple[Item, ...] = Field(min_length=1)


class Week(_Strict):
    """Weeks that are alike: what to work on, the first that is not passed first."""

    weeks: tuple[int, ...] = Field(min_length=1)
    name: str
    focus: tuple[Item, ...]
    also: tuple[Item, ...] = ()
    retest: tuple[str, ...] = ()


class Block(_Strict):
    """Some weeks with a re-test at their end.

    Attributes
    ----------
    daily : tuple of Item
        Each day, in this order, open from the first.
    soft_after_days : int
        After so many days without a session it goes on more softly: `soft_share` of the sets, and
        one level below, for one session.
    free_days_per_week : int
        Days that may be left out and keep a streak.
    """

    length_weeks: int = Field(ge=1)
    sessions_per_week: int = Field(ge=1, le=7)
    minutes: tuple[float, float]
    basis: str
    daily: tuple[Item, ...] = ()
    week: tuple[Week, ...] = Field(min_length=1)
    free_days_per_week: int = Field(2, ge=0, le=6)
    soft_after_days: int = Field(7, ge=1)
    soft_share: float = Field(0.5, gt=0, le=1)

    @model_validator(mode="after")
    def _every_week_once(self) -> Self:
        told = sorted(number for week in self.week for number in week.weeks)
        if told != list(range(1, self.length_weeks + 1)):
            raise ValueError(
                f"the weeks are {told}; each of 1 to {self.length_weeks} has to be there once"
            )
        return self


class Focus(_Strict):
    """What a day is made of: the weakest prerequisite first.

    Attributes
    ----------
    ladder : tuple of Item
        Drills with the level to pass, from the ground up; the first that is not passed is the
        focus of the day.
    daily : tuple of Item
        Proposed each day, whatever is passed; `first_weeks` of a newcomer are these and the first
        rung.
    before : dict of str to str
        The family of drills that goes first on a day, by the family that follows it.
    recheck_days : int
        A level that was passed is looked at again after so long.
    """

    max_drills: int = Field(ge=1)
    minutes: tuple[float, float]
    ladder: tuple[Item, ...] = Field(min_length=1)
    daily: tuple[Item, ...] = ()
    before: dict[str, str] = {}
    keep: int = Field(1, ge=0)
    taste: int = Field(1, ge=0)
    first_weeks: int = Field(1, ge=0)
    recheck_days: int = Field(28, ge=1)
    basis: str


class Calendar(_Strict):
    """How often and how long, next to what else."""

    sessions_per_week: int = Field(ge=1, le=7)
    minutes: tuple[float, float]
    with_runs_per_week: int | None = None
    basis: str


class Plan(_Strict):
    """One plan file: a circuit, a playlist, a block of weeks or the rules of the day's focus."""

    schema_version: Literal[1] = Field(alias="schema")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(1, ge=1)
    kind: Literal["plan"]
    text: dict[str, Words] = Field(min_length=1)
    circuit: Circuit | None = None
    playlist: Playlist | None = None
    block: Block | None = None
    focus: Focus | None = None
    calendar: Calendar | None = None
    prerequisite: tuple[Item, ...] = ()
    source: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        parts = (self.circuit, self.playlist, self.block, self.focus)
        if sum(part is not None for part in parts) != 1:
            raise ValueError("a plan is one of [circuit], [playlist], [block] and [focus]")
        return self

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in the order of the file."""
        found = list(self.prerequisite)
        if self.circuit:
            found += self.circuit.item
        if self.playlist:
            found += self.playlist.item
        if self.block:
            found += self.block.daily
            found += [item for week in self.block.week for item in (*week.focus, *week.also)]
        if self.focus:
            found += [*self.focus.ladder, *self.focus.daily]
        return tuple(found)


class Column(_Strict):
    """One number of a norm table: what it is, and how well that is known."""

    says: str
    standing: Standing
    check: str


class Row(BaseModel):
    """The people of some ages, both ends included, and their numbers by column."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, float]

    age: tuple[int, int]


class NormTable(_Strict):
    """One norm file."""

    schema_version: Literal[1] = Field(alias="schema")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    kind: Literal["norm"]
    unit: str
    cap: float | None = None
    cite: str
    column: dict[str, Column] = Field(min_length=1)
    row: tuple[Row, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_cell(self) -> Self:
        for row in self.row:
            if set(row.__pydantic_extra__) != set(self.column):
                raise ValueError(f"the row of ages {row.age} has other columns than [column] names")
        return self

    def value(self, column: str, age: float) -> float | None:
        """Return the number for an age in years; None where the table has no such people."""
        whole = int(age)
        for row in self.row:
            if row.age[0] <= whole <= row.age[1]:
                return row.__pydantic_extra__[column]
        return None

    def is_provisional(self, column: str) -> bool:
        """Tell whether the column still has to be compared with its paper."""
        return self.column[column].standing != "read"
