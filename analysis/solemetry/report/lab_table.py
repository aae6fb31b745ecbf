# SPDX-License-Identifier: Apache-2.0
"""Every number of a recording in one long table, each line complete in itself, for a laboratory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from solemetry.analysis import analyze
from solemetry.errors import FileError, UnavailableError
from solemetry.exporting.written import legible, whole_file
from solemetry.session.model import Session
from solemetry.sway.conventions import SOLEMETRY

COLUMNS = (
    "file", "participant_id", "start_utc", "subject", "of", "measure", "value", "text", "unit",
    "sd", "n", "duration_s", "valid", "convention", "definition", "note",
)  # fmt: skip

_TEXTS = ("text", "unit", "convention", "definition", "note")
_SUBJECTS = ("sway", "loading", "quality")
_OF_BOTH = {"difference": None, "symmetry_index": "%"}
"""What is told of left against right, and its unit where it is not that of the measure."""


def lab_table(
    session: Session, convention: str = SOLEMETRY.name, gait_convention: str | None = None
) -> pd.DataFrame:
    """Lay out all measures of a session, the rarer ones too.

    Parameters
    ----------
    session : Session
    convention, gait_convention : str
        As of `solemetry.analysis.analyze`.

    Returns
    -------
    DataFrame
        One row a number, with the columns `COLUMNS`. ``subject`` is ``sway``, ``loading``,
        ``quality``, ``regions``, or what of gait it tells; ``of`` the stream, the foot or the
        region, empty for both feet together; ``text`` holds what is a word, or yes or no.
    """
    results = analyze(session, convention, "should", gait_convention)
    about = dict.fromkeys(_TEXTS, "") | {
        "file": legible(session.path.name),
        "participant_id": str(session.subject.get("participant_id", "")),
        "start_utc": str(session.meta.get("start_utc", "")),
    }
    rows = []
    for subject, of, measure, entry in _numbers(results):
        told = {name: entry[name] for name in COLUMNS if name in entry and name != "of"}
        if entry.get("of"):
            told["definition"] = f"{entry['definition']}; of {entry['of']}"
        if isinstance(entry["value"], str):
            told |= {"value": None, "text": entry["value"]}
        elif isinstance(entry["value"], bool):
            told |= {"value": None, "text": "yes" if entry["value"] else "no"}
        rows.append(about | {"subject": subject, "of": of, "measure": measure} | told)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"value": float, "sd": float, "duration_s": float, "n": "Int64", "valid": "boolean"}
    )


def write_lab_table(table: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a table as Parquet or CSV (UTF-8), by the ending of the name.

    Raises
    ------
    UnavailableError
        When pyarrow is not installed, which Parquet needs.
    FileError
        When the name ends otherwise, or the file cannot be written.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise FileError(f"{path} is no name of a table.", "Call it NAME.csv or NAME.parquet.")
    try:
        with whole_file(path) as whole:
            if ending == ".parquet":
                table.to_parquet(whole, index=False)
            else:
                table.to_csv(whole, index=False)
    except ImportError:
        raise UnavailableError(
            "Parquet needs pyarrow.", "Run: pip install 'solemetry[parquet]', or write CSV."
        ) from None
    return path


def _numbers(results: Mapping[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for subject in _SUBJECTS:
        by_stream = {name: of for name, of in results[subject].items() if name != "regions"}
        yield from _within(subject, (), by_stream)
    yield from _within("regions", (), results["loading"]["regions"])
    for subject, told in results["gait"].items():
        if isinstance(told, dict) and subject != "streams":
            yield from _within(f"gait {subject}".replace("_", " "), (), told)


def _within(
    subject: str, of: tuple[str, ...], told: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Go down to what is a number, or holds the two feet against each other."""
    for name, entry in told.items():
        if "value" in entry:
            yield subject, ", ".join(of), name, entry
        elif "left" in entry and not isinstance(entry["left"], dict):
            for what, unit in _OF_BOTH.items():
                if what in entry:
                    one = {**entry, "value": entry[what], "unit": unit or entry["unit"]}
                    yield subject, ", ".join((*of, what.replace("_", " "))), name, one
        else:
            yield from _within(subject, (*of, name), entry)
