# SPDX-License-Identifier: Apache-2.0
"""Named rules for when a foot is on the ground.

A threshold moves every time that is measured with it: 50 N instead of 10 N at toe-off shortens
a stance of an insole by 26 ms. So a time without the name of its rules cannot be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from solemetry.errors import SolemetryError

Activity = Literal["walking", "running"]
Zero = Literal["none", "constant", "swing-linear"]


@dataclass(frozen=True)
class ContactRules:
    """One set of rules.

    Attributes
    ----------
    name, description, reference : str
    on_n : float
        The foot comes down where the force rises through this, N.
    off_n : float
        It leaves where the force falls through this, N.
    off_share : float
        If above zero, it leaves at this share of the contact's own largest force instead.
    noise_factor : float
        If above zero, on and off are this many standard deviations of the force in swing, and
        at least `on_n` and `off_n`.
    zero : {"none", "constant", "swing-linear"}
        How the force in swing is made zero; see `solemetry.gait.swing_zero`.
    blank_zeros : bool
        Readings of exactly 0 are what software writes for "nothing", not measurements. So it is
        where a converter's noise never gives the same number twice.
    min_contact_s, min_swing_s : float
        What is briefer is no contact, and no swing.
    """

    name: str
    description: str
    reference: str
    on_n: float
    off_n: float
    off_share: float = 0.0
    noise_factor: float = 0.0
    zero: Zero = "constant"
    blank_zeros: bool = False
    min_contact_s: float = 0.1
    min_swing_s: float = 0.1


class UnknownContactRulesError(SolemetryError, ValueError):
    """No contact rules, or no activity, have this name."""


PLATE = ContactRules(
    name="plate",
    description="rises and falls through 20 N, the plate's force without a foot being zero",
    reference="Tirosh and Sparrow 2003: any threshold from 0 to 50 N at heel contact",
    on_n=20.0,
    off_n=20.0,
    blank_zeros=True,
)

TREADMILL = replace(
    PLATE,
    name="treadmill",
    description="rises and falls through 20 N, the force in each swing being zero "
    "(a line from swing to swing is taken off)",
    zero="swing-linear",
)

INSOLE = ContactRules(
    name="insole",
    description="rises and falls through 5 standard deviations of the force in swing, "
    "20 N at least; the median force in swing being zero",
    reference="threshold from the insole's own noise",
    on_n=20.0,
    off_n=20.0,
    noise_factor=5.0,
)

MOTICON = ContactRules(
    name="moticon",
    description="rises through 55 N, falls through 10 % of the contact's largest force; "
    "force as it came",
    reference="measured on that vendor's reports: a rise through 50 to 60 N, a fall through "
    "about 10 % of the step's largest force",
    on_n=55.0,
    off_n=55.0,
    off_share=0.1,
    zero="none",
)

CONVENTIONS = {rules.name: rules for rules in (PLATE, TREADMILL, INSOLE, MOTICON)}

RUNNING_MIN_CONTACT_S = 0.06
"""Shortest contact when running: in a sprint it is about 0.09 s, in walking never under 0.4 s."""


def get(convention: str, activity: str = "walking") -> ContactRules:
    """Return the rules of this name.

    Running has a shorter least contact (0.06 s), for all conventions. It has not been
    validated: no recording of running with independent events was at hand.

    Raises
    ------
    UnknownContactRulesError
        A `SolemetryError` and a `ValueError`; names the known ones.
    """
    if convention not in CONVENTIONS:
        raise UnknownContactRulesError(
            f"There are no contact rules called {convention!r}.",
            f"Known: {', '.join(CONVENTIONS)}.",
        )
    if activity not in ("walking", "running"):
        raise UnknownContactRulesError(
            f"There is no activity called {activity!r}.", "Known: walking, running."
        )
    rules = CONVENTIONS[convention]
    return replace(rules, min_contact_s=RUNNING_MIN_CONTACT_S) if activity == "running" else rules
