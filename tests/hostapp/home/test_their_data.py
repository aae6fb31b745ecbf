# SPDX-License-Identifier: Apache-2.0
"""What is kept about somebody, and who may see it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from solemetry.errors import SolemetryError
from solemetry_host.home import their_data
from solemetry_host.people.folder import Library

TODAY = date(2026, 11, 21)


def test_who_may_see_what_until_it_is_withdrawn(tmp_path: Path) -> None:
    person = Library(tmp_path).add(TODAY, {"name": "Anna"})
    assert their_data.seen_by(person, TODAY) == ()
    their_data.allow(person, " Coach Kim ", "reports", TODAY)
    assert their_data.seen_by(person, TODAY) == (("Coach Kim", "Coach Kim may see: Reports"),)
    assert person.consent.allows("Coach Kim", "summary", TODAY)
    assert not person.consent.allows("Coach Kim", "raw", TODAY)
    their_data.withdraw(person, "Coach Kim", TODAY + timedelta(days=1))
    assert their_data.seen_by(person, TODAY + timedelta(days=1)) == ()


def test_nobody_in_particular_may_see_nothing(tmp_path: Path) -> None:
    person = Library(tmp_path).add(TODAY, {})
    with pytest.raises(SolemetryError, match="not said who"):
        their_data.allow(person, "  ", "raw", TODAY)
    assert person.consent.grant == ()


def test_the_name_or_else_the_pseudonym_is_typed(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert their_data.word_to_type(library.add(TODAY, {"name": "Anna"})) == "Anna"
    nameless = library.add(TODAY, {})
    assert their_data.word_to_type(nameless) == nameless.id
    (nameless.folder / "person.toml").write_text("damaged", "utf-8")
    assert their_data.word_to_type(nameless) == nameless.id
