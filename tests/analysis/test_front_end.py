# SPDX-License-Identifier: Apache-2.0
"""From force to code and back, and what a calibration makes of it."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from solemetry import Calibration, DeviceDescription
from solemetry.calibrating import OnPlate, compare, fit_insole
from solemetry.errors import FileError
from solemetry.foot import FootRegistration
from solemetry.front_end import FrontEnd

INSOLES = [DeviceDescription.builtin(f"insole-{cells}-esp32s3") for cells in (16, 8)]
STAGE = FrontEnd(0.3, 2200.0, 90.0, 10_000.0, 0.85, 3.3, 12)
"""As the insoles have it; by hand below."""

Floats = NDArray[np.float64]


def test_volts_and_codes_are_those_of_ohms_law() -> None:
    # No cell; a cell of 1 kOhm, so 0.3 V through 1090 ohm and 2200; a short circuit.
    volts = [0.3, 0.3 + 0.3 / 1090 * 2200, 0.3 + 0.3 / 90 * 2200]
    np.testing.assert_allclose(STAGE.volts([0.0, 1e-3, 1e30]), volts)
    assert float(STAGE.codes(0.0)) == pytest.approx(4095 / 11)
    # By logarithms: 10^4 ohm at 1 N, 10^(4 - 0.85) at 10 N, 10^(4 - 1.7) at 100 N.
    np.testing.assert_allclose(
        1 / STAGE.siemens([1.0, 10.0, 100.0]), [1e4, 10**3.15, 10**2.3]
    )
    np.testing.assert_array_equal(STAGE.siemens([0.0, -3.0]), 0.0)


@pytest.mark.parametrize("device", INSOLES, ids=lambda device: device.id)
def test_a_device_states_its_front_end(device: DeviceDescription) -> None:
    assert device.front_end == STAGE
    assert device.as_used(50.0, "left").front_end == STAGE


def test_a_plate_has_none_and_nor_has_an_insole_of_before() -> None:
    assert DeviceDescription.builtin("plate-hx711-uno").front_end is None
    text = INSOLES[0].toml
    before = text[: text.index("[film]")] + text[text.index("[mux]") :]
    assert DeviceDescription.from_toml(before).front_end is None
    with pytest.raises(FileError, match="rf_ohm of the front end is -1"):
        DeviceDescription.from_toml(text.replace("rf_ohm = 2200.0", "rf_ohm = -1.0"))


positive = st.floats(0.5, 2.0)


@given(
    force_n=st.floats(1e-3, 1e3), vref=positive, rf=positive, on=st.floats(0, 2.0), film=positive,
    steepness=positive,
)
def test_what_goes_through_comes_back(
    force_n: float, vref: float, rf: float, on: float, film: float, steepness: float
) -> None:
    stage = FrontEnd(0.3 * vref, 2200 * rf, 90 * on, 1e4 * film, 0.6 * steepness, 3.3, 12)
    codes = stage.codes(stage.siemens([force_n, 1.01 * force_n]))
    assert codes[1] > codes[0]
    np.testing.assert_allclose(stage.forces(codes[0]), force_n, rtol=1e-6)


def test_below_no_cell_is_below_nothing_and_beyond_a_short_circuit_is_no_number() -> None:
    codes = np.array([370.0, 4095 / 11, 375.0, np.nan])
    below, nothing, above, unknown = STAGE.forces(codes)
    assert below < 0 < above
    assert nothing == pytest.approx(0.0, abs=1e-12)
    assert math.isnan(unknown)
    shorted = replace(STAGE, on_ohm=300.0)
    assert np.isnan(shorted.forces(4095))
    assert np.isfinite(STAGE.forces(4095))


# ---- in a calibration ----------------------------------------------------------------------------


def test_a_calibration_goes_backwards_through_it_and_keeps_it_in_its_file() -> None:
    zero = STAGE.codes(STAGE.siemens([0.0, 5.0]))
    calibration = Calibration(zero, np.array([1.0, 8.0]), "made up", front_end=STAGE)
    again = Calibration.from_json(calibration.to_json())
    assert again.front_end == STAGE
    codes = STAGE.codes(STAGE.siemens([[20.0, 5.0], [0.0, 15.0]]))
    np.testing.assert_allclose(again.forces(codes), [[20, 0], [0, 80]], atol=1e-9)
    tared = again.tared(codes[0])
    np.testing.assert_allclose(tared.forces(codes), [[0, 0], [-20, 80]], atol=1e-9)


@pytest.mark.parametrize(
    "change", [{"vref_v": 0}, {"on_ohm": -1}, {"bits": "twelve"}, {"colour": 1}]
)
def test_a_file_with_a_front_end_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    text = Calibration(np.zeros(2), np.ones(2), "made up", front_end=STAGE).to_json()
    doc = json.loads(text)
    doc["front_end"] |= change
    with pytest.raises(FileError, match="cannot be read as a calibration"):
        Calibration.from_json(json.dumps(doc))


def leaning(seed: int, on_ohm: float) -> OnPlate:
    """A foot that shifts its weight between twenty places; a cell takes an eighth of its part."""
    rng = np.random.default_rng(seed)
    layout = INSOLES[0].layout
    middles_mm = np.column_stack((rng.uniform(-30, 30, 20), rng.uniform(30, 230, 20)))
    heavy_n = rng.uniform(200, 700, 20)
    at = np.linspace(0, 19, 2000)
    middle_mm = np.column_stack([np.interp(at, np.arange(20), axis) for axis in middles_mm.T])
    force_n = np.interp(at, np.arange(20), heavy_n)
    away = (middle_mm[:, None] - layout.xy_mm) / (25.0, 60.0)
    load_n = np.exp(-(away**2).sum(axis=2) / 2)
    load_n *= (force_n / load_n.sum(axis=1))[:, None]
    stage = replace(STAGE, on_ohm=on_ohm)
    counts = np.rint(stage.codes(stage.siemens(load_n / 8)))
    cop_mm = load_n @ layout.xy_mm / force_n[:, None]
    return OnPlate(layout, counts, force_n, cop_mm, FootRegistration("right", (0, 0), 0.0, 265.0))


ZERO = np.full(16, 372.0)


def test_cells_that_are_not_straight_are_calibrated_by_their_front_end() -> None:
    """What docs/calibrating.md says of it."""
    first, second = leaning(1, STAGE.on_ohm), leaning(2, STAGE.on_ohm)
    bent = compare(fit_insole(first, ZERO, front_end=STAGE), second)
    straight = compare(fit_insole(first, ZERO), second)
    assert bent.force_share < 0.0005
    assert 0.035 < straight.force_share < 0.06
    gains = fit_insole(first, ZERO, front_end=STAGE).gain_n_per_count
    np.testing.assert_allclose(gains, 8.0, rtol=0.01)


@pytest.mark.parametrize("on_ohm", [70.0, 110.0])
def test_the_plate_takes_out_most_of_what_a_multiplexer_differs_by(on_ohm: float) -> None:
    """A chip that is not what the description says, alike on all channels."""
    first, second = leaning(1, on_ohm), leaning(2, on_ohm)
    uncalibrated = Calibration(ZERO, np.full(16, 8.0), "made up", front_end=STAGE)
    before = compare(uncalibrated, second).force_share
    after = compare(fit_insole(first, ZERO, front_end=STAGE), second).force_share
    assert after < 0.0035
    assert after < 0.3 * before
