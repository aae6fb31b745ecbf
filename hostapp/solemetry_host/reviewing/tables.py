# SPDX-License-Identifier: Apache-2.0
"""What is shown, as tables for a spreadsheet: CSV with full numbers and plain names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from solemetry.errors import FileError
from solemetry_host.people.trends import Trend
from solemetry_host.reviewing.bases import BaseOf
from solemetry_host.reviewing.comparing import Chosen, Difference
from solemetry_host.reviewing.measuring import Measured

Rows = Iterable[Sequence[object]]


def write_csv(path: Path, rows: Rows) -> Path:
    """Write rows, the first of them the heads of the columns.

    Raises
    ------
    FileError
        When it cannot be written.
    """
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    except OSError as error:
        raise FileError(
            f"{path} cannot be written: {error.strerror}.", "Choose another folder."
        ) from None
    return path


def of_span(recording: str, measured: Measured) -> Rows:
    """Return all measures of a span."""
    yield ("recording", "begin_s", "end_s", "kind", "of", "measure", "value", "unit", "sd", "n",
           "valid", "note", "definition")  # fmt: skip
    for section in measured.sections:
        for row in section.rows:
            yield (recording, *measured.span, section.kind, section.of, row.measure, row.value,
                   row.unit, row.sd, row.n, row.valid, row.note, row.definition)  # fmt: skip


def of_comparison(first: Chosen, second: Chosen, found: Iterable[Difference]) -> Rows:
    """Return all measures of two spans, side by side."""
    yield ("kind", "measure", "unit", f"{first.title} {first.part} {first.of}".strip(),
           f"{second.title} {second.part} {second.of}".strip(), "difference", "percent",
           "mdc95", "mdc_scale", "changed")  # fmt: skip
    for each in found:
        change = each.change
        yield (each.kind, each.first.measure, each.first.unit, each.first.value,
               each.second.value, each.difference, each.percent,
               change.mdc95 if change else None, change.scale if change else None,
               change.changed if change else None)  # fmt: skip


def of_trends(shown: Iterable[Trend]) -> Rows:
    """Return the values of trends, day by day, with their bands."""
    yield ("drill", "level", "measure", "side", "feedback", "day", "value", "band_low",
           "band_high")  # fmt: skip
    for trend in shown:
        low, high = trend.band or (None, None)
        for day in trend.days:
            for value in day.values:
                yield (trend.alike.drill, trend.alike.level, trend.measure, trend.side,
                       trend.alike.feedback, day.day.isoformat(), value, low, high)  # fmt: skip


def of_bases(shown: Iterable[BaseOf]) -> Rows:
    """Return functional bases, corner by corner."""
    yield ("day", "side", "area_cm2", "corner", "ml_mm", "ap_mm")
    for base in shown:
        for number, (ml_mm, ap_mm) in enumerate(base.polygon_mm.tolist(), start=1):
            yield base.on.isoformat(), base.side, base.area_cm2, number, ml_mm, ap_mm
