# SPDX-License-Identifier: Apache-2.0
"""Measures in sections: the few first, all of them on asking, with what each is and how it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import column, label, write
from solemetry_host.words import trn

Role = QtCore.Qt.ItemDataRole
Align = QtCore.Qt.AlignmentFlag


@dataclass(frozen=True)
class Line:
    """One line of a table.

    Attributes
    ----------
    cells : tuple of str
        What stands in its columns.
    about : str
        What is said of it when it is chosen or pointed at.
    quiet : bool
        Whether it is not to be relied on; a sign says so too.
    strong : bool
        Whether it stands out.
    """

    cells: tuple[str, ...]
    about: str = ""
    quiet: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Group:
    """Lines under a title.

    Attributes
    ----------
    title : str
    about : str
    lines : tuple of Line
    few : int
        So many are shown at first; the others under a line of their own.
    """

    title: str
    about: str
    lines: tuple[Line, ...]
    few: int


class MeasureTable(QtWidgets.QWidget):
    """A table to read and to walk through by keys; what a line is about stands below it.

    Parameters
    ----------
    heads : sequence of str
        Of the columns; the first takes the room that is left.
    """

    def __init__(self, heads: Sequence[str]) -> None:
        super().__init__()
        look = theme.look()
        self.tree = QtWidgets.QTreeWidget()
        self.tree.setColumnCount(len(heads))
        self.tree.setHeaderLabels(list(heads))
        self.tree.setIndentation(look.px(14))
        self.tree.setWordWrap(True)
        self.tree.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.tree.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.tree.setTextElideMode(QtCore.Qt.TextElideMode.ElideNone)
        self.tree.setTabKeyNavigation(False)
        self.tree.setMinimumHeight(look.px(110))
        policy = QtWidgets.QSizePolicy.Policy
        self.tree.setSizePolicy(policy.Expanding, policy.Ignored)  # it takes the room there is
        self.tree.setItemDelegateForColumn(0, _Wrapping(self.tree))
        self.tree.header().sectionResized.connect(self.tree.scheduleDelayedItemsLayout)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(look.px(28))
        modes = QtWidgets.QHeaderView.ResizeMode
        for number in range(len(heads)):
            header.setSectionResizeMode(
                number, modes.ResizeToContents if number else modes.Stretch
            )
            side = Align.AlignRight if number else Align.AlignLeft
            self.tree.headerItem().setTextAlignment(number, side | Align.AlignVCenter)
        self.about = label("note", wraps=True)
        self.tree.currentItemChanged.connect(self._tell)
        box = column(self.tree, self.about, spacing=theme.SPACE // 2)
        box.setStretch(0, 1)
        self.setLayout(box)

    def fill(self, groups: Sequence[Group]) -> None:
        """Show other lines; those that were open stay open."""
        open_ = {self._path(item) for item in self._items() if item.isExpanded()}
        shut = {self._path(item) for item in self._items() if not item.isExpanded()}
        self.tree.clear()
        for group in groups:
            head = QtWidgets.QTreeWidgetItem([group.title])
            head.setData(0, Role.UserRole, group.about)
            font = QtGui.QFont(self.tree.font())
            font.setBold(True)
            head.setFont(0, font)
            self.tree.addTopLevelItem(head)
            head.setFirstColumnSpanned(True)
            self._add(head, group.lines[: group.few])
            rest = group.lines[group.few :]
            if rest:
                more = QtWidgets.QTreeWidgetItem(
                    [trn("{n} more", "{n} more", len(rest))]
                )
                more.setForeground(0, QtGui.QColor(theme.look().link))
                head.addChild(more)
                more.setFirstColumnSpanned(True)
                self._add(more, rest)
                more.setExpanded(self._path(more) in open_)
            head.setExpanded(self._path(head) not in shut)
        self._tell(None)

    def _add(self, above: QtWidgets.QTreeWidgetItem, lines: Sequence[Line]) -> None:
        for line in lines:
            item = self._item(line)
            above.addChild(item)
            item.setFirstColumnSpanned(len(line.cells) == 1)

    def _item(self, line: Line) -> QtWidgets.QTreeWidgetItem:
        item = QtWidgets.QTreeWidgetItem(list(line.cells))
        for number in range(len(line.cells)):
            item.setToolTip(number, line.about)
            if number:
                item.setTextAlignment(number, Align.AlignRight | Align.AlignVCenter)
            if line.quiet:
                item.setForeground(number, QtGui.QColor(theme.look().quiet_ink))
            if line.strong:
                font = QtGui.QFont(self.tree.font())
                font.setBold(True)
                item.setFont(number, font)
        item.setData(0, Role.UserRole, line.about)
        return item

    def _items(self) -> list[QtWidgets.QTreeWidgetItem]:
        """Return what can be opened: groups, and what more they have."""
        found = []
        walk = QtWidgets.QTreeWidgetItemIterator(
            self.tree, QtWidgets.QTreeWidgetItemIterator.IteratorFlag.HasChildren
        )
        while (item := walk.value()) is not None:
            found.append(item)
            walk += 1
        return found

    def _path(self, item: QtWidgets.QTreeWidgetItem) -> tuple[str, bool]:
        """Return what makes two items the same in two fillings: the group, and whether "more"."""
        above = item.parent()
        return (item.text(0), False) if above is None else (above.text(0), True)

    def _tell(self, item: QtWidgets.QTreeWidgetItem | None) -> None:
        text = str(item.data(0, Role.UserRole) or "") if item is not None else ""
        write(self.about, text)
        self.about.setVisible(bool(text))


class _Wrapping(QtWidgets.QStyledItemDelegate):
    """Makes a line as tall as its first cell needs: by itself a tree does not wrap what is long."""

    def __init__(self, tree: QtWidgets.QTreeWidget) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(  # noqa: N802 - Qt's name
        self,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex | QtCore.QPersistentModelIndex,
    ) -> QtCore.QSize:
        """Return the size of a cell, its text wrapped."""
        size = super().sizeHint(option, index)
        tree, look = self._tree, theme.look()
        spanned = tree.itemFromIndex(index).isFirstColumnSpanned()
        width = tree.viewport().width() if spanned else tree.columnWidth(0)
        depth, above = 1, index.parent()
        while above.isValid():
            depth, above = depth + 1, above.parent()
        room = max(width - depth * tree.indentation() - look.px(12), 20)
        wrap = QtCore.Qt.TextFlag.TextWordWrap
        needed = option.fontMetrics.boundingRect(0, 0, room, 10_000, wrap, str(index.data()))
        size.setHeight(max(size.height(), needed.height() + look.px(6)))
        return size
