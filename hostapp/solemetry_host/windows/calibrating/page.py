# SPDX-License-Identifier: Apache-2.0
"""The calibration page: choose, do it step by step, keep what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from PySide6 import QtWidgets

from solemetry.calibrating import CalibrationError, Record, write_record
from solemetry.errors import SolemetryError
from solemetry.foot import Side
from solemetry_host.calibrating.check import PlateCheck
from solemetry_host.calibrating.insole import InsoleCalibration, PlateUnder
from solemetry_host.calibrating.keeping import keep
from solemetry_host.calibrating.on_devices import LiveCalibration, ask, hands_of
from solemetry_host.calibrating.on_points import OnPoints
from solemetry_host.calibrating.plate import PlateCalibration, Second
from solemetry_host.calibrating.procedure import Procedure
from solemetry_host.calibrating.step import Place, title
from solemetry_host.live.calibrations import Calibrations, Which
from solemetry_host.live.device import LiveDevice
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.windows.calibrating.choosing import Choice, Choosing
from solemetry_host.windows.calibrating.doing import Doing
from solemetry_host.windows.look.parts import column, label, scrolled
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.page import Page
from solemetry_host.words import tr


class CalibratingPage(Page):
    """Calibrates what is connected, and says whether a calibration still holds."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.live: LiveCalibration | None = None
        self._procedure: OnPoints | InsoleCalibration | None = None
        """The one that `doing` was set up for."""
        self._kept = False
        self.choosing = Choosing(self.begin)
        self.doing = Doing(self.ask, self.stop, self.keep, self._choose_file)
        self._stack = QtWidgets.QStackedWidget()
        self._stack.addWidget(scrolled(self.choosing))
        self._stack.addWidget(self.doing)
        self.setLayout(column(label("headline", tr("Calibrate")), self._stack))

    # ---- what a person asks ----------------------------------------------------------------

    def begin(self, choice: Choice) -> None:
        """Begin what was chosen on the devices that are connected."""
        station = self.desk.station
        if station is None:
            return
        streams = {choice.stream}
        if choice.what == "insole":
            views = station.snapshot.devices
            plates = (v for v in views if v.layout.kind == "plate" and v.link.calibrated)
            streams |= {view.stream for view in [*plates][:1]}
        self.live = LiveCalibration(
            lambda devices: _made(choice, devices), hands_of(station), streams
        )
        self._procedure, self._kept = None, False
        station.follow(self.live)

    def ask(self, action: str, **detail: object) -> None:
        """Ask the calibration to go on, to leave a step out, or to do one again."""
        if self.desk.station is not None:
            ask(self.desk.station, action, **detail)

    def stop(self) -> None:
        """Leave the calibration; one that was not kept is gone, so that is asked first."""
        if not self._under_way or self._kept or self._sure():
            self._leave()

    def keep(self) -> Path | None:
        """Keep it where the app finds it from now on; return the file."""
        record, device = self._record, self._device
        if record is None or device is None:
            return None
        try:
            folder = Calibrations.of_library(self.desk.preferences.folder)
            kept = keep(record, Which.of(device.opened), folder)
        except SolemetryError as error:
            self.desk.say("error", str(error))
            return None
        self._kept = True
        self.desk.say("good", tr("Kept: {path}. It is used from the next connection on.",
                                 path=kept.path))
        return kept.path

    def export(self, path: Path) -> None:
        """Save a copy of it."""
        record = self._record
        if record is None:
            return
        try:
            write_record(record, path)
        except (OSError, SolemetryError) as error:
            self.desk.say("error", str(error))
            return
        self.desk.say("good", tr("Saved: {path}", path=path))

    # ---- what happens to a page ------------------------------------------------------------

    def draw(self, snapshot: Snapshot) -> None:
        """Draw what the calibration shows now."""
        live = self.live
        self._stack.setCurrentIndex(0 if live is None else 1)
        if live is None:
            self.choosing.draw(snapshot)
            return
        station = self.desk.station
        failed = station.not_followed if station is not None else None
        if station is None or failed is not None:
            self._leave()
            gone = tr("The device is gone; what was not kept is lost. Connect it and begin again.")
            self.desk.say("error", str(failed) if failed is not None else gone)
            return
        if live.procedure is not None and live.shown is not None:
            procedure = live.procedure
            if procedure is not self._procedure:
                assert isinstance(procedure, OnPoints | InsoleCalibration)
                self._procedure = procedure
                self._set_up(procedure)
            self.doing.draw(live.shown)

    def may_leave(self) -> bool:
        """Ask first where something would be lost."""
        if not self._under_way or self._kept:
            return True
        return self._sure()

    def left(self) -> None:
        """Leave a calibration that is under way."""
        self._leave()

    # ---- small change ----------------------------------------------------------------------

    @property
    def _under_way(self) -> bool:
        shown = self.live.shown if self.live is not None else None
        return shown is not None and bool(shown.captured)

    @property
    def _record(self) -> Record | None:
        procedure = self._procedure
        if not isinstance(procedure, PlateCalibration | InsoleCalibration):
            return None
        try:
            return procedure.record
        except SolemetryError as error:
            self.desk.say("error", str(error))
            return None

    @property
    def _device(self) -> LiveDevice | None:
        kind = "insole" if isinstance(self._procedure, InsoleCalibration) else "plate"
        return self.live.devices.get(kind) if self.live is not None else None

    def _set_up(self, procedure: OnPoints | InsoleCalibration) -> None:
        marks: tuple[tuple[int, Place], ...] = ()
        if isinstance(procedure, OnPoints):
            marks = tuple(
                (int(name.rpartition("-")[2]), places[0])
                for name, places in procedure.places.items()
                if name.startswith("point")
            )
        self.doing.begin(procedure.steps, title, procedure.device.layout, marks)

    def _leave(self) -> None:
        self.live = self._procedure = None
        if self.desk.station is not None:
            self.desk.station.follow(None)

    def _sure(self) -> bool:
        answer = QtWidgets.QMessageBox.question(
            self, tr("Stop calibrating?"), tr("What was read so far is lost.")
        )
        return answer == QtWidgets.QMessageBox.StandardButton.Yes

    def _choose_file(self) -> None:
        record = self._record
        if record is None:
            return
        name = f"{record.device_id}-{record.calibration.date}.json"
        chosen, _ = QtWidgets.QFileDialog.getSaveFileName(self, tr("Save a copy"), name)
        if chosen:
            self.export(Path(chosen))


def _made(choice: Choice, devices: Mapping[str, LiveDevice]) -> Procedure | None:
    """Return the calibration that was chosen, once its devices are there."""
    plate = devices.get("plate")
    if plate is None:
        return None
    today = date.today().isoformat()
    match choice.what:
        case "plate":
            second = None
            if choice.second_kg is not None:
                second = Second(choice.second_kg, choice.second_is_person)
            return PlateCalibration(plate.description, choice.mass_kg, date=today, second=second)
        case "check":
            return PlateCheck(plate.description, choice.mass_kg, plate.calibration)
        case "insole":
            insole = devices.get("insole")
            if insole is None:
                return None
            under = PlateUnder(plate.description, plate.calibration)
            return InsoleCalibration(insole.description, _side(insole), under, date=today)


def _side(insole: LiveDevice) -> Side:
    """Return the side an insole says it is worn on.

    Raises
    ------
    CalibrationError
        When it does not say.
    """
    match insole.opened.side:
        case "left" | "right" as side:
            return side
    raise CalibrationError(
        f"{insole.description.id} does not say which foot it is worn on.",
        "Tell it: solemetry side --device URL left.",
    )
