# SPDX-License-Identifier: Apache-2.0
"""How far long work is: on stderr, where somebody watches; nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Shown:
    """How far it is, for whoever watches."""

    def __init__(self, bar: Progress | None = None, task: TaskID | None = None) -> None:
        self._bar, self._task = bar, task

    def reached(self, done: float, of: float | None = None, what: str | None = None) -> None:
        """Show so much of the whole as done; without a whole, that it goes on."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=of, description=what)

    def say(self, line: str, err: bool = False) -> None:
        """Print a line of the outcome while the work goes on."""
        with self.aside():
            typer.echo(line, err=err)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Make room for what is printed meanwhile: on a terminal both are on the same lines."""
        if self._bar is not None:
            self._bar.stop()
        try:
            yield
        finally:
            if self._bar is not None:
                self._bar.start()


@contextmanager
def progress(what: str, as_json: bool = False) -> Iterator[Shown]:
    """Show that something goes on, for how long, and how much of it is done where that is known.

    Nothing is shown where stderr is no terminal, nor to programs that asked for JSON.
    """
    if as_json or not sys.stderr.isatty():
        yield Shown()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        # What is printed goes where it belongs, not with the bar to stderr.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with bar:
        yield Shown(bar, bar.add_task(what, total=None))
