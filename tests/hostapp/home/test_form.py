# SPDX-License-Identifier: Apache-2.0
"""A profile as the fields of a form, and back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.safety import applies
from solemetry_host.home import form
from solemetry_host.home.form import SPRAIN, Form
from solemetry_host.people.folder import Library
from solemetry_host.people.profile import Injury

TODAY = date(2026, 11, 21)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def test_what_is_typed_is_what_is_kept(library: Library) -> None:
    typed = Form(
        name=" Anna ",
        birth_year="1990",
        height_cm="172,5",
        mass_kg="68",
        shoe_size_eu="40.5",
        preferred_leg="left",
        history=frozenset({"vertigo"}),
        fell_on=date(2026, 5, 1),
        sprained_on=date(2026, 11, 1),
        other="heart, Pregnancy",
    )
    profile = form.add(library, typed, TODAY).profile
    assert (profile.name, profile.birth_year, profile.height_cm) == ("Anna", 1990, 172.5)
    assert (profile.mass_kg, profile.shoe_size_eu, profile.foot_length_mm) == (68, 40.5, None)
    assert profile.preferred_leg == "left"
    assert profile.history == ("vertigo", "heart", "pregnancy")
    assert profile.fell_on == date(2026, 5, 1)
    assert profile.injury == (Injury(what=SPRAIN, on=date(2026, 11, 1)),)
    shown = Form.of(profile)
    assert Form.of(form.add(library, shown, TODAY).profile) == shown


def test_what_the_form_does_not_ask_about_stays(library: Library) -> None:
    knee = {"what": "knee pain", "side": "right"}
    old = {"what": SPRAIN, "side": "left", "on": date(2020, 1, 1)}
    known = {
        "name": "Ben", "age_band": (30, 39), "injury": [knee, old], "usual": {"footwear": "sock"},
    }  # fmt: skip
    person = library.add(TODAY, known)
    before = person.profile
    form.change(person, Form.of(before))
    assert person.profile == before
    form.change(person, Form(name="Ben", sprained_on=date(2026, 11, 1)))
    injuries = {one.what: one for one in person.profile.injury}
    assert injuries["knee pain"] == Injury.model_validate(knee)
    assert (injuries[SPRAIN].on, injuries[SPRAIN].side) == (date(2026, 11, 1), "left")
    form.change(person, Form(name="Ben", birth_year="1990"))
    after = person.profile
    assert [one.what for one in after.injury] == ["knee pain"]
    assert (after.birth_year, after.age_band, after.usual.footwear) == (1990, None, "sock")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (Form(height_cm="tall"), "Height in cm: tall is not a number"),
        (Form(birth_year="1990.5"), "Year of birth: 1990.5 is not a number"),
        (Form(height_cm="3"), "Height in cm"),
        (Form(birth_year="1800"), "Year of birth: an age of 226"),
        (Form(mass_kg="nan"), "Body mass in kg"),
    ],
)
def test_what_cannot_be_is_said_and_nobody_is_added(
    library: Library, typed: Form, said: str
) -> None:
    with pytest.raises(SolemetryError, match=said):
        form.add(library, typed, TODAY)
    assert library.people() == []


def test_the_form_asks_whatever_a_drill_of_the_library_asks_about(library: Library) -> None:
    everything = Form(
        history=frozenset(form.history()), fell_on=TODAY, sprained_on=TODAY - timedelta(days=7)
    )
    ill = form.add(library, everything, TODAY).profile
    well = form.add(library, Form(), TODAY).profile
    tags = {tag for drill in Shelf().drills() for tag in drill.gate.block_if}
    assert tags
    assert [tag for tag in tags if not applies(tag, ill, TODAY)] == []
    assert [tag for tag in tags if applies(tag, well, TODAY)] == []
