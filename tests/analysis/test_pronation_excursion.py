# SPDX-License-Identifier: Apache-2.0
"""The excursion of the centre of pressure: shapes with known answers, a real step, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import solemetry as sm
from solemetry import layouts, loading, pronation
from solemetry.errors import UnavailableError

PITCH_MM, WIDTH_MM, LENGTH_MM = 5.0, 60.0, 180.0
LINE_MM = LENGTH_MM * 2 / 3


def rectangle(turn_deg=0.0):
    """A print without toes, 60 x 180 mm, and how places on it turn with it."""
    turn = np.radians(turn_deg)
    turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    across, along = np.meshgrid(
        np.arange(PITCH_MM / 2, WIDTH_MM, PITCH_MM), np.arange(PITCH_MM / 2, LENGTH_MM, PITCH_MM)
    )
    cells_mm = np.column_stack((across.ravel(), along.ravel())) @ turning
    n = len(cells_mm)
    print_ = loading.Footprint(
        side="right", length_mm=LENGTH_MM, width_mm=WIDTH_MM, along_mm=cells_mm[:, 1],
        lateral_mm=cells_mm[:, 0], touched=np.ones(n, bool), toes=np.zeros(n, bool),
        forward=np.array([0.0, 1.0]), peak_kpa=np.full(n, 100.0),
        area_mm2=np.full(n, PITCH_MM**2), spacing_mm=PITCH_MM,
    )  # fmt: skip
    return print_, turning


def arc(bow_mm, first_mm=10.0, last_mm=170.0, beside_mm=30.0):
    """A parabola over the chord from `first_mm` to `last_mm`, `bow_mm` beside its middle."""
    along = np.linspace(first_mm, last_mm, 801)
    middle, half = (first_mm + last_mm) / 2, (last_mm - first_mm) / 2
    return np.column_stack((beside_mm + bow_mm * (1 - ((along - middle) / half) ** 2), along))


@pytest.mark.parametrize("turn_deg", [0.0, 7.0, -12.0])
@pytest.mark.parametrize("bow_mm", [9.0, 0.0, -4.0])
def test_the_excursion_of_an_arc_is_that_of_its_formula(bow_mm, turn_deg):
    print_, turning = rectangle(turn_deg)
    found = pronation.excursion_of(print_, arc(bow_mm) @ turning)
    excursion_mm = bow_mm * (1 - ((LINE_MM - 90) / 80) ** 2)
    assert found.width_mm == pytest.approx(WIDTH_MM)
    assert found.excursion_mm == pytest.approx(excursion_mm, abs=1e-3)
    assert found.index_percent == pytest.approx(100 * excursion_mm / WIDTH_MM, abs=2e-3)


def test_a_chord_that_runs_aslant_is_taken_off():
    print_, _ = rectangle()
    aslant = arc(6.0) + np.column_stack((arc(0.0)[:, 1] * 0.1, np.zeros(801)))
    excursion_mm = pronation.excursion_of(print_, aslant).excursion_mm
    assert excursion_mm == pytest.approx(pronation.excursion_of(print_, arc(6.0)).excursion_mm)


def test_missing_samples_at_either_end_are_no_part_of_the_path():
    print_, _ = rectangle()
    path_mm = np.concatenate((np.full((5, 2), np.nan), arc(9.0), np.full((5, 2), np.nan)))
    found = pronation.excursion_of(print_, path_mm)
    assert found == pronation.excursion_of(print_, arc(9.0))


def test_a_path_that_does_not_reach_the_front_third_is_refused():
    print_, _ = rectangle()
    for path_mm in (arc(9.0, 10.0, 100.0), np.full((20, 2), np.nan), np.empty((0, 2))):
        with pytest.raises(UnavailableError, match="front third"):
            pronation.excursion_of(print_, path_mm)


@pytest.fixture(scope="module")
def plate(real_data):
    """One step of a right foot on an emed plate."""
    return sm.open(real_data("gait/pressuRe/emed_test.lst")).streams["plate"]


def test_a_real_step_lies_among_those_of_a_thousand_people(plate):
    found = pronation.excursion_index(plate.forces_n, plate.layout)
    # 22.74 % with a standard error of 0.23 over 2180 feet on the same kind of plate (table 4 of
    # PMC7393860), so a standard deviation of 10.7. By another hand this step has 27 %.
    mean, sd = 22.74, 0.23 * np.sqrt(2180)
    assert abs(found.index_percent - mean) < sd
    assert found.index_percent == pytest.approx(27, abs=3)
    assert found.side == "right"
    assert 85 < found.width_mm < 105


@pytest.mark.parametrize("turn_deg", [25.0, 90.0, 180.0, -140.0])
def test_it_does_not_mind_how_the_foot_points(plate, turn_deg):
    turn = np.radians(turn_deg)
    turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = replace(plate.layout, xy_mm=plate.layout.xy_mm @ turning)
    here, there = (pronation.excursion_index(plate.forces_n, lay) for lay in (plate.layout, turned))
    assert there.index_percent == pytest.approx(here.index_percent, rel=1e-6)


def test_a_mirrored_foot_is_the_other_one_with_the_same_index(plate):
    mirrored = replace(plate.layout, xy_mm=plate.layout.xy_mm * (-1, 1))
    right, left = (
        pronation.excursion_index(plate.forces_n, layout) for layout in (plate.layout, mirrored)
    )
    assert (right.side, left.side) == ("right", "left")
    assert left.index_percent == pytest.approx(right.index_percent, rel=1e-6)


@pytest.mark.parametrize("size", [0.9, 1.1])
def test_a_foot_of_another_size_has_the_same_index(plate, size):
    layout = plate.layout
    larger = replace(layout, xy_mm=layout.xy_mm * size, area_mm2=layout.area_mm2 * size**2)
    here = pronation.excursion_index(plate.forces_n, layout, min_force_n=20)
    there = pronation.excursion_index(plate.forces_n * size**2, larger, min_force_n=20 * size**2)
    assert there.index_percent == pytest.approx(here.index_percent, rel=1e-6)
    assert there.width_mm == pytest.approx(size * here.width_mm, rel=1e-6)


@pytest.mark.parametrize(
    "layout",
    [layouts.pedar("left", "y"), sm.SensorLayout.builtin("insole-16-esp32s3"),
     sm.SensorLayout.builtin("plate-hx711-uno")],
    ids=["pedar", "insole", "plate of four cells"],
)  # fmt: skip
def test_what_shows_no_medial_border_is_refused_with_the_reason(layout):
    with pytest.raises(UnavailableError, match="medial border") as refusal:
        pronation.excursion_index(np.ones((20, len(layout.labels))), layout, "left")
    assert layout.name in refusal.value.problem
    assert "bare foot" in refusal.value.remedy
