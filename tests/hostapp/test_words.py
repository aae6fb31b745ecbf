# SPDX-License-Identifier: Apache-2.0
"""The windows in another language: nothing missing, nothing mixed up, neutral words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

import polib
import pytest

from solemetry_host import words
from solemetry_host.drills.files.wording import diagnostic_words

ROOT = Path(__file__).resolve().parents[2]
OTHERS = sorted(set(words.LANGUAGES) - {"en"})


@pytest.fixture(params=OTHERS)
def catalogue(request: pytest.FixtureRequest) -> polib.POFile:
    return polib.pofile(str(files(words.__name__) / f"{request.param}.po"))


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    words.choose("en")


def test_every_language_says_all_that_the_app_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/words.py", "--check"],
        capture_output=True, text=True, check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_new_text_is_missed(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import words as tool
    finally:
        sys.path.pop(0)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Gone", msgstr="Weg"))
    assert list(tool.differences(catalogue, {("New", ""): None})) == [
        "not translated: 'New'", "said nowhere: 'Gone'",
    ]


def test_values_stand_in_every_language(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        for said in (entry.msgstr, *entry.msgstr_plural.values()):
            if said:
                # One of several need not say the number.
                assert names(said) | {"n"} >= names(entry.msgid), entry.msgid
                assert names(said) <= names(entry.msgid) | names(entry.msgid_plural), entry.msgid


def test_no_language_judges_health(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        for said in (entry.msgstr, *entry.msgstr_plural.values()):
            if "Not a medical device" not in entry.msgid:  # which says what this is not
                assert diagnostic_words(said) == [], said


def test_what_is_said_follows_the_choice() -> None:
    assert words.tr("Settings") == "Settings"
    words.choose("de")
    assert words.tr("Settings") == "Einstellungen"
    assert words.trn("{n} device connected", "{n} devices connected", 1) == "1 Gerät verbunden"
    assert words.trn("{n} device connected", "{n} devices connected", 2) == "2 Geräte verbunden"
    assert words.tr("Nobody has translated this.") == "Nobody has translated this."
    with pytest.raises(ValueError, match="none of en, de"):
        words.choose("xx")


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
