# SPDX-License-Identifier: Apache-2.0
"""Nothing that a user reads judges health, or promises it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from solemetry.report.layout import NOT_MEDICAL
from solemetry_host.drills.files.wording import diagnostic_words
from solemetry_host.drills.safety import DISCLAIMER

ROOT = Path(__file__).resolve().parents[2]

MEANT = (DISCLAIMER, NOT_MEDICAL, "it does not diagnose.")
"""What says that nothing is judged has to name it."""

OF_DEVICES = "Diagnostics"
"""A window of that name tells how devices and links are."""

CODE = [
    file for package in ("hostapp", "analysis") for file in sorted((ROOT / package).rglob("*.py"))
    if file.name != "wording.py"
]  # fmt: skip
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md",
    *sorted((ROOT / "hardware").rglob("*.md")), *sorted((ROOT / "analysis").rglob("*.j2")),
]  # fmt: skip


def strings(code: str) -> Iterator[str]:
    """All texts of a module but those that stand alone: they are for its readers."""
    tree = ast.parse(code)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def judged(text: str) -> list[str]:
    text = " ".join(text.replace("\n> ", "\n").split())  # what is quoted goes over lines
    for meant in MEANT:
        text = text.replace(meant, "")
    return diagnostic_words(text)


def test_no_text_of_the_program_judges_health() -> None:
    judging = {
        (file.name, word)
        for file in CODE
        for text in strings(file.read_text("utf-8"))
        if text != OF_DEVICES
        for word in judged(text)
    }
    assert judging == set()


def test_no_page_judges_health() -> None:
    judging = {(file.name, word) for file in PAGES for word in judged(file.read_text("utf-8"))}
    assert judging == set()


@pytest.mark.parametrize(
    "text",
    [
        "You over-pronate.", "Overpronation was seen", "abnormal gait", "a pathological pattern",
        "flat foot detected", "flat-footed", "high fall risk", "your risk of injury",
        "Injury risk: high", "treatment of plantar fasciitis", "physical therapy", "It cures pain.",
        "diagnosed", "prevents injuries", "Überpronation", "Sturzrisiko erhöht", "Plattfuß",
        "Behandlung der Ferse",
    ],
)  # fmt: skip
def test_words_that_judge_are_found(text: str) -> None:
    assert diagnostic_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "More load on the inner midfoot than in your usual sessions.",
        "Ask a physiotherapist.", "Frage eine Physiotherapeutin.", "The foot is flat.",
        "Foot flat.", "Put the heel down first.", "pronation loading", "Have somebody near.",
        "The sole lies flat: feet apart.", "Fersen heben", "Secure the plate.",
    ],
)  # fmt: skip
def test_words_that_measure_are_not(text: str) -> None:
    assert diagnostic_words(text) == []
