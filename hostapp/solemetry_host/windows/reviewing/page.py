# SPDX-License-Identifier: Apache-2.0
"""The page that looks back: recordings, one of them, two beside each other, and trends."""

from __future__ import annotations

import threading
from pathlib import Path
from time import perf_counter

from PySide6 import QtWidgets

from solemetry.errors import SolemetryError
from solemetry.sway.people.personal_change import OwnMdc
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.people.trends import trends
from solemetry_host.reviewing import tables
from solemetry_host.reviewing.bases import BaseOf, bases_over_time
from solemetry_host.reviewing.comparing import Chosen
from solemetry_host.reviewing.kept import Kept, Looking, NoiseOf, TrendChoice
from solemetry_host.reviewing.listing import Listed, listed, mend, recordings_in
from solemetry_host.reviewing.opened import Opened, graded, open_recording
from solemetry_host.reviewing.own_noise import own_noise
from solemetry_host.reviewing.trend_choices import TrendChoices, titles_of
from solemetry_host.reviewing.watching import Watching
from solemetry_host.windows.live.picture import Picture
from solemetry_host.windows.look.parts import Segments, button, column, row, scrolled
from solemetry_host.windows.reviewing.comparing_view import ComparingView
from solemetry_host.windows.reviewing.looking_view import LookingView, part_in_words, titled
from solemetry_host.windows.reviewing.newest import Newest
from solemetry_host.windows.reviewing.recordings_view import RecordingsView
from solemetry_host.windows.reviewing.saving import save_pictures
from solemetry_host.windows.reviewing.trends_view import TrendsView
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.page import Page
from solemetry_host.words import tr

TABS = ("recordings", "looking", "comparing", "trends")


class ReviewingPage(Page):
    """Looks back at what was recorded. What is open is kept in the desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.kept: Kept = desk.kept.setdefault("review", Kept())
        self._listing, self._opening, self._grading, self._noise, self._trends = (
            Newest() for _ in range(5)
        )
        self._graded_on = threading.Event()
        self._drawn_s: float | None = None
        self.recordings = RecordingsView(self.open, self.choose_file, self.mend, self._list_whose)
        self.looking = LookingView(lambda: self.show_tab("recordings"), self.compare)
        self.comparing = ComparingView(self.swap)
        self.trends = TrendsView(self._keep_trend)
        self.tabs = Segments(
            [("recordings", tr("Recordings")), ("looking", tr("Look")),
             ("comparing", tr("Compare")), ("trends", tr("Trends"))], self.show_tab
        )  # fmt: skip
        self.save_button = button(tr("Save …"), self.choose_save, "Ctrl+S")
        self.stack = QtWidgets.QStackedWidget()
        for view in (self.recordings, self.looking, self.comparing, self.trends):
            self.stack.addWidget(view if view is self.recordings else scrolled(view))
        head = row(self.tabs, self.save_button)
        head.setStretch(0, 1)
        self.setLayout(column(head, self.stack))
        self._take_up_person()
        desk.changed.connect(self._take_up_person)

    # ---- what happens to a page --------------------------------------------------------------

    def entered(self) -> None:
        """Take up recordings that came while another page was shown."""
        self.looking.show_looking(self.kept.looking)
        self._show_comparison()
        self.show_tab(self.kept.tab)
        self._grade()

    def show_what(self, what: object) -> None:
        """Open a recording, or show the trends."""
        if isinstance(what, Path):
            self.open(what)
        elif what in TABS:
            self.show_tab(str(what))

    def left(self) -> None:
        """Let time stand still."""
        if self.kept.looking is not None:
            self.kept.looking.watching.play(on=False)

    def draw(self, snapshot: Snapshot) -> None:
        """Draw one moment of the recording that is open."""
        now_s = perf_counter()
        passed_s = now_s - self._drawn_s if self._drawn_s is not None else 0.0
        self._drawn_s = now_s
        if self.kept.tab == "looking":
            self.looking.draw(min(passed_s, 0.2))

    def close_down(self) -> None:
        """Wait for what is still worked out."""
        super().close_down()
        self.desk.changed.disconnect(self._take_up_person)
        self._graded_on.clear()
        works = (self._listing, self._opening, self._grading, self._noise, self._trends)
        for each in works:
            each.forget()
        self.looking.close_down()

    # ---- tabs --------------------------------------------------------------------------------

    def show_tab(self, tab: str) -> None:
        """Show one of the four; without an open recording there is none to look at."""
        if tab == "looking" and self.kept.looking is None:
            self.desk.say("info", tr("Choose a recording first."))
            tab = "recordings"
        self.kept.tab = tab
        self.tabs.show_choice(tab)
        self.tabs.buttons["looking"].setEnabled(self.kept.looking is not None)
        self.stack.setCurrentIndex(TABS.index(tab))
        self.save_button.setEnabled(tab != "recordings")
        match tab:
            case "recordings":
                self.list_recordings()
                self.recordings.table.setFocus()
            case "looking":
                self.looking.timeline.setFocus()
            case "trends":
                self.show_trends()

    # ---- recordings --------------------------------------------------------------------------

    @property
    def _person(self) -> str:
        """The pseudonym of whose recordings are listed, or nothing."""
        person = self.desk.person
        return person.id if person is not None and not self.kept.others else ""

    def _take_up_person(self) -> None:
        person = self.desk.person
        self.recordings.show_whose(
            "others" if self.kept.others or person is None else "own", person is not None
        )
        if self.isVisible() and self.kept.tab in ("recordings", "trends"):
            self.show_tab(self.kept.tab)

    def _list_whose(self, whose: str) -> None:
        self.kept.others = whose == "others"
        self.list_recordings()

    def list_recordings(self) -> None:
        """Look which recordings there are."""
        desk, person = self.desk, self.desk.person
        own = person is not None and not self.kept.others
        folder = desk.preferences.folder / "recordings"
        written = desk.station.recording if desk.station is not None else None

        def work() -> list[Listed]:
            paths = person.sessions() if own and person is not None else recordings_in(folder)
            return listed(paths, written)

        def done(found: list[Listed]) -> None:
            if found:
                self.recordings.show_list(found)
            else:
                self.recordings.say(
                    tr("No recordings here yet. Each drill and each recording of the live view "
                       "appears here; any other file opens with “Open another file …”.")
                )  # fmt: skip

        self._listing.ask(work, done, lambda error: self.recordings.say(str(error)))

    def choose_file(self) -> None:
        """Ask which file to open."""
        name, _ = QtWidgets.QFileDialog.getOpenFileName(
            self, tr("Open a recording"), str(self.desk.preferences.folder)
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open a recording, or any file that can be imported, and look at it."""
        folder = path.resolve().parent.parent
        owner = next((p for p in self.desk.library.people() if p.folder.resolve() == folder), None)
        self.desk.say("info", tr("Opening {name} …", name=path.name))

        def work() -> Opened:
            return open_recording(path, owner.results()[0] if owner is not None else ())

        def done(opened: Opened) -> None:
            self.desk.say("info", "")
            watching = Watching(opened.begin_s, opened.end_s)
            self.kept.looking = Looking(opened, watching, owner.id if owner is not None else "")
            self.looking.show_looking(self.kept.looking)
            self.show_tab("looking")
            self._grade()

        self._opening.ask(work, done, self._failed)

    def _grade(self) -> None:
        """Have the drills graded again of which nobody kept how they went."""
        looking = self.kept.looking
        self._graded_on.clear()
        if looking is None or not looking.opened.wants_grading:
            return
        before, going = looking.opened, threading.Event()
        going.set()
        self._graded_on = going

        def done(after: Opened) -> None:
            if looking.opened is before and going.is_set():
                looking.opened = after
                self.looking.take_marks()

        self._grading.ask(lambda: graded(before, going.is_set), done, self._failed)

    def mend(self, path: Path) -> None:
        """Save what can be read of a recording that broke off."""

        def done(saved: Path) -> None:
            self.desk.say("good", tr("Saved what can be read as {name}.", name=saved.name))
            self.list_recordings()

        self.desk.say("info", tr("Reading {name} …", name=path.name))
        self._opening.ask(lambda: mend(path), done, self._failed)

    def _failed(self, error: SolemetryError) -> None:
        self.desk.say("error", str(error))

    # ---- comparing ---------------------------------------------------------------------------

    def compare(self, chosen: Chosen, place: str) -> None:
        """Take one side of a comparison; once there are both, show it."""
        setattr(self.kept, place, chosen)
        if self.kept.first is not None and self.kept.second is not None:
            self.desk.say("info", "")
            self._show_comparison()
            self.show_tab("comparing")
        else:
            self.desk.say("good", tr("Kept for comparing: {part}.", part=chosen.part))

    def swap(self) -> None:
        """Have the two sides change places."""
        self.kept.first, self.kept.second = self.kept.second, self.kept.first
        self._show_comparison()

    def _show_comparison(self) -> None:
        first, second = self.kept.first, self.kept.second
        self._noise.drop()
        of = _noise_of(first, second)
        if of is not None and of in self.kept.noise:
            self.comparing.show_two(first, second, self.kept.noise[of], tr(
                "Own noise: where the second stays in 95 of 100 cases while nothing has changed, "
                "by the first days with repeats."
            ))  # fmt: skip
            return
        unknown = tr("Own noise is known of repetitions of the same drill under the same "
                     "circumstances, once two days have recorded repeats.")  # fmt: skip
        self.comparing.show_two(first, second, None, unknown)
        there = {person.id: person for person in self.desk.library.people()}
        if of is None or of[0] not in there:
            return
        name, like, side = of
        self.comparing.show_two(first, second, None, tr("Working out own noise …"))

        def done(noise: dict[str, OwnMdc]) -> None:
            self.kept.noise[of] = noise
            self._show_comparison()

        self._noise.ask(
            lambda: own_noise(there[name], like, side),
            done,
            lambda _: self.comparing.show_two(first, second, None, unknown),
        )

    # ---- trends ------------------------------------------------------------------------------

    def _keep_trend(self, choice: TrendChoice) -> None:
        self.kept.trend = choice

    def show_trends(self) -> None:
        """Work out the trends of who is chosen."""
        desk, person = self.desk, self.desk.person
        if person is None:
            self.trends.say(tr("Trends are of one person: choose who practises on the first page."))
            return
        index, kept = desk.library.index, self.kept

        def work() -> tuple[TrendChoices, tuple[BaseOf, ...]]:
            kept.shelf = kept.shelf or desk.shelf
            choices = TrendChoices(trends(index.values(person.id)), titles_of(kept.shelf))
            return choices, bases_over_time(person.sessions())

        def done(found: tuple[TrendChoices, tuple[BaseOf, ...]]) -> None:
            choices, bases = found
            if choices.drills() or bases:
                self.trends.show_trends(choices, self.kept.trend, bases)
            else:
                self.trends.say(
                    tr("No values yet. Each drill adds to them, and what they show is your own "
                       "past alone.")
                )  # fmt: skip

        if not self.trends.shown:
            self.trends.say(tr("Looking …"))
        self._trends.ask(work, done, lambda error: self.trends.say(str(error)))

    # ---- saving ------------------------------------------------------------------------------

    def choose_save(self) -> None:
        """Ask where to save what is shown, and as what."""
        kinds = {
            tr("Picture (*.png)"): ".png",
            tr("Picture of lines (*.svg)"): ".svg",
            tr("Table (*.csv)"): ".csv",
        }
        name, kind = QtWidgets.QFileDialog.getSaveFileName(
            self, tr("Save what is shown"), str(self.desk.preferences.folder), ";;".join(kinds)
        )
        if name:
            path = Path(name)
            self.save(path if path.suffix else path.with_suffix(kinds.get(kind, ".png")))

    def save(self, path: Path) -> None:
        """Save what is shown: a table as CSV, or a picture as PNG or SVG, by the file's ending."""
        try:
            if not self._is_something_shown():
                raise SolemetryError(tr("There is nothing to save yet."))
            if path.suffix == ".csv":
                tables.write_csv(path, self._table())
            else:
                save_pictures(path, self._title(), self._pictures())
        except SolemetryError as error:
            self._failed(error)
        else:
            self.desk.say("good", tr("Saved {name}.", name=str(path)))

    def _is_something_shown(self) -> bool:
        match self.kept.tab:
            case "looking":
                return self.kept.looking is not None and self.kept.looking.measured is not None
            case "comparing":
                return bool(self.comparing.found)
            case "trends":
                choice = self.trends.choice
                return bool(self.trends.bases_shown if choice.bases else self.trends.shown)
        return False

    def _title(self) -> str:
        kept = self.kept
        if kept.tab == "looking" and kept.looking is not None:
            return f"{titled(kept.looking)}, {part_in_words(kept.looking)}"
        if kept.tab == "comparing" and kept.first is not None and kept.second is not None:
            sides = (f"{one.title}, {one.part} {one.of}" for one in (kept.first, kept.second))
            return " | ".join(side.strip() for side in sides)
        choice = self.trends.choice
        return tr("Functional base") if choice.bases else self.trends.title

    def _pictures(self) -> list[list[Picture]]:
        match self.kept.tab:
            case "looking":
                return [self.looking.at_moment.pictures, [self.looking.timeline]]
            case "comparing":
                return [list(self.comparing.pictures)]
        return [self.trends.pictures]

    def _table(self) -> tables.Rows:
        kept = self.kept
        if kept.tab == "looking" and kept.looking is not None and kept.looking.measured is not None:
            return tables.of_span(str(kept.looking.path), kept.looking.measured)
        if kept.tab == "comparing" and kept.first is not None and kept.second is not None:
            return tables.of_comparison(kept.first, kept.second, self.comparing.found)
        if self.trends.choice.bases:
            return tables.of_bases(self.trends.bases_shown)
        return tables.of_trends(self.trends.shown)


def _noise_of(first: Chosen | None, second: Chosen | None) -> NoiseOf | None:
    """Return whose noise, and of what, two spans can be held against; None where of none."""
    if first is None or second is None or first.alike is None:
        return None
    of = (first.person, first.alike, first.side)
    return of if of == (second.person, second.alike, second.side) else None
