# SPDX-License-Identifier: Apache-2.0
"""Two spans beside each other, in the same scale, and how they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtWidgets

from solemetry.sway.people.personal_change import OwnMdc
from solemetry_host.reviewing.comparing import (
    Chosen,
    Difference,
    band_in_words,
    change_in_words,
    differences,
    shared_square,
    verdict_in_words,
)
from solemetry_host.reviewing.names import number, unit_of
from solemetry_host.reviewing.opened import foot_of
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import button, card, column, holding, label, row, write
from solemetry_host.windows.reviewing.cop_picture import CopPicture, Way
from solemetry_host.windows.reviewing.measure_table import Group, Line, MeasureTable
from solemetry_host.words import tr


class ComparingView(QtWidgets.QWidget):
    """Shows what was chosen first on the left, and second on the right.

    Parameters
    ----------
    swap : callable
        Told that the two are to change places.
    """

    def __init__(self, swap: Callable[[], object]) -> None:
        super().__init__()
        self.pictures = (CopPicture(), CopPicture())
        self._titles = (label("heading", wraps=True), label("heading", wraps=True))
        self._parts = (label("note", wraps=True), label("note", wraps=True))
        self.table = MeasureTable(
            [tr("Measure"), tr("First"), tr("Second"), tr("Difference"), tr("Own noise"), ""]
        )
        self.noise = label("note", wraps=True)
        self.swap_button = button(tr("Swap"), swap)
        self.found: tuple[Difference, ...] = ()
        beside = row()
        for parts in zip(self._titles, self._parts, self.pictures, strict=True):
            side = column(*parts, spacing=theme.SPACE // 2)
            side.setStretch(2, 1)
            beside.addWidget(card(side), 1)
        foot = row(self.noise, self.swap_button)
        foot.setStretch(0, 1)
        below = card(column(self.table, foot, spacing=theme.SPACE // 2))
        body = column(holding(beside), below)
        body.setStretch(0, 10)
        body.setStretch(1, 9)
        self.body = holding(body)
        how = tr(
            "Open a recording, choose a part of it, and press “Compare: first”. Then choose "
            "another part, of the same recording or of another, and press “Compare: second”. Of "
            "two feet, “Left beside right” does both at once."
        )
        self.kept = label("note", wraps=True)
        self.hint = card(
            label("heading", tr("Two parts, side by side")), label("", how, wraps=True), self.kept
        )
        box = column(self.hint, self.body, 0)
        box.setStretch(1, 1)
        self.setLayout(box)
        self.show_two(None, None)

    def show_two(
        self,
        first: Chosen | None,
        second: Chosen | None,
        noise: dict[str, OwnMdc] | None = None,
        about_noise: str = "",
    ) -> None:
        """Show what is chosen; while a side is missing, say how to choose it."""
        both = first is not None and second is not None
        self.body.setVisible(both)
        self.hint.setVisible(not both)
        there = first or second
        write(self.kept, tr("Kept already: {what}", what=_said(there)) if there else "")
        if first is None or second is None:
            self.found = ()
            return
        square = shared_square(first, second)
        for chosen, title, part, picture in zip(
            (first, second), self._titles, self._parts, self.pictures, strict=True
        ):
            write(title, chosen.title)
            write(part, ", ".join(filter(None, (chosen.part, chosen.of, chosen.measured.what))))
            picture.show_ways(_ways(chosen), square)
        self.found = differences(first, second, noise)
        self.table.fill(_groups(self.found))
        write(self.noise, about_noise)


def _said(chosen: Chosen) -> str:
    return f"{chosen.title}, {chosen.part}"


def _ways(chosen: Chosen) -> list[Way]:
    colours = {"left": theme.look().link, "right": theme.VERMILLION}
    return [
        Way(picture.cop_mm, colours.get(foot_of(stream), theme.look().link), picture.ellipse)
        for stream, picture in chosen.measured.pictures.items()
        if chosen.of in ("", stream)
    ]


def _groups(found: Sequence[Difference]) -> list[Group]:
    groups = []
    for section in dict.fromkeys((each.kind, each.section) for each in found):
        ours = [each for each in found if (each.kind, each.section) == section]
        first = sorted(ours, key=lambda each: not each.core)
        core = sum(each.core for each in ours)
        groups.append(Group(section[1], "", tuple(_line(each) for each in first), core))
    return groups


def _difference(each: Difference) -> str:
    """Say how much more or less the second is: in percent, where both are sizes of something."""
    if each.difference is None:
        return "–"
    sign = "+" if each.difference > 0 else ""
    if each.percent is not None and each.first.unit != "%":
        return f"{sign}{each.percent:.0f} %".replace("-", "−")
    return sign + number(each.difference)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _line(each: Difference) -> Line:
    notes = list(dict.fromkeys(filter(None, (each.first.note, each.second.note))))
    doubt = not (each.first.valid and each.second.valid)
    about = " ".join(
        filter(None, (each.first.definition, _sentence(change_in_words(each.change))
                      if each.change else "", ("⚠ " if doubt else "") + "; ".join(notes)))
    )  # fmt: skip
    verdict = verdict_in_words(each.change)
    return Line(
        (
            " ".join(filter(None, (each.first.name + ",", unit_of(each.first.unit)))).rstrip(","),
            number(each.first.value),
            number(each.second.value),
            _difference(each),
            band_in_words(each.change),
            verdict or ("⚠" if doubt else ""),
        ),
        about,
        quiet=doubt,
        strong=each.change is not None and each.change.changed,
    )
