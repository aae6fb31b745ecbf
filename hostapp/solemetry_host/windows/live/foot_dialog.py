# SPDX-License-Identifier: Apache-2.0
"""Where a foot stands on the plate: by two presses, or by numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6 import QtWidgets

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import (
    Notice,
    Segments,
    button,
    card,
    column,
    holding,
    label,
    row,
)
from solemetry_host.words import tr

Command = Callable[..., None]


class FootDialog(QtWidgets.QDialog):
    """Registers a foot.

    Parameters
    ----------
    command : callable
        `Station.command`, of the plate that is meant.
    parent : QWidget
    """

    def __init__(self, command: Command, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Register a foot"))
        self._command = command
        self._side = "left"
        self.sides = Segments([("left", tr("Left")), ("right", tr("Right"))], self.choose_side)
        self.sides.show_choice(self._side)
        self.length = _number(255.0, 100.0, 400.0, " mm")
        self.heel_ml = _number(0.0, -300.0, 300.0, " mm")
        self.heel_ap = _number(-120.0, -300.0, 300.0, " mm")
        self.axis = _number(0.0, -60.0, 60.0, " °")
        self.refusal = Notice()
        box = column(
            _form((tr("Foot"), self.sides), (tr("Foot length"), self.length)),
            card(
                label("", tr("Stand still on it and lean onto each part for two seconds."),
                      wraps=True),
                row(
                    button(tr("Press with the heel"), lambda: self.press("heel"), "H"),
                    button(tr("Press with the forefoot"), lambda: self.press("forefoot"), "F"),
                    1,
                ),
                title=tr("By pressing"),
            ),
            card(
                _form(
                    (tr("Back of the heel, right of the middle"), self.heel_ml),
                    (tr("Back of the heel, in front of the middle"), self.heel_ap),
                    (tr("Turned to the right"), self.axis),
                ),
                row(button(tr("Use these numbers"), self.use_numbers), 1),
                title=tr("By numbers"),
            ),
            self.refusal,
            row(
                button(tr("Forget registered feet"), lambda: self._command("foot_clear")),
                1,
                button(tr("Close"), self.close, kind="primary"),
            ),
        )
        box.setContentsMargins(*[2 * theme.SPACE] * 4)
        self.setLayout(box)

    def choose_side(self, side: str) -> None:
        """Say which foot it is."""
        self._side = side
        self.sides.show_choice(side)

    def press(self, part: str) -> None:
        """Collect one press, starting now."""
        self._command("foot_press", side=self._side, length_mm=self.length.value(), part=part)

    def use_numbers(self) -> None:
        """Register what the fields say."""
        try:
            foot = FootRegistration(
                side="left" if self._side == "left" else "right",
                heel_mm=(self.heel_ml.value(), self.heel_ap.value()),
                axis_deg=self.axis.value(),
                length_mm=self.length.value(),
            )
        except SolemetryError as error:
            self.refusal.say("warning", str(error))
            return
        self.refusal.say("", "")
        detail: dict[str, Any] = json.loads(foot.to_json())
        self._command("foot", **detail)


def _form(*rows: tuple[str, QtWidgets.QWidget]) -> QtWidgets.QWidget:
    form = QtWidgets.QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(2 * theme.SPACE)
    for name, field in rows:
        form.addRow(name, field)
    return holding(form)


def _number(value: float, low: float, high: float, suffix: str) -> QtWidgets.QDoubleSpinBox:
    field = QtWidgets.QDoubleSpinBox()
    field.setRange(low, high)
    field.setDecimals(0)
    field.setValue(value)
    field.setSuffix(suffix)
    field.lineEdit().setTextMargins(theme.SPACE - 2, 0, 0, 0)
    return field
