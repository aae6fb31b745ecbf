# SPDX-License-Identifier: Apache-2.0
"""The list of recordings: which there are, and which want mending."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.reviewing.listing import Listed
from solemetry_host.reviewing.names import length as length_of
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import (
    NOTHING,
    Segments,
    button,
    card,
    column,
    label,
    row,
    write,
)
from solemetry_host.words import tr, trn


class RecordingsView(QtWidgets.QWidget):
    """Lists recordings, the newest on top.

    Parameters
    ----------
    open_ : callable
        Told which file is to be opened.
    choose_file : callable
        Told that another file is to be chosen.
    mend : callable
        Told which recording is to be saved.
    whose : callable
        Told ``own`` or ``others``.
    """

    def __init__(
        self,
        open_: Callable[[Path], object],
        choose_file: Callable[[], object],
        mend: Callable[[Path], object],
        whose: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._open, self._mend = open_, mend
        self._listed: Sequence[Listed] = ()
        self.whose = Segments(
            [("own", tr("Your recordings")), ("others", tr("Other recordings"))], whose
        )
        self.table = QtWidgets.QTableWidget(0, 5)
        self._set_up_table()
        self.note = label("note", wraps=True)
        self.open_button = button(tr("Open"), self._open_chosen, kind="primary")
        self.mend_button = button(tr("Repair"), self._mend_chosen)
        other = button(tr("Open another file …"), choose_file, "Ctrl+O")
        buttons = row(self.open_button, self.mend_button, 1, other)
        inside = column(self.table, self.note, buttons, spacing=theme.SPACE)
        self.setLayout(column(self.whose, card(inside)))
        self._tell()

    def _set_up_table(self) -> None:
        table, modes = self.table, QtWidgets.QHeaderView.ResizeMode
        table.setHorizontalHeaderLabels(
            [tr("When"), tr("Length"), tr("Drills"), tr("Devices"), tr("State")]
        )
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(modes.ResizeToContents)
        table.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        table.setAccessibleName(tr("Recordings"))
        header = table.horizontalHeader()
        header.setDefaultAlignment(QtCore.Qt.AlignmentFlag.AlignLeft)
        header.setHighlightSections(False)
        for number, mode in enumerate(
            (modes.ResizeToContents, modes.ResizeToContents, modes.Stretch, modes.Stretch,
             modes.ResizeToContents)
        ):  # fmt: skip
            header.setSectionResizeMode(number, mode)
        table.itemSelectionChanged.connect(self._tell)
        table.cellDoubleClicked.connect(lambda *_: self._open_chosen())

    @property
    def chosen(self) -> Listed | None:
        """The recording whose line is marked."""
        number = self.table.currentRow()
        return self._listed[number] if 0 <= number < len(self._listed) else None

    def show_whose(self, whose: str, there_is_somebody: bool) -> None:
        """Mark whose recordings are listed; without a person there is no choice."""
        self.whose.setVisible(there_is_somebody)
        self.whose.show_choice(whose)

    def say(self, text: str) -> None:
        """Say why the list is empty."""
        self._listed = ()
        self.table.setRowCount(0)
        write(self.note, text)
        self._tell()

    def show_list(self, listed: Sequence[Listed]) -> None:
        """Show recordings; the line that was marked stays so, if it is there still."""
        before = self.chosen
        self._listed = listed
        self.table.setRowCount(len(listed))
        for number, one in enumerate(listed):
            for place, text in enumerate(_cells(one)):
                item = QtWidgets.QTableWidgetItem(text)
                item.setToolTip(one.trouble or str(one.path))
                if one.can_be_mended:
                    item.setForeground(QtGui.QColor(theme.look().quiet_ink))
                self.table.setItem(number, place, item)
        paths = [one.path for one in listed]
        marked = paths.index(before.path) if before and before.path in paths else 0
        if listed:
            self.table.selectRow(marked)
        self._tell()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens what is marked."""
        if event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            self._open_chosen()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        chosen = self.chosen
        self.open_button.setEnabled(chosen is not None and chosen.state != "damaged")
        self.mend_button.setVisible(chosen is not None and chosen.can_be_mended)
        if chosen is None:
            return
        text = chosen.trouble
        if chosen.state == "broken off":
            text = tr("This recording broke off. Repair saves what can be read of it.")
        write(self.note, text or chosen.path.name)

    def _open_chosen(self) -> None:
        if self.chosen is not None and self.open_button.isEnabled():
            self._open(self.chosen.path)

    def _mend_chosen(self) -> None:
        if self.chosen is not None:
            self._mend(self.chosen.path)


def _cells(one: Listed) -> tuple[str, ...]:
    states = {
        "whole": "✓", "recovered": tr("recovered"), "broken off": "⚠ " + tr("broken off"),
        "damaged": "✕ " + tr("damaged"),
    }  # fmt: skip
    when = one.began.strftime("%Y-%m-%d  %H:%M") if one.began is not None else one.path.stem
    length = length_of(one.length_s) if math.isfinite(one.length_s) else NOTHING
    return (when, length, _listing(one.drills), _listing(one.streams), states[one.state])


def _listing(names: Sequence[str], most: int = 3) -> str:
    if len(names) <= most:
        return ", ".join(names) or NOTHING
    rest = trn("and {n} more", "and {n} more", len(names) - most)
    return f"{', '.join(names[:most])} {rest}"
