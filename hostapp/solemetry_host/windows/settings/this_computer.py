# SPDX-License-Identifier: Apache-2.0
"""What this computer still needs, as ``solemetry doctor`` says it, and the log to hand on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6 import QtWidgets

from solemetry.errors import SolemetryError
from solemetry_host import log
from solemetry_host.doctor.checks import Check, judge
from solemetry_host.doctor.facts import gather
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import button, clear, column, label, row
from solemetry_host.windows.shell.working import Work, in_background
from solemetry_host.words import tr

_SIGNS = {"ok": "✓", "note": "·", "problem": "✕"}


class ThisComputer(QtWidgets.QWidget):
    """Looks over the computer on request, and saves the log.

    Parameters
    ----------
    folder : Path
        Where recordings go.
    say : callable
        Given the level and the text of a message.
    """

    def __init__(self, folder: Path, say: Callable[[str, str], object]) -> None:
        super().__init__()
        self._folder, self._say = folder, say
        self._work: Work[list[Check]] | None = None
        self.found = column(spacing=theme.SPACE // 2)
        self.look_button = button(tr("Look it over"), self.look)
        self.save_button = button(tr("Save the log …"), self._choose_file)
        self.setLayout(
            column(
                label("note", tr("Permissions, Bluetooth, sound, folders and clocks."), True),
                self.found,
                row(self.look_button, self.save_button, 1),
            )
        )

    def look(self) -> None:
        """Look the computer over; takes a second or two."""
        self.look_button.setEnabled(False)
        self._work = in_background(lambda: judge(gather(self._folder)), self._show, self._fail)

    def save_log(self, path: Path) -> None:
        """Copy the log: it holds no measurements and no names."""
        source = log.log_file()
        try:
            if source.exists():
                shutil.copyfile(source, path)
            else:
                path.write_text(tr("Nothing was logged yet.") + "\n", "utf-8")
        except OSError as error:
            self._say("error", tr("{path} cannot be written: {why}. Choose another place.",
                                  path=path, why=error.strerror))
            return
        self._say("good", tr("Saved: {path}", path=path))

    def close_down(self) -> None:
        """Wait for what still looks."""
        if self._work is not None:
            self._work.forget()

    def _choose_file(self) -> None:
        chosen, _ = QtWidgets.QFileDialog.getSaveFileName(
            self, tr("Save the log"), "solemetry.log"
        )
        if chosen:
            self.save_log(Path(chosen))

    def _show(self, checks: list[Check]) -> None:
        self.look_button.setEnabled(True)
        clear(self.found)
        for check in checks:
            text = f"{_SIGNS[check.state]}  {check.name}: {check.found}"
            self.found.addWidget(label("", f"{text}\n{check.remedy}".strip(), wraps=True))

    def _fail(self, error: SolemetryError) -> None:
        self.look_button.setEnabled(True)
        self._say("error", str(error))
