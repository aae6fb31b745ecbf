# SPDX-License-Identifier: Apache-2.0
"""What is kept about somebody: who may see it, a copy to take away, and the end of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from solemetry.errors import SolemetryError
from solemetry_host.home import their_data
from solemetry_host.people import sharing
from solemetry_host.people.consent import Detail
from solemetry_host.people.folder import Person
from solemetry_host.windows.home.sheet import Sheet
from solemetry_host.windows.look.parts import Segments, button, column, holding, label, row, rule
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.working import Work, in_background
from solemetry_host.words import tr


class TheirData(Sheet):
    """Shows what is kept about somebody.

    Attributes
    ----------
    gone : Signal
        Everything was deleted.
    """

    gone = QtCore.Signal()

    def __init__(self, desk: Desk, person: Person, over: QtWidgets.QWidget) -> None:
        super().__init__(tr("Their data"), over, asks=False)
        self._desk, self._person = desk, person
        self._work: Work[Path] | None = None
        self.grants = column()
        self.to = QtWidgets.QLineEdit()
        self.to.setPlaceholderText(tr("Name of a coach, a physiotherapist, …"))
        self.to.setAccessibleName(tr("Who may see it"))
        self.may_see: Detail = "summary"
        self.copied: Detail = "summary"
        self.warning = label("note", tr(sharing.RAW_WARNING), wraps=True)
        self.warning.hide()
        self.copy = button(tr("Save a copy …"), self._choose_file)
        self.word = QtWidgets.QLineEdit()
        self.word.setAccessibleName(tr("Type it to delete everything"))
        self.word.textChanged.connect(self._may_delete)
        self.delete = button(tr("Delete everything"), self.delete_everything, kind="recording")
        self.delete.setEnabled(False)
        self._try(self._show_grants)
        self.fill(self._body(), button(tr("Done"), self.accept, kind="primary"))

    # ---- what is asked -----------------------------------------------------------------------

    def allow(self) -> None:
        """Let somebody see so much."""
        to, detail = self.to.text(), self.may_see
        if self._try(lambda: their_data.allow(self._person, to, detail, date.today())):
            self.to.clear()
            self._show_grants()

    def withdraw(self, to: str) -> None:
        """Let somebody see nothing any more."""
        if self._try(lambda: their_data.withdraw(self._person, to, date.today())):
            self._show_grants()

    def save_copy(self, path: Path) -> None:
        """Write a copy for the person; takes a while where recordings are in it."""
        self.copy.setEnabled(False)
        person, detail = self._person, self.copied

        def write() -> Path:
            path.unlink(missing_ok=True)  # whether it may be replaced was asked with its name
            return sharing.export(person, detail, path, date.today())

        self._work = in_background(write, self._saved, self._failed)

    def delete_everything(self) -> None:
        """Remove everything about them from the folder."""
        if self._desk.recording:
            self.notice.say("warning", tr("A recording is running. Stop it first."))
        elif self._try(lambda: self._desk.library.delete(self._person.id)):
            self._desk.prefer(person="")
            self.gone.emit()
            self.accept()

    def done(self, result: int) -> None:
        """Leave; a copy that is being written is finished all the same."""
        if self._work is not None:
            self._work.forget(0.0)
        super().done(result)

    def _try(self, act: Callable[[], None]) -> bool:
        """Do something with their files; what is in the way is said."""
        try:
            act()
        except (SolemetryError, OSError) as error:
            self.notice.say("error", str(error))
            return False
        self.notice.say("", "")
        return True

    # ---- how it looks ------------------------------------------------------------------------

    def _body(self) -> QtWidgets.QLayout:
        choices: list[tuple[str, str]] = list(their_data.details().items())
        see = Segments(choices, self._choose_what_is_seen)
        see.show_choice(self.may_see)
        copied = Segments(choices, self._choose_what_is_copied)
        copied.show_choice(self.copied)
        word = their_data.word_to_type(self._person)
        return column(
            label("note", their_data.holdings(self._person), wraps=True),
            rule(),
            label("heading", tr("Who may see it")),
            label("note", tr("Nobody, unless you say so here. Reports and copies for others "
                             "are made only of what they may see."), wraps=True),
            self.grants,
            self.to,
            see,
            row(button(tr("Allow it"), self.allow), 1),
            rule(),
            label("heading", tr("Take a copy with you")),
            label("note", tr("A zip file without the name."), wraps=True),
            copied,
            self.warning,
            row(self.copy, 1),
            rule(),
            label("heading", tr("Delete everything")),
            label("note", tr("Profile, results and recordings are removed for good. To do it, "
                             "type: {word}", word=word), wraps=True),
            row(self.word, self.delete),
            1,
        )  # fmt: skip

    def _show_grants(self) -> None:
        while (item := self.grants.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for to, words in their_data.seen_by(self._person, date.today()):
            back = button(tr("Withdraw"), partial(self.withdraw, to))
            line = row(label("", words, wraps=True), back)
            line.setStretch(0, 1)
            self.grants.addWidget(holding(line))

    def _choose_what_is_seen(self, chosen: str) -> None:
        self.may_see = _detail(chosen)

    def _choose_what_is_copied(self, chosen: str) -> None:
        self.copied = _detail(chosen)
        self.warning.setVisible(self.copied == "raw")

    def _choose_file(self) -> None:
        chosen, _ = QtWidgets.QFileDialog.getSaveFileName(
            self, tr("Save a copy"), f"{self._person.id}.zip"
        )
        if chosen:
            self.save_copy(Path(chosen))

    def _may_delete(self, typed: str) -> None:
        self.delete.setEnabled(typed.strip() == their_data.word_to_type(self._person))

    def _saved(self, path: Path) -> None:
        self.copy.setEnabled(True)
        self.notice.say("good", tr("Saved: {path}", path=path))

    def _failed(self, error: SolemetryError) -> None:
        self.copy.setEnabled(True)
        self.notice.say("error", str(error))


def _detail(chosen: str) -> Detail:
    return next(detail for detail in their_data.details() if detail == chosen)
