# SPDX-License-Identifier: Apache-2.0
"""Who somebody is, as far as the drills need it, in ``person.toml``."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator

from solemetry.foot import MAX_LENGTH_MM, MIN_LENGTH_MM
from solemetry_host.people.files import Leg, Strict, Words, Written

Support = Literal["none", "hover", "fingertip", "hand"]

_YOUNGEST, _OLDEST = 5, 110


class Injury(Strict):
    """An injury, as it was entered.

    Attributes
    ----------
    what : str
        Such as "ankle sprain".
    side : {"left", "right"}, optional
    on : date, optional
        When it happened.
    note : str
    """

    what: Words
    side: Leg | None = None
    on: date | None = None
    note: str = ""


class Usual(Strict):
    """How somebody practises unless told otherwise."""

    footwear: Words = "barefoot"
    surface: Words = "plate"
    support: Support = "none"


class Profile(Written):
    """One person.

    Attributes
    ----------
    name : str
        Stands in this file only: no other file, file name, log or export has it.
    added : date
    height_cm, mass_kg : float, optional
    foot_length_mm : float, optional
        Measured, heel to longest toe.
    shoe_size_eu : float, optional
        Where the foot has not been measured.
    preferred_leg : {"left", "right"}, optional
        The one to kick a ball with.
    birth_year : int, optional
    age_band : (int, int), optional
        From and to which age, both included; instead of the year.
    fell_on : date, optional
        The last fall.
    history : tuple of str
        What else a drill may ask for in its ``block_if``, such as ``vertigo``.
    injury : tuple of Injury
    usual : Usual
    """

    name: str = ""
    added: date
    height_cm: float | None = Field(None, ge=50, le=260)
    mass_kg: float | None = Field(None, ge=10, le=350)
    foot_length_mm: float | None = Field(None, ge=MIN_LENGTH_MM, le=MAX_LENGTH_MM)
    shoe_size_eu: float | None = Field(None, ge=17, le=62)
    preferred_leg: Leg | None = None
    birth_year: int | None = None
    age_band: tuple[int, int] | None = None
    fell_on: date | None = None
    history: tuple[Words, ...] = ()
    injury: tuple[Injury, ...] = ()
    usual: Usual = Usual()

    @field_validator("age_band")
    @classmethod
    def _a_band(cls, band: tuple[int, int] | None) -> tuple[int, int] | None:
        if band is not None and not _YOUNGEST <= band[0] <= band[1] <= _OLDEST:
            raise ValueError(f"a band goes from a lower to a higher age, {_YOUNGEST} to {_OLDEST}")
        return band

    @model_validator(mode="after")
    def _one_age(self) -> Profile:
        if self.birth_year is not None and self.age_band is not None:
            raise ValueError("give birth_year or age_band, not both")
        if self.birth_year is not None:
            age = self.added.year - self.birth_year
            if not _YOUNGEST <= age <= _OLDEST:
                raise ValueError(f"birth_year: an age of {age} on the day they were added")
        return self

    def ages(self, today: date) -> tuple[int, int] | None:
        """From and to how old they may be; None where it is not known."""
        if self.birth_year is None:
            return self.age_band
        most = today.year - self.birth_year
        return (most - 1, most)

    def band(self, today: date) -> tuple[int, int] | None:
        """Ten years that hold their age, for what leaves this computer."""
        if self.birth_year is None:
            return self.age_band
        low = (today.year - self.birth_year) // 10 * 10
        return (low, low + 9)

    def foot_mm(self) -> tuple[float, Literal["measured", "by shoe size"]] | None:
        """Length of the foot, and how it is known; None where it is not.

        A European size counts two thirds of a centimetre on the inside of a shoe, which is 15 mm
        longer than the foot it is meant for.
        """
        if self.foot_length_mm is not None:
            return self.foot_length_mm, "measured"
        if self.shoe_size_eu is not None:
            return self.shoe_size_eu * 20 / 3 - 15, "by shoe size"
        return None
