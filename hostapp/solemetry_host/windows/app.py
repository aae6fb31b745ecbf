# SPDX-License-Identifier: Apache-2.0
"""Starts Qt, with a screen or without one."""

from __future__ import annotations

import logging
import os
import sys

import pyqtgraph as pg
from PySide6 import QtCore, QtWidgets

from solemetry_host.windows import theme


def has_screen() -> bool:
    """Whether there is a display to open windows on."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def application() -> QtWidgets.QApplication:
    """Return the one application, made on first use; without a screen it draws to memory."""
    existing = QtWidgets.QApplication.instance()
    if isinstance(existing, QtWidgets.QApplication):
        return existing
    if not has_screen():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QtCore.qInstallMessageHandler(_log_what_qt_says)
    pg.setConfigOptions(antialias=False, foreground=theme.QUIET_INK)
    app = QtWidgets.QApplication(["solemetry"])
    app.setApplicationName("Solemetry")
    theme.apply(app)
    return app


def _log_what_qt_says(
    kind: QtCore.QtMsgType, context: QtCore.QMessageLogContext, text: str
) -> None:
    """Keep Qt's remarks about platforms and fonts out of a person's terminal."""
    logging.getLogger(__name__).info("Qt: %s", text)
