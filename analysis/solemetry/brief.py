# SPDX-License-Identifier: Apache-2.0
"""How a result prints where nothing richer can be shown: what it holds, not all its numbers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

_MOST_LETTERS = 60
"""Of one field."""


def in_brief(result: Any) -> str:
    """Return the fields of a dataclass on one line, of arrays and tables their shapes.

    For ``__repr__``: recordings hold millions of numbers.
    """
    told = (f"{field.name}={_short(getattr(result, field.name))}" for field in fields(result))
    return f"{type(result).__name__}({', '.join(told)})"


def _short(value: Any) -> str:
    if shape := getattr(value, "shape", ()):
        return f"<{type(value).__name__} {' × '.join(map(str, shape))}>"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: ...' for key in value)}}}"
    text = repr(value)
    return text if len(text) <= _MOST_LETTERS else f"<{type(value).__name__}>"
