# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import doctest

import numpy as np
import pytest

import solemetry as sm
from solemetry.errors import UnavailableError
from solemetry.sway import capability_of
from solemetry.sway.preparing import capability
from solemetry.sway.preparing.capability import NEEDS, Capability

NEED_SHEAR = ["rambling_trembling", "center_of_gravity_from_force", "dynamic_stability_index"]


@pytest.mark.parametrize("measure", NEED_SHEAR)
def test_a_plate_of_vertical_cells_refuses_what_needs_shear_and_says_what_to_use(
    standing_session, measure
):
    plate = capability_of(sm.open(standing_session).stream)
    assert plate.cells
    assert plate.cop
    with pytest.raises(UnavailableError, match="senses vertical force only") as refusal:
        plate.require(measure)
    # What it names instead is there, and does not need what is missing.
    named = [word.strip(",.") for word in refusal.value.remedy.split() if "_" in word]
    assert named
    for name in named:
        assert callable(getattr(sm.sway, name))
        assert plate.has(name)


@pytest.mark.parametrize("measure", NEED_SHEAR)
def test_a_lab_plate_with_shear_gives_them(real_data, measure):
    stream = sm.open(real_data("posture/bds_raw/BDS00001.txt")).stream
    plate = capability_of(stream)
    plate.require(measure)
    assert callable(getattr(sm.sway, measure))
    assert plate.why_not(measure) == ""
    assert stream.shear_n.shape == stream.cop_mm.shape


@pytest.mark.parametrize("trial", ["BDS00001", "BDS00007", "BDS00037", "BDS00043"])
def test_both_ways_to_the_centre_of_gravity_agree_only_with_the_force_of_the_ground(
    real_data, trial
):
    # One knows body height alone, the other the horizontal force alone.
    stream = sm.open(real_data(f"posture/bds_raw/{trial}.txt")).stream
    mass_kg = stream.force_n.mean() / 9.80665
    pendulum = sm.sway.center_of_gravity(stream.cop_mm, 100.0, 1700.0)

    def apart(shear_n):
        by_force = sm.sway.center_of_gravity_from_force(stream.cop_mm, shear_n, 100.0, mass_kg)
        return np.sqrt(np.nanmean((by_force - pendulum)[200:-200] ** 2, axis=0))

    assert (apart(stream.shear_n) < 0.5 * apart(-stream.shear_n)).all()


def test_what_needs_single_sensors_is_refused_where_there_are_none(real_data):
    plate = capability_of(sm.open(real_data("posture/bds_raw/BDS00001.txt")).stream)
    with pytest.raises(UnavailableError, match="no single sensors"):
        plate.require("region_loads")
    assert plate.has("ellipse_area_95")  # which needs nothing special


def test_without_a_calibration_there_is_no_centre_of_pressure():
    unknown = Capability("plate", cop=False, shear=False, cells=False)
    with pytest.raises(UnavailableError, match=r"no centre of pressure.*Calibrate"):
        unknown.require("center_of_pressure")


def test_an_insole_without_gains_has_sensors_and_is_to_be_calibrated():
    t_s = np.arange(100) / 100
    nothing = np.full(100, np.nan)
    insole = capability_of(
        sm.session.Stream("insole-left", "cells", 100.0, t_s, nothing,
                          np.column_stack((nothing, nothing)), counts=np.ones((100, 16)))
    )  # fmt: skip
    with pytest.raises(UnavailableError, match=r"of the sensors of insole-left no gains") as said:
        insole.require("region_loads")
    assert "single" not in str(said.value)
    assert said.value.remedy == NEEDS["center_of_pressure"].instead
    # Gains would not give it a horizontal force.
    assert insole.instead("rambling_trembling") == NEEDS["rambling_trembling"].instead


def test_a_channel_that_never_has_a_value_is_not_there():
    t_s = np.arange(100) / 100
    nothing = np.full((100, 2), np.nan)
    stream = sm.session.Stream("b", "load", 100.0, t_s, 700 + 0 * t_s, nothing, nothing)
    assert capability_of(stream) == Capability("b", cop=False, shear=False, cells=False)


def test_the_table_tells_all_at_once():
    table = Capability("plate", cop=True, shear=False, cells=True).table()
    assert table.index.tolist() == list(NEEDS)
    assert table.available.tolist() == [need.channel != "shear" for need in NEEDS.values()]
    assert (table.why_not.str.len() > 0).tolist() == (~table.available.astype(bool)).tolist()


def test_the_example_in_the_text_runs():
    failed, tried = doctest.testmod(capability)
    assert (failed, tried > 0) == (0, True)
