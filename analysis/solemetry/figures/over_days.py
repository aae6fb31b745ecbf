# SPDX-License-Identifier: Apache-2.0
"""A measure of one person over days, with what noise alone does to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from solemetry.figures.style import FOOT_COLORS, FOOT_LINES, INK, new_figure, styled

Days = Sequence[tuple[date, Sequence[float]]]
"""The oldest first, with the values of each day's repeats."""


@styled
def draw_over_days(
    days: Mapping[str, Days],
    bands: Mapping[str, tuple[float, float]] | None = None,
    what: str = "value",
) -> Any:
    """Draw every repeat as a dot, the means of the days as a line, and a band around what is usual.

    Parameters
    ----------
    days : mapping of str to sequence of (date, values)
        By side, or anything else that is to have a line of its own.
    bands : mapping of str to (low, high), optional
        Between what a day's mean stays where nothing has changed, by the same names.
    what : str
        Name of the measure, with its unit.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When there is no day.
    """
    if not any(days.values()):
        raise ValueError("There is no day to draw.")
    figure, axes = new_figure(7.2, 2.2)
    for name, of in days.items():
        color = FOOT_COLORS.get(name, INK)
        if bands is not None and name in bands:
            axes.axhspan(*bands[name], color=color, alpha=0.12, lw=0)
        for day, values in of:
            axes.plot([day] * len(values), values, "o", color=color, ms=2.5, alpha=0.5, mew=0)
        means = [sum(values) / len(values) for _, values in of]
        line = FOOT_LINES.get(name, "-")
        axes.plot([day for day, _ in of], means, line, marker="o", color=color, lw=1.4, ms=4,
                  label=name)
    axes.grid(axis="y")
    axes.set(ylabel=what)
    if len(days) > 1:
        axes.legend(loc="lower right", ncols=2, bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    return figure
