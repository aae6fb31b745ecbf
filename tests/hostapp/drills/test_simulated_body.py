# SPDX-License-Identifier: Apache-2.0
"""A simulated body does what can be done, and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from solemetry_host.drills.signals.catalogue import CATALOGUE, CELLS, SUMS
from solemetry_host.drills.simulated.body import Body, Wish, sway
from solemetry_host.drills.simulated.moving import Move, Path, Sway

BODY = Body()


def test_every_signal_of_the_catalogue_is_there_but_those_of_the_run() -> None:
    of_run = {name for name, signal in CATALOGUE.items() if signal.sensed_by == ("run",)}
    assert BODY.signals(BODY.standing).keys() == CATALOGUE.keys() - of_run


def test_standing_quietly_loads_the_heel_as_published() -> None:
    """54 to 55 % rearfoot, n = 416 (Ohlendorf et al. 2020)."""
    assert BODY.signals(BODY.standing)["share.rearfoot"] == pytest.approx(0.545, abs=0.01)


def test_reach_is_where_an_ellipse_has_it() -> None:
    across, along = BODY.base_mm
    outside = BODY.signals({**BODY.standing, "cop.ml_mm": across})
    assert (outside["reach.pct"], outside["reach.angle_deg"]) == pytest.approx((100, 90))
    back = BODY.signals({**BODY.standing, "cop.ap_mm": -along / 2})
    assert (back["reach.pct"], back["reach.angle_deg"]) == pytest.approx((50, 180))


@given(
    region=st.sampled_from([*CELLS, *SUMS]),
    low=st.floats(0.02, 0.95),
    other=st.sampled_from([*CELLS, *SUMS]),
    high=st.floats(0.02, 0.95),
)
@settings(max_examples=150, deadline=None)
def test_shares_are_found_exactly_where_there_are_any(
    region: str, low: float, other: str, high: float
) -> None:
    """A linear programme knows whether there are; sway may carry both signals twice as far."""
    wishes = (Wish(f"share.{region}", low=low), Wish(f"share.{other}", high=high))
    found = BODY.find(wishes, BODY.standing)
    rows = np.array([[-(cell in SUMS.get(region, (region,))) for cell in CELLS],
                     [cell in SUMS.get(other, (other,)) for cell in CELLS]], float)  # fmt: skip
    room = np.array([2 * sway(wish.signal) for wish in wishes])
    possible = linprog(
        np.zeros(len(CELLS)), rows, np.array([-low, high]) - room,
        np.ones((1, len(CELLS))), [1.0], bounds=(0.004, 1),
    )  # fmt: skip
    assert (found is not None) == possible.success
    if found is not None:
        shares = [found[f"share.{cell}"] for cell in CELLS]
        assert sum(shares) == pytest.approx(1, abs=1e-6)
        signals = BODY.signals(found)
        assert signals[f"share.{region}"] >= low
        assert signals[f"share.{other}"] <= high


def test_what_is_asked_already_changes_nothing() -> None:
    wishes = [Wish("share.rearfoot", low=0.25), Wish("reach.pct", high=30), Wish("fz.bw", low=0.9)]
    found = BODY.find(wishes, BODY.standing)
    assert found is not None
    assert found == pytest.approx(dict(BODY.standing))


@pytest.mark.parametrize(
    "wishes",
    [
        [Wish("share.medial", low=0.6), Wish("share.lateral", low=0.6)],
        [Wish("fz.bw", low=0.8), Wish("fz.n", high=300)],
        [Wish("reach.pct", high=30), Wish("reach.lateral_pct", low=60)],
        [Wish("cop.ml_mm", 4.0, 4.1)],
        [Wish("load.left_pct", low=101)],
    ],
)
def test_what_contradicts_itself_or_is_finer_than_sway_cannot_be_found(wishes: list[Wish]) -> None:
    assert BODY.find(wishes, BODY.standing) is None


def test_an_hour_is_found_across_the_toes() -> None:
    """Twelve o'clock reaches from 337 to 23 degrees."""
    wishes = [Wish("reach.angle_deg", -22.5, 22.5), Wish("reach.pct", 60, 120)]
    found = BODY.find(wishes, BODY.standing)
    assert found is not None
    ml_mm, ap_mm = found["cop.ml_mm"], found["cop.ap_mm"]
    assert abs(math.degrees(math.atan2(ml_mm, ap_mm))) < 22.5
    assert 0.6 < math.hypot(ml_mm / 16, ap_mm / 60) < 1.2


def test_a_path_begins_and_ends_slowly_where_it_should() -> None:
    there = {**BODY.standing, "cop.ml_mm": 10.0}
    path = Path(BODY.standing, (Move(1.0, 3.0, there),))
    t_s = np.linspace(0, 4, 401)
    ml_mm = np.array([path.at(t)["cop.ml_mm"] for t in t_s])
    assert np.all(ml_mm[t_s <= 1.0] == 0)
    assert np.all(ml_mm[t_s >= 3.0] == 10)
    speed = np.gradient(ml_mm, t_s)
    assert np.all(speed >= 0)
    assert speed.max() == pytest.approx(1.5 * 10 / 2, rel=0.01)  # of 3x^2 - 2x^3


def test_sway_stays_within_its_bounds_and_comes_back_the_same() -> None:
    names = tuple(BODY.standing)
    first, second = (Sway(names, np.random.default_rng(7)) for _ in range(2))
    t_s = np.linspace(0, 60, 1200)
    seen = [first.on(BODY.standing, t) for t in t_s]
    assert seen == [second.on(BODY.standing, t) for t in t_s]
    for name in names:
        off = max(abs(values[name] - BODY.standing[name]) for values in seen)
        assert off <= sway(name)
        assert off > 0.4 * sway(name) or sway(name) == 0
