# SPDX-License-Identifier: Apache-2.0
"""The first page: who practises, what is next, what today holds, how the devices are."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from PySide6 import QtWidgets

from solemetry.errors import SolemetryError
from solemetry_host.home.noise import NoiseFloors
from solemetry_host.home.offers import VIRTUAL
from solemetry_host.home.start import Start, next_step
from solemetry_host.home.today import Today, today_of
from solemetry_host.home.who import everybody
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.live.station import Station
from solemetry_host.people.folder import Person
from solemetry_host.windows.home.connect_dialog import SIGNALS, ConnectDialog
from solemetry_host.windows.home.device_tiles import DeviceTiles
from solemetry_host.windows.home.person_dialog import PersonDialog
from solemetry_host.windows.home.plan_of_today import PlanOfToday
from solemetry_host.windows.home.start_card import StartCard
from solemetry_host.windows.home.who_practises import WhoPractises
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import column, holding, scrolled
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.page import Page
from solemetry_host.windows.shell.working import Work, in_background
from solemetry_host.windows.tour.tour import begin_tour
from solemetry_host.words import chosen, tr

TOUR = "tour"
"""What another page asks for to have the tour begin again."""


NOISE, TODAY = "noise", "today"
"""Where the desk keeps the noise that was measured, and of which station; and the day that was
worked out last, of whom, and in which language."""


class HomePage(Page):
    """Brings somebody from opening the app to practising with one press."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.today: Today | None = None
        self._works: list[Work[Today]] = []
        self._whose: str | None = None
        self._followed: Station | None = None
        self._noise = NoiseFloors()
        self.who = WhoPractises(lambda id_: desk.prefer(person=id_), self.add, self.edit)
        self.start = StartCard(self.go)
        self.plan = PlanOfToday(lambda wanted: desk.show_page("drills", wanted))
        self.devices = DeviceTiles(self.choose_devices, lambda: desk.connect_to(VIRTUAL))
        parts = column(
            self.who, self.start, self.plan, self.devices, 1, spacing=theme.SPACE * 3 // 2
        )
        parts.setContentsMargins(0, 0, theme.SPACE // 2, 0)
        self.setLayout(column(scrolled(holding(parts))))
        desk.changed.connect(self._take_up)

    # ---- what happens to a page --------------------------------------------------------------

    def entered(self) -> None:
        """Take up what was done elsewhere, and show newcomers around."""
        self.renew()
        self._follow()
        self.start.button.setFocus()
        if not self.desk.preferences.seen_tour:
            self.show_what(TOUR)

    def show_what(self, what: object) -> None:
        """Begin the tour again."""
        window = self.window()
        if what == TOUR and isinstance(window, QtWidgets.QMainWindow):
            begin_tour(self.desk, window)

    def draw(self, snapshot: Snapshot) -> None:
        """Draw one moment."""
        desk = self.desk
        if self._followed is not desk.station:
            self._follow()
        self.devices.draw(snapshot, self._noise.newest, desk.kept.get(SIGNALS, {}))
        self.start.show_start(
            next_step(desk.connected, snapshot, desk.preferences.devices, self.today)
        )

    def left(self) -> None:
        """Leave the engine to others."""
        if self._followed is not None:
            self._followed.follow(None)
        self._followed = None

    def close_down(self) -> None:
        """Wait for what is still worked out."""
        self.left()
        self.desk.changed.disconnect(self._take_up)
        for work in self._works:
            work.forget()

    # ---- what is asked -----------------------------------------------------------------------

    def go(self, start: Start) -> None:
        """Start what is next."""
        match start.act:
            case "choose devices":
                self.choose_devices()
            case "reconnect":
                self.desk.connect_to(self.desk.preferences.devices)
            case "drill":
                self.desk.show_page("drills", start.wanted)
            case "live":
                self.desk.show_page("live")

    def choose_devices(self) -> None:
        """Ask which devices to connect."""
        ConnectDialog(self.desk, self.window()).open()

    def add(self) -> None:
        """Ask about somebody new."""
        PersonDialog(self.desk, None, self.window()).open()

    def edit(self) -> None:
        """Ask what has changed about who is there; their day may be another then."""
        try:
            dialog = PersonDialog(self.desk, self.desk.person, self.window())
        except SolemetryError as error:
            self.desk.say("error", str(error))
            return
        dialog.accepted.connect(self.renew)
        dialog.open()

    def renew(self) -> None:
        """Look anew at who is there and what today holds."""
        self._whose = None
        self._take_up()

    def _follow(self) -> None:
        """Have the noise of what is connected measured for as long as this page is shown."""
        kept: tuple[Station | None, NoiseFloors]
        kept = self.desk.kept.get(NOISE, (None, NoiseFloors()))
        self._followed = station = self.desk.station
        self._noise = kept[1] if kept[0] is station else NoiseFloors()
        self.desk.kept[NOISE] = station, self._noise
        if station is not None:
            station.follow(self._noise)

    # ---- what is known -----------------------------------------------------------------------

    def _take_up(self) -> None:
        """Show who is there, and have their day worked out where that is somebody else."""
        people = everybody(self.desk.library)
        self.who.show_people(people, self.desk.preferences.person)
        person = self.desk.person
        if self._whose == (person.id if person else ""):
            return
        self._whose, self.today = (person.id if person else ""), None
        if person is not None:
            self._work_out(person)
        elif people:
            self.plan.say(tr("Choose who practises, and what today holds appears here."))
        else:
            self.plan.say(
                tr("Add yourself, and each day a short plan appears here: three drills at most.")
            )

    def _work_out(self, person: Person) -> None:
        whose, known = self.desk.kept.get(TODAY, (None, None))
        if whose == (person.id, chosen()):
            self._show_today(person, known)  # until it is known whether it still holds
        else:
            self.plan.wait(tr("Looking at what today holds …"))
        now, shelf = datetime.now().astimezone(), self.desk.shelf
        work = in_background(
            lambda: today_of(person, shelf, now),
            lambda today: self._show_today(person, today),
            lambda error: self._show_why_not(person, error),
        )
        self._works = [*(one for one in self._works if one.running), work]

    def _show_today(self, person: Person, today: Today) -> None:
        if self._whose != person.id or self.today == today:
            return  # somebody else has been chosen meanwhile, or nothing has changed
        self.today = today
        self.desk.kept[TODAY] = (person.id, chosen()), today
        self.plan.show_today(today)
        stops = [self.start.button, *(task.start for task in self.plan.tasks), self.devices.add]
        for one, following in pairwise(stops):
            QtWidgets.QWidget.setTabOrder(one, following)

    def _show_why_not(self, person: Person, error: SolemetryError) -> None:
        if self._whose == person.id:
            self.plan.say(str(error))
