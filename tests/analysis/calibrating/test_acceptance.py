# SPDX-License-Identifier: Apache-2.0
"""A verdict names every limit, where it comes from, and what was not measured."""

from __future__ import annotations

import numpy as np
import pytest

from solemetry.calibrating import (
    INSOLE_LIMITS,
    PLATE_LIMITS,
    check_by_second_mass,
    fit_plate,
    judge,
    left_over_n,
    steadiness,
)

WITHIN = {limit.name: limit.bound for limit in PLATE_LIMITS}
EVERY = [(limit, limits) for limits in (PLATE_LIMITS, INSOLE_LIMITS) for limit in limits]


def of(limits):
    return {limit.name: limit.bound for limit in limits}


def test_what_is_just_within_every_limit_is_accepted():
    for limits in (PLATE_LIMITS, INSOLE_LIMITS):
        verdict = judge(of(limits), limits)
        assert verdict.passed
        assert verdict.words.endswith("Accepted.")


@pytest.mark.parametrize(("limit", "limits"), EVERY, ids=[limit.name for limit, _ in EVERY])
def test_each_limit_is_judged_by_itself(limit, limits):
    beyond = limit.bound * (0.99 if limit.least else 1.01)
    verdict = judge(of(limits) | {limit.name: beyond}, limits)
    assert verdict.failed == (limit.name,)
    assert f"FAILED: {limit.words}" in verdict.words


@pytest.mark.parametrize(("limit", "limits"), EVERY, ids=[limit.name for limit, _ in EVERY])
def test_what_was_not_measured_is_not_accepted(limit, limits):
    figures = of(limits)
    del figures[limit.name]
    verdict = judge(figures, limits)
    assert verdict.failed == (limit.name,)
    assert f"{limit.words}: not measured" in verdict.words


def test_a_figure_below_zero_counts_by_its_size():
    assert judge(WITHIN | {"left_over_n": -1.5}).failed == ("left_over_n",)


@pytest.mark.parametrize(("limit", "limits"), EVERY, ids=[limit.name for limit, _ in EVERY])
def test_every_limit_says_where_it_comes_from(limit, limits):
    assert limit.source in judge(of(limits), limits).words
    assert any(word in limit.source for word in ("et al. 20", "specification", "docs/calibrating"))


def accepted(made, plate, stated_kg=20.0):
    """Run the whole procedure: nine points, a second mass, a minute of dead weight, unloading."""
    fit = fit_plate(plate.points(placing_mm=0.7, stated_kg=stated_kg), made.NOMINAL)
    middle = np.array([[0.0, 0.0]])
    other = plate.read(plate.forces_n(10.0, middle), 0.05) - plate.zero
    minute = plate.read(np.repeat(plate.forces_n(20.0, middle), 4800, axis=0), 0.02)
    empty = plate.read(np.zeros((80, 4)), 0.02)
    calibration = fit.calibration.tared(plate.zero)
    return judge(
        fit.figures
        | check_by_second_mass(fit.calibration, other, 10.0).figures
        | steadiness(minute, 80.0, calibration, made.LAYOUT).figures
        | {
            "left_over_n": left_over_n(empty, calibration),
            "rate_share": 0.004,
            "rate_hz": 80.3,
        }
    )


def test_a_well_built_plate_is_accepted_and_others_are_not(made):
    verdicts = [accepted(made, made.Plate.random(seed)) for seed in range(30)]
    assert sum(verdict.passed for verdict in verdicts) >= 27
    wrong_mass = accepted(made, made.Plate.random(1), stated_kg=21.0)
    assert wrong_mass.failed == ("mass_off",)
