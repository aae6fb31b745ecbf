# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from solemetry.sway import describe
from solemetry_host.sim.person import ONE_LEG, TWO_LEGS, Person, Stance


def sway_of(stance: Stance, seconds: float, seeds: int = 20) -> tuple[float, float]:
    """Mean area (cm2) and velocity (mm/s) over several people, as the lab's convention has it."""
    t_s = np.arange(0, seconds, 0.01)
    tables = [
        describe(Person(stance, steps_on_s=-9, seed=seed).load(t_s)[1], 100, "bmclab").value
        for seed in range(seeds)
    ]
    areas = [table["ellipse_area_95"] / 100 for table in tables]
    return float(np.mean(areas)), float(np.mean([table["mean_velocity"] for table in tables]))


def test_two_legs_sway_about_as_young_adults_do() -> None:
    """Santos & Duarte 2016, eyes open, firm: 2.492 +- 2.149 cm2, 0.870 +- 0.301 cm/s."""
    area, velocity = sway_of(TWO_LEGS, 60)
    assert area == pytest.approx(2.49, abs=1.0)
    assert velocity == pytest.approx(8.7, abs=3.0)


def test_one_leg_sways_about_as_young_adults_do() -> None:
    """Carvalho 2015: an ellipse of 7.72 cm2 over 30 s."""
    area, velocity = sway_of(ONE_LEG, 30)
    assert area == pytest.approx(7.72, abs=2.0)
    assert 20 < velocity < 45


def test_the_same_seed_is_the_same_person() -> None:
    t_s = np.linspace(0, 20, 500)
    a, b, c = (Person(ONE_LEG, seed=seed).load(t_s)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert not np.allclose(a, c)


def test_sway_goes_on_without_a_jump_for_hours() -> None:
    t_s = np.concatenate([np.arange(t - 1, t + 1, 0.01) for t in (300, 600, 3600, 36000)])
    _, cop = Person(TWO_LEGS).load(t_s)
    steps = np.hypot(*np.diff(cop, axis=0).T)[np.diff(t_s) < 0.02]
    assert steps.max() < 2.0


def test_the_plate_is_empty_before_and_after() -> None:
    person = Person(ONE_LEG, mass_kg=80, steps_on_s=2, steps_off_s=30)
    force, _ = person.load(np.array([0.0, 1.99, 20.0, 30.0, 1e6]))
    assert force == pytest.approx([0, 0, 80 * 9.80665, 0, 0], abs=0.5)
