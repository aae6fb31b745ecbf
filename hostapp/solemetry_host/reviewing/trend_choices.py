# SPDX-License-Identifier: Apache-2.0
"""Which trends there are to choose of, in steps: a drill, a measure, then what is alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.people.results import Alike
from solemetry_host.people.trends import Trend
from solemetry_host.people.weekly import in_words
from solemetry_host.reviewing.kept import TrendChoice
from solemetry_host.words import chosen, tr

DrillLevel = tuple[str, int]


class TrendChoices:
    """All trends of somebody, to be chosen of.

    Parameters
    ----------
    trends : sequence of Trend
    titles : mapping of str to str
        Of drills, by their ids.
    """

    def __init__(self, trends: Sequence[Trend], titles: Mapping[str, str]) -> None:
        self._trends, self._titles = tuple(trends), titles

    def drills(self) -> list[tuple[str, str]]:
        """Return drills with their levels: what to choose by, and what they are called."""
        found = sorted({(trend.alike.drill, trend.alike.level) for trend in self._trends})
        return [(_key(drill, level), self._called(drill, level)) for drill, level in found]

    def measures(self, drill: str) -> list[tuple[str, str]]:
        """Return the measures of a drill; those with most days first."""
        days: dict[str, int] = {}
        for trend in self._of(drill):
            days[trend.measure] = max(days.get(trend.measure, 0), len(trend.days))
        order = sorted(days, key=lambda name: (-days[name], name))
        return [(name, in_words(name)) for name in order]

    def circumstances(self, drill: str, measure: str) -> list[tuple[str, str]]:
        """Return under which circumstances there are values; those with most days first."""
        days: dict[Alike, int] = {}
        for trend in self._of(drill):
            if trend.measure == measure:
                days[trend.alike] = max(days.get(trend.alike, 0), len(trend.days))
        order = sorted(days, key=lambda alike: (-days[alike], alike))
        return [(repr(alike), said) for alike, said in zip(order, _apart(order), strict=True)]

    def shown(self, choice: TrendChoice) -> tuple[Trend, ...]:
        """Return the trends that a choice means, one for each side."""
        return tuple(
            trend
            for trend in self._of(choice.drill)
            if (trend.measure, repr(trend.alike)) == (choice.measure, choice.alike)
        )

    def completed(self, choice: TrendChoice) -> TrendChoice:
        """Return a choice in which what is not there has become the first there is."""
        drill = _first(choice.drill, self.drills())
        measure = _first(choice.measure, self.measures(drill))
        alike = _first(choice.alike, self.circumstances(drill, measure))
        return TrendChoice(drill, measure, alike, choice.bases)

    def _of(self, drill: str) -> list[Trend]:
        return [one for one in self._trends if _key(one.alike.drill, one.alike.level) == drill]

    def _called(self, drill: str, level: int) -> str:
        title = self._titles.get(drill, in_words(drill))
        return tr("{drill}, level {level}", drill=title, level=level)


def titles_of(shelf: Shelf) -> dict[str, str]:
    """Return what each drill is called, in the chosen language."""
    return {drill.id: drill.words(chosen()).title for drill in shelf.drills()}


def _key(drill: str, level: int) -> str:
    return f"{drill} {level}"


def _first(wanted: str, there: Sequence[tuple[str, str]]) -> str:
    names = [name for name, _ in there]
    return wanted if wanted in names else names[0] if names else ""


def _apart(alikes: Sequence[Alike]) -> list[str]:
    """Say of each what tells it apart from the others, and always how much was fed back."""
    differing = [
        field.name
        for field in fields(Alike)
        if field.name not in ("feedback", "drill", "level")
        and len({getattr(alike, field.name) for alike in alikes}) > 1
    ]
    feedback = {
        "with": tr("repetitions with feedback"),
        "without": tr("repetitions without feedback"),
        "whole": tr("the whole drill"),
    }
    names = {
        "devices": tr("devices"), "footwear": tr("footwear"), "surface": tr("surface"),
        "support": tr("support"), "posture": tr("posture"), "band": tr("band"),
        "version": tr("version"),
    }  # fmt: skip
    return [
        ", ".join(
            (feedback[alike.feedback],
             *(f"{names[name]}: {getattr(alike, name) or '–'}" for name in differing))
        )
        for alike in alikes
    ]  # fmt: skip
