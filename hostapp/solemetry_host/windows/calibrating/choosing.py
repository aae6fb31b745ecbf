# SPDX-License-Identifier: Apache-2.0
"""What to calibrate, and with which masses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6 import QtWidgets

from solemetry_host.live.snapshot import DeviceView, Snapshot
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import (
    Segments,
    button,
    card,
    clear,
    column,
    holding,
    label,
    row,
)
from solemetry_host.words import tr

What = Literal["plate", "insole", "check"]


@dataclass(frozen=True)
class Choice:
    """What somebody wants to do.

    Attributes
    ----------
    what : {"plate", "insole", "check"}
    stream : str
        Of the device.
    mass_kg : float
        That stands on the points.
    second_kg : float or None
        Another known mass; None: there is none.
    second_is_person : bool
        Whether that is somebody who was on a bathroom scale.
    """

    what: What
    stream: str
    mass_kg: float
    second_kg: float | None
    second_is_person: bool


class Choosing(QtWidgets.QWidget):
    """Offers every connected device, with what can be done to it.

    Parameters
    ----------
    begin : callable
        Given the `Choice`.
    """

    def __init__(self, begin: Callable[[Choice], object]) -> None:
        super().__init__()
        self._begin = begin
        self._offered: tuple[tuple[str, str, bool], ...] | None = None
        self.mass = _kilograms(20.0)
        self.second = Segments(
            [
                ("person", tr("Me, after a bathroom scale")),
                ("mass", tr("Another mass")),
                ("none", tr("None")),
            ],
            self._choose_second,
        )
        self.second_kg = _kilograms(70.0)
        self.second_none = label(
            "note",
            tr("Without it, a mass that is stated up to 15 % wrong cannot be noticed."),
            wraps=True,
        )
        self._second = "person"
        self.second.show_choice("person")
        self.devices = column()
        form = QtWidgets.QGridLayout()
        form.setHorizontalSpacing(2 * theme.SPACE)
        form.setVerticalSpacing(theme.SPACE)
        form.setColumnStretch(1, 1)
        rows = (
            (tr("Known mass on a small foot"), holding(row(self.mass, 1))),
            (tr("To check it by"), self.second),
            ("", holding(column(row(self.second_kg, 1), self.second_none))),
        )
        for at, (name, field) in enumerate(rows):
            form.addWidget(label("", name, wraps=True), at, 0)
            form.addWidget(field, at, 1)
        self.setLayout(
            column(
                card(form, title=tr("Masses")),
                card(self.devices, title=tr("Devices")),
                label(
                    "note",
                    tr("A plate takes half an hour: ten minutes to warm up, nine points, a minute "
                       "of rest. Print the template with the points from the hardware folder."),
                    wraps=True,
                ),
                1,
            )
        )
        self._choose_second("person")

    def draw(self, snapshot: Snapshot) -> None:
        """Offer what is connected now."""
        offered = tuple(
            (view.stream, view.layout.kind, view.link.calibrated)
            for view in snapshot.devices
            if view.link.state == "streaming"
        )
        if offered == self._offered:
            return
        self._offered = offered
        clear(self.devices)
        for view in snapshot.devices:
            if view.link.state == "streaming":
                self.devices.addWidget(self._offer(view, snapshot))
        if not offered:
            self.devices.addWidget(
                label("", tr("Nothing is connected. Connect a plate on the first page."), True)
            )

    def _offer(self, view: DeviceView, snapshot: Snapshot) -> QtWidgets.QWidget:
        state = tr("calibrated") if view.link.calibrated else tr("not calibrated")
        names = column(
            label("heading", f"{view.stream} · {view.link.device}"), label("note", state), spacing=2
        )
        if view.layout.kind == "plate":
            check = button(tr("Check three points"), lambda: self._ask("check", view.stream))
            check.setEnabled(view.link.calibrated)
            actions = [
                check,
                button(tr("Calibrate"), lambda: self._ask("plate", view.stream), kind="primary"),
            ]
        else:
            on_plate = button(
                tr("Calibrate on the plate"), lambda: self._ask("insole", view.stream),
                kind="primary",
            )  # fmt: skip
            on_plate.setEnabled(any(
                each.layout.kind == "plate" and each.link.calibrated for each in snapshot.devices
            ))
            on_plate.setToolTip(tr("It takes a plate that is connected and calibrated itself."))
            actions = [on_plate]
        offer = QtWidgets.QWidget()
        offer.setLayout(row(names, 1, *actions))
        return offer

    def _ask(self, what: What, stream: str) -> None:
        second = None if self._second == "none" else self.second_kg.value()
        self._begin(
            Choice(what, stream, self.mass.value(), second, self._second == "person")
        )

    def _choose_second(self, which: str) -> None:
        self._second = which
        self.second_kg.setVisible(which != "none")
        self.second_none.setVisible(which == "none")


def _kilograms(value: float) -> QtWidgets.QDoubleSpinBox:
    field = QtWidgets.QDoubleSpinBox()
    field.setRange(1.0, 300.0)
    field.setDecimals(2)
    field.setSuffix(" kg")
    field.setValue(value)
    field.setMinimumWidth(theme.look().px(130))
    return field
