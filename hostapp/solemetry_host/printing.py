# SPDX-License-Identifier: Apache-2.0
"""Tables and JSON, as all verbs of the command print them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any, Literal

import typer


def print_rows(title: str, rows: list[dict[str, Any]]) -> None:
    """Print rows as a table; the first one names the columns."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for name, value in rows[0].items():
        justify: Literal["left", "right"] = "left" if isinstance(value, str) else "right"
        table.add_column(name, justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row.values()))
    Console().print(table)


def print_json(told: Any) -> None:
    """Print one JSON document; a number without a value is null."""
    import json

    typer.echo(json.dumps(_plain(told), indent=2, allow_nan=False))


def _plain(told: Any) -> Any:
    """Return it as JSON can say it; a path, a date and their like as their text."""
    if is_dataclass(told) and not isinstance(told, type):
        return _plain(asdict(told))
    if isinstance(told, Mapping):
        return {str(key): _plain(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [_plain(value) for value in told]
    if isinstance(told, float):
        return float(told) if math.isfinite(told) else None
    if told is None or isinstance(told, str | int):
        return told
    return str(told)
