# SPDX-License-Identifier: Apache-2.0
"""A drill that somebody wants to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """A drill at a level.

    Attributes
    ----------
    drill : str
        Its id.
    level : int or None
        None: what the person has reached.
    """

    drill: str
    level: int | None = None
