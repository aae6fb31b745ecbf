# SPDX-License-Identifier: Apache-2.0
"""The plate from above: centre of pressure, its trail, the ellipse, the registered feet."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6 import QtCore, QtWidgets

from solemetry_host.live.snapshot import Snapshot
from solemetry_host.windows import theme

_BRIGHT_TAIL_S = 1.5
_MARGIN_MM = 25.0
_DRAWN_HZ = 100.0
"""Of a faster trail no more points are drawn: nobody sees them, and lines cost most."""


class PlateView(pg.PlotWidget):  # type: ignore[misc]
    """Draws where the load acts. Zoomed on a standing person's sway, or on the whole plate."""

    def __init__(self) -> None:
        super().__init__(background=theme.CARD)
        plot = self.getPlotItem()
        plot.setAspectLocked(True)
        plot.disableAutoRange()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(x=True, y=True, alpha=0.15)
        plot.setLabel("bottom", "left  ←  mm  →  right")
        plot.setLabel("left", "back  ←  mm  →  front")
        self.setMouseEnabled(x=False, y=False)
        self._top = QtWidgets.QGraphicsRectItem()
        self._top.setPen(pg.mkPen(theme.QUIET_INK, width=1))
        self._feet = [pg.PlotCurveItem(pen=pg.mkPen(theme.GREEN, width=2)) for _ in range(2)]
        self._trail = pg.PlotCurveItem(pen=pg.mkPen("#A9CDE3"), connect="finite")
        self._tail = pg.PlotCurveItem(pen=pg.mkPen(theme.BLUE, width=2), connect="finite")
        self._ellipse = pg.PlotCurveItem(pen=pg.mkPen(theme.ORANGE, width=2))
        self._now = pg.ScatterPlotItem(size=16, brush=theme.VERMILLION, pen=None)
        for item in (self._top, *self._feet, self._trail, self._tail, self._ellipse, self._now):
            plot.addItem(item)
        self._whole_plate = True
        self._shown: tuple[float, float, float] | None = None
        self.show_range(0.0, 0.0, 300.0)

    @property
    def here_mm(self) -> tuple[float, float] | None:
        """Where the dot is drawn, ``(ml, ap)``; None where there is none."""
        x, y = self._now.getData()
        return (float(x[0]), float(y[0])) if len(x) else None

    def set_whole_plate(self, whole: bool) -> None:
        """Show the whole plate, or follow the person closely."""
        self._whole_plate = whole
        self._shown = None

    def show_range(self, x: float, y: float, half: float) -> None:
        """Show a square around a point."""
        if self._shown != (x, y, half):
            self._shown = (x, y, half)
            self.setRange(QtCore.QRectF(x - half, y - half, 2 * half, 2 * half), padding=0)

    def draw(self, snapshot: Snapshot) -> None:
        """Draw one moment."""
        layout, metrics = snapshot.layout, snapshot.metrics
        if layout is not None:
            width, depth = layout.size_mm
            self._top.setRect(-width / 2, -depth / 2, width, depth)
        for curve, foot in zip(self._feet, [*snapshot.feet, None, None], strict=False):
            curve.setData(*(foot.outline_mm().T if foot is not None else ([], [])))
        if metrics is None:
            for curve in (self._trail, self._tail, self._ellipse):
                curve.setData([], [])
            self._now.setData([], [])
            return
        every = max(1, int(snapshot.rate_hz / _DRAWN_HZ))
        trail = metrics.cop_trail_mm[::-every][::-1]  # with the newest point
        tail = trail[-round(_BRIGHT_TAIL_S * snapshot.rate_hz / every) :]
        self._trail.setData(trail[:, 0], trail[:, 1])
        self._tail.setData(tail[:, 0], tail[:, 1])
        outline = metrics.ellipse.outline() if metrics.ellipse is not None else np.empty((0, 2))
        self._ellipse.setData(outline[:, 0], outline[:, 1])
        here = metrics.cop_mm
        self._now.setData(*([[x] for x in here] if np.isfinite(here).all() else ([], [])))
        self._frame(snapshot)

    def _frame(self, snapshot: Snapshot) -> None:
        layout, metrics = snapshot.layout, snapshot.metrics
        if self._whole_plate or metrics is None or metrics.ellipse is None:
            half = max(layout.size_mm) / 2 + _MARGIN_MM if layout is not None else 300.0
            self.show_range(0.0, 0.0, half)
            return
        # In steps, so that the picture does not swim with every breath.
        x, y = (25.0 * round(v / 25.0) for v in metrics.ellipse.center_mm)
        self.show_range(x, y, 25.0 * np.ceil((metrics.ellipse.axes_mm[0] + 15.0) / 25.0))
