# SPDX-License-Identifier: Apache-2.0
"""Who may see how much, and until when."""

from __future__ import annotations

from datetime import date

import pytest

from solemetry_host.people.consent import Consent, Grant

COACH = Consent(
    grant=(Grant(to="Coach B", detail="reports", on=date(2026, 1, 1), until=date(2026, 6, 30)),)
)


@pytest.mark.parametrize(
    ("detail", "allowed"), [("summary", True), ("reports", True), ("raw", False)]
)
def test_more_holds_what_is_less(detail: str, allowed: bool) -> None:
    assert COACH.allows("coach b ", detail, date(2026, 3, 1)) is allowed


def test_it_holds_from_its_first_to_its_last_day() -> None:
    days = {
        date(2025, 12, 31): False,
        date(2026, 1, 1): True,
        date(2026, 6, 30): True,
        date(2026, 7, 1): False,
    }
    assert {day: COACH.allows("Coach B", "summary", day) for day in days} == days


def test_nobody_else_is_meant() -> None:
    assert not COACH.allows("Coach", "summary", date(2026, 3, 1))
    assert not Consent().allows("Coach B", "summary", date(2026, 3, 1))


def test_what_is_withdrawn_ends_that_day_and_stays_on_record() -> None:
    withdrawn = COACH.withdrawn("COACH B", date(2026, 3, 1))
    assert withdrawn.allows("Coach B", "summary", date(2026, 2, 28))
    assert not withdrawn.allows("Coach B", "summary", date(2026, 3, 1))
    assert withdrawn.grant[0].on == date(2026, 1, 1)


def test_consent_can_be_given_again() -> None:
    day = date(2026, 3, 1)
    again = COACH.withdrawn("Coach B", day).granted(Grant(to="Coach B", detail="raw", on=day))
    assert again.allows("Coach B", "raw", day)
