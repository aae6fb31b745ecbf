# SPDX-License-Identifier: Apache-2.0
"""The column of numbers beside the pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6 import QtWidgets

from solemetry_host.live.force_units import NEWTONS, ForceUnit
from solemetry_host.live.showing import Layout, both_insoles, insoles_of
from solemetry_host.live.snapshot import DeviceView, Metrics, Share, Snapshot
from solemetry_host.windows.live.numbers import Number, ShareOf, why_in_words
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import card, column, holding, label, scrolled, write
from solemetry_host.words import tr

_WIDTH = 210
_UNKNOWN = Share(math.nan, "")


class Side(QtWidgets.QWidget):
    """Load and shares of whatever is shown, and the sway on the plate.

    Attributes
    ----------
    elapsed, area, velocity, force : Number
    right, front : ShareOf
        Of the plate; `right` of both insoles where no plate is shown.
    front_of : dict of str to ShareOf
        Of each insole, by side.
    """

    def __init__(self) -> None:
        super().__init__()
        self._unit = NEWTONS
        self.of_window = label("note", wraps=True)
        self.elapsed = Number(tr("Recording"), "s", 1)
        self.area = Number(tr("Sway area, 95 % ellipse"), "cm²", 2)
        self.velocity = Number(tr("Path velocity"), "mm/s", 1)
        self.force = Number(tr("Force"), NEWTONS.name, NEWTONS.decimals)
        self.right = ShareOf(tr("Left / right"), tr("left"), tr("right"))
        self.front = ShareOf(tr("Rear / fore"), tr("rear"), tr("fore"))
        self.front_of = {
            "left": ShareOf(tr("Left foot"), tr("rear"), tr("fore")),
            "right": ShareOf(tr("Right foot"), tr("rear"), tr("fore")),
        }
        self.why = label("note", wraps=True)
        self._sway = card(self.area, self.velocity, self.of_window)
        self._recording = card(self.elapsed)
        self._load = card(
            self.force, self.right, self.front, *self.front_of.values(), self.why
        )
        inside = column(self._recording, self._load, self._sway, 1)
        self.setLayout(column(scrolled(holding(inside))))
        self.setFixedWidth(theme.look().px(_WIDTH))

    def set_unit(self, unit: ForceUnit) -> None:
        """Show forces in another unit."""
        self._unit = unit
        self.force.set_unit(unit.name, unit.decimals)

    def draw(self, layout: Layout, plate: DeviceView | None, snapshot: Snapshot) -> None:
        """Show one moment."""
        elapsed_s = snapshot.elapsed_s
        self._recording.setVisible(elapsed_s is not None)
        self.elapsed.show_value(math.nan if elapsed_s is None else elapsed_s)
        self._sway.setVisible(layout != "insoles")
        self.front.setVisible(layout != "insoles")
        insoles = insoles_of(snapshot) if layout != "plate" else ()
        if layout == "insoles":
            self._draw_insoles(insoles, snapshot)
        else:
            self._draw_plate(plate.metrics if plate is not None else None)
        self._draw_feet(insoles, alone=layout == "insoles")

    def _draw_plate(self, metrics: Metrics | None) -> None:
        if metrics is None:
            self._show_load(math.nan, _UNKNOWN)
            self.front.show_share(_UNKNOWN)
            self.area.show_value(math.nan)
            self.velocity.show_value(math.nan)
            return
        self._show_load(metrics.force_n, metrics.right, metrics.why)
        self.front.show_share(metrics.front)
        ellipse = metrics.ellipse
        self.area.show_value(ellipse.area_mm2 / 100 if ellipse is not None else math.nan)
        self.velocity.show_value(metrics.velocity_mm_s)
        whole = round(metrics.covered_s) >= round(metrics.window_s)
        write(
            self.of_window,
            tr("last {window:.0f} s", window=metrics.window_s)
            if whole
            else tr(
                "last {window:.0f} s, {covered:.0f} s so far",
                window=metrics.window_s,
                covered=metrics.covered_s,
            ),
        )

    def _draw_insoles(self, insoles: Sequence[DeviceView], snapshot: Snapshot) -> None:
        both = both_insoles(snapshot)
        if both is not None:
            self._show_load(both.force_n, both.right, both.why)
            return
        alone = insoles[0].metrics if len(insoles) == 1 else None
        if alone is None:
            self._show_load(math.nan, _UNKNOWN)
        else:
            self._show_load(alone.force_n, _UNKNOWN, alone.why)

    def _draw_feet(self, insoles: Sequence[DeviceView], alone: bool) -> None:
        of_side = {view.side: view.metrics for view in insoles}
        for side, share in self.front_of.items():
            metrics = of_side.get(side)
            share.setVisible(alone and side in of_side)
            share.show_share(metrics.front if metrics is not None else _UNKNOWN)

    def _show_load(self, force_n: float, right: Share, why: str = "") -> None:
        self.force.show_value(force_n * self._unit.per_newton)
        self.right.show_share(right)
        write(self.why, why_in_words(why))
        self.why.setVisible(bool(why))
