# SPDX-License-Identifier: Apache-2.0
"""One person over time: a report of everything that can be compared, with its own noise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from solemetry.errors import UnavailableError
from solemetry.figures import draw_over_days
from solemetry.report import Page, Part, Row, Table, as_picture
from solemetry.report.tables import numbers
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.safety import DISCLAIMER
from solemetry_host.people.folder import Person
from solemetry_host.people.results import Alike, Result, values_of
from solemetry_host.people.trends import Trend, left_and_right, trends
from solemetry_host.people.weekly import in_words

_DAYS_TO_SHOW = 2
"""With fewer there is nothing over time."""

_METHOD = (
    "Only like is joined with like: the same drill, version and level, on the same device by the "
    "same calibration, with the same footwear, surface, support and posture. The band holds 95 of "
    "100 days on which nothing has changed; it comes from this person's own first two days with "
    "repeats. A change is told, not judged."
)
_FEEDBACK = {
    "with": "repetitions with feedback",
    "without": "repetitions without feedback",
    "whole": "the whole drill",
}


def over_time(person: Person, shelf: Shelf | None = None) -> Page:
    """Lay out the report of one person.

    Parameters
    ----------
    person : Person
    shelf : Shelf, optional
        The drills, for their titles.

    Raises
    ------
    UnavailableError
        When Matplotlib is not installed.
    """
    results, damaged = person.results()
    titles = {drill.id: drill.words().title for drill in (shelf or Shelf()).drills()}
    notes = [f"{len(damaged)} of the results cannot be read and are left out."] if damaged else []
    return describe_over_time(person.id, results, titles, notes)


def describe_over_time(
    person: str, results: Sequence[Result], titles: dict[str, str], notes: Sequence[str] = ()
) -> Page:
    """Lay out the report of results, in whichever order; damaged ones are told in the notes."""
    days = sorted({result.context.day for result in results})
    found = trends(value for result in results for value in values_of(result))
    shown = [trend for trend in found if len(trend.days) >= _DAYS_TO_SHOW]
    left_out = len(found) - len(shown)
    short = [f"{left_out} measures have values of a single day, and are not shown."]
    return Page(
        kind="Solemetry report over time",
        title=person,
        facts=[
            ("Days with results", str(len(days))),
            *([("From", str(days[0])), ("To", str(days[-1]))] if days else []),
            ("Drills", ", ".join(titles.get(name, in_words(name)) for name in
                                 sorted({result.outcome.drill for result in results})) or "none"),
        ],
        notes=[*notes, *(short if left_out else [])],
        parts=list(_parts(shown, titles)),
        closing=(_METHOD, DISCLAIMER),
    )  # fmt: skip


def _parts(shown: Sequence[Trend], titles: dict[str, str]) -> Iterable[Part]:
    """Make a section of each drill under the same circumstances; what changed comes first."""
    def alike(trend: Trend) -> Alike:
        return trend.alike

    for how, group in groupby(sorted(shown, key=alike), alike):
        of = list(group)
        by_measure: dict[str, list[Trend]] = {}
        for trend in sorted(of, key=lambda trend: (not _changed(trend), trend.measure)):
            by_measure.setdefault(trend.measure, []).append(trend)
        yield Part(
            name=f"{titles.get(how.drill, in_words(how.drill))}, level {how.level}",
            facts=_facts(how),
            notes=list(_sides(by_measure)),
            pictures=[
                as_picture(
                    draw_over_days(
                        {trend.side: [(day.day, day.values) for day in trend.days]
                         for trend in sides},
                        {trend.side: trend.band for trend in sides if trend.band is not None},
                        in_words(measure),
                    ),
                    f"{in_words(measure)}: every repeat, the means of the days"
                    + (", and the band of own noise." if any(t.band for t in sides) else "."),
                )
                for measure, sides in by_measure.items()
            ],
            tables=[_table(by_measure.values())],
        )  # fmt: skip


def _facts(how: Alike) -> list[tuple[str, str]]:
    facts = [
        ("Of", _FEEDBACK[how.feedback]),
        ("Drill", f"{how.drill}, version {how.version}"),
        ("Devices (calibration)", how.devices or "nothing sensed"),
        ("Footwear", how.footwear),
        ("Surface", how.surface),
        ("Support", how.support),
        ("Posture", how.posture),
        ("Bands of the drill", "" if how.band == 1 else f"{how.band:g} times as wide"),
    ]
    return [(name, value) for name, value in facts if value]


def _table(measures: Iterable[Sequence[Trend]]) -> Table:
    heads = ("Measure", "Side", "Days", "Repeats", "First days", "Latest", "Changed")
    return Table(
        "Against one's own first days", heads,
        frozenset({"Days", "Repeats", "First days", "Latest"}),
        tuple(row for sides in measures for row in _rows(sides)),
    )  # fmt: skip


def _rows(sides: Sequence[Trend]) -> Iterable[Row]:
    """Lay out the sides of one measure, all with the same decimals."""
    before = [trend.change.before if trend.change else trend.days[0].mean for trend in sides]
    n, written = len(sides), numbers([*before, *(trend.days[-1].mean for trend in sides)])
    for trend, first, latest in zip(sides, written[:n], written[n:], strict=True):
        yield Row(
            label=in_words(trend.measure),
            name=trend.measure,
            cells=(
                trend.side,
                str(len(trend.days)),
                str(sum(len(day.values) for day in trend.days)),
                first,
                latest,
                "not known" if trend.change is None else "yes" if _changed(trend) else "no",
            ),
            remarks=(trend.change.words if trend.change else trend.note,),
            valid=trend.change is not None,
        )


def _sides(by_measure: dict[str, list[Trend]]) -> Iterable[str]:
    """Say where left and right differ, or why it cannot be told."""
    for measure, of in by_measure.items():
        sides = {trend.side: trend for trend in of}
        if "left" in sides and "right" in sides:
            try:
                words = left_and_right(sides["left"], sides["right"]).words
            except UnavailableError as error:
                words = str(error)
            yield f"{in_words(measure)}, left and right: {words}"


def _changed(trend: Trend) -> bool:
    return trend.change is not None and trend.change.changed
