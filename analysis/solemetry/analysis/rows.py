# SPDX-License-Identifier: Apache-2.0
"""Tables of measures as dictionaries of plain values, ready for JSON."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd


def by_measure(table: pd.DataFrame) -> dict[str, Any]:
    """Return the rows of a table, nested as its index is; a value that is missing is None."""
    if table.index.nlevels > 1:
        return {str(name): by_measure(table.loc[name]) for name in table.index.unique(level=0)}
    names = list(table.columns)
    return {
        str(measure): dict(zip(names, map(as_plain, row), strict=True))
        for measure, row in zip(table.index, table.itertuples(index=False), strict=True)
    }


def as_plain(value: Any) -> Any:
    """Return a number, truth or text of a table as Python has them."""
    value = value.item() if hasattr(value, "item") else value
    return plain(value) if isinstance(value, float) else value


def plain(value: float) -> float | None:
    """Return a number; None where there is none."""
    return float(value) if math.isfinite(value) else None
