# SPDX-License-Identifier: Apache-2.0
"""What somebody has set out to do, and what a coach decided for them, in ``plan.toml``."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from solemetry_host.people.files import Strict, Written


class Override(Strict):
    """A coach opens or closes a drill, whatever the gates say.

    Attributes
    ----------
    drill : str
    level : int, optional
        Opened up to this one, or closed from it on; without it, the whole drill.
    open : bool
    by : str
    on : date
    note : str
    """

    drill: str = Field(min_length=1)
    level: int | None = Field(None, ge=1)
    open: bool
    by: str = Field(min_length=1)
    on: date
    note: str = ""


class OwnPlan(Written):
    """The plan of one person.

    Attributes
    ----------
    plan : str
        Id of a plan of the library; empty: the planner proposes day by day.
    began : date, optional
    override : tuple of Override
    note : str
    """

    plan: str = ""
    began: date | None = None
    override: tuple[Override, ...] = ()
    note: str = ""
