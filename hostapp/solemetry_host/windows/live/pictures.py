# SPDX-License-Identifier: Apache-2.0
"""The pictures of the live view, laid out for a plate, for insoles, or for both."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtWidgets

from solemetry_host.live.force_units import NEWTONS, ForceUnit
from solemetry_host.live.showing import Layout
from solemetry_host.live.snapshot import DeviceView
from solemetry_host.windows.live.numbers import why_in_words
from solemetry_host.windows.live.plate_view import OnPlate, PlateView
from solemetry_host.windows.live.pressure_map import PressureMap, UnderFoot, colour_of, name_of
from solemetry_host.windows.live.region_bars import RegionBars
from solemetry_host.windows.live.strip import Curve, Strip
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import card
from solemetry_host.words import tr

_STEP_N = 200.0


class Pictures(QtWidgets.QWidget):
    """The plate from above, the load under the feet, and curves over the last seconds.

    Attributes
    ----------
    plate : PlateView
    map : PressureMap
    across, along, force : Strip
    parts : RegionBars
    """

    def __init__(self) -> None:
        super().__init__()
        self._unit = NEWTONS
        self._layout: Layout | None = None
        self.plate, self.map = PlateView(), PressureMap()
        self.across = Strip(tr("Left – right, mm"), 20.0)
        self.along = Strip(tr("Back – front, mm"), 20.0)
        self.force = Strip(tr("Force, {unit}", unit="N"), _STEP_N, from_zero=True)
        self.parts = RegionBars()
        self._frames = {name: _framed(getattr(self, name)) for name in _PICTURES}
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.SPACE)
        self._arrange("plate")

    @property
    def front(self) -> PlateView | PressureMap:
        """The picture that shows where the load acts: of the plate, if it is shown."""
        return self.map if self._layout == "insoles" else self.plate

    def set_unit(self, unit: ForceUnit) -> None:
        """Draw forces in another unit."""
        self._unit = unit
        self.force.name(tr("Force, {unit}", unit=unit.name))

    def draw(
        self,
        layout: Layout,
        plate: DeviceView | None,
        insoles: Sequence[DeviceView],
        near: bool = False,
    ) -> None:
        """Draw one moment.

        Parameters
        ----------
        layout : {"plate", "insoles", "both"}
        plate : DeviceView or None
        insoles : sequence of DeviceView
            From left to right.
        near : bool
            Whether the sway is followed, and not the whole plate shown.
        """
        self._arrange(layout)
        shown = []
        if layout != "insoles":
            self.plate.set_near(near)
            self.plate.draw(OnPlate.of(plate) if plate is not None else None)
            self._draw_stabilogram(plate)
            shown += [plate] if plate is not None else []
        if layout != "plate":
            self.map.draw([UnderFoot.of(insole) for insole in insoles])
            self.parts.draw([
                (insole.side, insole.metrics.cells.parts if insole.metrics is not None else {})
                for insole in insoles
            ])  # fmt: skip
            shown += insoles
        self._draw_force(shown)

    def _draw_stabilogram(self, plate: DeviceView | None) -> None:
        metrics = plate.metrics if plate is not None else None
        for axis, strip in enumerate((self.across, self.along)):
            if plate is None or metrics is None:
                strip.draw(())
            else:
                strip.draw([Curve(metrics.cop_trail_mm[:, axis], plate.rate_hz)])

    def _draw_force(self, shown: Sequence[DeviceView]) -> None:
        curves, why = [], ""
        for view in shown:
            if view.metrics is not None:
                trail = view.metrics.force_trail_n * self._unit.per_newton
                curves.append(Curve(trail, view.rate_hz, *_named(view, len(shown) > 1)))
                why = why or view.metrics.why
        self.force.draw(curves, why_in_words(why))

    def _arrange(self, layout: Layout) -> None:
        """Lay the pictures out anew where another layout is to be seen."""
        if layout == self._layout:
            return
        self._layout = layout
        for frame in self._frames.values():
            self._grid.removeWidget(frame)
            frame.hide()
        for name, place in _PLACES[layout].items():
            self._grid.addWidget(self._frames[name], *place)
            self._frames[name].show()
        for row in range(3):
            self._grid.setRowStretch(row, _ROWS[layout][row])
        for column in range(6):
            self._grid.setColumnStretch(column, 1)


_PICTURES = ("plate", "map", "across", "along", "force", "parts")

_PLACES: dict[Layout, dict[str, tuple[int, int, int, int]]] = {
    "plate": {
        "plate": (0, 0, 3, 3), "across": (0, 3, 1, 3), "along": (1, 3, 1, 3), "force": (2, 3, 1, 3),
    },
    "insoles": {"map": (0, 0, 1, 6), "parts": (1, 0, 1, 3), "force": (1, 3, 1, 3)},
    "both": {
        "plate": (0, 0, 1, 3), "map": (0, 3, 1, 3), "force": (1, 0, 1, 3), "parts": (1, 3, 1, 3),
    },
}  # fmt: skip
"""Where each picture is: its row and column, how many rows and columns it takes."""

_ROWS: dict[Layout, tuple[int, int, int]] = {
    "plate": (1, 1, 1), "insoles": (4, 1, 0), "both": (4, 1, 0),
}  # fmt: skip
"""How the height is shared."""


def _named(view: DeviceView, one_of_several: bool) -> tuple[str, str]:
    """Return the colour of a device's curve, and its name where others are beside it."""
    if not one_of_several:
        return "", ""
    if view.layout.kind == "insole":
        return colour_of(view.side), name_of(view.side)
    return theme.look().ink, tr("Plate")


def _framed(picture: QtWidgets.QWidget) -> QtWidgets.QFrame:
    frame = card()
    box = QtWidgets.QVBoxLayout(frame)
    box.setContentsMargins(*[theme.SPACE // 2] * 4)
    box.addWidget(picture)
    return frame
