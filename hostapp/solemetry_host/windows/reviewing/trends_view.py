# SPDX-License-Identifier: Apache-2.0
"""What changes from day to day: measures with their noise bands, and functional bases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtWidgets

from solemetry.errors import UnavailableError
from solemetry_host.people.trends import Trend, left_and_right
from solemetry_host.people.weekly import in_words
from solemetry_host.reviewing.bases import BaseOf
from solemetry_host.reviewing.comparing import change_in_words
from solemetry_host.reviewing.kept import TrendChoice
from solemetry_host.reviewing.opened import square_of
from solemetry_host.reviewing.trend_choices import TrendChoices
from solemetry_host.windows.live.picture import Picture, between
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import Segments, card, column, holding, label, row, write
from solemetry_host.windows.reviewing.cop_picture import CopPicture, Way
from solemetry_host.windows.reviewing.measure_table import Group, Line, MeasureTable
from solemetry_host.windows.reviewing.trend_picture import TrendPicture, side_in_words
from solemetry_host.words import tr


class TrendsView(QtWidgets.QWidget):
    """Shows the past of one person, held against nobody else's.

    Parameters
    ----------
    chosen : callable
        Told which trend is to be shown from now on.
    """

    def __init__(self, chosen: Callable[[TrendChoice], object]) -> None:
        super().__init__()
        self._chosen = chosen
        self.choices = TrendChoices((), {})
        self.choice = TrendChoice()
        self.bases_shown: Sequence[BaseOf] = ()
        self.shown: tuple[Trend, ...] = ()
        self.kinds = Segments(
            [("values", tr("Values")), ("bases", tr("Functional base"))], self._choose_kind
        )
        self.drill, self.measure, self.alike = (
            self._box(name, what)
            for name, what in (("drill", tr("Drill")), ("measure", tr("Measure")),
                               ("alike", tr("Circumstances")))
        )  # fmt: skip
        self.picture = TrendPicture()
        self.note = label("", wraps=True)
        shown = column(self.picture, self.note, spacing=theme.SPACE // 2)
        shown.setStretch(0, 1)
        choices = row(self.drill, self.measure)
        values = column(choices, self.alike, card(shown))
        values.setStretch(2, 1)
        self.values = holding(values)
        self.base_pictures = {side: CopPicture() for side in ("left", "right", "both")}
        self.base_cards = {
            side: card(picture, title=side_in_words(side))
            for side, picture in self.base_pictures.items()
        }
        self.areas = MeasureTable([tr("Day"), tr("Left"), tr("Right"), tr("Both")])
        bases = column(holding(row(*self.base_cards.values())), card(self.areas))
        bases.setStretch(0, 3)
        bases.setStretch(1, 2)
        self.bases = holding(bases)
        self.nothing = label("note", wraps=True)
        box = column(self.kinds, self.nothing, self.values, self.bases, 0)
        box.setStretch(2, 1)
        box.setStretch(3, 1)
        self.setLayout(box)
        self.say("")

    def _box(self, name: str, what: str) -> QtWidgets.QComboBox:
        box = QtWidgets.QComboBox()
        box.setAccessibleName(what)
        box.setToolTip(what)
        box.setMinimumContentsLength(10)
        box.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        box.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, box.sizePolicy().verticalPolicy())
        box.activated.connect(lambda _: self._choose(name, str(box.currentData())))
        return box

    # ---- what is shown ---------------------------------------------------------------------

    @property
    def pictures(self) -> list[Picture]:
        """Those that are seen."""
        if not self.choice.bases:
            return [self.picture]
        return [one for side, one in self.base_pictures.items()
                if self.base_cards[side].isVisibleTo(self)]  # fmt: skip

    @property
    def title(self) -> str:
        """What is shown, in words."""
        boxes = (self.drill, self.measure, self.alike)
        return ", ".join(box.currentText() for box in boxes)

    def say(self, text: str) -> None:
        """Say why there is nothing to show."""
        write(self.nothing, text)
        self.nothing.setVisible(bool(text))
        for each in (self.kinds, self.values, self.bases):
            each.hide()
        self.shown = ()

    def show_trends(
        self, choices: TrendChoices, choice: TrendChoice, bases: Sequence[BaseOf]
    ) -> None:
        """Show what there is of somebody."""
        self.choices, self.bases_shown = choices, bases
        self.nothing.hide()
        self.kinds.show()
        self.choice = choices.completed(choice)
        self.kinds.show_choice("bases" if choice.bases else "values")
        self.values.setVisible(not choice.bases)
        self.bases.setVisible(choice.bases)
        self._show_values()
        self._show_bases()

    def _show_values(self) -> None:
        choice, choices = self.choice, self.choices
        _fill(self.drill, choices.drills(), choice.drill)
        _fill(self.measure, choices.measures(choice.drill), choice.measure)
        _fill(self.alike, choices.circumstances(choice.drill, choice.measure), choice.alike)
        self.shown = choices.shown(choice)
        self.picture.show_trends(self.shown, in_words(choice.measure).rpartition(", ")[2]
                                 if ", " in in_words(choice.measure) else "")  # fmt: skip
        write(self.note, "\n".join(_told(self.shown)) or tr("No values yet. Do a drill first."))

    def _show_bases(self) -> None:
        square = square_of(base.polygon_mm for base in self.bases_shown)
        days = sorted({base.on for base in self.bases_shown})
        for side, picture in self.base_pictures.items():
            ours = [base for base in self.bases_shown if base.side == side]
            self.base_cards[side].setVisible(bool(ours))
            picture.show_ways([_outline(base, n, len(ours)) for n, base in enumerate(ours)], square)
        areas = {(base.on, base.side): f"{base.area_cm2:.0f} cm²" for base in self.bases_shown}
        lines = tuple(
            Line((day.isoformat(), *(areas.get((day, side), "–") for side in self.base_pictures)))
            for day in reversed(days)
        )
        about = tr("The ground that you put your weight on with the whole sole down. The newest "
                   "is drawn strongest.")  # fmt: skip
        none = tr("No functional base measured yet. The limits of stability and the clock measure "
                  "it.")  # fmt: skip
        self.areas.fill([Group(tr("Area"), about, lines, len(lines))] if lines else
                        [Group(none, "", (), 0)])  # fmt: skip

    # ---- what is chosen --------------------------------------------------------------------

    def _choose_kind(self, kind: str) -> None:
        self.choice.bases = kind == "bases"
        self._take()

    def _choose(self, name: str, value: str) -> None:
        setattr(self.choice, name, value)
        self._take()

    def _take(self) -> None:
        self._chosen(self.choice)
        self.show_trends(self.choices, self.choice, self.bases_shown)


def _fill(box: QtWidgets.QComboBox, there: Sequence[tuple[str, str]], chosen: str) -> None:
    box.clear()
    for value, text in there:
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    box.setEnabled(len(there) > 1)


def _outline(base: BaseOf, number: int, of: int) -> Way:
    """Draw the oldest faint and the newest strong."""
    share = (number + 1) / of
    colour = between(theme.look().line, theme.GREEN, share)
    return Way(base.polygon_mm, colour.name(), closed=True, width=1.0 + 1.5 * (share == 1))


def _told(trends: Sequence[Trend]) -> list[str]:
    """Say of each side what the latest day is against its own noise, and how the sides compare."""
    lines = [f"{side_in_words(trend.side)}: {_against_noise(trend)}" for trend in trends]
    sides = {trend.side: trend for trend in trends}
    if "left" not in sides or "right" not in sides:
        return lines
    try:
        held = left_and_right(sides["left"], sides["right"])
    except UnavailableError:
        return lines  # each side has said already what is missing
    percent = f"{100 * held.apart:.0f}"
    if not held.differ:
        said = tr("Left and right do not differ by more than their own noise and 15 %.")
    elif held.left > held.right:
        said = tr("The right is {percent} % lower than the left.", percent=percent)
    else:
        said = tr("The left is {percent} % lower than the right.", percent=percent)
    return [*lines, said]


def _against_noise(trend: Trend) -> str:
    if trend.change is not None:
        return change_in_words(trend.change)
    if trend.own is None:
        return tr("own noise is known after two days with repeats.")
    return tr("the first days are what later ones are held against.")
