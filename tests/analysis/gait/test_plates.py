# SPDX-License-Identifier: Apache-2.0
"""Plates and belts: part of a foot, two feet, both feet on one, one foot after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import walks

from solemetry import gait

FS = 200.0
EDGES = (-200.0, 200.0, 0.0, 600.0)


def one_step(ml: tuple[float, float], ap: tuple[float, float]) -> tuple[pd.DataFrame, np.ndarray]:
    """One stance from 1.0 to 1.7 s, its centre of pressure going from one place to another."""
    phase = (np.arange(600) / FS - 1) / 0.7
    cop_mm = np.column_stack([a + phase * (b - a) for a, b in (ml, ap)])
    return gait.contacts(walks.stance(phase), FS), cop_mm


@pytest.mark.parametrize(
    ("ml", "ap", "reason"),
    [
        ((0, 10), (100, 300), ""),
        ((-190, -185), (100, 300), "at the plate's edge"),
        ((0, 10), (430, 620), "at the plate's edge"),
        ((-100, 100), (200, 250), "two feet on one plate"),
        ((0, 10), (40, 560), "two feet on one plate"),
    ],
)
def test_a_foot_half_beside_the_plate_and_two_feet_on_it_are_rejected(
    ml: tuple[float, float], ap: tuple[float, float], reason: str
) -> None:
    found, cop_mm = one_step(ml, ap)
    placed = gait.placed(found, cop_mm, EDGES)
    assert placed.reason[0].startswith(reason)
    assert placed.accepted[0] == (reason == "")
    assert found.accepted[0]


def test_a_belt_may_carry_the_foot_backwards() -> None:
    found, cop_mm = one_step((0, 10), (560, 40))
    assert not gait.placed(found, cop_mm).accepted[0]
    assert gait.placed(found, cop_mm, moving=True).accepted[0]


def test_a_lost_reading_is_not_a_second_foot(real_data: Callable[[str], Path]) -> None:
    force, cop = walks.fukuchi(real_data("gait/fukuchi2018_treadmill/WBDS04walkT07grf.txt"))
    for belt in ("left", "right"):
        found = gait.contacts(force[belt], 300, "treadmill")
        placed = gait.placed(found, cop[belt], moving=True)
        assert placed.accepted.tolist() == found.accepted.tolist()


# ---- both feet on one plate ------------------------------------------------------------------


@pytest.mark.parametrize("trial", ["WBDS04walkT05grf.txt", "WBDS04walkT07grf.txt"])
def test_one_large_plate_tells_steps_and_strides_of_two_belts(
    real_data: Callable[[str], Path], trial: str
) -> None:
    force, cop = walks.fukuchi(real_data(f"gait/fukuchi2018_treadmill/{trial}"))
    loads = {belt: np.maximum(force[belt], 0) for belt in force}
    total_n = loads["left"] + loads["right"]
    moment = sum(loads[belt][:, None] * cop[belt] for belt in loads)
    one = gait.contacts_on_one_plate(total_n, moment / np.maximum(total_n, 1)[:, None], 300)
    two = {belt: gait.contacts(force[belt], 300, "treadmill") for belt in force}
    for foot in ("left", "right"):
        seen = two[foot][two[foot].accepted].iloc[1:-1]
        for name, late_s in (("on_s", -0.017), ("off_s", 0.017)):
            apart = np.subtract.outer(one[foot][name].to_numpy(), seen[name].to_numpy())
            nearest = np.take_along_axis(apart, np.abs(apart).argmin(0)[None], 0)[0]
            # Each is there once, early at contact and late at foot off as the module says.
            assert np.abs(nearest).max() < 0.035
            assert np.median(nearest) == pytest.approx(late_s, abs=0.008)
    of_one = gait.steps(one["left"], one["right"])
    of_two = gait.steps(two["left"], two["right"])
    assert of_one.stride_s.mean() == pytest.approx(of_two.stride_s.mean(), rel=0.002)
    assert of_one.step_s.mean() == pytest.approx(of_two.step_s.mean(), rel=0.002)
    assert of_one.stance_s.mean() - of_two.stance_s.mean() == pytest.approx(0.034, abs=0.008)


def test_nobody_on_the_large_plate() -> None:
    found = gait.contacts_on_one_plate(np.zeros(500), np.full((500, 2), np.nan), 100)
    assert [len(found[foot]) for foot in ("left", "right")] == [0, 0]
    with pytest.raises(ValueError, match="shape"):
        gait.contacts_on_one_plate(np.zeros(500), np.zeros((400, 2)), 100)


# ---- one plate after the other ---------------------------------------------------------------


def over_plates(
    direction: int = 1, shared: int | None = None
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Four steps, left foot first, each on a plate of its own, 500 mm apart.

    With `shared`, that step's foot lies across its plate and the next but one, which is free.
    """
    t_s = np.arange(800) / FS
    forces, cops = [], []
    for n in range(4):
        phase = (t_s - 0.5 - 0.55 * n) / 0.68
        side = -50 if n % 2 == 0 else 50
        ml = np.full(800, float(direction * side))
        ap = direction * (500 * n + 100 + 200 * np.clip(phase, 0, 1))
        force_n = walks.stance(phase)
        share = 0.4 if n == shared else 0.0
        forces.append((1 - share) * force_n)
        cops.append(np.column_stack((ml, ap)))
        if n == shared:
            forces.append(share * force_n)
            cops.append(np.column_stack((ml, ap + direction * 150)))
    return forces, cops


@pytest.mark.parametrize("direction", [1, -1])
def test_feet_over_plates_go_by_turns_whichever_way_they_walk(direction: int) -> None:
    found = gait.walkway(*over_plates(direction), FS)
    assert found.foot.tolist() == ["left", "right", "left", "right"]
    assert found["plate"].tolist() == [0, 1, 2, 3]
    assert found.accepted.all()
    table = gait.steps(found[found.foot == "left"], found[found.foot == "right"])
    assert table.step_s.dropna().tolist() == pytest.approx([0.55] * 3, abs=1e-6)
    assert table.stride_s.dropna().tolist() == pytest.approx([1.1] * 2, abs=1e-6)


def test_a_foot_across_two_plates_is_rejected_on_both() -> None:
    found = gait.walkway(*over_plates(shared=2), FS)
    assert len(found) == 5
    assert found.reason.str.startswith("on two plates at once").sum() == 2
    assert found.foot.tolist() == ["left", "right", "", "", "right"]


def test_two_plates_of_a_gait_laboratory(real_data: Callable[[str], Path]) -> None:
    import c3d

    with real_data("gait/bmc/Gait.c3d").open("rb") as file:
        reader = c3d.Reader(file)
        volts = np.concatenate([frame[2] for frame in reader.read_frames()], axis=1)
        calibration = reader.get("FORCE_PLATFORM:CAL_MATRIX").float_array
    # As the README of the recordings has them: one step on each plate.
    for plate, peak_n, stance_s in ((0, 799, 0.577), (1, 855, 0.571)):
        wrench = calibration[plate].T @ volts[6 * plate : 6 * plate + 6]
        found = gait.contacts(-wrench[2], 1000)
        assert found.accepted.tolist() == [True]
        assert found.peak_n[0] + found.attrs["offset_n"] == pytest.approx(peak_n, abs=1)
        assert -20 < found.attrs["offset_n"] < 5
        assert found.duration_s[0] == pytest.approx(stance_s, abs=0.02)
