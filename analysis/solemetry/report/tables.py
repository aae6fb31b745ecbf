# SPDX-License-Identifier: Apache-2.0
"""The numbers of an analysis as tables to read: each with its method and its validity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase
from typing import Any

import numpy as np

from solemetry.report.layout import Row, Table

Entries = Mapping[str, Mapping[str, Any]]
"""Of `solemetry.analysis.analyze`: by measure, what is known of it."""

_LABELS = {
    "ellipse_area_95": "95 % ellipse, area",
    "ellipse_area_90": "90 % ellipse, area",
    "ellipse_semi_major": "Ellipse, longer semi-axis",
    "ellipse_semi_minor": "Ellipse, shorter semi-axis",
    "ellipse_angle": "Ellipse, direction",
    "rms distance": "RMS distance",
    "left_share": "Load, left",
    "right_share": "Load, right",
    "front_share": "Load, front",
    "rear_share": "Load, rear",
    "clock_half_width": "Clock, half-width",
    "f1_n": "First force peak",
    "fmin_n": "Force valley between the peaks",
    "f2_n": "Second force peak",
    "peak_n": "Largest force",
    "cadence_steps": "Cadence",
}
_SIDES = {"ml": "side to side", "ap": "front to back"}
_ENDINGS = ("s", "n", "ns", "mm", "mm2", "percent", "share", "index", "dps")
"""Of names: units, which stand in their own column."""

_UNITS = {"mm2": "mm²", "deg": "°", "1": ""}

_SMALL = 1e-3
"""Smaller numbers have an exponent."""


def measures(title: str, entries: Entries, basis: str = "Convention") -> Table:
    """Lay out one value a line.

    Parameters
    ----------
    title : str
    entries : mapping
        By measure.
    basis : str
        Head of the column for the convention, or for what a share is of.
    """
    heads = ("Measure", "Value", "Unit", basis, "n", "Duration", "Valid")
    notes = _Footnotes()
    rows = tuple(
        Row(
            label=in_words(name),
            name=name,
            cells=(
                number(entry["value"]),
                unit(entry),
                entry.get("convention") or entry.get("of", ""),
                str(entry["n"]),
                _seconds(entry),
                notes.of(entry["valid"], entry["note"]),
            ),
            remarks=(entry["definition"],) if entry.get("definition") else (),
            valid=entry["valid"],
        )
        for name, entry in entries.items()
    )
    numbers = frozenset({"Value", "n", "Duration"})
    return Table(title, heads, numbers, rows, footnotes=notes.told)


def by_foot(title: str, feet: Mapping[str, Entries], names: Iterable[str] | None = None) -> Table:
    """Lay out means of steps with their standard deviations, the feet side by side.

    Parameters
    ----------
    title : str
    feet : mapping
        By foot, then by measure.
    names : iterable of str, optional
        Which measures; those that are not there are passed over.
    """
    there = list(dict.fromkeys(name for entries in feet.values() for name in entries))
    chosen = there if names is None else [name for name in names if name in there]
    sides = tuple(foot.capitalize() for foot in feet)
    every = [entry for entries in feet.values() for entry in entries.values()]
    definition = _shared(every, "definition")
    of_all = ["Mean ± standard deviation of the steps", _shared(every, "convention"), definition]
    of_all[1] = f"convention {of_all[1]}" if of_all[1] else ""
    notes = _Footnotes()
    return Table(
        title,
        heads=("Measure", *sides, "Unit", "n", "Valid"),
        numbers=frozenset((*sides, "n")),
        rows=tuple(_both(name, feet, notes, not definition) for name in chosen),
        said_of_all="; ".join(filter(None, of_all)) + ".",
        footnotes=notes.told,
    )


def _both(name: str, feet: Mapping[str, Entries], notes: _Footnotes, defined: bool) -> Row:
    of_feet = [entries.get(name) for entries in feet.values()]
    there = [entry for entry in of_feet if entry is not None]
    first, valid = there[0], all(entry["valid"] for entry in there)
    return Row(
        label=in_words(name),
        name=name,
        cells=(
            *("" if entry is None else _mean_and_sd(entry) for entry in of_feet),
            unit(first),
            ", ".join(str(entry["n"]) for entry in there),
            notes.of(valid, *(entry["note"] for entry in there)),
        ),
        remarks=(first["definition"],) if defined else (),
        valid=valid,
    )


def _shared(entries: Iterable[Mapping[str, Any]], what: str) -> str:
    """Return what is said of all, where it is the same."""
    said = {entry.get(what, "") for entry in entries}
    return str(said.pop()) if len(said) == 1 else ""


class _Footnotes:
    """What speaks against numbers, each told once and pointed at by a letter."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def of(self, valid: bool, *notes: str) -> str:
        """Return whether a number is valid, and the letters of what is to be known of it."""
        for note in filter(None, notes):
            self._letters.setdefault(note, _letter(len(self._letters)))
        letters = ", ".join(dict.fromkeys(self._letters[note] for note in notes if note))
        word = "yes" if valid else "no"
        return f"{word} ({letters})" if letters else word

    @property
    def told(self) -> tuple[str, ...]:
        """The footnotes in the order of their letters."""
        return tuple(f"({letter}) {note}" for note, letter in self._letters.items())


def _letter(n: int) -> str:
    return ascii_lowercase[n] if n < len(ascii_lowercase) else str(n + 1)


def in_words(name: str) -> str:
    """Return what a measure is called: ``mean_velocity_ml`` is "Mean velocity, side to side"."""
    if name in _LABELS:
        return _LABELS[name]
    words = name.split("_")
    while len(words) > 1 and words[-1] in _ENDINGS:
        words.pop()
    axis = f", {_SIDES[words.pop()]}" if words[-1] in _SIDES else ""
    said = " ".join(words)
    return _LABELS.get(said, said[:1].upper() + said[1:]) + axis


def number(value: float | None) -> str:
    """Write three significant digits; with an exponent only what is below a thousandth part."""
    if value is None:
        return "not available"
    if not np.isfinite(value):
        return f"{value:g}"
    if 0 < abs(value) < _SMALL:
        return f"{value:.2e}"
    return f"{value:.{_decimals(value, 3)}f}" if value else "0"


def numbers(values: Sequence[float]) -> tuple[str, ...]:
    """Write finite values to compare with the same decimals: three digits of the smallest."""
    smallest = min((abs(value) for value in values if value), default=0.0)
    if smallest < _SMALL:
        return tuple(map(number, values))
    return tuple(f"{value:.{_decimals(smallest, 3)}f}" for value in values)


def _decimals(value: float, digits: int) -> int:
    """Return how many decimals give a value so many significant digits."""
    return max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))


def unit(entry: Mapping[str, Any]) -> str:
    """Write the unit of a value as people do; nothing where there is no value."""
    return "" if entry["value"] is None else _UNITS.get(entry["unit"], entry["unit"])


def _mean_and_sd(entry: Mapping[str, Any]) -> str:
    """Write a mean with as many decimals as its standard deviation has with two digits."""
    value, sd = entry["value"], entry.get("sd")
    if value is None or sd is None:
        return number(value)
    if not np.isfinite(sd) or sd < _SMALL:
        return f"{number(value)} ± {number(sd)}"
    decimals = _decimals(sd, 2)
    return f"{value:.{decimals}f} ± {sd:.{decimals}f}"


def _seconds(entry: Mapping[str, Any]) -> str:
    return f"{entry['duration_s']:.1f} s" if entry.get("duration_s") is not None else ""
