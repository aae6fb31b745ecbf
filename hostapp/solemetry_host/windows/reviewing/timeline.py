# SPDX-License-Identifier: Apache-2.0
"""A whole recording from left to right: its signals, what happened when, and what is chosen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6 import QtCore, QtGui

from solemetry_host.reviewing.marks import Mark
from solemetry_host.reviewing.names import clock
from solemetry_host.reviewing.opened import Opened, Track, What
from solemetry_host.reviewing.watching import Watching
from solemetry_host.windows.live.picture import (
    Painter,
    Picture,
    Scale,
    draw_line,
    pen_of,
    step_for,
)
from solemetry_host.windows.look import theme
from solemetry_host.words import tr

Key = QtCore.Qt.Key
Align = QtCore.Qt.AlignmentFlag

_STRIPS: tuple[What, ...] = ("force", "counts", "ml", "ap")

_LANE_PX, _AXIS_PX, _TEXT_PX = 20, 20, 16

_DRAG_PX = 4.0
"""A pointer that moved less has clicked."""

_WHEEL = 0.8
"""So many times as much is seen after a notch of the wheel."""


class Timeline(Picture):
    """Draws the part of a recording that is in view, and takes the pointer and keys.

    Parameters
    ----------
    moved : callable
        Told when another moment, or another part, is to be seen.
    span_chosen : callable
        Told when another span is chosen.
    """

    def __init__(
        self, moved: Callable[[], object], span_chosen: Callable[[], object]
    ) -> None:
        super().__init__()
        self._moved, self._span_chosen = moved, span_chosen
        self._opened: Opened | None = None
        self._watching: Watching | None = None
        self._view: tuple[float, float] | None = None
        self._pressed: QtCore.QPointF | None = None
        self._dragged = False
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(theme.look().px(140))
        self.setAccessibleName(tr("Timeline"))
        self.setMouseTracking(True)

    def show_recording(self, opened: Opened | None, watching: Watching | None) -> None:
        """Show a recording, and where somebody is in it."""
        self._opened, self._watching, self._view = opened, watching, None
        self.renew()

    def draw(self) -> None:
        """Draw where somebody is now."""
        if self._watching is not None and self._watching.view != self._view:
            self._view = self._watching.view
            self.renew()
        self.update()

    # ---- where things are ------------------------------------------------------------------

    @property
    def _box(self) -> QtCore.QRectF:
        """Where time goes from left to right; values are written to the left of it."""
        px = theme.look().px
        return QtCore.QRectF(self.rect()).adjusted(px(46), 2, -px(10), -px(_AXIS_PX))

    @property
    def _lanes(self) -> QtCore.QRectF:
        """Where the marks are, in two rows."""
        box = self._box
        height = theme.look().px(_LANE_PX) * (2 if self._opened and self._opened.marks else 0)
        return QtCore.QRectF(box.left(), box.top(), box.width(), height)

    def _strip_boxes(self) -> list[tuple[What, QtCore.QRectF]]:
        box, lanes = self._box, self._lanes
        if self._opened is None:
            return []
        there = [what for what in _STRIPS if self._opened.of(what)]
        title, room = theme.look().px(_TEXT_PX + 1), box.bottom() - lanes.bottom()
        each = room / max(len(there), 1)
        return [
            (what, QtCore.QRectF(box.left(), lanes.bottom() + n * each + title, box.width(),
                                 each - title))
            for n, what in enumerate(there)
        ]  # fmt: skip

    def _x(self, t_s: float) -> float:
        assert self._watching is not None
        low, high = self._watching.view
        box = self._box
        return box.left() + (t_s - low) / (high - low) * box.width()

    def _t_s(self, x: float) -> float:
        assert self._watching is not None
        low, high = self._watching.view
        box = self._box
        return low + (x - box.left()) / box.width() * (high - low)

    # ---- what stands still -----------------------------------------------------------------

    def paint_still(self, painter: Painter) -> None:
        """Paint the signals in view, the marks and the axis of time."""
        if self._opened is None or self._watching is None:
            return
        self._paint_times(painter)
        for what, box in self._strip_boxes():
            self._paint_strip(painter, what, box)
        self._paint_marks(painter)

    def _each_box(self) -> list[QtCore.QRectF]:
        return [box for _, box in self._strip_boxes()]

    def _paint_times(self, painter: Painter) -> None:
        assert self._watching is not None
        look, box = theme.look(), self._box
        low, high = self._watching.view
        step = step_for(high - low, max(2, int(box.width() / look.px(90))))
        if step > 30:  # whole minutes, not 50 s
            steps = (60, 120, 300, 600, 1800, 3600, 7200)
            step = next((each for each in steps if each >= step), step)
        height = look.px(_TEXT_PX)
        for n in range(math.ceil(low / step), math.floor(high / step) + 1):
            x = self._x(n * step)
            painter.setPen(pen_of(look.line))
            for strip in self._each_box():
                painter.drawLine(QtCore.QLineF(x, strip.top(), x, strip.bottom()))
            painter.setPen(pen_of(look.quiet_ink))
            place = QtCore.QRectF(x - look.px(45), box.bottom() + 3, look.px(90), height)
            place.moveRight(min(place.right(), self.width() - 1.0))
            painter.drawText(place, Align.AlignCenter, _time(n * step, step))

    def _paint_strip(self, painter: Painter, what: What, box: QtCore.QRectF) -> None:
        assert self._opened is not None
        assert self._watching is not None
        look = theme.look()
        low, high = self._opened.reach(what)
        painter.setPen(pen_of(look.line))
        painter.drawRect(box)
        scale = Scale.filling(box.adjusted(0, 2, 0, -2), self._watching.view, (low, high))
        painter.setPen(pen_of(look.quiet_ink))
        height, right = look.px(_TEXT_PX), Align.AlignRight | Align.AlignVCenter
        for value, y in ((high, box.top() + height / 2), (low, box.bottom() - height / 2)):
            place = QtCore.QRectF(0, y - height / 2, box.left() - 5, height)
            if box.height() > 2 * height or value == high:
                painter.drawText(place, right, str(round(value)))
        painter.save()
        painter.setClipRect(box)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, False)
        tracks = self._opened.of(what)
        for track in tracks:
            t_s, values = track.curve.drawn(*self._watching.view, most=int(box.width()))
            curve = scale.px(np.column_stack((t_s, values)))
            draw_line(painter, curve, pen_of(_colour(track)))
        painter.restore()
        self._paint_title(painter, what, tracks, box)

    def _paint_title(
        self, painter: Painter, what: What, tracks: tuple[Track, ...], box: QtCore.QRectF
    ) -> None:
        """Write what a strip shows, and which colour is whose where there are several."""
        look, metrics = theme.look(), painter.fontMetrics()
        titles = {"force": tr("Force, N"), "counts": tr("Sum of the cells, counts"),
                  "ml": tr("Side to side, mm"), "ap": tr("Front to back, mm")}  # fmt: skip
        texts = [(titles[what], look.quiet_ink)]
        if len(tracks) > 1:
            texts += [(f"— {_name(track)}", _colour(track)) for track in tracks]
        x, y = box.left(), box.top() - look.px(4)
        for text, colour in texts:
            painter.setPen(pen_of(colour))
            painter.drawText(QtCore.QPointF(x, y), text)
            x += metrics.horizontalAdvance(text) + look.px(12)

    def _paint_marks(self, painter: Painter) -> None:
        assert self._opened is not None
        lanes, box = self._lanes, self._box
        painter.save()
        painter.setClipRect(QtCore.QRectF(box.left(), 0, box.width(), self.height()))
        free_px = [-math.inf, -math.inf]
        for mark in self._opened.marks:
            if mark.kind == "lost":
                self._paint_lost(painter, mark)
            lane = _lane(mark)
            place = self._mark_box(mark)
            if place.right() < lanes.left() or place.left() > lanes.right():
                continue
            if mark.is_span:
                self._paint_span(painter, mark, place)
            else:
                self._paint_moment(painter, mark, place, roomy=place.left() > free_px[lane])
                width = painter.fontMetrics().horizontalAdvance(mark.name)
                if place.left() > free_px[lane]:
                    free_px[lane] = place.left() + width + theme.look().px(18)
        painter.restore()

    def _mark_box(self, mark: Mark) -> QtCore.QRectF:
        height = theme.look().px(_LANE_PX)
        left, right = self._x(mark.t_s), self._x(mark.end_s)
        top = self._lanes.top() + _lane(mark) * height
        return QtCore.QRectF(left, top, max(right - left, 2.0), height - 3)

    def _paint_span(self, painter: Painter, mark: Mark, place: QtCore.QRectF) -> None:
        look = theme.look()
        failed = mark.rep is not None and mark.rep.status == "failed"
        painter.setPen(pen_of(_edge(mark), 1.0, dashed=failed))
        painter.setBrush(QtGui.QColor(look.chosen if mark.kind != "drill" else look.hover))
        painter.drawRoundedRect(place, 4, 4)
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        seen = place.intersected(QtCore.QRectF(self._lanes))
        text = painter.fontMetrics().elidedText(
            mark.name, QtCore.Qt.TextElideMode.ElideRight, int(seen.width() - 8)
        )
        if len(text) > 2:
            painter.setPen(pen_of(look.ink))
            inside = seen.adjusted(5, 0, -2, 0)
            painter.drawText(inside, Align.AlignLeft | Align.AlignVCenter, text)

    def _paint_moment(
        self, painter: Painter, mark: Mark, place: QtCore.QRectF, roomy: bool
    ) -> None:
        look, x = theme.look(), place.left()
        colour = _edge(mark)
        painter.setPen(pen_of(colour, 1.0, dashed=True))
        painter.drawLine(QtCore.QLineF(x, place.bottom(), x, self._box.bottom()))
        size, y = look.px(4), place.center().y()
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(QtGui.QColor(colour))
        painter.drawPolygon([QtCore.QPointF(x - size, y - size), QtCore.QPointF(x + size, y - size),
                             QtCore.QPointF(x, y + size)])  # fmt: skip
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        if roomy:
            painter.setPen(pen_of(look.quiet_ink))
            beside = QtCore.QRectF(x + look.px(8), place.top(), look.px(240), place.height())
            painter.drawText(beside, Align.AlignLeft | Align.AlignVCenter, mark.name)

    def _paint_lost(self, painter: Painter, mark: Mark) -> None:
        """Hatch what is missing: the line alone would not tell how much."""
        if not mark.is_span:
            return
        for box in self._each_box():
            place = QtCore.QRectF(self._x(mark.t_s), box.top(), 0, box.height())
            place.setRight(self._x(mark.end_s))
            pattern = QtCore.Qt.BrushStyle.BDiagPattern
            painter.fillRect(place, QtGui.QBrush(QtGui.QColor(theme.ORANGE), pattern))

    # ---- what moves ------------------------------------------------------------------------

    def paint_moving(self, painter: Painter) -> None:
        """Paint the span that is chosen, and the moment that is shown."""
        watching = self._watching
        if self._opened is None or watching is None:
            return
        look, box, lanes = theme.look(), self._box, self._lanes
        painter.setClipRect(box.adjusted(-1, 0, 1, 2))
        if not watching.is_whole:
            left, right = (self._x(t_s) for t_s in watching.span)
            shade = QtGui.QColor(look.ink)
            shade.setAlphaF(0.09)
            for strip in self._each_box():
                for a, b in ((box.left(), left), (right, box.right())):
                    if b > a:
                        outside = QtCore.QRectF(a, strip.top(), b - a, strip.height())
                        painter.fillRect(outside, shade)
            painter.setPen(pen_of(look.link, 2.0))
            for x in (left, right):
                painter.drawLine(QtCore.QLineF(x, lanes.bottom(), x, box.bottom()))
        x = self._x(watching.t_s)
        painter.setPen(pen_of(theme.VERMILLION, 2.0))
        painter.drawLine(QtCore.QLineF(x, lanes.bottom(), x, box.bottom()))

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint all of it, and whether keys go here: which is no part of the picture."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QtGui.QPainter(self)
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            painter.setPen(pen_of(theme.look().link, 2.0))
            painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
            painter.end()

    # ---- pointer and keys ------------------------------------------------------------------

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go to a mark or a moment; a drag from here chooses a span."""
        if self._opened is None or self._watching is None:
            return
        at = event.position()
        mark = self._mark_at(at)
        if mark is not None:
            self._watching.choose_mark(mark)
            self._span_chosen()
        else:
            self._pressed, self._dragged = at, False
            self._watching.go_to(self._t_s(at.x()))
        self._moved()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the span out, or say what a mark under the pointer is."""
        if self._opened is None or self._watching is None:
            return
        if self._pressed is None:
            mark = self._mark_at(event.position())
            self.setToolTip(", ".join(filter(None, (mark.name, mark.note))) if mark else "")
            return
        if self._dragged or abs(event.position().x() - self._pressed.x()) > _DRAG_PX:
            self._dragged = True
            self._watching.choose(self._t_s(self._pressed.x()), self._t_s(event.position().x()))
            self._moved()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the span that was drawn."""
        if self._pressed is not None and self._dragged:
            self._span_chosen()
        self._pressed, self._dragged = None, False

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """See more or less around the pointer; sideways, or with Shift, earlier or later."""
        if self._watching is None:
            return
        turned = event.angleDelta()
        low, high = self._watching.view
        aside = event.modifiers() & QtCore.Qt.KeyboardModifier.ShiftModifier or turned.x()
        if aside:
            self._watching.pan(-(turned.x() or turned.y()) / 120 * (high - low) / 10)
        else:
            factor = _WHEEL ** (turned.y() / 120)
            self._watching.zoom(factor, self._t_s(event.position().x()))
        self._moved()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows go along, with Shift in leaps; Home and End to the ends; + and - zoom."""
        watching = self._watching
        if watching is None:
            super().keyPressEvent(event)
            return
        leap = 10 if event.modifiers() & QtCore.Qt.KeyboardModifier.ShiftModifier else 1
        match event.key():
            case Key.Key_Left:
                watching.step(-leap)
            case Key.Key_Right:
                watching.step(leap)
            case Key.Key_Home:
                watching.go_to(watching.begin_s)
            case Key.Key_End:
                watching.go_to(watching.end_s)
            case Key.Key_Plus:
                watching.zoom(_WHEEL**2)
            case Key.Key_Minus:
                watching.zoom(_WHEEL**-2)
            case _:
                super().keyPressEvent(event)
                return
        self._moved()

    def _mark_at(self, at: QtCore.QPointF) -> Mark | None:
        """Return the mark under a point; of several the shortest."""
        if self._opened is None or not self._lanes.contains(at):
            return None
        room = theme.look().px(5)
        under = [
            mark
            for mark in self._opened.marks
            if self._mark_box(mark).adjusted(-room, 0, room, 3).contains(at)
        ]
        return min(under, key=lambda mark: mark.end_s - mark.t_s, default=None)


def _lane(mark: Mark) -> int:
    return 1 if mark.kind in ("rep", "hold", "foot", "device") else 0


def _edge(mark: Mark) -> str:
    if mark.rep is not None:
        feet = {"left": theme.look().link, "right": theme.VERMILLION}
        return feet.get(mark.rep.side, theme.GREEN)
    return {"hold": theme.GREEN, "lost": theme.ORANGE, "marker": theme.PURPLE}.get(
        mark.kind, theme.look().quiet_ink
    )


def _colour(track: Track) -> str:
    feet = {"left": theme.look().link, "right": theme.VERMILLION}
    return feet.get(track.foot, theme.look().ink)


def _name(track: Track) -> str:
    return {"left": tr("left"), "right": tr("right")}.get(track.foot, track.stream)


def _time(t_s: float, step_s: float) -> str:
    """Write a time on the axis with no more digits than its steps need."""
    text = clock(t_s)
    return text.replace(".0", "") if step_s >= 1 else text
