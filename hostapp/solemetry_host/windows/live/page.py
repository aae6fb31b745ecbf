# SPDX-License-Identifier: Apache-2.0
"""The free live view: what plate and insoles feel, and the buttons to tare and record."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6 import QtCore, QtWidgets

from solemetry_host.live.ear import Ear
from solemetry_host.live.force_units import force_unit
from solemetry_host.live.showing import (
    LAYOUTS,
    Layout,
    Showing,
    insoles_of,
    layouts_of,
    plates_of,
)
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.windows.live.connect_card import ConnectCard
from solemetry_host.windows.live.foot_dialog import FootDialog
from solemetry_host.windows.live.links import links_in_words
from solemetry_host.windows.live.pictures import Pictures
from solemetry_host.windows.live.side import Side
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.flow import Flow
from solemetry_host.windows.look.parts import (
    Notice,
    Segments,
    button,
    column,
    holding,
    label,
    restyle,
    row,
    set_text,
    write,
)
from solemetry_host.windows.settings.diagnostics import Diagnostics
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.page import Page
from solemetry_host.words import tr

_READ_EVERY = 6
"""Frames: numbers that change more often nobody can read."""


class LivePage(Page):
    """Shows what the devices feel, and passes on what a person asks of them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._showing: Showing = desk.kept.setdefault("live", Showing())
        self._ear: Ear | None = None
        self._frames = 0
        self._dialogs: list[QtWidgets.QDialog] = []
        self.diagnostics: Diagnostics | None = None

        self.connect_card = ConnectCard(
            ", ".join(desk.preferences.devices or ("sim:plate",)), self.toggle_connection
        )
        self.pictures = Pictures()
        self.side = Side()
        self.state = label("note", wraps=True)
        self.busy = Notice()
        self._make_buttons()
        view = column(
            Flow(
                self.layouts, self.plate_button, self.record_button, self.tare_button,
                self.foot_button, self.zoom_button, self.sync_button, self.sound_button,
                self.diagnostics_button, self.disconnect_button,
            ),
            self.busy,
            holding(row(self.pictures, self.side)),
            self.state,
        )  # fmt: skip
        view.setStretch(2, 1)
        self._stack = QtWidgets.QStackedWidget()
        self._stack.addWidget(self.connect_card)
        self._stack.addWidget(holding(view))
        self.setLayout(column(self._stack))
        self.draw(desk.snapshot)

    def _make_buttons(self) -> None:
        titles = {"plate": tr("Plate"), "insoles": tr("Insoles"), "both": tr("Both")}
        self.layouts = Segments([(name, titles[name]) for name in LAYOUTS], self.choose_layout)
        for number, name in enumerate(LAYOUTS, start=1):
            set_text(self.layouts.buttons[name], titles[name], str(number))
        self.plate_button = button("", self.show_next_plate, "P")
        self.record_button = button(tr("Record"), self.toggle_recording, "R", "primary")

        self.tare_button = button(tr("Tare"), self.tare, "T")
        self.foot_button = button(tr("Foot …"), self.register_foot, "F")
        self.zoom_button = button(tr("Zoom in"), self.toggle_zoom, "Z")
        self.sync_button = button(tr("Sync"), self.toggle_sync, "Y")
        self.sync_button.setToolTip(
            tr("Key Y: bring plate and insoles onto one time by three quick heel raises")
        )
        self.sound_button = button(tr("Sound on"), self.toggle_sound, "S")
        self.diagnostics_button = button(tr("Diagnostics"), self.show_diagnostics, "D")
        self.disconnect_button = button(tr("Disconnect"), self.toggle_connection, "C")

    def entered(self) -> None:
        """Take up who is there, and the unit that forces are preferred in."""
        preferred, person = self.desk.preferences.force_unit, None
        if preferred == "%":
            person = self.desk.person
        mass_kg = person.profile.mass_kg if person is not None else None
        unit = force_unit(preferred, mass_kg)
        self.pictures.set_unit(unit)
        self.side.set_unit(unit)

    # ---- what a person asks ----------------------------------------------------------------

    def toggle_connection(self) -> None:
        """Connect to the devices in the field, or let go of those that are there."""
        if self.desk.connected:
            self._hush()
            self.desk.disconnect_all()
        else:
            self.desk.connect_to(self.connect_card.urls)

    def choose_layout(self, layout: str) -> None:
        """Show plate, insoles or both, as far as they are there."""
        self._showing.layout = next(name for name in LAYOUTS if name == layout)

    def show_next_plate(self) -> None:
        """Show another plate, where there are several."""
        streams = [view.stream for view in plates_of(self.desk.snapshot)]
        shown = self._showing.plate_of(self.desk.snapshot)
        if shown is not None:
            self._showing.plate = streams[(streams.index(shown.stream) + 1) % len(streams)]

    def tare(self) -> None:
        """Set the zero of the empty plates; of the insoles where they are shown alone."""
        snapshot = self.desk.snapshot
        if self._showing.layout_of(snapshot) != "insoles":
            self._command("tare")
            return
        for insole in insoles_of(snapshot):
            self._command("tare", stream=insole.stream)

    def register_foot(self) -> None:
        """Open the dialog that registers a foot on the plate that is shown."""
        plate = self._showing.plate_of(self.desk.snapshot)
        if plate is not None:
            command = partial(self._command, stream=plate.stream)
            self._open(FootDialog(command, self))

    def toggle_zoom(self) -> None:
        """Show the whole plate, or the sway alone."""
        self._showing.near = not self._showing.near

    def toggle_sync(self) -> None:
        """Look for three quick heel raises, or do so no more."""
        self._command("sync_stop" if self.desk.snapshot.syncing else "sync")

    def toggle_sound(self) -> None:
        """Let the sway be heard: silent near its middle, else to the side, higher and louder."""
        station = self.desk.station
        if self._ear is not None:
            self._hush()
        elif station is not None:
            self._ear = self.desk.open_ear(station.latencies)
            self.desk.say(
                "info",
                tr("Sound: {name}. Near the middle of the sway it is silent.", name=self._ear.name),
            )

    def show_diagnostics(self) -> None:
        """Open the pane that says how well everything keeps up."""
        dialog = QtWidgets.QDialog(self)
        dialog.setWindowTitle(tr("Diagnostics"))
        dialog.resize(theme.look().px(820), theme.look().px(460))
        self.diagnostics = Diagnostics(lambda: self.desk.station)
        box = column(self.diagnostics, 1)
        box.setContentsMargins(*[2 * theme.SPACE] * 4)
        dialog.setLayout(box)
        dialog.finished.connect(self._forget_diagnostics)
        self._open(dialog)

    def _forget_diagnostics(self) -> None:
        self.diagnostics = None

    def toggle_recording(self) -> None:
        """Start a recording, or stop the one that runs."""
        if self.desk.recording:
            self.desk.stop_recording()
        else:
            self.desk.start_recording()

    def _command(self, kind: str, **detail: Any) -> None:
        if self.desk.station is not None:
            self.desk.station.command(kind, **detail)

    def _open(self, dialog: QtWidgets.QDialog) -> None:
        dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(lambda: self._dialogs.remove(dialog))
        self._dialogs.append(dialog)
        dialog.show()

    def _hush(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None

    def left(self) -> None:
        """Fall silent, and close what stands open."""
        self._hush()
        for dialog in list(self._dialogs):
            dialog.close()

    # ---- drawing ---------------------------------------------------------------------------

    def draw(self, snapshot: Snapshot) -> None:
        """Draw one moment: the pictures always, what is read now and then."""
        connected = self.desk.connected
        self._stack.setCurrentIndex(1 if connected else 0)
        if self._ear is not None:
            self._ear.hear(snapshot)
        layout = self._showing.layout_of(snapshot)
        plate = self._showing.plate_of(snapshot)
        self.pictures.draw(layout, plate, insoles_of(snapshot), self._showing.near)
        self._frames += 1
        if self._frames % _READ_EVERY == 1:
            self.side.draw(layout, plate, snapshot)
            self._draw_words(snapshot)
            self._draw_buttons(snapshot, layout)
            if self.diagnostics is not None:
                self.diagnostics.renew_now_and_then()

    def _draw_words(self, snapshot: Snapshot) -> None:
        write(self.state, links_in_words(snapshot))
        write(self.connect_card.state, links_in_words(snapshot))
        write(self.busy, snapshot.busy and f"◔ {snapshot.busy}")
        self.busy.setVisible(bool(snapshot.busy))

    def _draw_buttons(self, snapshot: Snapshot, layout: Layout) -> None:
        there, plates = layouts_of(snapshot), plates_of(snapshot)
        streaming = any(view.link.state == "streaming" for view in snapshot.devices)
        self.layouts.setVisible(len(there) > 1)
        self.layouts.show_choice(layout)
        shown = self._showing.plate_of(snapshot)
        self.plate_button.setVisible(len(plates) > 1)
        if shown is not None:
            set_text(self.plate_button, shown.stream, "P")
        recording = self.desk.recording
        set_text(self.record_button, tr("Stop") if recording else tr("Record"), "R")
        restyle(self.record_button, "recording" if recording else "primary")
        self.record_button.setEnabled(streaming or recording)
        self.tare_button.setEnabled(streaming and not snapshot.busy)
        self.foot_button.setEnabled(streaming and bool(plates))
        self.zoom_button.setEnabled(layout != "insoles")
        near = self._showing.near
        set_text(self.zoom_button, tr("Whole plate") if near else tr("Zoom in"), "Z")
        self.sync_button.setEnabled(snapshot.can_sync or snapshot.syncing)
        set_text(self.sync_button, tr("Stop sync") if snapshot.syncing else tr("Sync"), "Y")
        self.sound_button.setEnabled(streaming or self._ear is not None)
        heard = self._ear is not None
        set_text(self.sound_button, tr("Sound off") if heard else tr("Sound on"), "S")
