# SPDX-License-Identifier: Apache-2.0
"""Colours, type sizes and spacing of all windows.

Okabe and Ito's palette, which people with any colour vision can tell apart.
"""

from __future__ import annotations

from PySide6 import QtGui, QtWidgets

BLUE = "#0072B2"
ORANGE = "#E69F00"
VERMILLION = "#D55E00"
GREEN = "#009E73"

GROUND = "#F7F8FA"
CARD = "#FFFFFF"
LINE = "#D9DEE4"
INK = "#1C2530"
QUIET_INK = "#5C6875"

SPACE = 12

_STYLE = f"""
QWidget {{ background: {GROUND}; color: {INK}; font-size: 14px; }}
QFrame#card {{ background: {CARD}; border: 1px solid {LINE}; border-radius: 10px; }}
QFrame#card QWidget {{ background: {CARD}; }}
QLabel {{ background: transparent; }}
QGroupBox {{ border: 1px solid {LINE}; border-radius: 10px; margin-top: 26px; padding: 6px; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 2px; top: 4px; }}
QLabel#title {{ color: {QUIET_INK}; font-size: 13px; }}
QLabel#value {{ font-size: 34px; font-weight: 600; }}
QLabel#unit {{ color: {QUIET_INK}; font-size: 16px; }}
QLabel#note {{ color: {QUIET_INK}; font-size: 12px; }}
QLabel#message {{ border-radius: 8px; padding: 8px 12px; background: {CARD};
                  border: 1px solid {LINE}; }}
QLabel#message[level="warning"] {{ background: #FFF6E0; border-color: {ORANGE}; }}
QLabel#message[level="error"] {{ background: #FDEBE0; border-color: {VERMILLION}; }}
QPushButton {{ background: {CARD}; border: 1px solid {LINE}; border-radius: 8px;
               padding: 8px 16px; min-height: 20px; }}
QPushButton:hover {{ border-color: {BLUE}; }}
QPushButton:focus {{ border: 2px solid {BLUE}; padding: 7px 15px; }}
QPushButton:disabled {{ color: #A8B0B9; }}
QPushButton#primary {{ background: {BLUE}; border-color: {BLUE}; color: white;
                       font-weight: 600; }}
QPushButton#recording {{ background: {VERMILLION}; border-color: {VERMILLION}; color: white;
                         font-weight: 600; }}
QLineEdit#url {{ background: {CARD}; border: 1px solid {LINE}; border-radius: 8px;
                 padding: 6px 10px; min-height: 20px; }}
QLineEdit#url:focus {{ border: 2px solid {BLUE}; }}
QComboBox, QDoubleSpinBox {{ background: {CARD}; min-height: 28px; }}
QToolTip {{ background: {INK}; color: white; border: none; padding: 4px; }}
"""


def apply(app: QtWidgets.QApplication) -> None:
    """Give an application its look."""
    app.setStyle("Fusion")
    font = QtGui.QFont(app.font())
    font.setStyleHint(QtGui.QFont.StyleHint.SansSerif)
    app.setFont(font)
    app.setStyleSheet(_STYLE)
