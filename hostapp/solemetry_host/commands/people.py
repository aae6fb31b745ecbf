# SPDX-License-Identifier: Apache-2.0
"""``solemetry person``: who practises here, how it goes, and what leaves or goes for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solemetry.errors import FileError, SolemetryError
from solemetry_host.commands.options import AsJson, LibraryFolder, Person, Yes, written
from solemetry_host.commands.reporting import OnPaper, Paper
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json, print_rows

if TYPE_CHECKING:
    from solemetry_host.drills.progress.planner import Day
    from solemetry_host.people.folder import Library
    from solemetry_host.people.trends import Trend

app = part("person", "Who practises here: profile, consent, results, trends, export, delete.")

Assignments = Annotated[
    list[str] | None,
    typer.Argument(
        help="As height_cm=178, usual.footwear=sock, birth_year= to take it away, "
        "injury+='{what=\"ankle sprain\", side=\"left\"}' to add to a list: see docs/people.md.",
        metavar="NAME=VALUE...",
    ),
]


_WROTE = {"file": "what was written"}

_SHOWN = 20
"""The latest results; all of them with --json."""


class File(StrEnum):
    """The files of a person that may be edited."""

    person = "person"
    consent = "consent"
    plan = "plan"


class Detail(StrEnum):
    """How much is shared; each holds what those before it hold."""

    summary = "summary"
    reports = "reports"
    raw = "raw"


@verb(
    app, "add",
    "solemetry person add name=Anna height_cm=170",
    "solemetry person add birth_year=1980 usual.footwear=sock",
    tells={"id": "the pseudonym that was drawn"},
)  # fmt: skip
def add(known: Assignments = None, library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """Add somebody, and print the pseudonym that was drawn."""
    told: dict[str, Any] = {}
    _assign(told, known or ())
    one = library_in(library).add(date.today(), told)
    if as_json:
        print_json({"id": one.id})
    else:
        typer.echo(one.id)


@verb(
    app, "list",
    "solemetry person list",
    "solemetry person list --library /media/stick/Solemetry --json",
    tells={
        "[].id": "the pseudonym",
        "[].name": "as the profile has it",
        "[].results": "how many",
        "[].recordings": "how many",
        "[].last": "day of the last result",
        "[].remark": "what is the matter with the files",
    },
)  # fmt: skip
def list_people(library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """List everybody."""
    there = library_in(library)
    people = there.people()
    overview = there.index.overview() if people else {}
    rows = []
    for person in people:
        try:
            name, remark = person.profile.name, ""
        except SolemetryError as error:
            name, remark = "", str(error)
        held = overview.get(person.id, {})
        rows.append(
            {
                "id": person.id,
                "name": name,
                "results": held.get("results", 0),
                "recordings": held.get("recordings", 0),
                "last": held.get("day", ""),
                "remark": f"{remark} {held.get('troubles', '')}".strip(),
            }
        )
    if as_json:
        print_json(rows)
    elif rows:
        print_rows("People", rows)
    else:
        typer.echo("Nobody yet. Add somebody: solemetry person add name=NAME")


@verb(
    app, "show",
    "solemetry person show p-7k3m9q",
    "solemetry person show p-7k3m9q --json",
    tells={
        "id": "the pseudonym",
        "folder": "where everything is",
        "profile": "what is known: docs/people.md",
        "consent": "who may see what",
        "plan": "what is planned",
        "results": "each drill that was done",
        "recordings": "each session",
        "trends": "each measure over time",
        "damaged": "files that cannot be read",
    },
)  # fmt: skip
def show(person: Person, library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """Show what is known about somebody, how it went, and what stands out from own noise."""
    from solemetry_host.people.trends import trends

    there = library_in(library)
    one = there.person(person)
    told = {
        "id": one.id,
        "folder": str(one.folder),
        "profile": one.profile.model_dump(mode="json", exclude_defaults=True),
        "consent": one.consent.model_dump(mode="json", exclude_defaults=True).get("grant", []),
        "plan": one.plan.model_dump(mode="json", exclude_defaults=True),
        "results": there.index.results(one.id),
        "recordings": there.index.sessions(one.id),
        "trends": [_of_trend(trend) for trend in trends(there.index.values(one.id))],
        "damaged": there.index.troubles(one.id),
    }
    if as_json:
        print_json(told)
    else:
        for line in _lines(told):
            typer.echo(line)


@verb(
    app, "edit",
    "solemetry person edit p-7k3m9q height_cm=178",
    "solemetry person edit p-7k3m9q --file plan plan=eight-weeks",
    tells=_WROTE,
)  # fmt: skip
def edit(
    person: Person,
    changes: Assignments = None,
    file: Annotated[File, typer.Option(help="Which of the three files.")] = File.person,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Change what is known or planned; or edit the file yourself."""
    from solemetry_host.people.files import checked
    from solemetry_host.people.folder import FILES

    if not changes:
        raise typer.BadParameter("Say what to change, as height_cm=178.")
    one = library_in(library).person(person)
    (model,) = (model for model, name in FILES.items() if name == f"{file}.toml")
    told = one.read(model).model_dump(exclude_unset=True)
    _assign(told, changes)
    _wrote(one.write(checked(model, told)), as_json)


@verb(
    app, "allow",
    "solemetry person allow p-7k3m9q 'Coach B' summary",
    "solemetry person allow p-7k3m9q 'Coach B' raw --until 2027-06-30 --note 'signed on paper'",
    tells=_WROTE,
)  # fmt: skip
def allow(
    person: Person,
    to: Annotated[str, typer.Argument(help="Who may see it.", metavar="WHO")],
    detail: Annotated[
        Detail,
        typer.Argument(
            help="How much; each holds what those before it hold.", metavar="DETAIL"
        ),
    ],
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last day of it.", metavar="DATE"),
    ] = None,
    note: Annotated[str, typer.Option(help="How it was given, as 'signed on paper'.")] = "",
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Note that somebody agrees to be seen by another."""
    from solemetry_host.people.consent import Grant

    one = library_in(library).person(person)
    last = until.date() if until else None
    grant = Grant(to=to, detail=detail.value, on=date.today(), until=last, note=note)
    _wrote(one.write(one.consent.granted(grant)), as_json)


@verb(
    app, "withdraw",
    "solemetry person withdraw p-7k3m9q 'Coach B'",
    "solemetry person withdraw p-7k3m9q 'Coach B' --json",
    tells=_WROTE,
)  # fmt: skip
def withdraw(
    person: Person,
    to: Annotated[str, typer.Argument(help="Who may see nothing any more.", metavar="WHO")],
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Note that somebody takes back what they agreed to."""
    one = library_in(library).person(person)
    _wrote(one.write(one.consent.withdrawn(to, date.today())), as_json)


@verb(
    app, "export",
    "solemetry person export p-7k3m9q",
    "solemetry person export p-7k3m9q --detail reports --to 'Coach B' --out anna.zip",
    tells=_WROTE,
)  # fmt: skip
def export(
    person: Person,
    out: Annotated[Path | None, written("The zip file. Without: ID.zip.")] = None,
    detail: Annotated[Detail, typer.Option(help="How much.")] = Detail.summary,
    to: Annotated[
        str, typer.Option(help="For whom, if not the person alone: they need consent.")
    ] = "",
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write what there is about somebody into one zip file, without the name."""
    from solemetry_host.people import sharing

    one = library_in(library).person(person)
    if detail is Detail.raw:
        typer.echo(sharing.RAW_WARNING, err=True)
    path = out or Path(f"{one.id}.zip")
    _wrote(sharing.export(one, detail.value, path, date.today(), to), as_json)


@verb(
    app, "delete",
    "solemetry person delete p-7k3m9q",
    "solemetry person delete p-7k3m9q --yes",
    tells={
        "deleted": "false where the question was answered with no",
        "results": "how many there were",
        "recordings": "how many there were",
    },
)  # fmt: skip
def delete(
    person: Person, library: LibraryFolder = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Delete everything about somebody, recordings too. It cannot be undone."""
    there = library_in(library)
    one = there.person(person)
    results, sessions = len(list((one.folder / "results").glob("*"))), len(one.sessions())
    typer.echo(f"{one.folder} holds {results} results and {sessions} recordings.", err=as_json)
    deleted = yes or typer.confirm("Delete all of it for good?", err=as_json)
    if deleted:
        there.delete(person)
    if as_json:
        print_json({"deleted": deleted, "results": results, "recordings": sessions})
    elif deleted:
        typer.echo("Deleted. What was exported, or recorded into another folder, is still there.")
    else:
        typer.echo("Nothing was deleted.")


@verb(
    app, "today",
    "solemetry person today p-7k3m9q",
    "solemetry person today p-7k3m9q --json",
    tells={
        "plan": "the plan that it is of",
        "order": "of a circuit or a playlist: its stations, and nothing else",
        "on": "the day",
        "minutes": "how long it takes",
        "proposals": "drills to do, each with its reason",
        "left_out": "drills not to do, each with its reason",
        "week": "of the plan",
        "streak": "days or weeks in a row",
        "words": "what else is said",
    },
)  # fmt: skip
def today(person: Person, library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """Propose what to practise today; anything else stays open."""
    from solemetry_host.drills.files.shelf import Shelf
    from solemetry_host.people import practice

    one, shelf, now = library_in(library).person(person), Shelf(), datetime.now().astimezone()
    plan = practice.plan_of(one, shelf)
    if plan.circuit or plan.playlist:
        lines = list(practice.laid_out(one, shelf, now))
        if as_json:
            print_json({"plan": plan.id, "order": lines})
        else:
            typer.echo("\n".join([f"{plan.text['en'].title} ({plan.id})", *lines]))
        return
    day = practice.day_of(one, shelf, now)
    if as_json:
        print_json({"plan": plan.id} | _of_day(day))
        return
    typer.echo(f"{plan.text['en'].title} ({plan.id}): about {day.minutes:.0f} minutes")
    for proposal in day.proposals:
        typer.echo(f"  {proposal.drill.words().title}, level {proposal.level}: {proposal.why}")
        typer.echo(f"    solemetry drill run {proposal.drill.id} --level {proposal.level} "
                   f"--person {one.id} --device URL{'  (done today)' if proposal.done else ''}")
    for left in day.left_out:
        typer.echo(f"Not today: {left.drill}. {left.why}")
    for words in day.words:
        typer.echo(words)


def _of_day(day: Day) -> dict[str, Any]:
    return {
        "on": str(day.on),
        "minutes": round(day.minutes, 1),
        "proposals": [
            {"drill": one.drill.id, "level": one.level, "role": one.role, "why": one.why,
             "minutes": round(one.minutes, 1), "support": one.support, "test": one.test,
             "ask": [question.id for question in one.before.ask], "done": one.done}
            for one in day.proposals
        ],
        "left_out": [{"drill": left.drill, "why": left.why} for left in day.left_out],
        "week": day.week, "streak": day.streak, "words": list(day.words),
    }  # fmt: skip


@verb(
    app, "progress",
    "solemetry person progress p-7k3m9q",
    "solemetry person progress p-7k3m9q --json",
    tells={
        "DRILL.passed": "the highest level that was passed; DRILL is an id",
        "DRILL.by_side": "the same for each foot",
        "DRILL.level": "the level to do now",
        "DRILL.levels": "how many there are",
        "DRILL.asks": "what passes it",
        "DRILL.provisional": "whether a coach has yet to say so",
        "DRILL.met": "how often it was met",
        "DRILL.needed": "how often it has to be",
        "DRILL.words": "the same in words",
    },
)  # fmt: skip
def progress(person: Person, library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """Show how far somebody is with each drill, and what the next level asks."""
    from solemetry_host.drills.files.shelf import Shelf
    from solemetry_host.people import practice

    shelf = Shelf()
    found = practice.progress_of(
        library_in(library).person(person), shelf, datetime.now().astimezone()
    )
    if as_json:
        told = {
            name: {"passed": of.passed, "by_side": dict(of.passed_by_side), "level": of.level,
                   "levels": of.levels, "asks": of.asks, "provisional": of.provisional,
                   "met": of.met, "needed": of.needed, "words": of.words}
            for name, of in found.items()
        }  # fmt: skip
        print_json(told)
        return
    for name, of in found.items():
        provisional = " (provisional)" if of.provisional else ""
        typer.echo(f"{shelf.drill(name).words().title}: {of.words}{provisional}")
    if not found:
        typer.echo("Nothing was done yet. See: solemetry person today ID")


@verb(
    app, "weekly",
    "solemetry person weekly p-7k3m9q",
    "solemetry person weekly p-7k3m9q --day 2026-11-08 --out week.html",
    tells=_WROTE,
)  # fmt: skip
def weekly(
    person: Person,
    out: Annotated[
        Path | None, written("The HTML file to write. Without: in the person's folder.")
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="A day of the week. Without: today.", metavar="DATE"
        ),
    ] = None,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write one page about one week, to print or to hand to a coach."""
    from solemetry_host.people.weekly import week_of, write_weekly

    one = library_in(library).person(person)
    week = week_of(one, day.date() if day else date.today())
    path = out or one.folder / "weeks" / f"{week.monday}.html"
    _wrote(write_weekly(week, path), as_json)


@verb(
    app, "report",
    "solemetry person report p-7k3m9q",
    "solemetry person report p-7k3m9q --out anna.pdf --paper letter",
    tells=_WROTE,
)  # fmt: skip
def report(
    person: Person,
    out: Annotated[
        Path | None,
        written("The file to write, NAME.html or NAME.pdf. Without: ID.html."),
    ] = None,
    paper: OnPaper = Paper.a4,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write a report over time: every measure that repeats, with the band of own noise."""
    from solemetry.report import write_page
    from solemetry_host.people.over_time import over_time

    one = library_in(library).person(person)
    _wrote(write_page(over_time(one), out or Path(f"{one.id}.html"), paper.value), as_json)


def _wrote(path: Path, as_json: bool) -> None:
    if as_json:
        print_json({"file": path})
    else:
        typer.echo(f"Wrote {path}")


def library_in(path: Path | None) -> Library:
    """Return the library of a folder, or the one in the documents."""
    try:
        from solemetry_host.people.folder import Library
    except ImportError as error:
        raise SolemetryError(
            f"People need {error.name}, which is not installed.",
            "Run: pip install 'solemetry[live]'",
        ) from None
    from solemetry_host.folders import usual_library

    folder = path or usual_library()
    if folder.is_file():
        raise FileError(f"{folder} is a file, no folder.", "Name a folder with --library.")
    return Library(folder)


def _assign(told: dict[str, Any], assignments: Iterable[str]) -> None:
    """Put each ``name=value`` in its place; ``+=`` adds to a list, nothing takes away."""
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise typer.BadParameter(f"{assignment!r} is not of the form NAME=VALUE.")
        *tables, last = name.removesuffix("+").split(".")
        table = told
        for inner in tables:
            table = table.setdefault(inner, {})
            if not isinstance(table, dict):
                raise typer.BadParameter(f"There is nothing inside {inner}: {assignment!r}.")
        if name.endswith("+"):
            there = table.get(last, ())
            if not isinstance(there, list | tuple):
                raise typer.BadParameter(f"{last} is no list to add to: {assignment!r}.")
            table[last] = [*there, _value(text)]
        elif text:
            table[last] = _value(text)
        else:
            table.pop(last, None)


def _value(text: str) -> Any:
    """Read a value as TOML writes it; what is none is text."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"{told['id']} in {told['folder']}"
    for name, value in (told["profile"] | told["plan"]).items():
        yield f"{name}: {value}"
    for grant in told["consent"]:
        ends = [f"{how} {grant[how]}" for how in ("until", "withdrawn") if how in grant]
        yield " ".join([f"{grant['to']} may see: {grant['detail']}", *ends])
    for row in told["results"][-_SHOWN:]:
        yield (
            f"{row['at'][:10]} {row['drill']} level {row['level']}: {row['ok']} ok, "
            f"{row['failed']} failed, {row['unverified']} not verified"
        )
    compared = [trend for trend in told["trends"] if trend["changed"] is not None]
    for trend in compared:
        yield (
            f"{trend['drill']} level {trend['level']}, {trend['side']}, {trend['measure']} "
            f"({trend['feedback']}): {trend['words']}"
        )
    if left := len(told["trends"]) - len(compared):
        yield f"{left} measures have nothing to be compared with yet: --json says why."
    for trouble in told["damaged"]:
        yield f"Damaged: {trouble}"


def _of_trend(trend: Trend) -> dict[str, Any]:
    return {
        "drill": trend.alike.drill,
        "level": trend.alike.level,
        "measure": trend.measure,
        "side": trend.side,
        "feedback": trend.alike.feedback,
        "days": len(trend.days),
        "latest": round(trend.days[-1].mean, 3),
        "changed": trend.change.changed if trend.change else None,
        "words": trend.change.words if trend.change else trend.note,
    }
