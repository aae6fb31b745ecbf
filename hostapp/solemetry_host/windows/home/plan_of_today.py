# SPDX-License-Identifier: Apache-2.0
"""What today holds: up to three drills, each with what it is for, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtWidgets

from solemetry_host.drills.wanted import Wanted
from solemetry_host.home.today import Task, Today
from solemetry_host.windows.home.week import Week
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.beside import Beside
from solemetry_host.windows.look.parts import button, card, column, holding, label, row
from solemetry_host.windows.look.tiles import Tiles
from solemetry_host.words import tr, trn

_LEAST = 230
_WIDE = 500
"""From this width on the last days stand beside the heading."""

_USUAL_HEIGHT = 200
"""Of a row of drills, px at usual size."""


class PlanOfToday(QtWidgets.QWidget):
    """Shows a day, or says why there is none.

    Parameters
    ----------
    start : callable
        Given the drill that somebody wants to do.
    """

    def __init__(self, start: Callable[[Wanted], object]) -> None:
        super().__init__()
        self._start = start
        self.about = label("note", wraps=True)
        self.left_out = label("note", wraps=True)
        self.empty = label("", wraps=True)
        self._empty = card(self.empty)
        self.week = Week()
        room = self.week.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.week.setSizePolicy(room)
        self.tasks: tuple[TaskTile, ...] = ()
        self._tiles = Tiles(_LEAST, most=3)
        heading = holding(column(label("heading", tr("Today")), self.about, 1, spacing=0))
        self.setLayout(
            column(
                Beside(heading, self.week, _WIDE),
                self._empty,
                self._tiles,
                self.left_out,
            )
        )
        self.say("")

    def say(self, why: str) -> None:
        """Say why no day is shown."""
        self._fill((), "", "", why)
        self.week.hide()

    def wait(self, why: str) -> None:
        """Say why no day is shown yet; what is below must not move away from under a hand."""
        tall = self._tiles.height() if self.tasks else theme.look().px(_USUAL_HEIGHT)
        self._fill((), why, "", "")
        self.week.hide()
        self._empty.setMinimumHeight(tall)
        self._empty.show()

    def show_today(self, today: Today) -> None:
        """Show a day."""
        tiles = tuple(TaskTile(n, task, self._start) for n, task in enumerate(today.tasks, 1))
        about = " · ".join((today.plan, *today.words))
        lines = [f"{one.title}: {one.why}" for one in today.not_today]
        left_out = "\n".join([tr("Not today"), *lines]) if lines else ""
        self.week.show_days(today.week)
        self.week.show()
        self._fill(tiles, about, left_out, "" if tiles else tr("Nothing today. Enjoy the rest."))

    def _fill(self, tiles: Sequence[TaskTile], about: str, left_out: str, empty: str) -> None:
        self.tasks = tuple(tiles)
        self._tiles.fill(self.tasks)
        self.empty.setText(empty)
        self._empty.setVisible(bool(empty))
        self._empty.setMinimumHeight(0)
        for one, text in ((self.about, about), (self.left_out, left_out)):
            one.setText(text)
            one.setVisible(bool(text))
        self._tiles.setVisible(bool(tiles))


class TaskTile(QtWidgets.QFrame):
    """One drill of today."""

    def __init__(self, number: int, task: Task, start: Callable[[Wanted], object]) -> None:
        super().__init__()
        self.setObjectName("tile")
        minutes = (
            trn("{n} minute", "{n} minutes", max(1, round(task.minutes))) if task.minutes else ""
        )
        turn = tr("✓ Done today") if task.done else task.turn
        words = tr("Again") if task.done else tr("Start")
        key = f"Alt+{number}" if number < 10 else ""
        self.start = button(words, lambda: start(task.wanted), key)
        self.start.setAccessibleName(f"{self.start.text()}: {task.title}")
        box = column(
            label("title", turn),
            label("heading", task.title, wraps=True),
            label("", task.why, wraps=True),
            1,
            label("note", " · ".join(part for part in (task.dose, minutes) if part), wraps=True),
            row(self.start, 1),
            spacing=theme.SPACE // 2,
        )
        box.setContentsMargins(*[theme.SPACE] * 4)
        self.setLayout(box)
