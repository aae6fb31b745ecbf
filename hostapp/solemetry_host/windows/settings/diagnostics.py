# SPDX-License-Identifier: Apache-2.0
"""How well everything keeps up: each stage from sensor to screen and ear, each device's link."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6 import QtCore, QtWidgets

from solemetry_host.live.snapshot import DeviceView
from solemetry_host.live.station import Station
from solemetry_host.windows.look.parts import NOTHING, column, label
from solemetry_host.words import tr

_EVERY_S = 0.5


class Diagnostics(QtWidgets.QWidget):
    """Shows a station's `Diagnostics`.

    Parameters
    ----------
    station : callable
        Returns the station to show, or None.
    """

    def __init__(self, station: Callable[[], Station | None]) -> None:
        super().__init__()
        self._station = station
        self._renewed_s = -math.inf
        self.stages = _table(
            tr("Stage"), tr("n"), tr("median, ms"), "95 %", "99 %", tr("longest")
        )
        self.devices = _table(
            tr("Device"), tr("where"), tr("rows/s"), tr("rows"), tr("lost"), tr("damaged"),
            tr("restarts"), tr("battery"), tr("clock ±, ms"), widest=1,
        )  # fmt: skip
        self.summary = label("note", wraps=True)
        self.setLayout(
            column(
                label("title", tr("From the arrival of a row, over the last minute"), wraps=True),
                self.stages,
                label("title", tr("Devices")),
                self.devices,
                self.summary,
            )
        )
        self.renew()

    def renew_now_and_then(self) -> None:
        """Show the numbers of now, if those that are shown are half a second old."""
        if time.monotonic() - self._renewed_s >= _EVERY_S:
            self.renew()

    def renew(self) -> None:
        """Show the numbers of now."""
        self._renewed_s = time.monotonic()
        station = self._station()
        if station is None:
            _fill(self.stages, [])
            _fill(self.devices, [])
            self.summary.setText(tr("Not connected."))
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
            tr(
                "{waiting} items wait for the engine, {most} at most; {dropped} dropped. Longest "
                "pause of Python's collector: {pause:.0f} ms.",
                waiting=found.waiting,
                most=found.most_waiting,
                dropped=found.overflowed,
                pause=found.collector_ms,
            )
        )


def _row(view: DeviceView) -> tuple[str, ...]:
    link = view.link
    return (
        view.stream,
        view.where,
        _number(link.rate_hz),
        str(link.rows),
        str(link.lost_rows),
        str(link.damaged_frames),
        str(link.restarts),
        NOTHING if link.battery_percent is None else f"{link.battery_percent} %",
        _number(link.clock_half_width_ms),
    )


def _number(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else NOTHING


def _table(*columns: str, widest: int = 0) -> QtWidgets.QTableWidget:
    table = QtWidgets.QTableWidget(0, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    table.verticalHeader().hide()
    table.setTabKeyNavigation(False)
    table.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
    table.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(widest, QtWidgets.QHeaderView.ResizeMode.Stretch)
    return table


def _fill(table: QtWidgets.QTableWidget, rows: list[tuple[str, ...]]) -> None:
    """Write rows, and make the table as tall as they are."""
    if table.rowCount() != len(rows):
        table.setRowCount(len(rows))
        head_px = table.horizontalHeader().sizeHint().height() + 6
        row_px = table.verticalHeader().defaultSectionSize()
        table.setFixedHeight(head_px + max(len(rows), 1) * row_px)
    for at, row in enumerate(rows):
        for column_, text in enumerate(row):
            item = table.item(at, column_)
            if item is None:
                item = QtWidgets.QTableWidgetItem()
                table.setItem(at, column_, item)
            if item.text() != text:
                item.setText(text)
