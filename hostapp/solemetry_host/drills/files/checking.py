# SPDX-License-Identifier: Apache-2.0
"""Whether a file is a drill, a plan or a norm table; if not, all that is wrong with it at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from solemetry.errors import FileError
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.finding import Finding
from solemetry_host.drills.files.linting import Known, lint
from solemetry_host.drills.files.linting.references import drill_references
from solemetry_host.drills.files.linting.words import word_findings
from solemetry_host.drills.files.plans import NormTable, Plan
from solemetry_host.drills.files.schema_words import in_words
from solemetry_host.drills.files.toml_lines import Place, lines_of

Content = Drill | Plan | NormTable

_OTHER_KINDS: dict[str, type[Plan | NormTable]] = {"plan": Plan, "norm": NormTable}


@dataclass(frozen=True)
class Checked:
    """One file: what it says, and what is to be said of it.

    Attributes
    ----------
    file : Path
    content : Drill, Plan, NormTable or None
        None where the schema refuses it.
    findings : tuple of Finding
        In the order of the file.
    id : str
        What it calls itself, also where the schema refuses it; empty where it does not say.
    """

    file: Path
    content: Content | None
    findings: tuple[Finding, ...]
    id: str = ""

    @property
    def sound(self) -> bool:
        """Whether it can be used."""
        return not any(finding.refused for finding in self.findings)

    def use(self) -> Content:
        """Return what it says.

        Raises
        ------
        FileError
            When it cannot be used.
        """
        if self.content is None or not self.sound:
            raise self.refusal
        return self.content

    @property
    def refusal(self) -> FileError:
        """Why it cannot be used, of one that cannot."""
        first = next(finding for finding in self.findings if finding.refused)
        return FileError(
            f"{self.file}, {first}", f"For all of it: solemetry drill check {self.file}"
        )


def check(file: Path, known: Known | None = None) -> Checked:
    """Read a file and look it through; one that cannot be read is a finding too.

    Parameters
    ----------
    file : Path
    known : Known, optional
        What it may refer to; without, references are not looked at.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        unread = Finding((), f"It cannot be read: {error.strerror}.", "Check its name.")
        return Checked(file, None, (unread,))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Checked(file, None, (_unreadable("This is not text in UTF-8", line),))
    return check_text(text, file, known)


def check_text(text: str, file: Path, known: Known | None = None) -> Checked:
    """Look through the text of a file, as `check` does."""
    try:
        told = tomllib.loads(text)
        lines = lines_of(text)
    except ValueError as error:
        return Checked(file, None, (_syntax(str(error)),), _id_of_no_toml(text))
    except RecursionError:
        return Checked(file, None, (_unreadable("Lists stand in lists without end", None),))
    name = told["id"] if isinstance(told.get("id"), str) else ""
    if too_large := list(_too_large(told, ())):
        return Checked(file, None, tuple(_placed(too_large, lines)), name)
    model = _OTHER_KINDS.get(str(told.get("kind")), Drill)
    content, findings = _understood(told, model)
    findings += word_findings(told)
    if isinstance(content, Drill):
        findings += lint(content, known)
    elif isinstance(content, Plan) and known:
        findings += drill_references(content, known.levels)
    return Checked(file, content, tuple(_placed(findings, lines)), name)


def _understood(
    told: dict[str, Any], model: type[Content]
) -> tuple[Content | None, list[Finding]]:
    frozen = _frozen(told)
    try:
        return model.model_validate(frozen, strict=True), []
    except ValidationError as error:
        return None, in_words(error, frozen, model)


def _frozen(value: Any) -> Any:
    """Make tuples of lists: the schema is strict, and wants what it will keep."""
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _too_large(told: Any, place: Place) -> Iterator[Finding]:
    """Find whole numbers beyond those of TOML: the reader takes any, and nothing else does."""
    if isinstance(told, dict | list):
        for step, inner in told.items() if isinstance(told, dict) else enumerate(told):
            yield from _too_large(inner, (*place, step))
    elif isinstance(told, int) and told.bit_length() > 63:
        yield Finding(place, "This number has too many digits.", "Write a smaller one.")


def _placed(findings: list[Finding], lines: dict[Place, int]) -> list[Finding]:
    """Return findings with their lines, in the order of the file."""
    placed = [replace(finding, line=_line(lines, finding)) for finding in findings]
    return sorted(placed, key=lambda finding: finding.line or 0)


def _line(lines: dict[Place, int], finding: Finding) -> int | None:
    """Return the line of the place, or of what it would stand in."""
    for length in range(len(finding.place), 0, -1):
        if finding.place[:length] in lines:
            return lines[finding.place[:length]]
    return None


def _syntax(said: str) -> Finding:
    """Say where a text stops being TOML; the reader's words end in the line, or the end."""
    line = re.search(r"at line (\d+)", said)
    what = re.sub(r" \(at [^)]*\)$", "", said)
    return _unreadable(f"This is not TOML: {what}", int(line[1]) if line else None)


def _id_of_no_toml(text: str) -> str:
    before_tables = text.partition("\n[")[0]
    line = re.search(r"""^id *= *["']([^"'\n]+)["']""", before_tables, re.MULTILINE)
    return line[1] if line else ""


def _unreadable(what: str, line: int | None) -> Finding:
    remedy = "Texts stand in quotes, lists in [ ], and each line is NAME = VALUE or [TABLE]."
    return Finding((), f"{what}.", remedy, line=line)
