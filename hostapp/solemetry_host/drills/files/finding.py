# SPDX-License-Identifier: Apache-2.0
"""What is to be said of a drill file: where, what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from solemetry_host.drills.files.toml_lines import Place


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a file, or could be better.

    Attributes
    ----------
    place : tuple
        Keys and positions, from 0, of what is meant; empty where the whole file is.
    problem, remedy : str
        Sentences.
    refused : bool
        Whether the file cannot be used so; otherwise it is advice.
    line : int or None
        From 1; None where there is no such line.
    """

    place: Place
    problem: str
    remedy: str
    refused: bool = True
    line: int | None = None

    @property
    def path(self) -> str:
        """The place as text, such as ``phase[2].done[0]``."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.place)
        return "".join(steps).removeprefix(".")

    @property
    def where(self) -> str:
        """Line and path, as far as there are."""
        line = f"line {self.line}" if self.line else ""
        return f"{line} ({self.path})" if line and self.path else line or self.path

    def __str__(self) -> str:
        return f"{self.where}: {self.problem} {self.remedy}".removeprefix(": ").strip()


def perhaps(name: str, known: tuple[str, ...]) -> str:
    """Return a remedy for a name that is not known: the nearest, and all where they are few."""
    near = get_close_matches(name, known, n=1)
    meant = f"Perhaps {near[0]!r} is meant." if near else ""
    listed = f"Known here: {', '.join(known)}." if known and (len(known) < 30 or not near) else ""
    return f"{meant} {listed}".strip()
