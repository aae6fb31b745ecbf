# SPDX-License-Identifier: Apache-2.0
"""Under the `moticon` convention: what that vendor's own report says of the same walk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import walks

from solemetry import gait

FEET = ("left", "right")
FOLDER = "gait/moticon_opengo"


@pytest.fixture(scope="module")
def report(real_data: Callable[[str], Path]) -> dict[str, pd.DataFrame]:
    path = real_data(f"{FOLDER}/gait_report_230927_10_21_14.xlsx")
    sheets = pd.read_excel(path, sheet_name=["Left Steps", "Right Steps"], na_values="NaN")
    return {foot: sheets[f"{foot.capitalize()} Steps"] for foot in FEET}


@pytest.fixture(scope="module")
def ours(real_data: Callable[[str], Path]) -> gait.Gait:
    feet = walks.moticon(real_data(f"{FOLDER}/230927_102114.txt"))
    return gait.analyze(feet["left"], feet["right"], 100, "moticon")


def accepted(ours: gait.Gait, foot: str) -> pd.DataFrame:
    return ours.steps[(ours.steps.foot == foot) & ours.steps.accepted]


def of_both(ours: gait.Gait, report: dict[str, pd.DataFrame], name: str, theirs: str) -> np.ndarray:
    """Our value and the vendor's of each of the 14 steps, ``(14, 2)``."""
    return np.concatenate(
        [np.column_stack((accepted(ours, foot)[name], report[foot][theirs])) for foot in FEET]
    )


def test_no_step_is_missed_or_invented(ours: gait.Gait, report: dict[str, pd.DataFrame]) -> None:
    for foot in FEET:
        assert len(accepted(ours, foot)) == len(report[foot]) == 7
    # What else there is, is the standing before and after.
    assert len(ours.contacts) == 14 + 4
    assert ours.trial.value["n_missed_or_invented"] == 0


@pytest.mark.parametrize(
    ("name", "theirs", "within_s"),
    [("on_s", "Initial contact (s)", 0.010), ("off_s", "Toe off (s)", 0.015)],
)
def test_contacts_begin_and_end_where_the_vendor_says(
    ours: gait.Gait, report: dict[str, pd.DataFrame], name: str, theirs: str, within_s: float
) -> None:
    own, vendors = of_both(ours, report, name, theirs).T
    assert (np.abs(own - vendors) <= within_s).sum() >= 13
    assert np.abs(own - vendors).max() < 0.025


def test_the_largest_force_of_each_step_is_exact(
    ours: gait.Gait, report: dict[str, pd.DataFrame]
) -> None:
    own, vendors = of_both(ours, report, "peak_n", "Max total force during stance phase (N)").T
    assert own.tolist() == vendors.tolist()


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("f1_n", "First peak (N)"),
        ("fmin_n", "Local minimum between peaks (N)"),
        ("f2_n", "Second peak (N)"),
    ],
)
def test_the_two_humps_and_the_dip_are_the_vendors(
    ours: gait.Gait, report: dict[str, pd.DataFrame], name: str, theirs: str
) -> None:
    own, vendors = of_both(ours, report, name, theirs).T
    assert (np.abs(own / vendors - 1) <= 0.01).sum() >= 13


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("f1_percent", "First peak timing (as % of stance)"),
        ("fmin_percent", "Local minimum timing (as % of stance)"),
        ("f2_percent", "Second peak timing (as % of stance)"),
    ],
)
def test_they_come_when_the_vendor_says(
    ours: gait.Gait, report: dict[str, pd.DataFrame], name: str, theirs: str
) -> None:
    own, vendors = of_both(ours, report, name, theirs).T
    # Two samples of a stance of eighty.
    assert np.abs(own - vendors).max() < 2.5


@pytest.mark.parametrize("foot", FEET)
@pytest.mark.parametrize(
    ("name", "theirs", "share"),
    [
        ("stance_s", "Stance (s)", 0.02),
        ("swing_s", "Swing (s)", 0.02),
        ("stride_s", "Stride time (s)", 0.01),
        ("step_s", "Step duration (s)", 0.02),
    ],
)
def test_mean_times_of_a_foot_are_the_vendors(
    ours: gait.Gait,
    report: dict[str, pd.DataFrame],
    foot: str,
    name: str,
    theirs: str,
    share: float,
) -> None:
    # The vendor calls a step what goes from this foot's contact to the other's: ours of the other.
    own = accepted(ours, foot if name != "step_s" else {"left": "right", "right": "left"}[foot])
    assert own[name].mean() == pytest.approx(report[foot][theirs].mean(), rel=share)


@pytest.mark.parametrize("foot", FEET)
def test_mean_double_support_is_the_vendors(
    ours: gait.Gait, report: dict[str, pd.DataFrame], foot: str
) -> None:
    own = accepted(ours, foot).initial_double_support_s.mean()
    assert own == pytest.approx(report[foot]["Double support (s)"].mean(), abs=0.010)


def test_cadence_is_said_in_steps_and_in_strides(
    ours: gait.Gait, report: dict[str, pd.DataFrame]
) -> None:
    vendors = 60 / np.nanmean([report[foot]["Stride time (s)"] for foot in FEET])
    assert ours.trial.value["cadence_strides"] == pytest.approx(vendors, rel=0.01)
    assert ours.trial.value["cadence_steps"] == pytest.approx(2 * vendors, rel=0.02)


def test_fourteen_steps_are_said_to_be_too_few(ours: gait.Gait) -> None:
    stance = ours.feet.loc[("left", "stance_s")]
    assert stance["n"] == 7
    assert not stance["valid"]
    assert "30" in stance["note"]


def test_a_share_of_the_peak_not_50_n_is_what_the_vendor_calls_toe_off(
    real_data: Callable[[str], Path], report: dict[str, pd.DataFrame]
) -> None:
    feet = walks.moticon(real_data(f"{FOLDER}/230927_102114.txt"))
    late = []
    for foot in FEET:
        found = gait.contacts(feet[foot], 100, "insole")
        late += (found.off_s[found.accepted].to_numpy() - report[foot]["Toe off (s)"]).tolist()
    assert np.median(late) > 0.025
