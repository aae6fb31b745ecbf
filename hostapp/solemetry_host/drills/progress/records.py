# SPDX-License-Identifier: Apache-2.0
"""What is asked of somebody's records: who they are, what they did, what a coach decided.

Shapes only, so that nothing here depends on where it is kept. `people.profile.Profile`,
`people.results.Result` and `people.plan.Override` have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from solemetry_host.drills.running.outcome import Outcome


class Injury(Protocol):
    """An injury, as it was entered."""

    @property
    def what(self) -> str:
        """Such as "ankle sprain"."""

    @property
    def on(self) -> date | None:
        """When it happened, if that is known."""


class Person(Protocol):
    """One person."""

    @property
    def mass_kg(self) -> float | None:
        """Body mass."""

    @property
    def fell_on(self) -> date | None:
        """Day of the last fall."""

    @property
    def history(self) -> Sequence[str]:
        """What else a drill may ask for, such as "vertigo"."""

    @property
    def injury(self) -> Sequence[Injury]:
        """All injuries."""

    def ages(self, today: date) -> tuple[int, int] | None:
        """From and to how old they may be; None where it is not known."""


class Circumstances(Protocol):
    """When something was done, and how."""

    @property
    def at(self) -> datetime:
        """When it began."""

    @property
    def support(self) -> str:
        """How much they held on: ``none``, ``hover``, ``fingertip`` or ``hand``."""


class Result(Protocol):
    """One drill as it went."""

    @property
    def outcome(self) -> Outcome:
        """How it went."""

    @property
    def context(self) -> Circumstances:
        """Under which circumstances."""


class Override(Protocol):
    """What a coach decided of a drill, whatever the gates say."""

    @property
    def drill(self) -> str:
        """Its id."""

    @property
    def level(self) -> int | None:
        """Opened up to this level, or closed from it on; None: the drill."""

    @property
    def open(self) -> bool:
        """Opened, or closed."""

    @property
    def by(self) -> str:
        """Who decided."""

    @property
    def on(self) -> date:
        """When."""
