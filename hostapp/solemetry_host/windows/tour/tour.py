# SPDX-License-Identifier: Apache-2.0
"""Leads somebody through the first minutes; Escape ends it, and it does not come back unasked."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host import words
from solemetry_host.home.offers import VIRTUAL
from solemetry_host.windows.home.connect_dialog import ConnectDialog
from solemetry_host.windows.home.person_dialog import PersonDialog
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import Segments, button, card, column, label, row
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.tour.steps import Does, TourStep, steps
from solemetry_host.words import tr

_WIDTH = 520
_PAGES: dict[Does, str] = {"live": "live", "drill": "drills"}
"""Pages that steps are about; all others are over the first page."""

_VEIL = 150
"""How dark what is behind becomes, of 255."""


def begin_tour(desk: Desk, window: QtWidgets.QMainWindow) -> Tour:
    """Begin the tour over a window; one that runs goes on where it is."""
    there = window.findChild(Tour)
    tour = there if isinstance(there, Tour) else Tour(desk, window)
    tour.show()
    tour.raise_()
    return tour


class Tour(QtWidgets.QWidget):
    """Lies over the window, and outlives its pages when these are built anew.

    Parameters
    ----------
    desk : Desk
    window : QMainWindow
    """

    def __init__(self, desk: Desk, window: QtWidgets.QMainWindow) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self.at = 0
        self.card = QtWidgets.QFrame()
        self._box = column()
        self._around = column(self.card, spacing=0)
        self.setLayout(self._around)
        escape = QtGui.QShortcut(QtGui.QKeySequence(QtCore.Qt.Key.Key_Escape), self)
        escape.setContext(QtCore.Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.end)
        window.installEventFilter(self)
        self._page = window.centralWidget()
        self._show_step()

    @property
    def step(self) -> TourStep:
        """The step that is shown."""
        return steps()[self.at]

    # ---- going on ----------------------------------------------------------------------------

    def go_on(self) -> None:
        """Show the next step; after the last one the tour has ended."""
        if self.at + 1 == len(steps()):
            self.end()
            return
        self.at += 1
        if (page := _PAGES.get(self.step.does)) is not None:
            self._desk.show_page(page)
        self._show_step()

    def go_back(self) -> None:
        """Show the step before."""
        self.at -= 1
        self._desk.show_page(_PAGES.get(self.step.does, "home"))
        self._show_step()

    def end(self) -> None:
        """End it, for good: it comes back when it is asked for."""
        self._window.removeEventFilter(self)
        self._let_use_the_page(True)
        self._desk.prefer(seen_tour=True)
        self.setParent(None)
        self.deleteLater()

    # ---- how it looks ------------------------------------------------------------------------

    def _show_step(self) -> None:
        old, step = self.card, self.step
        last = self.at + 1 == len(steps())
        self.next = button(tr("Done") if last else tr("Next"), self.go_on, kind="primary")
        self.back = button(tr("Back"), self.go_back)
        self.skip = button(tr("Skip the tour"), self.end, kind="quiet")
        self._box = column(
            label("note", tr("{n} of {all}", n=self.at + 1, all=len(steps()))),
            label("headline", step.title, wraps=True),
            label("", step.text, wraps=True),
            self._what_to_do(step.does),
            row(self.skip, 1, self.back, self.next),
        )
        self._box.setContentsMargins(*[2 * theme.SPACE] * 4)
        self.card = card()
        self.card.setLayout(self._box)
        self.back.setVisible(self.at > 0)
        self.skip.setVisible(not last)
        self._around.replaceWidget(old, self.card)
        self.card.show()
        old.hide()
        old.deleteLater()
        self._let_use_the_page(step.beside)
        self._lie_over_the_window()
        self.next.setFocus()

    def _what_to_do(self, does: Does) -> QtWidgets.QWidget | QtWidgets.QLayout | None:
        if does == "language":
            languages = Segments(
                list(words.LANGUAGES.items()), lambda value: self._desk.prefer(language=value)
            )
            languages.show_choice(words.chosen())
            return languages
        if does == "add a person":
            return row(button(tr("Add yourself"), self._add_a_person), 1)
        if does == "connect":
            return row(
                button(tr("Try virtual ones"), self._connect_virtual),
                button(tr("Find my devices"), self._find_devices),
                1,
            )
        return None

    def _add_a_person(self) -> None:
        dialog = PersonDialog(self._desk, None, self._window)
        dialog.accepted.connect(self.go_on)
        dialog.open()

    def _connect_virtual(self) -> None:
        if self._desk.connect_to(VIRTUAL):
            self.go_on()

    def _find_devices(self) -> None:
        dialog = ConnectDialog(self._desk, self._window)
        dialog.accepted.connect(self.go_on)
        dialog.open()

    def _let_use_the_page(self, usable: bool) -> None:
        if self._page is not None:
            self._page.setEnabled(usable)

    # ---- where it lies -----------------------------------------------------------------------

    def _lie_over_the_window(self) -> None:
        """Over all of it, or in its corner beside what the step is about."""
        room = self._window.rect()
        width = min(theme.look().px(_WIDTH), room.width() - 4 * theme.SPACE)
        height = self._box.heightForWidth(width)
        if self.step.beside:
            self._around.setContentsMargins(0, 0, 0, 0)
            corner = room.bottomRight() - QtCore.QPoint(width, height)
            margin = QtCore.QPoint(theme.SPACE, theme.SPACE)
            self.setGeometry(QtCore.QRect(corner - margin, QtCore.QSize(width, height)))
        else:
            across, down = (room.width() - width) // 2, max(0, (room.height() - height) // 2)
            self._around.setContentsMargins(across, down, across, down)
            self.setGeometry(room)
        self.raise_()

    def showEvent(self, event: QtGui.QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Take the room that is needed now that its letters have their size."""
        super().showEvent(event)
        self._lie_over_the_window()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw a veil over what cannot be used meanwhile."""
        if not self.step.beside:
            QtGui.QPainter(self).fillRect(self.rect(), QtGui.QColor(0, 0, 0, _VEIL))

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:  # noqa: N802
        """Go along when the window changes its size, or was built anew in another language."""
        if event.type() == QtCore.QEvent.Type.Close:
            self._window.removeEventFilter(self)
        elif event.type() == QtCore.QEvent.Type.Resize:
            self._lie_over_the_window()
        elif self._page is not (page := self._window.centralWidget()):
            self._page = page
            QtCore.QTimer.singleShot(0, self._show_step)
        return False
