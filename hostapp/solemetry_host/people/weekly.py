# SPDX-License-Identifier: Apache-2.0
"""One page about one week, to print or to hand to a coach: a file that needs nothing but itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import resources
from itertools import groupby
from pathlib import Path

from solemetry.errors import UnavailableError
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.progress.progress import progress
from solemetry_host.drills.running.outcome import Rep
from solemetry_host.drills.safety import DISCLAIMER, careful
from solemetry_host.people.files import write_whole
from solemetry_host.people.folder import Person
from solemetry_host.people.results import Result, values_of
from solemetry_host.people.trends import Trend, left_and_right, trends

MOST_TRENDS = 10
"""More do not fit on the page; those that changed come first."""

_UNITS = {"s": "s", "pct": "%", "mm": "mm", "cm2": "cm²", "deg": "°", "n": "N"}

_WIDTH, _HEIGHT, _MARGIN = 160.0, 36.0, 4.0


@dataclass(frozen=True)
class Practised:
    """One drill at one level, over the week."""

    drill: str
    level: int
    times: int
    ok: int
    failed: int
    unverified: int
    reason: str
    """What most repetitions failed for; empty if none did."""


@dataclass(frozen=True)
class Curve:
    """A trend as a picture, in its own pixels from the top left."""

    width: float
    height: float
    points: tuple[tuple[float, float], ...]
    band: tuple[float, float]
    """Upper and lower edge of what noise alone does."""


@dataclass(frozen=True)
class Line:
    """One trend, as it is printed."""

    what: str
    how: str
    before: str
    now: str
    words: str
    changed: bool
    curve: Curve


@dataclass(frozen=True)
class Week:
    """What the page says.

    Attributes
    ----------
    person : str
    monday, sunday : date
    days : int
        On which something was done.
    minutes : float
        From the first repetition to the last, of each drill.
    days_before : tuple of int
        Of the three weeks before, the latest last.
    practised : tuple of Practised
    standing : tuple of (str, str)
        How far they are with each of these drills, by its title.
    most_pain : float or None
        The most that was answered, 0 to 10.
    trends : tuple of Line
    left_out : int
        Trends that did not fit.
    sides : tuple of str
        Where left and right differ by more than noise.
    unread : int
        Results that are damaged.
    """

    person: str
    monday: date
    sunday: date
    days: int
    minutes: float
    days_before: tuple[int, ...]
    practised: tuple[Practised, ...]
    standing: tuple[tuple[str, str], ...]
    most_pain: float | None
    trends: tuple[Line, ...]
    left_out: int
    sides: tuple[str, ...]
    unread: int


def week_of(person: Person, day: date, shelf: Shelf | None = None) -> Week:
    """Sum up the week, Monday to Sunday, that a day lies in; what is damaged is left out.

    Parameters
    ----------
    person : Person
    day : date
    shelf : Shelf, optional
        The drills, to tell how far they are with each.

    Raises
    ------
    FileError
        When the profile or the plan cannot be read.
    """
    results, damaged = person.results()
    return _week(person, results, len(damaged), shelf or Shelf(), day)


def every_week(person: Person, shelf: Shelf | None = None) -> Iterator[Week]:
    """Sum up each week in which something was done, as `week_of` does."""
    results, damaged = person.results()
    shelf = shelf or Shelf()
    for monday in sorted({monday_of(result.context.day) for result in results}):
        yield _week(person, results, len(damaged), shelf, monday)


def describe_week(
    person: str,
    results: Sequence[Result],
    day: date,
    standing: Sequence[tuple[str, str]] = (),
    unread: int = 0,
) -> Week:
    """Sum up the week that a day lies in; of results in order of time, those before it too."""
    monday, sunday = monday_of(day), monday_of(day) + timedelta(days=6)
    until_now = [result for result in results if result.context.day <= sunday]
    here = [result for result in until_now if result.context.day >= monday]
    pains = [result.outcome.answers.get("pain") for result in here]
    values = [value for result in until_now for value in values_of(result)]
    seen = {(v.measure, v.side, v.alike) for v in values if v.day >= monday}
    found = trends(v for v in values if (v.measure, v.side, v.alike) in seen)
    lines = sorted(
        (_line(trend) for trend in found if trend.change is not None),
        key=lambda line: (not line.changed, line.what, line.how),
    )
    return Week(
        person=person,
        monday=monday,
        sunday=sunday,
        days=_days_of(here),
        minutes=sum(map(_seconds, here)) / 60,
        days_before=tuple(
            _days_of([r for r in results if start <= r.context.day < start + timedelta(days=7)])
            for start in (monday - timedelta(weeks=back) for back in (3, 2, 1))
        ),
        practised=tuple(_practised(here)),
        standing=tuple(standing),
        most_pain=max((pain for pain in pains if isinstance(pain, int | float)), default=None),
        trends=tuple(lines[:MOST_TRENDS]),
        left_out=max(len(lines) - MOST_TRENDS, 0),
        sides=tuple(_sides(found)),
        unread=unread,
    )


def write_weekly(week: Week, path: Path) -> Path:
    """Write the page.

    Raises
    ------
    UnavailableError
        When Jinja2 is not installed.
    OSError
        When it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, page(week).encode())
    return path


def page(week: Week) -> str:
    """Return the page as HTML.

    Raises
    ------
    UnavailableError
        When Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError:
        raise UnavailableError(
            "The weekly page needs Jinja2.", "Install solemetry[report]."
        ) from None
    template = (resources.files("solemetry_host.people") / "weekly.html.j2").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = (resources.files("solemetry.report") / "page.css").read_text("utf-8")
    return environment.from_string(template).render(
        week=week, style=style, disclaimer=DISCLAIMER
    )


def _week(
    person: Person, results: Sequence[Result], unread: int, shelf: Shelf, day: date
) -> Week:
    standing = list(_standing(person, results, day, shelf))
    return describe_week(person.id, results, day, standing, unread)


def monday_of(day: date) -> date:
    """Return the first day of the week that a day lies in."""
    return day - timedelta(days=day.weekday())


def _standing(
    person: Person, results: Sequence[Result], day: date, shelf: Shelf
) -> Iterator[tuple[str, str]]:
    """Tell how far somebody was at the end of a week with each drill of it that is still there."""
    monday, sunday = monday_of(day), monday_of(day) + timedelta(days=6)
    here = [result for result in results if monday <= result.context.day <= sunday]
    profile, overrides = person.profile, person.plan.override
    ages = profile.ages(sunday)
    known = {drill.id: drill for drill in shelf.drills()}
    for name in sorted({result.outcome.drill for result in here} & known.keys()):
        found = progress(
            known[name],
            results,
            now=datetime.combine(sunday, time.max, here[-1].context.at.tzinfo),
            norms=shelf.norm,
            age=ages[0] if ages else None,
            careful=careful(profile, sunday),
            overrides=overrides,
        )
        provisional = " (provisional)" if found.provisional else ""
        yield known[name].words().title, found.words + provisional


def _practised(results: Sequence[Result]) -> list[Practised]:
    def what(result: Result) -> tuple[str, int]:
        return result.outcome.drill, result.outcome.level

    found = []
    for (drill, level), group in groupby(sorted(results, key=what), what):
        done = list(group)
        reps = [rep for result in done for rep in result.outcome.reps]
        status = Counter(rep.status for rep in reps)
        found.append(
            Practised(
                in_words(drill), level, len(done), status["ok"], status["failed"],
                status["unverified"], _commonest_reason(reps),
            )
        )  # fmt: skip
    return found


def _commonest_reason(reps: Sequence[Rep]) -> str:
    reasons = Counter(rep.reason for rep in reps if rep.status == "failed" and rep.reason)
    return max(sorted(reasons), key=lambda reason: reasons[reason], default="")


def _line(trend: Trend) -> Line:
    change = trend.change
    assert change is not None
    alike = trend.alike
    side = "" if trend.side in ("both", "none") else f", {trend.side}"
    feedback = {"with": "with feedback", "without": "without feedback", "whole": "whole drill"}
    return Line(
        what=f"{in_words(alike.drill)} {alike.level}{side}: {in_words(trend.measure)}",
        how=f"{feedback[alike.feedback]}; {alike.footwear}, {alike.surface}, "
        f"support {alike.support}, {alike.posture}",
        before=f"{change.before:.3g}",
        now=f"{change.after:.3g}",
        words=change.words,
        changed=change.changed,
        curve=_curve(trend),
    )


def _curve(trend: Trend) -> Curve:
    assert trend.band is not None
    means = [day.mean for day in trend.days]
    low, high = min(*means, *trend.band), max(*means, *trend.band)
    first = trend.days[0].day
    span_days = (trend.days[-1].day - first).days

    def y(value: float) -> float:
        share = (high - value) / (high - low)
        return round(_MARGIN + share * (_HEIGHT - 2 * _MARGIN), 1)

    def x(day: date) -> float:
        return round(_MARGIN + (day - first).days / span_days * (_WIDTH - 2 * _MARGIN), 1)

    points = tuple((x(day.day), y(day.mean)) for day in trend.days)
    return Curve(_WIDTH, _HEIGHT, points, (y(trend.band[1]), y(trend.band[0])))


def _sides(found: Sequence[Trend]) -> list[str]:
    """Each measure whose sides differ; most have no repeats of both sides, and say nothing."""
    right = {(trend.measure, trend.alike): trend for trend in found if trend.side == "right"}
    words = []
    for trend in found:
        other = right.get((trend.measure, trend.alike))
        if trend.side != "left" or other is None:
            continue
        try:
            sides = left_and_right(trend, other)
        except UnavailableError:
            continue
        if sides.differ:
            words.append(f"{in_words(trend.alike.drill)}, {in_words(trend.measure)}: {sides.words}")
    return words


def in_words(name: str) -> str:
    """Write a name of the program as people would: "Short foot", "Hold time, s"."""
    words = re.split(r"[-._]", name)
    unit = _UNITS.get(words[-1]) if len(words) > 1 else None
    text = f"{' '.join(words[:-1])}, {unit}" if unit else " ".join(words)
    return text[:1].upper() + text[1:]


def _days_of(results: Sequence[Result]) -> int:
    return len({result.context.day for result in results})


def _seconds(result: Result) -> float:
    reps = result.outcome.reps
    if not reps:
        return 0.0
    return max(rep.ended_s for rep in reps) - min(rep.began_s for rep in reps)
