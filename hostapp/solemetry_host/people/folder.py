# SPDX-License-Identifier: Apache-2.0
"""The library folder: everything about people, in files that can be read without this program.

::

    index.sqlite             may be thrown away
    people/p-7k3m9q/         a pseudonym, drawn by lot
        person.toml          the only file with a name in it
        consent.toml
        plan.toml
        results/2026-11-21T17-35-52Z.json
        sessions/2026-11-21T17-35-52Z.h5
        weeks/2026-11-16.html
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from solemetry.errors import FileError, SolemetryError
from solemetry.session.format import SUFFIX
from solemetry_host.people.consent import Consent
from solemetry_host.people.files import Written, checked, read_toml, write_toml, write_whole
from solemetry_host.people.index import NAME, Index
from solemetry_host.people.plan import OwnPlan
from solemetry_host.people.profile import Profile
from solemetry_host.people.results import Result, as_json, read_result

W = TypeVar("W", bound=Written)

FILES: dict[type[Written], str] = {
    Profile: "person.toml",
    Consent: "consent.toml",
    OwnPlan: "plan.toml",
}

_ID = re.compile(r"p-[a-z0-9]{6}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another."""


class Library:
    """All people of one folder.

    Parameters
    ----------
    folder : Path
        Made, for this user's eyes only, when somebody is added.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._people = folder / "people"

    @property
    def index(self) -> Index:
        """The table of all results and recordings."""
        self._people.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Index(self._people, self.folder / NAME)

    def people(self) -> list[Person]:
        """Everybody, by pseudonym; of somebody whose files are damaged too."""
        return [
            Person(path)
            for path in sorted(self._people.glob("p-*"))
            if _ID.fullmatch(path.name) and path.is_dir()
        ]

    def person(self, person: str) -> Person:
        """Find somebody by pseudonym.

        Raises
        ------
        SolemetryError
            When there is nobody of that pseudonym.
        """
        for one in self.people():
            if one.id == person:
                return one
        raise SolemetryError(
            f"There is nobody called {person} in {self.folder}.", "See: solemetry person list"
        )

    def add(self, today: date, known: Mapping[str, Any]) -> Person:
        """Add somebody, and draw a pseudonym.

        Parameters
        ----------
        today : date
        known : mapping
            What is known, by the names of `Profile`.

        Raises
        ------
        SolemetryError
            When something in it cannot be.
        """
        profile = checked(Profile, {"added": today, **known})
        self._people.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            path = self._people / ("p-" + "".join(secrets.choice(_LETTERS) for _ in range(6)))
            try:
                path.mkdir()
            except FileExistsError:
                continue
            break
        for name in ("results", "sessions"):
            (path / name).mkdir()
        person = Person(path)
        person.write(profile)
        return person

    def delete(self, person: str) -> None:
        """Remove everything about somebody from this folder.

        Of the database nothing is kept either: it is thrown away, and made anew of the others'
        files. What was exported, copied or backed up elsewhere is not reached.

        Raises
        ------
        SolemetryError
            When there is nobody of that pseudonym.
        OSError
            When a file cannot be removed; then it may be tried again.
        """
        folder = self.person(person).folder
        try:
            shutil.rmtree(folder)
        finally:
            self.index.throw_away()


class Person:
    """The folder of one person.

    Attributes
    ----------
    folder : Path
    id : str
        The pseudonym.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.id = folder.name

    @property
    def profile(self) -> Profile:
        """Who they are."""
        return self.read(Profile)

    @property
    def consent(self) -> Consent:
        """What they agreed to; without a file, nothing."""
        return self.read(Consent)

    @property
    def plan(self) -> OwnPlan:
        """What they have set out to do; without a file, nothing yet."""
        return self.read(OwnPlan)

    def read(self, model: type[W]) -> W:
        """Read one of the three files; only a profile has to be there.

        Raises
        ------
        FileError
            When it cannot be read.
        """
        path = self.folder / FILES[model]
        if model is not Profile and not path.exists():
            return model()
        return read_toml(path, model)

    def write(self, content: Written) -> Path:
        """Put one of the three files in the place of what was there; comments in it stay."""
        path = self.folder / FILES[type(content)]
        write_toml(path, content)
        return path

    def keep(self, result: Result) -> Path:
        """Write a result into a file of its own.

        Raises
        ------
        ValueError
            When it is somebody else's.
        """
        if result.person != self.id:
            raise ValueError(f"This is a result of {result.person}, not of {self.id}.")
        path = self._free("results", result.context.at, ".json")
        write_whole(path, as_json(result))
        return path

    def new_session(self, at: datetime) -> Path:
        """Where a recording goes that begins now; it should carry the pseudonym as its subject."""
        return self._free("sessions", at, SUFFIX)

    def results(self) -> tuple[list[Result], list[FileError]]:
        """Every result, the oldest first; and what is the matter with those that are damaged."""
        found, damaged = [], []
        for path in sorted((self.folder / "results").glob("*.json")):
            try:
                found.append(read_result(path))
            except FileError as error:
                damaged.append(error)
        return sorted(found, key=lambda result: result.context.at), damaged

    def sessions(self) -> list[Path]:
        """Every recording, the oldest first, broken-off ones too."""
        return sorted((self.folder / "sessions").glob(f"*{SUFFIX}"))

    def _free(self, folder: str, at: datetime, ending: str) -> Path:
        """Name a new file: the moment, and a number where that is taken."""
        (self.folder / folder).mkdir(exist_ok=True)
        stem = at.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
        taken = {path.name.split(".")[0] for path in (self.folder / folder).iterdir()}
        number = 1
        while (name := stem if number == 1 else f"{stem}-{number}") in taken:
            number += 1
        return self.folder / folder / f"{name}{ending}"
