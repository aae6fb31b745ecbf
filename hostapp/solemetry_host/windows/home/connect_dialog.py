# SPDX-License-Identifier: Apache-2.0
"""Asks which devices to connect: what was found, what was there last, what is virtual, or a URL."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from solemetry.errors import SolemetryError
from solemetry_host.devices.discovery import Findings
from solemetry_host.home.offers import look, offers, signals
from solemetry_host.windows.home.sheet import Sheet
from solemetry_host.windows.look.parts import button, column, label, set_text
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.working import Work, in_background
from solemetry_host.words import tr, trn

SIGNALS = "signals"
"""Where the desk keeps how strongly devices were heard when they were found, by URL."""

_URL = QtCore.Qt.ItemDataRole.UserRole
_TICKED = QtCore.Qt.CheckState.Checked
_NOT_TICKED = QtCore.Qt.CheckState.Unchecked


class ConnectDialog(Sheet):
    """Looks for devices and connects those that are ticked, in the place of those that are there.

    Parameters
    ----------
    desk : Desk
    over : QWidget
    """

    _WIDTH = 640

    def __init__(self, desk: Desk, over: QtWidgets.QWidget) -> None:
        super().__init__(tr("Connect devices"), over)
        self._desk = desk
        self._connected = desk.preferences.devices if desk.connected else ()
        self._work: Work[Findings] | None = None
        self.status = label("note", wraps=True)
        self.bar = QtWidgets.QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.list = QtWidgets.QListWidget()
        self.list.setAccessibleName(tr("Devices"))
        self.list.setWordWrap(True)
        self.list.itemChanged.connect(self._say_what_happens)
        self.url = QtWidgets.QLineEdit()
        self.url.setAccessibleName(tr("Address of a device"))
        self.url.setPlaceholderText(tr("Or an address, as serial:COM3 or replay:session.h5"))
        self.url.textChanged.connect(self._say_what_happens)
        self.again = button(tr("Look again"), self.look, "F5")
        self.connect_button = button("", self.connect_them, kind="primary")
        body = column(self.status, self.bar, self.list, self.url)
        self.fill(body, self.connect_button, self.again)
        self.list.setMinimumHeight(self.fontMetrics().height() * 12)
        self.list.setFocus()
        desk.said.connect(self.notice.say)
        desk.closing.connect(self.reject)
        self._show(None)
        self.look()

    @property
    def chosen(self) -> list[str]:
        """URLs of what is ticked, and what was typed."""
        items = (self.list.item(at) for at in range(self.list.count()))
        ticked = [str(one.data(_URL)) for one in items if one.checkState() == _TICKED]
        typed = self.url.text().strip()
        return ticked + ([typed] if typed and typed not in ticked else [])

    def look(self) -> None:
        """Look for devices, which takes up to five seconds."""
        if self._work is not None and self._work.running:
            return
        self.again.setEnabled(False)
        self.bar.show()
        self.status.setText(tr("Looking for boards on cables and insoles in the air …"))
        connected = self._connected
        self._work = in_background(lambda: look(connected), self._found, self._failed)

    def connect_them(self) -> None:
        """Connect what is ticked; nothing ticked lets go of what is there."""
        if self._desk.recording:
            self.notice.say("warning", tr("A recording is running. Stop it first."))
            return
        if not self.chosen:
            self._desk.disconnect_all()
        elif not self._desk.connect_to(self.chosen):
            return  # why not has been said
        self.accept()

    def done(self, result: int) -> None:
        """Let go of what is still looking."""
        if self._work is not None:
            self._work.forget(0.0)
        super().done(result)

    def _found(self, findings: Findings) -> None:
        self._desk.kept.setdefault(SIGNALS, {}).update(signals(findings))
        self._show(findings)
        n = sum(not one.trouble for one in findings.found)
        told = (
            trn("{n} found.", "{n} found.", n)
            if n
            else tr("Nothing found. Is the board plugged in, is the insole switched on?")
        )
        self._looked(" ".join((told, *map(tr, findings.remarks))))

    def _failed(self, error: SolemetryError) -> None:
        self._looked(str(error))

    def _looked(self, words: str) -> None:
        self.status.setText(words)
        self.bar.hide()
        self.again.setEnabled(True)

    def _show(self, findings: Findings | None) -> None:
        """Show what there is to connect; what somebody has ticked by now stays ticked."""
        items = [self.list.item(at) for at in range(self.list.count())]
        before = {one.data(_URL): one.checkState() for one in items}
        self.list.blockSignals(True)
        self.list.clear()
        for one in offers(self._connected, self._desk.preferences.devices, findings):
            item = QtWidgets.QListWidgetItem(f"{one.title}\n{one.note}")
            item.setData(_URL, one.url)
            item.setCheckState(before.get(one.url, _TICKED if one.chosen else _NOT_TICKED))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self._say_what_happens()

    def _say_what_happens(self) -> None:
        n = len(self.chosen)
        if n:
            words = trn("Connect {n} device", "Connect {n} devices", n)
        else:
            words = tr("Disconnect") if self._connected else tr("Connect")
        set_text(self.connect_button, words, "")
        self.connect_button.setEnabled(bool(n or self._connected))
