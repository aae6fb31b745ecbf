# SPDX-License-Identifier: Apache-2.0
"""What pages are made of: panels, labels, buttons, rows and columns, a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, TypeVar

from PySide6 import QtCore, QtWidgets

from solemetry_host.windows.look import theme
from solemetry_host.words import tr

Kind = Literal[
    "headline", "heading", "title", "value", "unit", "note", "cue", "call", "huge", "brand",
    "message",
]
"""What a label is for: the theme knows each."""

ButtonKind = Literal["", "primary", "big", "recording", "quiet", "add"]

B = TypeVar("B", bound=QtWidgets.QBoxLayout)

NOTHING = "–"
"""Where a number would stand."""


def label(kind: Kind | Literal[""], text: str = "", wraps: bool = False) -> QtWidgets.QLabel:
    """Return a label of one of the theme's kinds."""
    made = QtWidgets.QLabel(text)
    made.setObjectName(kind)
    made.setWordWrap(wraps)
    made.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    return made


def write(to: QtWidgets.QLabel, text: str) -> None:
    """Give a label a text; the same again costs nothing."""
    if text != to.text():
        to.setText(text)


def button(
    text: str, action: Callable[[], object], key: str = "", kind: ButtonKind = ""
) -> QtWidgets.QPushButton:
    """Return a button, which a key presses too."""
    made = QtWidgets.QPushButton(text)
    made.setObjectName(kind)
    made.setAutoDefault(True)
    set_text(made, text, key)
    made.clicked.connect(lambda: action())
    return made


def set_text(made: QtWidgets.QPushButton, text: str, key: str) -> None:
    """Give a button another text; Qt drops the key with the old one."""
    if made.text() == text and made.shortcut().toString() == key:
        return
    made.setText(text)
    made.setShortcut(key)
    if key:
        made.setToolTip(tr("Key {key}", key=key))


def restyle(widget: QtWidgets.QWidget, kind: str) -> None:
    """Make a widget another kind of itself."""
    if widget.objectName() != kind:
        widget.setObjectName(kind)
        repolish(widget)


def repolish(widget: QtWidgets.QWidget) -> None:
    """Have Qt look at the style of a widget again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def card(*inside: QtWidgets.QWidget | QtWidgets.QLayout, title: str = "") -> QtWidgets.QFrame:
    """Return a panel with what is in it, from top to bottom."""
    frame = QtWidgets.QFrame()
    frame.setObjectName("card")
    if inside or title:
        head = [label("title", title)] if title else []
        box = column(*head, *inside, spacing=theme.SPACE // 2)
        box.setContentsMargins(theme.SPACE, theme.SPACE, theme.SPACE, theme.SPACE)
        frame.setLayout(box)
    return frame


def column(
    *inside: QtWidgets.QWidget | QtWidgets.QLayout | int | None, spacing: int = theme.SPACE
) -> QtWidgets.QVBoxLayout:
    """Return things from top to bottom; a number is a stretch, None nothing."""
    return _filled(QtWidgets.QVBoxLayout(), inside, spacing)


def row(
    *inside: QtWidgets.QWidget | QtWidgets.QLayout | int | None, spacing: int = theme.SPACE
) -> QtWidgets.QHBoxLayout:
    """Return things from left to right; a number is a stretch, None nothing."""
    return _filled(QtWidgets.QHBoxLayout(), inside, spacing)


def _filled(
    box: B, inside: Sequence[QtWidgets.QWidget | QtWidgets.QLayout | int | None], spacing: int
) -> B:
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(spacing)
    for each in inside:
        if isinstance(each, QtWidgets.QWidget):
            box.addWidget(each)
        elif isinstance(each, int):
            box.addStretch(each)
        elif each is not None:
            box.addLayout(each)
    return box


def clear(layout: QtWidgets.QLayout) -> None:
    """Take out, and throw away, every widget of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.deleteLater()


def holding(layout: QtWidgets.QLayout) -> QtWidgets.QWidget:
    """Return a widget that holds a layout."""
    widget = QtWidgets.QWidget()
    widget.setLayout(layout)
    return widget


def rule() -> QtWidgets.QFrame:
    """Return a thin line from side to side."""
    line = QtWidgets.QFrame()
    line.setObjectName("rule")
    return line


def scrolled(inside: QtWidgets.QWidget) -> QtWidgets.QScrollArea:
    """Return what can be scrolled up and down where it is longer than its place."""
    area = QtWidgets.QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area


class Segments(QtWidgets.QWidget):
    """A few choices beside each other, of which one holds.

    Parameters
    ----------
    choices : sequence of (str, str)
        What each means and what it says.
    chosen : callable
        Told what was chosen.
    """

    def __init__(
        self, choices: Sequence[tuple[str, str]], chosen: Callable[[str], object]
    ) -> None:
        super().__init__()
        self._group = QtWidgets.QButtonGroup(self)
        self.buttons: dict[str, QtWidgets.QPushButton] = {}
        for value, text in choices:
            one = button(text, partial(chosen, value))
            one.setCheckable(True)
            self._group.addButton(one)
            self.buttons[value] = one
        self.setLayout(row(*self.buttons.values(), 1, spacing=theme.SPACE // 2))

    def show_choice(self, value: str) -> None:
        """Mark what holds, without telling anybody."""
        if value in self.buttons:
            self.buttons[value].setChecked(True)


class Notice(QtWidgets.QLabel):
    """Something a person should read, until the next; hidden while there is nothing.

    What went well goes by itself; a warning and an error stay.
    """

    STAYS_MS = 15_000

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message")
        self.setWordWrap(True)
        self.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        self._goes = QtCore.QTimer(self)
        self._goes.setSingleShot(True)
        self._goes.timeout.connect(self.hide)
        self.hide()

    def say(self, level: str, text: str) -> None:
        """Show a message; a warning and an error have a sign besides their colour."""
        sign = {"warning": "⚠ ", "error": "✕ ", "good": "✓ "}.get(level, "")
        self.setText(sign + text)
        self.setProperty("level", level)
        repolish(self)
        self.setVisible(bool(text))
        if sign in ("⚠ ", "✕ "):
            self._goes.stop()
        else:
            self._goes.start(self.STAYS_MS)
