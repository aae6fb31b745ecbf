# SPDX-License-Identifier: Apache-2.0
"""Write docs/measures.md of what the library says; `--check` tells if it is stale."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import solemetry as sm

PAGE = Path(__file__).resolve().parents[1] / "docs" / "measures.md"

_BEGIN = """\
# Measures

What each number is, its unit, and the paper it is from. This table is made from the library
(`sm.sway.features()`, by `tools/measures.py`); every row of a result says the same of itself.

Measures of walking are defined in [gait](gait.md#definitions), loads of regions in
[loading](loading.md), shifts between inner and outer side in [pronation](pronation.md), comparisons
with others and with oneself in [reference ranges](reference-ranges.md). The choices behind a name
(filter, ellipse, spectrum) are its [convention](conventions.md): values of two conventions are
not to be compared.

## Sway

x is mediolateral (`ml`, + to the right), y anteroposterior (`ap`, + forward), in mm;
*must* are the usual ones, *should* the rarer ones (`--all`). *Needs* names what a recording must
have beyond a centre of pressure; without it a row says so and has no value.
"""


def page() -> str:
    """Return the whole page."""
    parts = [_BEGIN]
    for family, measures in sm.sway.features().groupby("family", sort=False):
        parts.append(f"### {str(family).capitalize()}\n\n{_table(measures)}")
    return "\n".join(parts)


def _table(measures: pd.DataFrame) -> str:
    lines = ["| measure | unit | what it is | source | needs | level |", "|---" * 6 + "|"]
    for name, row in measures.iterrows():
        cells = [f"`{name}`", row.unit, row.definition, row.reference, row.needs, row.level]
        lines.append("| " + " | ".join(_plain(str(cell)) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _plain(cell: str) -> str:
    """Without what Markdown would take for a column, emphasis or a tag."""
    if cell.startswith("`"):
        return cell
    for sign in ("|", "*", "_", "<"):
        cell = cell.replace(sign, "\\" + sign)
    return cell


def main() -> None:
    """Write the page, or say that it is stale."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text("utf-8") != page():
        sys.exit("docs/measures.md is stale. Run: .venv/bin/python tools/measures.py")


if __name__ == "__main__":
    main()
