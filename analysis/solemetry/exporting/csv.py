# SPDX-License-Identifier: Apache-2.0
"""CSV: a folder with a table of each stream, one of the events, and what there is to know.

Comma-separated, UTF-8, decimal points; a line of names that end with their units. What is missing
is an empty field. Numbers have all their digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from solemetry.exporting.about import about, as_json, events_as_text
from solemetry.exporting.columns import Table, distinct, tables
from solemetry.exporting.written import Written, new_folder
from solemetry.session.model import Session

EVENTS, ABOUT = "events", "about"


def write(session: Session, out: Path) -> Written:
    """Write a new folder ``out``."""
    made = tables(session)
    with new_folder(out) as folder:
        names = file_names(made)
        for table, name in zip(made, names, strict=True):
            table.frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        events_as_text(session).to_csv(
            folder / f"{EVENTS}.csv", index=False, lineterminator="\n"
        )
        (folder / f"{ABOUT}.json").write_text(as_json(about(session, made), 2) + "\n", "utf-8")
    files = [*(f"{name}.csv" for name in (*names, EVENTS)), f"{ABOUT}.json"]
    return Written(tuple(out / file for file in files), ())


def file_names(made: Sequence[Table]) -> list[str]:
    """Return what the file of each table may be called everywhere, without its suffix."""
    plain = [re.sub(r"[^\w-]", "_", table.name) for table in made]
    return distinct([EVENTS, ABOUT, *plain])[2:]
