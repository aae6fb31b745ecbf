# SPDX-License-Identifier: Apache-2.0
"""Whether somebody walks, runs or stands, told from the contacts alone.

Forces do not show whether a person comes forward: stepping in place counts as walking.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from solemetry.gait.conventions import Activity
from solemetry.gait.swing_zero import SMALL_ZERO_SHARE

LEAST_STEPS = 3
"""So many steps, each after the other foot's, are stepping; fewer may be a shift of weight."""

LONGEST_STANCE_S = 2.0
"""A foot that is usually down for longer stands; the slowest walkers stay below."""

LEAST_SINGLE_SUPPORT_S = 0.1
"""The other foot is usually in the air for so long; when both feet hop together it is not."""

RULE = (
    f"by turns: {LEAST_STEPS} steps at least, left and right by turns; stance "
    f"{LONGEST_STANCE_S:g} s at most and single support {LEAST_SINGLE_SUPPORT_S:g} s at least, by "
    "the median; not both feet with a tenth of their load between contacts; running where most "
    "contacts have no double support"
)

RULE_OF_ONE_FOOT = (
    f"again and again: {LEAST_STEPS} whole contacts at least, {LONGEST_STANCE_S:g} s at most by "
    "the median"
)

RULE_OF_PLATES = (
    f"passing: no contact, whole or not, lasts over {LONGEST_STANCE_S:g} s, and one at least is "
    "whole"
)


def activity_of(
    steps: pd.DataFrame, left_behind_n: Mapping[str, float] | None = None
) -> tuple[Activity | None, str]:
    """Tell what two feet do.

    Parameters
    ----------
    steps : DataFrame
        From `steps`, of contacts found as if walking.
    left_behind_n : mapping of str to float, optional
        What each foot still bears between its contacts, N, as `Trace.offset_n` has it, but for
        cells known to be stuck. Where both have more than a tenth of their load, the weight goes
        from foot to foot, and none leaves the ground.

    Returns
    -------
    activity : {"walking", "running"} or None
    why_not : str
        What of `RULE` does not hold; empty for walking and running.
    """
    used = steps[steps.accepted]
    n = int(used.step_s.notna().sum())
    if n < LEAST_STEPS:
        return None, f"{n} step(s) by turns, and {LEAST_STEPS} are needed"
    if (stance_s := float(used.stance_s.median())) > LONGEST_STANCE_S:
        return None, f"a foot is usually down for {stance_s:.1f} s, which is standing"
    if not (single_s := float(used.single_support_s.median())) >= LEAST_SINGLE_SUPPORT_S:
        return None, f"single support is usually {single_s:.2f} s: both feet move together"
    load_n = used.groupby("foot").peak_n.median()
    left_n = pd.Series(dict(left_behind_n or {}), dtype=float)
    if len(left_n) and (left_n > SMALL_ZERO_SHARE * load_n.reindex(left_n.index)).all():
        return None, f"each foot bears {left_n.min():.0f} N or more at any time: a shift of weight"
    runs = float(used.double_support_s.median()) <= 0
    return ("running" if runs else "walking"), ""


def why_not_again_and_again(contacts: pd.DataFrame) -> str:
    """Tell what of `RULE_OF_ONE_FOOT` does not hold; nothing where somebody walks.

    Parameters
    ----------
    contacts : DataFrame
        From `contacts`, of the one foot there is.
    """
    used = contacts[contacts.accepted]
    if len(used) < LEAST_STEPS:
        return f"{len(used)} whole contact(s), and {LEAST_STEPS} are needed"
    if (stance_s := float(used.duration_s.median())) > LONGEST_STANCE_S:
        return f"the foot is usually down for {stance_s:.1f} s, which is standing"
    return ""


def why_not_passing(contacts: pd.DataFrame) -> str:
    """Tell what of `RULE_OF_PLATES` does not hold; nothing where somebody walks.

    Parameters
    ----------
    contacts : DataFrame
        From `contacts`, of all plates.
    """
    if len(contacts) and (longest_s := float(contacts.duration_s.max())) > LONGEST_STANCE_S:
        return f"one contact lasts {longest_s:.1f} s, which is standing"
    return "" if contacts.accepted.any() else "no contact begins and ends in the recording"
