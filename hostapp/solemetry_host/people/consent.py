# SPDX-License-Identifier: Apache-2.0
"""What somebody agreed to: who may see how much, until when. In ``consent.toml``."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from pydantic import Field

from solemetry_host.people.files import Strict, Written

Detail = Literal["summary", "reports", "raw"]
"""How much leaves the folder; each holds what those before it hold."""


class Grant(Strict):
    """One thing that was agreed to.

    Attributes
    ----------
    to : str
        Who may see it.
    detail : {"summary", "reports", "raw"}
    on : date
        When it was given.
    until : date, optional
        The last day that it holds.
    withdrawn : date, optional
    note : str
        How it was given, such as "signed on paper".
    """

    to: str = Field(min_length=1)
    detail: Detail
    on: date
    until: date | None = None
    withdrawn: date | None = None
    note: str = ""

    def holds(self, today: date) -> bool:
        """Whether it holds on a day."""
        ended = self.withdrawn is not None and self.withdrawn <= today
        return self.on <= today and not ended and (self.until is None or today <= self.until)


class Consent(Written):
    """All that one person agreed to; what was withdrawn stays as a record."""

    grant: tuple[Grant, ...] = ()

    def allows(self, to: str, detail: Detail, today: date) -> bool:
        """Whether somebody may see so much on a day."""
        return any(
            _same(grant.to, to) and grant.holds(today) and _depth(grant.detail) >= _depth(detail)
            for grant in self.grant
        )

    def granted(self, grant: Grant) -> Consent:
        """Return the same with one more."""
        return self.model_copy(update={"grant": (*self.grant, grant)})

    def withdrawn(self, to: str, today: date) -> Consent:
        """Return the same with nothing left that this one may see."""
        return self.model_copy(
            update={
                "grant": tuple(
                    grant.model_copy(update={"withdrawn": today})
                    if _same(grant.to, to) and grant.holds(today)
                    else grant
                    for grant in self.grant
                )
            }
        )


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _depth(detail: Detail) -> int:
    return get_args(Detail).index(detail)
