# SPDX-License-Identifier: Apache-2.0
"""Who practises: a greeting, a list to choose from, and the way to add or change somebody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6 import QtCore, QtWidgets

from solemetry_host import words
from solemetry_host.home.who import Somebody, greeting
from solemetry_host.windows.look.beside import Beside
from solemetry_host.windows.look.parts import button, column, holding, label, row
from solemetry_host.words import tr

_LETTERS = 14
"""Of a name that are seen before the list is opened."""

_WIDE = 760
"""From this width on the list stands beside the greeting."""


class WhoPractises(QtWidgets.QWidget):
    """Greets, and lets somebody else be chosen.

    Parameters
    ----------
    chosen : callable
        Given the pseudonym; empty for nobody in particular.
    add, edit : callable
        Ask about somebody new, or about who is there.
    """

    def __init__(
        self,
        chosen: Callable[[str], object],
        add: Callable[[], object],
        edit: Callable[[], object],
    ) -> None:
        super().__init__()
        self.greeting = label("headline", wraps=True)
        self.note = label("note")
        self.list = QtWidgets.QComboBox()
        self.list.setAccessibleName(tr("Who practises"))
        self.list.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.list.setMinimumContentsLength(_LETTERS)
        self.list.activated.connect(lambda _: chosen(self.list.currentData()))
        self.edit = button(tr("Edit"), edit, "Ctrl+E")
        self.add = button(tr("Add a person"), add, "Ctrl+N")
        greeted = holding(column(self.greeting, self.note, spacing=0))
        choices = holding(row(self.list, self.edit, self.add, 1))
        self.setLayout(column(Beside(greeted, choices, _WIDE)))

    def show_people(self, people: Sequence[Somebody], person: str) -> None:
        """Show who is there, and who is practising."""
        now = datetime.now()
        there = {one.id: one for one in people}
        known = there.get(person)
        name = known.name if known is not None and known.name != known.id else ""
        self.greeting.setText(greeting(name, now.hour))
        locale = QtCore.QLocale(words.chosen())
        self.note.setText(
            locale.toString(QtCore.QDate.currentDate(), QtCore.QLocale.FormatType.LongFormat)
        )
        self.list.clear()
        self.list.addItem(tr("Nobody in particular"), "")
        for one in people:
            self.list.addItem(f"⚠ {one.name}" if one.trouble else one.name, one.id)
        self.list.setCurrentIndex(max(0, self.list.findData(person)))
        self.list.setVisible(bool(people))
        self.edit.setVisible(known is not None and not known.trouble)
