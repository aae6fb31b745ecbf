# SPDX-License-Identifier: Apache-2.0
"""The `solemetry` command as it is, and beside it a file that tells what its windows show.

``python watched_app.py SEEN.json app``: who drives the app from outside, by keys and clicks, reads
there where everything is, as somebody would see it.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

from solemetry_host import cli
from solemetry_host.windows.app import application

LOOK_EVERY_MS = 100

SHOWN = (
    QtWidgets.QLabel, QtWidgets.QAbstractButton, QtWidgets.QLineEdit, QtWidgets.QAbstractSpinBox
)  # fmt: skip


def main(file: Path, command: list[str]) -> None:
    """Run a command to its end; then tell which threads it left."""
    app = application()
    looks, number = QtCore.QTimer(), count()
    looks.timeout.connect(lambda: tell(file, {"look": next(number), "shows": list(shown(app))}))
    looks.start(LOOK_EVERY_MS)
    sys.argv = ["solemetry", *command]
    try:
        cli.main()
    finally:
        looks.stop()
        threads = [one.name for one in threading.enumerate() if one is not threading.main_thread()]
        tell(file, {"shows": [], "left": threads})


def tell(file: Path, seen: dict[str, Any]) -> None:
    """Write, whole or not at all."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps(seen), "utf-8")
    new.replace(file)


def shown(app: QtWidgets.QApplication) -> Iterator[dict[str, Any]]:
    """Return what can be read, and used: its text, where its middle is, whether keys go to it."""
    asked = app.activeModalWidget()
    focused = app.focusWidget()
    for widget in app.allWidgets():
        if not widget.isVisible() or (asked is not None and not asked.isAncestorOf(widget)):
            continue
        if isinstance(widget, QtWidgets.QAbstractItemView):
            yield from items(widget)
        elif isinstance(widget, SHOWN) and (text := text_of(widget)):
            seen = widget.visibleRegion().boundingRect()
            if seen.isEmpty():
                continue
            seen.setWidth(min(seen.width(), widget.sizeHint().width()))  # beside a tick is nothing
            middle = widget.mapToGlobal(seen.center())
            yield {
                "kind": type(widget).__name__, "text": text, "at": (middle.x(), middle.y()),
                "usable": widget.isEnabled() and not isinstance(widget, QtWidgets.QLabel),
                "focused": widget is focused,
            }  # fmt: skip


def text_of(widget: QtWidgets.QWidget) -> str:
    if isinstance(widget, QtWidgets.QLabel | QtWidgets.QAbstractButton):
        return widget.text()
    return widget.accessibleName()


def items(view: QtWidgets.QAbstractItemView) -> Iterator[dict[str, Any]]:
    model = view.model()
    columns = 1 if isinstance(view, QtWidgets.QListView) else model.columnCount()
    for row in range(model.rowCount(QtCore.QModelIndex())):
        index = model.index(row, 0)
        cells = (model.index(row, at).data() for at in range(columns))
        texts = [str(each) for each in cells if each]
        middle = view.viewport().mapToGlobal(view.visualRect(index).center())
        yield {
            "kind": "item", "text": " ".join(texts), "at": (middle.x(), middle.y()),
            "usable": view.isEnabled(), "focused": view.hasFocus() and index == view.currentIndex(),
        }  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
