# SPDX-License-Identifier: Apache-2.0
"""Two spans side by side: before and after, or left and right.

A difference is a number. Whether it is more than this person's own noise is said only where that
is known; whether it is for the better never is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from solemetry.sway.people.personal_change import Change, OwnMdc, compare
from solemetry_host.people.results import Alike
from solemetry_host.reviewing.measuring import Measured, Row, Section, side_of
from solemetry_host.reviewing.names import number
from solemetry_host.reviewing.opened import Square, square_of
from solemetry_host.words import tr

Key = tuple[str, str]
"""Kind of section, and measure."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """One side of a comparison.

    Attributes
    ----------
    title : str
        Which recording.
    part : str
        Which part of it.
    measured : Measured
    of : str
        Only this stream; empty: all.
    person : str
        The pseudonym of whose recording it is, or nothing.
    alike : Alike or None
        Of a repetition of a drill: what another must share with it.
    side : str
        Of a repetition.
    """

    title: str
    part: str
    measured: Measured
    of: str = ""
    person: str = ""
    alike: Alike | None = None
    side: str = ""


@dataclass(frozen=True)
class Difference:
    """One measure of both.

    Attributes
    ----------
    kind : str
        Of the section.
    section : str
        Its title.
    first, second : Row
    core : bool
        Whether it is among the few that are shown first.
    difference : float or None
        The second less the first.
    percent : float or None
        The same, of the first; None where one of the two is not above zero.
    change : Change or None
        Against the person's own noise; None where that is not known.
    """

    kind: str
    section: str
    first: Row
    second: Row
    core: bool
    difference: float | None
    percent: float | None
    change: Change | None


def differences(
    first: Chosen, second: Chosen, noise: Mapping[str, OwnMdc] | None = None
) -> tuple[Difference, ...]:
    """Hold two spans against each other, measure by measure.

    Parameters
    ----------
    first, second : Chosen
    noise : mapping of str to OwnMdc, optional
        The person's own, by sway measure; see `solemetry_host.reviewing.own_noise`.
    """
    return tuple(_differences(first, second, noise or {}))


def _differences(
    first: Chosen, second: Chosen, noise: Mapping[str, OwnMdc]
) -> Iterator[Difference]:
    for one in _sections(first):
        other = _counterpart(one, first, second)
        if other is None:
            continue
        on_right = {row.measure: row for row in other.rows}
        for place, row in enumerate(one.rows):
            if row.measure not in on_right:
                continue
            twin = on_right[row.measure]
            own = noise.get(row.measure) if one.kind == "sway" and row.unit != "deg" else None
            difference = _less(twin.value, row.value)
            title = one.title if one.of == other.of else one.name
            yield Difference(
                one.kind, title, row, twin, place < one.core, difference,
                _percent(row.value, twin.value), _change(row, twin, own),
            )  # fmt: skip


def _sections(chosen: Chosen) -> Iterator[Section]:
    """Return the sections of one side; of one stream, those of it and of its foot."""
    foot = next((side_of(s) for s in chosen.measured.sections if s.of == chosen.of), "")
    for section in chosen.measured.sections:
        if not chosen.of or section.of in (chosen.of, foot or chosen.of):
            yield section


def _counterpart(section: Section, first: Chosen, second: Chosen) -> Section | None:
    """Return the section that says the same of the other side."""
    there = [other for other in _sections(second) if other.kind == section.kind]
    if first.of and second.of:  # two streams: each has one of a kind
        return there[0] if there else None
    same = [other for other in there if other.of == section.of]
    # One stream of each, called differently: a plate at home and one in a laboratory.
    ours = [other for other in _sections(first) if other.kind == section.kind]
    alone = len(there) == 1 and len(ours) == 1
    return same[0] if same else there[0] if alone else None


def _less(after: float | None, before: float | None) -> float | None:
    return after - before if after is not None and before is not None else None


def _percent(before: float | None, after: float | None) -> float | None:
    if before is None or after is None or min(before, after) <= 0:
        return None
    return 100 * (after - before) / before


def _change(before: Row, after: Row, own: OwnMdc | None) -> Change | None:
    if own is None or before.value is None or after.value is None:
        return None
    if not (before.valid and after.valid):
        return None
    if own.scale == "log" and min(before.value, after.value) <= 0:
        return None
    return compare(before.value, after.value, own)


def band_in_words(change: Change | None) -> str:
    """Say between which values the second stays where nothing has changed."""
    if change is None:
        return ""
    if change.scale == "log":
        low, high = change.before / change.mdc95, change.before * change.mdc95
    else:
        low, high = change.before - change.mdc95, change.before + change.mdc95
    return f"{number(low)} – {number(high)}"


def change_in_words(change: Change) -> str:
    """Say what a change is against the person's own noise, in a sentence."""
    if change.scale == "log":
        return tr(
            "{verdict}: {times} times the value before. Without a change it stays between {low} "
            "and {high} times in 95 of 100 cases.",
            verdict=verdict_in_words(change), times=f"{change.change:.2f}",
            low=f"{1 / change.mdc95:.2f}", high=f"{change.mdc95:.2f}",
        )  # fmt: skip
    return tr(
        "{verdict}: {difference} from the value before. Without a change it stays within {mdc} "
        "either way in 95 of 100 cases.",
        verdict=verdict_in_words(change), difference=number(change.change),
        mdc=number(change.mdc95),
    )  # fmt: skip


def verdict_in_words(change: Change | None) -> str:
    """Say whether it is more than the person's own noise."""
    if change is None:
        return ""
    return tr("changed") if change.changed else tr("within noise")


def shared_square(*chosen: Chosen) -> Square | None:
    """Return a square that holds the paths and ellipses of all; None where nobody has one."""
    pictures = [
        picture
        for each in chosen
        for stream, picture in each.measured.pictures.items()
        if each.of in ("", stream)
    ]
    ellipses = [each.ellipse.outline() for each in pictures if each.ellipse is not None]
    return square_of([*(each.cop_mm for each in pictures), *ellipses])
