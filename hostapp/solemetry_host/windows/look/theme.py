# SPDX-License-Identifier: Apache-2.0
"""Colours, type sizes and spacing of all windows, light and dark, usual and large.

Colours that mean something are Okabe and Ito's, which people with any colour vision can tell
apart; they are the same in both themes, and never say anything alone: a shape or a word is beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.preferences import Colours

BLUE = "#0072B2"
"""The left foot; what is measured; what can be pressed."""
VERMILLION = "#D55E00"
"""The right foot; where one is now; what is being recorded."""
GREEN = "#009E73"
"""A target, and what holds."""
ORANGE = "#E69F00"
"""An ellipse; a warning, with its sign."""
SKY = "#56B4E9"
PURPLE = "#CC79A7"

SPACE = 12
"""Between panels, px; half of it within one, twice of it around a page."""

LARGE = 1.3
"""What large text is larger by."""


@dataclass(frozen=True)
class Look:
    """One theme at one size.

    Attributes
    ----------
    dark : bool
    scale : float
        Of everything that is read.
    ground, card, line, ink, quiet_ink : str
        Behind everything, of a panel, around it, of text, of text that matters less.
    hover, chosen : str
        Of what the pointer is over, and what is chosen.
    warning, error, good : str
        Grounds of messages.
    link : str
        Blue that can be read as text on this ground.
    trail : str
        Of a trace that fades.
    """

    dark: bool
    scale: float
    ground: str
    card: str
    line: str
    ink: str
    quiet_ink: str
    hover: str
    chosen: str
    warning: str
    error: str
    good: str
    link: str
    trail: str

    def px(self, size: float) -> int:
        """Return a size at this scale, px."""
        return round(size * self.scale)


def look_of(dark: bool, large: bool) -> Look:
    """Return a theme at a size."""
    scale = LARGE if large else 1.0
    if dark:
        return Look(
            True, scale, "#12161C", "#1B2129", "#323B47", "#EDF1F5", "#A3AFBD", "#252D38",
            "#17324A", "#3A2E10", "#40210F", "#0F3329", "#6DB9F0", "#2F5873",
        )  # fmt: skip
    return Look(
        False, scale, "#F5F7F9", "#FFFFFF", "#D9DFE6", "#18212C", "#566272", "#EBF0F5",
        "#E1EEF7", "#FFF5DC", "#FDEBE0", "#E2F4EE", "#00609A", "#A9CDE3",
    )  # fmt: skip


_look = look_of(dark=False, large=False)


def look() -> Look:
    """Return the theme that the windows have now."""
    return _look


def apply(
    app: QtWidgets.QApplication, colours: Colours = "light", large: bool = False
) -> None:
    """Give an application its look; windows that are there take it up where they are built anew."""
    global _look
    scheme = app.styleHints().colorScheme()
    dark = colours == "dark" or (
        colours == "system" and scheme == QtCore.Qt.ColorScheme.Dark
    )
    _look = look_of(dark, large)
    app.setStyle("Fusion")
    font = QtGui.QFont(app.font())
    font.setStyleHint(QtGui.QFont.StyleHint.SansSerif)
    app.setFont(font)
    app.setPalette(_palette(_look))
    app.setStyleSheet(_style(_look))


def _palette(now: Look) -> QtGui.QPalette:
    """Return what Qt draws by itself: menus, fields and lists of its own dialogs."""
    role = QtGui.QPalette.ColorRole
    palette = QtGui.QPalette()
    for part, colour in {
        role.Window: now.ground, role.WindowText: now.ink, role.Base: now.card,
        role.AlternateBase: now.hover, role.Text: now.ink, role.Button: now.card,
        role.ButtonText: now.ink, role.Highlight: BLUE, role.HighlightedText: "#FFFFFF",
        role.ToolTipBase: now.ink, role.ToolTipText: now.ground, role.PlaceholderText:
        now.quiet_ink, role.Link: now.link,
    }.items():  # fmt: skip
        palette.setColor(part, QtGui.QColor(colour))
    return palette


def _style(now: Look) -> str:
    px = now.px
    return f"""
QWidget {{ background: transparent; color: {now.ink}; font-size: {px(14)}px; }}
QMainWindow, QDialog, QMenu, QCalendarWidget QWidget {{ background: {now.ground}; }}
QFrame#card, QFrame#tile {{ background: {now.card}; border: 1px solid {now.line};
    border-radius: 12px; }}
QFrame#rail {{ background: {now.card}; border: none; border-right: 1px solid {now.line}; }}
QFrame#rule {{ background: {now.line}; border: none; max-height: 1px; min-height: 1px; }}
QScrollArea {{ border: 2px solid transparent; border-radius: 8px; }}
QScrollArea:focus {{ border-color: {BLUE}; }}

QLabel#headline {{ font-size: {px(26)}px; font-weight: 600; }}
QLabel#heading {{ font-size: {px(17)}px; font-weight: 600; }}
QLabel#title {{ color: {now.quiet_ink}; font-size: {px(13)}px; }}
QLabel#value {{ font-size: {px(32)}px; font-weight: 600; }}
QLabel#unit {{ color: {now.quiet_ink}; font-size: {px(15)}px; }}
QLabel#note {{ color: {now.quiet_ink}; font-size: {px(12)}px; }}
QLabel#cue {{ font-size: {px(30)}px; font-weight: 600; }}
QLabel#call {{ font-size: {px(38)}px; font-weight: 700; }}
QLabel#huge {{ font-size: {px(120)}px; font-weight: 700; }}
QLabel#brand {{ font-size: {px(16)}px; font-weight: 700; }}

QLabel#message, QFrame#message {{ border-radius: 8px; padding: 8px 12px; background: {now.card};
    border: 1px solid {now.line}; }}
QLabel#message[level="warning"] {{ background: {now.warning}; border-color: {ORANGE}; }}
QLabel#message[level="error"] {{ background: {now.error}; border-color: {VERMILLION}; }}
QLabel#message[level="good"] {{ background: {now.good}; border-color: {GREEN}; }}

QPushButton {{ background: {now.card}; border: 1px solid {now.line}; border-radius: 8px;
    padding: 8px 16px; min-height: {px(20)}px; }}
QPushButton:hover {{ background: {now.hover}; border-color: {BLUE}; }}
QPushButton:focus {{ border: 2px solid {BLUE}; padding: 7px 15px; }}
QPushButton:disabled {{ color: {now.quiet_ink}; background: {now.ground}; border-style: dashed; }}
QPushButton:checked {{ background: {now.chosen}; border: 2px solid {BLUE}; padding: 7px 15px; }}
QPushButton:checked:focus {{ border-color: {now.ink}; }}
QPushButton#primary {{ background: {BLUE}; border-color: {BLUE}; color: white; font-weight: 600; }}
QPushButton#primary:hover {{ background: #00609A; }}
QPushButton#primary:focus {{ border: 2px solid {now.ink}; }}
QPushButton#primary:disabled {{ background: {now.line}; border-color: {now.line};
    color: {now.quiet_ink}; }}
QPushButton#big {{ background: {BLUE}; border-color: {BLUE}; color: white; font-weight: 700;
    font-size: {px(22)}px; padding: 18px 36px; border-radius: 14px; }}
QPushButton#big:hover {{ background: #00609A; }}
QPushButton#big:focus {{ border: 3px solid {now.ink}; padding: 17px 35px; }}
QPushButton#recording {{ background: {VERMILLION}; border-color: {VERMILLION}; color: white;
    font-weight: 600; }}
QPushButton#add {{ background: transparent; border: 2px dashed {now.line}; border-radius: 12px;
    color: {now.link}; font-size: {px(16)}px; min-height: {px(80)}px; }}
QPushButton#add:hover {{ background: {now.hover}; border-color: {BLUE}; }}
QPushButton#add:focus {{ border: 2px dashed {BLUE}; }}
QPushButton#recording:disabled {{ background: {now.line}; border-color: {now.line};
    color: {now.quiet_ink}; }}
QPushButton#quiet {{ background: transparent; border-color: transparent; color: {now.link}; }}
QPushButton#quiet:focus {{ border: 2px solid {BLUE}; }}
QFrame#rail QPushButton {{ background: transparent; border: 2px solid transparent;
    border-radius: 8px; text-align: left; padding: 10px 12px; }}
QFrame#rail QPushButton:hover {{ background: {now.hover}; }}
QFrame#rail QPushButton:checked {{ background: {now.chosen}; color: {now.link};
    font-weight: 600; }}
QFrame#rail QPushButton:focus {{ border-color: {BLUE}; }}

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit, QPlainTextEdit {{
    background: {now.card}; border: 1px solid {now.line}; border-radius: 8px; padding: 6px 10px;
    min-height: {px(20)}px; selection-background-color: {BLUE}; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateEdit:focus,
QPlainTextEdit:focus {{ border: 2px solid {BLUE}; padding: 5px 9px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::down-button {{ border: none; width: {px(22)}px; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url({_picture("up")});
    width: {px(12)}px; height: {px(12)}px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url({_picture("down")});
    width: {px(12)}px; height: {px(12)}px; }}
QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: {px(24)}px; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url({_picture("down")});
    width: {px(14)}px; height: {px(14)}px; }}
QCheckBox::indicator, QListView::indicator {{ width: {px(16)}px; height: {px(16)}px;
    border: 2px solid {now.quiet_ink}; border-radius: 5px; background: {now.card}; }}
QCheckBox::indicator:checked, QListView::indicator:checked {{ background: {BLUE};
    border-color: {BLUE}; image: url({_picture("tick")}); }}
QCheckBox {{ spacing: {px(8)}px; padding: 2px; border: 2px solid transparent;
    border-radius: 8px; }}
QCheckBox:focus {{ border-color: {BLUE}; }}
QComboBox QAbstractItemView {{ background: {now.card}; border: 1px solid {now.line};
    selection-background-color: {now.chosen}; selection-color: {now.ink}; }}
QListWidget, QTableWidget, QTreeWidget {{ background: {now.card}; border: 1px solid {now.line};
    border-radius: 8px; gridline-color: {now.line}; outline: none; }}
QListWidget::item {{ padding: 8px; border-radius: 6px; }}
QTableWidget::item {{ padding: 4px 6px; }}
QTreeWidget::item {{ padding: 2px 3px; }}
QListWidget::item:selected, QTableWidget::item:selected, QTreeWidget::item:selected {{
    background: {now.chosen}; color: {now.ink}; }}
QListWidget:focus, QTableWidget:focus, QTreeWidget:focus {{ border: 2px solid {BLUE}; }}
QHeaderView::section {{ background: {now.card}; color: {now.quiet_ink}; border: none;
    border-bottom: 1px solid {now.line}; padding: 6px; font-size: {px(12)}px; }}
QTableCornerButton::section {{ background: {now.card}; border: none; }}
QGroupBox {{ border: 1px solid {now.line}; border-radius: 12px; margin-top: {px(26)}px;
    padding: 6px; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 2px; top: 4px; }}
QSlider::groove:horizontal {{ height: 6px; border-radius: 3px; background: {now.line}; }}
QSlider::sub-page:horizontal {{ background: {BLUE}; border-radius: 3px; }}
QSlider::handle:horizontal {{ width: 18px; margin: -7px 0; border-radius: 9px;
    background: {now.card}; border: 2px solid {BLUE}; }}
QProgressBar {{ border: none; border-radius: 4px; background: {now.line}; max-height: 8px;
    min-height: 8px; }}
QProgressBar::chunk {{ background: {BLUE}; border-radius: 4px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {now.line}; border-radius: 5px; min-height: 30px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {now.line}; border-radius: 5px; min-width: 30px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QToolTip {{ background: {now.ink}; color: {now.ground}; border: none; padding: 4px; }}
"""


def _picture(name: str) -> str:
    """Return where a small picture is, as a style sheet wants it."""
    return Path(__file__).with_name(f"{name}.svg").as_posix()
