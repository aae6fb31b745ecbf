# SPDX-License-Identifier: Apache-2.0
"""How well everything keeps up: each stage from sensor to screen and ear, each device's link."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6 import QtCore, QtWidgets

from solemetry_host.live.snapshot import DeviceView
from solemetry_host.live.station import Station
from solemetry_host.windows import theme
from solemetry_host.windows.cards import label

_EVERY_MS = 500

_STAGES = ("Stage", "n", "median, ms", "95 %", "99 %", "longest")
_DEVICES = (
    "Device", "where", "rows/s", "rows", "lost", "damaged", "restarts", "battery", "clock ±",
)


class DiagnosticsDialog(QtWidgets.QDialog):
    """Shows a station's `Diagnostics`, twice a second.

    Parameters
    ----------
    station : callable
        Returns the station to show, or None.
    parent : QWidget, optional
    """

    def __init__(
        self, station: Callable[[], Station | None], parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Diagnostics")
        self.resize(760, 420)
        self._station = station
        self.stages = _table(_STAGES)
        self.devices = _table(_DEVICES)
        self.summary = label("note")
        self.summary.setWordWrap(True)
        column = QtWidgets.QVBoxLayout(self)
        column.setSpacing(theme.SPACE)
        column.addWidget(_headline("From the arrival of a row, over the last minute"))
        column.addWidget(self.stages)
        column.addWidget(_headline("Devices"))
        column.addWidget(self.devices)
        column.addWidget(self.summary)
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self.renew)
        self._timer.start(_EVERY_MS)
        self.renew()

    def renew(self) -> None:
        """Show the numbers of now."""
        station = self._station()
        if station is None:
            _fill(self.stages, [])
            _fill(self.devices, [])
            self.summary.setText("Not connected.")
            return
        found = station.diagnostics()
        _fill(
            self.stages,
            [
                (stage, str(s.n), *(f"{ms:.1f}" for ms in (s.p50_ms, s.p95_ms, s.p99_ms, s.max_ms)))
                for stage, s in found.latency.items()
            ],
        )
        _fill(self.devices, [_row(view) for view in station.snapshot.devices])
        self.summary.setText(
            f"{found.waiting} items wait for the engine, {found.most_waiting} at most; "
            f"{found.overflowed} dropped. Longest pause of Python's collector: "
            f"{found.collector_ms:.0f} ms."
        )


def _row(view: DeviceView) -> tuple[str, ...]:
    link = view.link
    return (
        view.stream,
        view.where,
        _number(link.rate_hz, 1),
        str(link.rows),
        str(link.lost_rows),
        str(link.damaged_frames),
        str(link.restarts),
        "–" if link.battery_percent is None else f"{link.battery_percent} %",
        _number(link.clock_half_width_ms, 1, " ms"),
    )


def _number(value: float, digits: int, unit: str = "") -> str:
    return f"{value:.{digits}f}{unit}" if math.isfinite(value) else "–"


def _headline(text: str) -> QtWidgets.QLabel:
    headline = label("title")
    headline.setText(text)
    return headline


def _table(columns: tuple[str, ...]) -> QtWidgets.QTableWidget:
    table = QtWidgets.QTableWidget(0, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    table.verticalHeader().hide()
    table.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QtWidgets.QHeaderView.ResizeMode.Stretch)
    return table


def _fill(table: QtWidgets.QTableWidget, rows: list[tuple[str, ...]]) -> None:
    table.setRowCount(len(rows))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            item = table.item(at, column)
            if item is None:
                item = QtWidgets.QTableWidgetItem()
                table.setItem(at, column, item)
            if item.text() != text:
                item.setText(text)
