# SPDX-License-Identifier: Apache-2.0
"""Drills from first to last: choosing one, getting ready, doing it, how it went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import perf_counter_ns

from PySide6 import QtWidgets

from solemetry.errors import SolemetryError
from solemetry_host.drills.choosing import Choice, Choosing, choosing
from solemetry_host.drills.on_devices.chosen import Chosen
from solemetry_host.drills.on_devices.known import Known, known_of
from solemetry_host.drills.on_devices.needs import sensors_of
from solemetry_host.drills.on_devices.session import DrillSession
from solemetry_host.drills.showing.ear import DrillEar
from solemetry_host.drills.wanted import Wanted
from solemetry_host.live.latency import Latencies
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.sound.voice import find_voice
from solemetry_host.windows.drilling.after_view import AfterView
from solemetry_host.windows.drilling.before_view import BeforeView
from solemetry_host.windows.drilling.drill_view import DrillView
from solemetry_host.windows.drilling.running_view import RunningView
from solemetry_host.windows.drilling.shelf_view import ShelfView
from solemetry_host.windows.look.parts import column
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.page import Page
from solemetry_host.windows.shell.working import Work, in_background
from solemetry_host.words import chosen, tr

_SESSION, _WANTED, _CHOOSING = "drill session", "drill wanted", "drills to choose from"
"""What the desk keeps the drill under that is being done, the one that is shown, and all."""

_BEFORE = ("asking", "registering", "weighing", "drawing", "ready")


class DrillingPage(Page):
    """Shows one step of a drill at a time; the session itself outlives the page."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.choosing: Choosing | None = None
        self._looks = False
        self._works: list[Work[object]] = []
        self._left: list[DrillSession] = []
        self.shelf = ShelfView(self.show_drill)
        self.drill = DrillView(self.start, self.show_shelf)
        self.before = BeforeView(desk.open_ear, self.leave_session)
        self.running = RunningView(self.switch_sound)
        self.after = AfterView(self.do_again, self.do_next, self.leave_session)
        self._views = QtWidgets.QStackedWidget()
        for view in (self.shelf, self.drill, self.before, self.running, self.after):
            self._views.addWidget(view)
        self.setLayout(column(self._views))
        self._drawn_state = ""
        desk.changed.connect(self._take_up)

    @property
    def session(self) -> DrillSession | None:
        """The drill that is being done, or was done last."""
        kept = self.desk.kept.get(_SESSION)
        return kept if isinstance(kept, DrillSession) else None

    @property
    def wanted(self) -> Wanted | None:
        """The drill that is shown, or is to be as soon as the drills are there."""
        kept = self.desk.kept.get(_WANTED)
        return kept if isinstance(kept, Wanted) else None

    # ---- what happens to a page --------------------------------------------------------------

    def entered(self) -> None:
        """Take up what was done elsewhere, and files that have come or changed."""
        self._take_up()
        if self.session is None:
            self.shelf.search.setFocus()
            if not self._looks:
                self._look_at_drills()

    def show_what(self, what: object) -> None:
        """Show a drill that another page asks for; without one, all of them."""
        if not isinstance(what, Wanted) or (self.session is not None and self.session.runs):
            return
        self._end_session()
        self.desk.kept[_WANTED] = what
        self._show_wanted()

    def may_leave(self) -> bool:
        """Not while somebody stands there."""
        if self.session is not None and self.session.runs:
            self.desk.say("warning", tr("A drill is running. Stop it first: Escape."))
            return False
        return True

    def left(self) -> None:
        """Fall silent."""
        self.before.hush()

    def draw(self, snapshot: Snapshot) -> None:
        """Draw one moment."""
        session = self.session
        if session is None:
            sensors = sensors_of(snapshot.devices)
            self.shelf.draw(sensors)
            self.drill.draw(sensors)
            return
        session.look(perf_counter_ns())
        self._follow(session)
        view = self._views.currentWidget()
        if isinstance(view, BeforeView | RunningView | AfterView):
            view.draw()

    def close_down(self) -> None:
        """Wait for what is still worked out."""
        self.left()
        self.desk.changed.disconnect(self._take_up)
        for work in self._works:
            work.forget()
        for session in self._left:
            session.close()

    # ---- choosing ----------------------------------------------------------------------------

    def show_shelf(self) -> None:
        """Show all drills."""
        self.desk.kept.pop(_WANTED, None)
        self._views.setCurrentWidget(self.shelf)
        self.shelf.search.setFocus()

    def show_drill(self, choice: Choice, level: int | None = None) -> None:
        """Show one drill."""
        assert self.choosing is not None, "there is something to choose from"
        person = self.desk.person
        ages = person.profile.ages(datetime.now().date()) if person is not None else None
        self.desk.kept[_WANTED] = Wanted(choice.drill.id, level)
        self.drill.show_choice(choice, self.choosing, sum(ages) / 2 if ages else None, level)
        self._views.setCurrentWidget(self.drill)
        self.drill.start.setFocus()

    def _take_up(self) -> None:
        """Look at the drills anew where somebody else practises."""
        if self._looks or (self.session is not None and self.session.runs):
            return
        whose, found = self.desk.kept.get(_CHOOSING, (None, None))
        if whose != self.desk.preferences.person:
            self._look_at_drills()
        elif found is not self.choosing:
            self._show_choosing(found)

    def _look_at_drills(self) -> None:
        whose, person = self.desk.preferences.person, self.desk.person
        now, shelf = datetime.now().astimezone(), self.desk.shelf
        self._looks = True

        def show(found: object) -> None:
            self._looks = False
            if self.desk.kept.get(_CHOOSING) != (whose, found):
                self.desk.kept[_CHOOSING] = (whose, found)
            self._take_up()

        self._do_aside(lambda: choosing(shelf, person, now), show)

    def _show_choosing(self, found: object) -> None:
        if isinstance(found, Choosing):
            self.choosing = found
            self.shelf.show_choosing(found)
            self._show_wanted()

    def _show_wanted(self) -> None:
        wanted = self.wanted
        if wanted is None or self.choosing is None or self.session is not None:
            return
        choice = self.choosing.choice(wanted.drill)
        if choice is None:
            self.show_shelf()
            return
        self.show_drill(choice, wanted.level)

    # ---- one session -------------------------------------------------------------------------

    def start(self) -> None:
        """Begin with what is asked before the drill that is shown."""
        choice = self.drill.choice
        if choice is None or self.choosing is None:
            return
        self.drill.start.setEnabled(False)
        self.desk.kept[_WANTED] = Wanted(choice.drill.id, self.drill.level)
        wants = choice.chosen(
            self.drill.level, self.choosing.norm_tables(choice.drill), sides=self.drill.sides,
            loops=self.drill.loops.isChecked(), language=chosen(),
        )  # fmt: skip
        person, today = self.desk.person, datetime.now().date()

        def begin(known: object) -> None:
            assert isinstance(known, Known), "that is what was asked for"
            self._begin(wants, known)

        self._do_aside(lambda: known_of(person, choice.drill, today), begin)

    def _begin(self, wants: Chosen, known: Known) -> None:
        self.drill.start.setEnabled(True)
        station = self.desk.station if self.desk.snapshot.devices else None
        try:
            session = DrillSession(
                wants, known, station, aside=in_background,
                at=datetime.now().astimezone(), person=self.desk.person,
            )  # fmt: skip
        except SolemetryError as error:
            self.desk.say("error", str(error))
            return
        self.desk.kept[_SESSION] = session
        self.desk.closing.connect(session.close)
        self._drawn_state = ""

    def _follow(self, session: DrillSession) -> None:
        """Show the view of the state that the session is in."""
        self.takes_all = session.state in (*_BEFORE[1:], "running")
        state = "before" if session.state in _BEFORE else session.state
        if state == self._drawn_state:
            return
        came_from, self._drawn_state = self._drawn_state, state
        match state:
            case "before":
                self._views.setCurrentWidget(self.before)
                self.before.show_session(session)
            case "running":
                self._views.setCurrentWidget(self.running)
                self.running.show_session(session)
                if self.desk.preferences.sound and not session.heard:
                    self._let_hear(session)
            case _ if came_from not in ("asking_after", "ended"):
                self._views.setCurrentWidget(self.after)
                self.after.show_session(session, self._next() is not None)
        if state == "ended":
            self.desk.last_recording = session.recording or self.desk.last_recording
            self._look_at_drills()

    def leave_session(self) -> None:
        """Go back to the drill before it began, or to all drills after it."""
        session = self.session
        was_before = session is not None and session.state in _BEFORE
        self._end_session()
        if was_before and self.wanted is not None:
            self._show_wanted()
        else:
            self.show_shelf()

    def do_again(self) -> None:
        """Do the same drill once more."""
        session = self.session
        if session is None:
            return
        self.show_what(Wanted(session.chosen.drill.id, session.chosen.level))
        self.drill.sides = session.chosen.sides
        self.start()

    def do_next(self) -> None:
        """Go on with what today's plan holds next."""
        wanted = self._next()
        self._end_session()
        if wanted is not None:
            self.show_what(wanted)

    def _next(self) -> Wanted | None:
        session = self.session
        if self.choosing is None or session is None:
            return None
        return self.choosing.next_today(after=session.chosen.drill.id)

    def _end_session(self) -> None:
        self.takes_all = False
        session = self.session
        if session is not None:
            self.before.hush()
            session.leave()
            self.desk.closing.disconnect(session.close)
            del self.desk.kept[_SESSION]
            self._left = [each for each in self._left if each.works] + [session]
        self._drawn_state = ""

    # ---- sound -------------------------------------------------------------------------------

    def switch_sound(self) -> None:
        """Let it be heard, or no more."""
        session = self.session
        if session is None:
            return
        if session.heard:
            session.listen(None)
            self.desk.prefer(sound=False)
        else:
            self.desk.prefer(sound=True)
            self._let_hear(session)

    def _let_hear(self, session: DrillSession) -> None:
        station, drill = self.desk.station, session.chosen.drill
        latencies = station.latencies if station is not None else Latencies()

        def hear(ear: object) -> None:
            assert isinstance(ear, DrillEar), "that is what was asked for"
            session.listen(ear)

        self._do_aside(lambda: DrillEar(drill, self.desk.open_ear(latencies), find_voice()), hear)

    def _do_aside(
        self, work: Callable[[], object], done: Callable[[object], object]
    ) -> None:
        begun = in_background(work, done, self._say_failed)
        self._works = [*(each for each in self._works if each.running), begun]

    def _say_failed(self, error: SolemetryError) -> None:
        self._looks = False
        self.drill.start.setEnabled(True)
        self.desk.say("error", str(error))
