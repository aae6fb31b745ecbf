# SPDX-License-Identifier: Apache-2.0
"""The live window: one plate, what it feels, and the buttons to tare and record."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry.errors import SolemetryError
from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies
from solemetry_host.live.snapshot import Link, Metrics, Snapshot
from solemetry_host.live.station import Station
from solemetry_host.windows import theme
from solemetry_host.windows.cards import ForceStrip, NumberCard, ShareCard, card, label
from solemetry_host.windows.diagnostics import DiagnosticsDialog
from solemetry_host.windows.foot_dialog import FootDialog
from solemetry_host.windows.plate_view import PlateView

FRAME_MS = 16

_STATES = {
    "closed": ("○", "Not connected"),
    "connecting": ("◌", "Connecting …"),
    "streaming": ("●", "Connected"),
    "lost": ("◍", "Link lost, trying again …"),
    "ended": ("■", "The recording is at its end"),
    "failed": ("✕", "Could not connect"),
}


class LiveWindow(QtWidgets.QMainWindow):
    """Shows a station and passes on what a person asks of it.

    Parameters
    ----------
    make_station : callable
        Returns the station of a device URL.
    device : str
        The URL to begin with.
    folder : Path
        Where recordings go.
    open_ear : callable
        From where it notes how late it is to an ear.
    """

    def __init__(
        self,
        make_station: Callable[[str], Station],
        device: str,
        folder: Path,
        open_ear: Callable[[Latencies], Ear] = Ear,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Solemetry")
        self.resize(1280, 800)
        self._make_station = make_station
        self._folder = folder
        self._open_ear = open_ear
        self.station: Station | None = None
        self._message_shown = 0
        self._ear: Ear | None = None
        self.diagnostics: DiagnosticsDialog | None = None
        self._arrived_ns = 0
        self.last_recording: Path | None = None

        self.url = QtWidgets.QLineEdit(device)
        self.url.setObjectName("url")
        self.url.setToolTip(
            "serial:/dev/ttyACM0, serial:COM3, ble:insoles, sim:plate or replay:FILE.h5; several "
            "with a comma and a space between"
        )
        self.connect_button = _button("Connect", "C", self.toggle_connection)
        self.tare_button = _button("Tare", "T", self.tare)
        self.foot_button = _button("Foot …", "F", self.register_foot)
        self.zoom_button = _button("Zoom in", "Z", self.toggle_zoom)
        self.sync_button = _button("Sync", "Y", self.toggle_sync)
        self.sync_button.setToolTip(
            "Key Y: bring plate and insoles onto one time by three quick heel raises"
        )
        self.sound_button = _button("Sound on", "S", self.toggle_sound)
        self.diagnostics_button = _button("Diagnostics", "D", self.show_diagnostics)
        self.record_button = _button("Record", "R", self.toggle_recording)
        self.state = label("title")
        self.message = label("message")
        self.message.setWordWrap(True)
        self.message.hide()

        self.plate = PlateView()
        self.strip = ForceStrip()
        self.area = NumberCard("Sway area, 95 % ellipse", "cm²", 2)
        self.velocity = NumberCard("Path velocity", "mm/s", 1)
        self.force = NumberCard("Force", "N", 0)
        self.elapsed = NumberCard("Recording", "s", 1)
        self.right = ShareCard("Left / right", "left", "right")
        self.front = ShareCard("Rear / fore", "rear", "fore")
        self._arrange()

        self._timer = QtCore.QTimer(self)
        self._timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.draw)
        self._timer.start(FRAME_MS)
        self.draw()

    # ---- what a person asks ----------------------------------------------------------------

    def toggle_connection(self) -> None:
        """Connect to the device in the field, or let go of the one that is there."""
        connected = self._connected
        self._disconnect()
        if connected:
            return
        try:
            station = self._make_station(self.url.text().strip())
        except SolemetryError as error:
            self.say("error", str(error))
            return
        self.station, self._message_shown = station, 0
        self.message.hide()
        station.connect()

    @property
    def _connected(self) -> bool:
        """Whether there is a device to let go of; one that could not be opened is none."""
        return self.station is not None and self.station.failure is None

    def tare(self) -> None:
        """Set the zero of the empty plate."""
        if self.station is not None:
            self.station.command("tare")

    def register_foot(self) -> None:
        """Open the dialog that registers a foot."""
        if self.station is not None:
            dialog = FootDialog(self.station.command, self)
            dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.show()

    def toggle_zoom(self) -> None:
        """Show the whole plate, or the sway alone."""
        zoom_in = self.zoom_button.text() == "Zoom in"
        self.plate.set_whole_plate(not zoom_in)
        self.zoom_button.setText("Whole plate" if zoom_in else "Zoom in")
        self.zoom_button.setShortcut("Z")

    def toggle_sync(self) -> None:
        """Look for three quick heel raises, or do so no more."""
        if self.station is not None:
            self.station.command("sync_stop" if self.station.snapshot.syncing else "sync")

    def toggle_sound(self) -> None:
        """Let the sway be heard: silent near its middle, else to the side, higher and louder."""
        if self._ear is not None:
            self._ear.close()
            self._ear = None
        elif self.station is not None:
            self._ear = self._open_ear(self.station.latencies)
            self.say("info", f"Sound: {self._ear.name}. Near the middle of the sway it is silent.")
        _set_text(self.sound_button, "Sound off" if self._ear is not None else "Sound on", "S")

    def show_diagnostics(self) -> None:
        """Open the pane that says how well everything keeps up."""
        if self.diagnostics is None:
            self.diagnostics = DiagnosticsDialog(lambda: self.station, self)
        self.diagnostics.show()
        self.diagnostics.raise_()

    def toggle_recording(self) -> None:
        """Start a recording, or stop the one that runs."""
        if self.station is None:
            return
        try:
            if self.station.recording is None:
                name = datetime.now().strftime("%Y-%m-%d_%H-%M-%S.h5")
                self.station.record(self._folder / name)
            else:
                self._stop_recording(self.station)
        except SolemetryError as error:
            self.say("error", str(error))

    def _stop_recording(self, station: Station) -> None:
        self.last_recording = station.stop_recording()
        self.say("info", f"Saved: {self.last_recording}")

    def _disconnect(self) -> None:
        station, self.station = self.station, None
        if self._ear is not None:
            self.toggle_sound()
        if station is None:
            return
        try:
            if station.recording is not None:
                self._stop_recording(station)
        except SolemetryError as error:
            self.say("error", str(error))
        finally:
            station.disconnect()

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Finish what runs before the window goes."""
        self._timer.stop()
        self._disconnect()
        event.accept()

    # ---- drawing ---------------------------------------------------------------------------

    def say(self, level: str, text: str) -> None:
        """Show a message."""
        self.message.setText(text)
        self.message.setProperty("level", level)
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)
        self.message.show()

    def draw(self) -> None:
        """Draw the newest snapshot."""
        snapshot = self.station.snapshot if self.station is not None else Snapshot()
        for message in snapshot.messages:
            if message.number > self._message_shown:
                self._message_shown = message.number
                self.say(message.level, message.text)
        if self._ear is not None:
            self._ear.hear(snapshot)
        self.plate.draw(snapshot)
        self.strip.draw(snapshot)
        self._draw_numbers(snapshot.metrics, snapshot.elapsed_s)
        self._draw_state(snapshot)
        self._draw_buttons(snapshot)
        if self.station is not None and snapshot.arrived_ns > self._arrived_ns:
            self._arrived_ns = snapshot.arrived_ns
            note = partial(self.station.latencies.note, "paint", snapshot.arrived_ns)
            QtCore.QTimer.singleShot(0, note)  # Qt paints first

    def _draw_numbers(self, metrics: Metrics | None, elapsed_s: float | None) -> None:
        self.elapsed.show_value(math.nan if elapsed_s is None else elapsed_s)
        if metrics is None:
            for number in (self.area, self.velocity, self.force):
                number.show_value(math.nan)
            return
        window = f"last {metrics.window_s:.0f} s"
        if metrics.covered_s < metrics.window_s - 0.1:
            window += f" ({metrics.covered_s:.0f} s so far)"
        area_cm2 = metrics.ellipse.area_mm2 / 100 if metrics.ellipse is not None else math.nan
        self.area.show_value(area_cm2, window)
        self.velocity.show_value(metrics.velocity_mm_s, window)
        self.force.show_value(metrics.force_n, "now")
        self.right.show_share(metrics.right)
        self.front.show_share(metrics.front)

    def _draw_state(self, snapshot: Snapshot) -> None:
        link = snapshot.link
        sign, words = _STATES[link.state]
        text = f"{sign} {words}"
        if link.device:
            text += f" · {link.device}"
        if link.rows:
            text += f" · {_link_numbers(link)}"
        if snapshot.busy:
            text = f"◔ {snapshot.busy}"
        if text != self.state.text():
            self.state.setText(text)

    def _draw_buttons(self, snapshot: Snapshot) -> None:
        connected = self._connected
        streaming = snapshot.link.state == "streaming"
        recording = self.station is not None and self.station.recording is not None
        _set_text(self.connect_button, "Disconnect" if connected else "Connect", "C")
        _set_text(self.record_button, "Stop" if recording else "Record", "R")
        self._restyle(self.record_button, "recording" if recording else "")
        self._restyle(self.connect_button, "" if connected else "primary")
        self.url.setEnabled(not connected)
        self.tare_button.setEnabled(streaming and not snapshot.busy)
        self.foot_button.setEnabled(streaming)
        self.sync_button.setEnabled(snapshot.can_sync or snapshot.syncing)
        _set_text(self.sync_button, "Stop sync" if snapshot.syncing else "Sync", "Y")
        self.sound_button.setEnabled(streaming or self._ear is not None)
        self.record_button.setEnabled(streaming or recording)

    def _restyle(self, button: QtWidgets.QPushButton, name: str) -> None:
        if button.objectName() != name:
            button.setObjectName(name)
            button.style().unpolish(button)
            button.style().polish(button)

    # ---- layout ----------------------------------------------------------------------------

    def _arrange(self) -> None:
        top = QtWidgets.QHBoxLayout()
        top.addWidget(self.url, stretch=1)
        for button in (self.connect_button, self.tare_button, self.foot_button,
                       self.sync_button, self.zoom_button, self.sound_button,
                       self.diagnostics_button, self.record_button):
            top.addWidget(button)

        numbers = QtWidgets.QVBoxLayout()
        numbers.setSpacing(theme.SPACE)
        for panel in (self.area, self.velocity, self.force, self.elapsed, self.right, self.front):
            numbers.addWidget(panel)
        numbers.addStretch()
        side = QtWidgets.QWidget()
        side.setLayout(numbers)
        side.setFixedWidth(300)
        numbers.setContentsMargins(0, 0, 0, 0)

        pictures = QtWidgets.QVBoxLayout()
        pictures.setSpacing(theme.SPACE)
        pictures.addWidget(_framed(self.plate), stretch=3)
        pictures.addWidget(_framed(self.strip), stretch=1)
        middle = QtWidgets.QHBoxLayout()
        middle.setSpacing(theme.SPACE)
        middle.addLayout(pictures, stretch=1)
        middle.addWidget(side)

        page = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(theme.SPACE)
        column.addLayout(top)
        column.addWidget(self.state)
        column.addLayout(middle, stretch=1)
        column.addWidget(self.message)
        self.setCentralWidget(page)


def _button(text: str, key: str, action: Callable[[], None]) -> QtWidgets.QPushButton:
    button = QtWidgets.QPushButton(text)
    button.setShortcut(key)
    button.setToolTip(f"Key {key}")
    button.clicked.connect(lambda: action())
    return button


def _set_text(button: QtWidgets.QPushButton, text: str, key: str) -> None:
    if button.text() != text:
        button.setText(text)
        button.setShortcut(key)  # Qt drops the shortcut with the text


def _framed(widget: QtWidgets.QWidget) -> QtWidgets.QFrame:
    frame = card()
    box = QtWidgets.QVBoxLayout(frame)
    box.setContentsMargins(6, 6, 6, 6)
    box.addWidget(widget)
    return frame


def _link_numbers(link: Link) -> str:
    parts = []
    if math.isfinite(link.rate_hz):
        parts.append(f"{link.rate_hz:.1f} rows/s")
    parts.append(f"{link.lost_rows} lost")
    if link.damaged_frames:
        parts.append(f"{link.damaged_frames} damaged")
    if link.restarts:
        parts.append(f"{link.restarts} restarts")
    if link.silent:
        parts.append(f"no data from {', '.join(link.silent)}")
    if link.saturated:
        parts.append(f"{', '.join(link.saturated)} at the end of its range")
    if math.isfinite(link.clock_half_width_ms):
        parts.append(f"clock ±{link.clock_half_width_ms:.1f} ms")
    if not link.calibrated:
        parts.append("not calibrated: data-sheet gains")
    return " · ".join(parts)
