# SPDX-License-Identifier: Apache-2.0
"""What the feet did at one moment: on the plate, in the shoes, or both beside each other."""

from __future__ import annotations

import numpy as np
from PySide6 import QtWidgets

from solemetry.sway.trajectory.ellipse import Ellipse
from solemetry_host.reviewing import moments
from solemetry_host.reviewing.measuring import Measured
from solemetry_host.reviewing.moments import Moment
from solemetry_host.reviewing.names import number
from solemetry_host.reviewing.opened import Opened
from solemetry_host.windows.live.picture import Picture
from solemetry_host.windows.live.plate_view import OnPlate, PlateView
from solemetry_host.windows.live.pressure_map import PressureMap, UnderFoot
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import button, column, label, row, write
from solemetry_host.windows.reviewing.cop_picture import CopPicture, Way
from solemetry_host.words import tr

DRAWN_HZ = 100.0
"""Of a faster trail no more points are drawn: nobody sees them."""


class AtMoment(QtWidgets.QWidget):
    """Draws a moment of a recording with the live view's own pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.plate, self.feet, self.ground = PlateView(), PressureMap(), CopPicture()
        self._values = label("note", wraps=True)
        self._opened: Opened | None = None
        self._measured: Measured | None = None
        self._shown: tuple[float, object] | None = None
        self._on_ground: object = None
        self.near_button = button(tr("Closer"), self._look_near, kind="quiet")
        self.near_button.setToolTip(tr("See the sway alone, or the whole plate"))
        self.near_button.setCheckable(True)
        below = row(self._values, self.near_button)
        below.setStretch(0, 1)
        pictures = row(self.plate, self.ground, self.feet)
        box = column(pictures, below, spacing=theme.SPACE // 2)
        box.setStretch(0, 1)
        self.setLayout(box)

    @property
    def pictures(self) -> list[Picture]:
        """Those that are seen."""
        return [one for one in (self.plate, self.ground, self.feet) if one.isVisibleTo(self)]

    def show_recording(self, opened: Opened | None) -> None:
        """Show another recording."""
        self._opened, self._measured, self._shown = opened, None, None

    def show_measured(self, measured: Measured | None) -> None:
        """Show the ellipse of the span that was measured."""
        self._measured, self._shown = measured, None

    def draw(self, t_s: float) -> None:
        """Draw a moment, if it is another."""
        if self._opened is None or (t_s, self._opened) == self._shown:
            return
        self._shown = (t_s, self._opened)
        there = list(moments.at(self._opened.session, t_s))
        insoles = [one for one in there if one.layout is not None and one.layout.kind == "insole"]
        plates = [one for one in there if one not in insoles]
        plate = max(plates, key=_load, default=None)
        laboratory = plate is not None and plate.layout is None
        self.plate.setVisible(plate is not None and not laboratory)
        self.ground.setVisible(laboratory)
        self.near_button.setVisible(plate is not None and not laboratory)
        self.feet.setVisible(bool(insoles))
        if plate is not None and laboratory:
            self._draw_ground(plate)
        elif plate is not None and plate.layout is not None:
            self.plate.draw(
                OnPlate(plate.layout.size_mm, plate.trail_mm, plate.rate_hz, plate.here_mm,
                        self._ellipse(plate), plate.feet)
            )  # fmt: skip
        if insoles:
            self.feet.draw([_under_foot(one) for one in insoles], self._opened.highest_cell)
        write(self._values, "   ".join(_in_words(one, len(there) > 1) for one in there))

    def _look_near(self) -> None:
        self.plate.set_near(self.near_button.isChecked())
        self._shown = None

    def _draw_ground(self, moment: Moment) -> None:
        """Draw a laboratory's plate, of which nobody knows where it ends."""
        assert self._opened is not None
        standing = (self._opened, self._measured, moment.stream)
        if standing != self._on_ground:
            self._on_ground = standing
            feet = [Way(foot.outline_mm(), theme.GREEN, closed=True) for foot in moment.feet]
            ellipse = self._ellipse(moment)
            around = Way(np.empty((0, 2)), theme.ORANGE, ellipse)
            square = self._opened.square(moment.stream, ellipse)
            self.ground.show_ways([*feet, around], square)
        every = max(1, int(moment.rate_hz / DRAWN_HZ))
        self.ground.show_trail(moment.trail_mm[::-every][::-1])  # with the newest point

    def _ellipse(self, moment: Moment) -> Ellipse | None:
        picture = self._measured.pictures.get(moment.stream) if self._measured else None
        return picture.ellipse if picture is not None else None


def _load(moment: Moment) -> float:
    return moment.force_n if np.isfinite(moment.force_n) else -1.0


def _under_foot(moment: Moment) -> UnderFoot:
    assert moment.layout is not None
    cells = moment.cells if moment.cells is not None else np.empty(0)
    return UnderFoot(
        moment.foot, moment.layout, cells, moment.unit, moment.trail_mm, moment.rate_hz,
        moment.here_mm,
    )  # fmt: skip


def _in_words(moment: Moment, several: bool) -> str:
    name = {"left": tr("Left"), "right": tr("Right")}.get(moment.foot, moment.stream)
    force = tr("{force} N", force=number(moment.force_n)) if np.isfinite(moment.force_n) else "–"
    place = ""
    if np.isfinite(moment.here_mm).all():
        ml, ap = moment.here_mm.tolist()
        place = tr("at {ml} | {ap} mm", ml=f"{ml:.0f}", ap=f"{ap:.0f}")
    return " ".join(filter(None, (f"{name}:" if several else "", force, place)))
