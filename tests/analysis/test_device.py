# SPDX-License-Identifier: Apache-2.0
"""Devices as their device.toml describes them."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest

from solemetry import Calibration, DeviceDescription
from solemetry.device import builtin_devices
from solemetry.errors import FileError, UnavailableError

DEVICES = sorted((Path(__file__).parents[2] / "hardware").glob("*/device.toml"))


@pytest.mark.parametrize("path", DEVICES, ids=lambda path: path.parent.name)
def test_every_described_device_is_built_in_with_its_sensors_where_they_are(path: Path) -> None:
    drawn = tomllib.loads(path.read_text())
    device = DeviceDescription.builtin(drawn["id"])
    layout = device.layout
    assert layout.kind == drawn["kind"]
    assert list(layout.labels) == [cell["name"] for cell in drawn["cell"]]
    assert layout.xy_mm.tolist() == [[cell["x"], cell["y"]] for cell in drawn["cell"]]
    assert device.geometry_hash == DeviceDescription.from_toml(path.read_text()).geometry_hash
    assert drawn["id"] in builtin_devices()


def test_an_insoles_cells_have_regions_and_areas_and_no_gain_of_a_data_sheet() -> None:
    insole = DeviceDescription.builtin("insole-16-esp32s3")
    assert len(insole.layout.labels) == 16
    assert insole.layout.regions[8:13] == ("met1", "met2", "met3", "met4", "met5")
    np.testing.assert_allclose(insole.layout.area_mm2, math.pi * 5**2)
    # Heel and midfoot of a foot of 265 mm, and what lies before them.
    assert insole.layout.front.tolist() == [False] * 8 + [True] * 8
    calibration = Calibration.nominal(insole)
    assert not calibration.known
    assert np.isnan(calibration.forces(np.full(16, 1000))).all()
    again = Calibration.from_json(calibration.to_json())
    assert not again.known
    assert "NaN" not in calibration.to_json()


def test_a_gain_that_is_missing_for_one_sensor_only_is_refused() -> None:
    text = '{"zero_counts": [0, 0], "gain_n_per_count": [0.1, null], "source": "nominal"}'
    with pytest.raises(FileError, match="no number"):
        Calibration.from_json(text)
    measured = text.replace("0.1", "null").replace("nominal", "9 points")
    with pytest.raises(FileError, match="no number"):
        Calibration.from_json(measured)


def test_the_filters_delay_is_so_many_conversions_at_any_rate() -> None:
    plate = DeviceDescription.builtin("plate-ads131m04-esp32")
    assert plate.rate_hz == 1000
    assert plate.delay_s == pytest.approx(1.5e-3)
    fast = plate.as_used(4000)
    assert (fast.rate_hz, fast.delay_s) == (4000, pytest.approx(0.375e-3))
    assert fast.toml == plate.toml


def test_the_left_insole_is_the_right_one_in_a_mirror() -> None:
    right = DeviceDescription.builtin("insole-16-esp32s3")
    left = right.as_used(100, "left")
    assert right.layout.xy_mm[8].tolist() == [-26, 182]  # met1, medial: to the left of a right foot
    assert left.layout.xy_mm[8].tolist() == [26, 182]
    assert left.layout.right.tolist() == (right.layout.xy_mm[:, 0] < 0).tolist()


def test_an_insole_of_another_size_has_its_cells_at_the_same_parts_of_a_longer_foot() -> None:
    insole = DeviceDescription.builtin("insole-16-esp32s3")
    # Three sizes are three Paris points: 20 mm. 285 of 265 mm.
    larger = insole.sized(45)
    assert larger.layout.size_mm[1] == pytest.approx(285)
    np.testing.assert_allclose(larger.layout.xy_mm, insole.layout.xy_mm * 285 / 265)
    np.testing.assert_array_equal(larger.layout.area_mm2, insole.layout.area_mm2)
    assert insole.sized(42).layout.xy_mm.tolist() == insole.layout.xy_mm.tolist()
    again = DeviceDescription.from_toml(larger.toml)  # what a recording keeps
    assert again.layout.xy_mm.tolist() == larger.layout.xy_mm.tolist()
    assert again.geometry_hash == larger.geometry_hash != insole.geometry_hash
    with pytest.raises(UnavailableError, match="There is no insole of EU 49"):
        insole.sized(49)
    with pytest.raises(UnavailableError, match="no shoe size"):
        DeviceDescription.builtin("plate-hx711-uno").sized(42)


def test_counts_per_newton_are_those_of_ohms_law() -> None:
    # Full scale is 1.2 V / 128 = 9.375 mV, and the cell's volts at its capacity a share of it.
    plate = DeviceDescription.builtin("plate-ads131m04-esp32")
    drawn = tomllib.loads(plate.toml)
    capacity = drawn["cell"][0]["capacity_kg"] * 9.80665
    volts = drawn["cell"][0]["mv_per_v"] * 1e-3 * drawn["adc"]["excitation_v"]
    expected = 2**23 * volts / (drawn["adc"]["reference_v"] / drawn["adc"]["gain"]) / capacity
    assert plate.nominal_counts_per_n[0] == pytest.approx(expected)
