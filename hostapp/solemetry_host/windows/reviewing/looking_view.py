# SPDX-License-Identifier: Apache-2.0
"""One recording: its timeline, what the feet did at a moment, what a span measures."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry.errors import SolemetryError
from solemetry_host.reviewing.comparing import Chosen
from solemetry_host.reviewing.kept import Looking
from solemetry_host.reviewing.marks import Mark
from solemetry_host.reviewing.measuring import AT_ONCE_S, Measured, Row, Section, measure
from solemetry_host.reviewing.names import clock, number, unit_of
from solemetry_host.reviewing.watching import SPEEDS
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import (
    button,
    card,
    column,
    holding,
    label,
    row,
    set_text,
    write,
)
from solemetry_host.windows.reviewing.at_moment import AtMoment
from solemetry_host.windows.reviewing.measure_table import Group, Line, MeasureTable
from solemetry_host.windows.reviewing.newest import Newest
from solemetry_host.windows.reviewing.timeline import Timeline
from solemetry_host.words import tr

Key = QtCore.Qt.Key


class LookingView(QtWidgets.QWidget):
    """Shows a recording.

    Parameters
    ----------
    back : callable
        Told that one is done with it.
    compare : callable
        Told what is the first or the second side of a comparison, and which of them it is.
    """

    def __init__(
        self, back: Callable[[], object], compare: Callable[[Chosen, str], object]
    ) -> None:
        super().__init__()
        self._back, self._compare = back, compare
        self._looking: Looking | None = None
        self._work = Newest()
        self._make_parts()
        self._lay_out()
        self.show_looking(None)

    def _make_parts(self) -> None:
        self.at_moment = AtMoment()
        self.timeline = Timeline(self._moved, self._span_chosen)
        self.play_button = button(tr("Play"), self.play)
        self.play_button.setToolTip(tr("Key {key}", key=tr("Space")))
        self.speed_button = button("", self._next_speed)
        self.speed_button.setToolTip(tr("How fast time runs: keys 1, 2 and 4"))
        self.time = label("")
        self.marks = QtWidgets.QComboBox()
        self.marks.setAccessibleName(tr("Go to"))
        self.marks.setMinimumContentsLength(8)
        adjust = QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.marks.setSizeAdjustPolicy(adjust)
        self.marks.activated.connect(self._go_to_mark)
        self.span = label("heading", wraps=True)
        self.what = label("note", wraps=True)
        self.all_button = button(tr("Whole"), self._choose_all, kind="quiet")
        self.all_button.setToolTip(tr("Choose the whole recording"))
        self.measure_button = button(tr("Measure"), self._measure, kind="primary")
        self.table = MeasureTable([tr("Measure"), tr("Value"), tr("Unit"), ""])
        self.first_button = button(tr("Compare: first"), lambda: self._offer("first"))
        self.second_button = button(tr("Compare: second"), lambda: self._offer("second"))
        self.sides_button = button(tr("Left beside right"), self._offer_sides)

    def _lay_out(self) -> None:
        zoom_out = button("−", lambda: self._zoom(1.6))
        zoom_in = button("+", lambda: self._zoom(1 / 1.6))
        zoom_out.setToolTip(tr("See more time (−)"))
        zoom_in.setToolTip(tr("See less time (+)"))
        controls = row(
            self.play_button, self.speed_button, self.time, 1, self.marks, zoom_out, zoom_in,
            spacing=theme.SPACE // 2,
        )  # fmt: skip
        controls.setStretch(controls.indexOf(self.marks), 2)
        head = row(self.span, self.all_button)
        head.setStretch(0, 1)
        compare = row(self.first_button, self.second_button, spacing=theme.SPACE // 2)
        measures = column(
            head, self.what, self.measure_button, self.table, compare, self.sides_button,
            spacing=theme.SPACE // 2,
        )  # fmt: skip
        pictures = row(card(self.at_moment), card(measures))
        pictures.setStretch(0, 9)
        pictures.setStretch(1, 10)
        below = card(column(controls, self.timeline, spacing=theme.SPACE // 2))
        split = column(holding(pictures), below)
        split.setStretch(0, 10)
        split.setStretch(1, 9)
        self.setLayout(split)

    # ---- what is shown ---------------------------------------------------------------------

    def show_looking(self, looking: Looking | None) -> None:
        """Show a recording, where one is in it, and what is measured already."""
        self._looking = looking
        self._work.drop()
        opened = looking.opened if looking is not None else None
        self.timeline.show_recording(opened, looking.watching if looking is not None else None)
        self.at_moment.show_recording(opened)
        if looking is None or opened is None:
            return
        self._set_speed(looking.watching.speed)
        self._list_marks()
        sides = {track.foot for track in opened.tracks}
        self.sides_button.setVisible({"left", "right"} <= sides)
        self._tell_span()
        if looking.measured is not None:
            self._show_measured(looking.measured)
        else:
            self._measure_if_short()

    def take_marks(self) -> None:
        """Take up marks that were found since; all else stays as it is."""
        if self._looking is not None:
            self.timeline.show_recording(self._looking.opened, self._looking.watching)
            self._list_marks()

    def _list_marks(self) -> None:
        assert self._looking is not None
        marks = self._looking.opened.marks
        self.marks.clear()
        self.marks.addItem(tr("Go to …"))
        for mark in marks:
            self.marks.addItem(_listed(mark))
        self.marks.setEnabled(bool(marks))

    def draw(self, seconds: float) -> None:
        """Draw where one is, so many seconds after the last frame."""
        if self._looking is None:
            return
        watching = self._looking.watching
        watching.pass_time(seconds)
        of = clock(self._looking.opened.end_s)
        write(self.time, f"{clock(watching.t_s)} / {of}")
        set_text(self.play_button, tr("Pause") if watching.playing else tr("Play"), "")
        self.at_moment.draw(watching.t_s)
        if watching.playing:
            self.timeline.draw()

    def close_down(self) -> None:
        """Wait for what is still worked out."""
        self._work.forget()

    # ---- going along -----------------------------------------------------------------------

    def play(self) -> None:
        """Let time run, or hold it."""
        if self._looking is not None:
            self._looking.watching.play(not self._looking.watching.playing)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space plays; [ and ] set the span; 1, 2, 4 the speed; page keys go from mark to mark."""
        looking = self._looking
        if looking is None:
            super().keyPressEvent(event)
            return
        watching, key, text = looking.watching, event.key(), event.text()
        if key == Key.Key_Space:
            self.play()
        elif text in ("[", "]"):
            (watching.begin_here if text == "[" else watching.end_here)()
            self._span_chosen()
        elif text in {f"{speed:g}" for speed in SPEEDS}:
            self._set_speed(float(text))
        elif key in (Key.Key_PageDown, Key.Key_PageUp):
            mark = watching.next_mark(looking.opened.marks, forward=key == Key.Key_PageDown)
            if mark is not None:
                self._take_mark(mark)
        elif key == Key.Key_Escape and not watching.is_whole:
            self._choose_all()
        elif key == Key.Key_Escape:
            self._back()
        else:
            super().keyPressEvent(event)

    def _set_speed(self, speed: float) -> None:
        if self._looking is not None:
            self._looking.watching.speed = speed
            self.speed_button.setText(f"{speed:g}×")

    def _next_speed(self) -> None:
        if self._looking is not None:
            now = SPEEDS.index(self._looking.watching.speed)
            self._set_speed(SPEEDS[(now + 1) % len(SPEEDS)])

    def _zoom(self, factor: float) -> None:
        if self._looking is not None:
            self._looking.watching.zoom(factor)
            self._moved()

    def _go_to_mark(self, number: int) -> None:
        if self._looking is not None and number > 0:
            self._take_mark(self._looking.opened.marks[number - 1])
        self.marks.setCurrentIndex(0)

    def _take_mark(self, mark: Mark) -> None:
        if self._looking is not None:
            self._looking.watching.choose_mark(mark)
            self._span_chosen()

    def _moved(self) -> None:
        self.timeline.draw()
        self._tell_span()

    # ---- the span --------------------------------------------------------------------------

    def _choose_all(self) -> None:
        if self._looking is not None:
            self._looking.watching.choose_all()
            self._span_chosen()

    def _span_chosen(self) -> None:
        if self._looking is not None:
            self._looking.measured = None
            self._moved()
            self._measure_if_short()

    def _tell_span(self) -> None:
        if self._looking is not None:
            watching = self._looking.watching
            write(self.span, watching.label or titled(self._looking))
            self.all_button.setVisible(not watching.is_whole)

    def _measure_if_short(self) -> None:
        assert self._looking is not None
        low, high = self._looking.watching.span
        short = high - low <= AT_ONCE_S
        self.measure_button.setVisible(not short)
        self._show_nothing(
            "" if short else tr("A long part takes a while to measure, so it waits for you.")
        )
        if short:
            self._measure()

    def _measure(self) -> None:
        looking = self._looking
        if looking is None:
            return
        self.measure_button.hide()
        self._show_nothing(tr("Measuring …"))
        session, span, whole = looking.opened.session, looking.watching.span, (
            looking.watching.is_whole
        )

        def done(measured: Measured) -> None:
            looking.measured = measured
            self._show_measured(measured)

        self._work.ask(lambda: measure(session, span, whole), done, self._failed)

    def _failed(self, error: SolemetryError) -> None:
        self._show_nothing(f"⚠ {error}")

    def _show_nothing(self, text: str) -> None:
        self.table.fill([])
        self.at_moment.show_measured(None)
        self._say(text)
        for each in (self.first_button, self.second_button, self.sides_button):
            each.setEnabled(False)

    def _say(self, text: str) -> None:
        """Say which part is chosen, and what is known of it."""
        if self._looking is not None:
            write(self.what, f"{part_in_words(self._looking, named=False)}. {text}".strip())

    def _show_measured(self, measured: Measured) -> None:
        self.measure_button.hide()
        self.at_moment.show_measured(measured)
        short = [row for s in measured.sections if s.kind == "sway" for row in s.rows[:1]]
        doubt = f"  ⚠ {short[0].note}" if short and not short[0].valid else ""
        self._say(measured.what + doubt)
        groups = [_group(section) for section in measured.sections]
        if measured.notes:
            lines = tuple(Line((note,), note) for note in measured.notes)
            groups.append(Group(tr("Notes"), "", lines, 2))
        self.table.fill(groups)
        for each in (self.first_button, self.second_button, self.sides_button):
            each.setEnabled(True)

    # ---- comparing -------------------------------------------------------------------------

    def _offer(self, place: str) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._compare(chosen, place)

    def _offer_sides(self) -> None:
        looking = self._looking
        if looking is None:
            return
        streams = {track.foot: track.stream for track in looking.opened.tracks}
        for side, place in (("left", "first"), ("right", "second")):
            chosen = self._chosen(streams[side])  # type: ignore[index]
            if chosen is not None:
                self._compare(chosen, place)

    def _chosen(self, stream: str = "") -> Chosen | None:
        """Return the span as one side of a comparison; None while it is not measured."""
        looking = self._looking
        if looking is None or looking.measured is None:
            return None
        span = looking.watching.span
        rep = next((mark for mark in looking.opened.marks
                    if mark.rep is not None and (mark.t_s, mark.end_s) == span), None)  # fmt: skip
        return Chosen(
            titled(looking), part_in_words(looking), looking.measured, stream, looking.person,
            looking.opened.alike(rep) if rep is not None else None,
            rep.rep.side if rep is not None and rep.rep is not None else "",
        )  # fmt: skip


def titled(looking: Looking) -> str:
    """Return what a recording is called: its file, without its ending."""
    return looking.path.name.removesuffix(".h5")


def part_in_words(looking: Looking, named: bool = True) -> str:
    """Say which part of a recording is chosen, by its name too where it has one."""
    watching = looking.watching
    low, high = watching.span
    length = clock(high - low)
    if watching.is_whole:
        return tr("Whole recording, {length}", length=length)
    span = tr("{begin} to {end}, {length}", begin=clock(low), end=clock(high), length=length)
    return f"{watching.label}: {span}" if named and watching.label else span


def _listed(mark: Mark) -> str:
    length = f" ({clock(mark.end_s - mark.t_s)})" if mark.is_span else ""
    return f"{clock(mark.t_s)}  {mark.name}{length}"


def _group(section: Section) -> Group:
    return Group(
        section.title, section.note, tuple(_line(one) for one in section.rows), section.core
    )


def _line(one: Row) -> Line:
    spread = tr("SD {sd} over {n} steps.", sd=number(one.sd), n=one.n) if one.sd is not None else ""
    note = f"{one.note[:1].upper()}{one.note[1:]}." if one.note else ""
    about = " ".join(filter(None, (one.definition, spread, ("⚠ " if not one.valid else "") + note)))
    sign = "⚠" if not one.valid and one.value is not None else ""
    return Line(
        (one.name, number(one.value), unit_of(one.unit), sign), about, quiet=not one.valid
    )
