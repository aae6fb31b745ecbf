# SPDX-License-Identifier: Apache-2.0
"""What every question of the first page is asked on: a heading, what is asked, and the answers."""

from __future__ import annotations

from PySide6 import QtWidgets

from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import Notice, button, column, holding, label, row, scrolled
from solemetry_host.words import tr


class Sheet(QtWidgets.QDialog):
    """Asks something over the window; Escape leaves it.

    Parameters
    ----------
    title : str
    over : QWidget
        The window that waits for the answer.
    asks : bool
        Whether nothing happens until it is answered, so that it can be left without.

    Attributes
    ----------
    over : QWidget
    notice : Notice
        What is wrong with an answer.
    """

    _WIDTH = 560

    def __init__(self, title: str, over: QtWidgets.QWidget, asks: bool = True) -> None:
        super().__init__(over)
        self.setWindowTitle(title)
        self.setModal(True)
        self.finished.connect(self.deleteLater)
        self.notice = Notice()
        self.over = over
        self._title = title
        self._leave = [button(tr("Cancel"), self.reject)] if asks else []

    def fill(
        self, body: QtWidgets.QLayout, yes: QtWidgets.QPushButton, *others: QtWidgets.QPushButton
    ) -> None:
        """Put in what is asked, and the buttons below; `yes` is what Return presses."""
        yes.setDefault(True)
        body.setContentsMargins(0, 0, theme.SPACE, 0)
        around = holding(body)
        box = column(
            label("headline", self._title, wraps=True),
            scrolled(around),
            self.notice,
            row(*others, 1, *self._leave, yes),
        )
        box.setContentsMargins(*[2 * theme.SPACE] * 4)
        self.setLayout(box)
        around.adjustSize()
        over = self.over.size()
        width = min(theme.look().px(self._WIDTH), over.width() - 4 * theme.SPACE)
        tall = body.heightForWidth(width - 5 * theme.SPACE)
        wanted = max(tall, around.sizeHint().height()) + theme.look().px(190)
        self.resize(width, min(wanted, over.height() - 2 * theme.SPACE))
