# SPDX-License-Identifier: Apache-2.0
"""Asks about a person: as much as the drills need, and nothing that has to be told."""

from __future__ import annotations

from datetime import date

from PySide6 import QtCore, QtWidgets

from solemetry.errors import SolemetryError
from solemetry_host.home import form
from solemetry_host.home.form import Form
from solemetry_host.people.folder import Person
from solemetry_host.windows.home.sheet import Sheet
from solemetry_host.windows.home.their_data import TheirData
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import Segments, button, column, label, row
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.words import tr


class PersonDialog(Sheet):
    """Adds somebody, or changes what is known about them.

    Parameters
    ----------
    desk : Desk
        Whoever is added practises from then on.
    person : Person or None
        None: somebody new.
    over : QWidget
    """

    def __init__(self, desk: Desk, person: Person | None, over: QtWidgets.QWidget) -> None:
        super().__init__(tr("Add a person") if person is None else tr("About this person"), over)
        self._desk, self._person = desk, person
        told = Form() if person is None else Form.of(person.profile)
        self.name = _field(told.name, tr("Stays on this computer"))
        examples = {"birth_year": 1988, "height_cm": 172, "mass_kg": 68,
                    "foot_length_mm": 252, "shoe_size_eu": 40}  # fmt: skip
        self.numbers = {
            name: _field(getattr(told, name), tr("as {example}", example=examples[name]))
            for name in form.numbers()
        }
        self._leg = told.preferred_leg
        legs = [("left", tr("Left")), ("right", tr("Right")), ("", tr("Not said"))]
        self.leg = Segments(legs, self._prefer_leg)
        self.leg.show_choice(self._leg)
        self.history = {
            said: _tick(asked, said in told.history) for said, asked in form.history().items()
        }
        self.fell = _Day(tr("Fell, the last time on"), told.fell_on)
        self.sprained = _Day(tr("Sprained an ankle, the last time on"), told.sprained_on)
        self.other = _field(told.other, tr("as heart, surgery, pregnancy"))
        save = button(
            tr("Add") if person is None else tr("Save"), self.save, "Ctrl+Return", kind="primary"
        )
        others = [] if person is None else [button(tr("Their data …"), self._show_their_data)]
        self.fill(self._body(), save, *others)

    def save(self) -> None:
        """Write down what was told; what cannot be is said, and the dialog stays."""
        try:
            if self._person is None:
                added = form.add(self._desk.library, self.form, date.today())
                self._desk.prefer(person=added.id)
            else:
                form.change(self._person, self.form)
        except (SolemetryError, OSError) as error:
            self.notice.say("error", str(error))
            return
        self.accept()

    @property
    def form(self) -> Form:
        """What stands in the fields."""
        return Form(
            name=self.name.text(),
            **{name: field.text() for name, field in self.numbers.items()},
            preferred_leg=self._leg,
            history=frozenset(said for said, tick in self.history.items() if tick.isChecked()),
            fell_on=self.fell.day,
            sprained_on=self.sprained.day,
            other=self.other.text(),
        )

    def _prefer_leg(self, leg: str) -> None:
        self._leg = leg

    def _show_their_data(self) -> None:
        if self._person is None:
            return
        data = TheirData(self._desk, self._person, self.over)
        data.gone.connect(self.accept)
        data.open()

    # ---- what is asked -----------------------------------------------------------------------

    def _body(self) -> QtWidgets.QLayout:
        return column(
            _pairs(
                (tr("Name"), self.name),
                *((asked, self.numbers[name]) for name, asked in form.numbers().items()),
                (tr("Leg to kick a ball with"), self.leg),
            ),
            label("heading", tr("So that no drill asks too much")),
            label(
                "note",
                tr("Some drills ask first, wait, or begin with more support. Leave out what you "
                   "do not want to tell."),
                wraps=True,
            ),
            *self.history.values(),
            self.fell,
            self.sprained,
            _pairs((tr("Anything else"), self.other)),
            label("note", tr("All of this stays in a folder on this computer. Your name stands in "
                             "one file only; recordings carry a pseudonym."), wraps=True),
            1,
        )  # fmt: skip


class _Day(QtWidgets.QWidget):
    """Something that happened, or not, and on which day."""

    def __init__(self, asked: str, day: date | None) -> None:
        super().__init__()
        self.tick = _tick(asked, day is not None)
        shown = day or date.today()
        self.date = QtWidgets.QDateEdit(QtCore.QDate(shown.year, shown.month, shown.day))
        self.date.setDisplayFormat("yyyy-MM-dd")
        self.date.setCalendarPopup(True)
        self.date.setMaximumDate(QtCore.QDate.currentDate())
        self.date.setAccessibleName(asked)
        self.date.setEnabled(day is not None)
        self.tick.toggled.connect(self.date.setEnabled)
        self.setLayout(row(self.tick, self.date, 1))

    @property
    def day(self) -> date | None:
        """When, if it happened."""
        shown = self.date.date()
        told = date(shown.year(), shown.month(), shown.day())
        return told if self.tick.isChecked() else None


def _field(text: str, hint: str) -> QtWidgets.QLineEdit:
    made = QtWidgets.QLineEdit(text)
    made.setPlaceholderText(hint)
    return made


def _tick(text: str, ticked: bool) -> QtWidgets.QCheckBox:
    made = QtWidgets.QCheckBox(text)
    made.setChecked(ticked)
    return made


def _pairs(*pairs: tuple[str, QtWidgets.QWidget]) -> QtWidgets.QLayout:
    """Return what is asked with its field beside it."""
    grid = QtWidgets.QGridLayout()
    grid.setHorizontalSpacing(2 * theme.SPACE)
    grid.setVerticalSpacing(theme.SPACE * 2 // 3)
    grid.setColumnMinimumWidth(0, theme.look().px(190))
    grid.setColumnStretch(1, 1)
    for at, (asked, field) in enumerate(pairs):
        named = label("", asked, wraps=True)
        named.setBuddy(field)
        field.setAccessibleName(asked)
        grid.addWidget(named, at, 0)
        grid.addWidget(field, at, 1)
    return grid
