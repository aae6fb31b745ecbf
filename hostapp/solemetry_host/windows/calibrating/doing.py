# SPDX-License-Identifier: Apache-2.0
"""A calibration while it is done: its steps, what to do now, the map; at the end the verdict."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6 import QtCore, QtWidgets

from solemetry.calibrating import Judged, Verdict
from solemetry.device import SensorLayout
from solemetry_host.calibrating.step import Shown
from solemetry_host.windows.calibrating.plate_map import PlateMap
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import (
    NOTHING,
    Notice,
    button,
    card,
    clear,
    column,
    holding,
    label,
    row,
    scrolled,
)
from solemetry_host.words import tr

Ask = Callable[..., object]

_STEPS_PX = 210


class Doing(QtWidgets.QWidget):
    """Shows what a calibration shows, and passes on what is asked of it.

    Parameters
    ----------
    ask : callable
        Given ``go_on``, ``skip`` or ``redo`` with a ``step``.
    stop : callable
        Leaves it.
    keep : callable
        Keeps it where the app finds it.
    export : callable
        Saves it elsewhere.
    """

    def __init__(
        self,
        ask: Ask,
        stop: Callable[[], object],
        keep: Callable[[], object],
        export: Callable[[], object],
    ) -> None:
        super().__init__()
        self._ask = ask
        self._shown: Shown | None = None
        self.steps = QtWidgets.QListWidget()
        self.steps.setMaximumWidth(theme.look().px(_STEPS_PX))
        self.steps.itemSelectionChanged.connect(self._offer_redo)
        self.title, self.words = label("title"), label("cue", wraps=True)
        self.measured = label("", wraps=True)
        self.bar = QtWidgets.QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.refused, self.notes = Notice(), label("note", wraps=True)
        self.map = PlateMap()
        self.verdict = VerdictTable()
        self.go_on = button(tr("Go on"), lambda: ask("go_on"), "Space", "primary")
        self.skip = button(tr("Leave it out"), lambda: ask("skip"), "L")
        self.redo = button(tr("Do it again"), self._redo, "A")
        self.keep = button(tr("Keep"), keep, "Ctrl+S", "primary")
        self.export = button(tr("Save a copy …"), export, "Ctrl+E")
        self.stop = button(tr("Stop"), stop, "Escape")
        said = card(
            self.title, self.words, self.bar, self.measured, self.refused, self.notes,
        )  # fmt: skip
        picture = card(self.map)
        middle = column(said, self.verdict)
        middle.addWidget(picture, stretch=1)
        self._picture = picture
        self.setLayout(
            column(
                row(self.steps, scrolled(holding(middle))),
                row(self.stop, 1, self.redo, self.skip, self.go_on, self.export, self.keep),
            )
        )

    def begin(
        self,
        steps: tuple[str, ...],
        titles: Callable[[str], str],
        layout: SensorLayout,
        marks: tuple[tuple[int, tuple[float, float]], ...],
    ) -> None:
        """Show a calibration that begins; one without marks has no map."""
        self._shown = None
        self.steps.clear()
        for name in steps:
            item = QtWidgets.QListWidgetItem(f"○  {titles(name)}")
            item.setData(QtCore.Qt.ItemDataRole.UserRole, (name, titles(name)))
            self.steps.addItem(item)
        self._picture.setVisible(bool(marks))
        self.map.show_plate(layout, marks)
        self.verdict.show_verdict(None)

    def draw(self, shown: Shown) -> None:
        """Draw one moment."""
        if shown is self._shown:
            return
        self._shown = shown
        step = shown.step
        _say(self.title, step.title)
        _say(self.words, step.words)
        _say(self.measured, "\n".join(one.words for one in step.measured))
        self.measured.setVisible(bool(step.measured))
        self.bar.setValue(round(1000 * step.progress))
        _say(self.notes, "\n".join(step.notes))
        self.notes.setVisible(bool(step.notes))
        if step.refused not in self.refused.text() or not step.refused:
            self.refused.say("warning", step.refused)
            self.refused.setVisible(bool(step.refused))
        self.go_on.setVisible("go_on" in step.actions)
        self.skip.setVisible("skip" in step.actions)
        over = shown.verdict is not None
        self.keep.setVisible(over)
        self.export.setVisible(over)
        self.verdict.show_verdict(shown.verdict)
        self._draw_steps(shown)
        self.map.draw(shown)
        self._offer_redo()

    def _draw_steps(self, shown: Shown) -> None:
        astray = {one.step for one in shown.residuals if one.astray}
        behind = True
        for at in range(self.steps.count()):
            item = self.steps.item(at)
            name, title = item.data(QtCore.Qt.ItemDataRole.UserRole)
            if name == shown.step.id:
                sign, behind = "▶", False
            elif name in astray:
                sign = "⚠"
            elif name in shown.captured or (behind and name == "fit"):
                sign = "✓"
            else:
                sign = "–" if behind else "○"  # left out, or to come
            text = f"{sign}  {title}"
            if item.text() != text:
                item.setText(text)
                if sign == "▶":
                    self.steps.scrollToItem(item)

    def _chosen(self) -> str:
        items = self.steps.selectedItems()
        return items[0].data(QtCore.Qt.ItemDataRole.UserRole)[0] if items else ""

    def _offer_redo(self) -> None:
        captured = self._shown.captured if self._shown is not None else ()
        self.redo.setVisible(self._chosen() in captured)

    def _redo(self) -> None:
        self._ask("redo", step=self._chosen())
        self.steps.clearSelection()


class VerdictTable(QtWidgets.QFrame):
    """Every figure beside its limit."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.headline = label("heading")
        self._grid = QtWidgets.QGridLayout()
        self._grid.setHorizontalSpacing(2 * theme.SPACE)
        self._grid.setVerticalSpacing(theme.SPACE // 2)
        self._grid.setColumnStretch(1, 1)
        self._verdict: Verdict | None = None
        box = column(self.headline, self._grid)
        box.setContentsMargins(*[theme.SPACE] * 4)
        self.setLayout(box)
        self.hide()

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show a verdict; None: nothing yet."""
        self.setVisible(verdict is not None)
        if verdict is None or verdict is self._verdict:
            return
        self._verdict = verdict
        clear(self._grid)
        accepted = tr("✓ Accepted: every figure is within its limit.")
        refused = tr("✕ Not accepted: see what is out of its limit.")
        self.headline.setText(accepted if verdict.passed else refused)
        for at, judged in enumerate(verdict.rows):
            self._add(at, judged)

    def _add(self, at: int, judged: Judged) -> None:
        limit = judged.limit
        measured = not math.isnan(judged.value)
        unit = tr(limit.unit)
        found = f"{judged.value:.3g} {unit}" if measured else NOTHING
        least_or_most = tr("least {bound}") if limit.least else tr("most {bound}")
        bound = least_or_most.format(bound=f"{limit.bound:g} {unit}")
        sign = "✓" if judged.passed else ("✕" if measured else "–")
        cells = (label("", sign), label("", tr(limit.words), wraps=True), label("", found),
                 label("note", bound))  # fmt: skip
        cells[3].setToolTip(limit.source)
        for where, cell in enumerate(cells):
            self._grid.addWidget(cell, at, where)


def _say(where: QtWidgets.QLabel, text: str) -> None:
    if where.text() != text:
        where.setText(text)
