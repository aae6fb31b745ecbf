# SPDX-License-Identifier: Apache-2.0
"""A profile as the fields of a form, and back: what is left empty is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from solemetry.errors import SolemetryError
from solemetry_host.people.files import checked
from solemetry_host.people.folder import Library, Person
from solemetry_host.people.profile import Injury, Profile
from solemetry_host.words import tr

SPRAIN = "ankle sprain"
"""What an injury is called that drills ask about by its date."""


def history() -> Mapping[str, str]:
    """Return what drills ask about that has no date: as it is written down, and as it is asked."""
    return {
        "painful big toe": tr("A painful big toe"),
        "loss of feeling in feet": tr("Less feeling in the feet"),
        "vertigo": tr("Dizziness or vertigo"),
    }


def numbers() -> Mapping[str, str]:
    """Return what is a number, by its name in `Profile`, and as it is asked."""
    return {
        "birth_year": tr("Year of birth"),
        "height_cm": tr("Height in cm"),
        "mass_kg": tr("Body mass in kg"),
        "foot_length_mm": tr("Length of the foot in mm"),
        "shoe_size_eu": tr("Shoe size (EU)"),
    }


@dataclass(frozen=True)
class Form:
    """What stands in the fields.

    Attributes
    ----------
    name, birth_year, height_cm, mass_kg, foot_length_mm, shoe_size_eu : str
        As they were typed; a comma does for a point.
    preferred_leg : {"", "left", "right"}
    history : frozenset of str
        Those of `history` that hold.
    fell_on, sprained_on : date or None
        The last fall, and the last sprain of an ankle.
    other : str
        What else a drill may ask about, with commas between.
    """

    name: str = ""
    birth_year: str = ""
    height_cm: str = ""
    mass_kg: str = ""
    foot_length_mm: str = ""
    shoe_size_eu: str = ""
    preferred_leg: str = ""
    history: frozenset[str] = frozenset()
    fell_on: date | None = None
    sprained_on: date | None = None
    other: str = ""

    @classmethod
    def of(cls, profile: Profile) -> Form:
        """Fill the fields with what is known."""
        asked = frozenset(history())
        return cls(
            name=profile.name,
            birth_year=_text(profile.birth_year),
            height_cm=_text(profile.height_cm),
            mass_kg=_text(profile.mass_kg),
            foot_length_mm=_text(profile.foot_length_mm),
            shoe_size_eu=_text(profile.shoe_size_eu),
            preferred_leg=profile.preferred_leg or "",
            history=asked & set(profile.history),
            fell_on=profile.fell_on,
            sprained_on=sprain.on if (sprain := _newest_sprain(profile)) else None,
            other=", ".join(said for said in profile.history if said not in asked),
        )

    def told(self, before: Profile | None = None) -> dict[str, Any]:
        """Return what is known now, by the names of `Profile`.

        Parameters
        ----------
        before : Profile, optional
            What was known; what the form does not ask about stays.

        Raises
        ------
        SolemetryError
            When a number is none.
        """
        known = before.model_dump(exclude_unset=True) if before is not None else {}
        known |= {
            "name": self.name.strip(),
            **{name: _number(getattr(self, name), name) for name in numbers()},
            "preferred_leg": self.preferred_leg or None,
            "fell_on": self.fell_on,
            "history": (*sorted(self.history), *_split(self.other)),
            "injury": self._injuries(before),
        }
        if known["birth_year"] is not None:
            known.pop("age_band", None)
        return {name: value for name, value in known.items() if value not in (None, (), "")}

    def _injuries(self, before: Profile | None) -> tuple[Injury, ...]:
        """Put the day of the last sprain right; other injuries stay as they are."""
        known = before.injury if before is not None else ()
        sprain = _newest_sprain(before) if before is not None else None
        others = tuple(one for one in known if one is not sprain)
        if self.sprained_on is None:
            return others
        sprain = sprain or Injury(what=SPRAIN)
        return (*others, sprain.model_copy(update={"on": self.sprained_on}))


def add(library: Library, form: Form, today: date) -> Person:
    """Add somebody as a form tells.

    Raises
    ------
    SolemetryError
        When something in it cannot be.
    """
    with _as_it_is_asked():
        return library.add(today, form.told())


def change(person: Person, form: Form) -> None:
    """Write down what a form tells about somebody.

    Raises
    ------
    SolemetryError
        When something in it cannot be.
    """
    with _as_it_is_asked():
        person.write(checked(Profile, form.told(person.profile)))


@contextmanager
def _as_it_is_asked() -> Iterator[None]:
    """Call what is wrong by the name that stands beside its field, not by the one in the file."""
    try:
        yield
    except SolemetryError as error:
        problem = error.problem
        for name, asked in numbers().items():
            for written in (name, name.capitalize()):
                problem = problem.replace(written, asked)
        raise SolemetryError(problem, error.remedy) from None


def _newest_sprain(profile: Profile) -> Injury | None:
    """Of those whose day is known."""
    sprains = [one for one in profile.injury if one.what == SPRAIN and one.on is not None]
    return max(sprains, key=lambda one: one.on or date.min, default=None)


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _number(text: str, name: str) -> float | None:
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        return int(text) if name == "birth_year" else float(text)
    except ValueError:
        raise SolemetryError(
            tr("{name}: {text} is not a number.", name=numbers()[name], text=text),
            tr("Write digits, or leave it empty."),
        ) from None


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
