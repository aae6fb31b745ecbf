# SPDX-License-Identifier: Apache-2.0
"""Pictures of windows in every look, and texts that do not fit where they stand."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from solemetry_host.windows.shell.main_window import MainWindow, Place

MakeWindow = Callable[[Mapping[str, Place]], MainWindow]
"""The fixture `make_window`: a window of some pages."""

LOOKS = [
    (colours, large, size)
    for large in (False, True)
    for colours in ("light", "dark")
    for size in ((1024, 700), (1280, 800))
]
"""Theme, large text, and the window's size, which costs least to change and changes most often."""


def folder() -> Path:
    """Return where pictures of screens are kept for people to look at: build output."""
    path = Path(os.environ.get("SOLEMETRY_SCREENS", "build/screens"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def in_every_look(window: MainWindow, name: str) -> Iterator[str]:
    """Show a window in every look, keep its picture, and yield what it is called.

    A window that is built anew shows its page as it is entered: bring it to where it was after
    each step.
    """
    app = QtWidgets.QApplication.instance()
    assert isinstance(app, QtWidgets.QApplication)
    for colours, large, size in LOOKS:
        window.desk.prefer(colours=colours, large_text=large)
        window.resize(*size)
        for _ in range(5):
            app.processEvents()
        look = f"{name}-{colours}{'-large' if large else ''}-{size[0]}x{size[1]}"
        yield look
        for _ in range(3):
            app.processEvents()
        window.grab().save(str(folder() / f"{look}.png"))


def cut(window: QtWidgets.QWidget, patience_s: float = 2.0) -> list[str]:
    """Return what cannot be read whole: texts longer than their place, widgets outside.

    Qt lays out in several turns; what is cut for so long stays cut.
    """
    until_s = time.monotonic() + patience_s
    while (found := _cut_now(window)) and time.monotonic() < until_s:
        QtWidgets.QApplication.processEvents()
        time.sleep(0.02)
    return found


def _cut_now(window: QtWidgets.QWidget) -> list[str]:
    found = []
    for widget in window.findChildren(QtWidgets.QWidget):
        if not widget.isVisible() or widget.width() == 0:
            continue
        text = _text_of(widget)
        if text and not _fits(widget):
            found.append(
                f"{type(widget).__name__} {text!r}: {widget.width()} x {widget.height()} of "
                f"{widget.sizeHint().width()} x {_height_for(widget)}"
            )
        if text and not _inside(widget, window):
            found.append(f"{type(widget).__name__} {text!r} is outside of the window")
    return found


def _text_of(widget: QtWidgets.QWidget) -> str:
    if isinstance(widget, QtWidgets.QLabel | QtWidgets.QAbstractButton):
        return widget.text()
    if isinstance(widget, QtWidgets.QComboBox):
        return widget.currentText()
    return ""


def _height_for(widget: QtWidgets.QWidget) -> int:
    if isinstance(widget, QtWidgets.QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width())
    return widget.sizeHint().height()


def _fits(widget: QtWidgets.QWidget) -> bool:
    tall_enough = widget.height() >= _height_for(widget) - 1
    if isinstance(widget, QtWidgets.QLabel) and widget.wordWrap():
        longest = max((widget.fontMetrics().horizontalAdvance(word)
                       for word in re.split(r"[\s\u200b]+", widget.text())), default=0)
        return tall_enough and longest <= widget.width()
    return tall_enough and widget.width() >= widget.sizeHint().width() - 1


def _inside(widget: QtWidgets.QWidget, window: QtWidgets.QWidget) -> bool:
    """Whether a widget lies in the window, or can be scrolled to from top to bottom."""
    around = widget.parentWidget()
    while around is not None and around is not window:
        if isinstance(around, QtWidgets.QAbstractScrollArea):
            left = widget.mapTo(around.viewport(), QtCore.QPoint(0, 0)).x()
            return left >= 0 and left + widget.width() <= around.viewport().width() + 1
        around = around.parentWidget()
    place = QtCore.QRect(widget.mapTo(window, QtCore.QPoint(0, 0)), widget.size())
    return window.rect().adjusted(-1, -1, 1, 1).contains(place)
