# SPDX-License-Identifier: Apache-2.0
"""All drills, by what they are for, today's first; each is a tile to press."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.drills.choosing import Choice, Choosing
from solemetry_host.drills.files.checking import Checked
from solemetry_host.drills.on_devices.needs import sensing_of
from solemetry_host.drills.signals.catalogue import Sensor
from solemetry_host.windows.drilling import wording
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import column, holding, label, row, scrolled
from solemetry_host.windows.look.tiles import Tiles
from solemetry_host.words import chosen, tr

_TYPES_MS = 150
"""As long as somebody types on, nothing is looked for."""


class ShelfView(QtWidgets.QWidget):
    """Shows what there is to choose from.

    Parameters
    ----------
    choose : callable
        Told which drill somebody wants to see.
    """

    def __init__(self, choose: Callable[[Choice], object]) -> None:
        super().__init__()
        self._choose = choose
        self._choosing: Choosing | None = None
        self._sensors: frozenset[Sensor] = frozenset()
        self.tiles: list[DrillTile] = []
        self.search = QtWidgets.QLineEdit()
        self.search.setPlaceholderText(tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(theme.look().px(280))
        self.note = label("title", tr("Looking at the drills …"), wraps=True)
        self.left_out = label("note", wraps=True)
        self.left_out.hide()
        self._groups = QtWidgets.QWidget()
        self._groups.setLayout(column(1))
        self._area = scrolled(holding(column(self._groups)))
        self.setLayout(
            column(
                row(label("headline", tr("Drills")), 1, self.search),
                self.note,
                self.left_out,
                self._area,
                spacing=theme.SPACE,
            )
        )
        find = QtGui.QShortcut(QtGui.QKeySequence.StandardKey.Find, self)
        find.activated.connect(self.search.setFocus)
        self._typed = QtCore.QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(_TYPES_MS)
        self._typed.timeout.connect(self._fill)
        self.search.textChanged.connect(lambda _: self._typed.start())

    def show_choosing(self, choosing: Choosing) -> None:
        """Show these, as soon as there is somebody to see them."""
        self._choosing = choosing
        self.left_out.setText("\n".join(map(_why, choosing.left_out)))
        self.left_out.setVisible(bool(choosing.left_out))
        self.tiles = []
        if self.isVisible():
            self._fill()

    def say(self, text: str) -> None:
        """Say why there is nothing to show."""
        self.note.setText(text)
        self.note.show()

    def draw(self, sensors: frozenset[Sensor]) -> None:
        """Say of each drill how much of it is sensed by what is connected."""
        if sensors != self._sensors:
            self._sensors = sensors
            for tile in self.tiles:
                tile.draw(sensors)

    def showEvent(self, event: QtGui.QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Fill the shelf where it is empty."""
        super().showEvent(event)
        if not self.tiles:
            self._fill()

    def _fill(self) -> None:
        if self._choosing is None:
            return
        self.tiles = []
        inside = column(spacing=2 * theme.SPACE)
        for family, choices in self._choosing.found(self.search.text(), chosen()):
            made = [DrillTile(choice, self._choose) for choice in choices]
            tiles = Tiles(320, 3)
            tiles.fill(made)
            title = wording.family(family) if family else tr("Today")
            inside.addLayout(column(label("heading", title), tiles))
            self.tiles += made
        inside.addStretch(1)
        self.note.setText(tr("No drill has these words in it."))
        self.note.setVisible(not self.tiles)
        for tile in self.tiles:
            tile.draw(self._sensors)
        self._groups = holding(inside)
        self._area.setWidget(self._groups)


class DrillTile(QtWidgets.QPushButton):
    """One drill: what it is for, how far somebody is with it, and whether it is sensed."""

    def __init__(self, choice: Choice, choose: Callable[[Choice], object]) -> None:
        super().__init__()
        self.choice = choice
        words = choice.drill.words(chosen())
        self.setAccessibleName(words.title)
        self.clicked.connect(lambda: choose(choice))
        self.sensed = label("note", wraps=True)
        self.level = label("note", _levels(choice), wraps=True)
        box = column(
            label("heading", words.title, wraps=True),
            label("title", words.why, wraps=True),
            1,
            self.level,
            self.sensed,
            spacing=theme.SPACE // 2,
        )
        box.setContentsMargins(*[theme.SPACE + 2] * 4)
        self._box = box
        expanding = QtWidgets.QSizePolicy.Policy.Expanding
        self.setSizePolicy(expanding, expanding)
        self.setLayout(box)
        for inside in self.findChildren(QtWidgets.QLabel):
            inside.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def draw(self, sensors: frozenset[Sensor]) -> None:
        """Say how much of it is sensed."""
        sensing = sensing_of(self.choice.drill, sensors)
        if not sensing.sensed and not sensing.unseen:
            text = tr("◷ goes by time")
        elif not sensing.unseen:
            text = tr("◉ sensed")
        elif sensing.sensed:
            text = tr("◐ sensed in part")
        else:
            text = tr("◯ not sensed by what is connected")
        self.sensed.setText(text)

    def sizeHint(self) -> QtCore.QSize:  # noqa: N802 - Qt's name
        """As large as what is in it."""
        return self._box.totalSizeHint()

    def minimumSizeHint(self) -> QtCore.QSize:  # noqa: N802 - Qt's name
        """As small as what is in it."""
        return self._box.totalMinimumSize()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Its words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """As high as its words, wrapped."""
        return self._box.totalHeightForWidth(width)


def _why(checked: Checked) -> str:
    """Return what keeps an own file from being used, and how to learn more."""
    first = next(str(finding) for finding in checked.findings if finding.refused)
    return tr("{file} is left out. {why} For all of it: solemetry drill check", why=first,
              file=checked.file.name)  # fmt: skip


def _levels(choice: Choice) -> str:
    """Return how far somebody is, and what today holds of it."""
    levels, progress, proposal = len(choice.drill.level), choice.progress, choice.proposal
    passed = progress.passed if progress is not None else 0
    said = []
    if levels:
        dots = "●" * passed + "○" * (levels - passed)
        said.append(tr("{dots} level {n} of {all}", dots=dots, n=choice.level, all=levels))
    if proposal is not None:
        done = tr("done today") if proposal.done else tr("about {n} min", n=round(proposal.minutes))
        said.append(done)
    return "  ·  ".join(said)
