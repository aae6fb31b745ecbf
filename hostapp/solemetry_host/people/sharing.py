# SPDX-License-Identifier: Apache-2.0
"""What leaves the folder: a zip file of a summary, of reports, or of everything with recordings.

None of them has the name, or more of the age than ten years it lies in. Notes and injuries are as
they were entered.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from solemetry.errors import SolemetryError
from solemetry_host.drills.safety import DISCLAIMER
from solemetry_host.people.consent import Detail
from solemetry_host.people.folder import Person
from solemetry_host.people.results import Result, as_json, values_of
from solemetry_host.people.trends import trends
from solemetry_host.people.weekly import every_week, page

RAW_WARNING = (
    "Force recordings identify people: of 118 walkers 96 % were recognised by them alone "
    "(Duncanson 2021), whatever name the file carries. Hand them only to whom you would tell the "
    "name, and never publish them as anonymous."
)

_HOLDS = {
    "summary": "trends.csv: each measure, each day, and what stands out from own noise.",
    "reports": "Also the profile without a name, consent, plan, every result, and a page a week.",
    "raw": "Also every recording.",
}


def export(person: Person, detail: Detail, path: Path, today: date, to: str = "") -> Path:
    """Write what there is about somebody into one zip file.

    Parameters
    ----------
    person : Person
    detail : {"summary", "reports", "raw"}
        Each holds what those before it hold; ``raw`` everything there is, but for the name.
    path : Path
        A new file, ``NAME.zip``.
    today : date
    to : str
        Whom it is for; they must be allowed to see it. Empty: for the person alone.

    Raises
    ------
    SolemetryError
        When it is for somebody without consent, the file exists, or a file cannot be read.
    """
    if to and not person.consent.allows(to, detail, today):
        raise SolemetryError(
            f"{person.id} has not agreed that {to} sees {detail}.",
            f"Ask, and note it: solemetry person allow {person.id} NAME {detail}",
        )
    if path.exists():
        raise SolemetryError(f"{path} is there already.", "Choose another name.")
    temporary = path.with_name(path.name + ".tmp")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, content in _contents(person, detail, today):
                if isinstance(content, Path):
                    bundle.write(content, f"{person.id}/{name}")
                else:
                    bundle.writestr(f"{person.id}/{name}", content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _contents(
    person: Person, detail: Detail, today: date
) -> Iterator[tuple[str, str | bytes | Path]]:
    results, damaged = person.results()
    yield "READ-ME-FIRST.txt", _first_words(detail, [str(error) for error in damaged])
    yield "trends.csv", _trends(results)
    if detail == "summary":
        return
    yield "person.toml", tomlkit.dumps(_without_name(person, today))
    for name in ("consent.toml", "plan.toml"):
        if (person.folder / name).exists():
            yield name, person.folder / name
    for number, result in enumerate(results, 1):
        yield f"results/{number:04}.json", as_json(result)
    for week in every_week(person):
        yield f"weeks/{week.monday}.html", page(week)
    if detail == "raw":
        for session in person.sessions():
            yield f"sessions/{session.name}", session


def _first_words(detail: Detail, damaged: list[str]) -> str:
    held = list(_HOLDS.items())[: list(_HOLDS).index(detail) + 1]
    lines = [words for _, words in held]
    if detail == "raw":
        lines.append(RAW_WARNING)
    lines += [f"Left out: {words}" for words in damaged]
    return "\n\n".join([*lines, DISCLAIMER]) + "\n"


def _trends(results: list[Result]) -> str:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(
        ["drill", "version", "level", "measure", "side", "devices", "footwear", "surface",
         "support", "posture", "band", "feedback", "day", "repeats", "mean", "change"]
    )  # fmt: skip
    for trend in trends(value for result in results for value in values_of(result)):
        alike = trend.alike
        for day in trend.days:
            told = trend.change.words if trend.change and day is trend.days[-1] else ""
            table.writerow(
                [alike.drill, alike.version, alike.level, trend.measure, trend.side,
                 alike.devices, alike.footwear, alike.surface, alike.support, alike.posture,
                 alike.band, alike.feedback, day.day, len(day.values), day.mean, told]
            )  # fmt: skip
    return text.getvalue()


def _without_name(person: Person, today: date) -> dict[str, Any]:
    profile = person.profile
    told = profile.model_dump(by_alias=True, exclude_defaults=True, exclude={"name", "birth_year"})
    band = profile.band(today)
    return told | ({"age_band": list(band)} if band else {})
