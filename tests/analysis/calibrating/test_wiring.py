# SPDX-License-Identifier: Apache-2.0
"""Swapped and reversed cells are named from the nine points."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

from solemetry.calibrating import CalibrationError, find_wiring, fit_plate

WAYS = list(product(permutations(range(4)), product((1, -1), repeat=4)))
"""All 384 ways of connecting four cells to four channels."""


def wired(points, order, sign):
    """The same plate with its cells on other channels, some the wrong way round."""
    zero = points.zero_counts
    return replace(points, counts=zero + (points.counts - zero)[:, list(order)] * sign)


def test_every_way_of_wiring_is_named_on_400_plates(made):
    labels = np.array(made.LAYOUT.labels)
    named = 0
    for seed in range(made.PLATES):
        order, sign = WAYS[seed % len(WAYS)]
        found = find_wiring(wired(made.Plate.random(seed).points(), order, sign))
        reversed_ = set(labels[np.array(sign) < 0])
        named += found.cells == tuple(labels[list(order)]) and set(found.reversed) == reversed_
    assert named >= 0.99 * made.PLATES


def test_plates_that_are_wired_right_are_not_accused(made):
    found = [find_wiring(made.Plate.random(seed).points()) for seed in range(made.PLATES)]
    assert sum(bool(one.words) for one in found) <= 0.01 * made.PLATES


def test_a_plate_without_any_error_can_be_told_too(made):
    """An even plate has singular equations for some of the wrong ways."""
    plate = made.Plate(np.eye(4) * 4000.0, np.ones(4), np.zeros(4), np.random.default_rng(1))
    points = plate.points(placing_mm=0, error_n=0)
    assert find_wiring(points).words == ""
    assert find_wiring(wired(points, (1, 0, 2, 3), (1, 1, 1, -1))).cells[:2] == ("FR", "FL")


def test_a_swapped_plate_is_not_calibrated_and_the_cells_are_named(made):
    points = wired(made.Plate.random(2).points(), (1, 0, 2, 3), (1, 1, 1, 1))
    with pytest.raises(CalibrationError, match="FL carries FR, FR carries FL") as error:
        fit_plate(points, made.NOMINAL)
    assert "turned" not in str(error.value)


def test_a_plate_turned_round_may_be_just_that(made):
    points = wired(made.Plate.random(2).points(), (3, 2, 1, 0), (1, 1, 1, 1))
    with pytest.raises(CalibrationError, match="plate is turned round"):
        fit_plate(points, made.NOMINAL)


def test_a_reversed_cell_is_calibrated_and_named(made):
    plate = made.Plate.random(4)
    plate.counts_per_n[2] *= -1
    fit = fit_plate(plate.points(), made.NOMINAL)
    assert fit.wiring.reversed == ("RL",)
    assert any("Counts of RL fall under load" in note for note in fit.notes)
    assert np.sqrt((plate.errors(fit.calibration)[1] ** 2).mean()) < 1.6


def test_a_cell_that_is_meant_to_be_reversed_is_not_named(made):
    plate = made.Plate.random(4)
    plate.counts_per_n[2] *= -1
    meant = replace(made.NOMINAL, gain_n_per_count=made.NOMINAL.gain_n_per_count * (1, 1, -1, 1))
    assert fit_plate(plate.points(), meant).wiring.reversed == ()
