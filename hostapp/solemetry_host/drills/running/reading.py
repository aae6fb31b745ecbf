# SPDX-License-Identifier: Apache-2.0
"""What is sensed at one moment, by names that drills use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reading:
    """All signals at one moment; one that is not sensed is not there.

    Attributes
    ----------
    t_s : float
        Session time; never decreases from one reading to the next.
    values : mapping of str to float or bool
        By name of the catalogue. No NaN: what has no value now is not there.
    pressed : tuple of str
        What the person pressed since the last reading: ``skip``, ``pause``, ``go_on``,
        ``caught_myself``, ``stop``, ``done``, ``feedback_now``.
    """

    t_s: float
    values: Mapping[str, float | bool] = field(default_factory=dict)
    pressed: tuple[str, ...] = ()
