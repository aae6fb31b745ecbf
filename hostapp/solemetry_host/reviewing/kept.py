# SPDX-License-Identifier: Apache-2.0
"""What somebody was looking at: it outlives the page, which is built anew with another look."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from solemetry.sway.people.personal_change import OwnMdc
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.people.results import Alike
from solemetry_host.reviewing.comparing import Chosen
from solemetry_host.reviewing.measuring import Measured
from solemetry_host.reviewing.opened import Opened
from solemetry_host.reviewing.watching import Watching

NoiseOf = tuple[str, Alike, str]
"""Whose own noise, of which repetitions, and of which side."""


@dataclass
class Looking:
    """A recording that is open, where one is in it, and what its span measures.

    Attributes
    ----------
    opened : Opened
    watching : Watching
    person : str
        The pseudonym of whose it is, or nothing.
    measured : Measured or None
    """

    opened: Opened
    watching: Watching
    person: str = ""
    measured: Measured | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.opened.session.path


@dataclass
class TrendChoice:
    """Which trend is shown.

    Attributes
    ----------
    drill, measure, alike : str
        As the lists of choices name them; empty: the first there is.
    bases : bool
        Whether the functional bases are shown instead.
    """

    drill: str = ""
    measure: str = ""
    alike: str = ""
    bases: bool = False


@dataclass
class Kept:
    """All of it.

    Attributes
    ----------
    tab : str
        Of the page.
    looking : Looking or None
    first, second : Chosen or None
        What is compared.
    noise : dict
        Own noise that was worked out already, by person, what is alike, and side.
    trend : TrendChoice
    shelf : Shelf or None
        Of the titles of drills, once it was read.
    others : bool
        Whether the list shows the recordings of nobody in particular.
    """

    tab: str = "recordings"
    looking: Looking | None = None
    first: Chosen | None = None
    second: Chosen | None = None
    noise: dict[NoiseOf, dict[str, OwnMdc]] = field(default_factory=dict)
    trend: TrendChoice = field(default_factory=TrendChoice)
    shelf: Shelf | None = None
    others: bool = False
