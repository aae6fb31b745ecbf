# SPDX-License-Identifier: Apache-2.0
"""Where a foot stands on the plate: by two presses, or by numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6 import QtWidgets

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.windows import theme
from solemetry_host.windows.cards import label

Command = Callable[..., None]


class FootDialog(QtWidgets.QDialog):
    """Registers a foot.

    Parameters
    ----------
    command : callable
        `Station.command`.
    parent : QWidget
    """

    def __init__(self, command: Command, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Register a foot")
        self._command = command
        self.side = QtWidgets.QComboBox()
        self.side.addItems(["left", "right"])
        self.length = _number(255.0, 100.0, 400.0, " mm")
        self.heel_ml = _number(0.0, -300.0, 300.0, " mm")
        self.heel_ap = _number(-120.0, -300.0, 300.0, " mm")
        self.axis = _number(0.0, -60.0, 60.0, " °")
        self.error = label("message")
        self.error.setProperty("level", "warning")
        self.error.setWordWrap(True)
        self.error.hide()

        common = QtWidgets.QFormLayout()
        common.addRow("Foot", self.side)
        common.addRow("Foot length", self.length)

        presses = QtWidgets.QGroupBox("By pressing: stand still, lean onto each part for 2 s")
        row = QtWidgets.QHBoxLayout(presses)
        for part in ("heel", "forefoot"):
            button = QtWidgets.QPushButton(f"Press with the {part}")
            button.clicked.connect(lambda _=False, part=part: self.press(part))
            row.addWidget(button)

        numbers = QtWidgets.QGroupBox("By numbers")
        form = QtWidgets.QFormLayout(numbers)
        form.addRow("Back of the heel, right of the middle", self.heel_ml)
        form.addRow("Back of the heel, in front of the middle", self.heel_ap)
        form.addRow("Turned to the right", self.axis)
        use = QtWidgets.QPushButton("Use these numbers")
        use.clicked.connect(self.use_numbers)
        form.addRow(use)

        forget = QtWidgets.QPushButton("Forget registered feet")
        forget.clicked.connect(lambda: self._command("foot_clear"))
        close = QtWidgets.QPushButton("Close")
        close.clicked.connect(self.close)
        bottom = QtWidgets.QHBoxLayout()
        bottom.addWidget(forget)
        bottom.addStretch()
        bottom.addWidget(close)

        column = QtWidgets.QVBoxLayout(self)
        column.setSpacing(theme.SPACE)
        column.addLayout(common)
        column.addWidget(presses)
        column.addWidget(numbers)
        column.addWidget(self.error)
        column.addLayout(bottom)

    def press(self, part: str) -> None:
        """Collect one press, starting now."""
        self._command(
            "foot_press", side=self.side.currentText(), length_mm=self.length.value(), part=part
        )

    def use_numbers(self) -> None:
        """Register what the fields say."""
        try:
            foot = FootRegistration(
                side="left" if self.side.currentText() == "left" else "right",
                heel_mm=(self.heel_ml.value(), self.heel_ap.value()),
                axis_deg=self.axis.value(),
                length_mm=self.length.value(),
            )
        except SolemetryError as error:
            self.error.setText(str(error))
            self.error.show()
            return
        self.error.hide()
        detail: dict[str, Any] = json.loads(foot.to_json())
        self._command("foot", **detail)


def _number(value: float, low: float, high: float, suffix: str) -> QtWidgets.QDoubleSpinBox:
    field = QtWidgets.QDoubleSpinBox()
    field.setRange(low, high)
    field.setDecimals(0)
    field.setValue(value)
    field.setSuffix(suffix)
    return field
