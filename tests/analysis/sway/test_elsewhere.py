# SPDX-License-Identifier: Apache-2.0
"""Complexity of real standing beside an independent program, micromotion (Jensenius, Oslo)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from elsewhere import call_elsewhere

from solemetry.signal import lowpass
from solemetry.sway import (
    dfa_alpha,
    fluctuation_function,
    mean_square_displacement,
    sample_entropy,
    stabilogram_diffusion,
)

FS_HZ = 20.0


@pytest.fixture(scope="module")
def standing(real_data):
    """Position of each axis and trial at 20 Hz, mm, a minute each."""
    trials = np.load(real_data("posture/bds_golden/bds_cop.npz"))
    assert trials["fs"] == 100
    minutes = [lowpass(ap_ml * 1e-5, 100.0, 8.0)[::5] for ap_ml in trials["cop_e6cm"][:6]]
    return [axis for minute in minutes for axis in minute.T]


def positions_and_velocities(standing):
    return [series for x in standing for series in (x, np.diff(x) * FS_HZ)]


def test_sample_entropy_is_theirs(standing):
    series = positions_and_velocities(standing)
    theirs = call_elsewhere([("micromotion:balance.sample_entropy", [x], {}) for x in series])
    assert len(theirs) == 24
    np.testing.assert_allclose([sample_entropy(x) for x in series], theirs, rtol=1e-12)


def test_fluctuations_and_their_exponent_are_theirs_at_their_scales(standing):
    series = positions_and_velocities(standing)
    options = {"smin": 10, "smax": 120}
    theirs = call_elsewhere([("micromotion:dynamics.dfa", [x], options) for x in series])
    for x, found in zip(series, theirs, strict=True):
        np.testing.assert_allclose(fluctuation_function(x, found["scales"]), found["F"], rtol=1e-9)
        assert dfa_alpha(x, found["scales"]) == pytest.approx(found["alpha"], rel=1e-9)


def test_mean_square_displacements_are_theirs(standing):
    trials = list(zip(standing[::2], standing[1::2], strict=True))
    options = {"fs": FS_HZ, "maxlag": 10.0}
    theirs = call_elsewhere([("micromotion:dynamics.sda", trial, options) for trial in trials])
    for trial, found in zip(trials, theirs, strict=True):
        lag_s, msd_mm2 = mean_square_displacement(np.column_stack(trial), FS_HZ)
        at = np.rint(np.array(found["lags_s"]) * FS_HZ).astype(int) - 1
        assert len(at) > 40
        np.testing.assert_allclose(lag_s[at], found["lags_s"])
        np.testing.assert_allclose(msd_mm2[at], found["msd"], rtol=1e-9)


def test_exponents_of_diffusion_are_theirs_over_the_same_lags(standing):
    # So many lags, evenly spaced in the logarithm, are all there are up to a quarter of the
    # trial. Theirs begin and end beside 0.6 and 1.5 s.
    options = {"short_max_s": 0.6, "long_min_s": 1.5, "n_lags": 100_000}
    theirs = call_elsewhere(
        [("micromotion:balance.stabilogram_diffusion", [x, FS_HZ], options) for x in standing]
    )
    for x, found in zip(standing, theirs, strict=True):
        ours = stabilogram_diffusion(x, FS_HZ, short_s=(0, 0.55), long_s=(1.55, 15.0))
        assert ours.h_short == pytest.approx(found["H_short"], rel=1e-9)
        assert ours.h_long == pytest.approx(found["H_long"], rel=1e-9)
        rise = math.log(ours.msd_1s_long_mm2 / ours.msd_1s_short_mm2)
        crossing_s = math.exp(rise / (2 * (ours.h_short - ours.h_long)))
        assert crossing_s == pytest.approx(found["crossover_s"], rel=1e-9)
