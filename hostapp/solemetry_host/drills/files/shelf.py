# SPDX-License-Identifier: Apache-2.0
"""The drills there are: the library that ships, and a coach's own folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from solemetry.errors import FileError, SolemetryError
from solemetry_host.drills.files.checking import Checked, check
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.finding import Finding, perhaps
from solemetry_host.drills.files.linting import Known
from solemetry_host.drills.files.plans import NormTable, Plan
from solemetry_host.folders import usual_library

C = TypeVar("C", Drill, Plan, NormTable)

LIBRARY = Path(__file__).parents[1] / "library"
"""Where the drills, plans and norms that ship are."""


def own_drills(library: Path | None = None) -> Path:
    """Return where a coach puts own files; it need not be there."""
    return (library or usual_library()) / "drills"


class Shelf:
    """All drills, plans and norm tables, by their ids.

    Parameters
    ----------
    own : Path, optional
        A coach's own folder; a file there stands in for one of the library with the same id.
        Files there that cannot be used are left out, see `unusable`.
    """

    def __init__(self, own: Path | None = None) -> None:
        self.own = own or own_drills()

    def drill(self, name: str) -> Drill:
        """Return a drill by its id.

        Raises
        ------
        SolemetryError
            When there is none; says which are like it, or what is wrong with its file.
        """
        return self._find(name, Drill, "drill")

    def drill_or_file(self, name: str | Path) -> Drill:
        """Return a drill by its id, or that of a ``.toml`` file; raises as `drill` does."""
        if Path(name).suffix != ".toml":
            return self.drill(str(name))
        content = check(Path(name), self.known).use()
        if isinstance(content, Drill):
            return content
        raise FileError(f"{name} is a {content.kind}, not a drill.", "Name the file of a drill.")

    def file_of(self, name: str | Path) -> Path:
        """Return the file of a drill that `drill_or_file` finds by this name."""
        return Path(name) if Path(name).suffix == ".toml" else self._used[str(name)].file

    def plan(self, name: str) -> Plan:
        """Return a plan by its id; raises as `drill` does."""
        return self._find(name, Plan, "plan")

    def norm(self, name: str) -> NormTable:
        """Return a table of norms by its id; raises as `drill` does."""
        return self._find(name, NormTable, "norm table")

    def drills(self) -> tuple[Drill, ...]:
        """Return all drills, by family and id."""
        return tuple(sorted(self._all(Drill), key=lambda drill: (drill.family, drill.id)))

    def plans(self) -> tuple[Plan, ...]:
        """Return all plans, by id."""
        return tuple(sorted(self._all(Plan), key=lambda plan: plan.id))

    def norms(self) -> tuple[NormTable, ...]:
        """Return all tables of norms, by id."""
        return tuple(sorted(self._all(NormTable), key=lambda table: table.id))

    def is_own(self, name: str) -> bool:
        """Tell whether it comes of the coach's folder."""
        return name in self._used and self._used[name].file.is_relative_to(self.own)

    @property
    def known(self) -> Known:
        """What a drill may refer to."""
        return _known(self._used.values())

    @property
    def unusable(self) -> tuple[Checked, ...]:
        """Files that cannot be used, with what is wrong with them."""
        return tuple(checked for checked in self._checked if not checked.sound)

    def left_out(self, name: str) -> tuple[Checked, ...]:
        """Return the files that cannot be used and have this id, or this name."""
        return tuple(one for one in self.unusable if name in (one.id, one.file.stem))

    def check(self, file: Path) -> Checked:
        """Look a file through; one of the own folder stands beside the others there."""
        for one in self._checked:
            if one.file.is_relative_to(self.own) and one.file.resolve() == file.resolve():
                return replace(one, file=file)
        return check(file, self.known)

    def _find(self, name: str, kind: type[C], called: str) -> C:
        checked = self._used.get(name)
        if checked is not None and isinstance(checked.content, kind):
            return checked.content
        if left_out := self.left_out(name):
            raise left_out[0].refusal
        names = tuple(content.id for content in self._all(kind))
        raise SolemetryError(f"There is no {called} {name!r}.", perhaps(name, names))

    def _all(self, kind: type[C]) -> Iterator[C]:
        for checked in self._used.values():
            if isinstance(checked.content, kind):
                yield checked.content

    @cached_property
    def _used(self) -> dict[str, Checked]:
        """What can be used, by id; own files come last and take the place."""
        return {
            checked.content.id: checked
            for checked in self._checked
            if checked.sound and checked.content is not None
        }

    @cached_property
    def _checked(self) -> list[Checked]:
        library = [check(file) for file in sorted(LIBRARY.rglob("*.toml"))]
        own = [check(file) for file in sorted(self.own.rglob("*.toml"))]
        sound = [one for one in own if one.sound]
        known = _known([*library, *sound])  # own drills may refer to own drills that come later
        return [*library, *_told_apart(check(one.file, known) for one in own)]


def _known(files: Iterable[Checked]) -> Known:
    contents = [one.content for one in files]
    return Known(
        {one.id: len(one.level) for one in contents if isinstance(one, Drill)},
        {one.id: tuple(one.column) for one in contents if isinstance(one, NormTable)},
    )


def _told_apart(files: Iterable[Checked]) -> Iterator[Checked]:
    """Refuse a file with the id of another: of a copy nobody would know which one is meant."""
    first: dict[str, Path] = {}
    for one in files:
        if one.id in first:
            same = Finding(("id",), f"{first[one.id].name} has the same id.", "Give it another.")
            yield replace(one, findings=(*one.findings, same))
        else:
            yield one
            if one.sound:
                first[one.id] = one.file
