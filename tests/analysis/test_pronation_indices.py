# SPDX-License-Identifier: Apache-2.0
"""Lateral against medial in each step: paths and loads with known answers, and a real walk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import solemetry as sm
from solemetry import layouts, pronation
from solemetry.errors import UnavailableError

FS_HZ = 100.0
HALF_MM, LENGTH_MM = 40.0, 250.0
FOUR = sm.SensorLayout(
    name="four cells",
    kind="insole",
    labels=("heel_m", "heel_l", "met1", "met5"),
    xy_mm=np.array([[-HALF_MM, 0], [HALF_MM, 0], [-HALF_MM, LENGTH_MM], [HALF_MM, LENGTH_MM]]),
    size_mm=(2 * HALF_MM, LENGTH_MM),
    regions=("heel_medial", "heel_lateral", "met1", "met5"),
)
"""A right insole that has the centre of pressure anywhere between its corners."""
OURS = sm.SensorLayout.builtin("insole-16-esp32s3")
FORCE_INDICES = ["force_index", "force_index_heel", "force_index_mid", "force_index_fore"]


def with_path(x_mm, y_mm, force_n=800.0):
    """Forces on the four cells that have their centre there."""
    right, front = (np.asarray(x_mm) + HALF_MM) / (2 * HALF_MM), np.asarray(y_mm) / LENGTH_MM
    shares = [(1 - right) * (1 - front), right * (1 - front), (1 - right) * front, right * front]
    return np.column_stack([force_n * share for share in shares])


def one_step(forces_n, layout=FOUR, side="right", **more):
    contacts = np.array([[0, len(forces_n)]])
    return pronation.describe_steps(forces_n, layout, FS_HZ, contacts, side, **more).iloc[0]


def mirrored(layout):
    return replace(layout, xy_mm=layout.xy_mm * (-1, 1))


# ---- areas -------------------------------------------------------------------------------------


def test_a_path_beside_the_midline_encloses_a_rectangle():
    y_mm = np.linspace(20, 230, 60)
    step = one_step(with_path(np.full(60, 8.0), y_mm))
    assert step.area_index == 1
    assert step.area_difference_mm2 == pytest.approx(8 * 210)
    assert one_step(with_path(np.full(60, -8.0), y_mm)).area_index == -1


@pytest.mark.parametrize("n", [2, 7, 100])
def test_a_path_across_the_midline_encloses_two_triangles(n):
    # From 6 mm medial at 20 mm to 12 mm lateral at 200 mm: it crosses at 80 mm.
    step = one_step(with_path(np.linspace(-6, 12, n), np.linspace(20, 200, n)))
    medial_mm2, lateral_mm2 = 6 * 60 / 2, 12 * 120 / 2
    assert step.area_difference_mm2 == pytest.approx(lateral_mm2 - medial_mm2)
    assert step.area_index == pytest.approx((lateral_mm2 - medial_mm2) / (lateral_mm2 + medial_mm2))


def test_what_a_path_goes_back_is_taken_off_again():
    there_mm = np.linspace(20, 200, 50)
    y_mm = np.concatenate((there_mm[:30], there_mm[10:30][::-1], there_mm[10:]))
    straight, looped = (one_step(with_path(np.full(len(y), 8.0), y)) for y in (there_mm, y_mm))
    assert looped.area_difference_mm2 == pytest.approx(straight.area_difference_mm2)


def test_where_little_load_is_left_the_path_does_not_count():
    y_mm = np.append(np.linspace(20, 230, 60), 20.0)
    force_n = np.append(np.full(60, 800.0), 79.0)
    step = one_step(with_path(np.full(61, 8.0), y_mm, force_n))
    assert step.area_difference_mm2 == pytest.approx(8 * 210)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_areas_are_those_of_the_vendors_own_centre_of_pressure(real_data, side):
    path = real_data("gait/moticon_opengo/230927_102114.txt")
    insole = sm.open(path).streams[f"insole-{side}"]
    contacts = sm.gait.contacts(insole.force_n, insole.fs_hz, "moticon")
    contacts = contacts[contacts.accepted][["start", "stop"]].to_numpy()
    ours = pronation.describe_steps(
        insole.forces_n, insole.layout, insole.fs_hz, contacts, side, min_force_n=50
    )
    table = pd.read_csv(path, sep="\t", skiprows=8)
    width_mm, length_mm = insole.layout.size_mm
    # The maker's Y is medial, in widths of the insole; its X is along, in lengths.
    lateral_mm, along_mm = (
        size * table[f"{side} center of pressure {axis}[-0.5...+0.5]"].to_numpy()
        for size, axis in ((-width_mm, "Y"), (length_mm, "X"))
    )
    force_n = table[f"{side} total force[N]"].to_numpy()
    first = round(insole.t_s[0] * insole.fs_hz)
    for (start, stop), step in zip(contacts + first, ours.itertuples(), strict=True):
        used = np.arange(start, stop)
        used = used[force_n[used] > max(50, 0.1 * force_n[used].max())]
        area_mm2 = np.trapezoid(lateral_mm[used], along_mm[used])
        assert step.area_difference_mm2 == pytest.approx(area_mm2, rel=0.03)


# ---- forces ------------------------------------------------------------------------------------


def test_each_phase_has_the_index_of_its_own_load():
    # 20 samples on the heel alone, 30 on both, 25 on the forefoot alone; 1, 2 and 3 parts medial.
    forces_n = np.concatenate(
        [
            np.tile([100, 300, 0, 0], (20, 1)),
            np.tile([200, 300, 200, 300], (30, 1)),
            np.tile([0, 0, 600, 200], (25, 1)),
        ]
    ).astype(float)
    step = one_step(forces_n)
    assert step[FORCE_INDICES[1:]].tolist() == pytest.approx([0.5, 0.2, -0.5])
    medial, lateral = forces_n[:, [0, 2]].sum(), forces_n[:, [1, 3]].sum()
    assert step.force_index == pytest.approx((lateral - medial) / (lateral + medial))


def test_a_phase_that_a_step_does_not_have_has_no_index():
    step = one_step(np.tile([0.0, 0.0, 300.0, 500.0], (40, 1)))
    assert step.force_index_fore == pytest.approx(0.25)
    assert np.isnan([step.force_index_heel, step.force_index_mid]).all()


def test_a_heel_of_one_cell_is_on_neither_side():
    layout = layouts.loadsol("right")
    of = dict(zip(layout.regions, np.eye(3), strict=True))
    heel_only = np.tile(500 * of["heel"] + 2 * of["forefoot_lateral"], (30, 1))
    fore_only = np.tile(300 * of["forefoot_lateral"] + 100 * of["forefoot_medial"], (30, 1))
    step = one_step(np.concatenate((heel_only, fore_only)), layout)
    assert np.isnan(step.force_index_heel)
    assert step.force_index_fore == pytest.approx(0.5)


def steps_of(seed, n=3, length=40):
    """Random loads on our insole, all above what makes a centre of pressure."""
    return np.random.default_rng(seed).uniform(5, 60, (n * length, 16)), np.array(
        [[k * length, (k + 1) * length] for k in range(n)]
    )


@given(st.integers(0, 2**32 - 1))
def test_left_and_right_are_mirror_images(seed):
    forces_n, contacts = steps_of(seed)
    right = pronation.describe_steps(forces_n, OURS, FS_HZ, contacts, "right")
    left = pronation.describe_steps(forces_n, mirrored(OURS), FS_HZ, contacts, "left")
    pd.testing.assert_frame_equal(left, right)


@given(st.integers(0, 2**32 - 1))
def test_load_put_on_the_other_side_changes_the_sign(seed):
    forces_n, contacts = steps_of(seed)
    forces_n = forces_n[:, :4]
    here = pronation.describe_steps(forces_n, FOUR, FS_HZ, contacts, "right")
    there = pronation.describe_steps(forces_n[:, [1, 0, 3, 2]], FOUR, FS_HZ, contacts, "right")
    np.testing.assert_allclose(there.iloc[:, 1:], -here.iloc[:, 1:], atol=1e-9)
    indices = here[["area_index", *FORCE_INDICES]].to_numpy()
    assert (np.abs(indices[np.isfinite(indices)]) <= 1).all()


@given(st.integers(0, 2**32 - 1), st.floats(1.0, 20.0))
def test_a_heavier_person_has_the_same_indices(seed, times):
    forces_n, contacts = steps_of(seed)
    light, heavy = (
        pronation.describe_steps(forces_n * k, OURS, FS_HZ, contacts, "right") for k in (1, times)
    )
    np.testing.assert_allclose(light, heavy, rtol=1e-9, atol=1e-9)


def test_many_steps_are_described_as_each_by_itself():
    forces_n, contacts = steps_of(1, n=5)
    contacts = contacts[[0, 2, 3]] + [[0, -7], [3, 0], [1, -1]]
    together = pronation.describe_steps(forces_n, OURS, FS_HZ, contacts, "right")
    alone = [one_step(forces_n[start:stop], OURS) for start, stop in contacts]
    np.testing.assert_allclose(together.iloc[:, 1:], pd.DataFrame(alone).iloc[:, 1:])


# ---- faults ------------------------------------------------------------------------------------


def test_a_short_gap_is_bridged_and_a_long_one_takes_its_step_only():
    y_mm = np.tile(np.linspace(20, 230, 80), 3)
    forces_n = with_path(np.tile(np.linspace(-4, 8, 80), 3), y_mm)
    contacts = np.array([[0, 80], [80, 160], [160, 240]])
    whole = pronation.describe_steps(forces_n, FOUR, FS_HZ, contacts, "right")
    forces_n[30:36] = np.nan
    forces_n[100:140, 2] = np.nan
    holed = pronation.describe_steps(forces_n, FOUR, FS_HZ, contacts, "right")
    np.testing.assert_allclose(holed.iloc[[0, 2]], whole.iloc[[0, 2]], rtol=1e-6)
    assert holed.iloc[1, 1:].isna().all()


def test_no_load_no_index():
    assert one_step(np.zeros((50, 16)), OURS).iloc[1:].isna().all()
    none = pronation.describe_steps(np.ones((10, 16)), OURS, FS_HZ, np.empty((0, 2), int), "left")
    assert list(none) == ["step", *pronation.MEASURES]
    assert none.empty


def test_what_is_no_insole_or_no_step_is_refused():
    plate = sm.SensorLayout.builtin("plate-hx711-uno")
    with pytest.raises(UnavailableError, match="no insole"):
        one_step(np.ones((20, 4)), plate)
    one_sided = replace(FOUR, regions=("heel_medial", "heel_medial", "met1", "met1"))
    with pytest.raises(UnavailableError, match="lateral side"):
        one_step(np.ones((20, 4)), one_sided)
    for contacts in ([[0, 21]], [[-1, 5]], [[7, 7]]):
        with pytest.raises(ValueError, match="contact"):
            pronation.describe_steps(np.ones((20, 4)), FOUR, FS_HZ, np.array(contacts), "left")
