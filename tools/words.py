# SPDX-License-Identifier: Apache-2.0
"""Brings every translation up to date with what the app says; ``--check`` only compares.

New texts are added, empty, to be translated; those that nothing says any more are taken out.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_from_dir

from solemetry.calibrating import INSOLE_LIMITS, PLATE_LIMITS
from solemetry_host.drills.signals.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "hostapp/solemetry_host"

Message = tuple[str, str]
"""A text, and how it goes of several things; the second is empty where nothing is counted."""


def main(arguments: list[str]) -> int:
    """Write what changed, or with ``--check`` say it; 0 when all is well."""
    only_check = "--check" in arguments
    said = dict.fromkeys(messages())
    faults = []
    for path in sorted((APP / "words").glob("*.po")):
        catalogue = polib.pofile(str(path), wrapwidth=100)
        if only_check:
            faults += [f"{path.relative_to(ROOT)}: {fault}" for fault in differences(
                catalogue, said)]
        else:
            _bring_up_to_date(catalogue, said)
            catalogue.save()
    for fault in faults:
        print(fault)
    if faults:
        print("Run: make words; then translate what is empty.")
    return 1 if faults else 0


def messages() -> Iterator[Message]:
    """Everything that the app says in a person's language, in the order of its files."""
    found = extract_from_dir(APP, keywords={"tr": None, "mark": None, "trn": (1, 2)})
    for _, _, message, _, _ in sorted(found, key=lambda each: (each[0], each[1])):
        one, many = message if isinstance(message, tuple) else (message, "")
        yield one, many
    for limit in (*PLATE_LIMITS, *INSOLE_LIMITS):
        yield limit.words, ""
        yield limit.unit, ""
    for path in sorted((APP / "drills/library").rglob("*.toml")):
        for text in _of_drill(tomllib.loads(path.read_text("utf-8"))):
            yield text, ""


def _of_drill(told: dict[str, Any]) -> Iterator[str]:
    """Return what drills and plans say in English only, and what they watch, in words."""
    for key, value in told.items():
        if key in ("reason", "say", "say_end") and value:
            yield value
        elif key == "signal" and value in CATALOGUE:
            yield CATALOGUE[value].words
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                if key in ("level", "week"):
                    yield inner["name"]
                yield from _of_drill(inner)


def differences(catalogue: polib.POFile, said: dict[Message, None]) -> Iterator[str]:
    """What is missing in a translation, or too much."""
    there = {(entry.msgid, entry.msgid_plural or ""): entry for entry in catalogue}
    for message in said:
        entry = there.get(message)
        if entry is None or not entry.translated() or entry.fuzzy:
            yield f"not translated: {message[0]!r}"
    for one, _ in there.keys() - said.keys():
        yield f"said nowhere: {one!r}"


def _bring_up_to_date(catalogue: polib.POFile, said: dict[Message, None]) -> None:
    there = {(entry.msgid, entry.msgid_plural or ""): entry for entry in catalogue}
    catalogue.clear()
    for one, many in said:
        entry = there.get((one, many)) or polib.POEntry(
            msgid=one, msgid_plural=many, msgstr_plural={0: "", 1: ""} if many else {}
        )
        catalogue.append(entry)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
