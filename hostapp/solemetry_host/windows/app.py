# SPDX-License-Identifier: Apache-2.0
"""Starts Qt, with a screen or without one."""

from __future__ import annotations

import os
import sys

import pyqtgraph as pg
from PySide6 import QtWidgets

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
    pg.setConfigOptions(antialias=False, foreground=theme.QUIET_INK)
    app = QtWidgets.QApplication(["solemetry"])
    app.setApplicationName("Solemetry")
    theme.apply(app)
    return app
