# SPDX-License-Identifier: Apache-2.0
"""The settings: looks, language, sound, units, the folder, and how well everything keeps up."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry.device import SIZES_EU
from solemetry_host import words
from solemetry_host.drills.safety import DISCLAIMER
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import (
    Segments,
    button,
    card,
    column,
    holding,
    label,
    row,
    scrolled,
)
from solemetry_host.windows.settings.diagnostics import Diagnostics
from solemetry_host.windows.settings.this_computer import ThisComputer
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.page import Page
from solemetry_host.windows.sound_check import SoundCheck
from solemetry_host.words import tr

_WIDEST = 900


class SettingsPage(Page):
    """Every choice in one place; each holds at once and is remembered."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.sound_check = SoundCheck(desk.open_ear)
        self.diagnostics = Diagnostics(lambda: desk.station)
        self.computer = ThisComputer(desk.preferences.folder, desk.say)
        inside = holding(
            column(
                label("headline", tr("Settings")),
                card(self._looks(), title=tr("Look and language")),
                card(*self._sound(), title=tr("Sound")),
                card(self._numbers(), title=tr("Numbers and folder")),
                card(self.computer, title=tr("This computer")),
                card(self.diagnostics, title=tr("How well everything keeps up")),
                card(self._about(), title=tr("About")),
                1,
            )
        )
        inside.setMaximumWidth(theme.look().px(_WIDEST))
        around = holding(row(inside, spacing=0))
        self.setLayout(column(scrolled(around)))

    def draw(self, snapshot: Snapshot) -> None:
        """Renew the numbers of how well everything keeps up."""
        self.diagnostics.renew_now_and_then()

    def left(self) -> None:
        """Fall silent."""
        self.sound_check.stop()

    def close_down(self) -> None:
        """Let go of everything."""
        self.left()
        self.computer.close_down()

    # ---- the cards -------------------------------------------------------------------------

    def _looks(self) -> QtWidgets.QLayout:
        preferences = self.desk.preferences
        self.language = self._choice("language", list(words.LANGUAGES.items()))
        self.colours = self._choice(
            "colours",
            [("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark"))],
        )
        self.text = Segments(
            [("", tr("Usual")), ("large", tr("Large"))],
            lambda value: self.desk.prefer(large_text=bool(value)),
        )
        self.text.show_choice("large" if preferences.large_text else "")
        return _form([
            (tr("Language"), self.language),
            (tr("Colours"), self.colours),
            (tr("Text"), self.text),
        ])

    def _sound(self) -> tuple[QtWidgets.QLayout, QtWidgets.QWidget]:
        self.sound = Segments(
            [("on", tr("On")), ("off", tr("Off"))],
            lambda value: self.desk.prefer(sound=value == "on"),
        )
        self.sound.show_choice("on" if self.desk.preferences.sound else "off")
        return _form([(tr("In drills"), self.sound)]), self.sound_check

    def _numbers(self) -> QtWidgets.QLayout:
        self.force = self._choice(
            "force_unit", [("N", "N"), ("kg", "kg"), ("%", tr("% of body weight"))]
        )
        self.insoles = _size_eu(self.desk.preferences.insole_size_eu)
        self.insoles.valueChanged.connect(self._use_size)
        self.folder = label("", _breakable(self.desk.preferences.folder), wraps=True)
        self.folder.setTextInteractionFlags(
            QtCore.Qt.TextInteractionFlag.TextSelectableByMouse
        )
        choose = button(tr("Choose another folder …"), self._choose_folder)
        show = button(tr("Open it"), partial(_open, lambda: self.desk.preferences.folder))
        return _form([
            (tr("Force"), self.force),
            (tr("Size of the insoles (EU)"), self.insoles),
            (tr("People and recordings"), self.folder),
            ("", holding(row(choose, show, 1))),
        ])

    def _about(self) -> QtWidgets.QLayout:
        tour = button(tr("Show the tour again"), lambda: self.desk.show_page("home", "tour"))
        return column(label("", tr(DISCLAIMER), wraps=True), row(tour, 1))

    def _choice(self, name: str, choices: list[tuple[str, str]]) -> Segments:
        made = Segments(choices, lambda value: self.desk.prefer(**{name: value}))
        made.show_choice(getattr(self.desk.preferences, name))
        return made

    def _use_size(self, size_eu: float) -> None:
        self.desk.prefer(insole_size_eu=size_eu if size_eu >= SIZES_EU[0] else None)

    def _choose_folder(self) -> None:
        chosen = QtWidgets.QFileDialog.getExistingDirectory(
            self, tr("People and recordings"), str(self.desk.preferences.folder)
        )
        if chosen:
            self.use_folder(Path(chosen))

    def use_folder(self, folder: Path) -> None:
        """Keep people and recordings in a folder from now on; nothing is moved."""
        self.desk.prefer(library=str(folder), person="")
        self.folder.setText(_breakable(folder))
        self.desk.say("info", tr("From now on in {folder}. What was elsewhere stays there.",
                                 folder=folder))


def _form(rows: list[tuple[str, QtWidgets.QWidget]]) -> QtWidgets.QLayout:
    """Return fields with their names beside them."""
    grid = QtWidgets.QGridLayout()
    grid.setHorizontalSpacing(2 * theme.SPACE)
    grid.setVerticalSpacing(theme.SPACE)
    grid.setColumnMinimumWidth(0, theme.look().px(150))
    grid.setColumnStretch(1, 1)
    for at, (name, field) in enumerate(rows):
        named = label("", name, wraps=True)
        named.setBuddy(field)
        grid.addWidget(named, at, 0)
        grid.addWidget(field, at, 1)
    return grid


def _size_eu(chosen: float | None) -> QtWidgets.QDoubleSpinBox:
    """Return a field for a size; below the least they are as they are drawn."""
    field = QtWidgets.QDoubleSpinBox()
    field.setDecimals(1)
    field.setSingleStep(0.5)
    field.setRange(SIZES_EU[0] - 0.5, SIZES_EU[1])
    field.setSpecialValueText(tr("As drawn (42)"))
    field.setValue(field.minimum() if chosen is None else chosen)
    field.setSizePolicy(QtWidgets.QSizePolicy.Policy.Fixed, QtWidgets.QSizePolicy.Policy.Fixed)
    field.setToolTip(tr("Holds from the next connecting on."))
    return field


def _breakable(folder: Path) -> str:
    """Return a path that may go on in the next line after each of its parts."""
    return str(folder).replace(os.sep, f"{os.sep}\u200b")


def _open(folder: Callable[[], Path]) -> None:
    QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(folder())))
