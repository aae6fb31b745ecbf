# SPDX-License-Identifier: Apache-2.0
"""What a profile says of age and feet."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from solemetry_host.people.profile import Profile

TODAY = date(2026, 11, 21)


def test_of_a_birth_year_the_birthday_is_not_known() -> None:
    profile = Profile(added=TODAY, birth_year=1980)
    assert profile.ages(TODAY) == (45, 46)
    assert profile.band(TODAY) == (40, 49)


def test_a_band_is_as_good_as_it_is() -> None:
    profile = Profile(added=TODAY, age_band=(60, 69))
    assert profile.ages(TODAY) == profile.band(TODAY) == (60, 69)


def test_an_age_that_is_not_known_stays_so() -> None:
    profile = Profile(added=TODAY)
    assert profile.ages(TODAY) is None
    assert profile.band(TODAY) is None


@pytest.mark.parametrize(("size", "foot_mm"), [(36, 225), (39, 245), (42, 265), (45, 285)])
def test_shoe_sizes_are_those_of_the_usual_tables(size: float, foot_mm: float) -> None:
    found = Profile(added=TODAY, shoe_size_eu=size).foot_mm()
    assert found is not None
    assert found[0] == pytest.approx(foot_mm, abs=0.5)
    assert found[1] == "by shoe size"


def test_a_measured_foot_comes_before_the_shoe() -> None:
    profile = Profile(added=TODAY, shoe_size_eu=42, foot_length_mm=258)
    assert profile.foot_mm() == (258, "measured")


@pytest.mark.parametrize(
    "wrong",
    [
        {"height_cm": 1.78},
        {"mass_kg": -70},
        {"birth_year": 1980, "age_band": (40, 49)},
        {"birth_year": 180},
        {"age_band": (49, 40)},
        {"preferred_leg": "both"},
        {"usual": {"support": "a rail"}},
        {"injury": [{"side": "left"}]},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Profile.model_validate({"added": TODAY} | wrong)
