# SPDX-License-Identifier: Apache-2.0
"""What all pages share: who is there, which devices are connected, what is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6 import QtCore

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.shelf import Shelf, own_drills
from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.live.station import Station
from solemetry_host.people.folder import Library, Person
from solemetry_host.preferences import Preferences, write_preferences
from solemetry_host.windows.shell.working import Work, in_background
from solemetry_host.words import tr

OpenStation = Callable[[Sequence[str]], Station]
OpenEar = Callable[[Latencies], Ear]


class Desk(QtCore.QObject):
    """Holds what pages share, and tells them when it changes.

    Parameters
    ----------
    preferences : Preferences
    preferences_file : Path or None
        Where they are kept; None: nowhere.
    open_station : callable
        From device URLs to a station that connects nothing yet.
    open_ear : callable
        From where it notes how late it is to an ear.
    recordings : Path, optional
        Where recordings of nobody in particular go; else into the library folder.

    Attributes
    ----------
    changed : Signal
        Another person, other devices, or other preferences.
    said : Signal(str, str)
        A message: its level and its text.
    asked_for : Signal(str, object)
        A page, by name, and what to show there; None: whatever it shows.
    closing : Signal
        The window goes: what still runs has to end.
    station : Station or None
    last_recording : Path or None
    kept : dict of str to anything
        What pages keep, by their names, for when they are built anew.
    """

    changed = QtCore.Signal()
    said = QtCore.Signal(str, str)
    asked_for = QtCore.Signal(str, object)
    closing = QtCore.Signal()

    def __init__(
        self,
        preferences: Preferences,
        preferences_file: Path | None,
        open_station: OpenStation,
        open_ear: OpenEar = Ear,
        recordings: Path | None = None,
    ) -> None:
        super().__init__()
        self.preferences = preferences
        self.open_ear = open_ear
        self.station: Station | None = None
        self.last_recording: Path | None = None
        self.kept: dict[str, Any] = {}
        self._file = preferences_file
        self._open_station = open_station
        self._recordings = recordings
        self._works: list[Work[Path | None]] = []

    # ---- what is remembered ------------------------------------------------------------------

    def prefer(self, **changed: Any) -> None:
        """Remember something, and tell everybody."""
        preferences = self.preferences.but(**changed)
        if preferences == self.preferences:
            return
        self.preferences = preferences
        if self._file is not None:
            try:
                write_preferences(self._file, preferences)
            except SolemetryError as error:
                self.say("warning", str(error))
        self.changed.emit()

    def say(self, level: str, text: str) -> None:
        """Show somebody a message."""
        self.said.emit(level, text)

    def show_page(self, name: str, what: object = None) -> None:
        """Go to a page."""
        self.asked_for.emit(name, what)

    # ---- who ---------------------------------------------------------------------------------

    @property
    def library(self) -> Library:
        """Everybody, and what they recorded."""
        return Library(self.preferences.folder)

    @property
    def shelf(self) -> Shelf:
        """The drills there are, and those of one's own, as their files are now."""
        return Shelf(own_drills(self.preferences.folder))

    @property
    def person(self) -> Person | None:
        """Who is practising; None: nobody in particular."""
        there = {person.id: person for person in self.library.people()}
        return there.get(self.preferences.person)

    # ---- devices -----------------------------------------------------------------------------

    @property
    def snapshot(self) -> Snapshot:
        """The newest moment."""
        return self.station.snapshot if self.station is not None else Snapshot()

    @property
    def connected(self) -> bool:
        """Whether there is a device to let go of; one that could not be opened is none."""
        return self.station is not None and self.station.failure is None

    def connect_to(self, urls: Sequence[str]) -> bool:
        """Connect devices in the place of those that are there; return whether that has begun."""
        try:
            station = self._open_station(urls)
        except SolemetryError as error:
            self.say("error", str(error))
            return False

        def connect() -> None:
            if self.station is station:
                station.connect()

        self._turn_to(station, connect)
        self.prefer(devices=tuple(urls))
        self.changed.emit()
        return True

    def disconnect_all(self) -> None:
        """Let go of all devices; a recording that runs is ended and kept."""
        if self.station is not None:
            self._turn_to(None, lambda: None)
            self.changed.emit()

    def _turn_to(self, station: Station | None, then: Callable[[], object]) -> None:
        """Have another station from now on, and go on once the devices of the last are free."""
        before, self.station = self.station, station
        if before is None:
            then()
        else:
            self._aside(partial(_end, before), then)

    def finish(self) -> None:
        """Let go of all devices, and wait until everything is kept: the app is closing."""
        self.disconnect_all()
        for work in self._works:
            work.wait()

    # ---- recording ---------------------------------------------------------------------------

    @property
    def recording(self) -> bool:
        """Whether a recording runs."""
        return self.station is not None and self.station.recording is not None

    def start_recording(self) -> Path | None:
        """Record into the folder of who is there; return the file, or None where that fails."""
        station = self.station
        if station is None:
            return None
        person = self.person
        path = self._new_recording(person)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            station.record(path, person.id if person is not None else "")
        except (OSError, SolemetryError) as error:
            self.say("error", str(error))
            return None
        self.changed.emit()
        return path

    def _new_recording(self, person: Person | None) -> Path:
        if self._recordings is None and person is not None:
            return person.new_session(datetime.now(UTC))
        folder = self._recordings or self.preferences.folder / "recordings"
        return folder / datetime.now().strftime("%Y-%m-%d_%H-%M-%S.h5")

    def stop_recording(self) -> None:
        """End the recording. It is packed beside the interface, for that may take seconds."""
        station = self.station
        if station is not None and station.recording is not None:
            self._aside(station.stop_recording, lambda: None)

    def _aside(self, work: Callable[[], Path | None], then: Callable[[], object]) -> None:
        """Do what ends a recording, and say where that is kept."""

        def done(path: Path | None) -> None:
            if path is not None:
                self.last_recording = path
                self.say("good", tr("Saved: {path}", path=path))
            then()
            self.changed.emit()

        def failed(error: SolemetryError) -> None:
            self.say("error", str(error))
            then()
            self.changed.emit()

        self._works = [each for each in self._works if each.running]
        self._works.append(in_background(work, done, failed))


def _end(station: Station) -> Path | None:
    """End what a station records, and let go of its devices; return the recording."""
    try:
        return station.stop_recording() if station.recording is not None else None
    finally:
        station.disconnect()
