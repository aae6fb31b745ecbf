# SPDX-License-Identifier: Apache-2.0
"""The butterfly: closed forms, mirrors and shifts, two belts of a treadmill, faults."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import walks

import solemetry as sm
from solemetry import gait
from solemetry.gait.butterfly import Butterfly
from solemetry.signal import NO_FILTER, Filter

FS = 200.0
STRIDE_S, STANCE_S = 1.1, 0.68
FEET = ("left", "right")

# Heels and toes, (ml, ap) from each foot's own origin, and where the origins lie.
HEELS = {"left": (-2.0, 35.0), "right": (4.0, 30.0)}
TOES = {"left": (6.0, 215.0), "right": (-5.0, 230.0)}
WIDTH_MM = 120.0


def made(
    heels: dict = HEELS, toes: dict = TOES, steps: int = 70, fs_hz: float = FS
) -> tuple[walks.Feet, dict[str, np.ndarray]]:
    """Walk on two insoles, each foot's centre of pressure at rest while load passes over.

    It waits under the heel until the other foot has left, runs to the toes while the foot is
    alone, and waits there. While load passes, the net one then lies on the straight line from
    the toes of one to the heel of the other, whatever the forces.
    """
    feet, moments = walks.walk(fs_hz, steps, STRIDE_S, STANCE_S)
    t_s = np.arange(len(feet["left"])) / fs_hz
    both_s = STANCE_S - STRIDE_S / 2
    cops = {}
    for foot in FEET:
        began = moments[foot][np.maximum(np.searchsorted(moments[foot], t_s, "right") - 1, 0)]
        way = np.clip((t_s - began - both_s) / (STANCE_S - 2 * both_s), 0, 1)[:, None]
        cops[foot] = np.array(heels[foot]) + way * np.subtract(toes[foot], heels[foot])
        cops[foot][feet[foot] < 5] = np.nan
    return feet, cops


def drawn(
    feet: walks.Feet,
    cops: dict[str, np.ndarray],
    smooth: Filter = NO_FILTER,
    width_mm: float | None = WIDTH_MM,
    fs_hz: float = FS,
) -> Butterfly:
    steps = gait.steps(*(gait.contacts(feet[foot], fs_hz, "plate") for foot in FEET))
    return gait.describe_butterfly(
        tuple(feet[foot] for foot in FEET), tuple(cops[foot] for foot in FEET),
        fs_hz, steps, width_mm, smooth, "plate",
    )  # fmt: skip


def meeting(a: tuple, b: tuple, c: tuple, d: tuple) -> np.ndarray:
    """Where the line from a to b meets that from c to d, from the two equations of lines."""
    u, v = np.subtract(b, a), np.subtract(d, c)
    s, _ = np.linalg.solve(np.column_stack((u, -v)), np.subtract(c, a))
    return np.array(a) + s * u


def placed(foot: str, place: tuple[float, float]) -> tuple[float, float]:
    return (place[0] + (-0.5 if foot == "left" else 0.5) * WIDTH_MM, place[1])


# ---- closed forms ----------------------------------------------------------------------------


def test_the_crossing_is_where_two_lines_meet() -> None:
    found = drawn(*made())
    expected = meeting(
        placed("left", TOES["left"]), placed("right", HEELS["right"]),
        placed("right", TOES["right"]), placed("left", HEELS["left"]),
    )  # fmt: skip
    assert len(found.strides) == 68
    crossings = found.strides[["crossing_ml_mm", "crossing_ap_mm"]].to_numpy()
    np.testing.assert_allclose(crossings, np.tile(expected, (68, 1)), atol=0.01)
    value = found.summary.value
    assert value["lateral_symmetry_mm"] == pytest.approx(expected[0], abs=0.01)
    assert value["ap_position_mm"] == pytest.approx(expected[1], abs=0.01)
    assert value["ap_variability_mm"] == pytest.approx(0, abs=0.01)
    assert value["lateral_variability_mm"] == pytest.approx(0, abs=0.01)
    assert found.summary.valid.all()


def test_the_filter_rounds_the_wings_and_leaves_the_crossing() -> None:
    sharp, smooth = drawn(*made()).summary, drawn(*made(), smooth=Filter(20.0)).summary
    for name in ("ap_position_mm", "lateral_symmetry_mm"):
        assert smooth.value[name] == pytest.approx(sharp.value[name], abs=0.2)
    for name in ("gait_line_left_mm", "single_support_line_right_mm"):
        assert smooth.value[name] == pytest.approx(sharp.value[name], rel=0.02)
    assert smooth["filter"].str.contains("20 Hz").all()


def test_lines_are_as_long_as_the_way_from_heel_to_toes() -> None:
    value = drawn(*made()).summary.value
    for foot in FEET:
        way = np.hypot(*np.subtract(TOES[foot], HEELS[foot]))
        assert value[f"gait_line_{foot}_mm"] == pytest.approx(way, rel=1e-6)
        # The threshold of 20 N moves the ends of being alone by a sample or two.
        assert value[f"single_support_line_{foot}_mm"] == pytest.approx(way, rel=0.03)


def test_the_largest_speed_is_that_of_load_passing_over() -> None:
    # On the line from toes to heel, the net centre goes as the other foot's share of the load.
    phase = np.linspace(0, 1 - STRIDE_S / 2 / STANCE_S, 100_001)[1:-1]
    share = walks.stance(phase) / (walks.stance(phase) + walks.stance(phase + 1 - phase[-1]))
    per_s = np.abs(np.diff(share)).max() / np.diff(phase)[0] / STANCE_S
    ways = [
        np.hypot(*np.subtract(placed(front, HEELS[front]), placed(back, TOES[back])))
        for back, front in (FEET, FEET[::-1])
    ]
    fastest = drawn(*made(fs_hz=1000), fs_hz=1000).summary.value["max_speed_mm_s"]
    assert fastest == pytest.approx(per_s * max(ways), rel=0.03)


def test_variability_is_the_spread_of_the_crossings() -> None:
    # In the second half of the walk both feet bear 20 mm further forwards and 6 mm to the right.
    feet, cops = made(steps=202)
    half = len(feet["left"]) // 2
    for foot in FEET:
        cops[foot][half:] += (6.0, 20.0)
    value = drawn(feet, cops).summary.value
    # Two values by halves have an SD of half their difference; a few lie on the change.
    assert value["ap_variability_mm"] == pytest.approx(10, rel=0.03)
    assert value["lateral_variability_mm"] == pytest.approx(3, rel=0.03)


def test_where_the_feet_are_is_said_to_be_an_assumption_unless_it_was_measured() -> None:
    assumed, measured = drawn(*made()), drawn(*made(), width_mm=None)
    assert assumed.summary.placement.str.contains("assumed: .* 120 mm apart").all()
    assert measured.summary.placement.str.contains("as measured").all()


# ---- mirrors and shifts ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def walk(real_data: Callable[[str], Path]) -> tuple[walks.Feet, dict[str, np.ndarray]]:
    session = sm.open(real_data("gait/moticon_opengo/230927_102114.txt"))
    streams = {foot: session.streams[f"insole-{foot}"] for foot in FEET}
    feet = {foot: stream.force_n[300:1256] for foot, stream in streams.items()}
    cops = {foot: stream.cop_mm[300:1256] for foot, stream in streams.items()}
    return feet, cops


def of_real(feet: walks.Feet, cops: dict[str, np.ndarray], width_mm: float = 120.0) -> Butterfly:
    return drawn(feet, cops, Filter(20.0), width_mm, 100)


def test_a_mirrored_walk_mirrors_the_butterfly(walk: tuple) -> None:
    feet, cops = walk
    other = dict(zip(FEET, FEET[::-1], strict=True))
    one = of_real(feet, cops).summary
    two = of_real(
        {foot: feet[other[foot]] for foot in FEET},
        {foot: cops[other[foot]] * (-1, 1) for foot in FEET},
    ).summary
    for name in one.index:
        twin = name
        for foot in FEET:
            twin = name.replace(foot, other[foot]) if f"_{foot}_" in name else twin
        sign = -1 if name == "lateral_symmetry_mm" else 1
        assert two.value[twin] == pytest.approx(sign * one.value[name], rel=1e-6)
        assert two.n[twin] == one.n[name]


def test_a_shift_moves_the_crossing_and_nothing_else(walk: tuple) -> None:
    feet, cops = walk
    one = of_real(feet, cops).summary.value
    there = {foot: cop + np.array([5.0, 40.0]) for foot, cop in cops.items()}
    two = of_real(feet, there).summary.value
    moved = {"lateral_symmetry_mm": 5.0, "ap_position_mm": 40.0}
    for name in one.index:
        assert two[name] - one[name] == pytest.approx(moved.get(name, 0.0), abs=1e-6)


def test_twice_the_weight_leaves_the_crossings(walk: tuple) -> None:
    feet, cops = walk
    one = of_real(feet, cops)
    two = of_real({foot: 2 * force for foot, force in feet.items()}, cops)
    ours, theirs = (each.strides.crossing_ap_mm.to_numpy() for each in (one, two))
    np.testing.assert_allclose(theirs, ours, atol=0.5)


# ---- two belts -------------------------------------------------------------------------------


def crossing_of_lines(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Every crossing of two polylines, segment by segment."""
    found = []
    for a, b in pairwise(one):
        for c, d in pairwise(two):
            u, v, w = b - a, d - c, c - a
            area = u[0] * v[1] - u[1] * v[0]
            if area:
                s, t = (w[0] * v[1] - w[1] * v[0]) / area, (w[0] * u[1] - w[1] * u[0]) / area
                if 0 <= s <= 1 and 0 <= t <= 1:
                    found.append(a + s * u)
    return np.array(found).reshape(-1, 2)


@pytest.mark.parametrize("trial", ["WBDS04walkT05grf.txt", "WBDS04walkT07grf.txt"])
def test_two_belts_of_a_treadmill(real_data: Callable[[str], Path], trial: str) -> None:
    session = sm.open(real_data(f"gait/fukuchi2018_treadmill/{trial}"))
    belts = [session.streams[f"belt-{foot}"] for foot in FEET]
    steps = gait.steps(*(gait.contacts(belt.force_n, 300, "treadmill") for belt in belts))
    forces = tuple(gait.ready(belt.force_n, 300, "treadmill").force_n for belt in belts)
    found = gait.describe_butterfly(
        forces, tuple(belt.cop_mm for belt in belts), 300, steps, convention="treadmill"
    )
    strides = found.strides
    assert np.isfinite(strides.crossing_ap_mm).all()
    assert len(strides) > 50
    # Between the feet, which lie where each belt alone says.
    left, right = (np.nanmedian(belt.cop_mm[:, 0]) for belt in belts)
    assert strides.crossing_ml_mm.between(left, right).all()
    # The same as where the drawn lines themselves cross, segment by segment.
    starts = dict(zip(steps.on_s, steps.index, strict=True))
    for _, stride in strides.iloc[::7].iterrows():
        own, other, again = (steps.loc[starts[stride.on_s] + n] for n in range(3))
        away = found.net_mm[other.start - 1 : own.stop + 1]
        back = found.net_mm[again.start - 1 : other.stop + 1]
        crossings = crossing_of_lines(away, back)
        own_mm = stride[["crossing_ml_mm", "crossing_ap_mm"]].to_numpy(float)
        assert np.hypot(*(crossings - own_mm).T).min() < 3


# ---- faults ----------------------------------------------------------------------------------


def test_a_gap_takes_its_strides_and_no_others(walk: tuple) -> None:
    feet, cops = walk
    whole = of_real(feet, cops).strides
    cut = {foot: force.copy() for foot, force in feet.items()}
    # While load passes from the fourth left contact to the right one after it.
    middle = int(gait.contacts(feet["right"], 100, "plate").query("accepted").start.iloc[3]) + 5
    cut["right"][middle - 15 : middle + 15] = np.nan
    less = of_real(cut, cops).strides
    assert len(whole) - 3 <= len(less) < len(whole)
    both = whole.merge(less, on=["foot", "on_s"], suffixes=("", "_cut"))
    assert len(both) == len(less)
    np.testing.assert_allclose(both.crossing_ap_mm_cut, both.crossing_ap_mm, atol=1e-3)


def test_dropouts_hardly_move_the_crossing(walk: tuple) -> None:
    feet, cops = walk
    rng = np.random.default_rng(3)
    whole = of_real(feet, cops).summary.value
    broken = {foot: force.copy() for foot, force in feet.items()}
    holes = {foot: cop.copy() for foot, cop in cops.items()}
    for foot in FEET:
        lost = rng.random(len(feet[foot])) < 0.05
        broken[foot][lost], holes[foot][lost] = np.nan, np.nan
        broken[foot] = gait.ready(broken[foot], 100, "plate").force_n
    found = of_real(broken, holes).summary.value
    for name in ("ap_position_mm", "lateral_symmetry_mm"):
        assert found[name] == pytest.approx(whole[name], abs=1.5)
    for foot in FEET:
        name = f"gait_line_{foot}_mm"
        assert found[name] == pytest.approx(whole[name], rel=0.05)


def test_feet_whose_clocks_are_apart_cross_elsewhere_by_little(walk: tuple) -> None:
    feet, cops = walk
    together = of_real(feet, cops).summary.value
    late = of_real(
        feet | {"right": np.roll(feet["right"], 5)},
        cops | {"right": np.roll(cops["right"], 5, axis=0)},
    ).summary.value
    # 50 ms of 130 of double support; on insoles what is passed is passed along the same lines.
    assert late["ap_position_mm"] == pytest.approx(together["ap_position_mm"], abs=5)
    assert late["lateral_symmetry_mm"] == pytest.approx(together["lateral_symmetry_mm"], abs=5)
    for foot in FEET:
        name = f"gait_line_{foot}_mm"
        assert late[name] == pytest.approx(together[name], rel=1e-6)


def test_without_double_support_nothing_crosses() -> None:
    feet, _ = walks.walk(FS, 20, stride_s=0.7, stance_s=0.25)
    cops = {foot: np.zeros((len(force), 2)) for foot, force in feet.items()}
    found = drawn(feet, cops)
    assert len(found.strides) == 0
    assert found.summary.n["ap_position_mm"] == 0
    assert not found.summary.valid.any()
    assert isinstance(found.lines, pd.DataFrame)
    assert len(found.lines) == 20


def test_a_rate_too_low_for_the_filter_has_none() -> None:
    found = drawn(*made(fs_hz=40), smooth=Filter(20.0), fs_hz=40)
    assert (found.summary["filter"] == "no filter").all()


def test_shapes_that_do_not_fit_are_said() -> None:
    feet, cops = made(steps=10)
    with pytest.raises(ValueError, match="shape"):
        drawn(feet, cops | {"left": cops["left"][:-1]})
