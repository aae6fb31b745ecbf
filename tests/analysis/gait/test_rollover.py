# SPDX-License-Identifier: Apache-2.0
"""How load rolls over the foot: closed forms, real insoles, what a layout cannot show, faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import solemetry as sm
from solemetry import gait
from solemetry.errors import UnavailableError
from solemetry.gait.rollover import Rollover
from solemetry.layouts import loadsol

FEET = ("left", "right")
FS = 500.0
STRIDE_S, STANCE_S = 1.1, 0.7
INSOLE = sm.SensorLayout.builtin("insole-16-esp32s3")

# Of each region: when it begins to bear load and when it stops, in shares of stance, and how much.
ROLL: dict[str, tuple[float, float, float]] = {
    "heel_medial": (0.0, 0.60, 300), "heel_lateral": (0.0, 0.60, 300),
    "midfoot_medial": (0.10, 0.70, 60), "midfoot_lateral": (0.10, 0.75, 120),
    "met1": (0.20, 0.95, 180), "met2": (0.20, 0.95, 140), "met3": (0.20, 0.95, 140),
    "met4": (0.15, 0.90, 80), "met5": (0.15, 0.90, 100),
    "hallux": (0.40, 1.00, 250), "lesser_toes": (0.45, 1.00, 90),
}  # fmt: skip


def walked(
    roll: Mapping[str, tuple[float, float, float]] = ROLL,
    layout: sm.SensorLayout = INSOLE,
    steps: int = 40,
) -> np.ndarray:
    """Forces of cells, ``(T, S)``: of each region half a sine from its begin to its end."""
    t_s = np.arange(round((steps * STRIDE_S + 1) * FS)) / FS - 0.5
    phase = np.where(t_s >= 0, t_s % STRIDE_S, -1) / STANCE_S
    phase[t_s >= steps * STRIDE_S] = -1
    forces_n = np.zeros((len(t_s), len(layout.labels)))
    for cell, region in enumerate(layout.regions):
        begin, end, height_n = roll[region]
        inside = (phase > begin) & (phase < end)
        part = (phase - begin) / (end - begin)
        forces_n[:, cell] = np.where(inside, height_n * np.sin(np.pi * part), 0.0)
        forces_n[:, cell] /= layout.regions.count(region)
    return forces_n


def rolled(
    forces_n: np.ndarray,
    layout: sm.SensorLayout = INSOLE,
    fs_hz: float = FS,
    convention: str = "plate",
    side: str | None = None,
) -> Rollover:
    total_n = forces_n.sum(axis=1)
    found = gait.contacts(total_n, fs_hz, convention)
    return gait.describe_rollover(forces_n, layout, fs_hz, found, side, convention)


def contact(roll: Mapping[str, tuple[float, float, float]] = ROLL) -> tuple[float, float]:
    """Shares of stance at which the sum of all regions passes 20 N, from the sines themselves."""
    share = np.linspace(0, 1, 1_000_001)
    total_n = sum(
        np.where((share > a) & (share < b), height_n * np.sin(np.pi * (share - a) / (b - a)), 0)
        for a, b, height_n in roll.values()
    )
    above = share[total_n >= 20]
    return float(above[0]), float(above[-1])


# ---- closed forms ----------------------------------------------------------------------------


@pytest.mark.parametrize("region", ROLL)
def test_times_of_a_half_sine_come_back(region: str) -> None:
    value = rolled(walked()).summary.value
    on, off = contact()
    begin, end, _ = ROLL[region]
    tenth = np.arcsin(0.1) / np.pi
    for name, share in (
        ("on", begin + tenth * (end - begin)),
        ("peak", (begin + end) / 2),
        ("off", end - tenth * (end - begin)),
    ):
        percent = np.clip(100 * (share - on) / (off - on), 0, 100)
        within = 0.35 if name == "peak" else 0.15  # A sample is 0.29 % of this stance.
        assert value[f"{region}_{name}_percent"] == pytest.approx(percent, abs=within)


def test_shares_of_push_off_are_those_of_the_sines() -> None:
    value = rolled(walked()).summary.value
    on, off = contact()
    share = np.linspace((on + off) / 2, off, 200_001)
    impulse = {
        region: np.where(
            (share > a) & (share < b), height_n * np.sin(np.pi * (share - a) / (b - a)), 0
        ).sum()
        for region, (a, b, height_n) in ROLL.items()
    }
    whole = sum(impulse.values())
    for name, parts in (
        ("hallux", ["hallux"]),
        ("met1", ["met1"]),
        ("met2_3", ["met2", "met3"]),
        ("met4_5", ["met4", "met5"]),
    ):
        percent = 100 * sum(impulse[part] for part in parts) / whole
        assert value[f"push_off_{name}_percent"] == pytest.approx(percent, abs=0.05)


def test_load_passes_from_heel_to_toes() -> None:
    value = rolled(walked()).summary.value
    for moment in ("on", "peak", "off"):
        order = [value[f"{band}_{moment}_percent"] for band in ("heel", "midfoot", "forefoot",
                                                                "toes")]  # fmt: skip
        assert order == sorted(order)


@pytest.mark.parametrize("first", ["heel", "midfoot", "forefoot"])
def test_the_first_contact_is_where_load_comes_first(first: str) -> None:
    begins = {"heel": "heel", "midfoot": "midfoot", "forefoot": "met"}[first]
    roll = {
        region: (0.0 if region.startswith(begins) else max(begin, 0.15), end, height_n)
        for region, (begin, end, height_n) in ROLL.items()
    }
    found = rolled(walked(roll))
    assert (found.steps.first_region == first).all()
    shares = {name: found.summary.value[f"first_{name}_percent"]
              for name in ("heel", "midfoot", "forefoot")}  # fmt: skip
    assert shares == {name: 100.0 if name == first else 0.0 for name in shares}
    # All that bears load then lies within that part of the insole.
    of_it = [
        along_mm
        for along_mm, region in zip(INSOLE.xy_mm[:, 1], INSOLE.regions, strict=True)
        if region.startswith(begins)
    ]
    percent = found.summary.value["strike_index_percent"] * INSOLE.size_mm[1] / 100
    assert min(of_it) <= percent <= max(of_it)


def test_a_left_insole_is_the_mirror_of_a_right_one() -> None:
    mirrored = replace(INSOLE, xy_mm=INSOLE.xy_mm * (-1, 1))
    one, two = rolled(walked()), rolled(walked(), mirrored)
    pd.testing.assert_frame_equal(one.steps, two.steps)


def test_a_region_that_bears_next_to_nothing_has_no_times() -> None:
    found = rolled(walked(ROLL | {"hallux": (0.4, 1.0, 5.0)}))
    assert found.steps.hallux_on_percent.isna().all()
    assert found.summary.n["hallux_on_percent"] == 0
    assert found.summary.n["met1_on_percent"] == 40


# ---- real walks ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def walk(real_data: Callable[[str], Path]) -> sm.Session:
    return sm.open(real_data("gait/moticon_opengo/230927_102114.txt"))


@pytest.mark.parametrize("foot", FEET)
def test_a_walk_rolls_from_heel_to_toes(walk: sm.Session, foot: str) -> None:
    stream = walk.streams[f"insole-{foot}"]
    found = gait.contacts(stream.force_n, 100, "moticon")
    roll = gait.describe_rollover(stream.forces_n, stream.layout, 100, found, foot, "moticon")
    value = roll.summary.value
    assert (roll.steps.first_region == "heel").all()
    assert value["strike_index_percent"] < 33
    # In walking the heel leaves the ground about the middle of stance or after, the toes last.
    assert 40 < value["heel_off_percent"] < 75
    assert value["heel_on_percent"] < 3
    assert value["toes_off_percent"] > 97
    assert value["heel_peak_percent"] < 30 < 70 < value["forefoot_peak_percent"]
    assert value["forefoot_on_percent"] < value["heel_off_percent"]
    split = [value[f"push_off_{name}_percent"] for name in ("hallux", "met1", "met2_3", "met4_5")]
    assert min(split) > 0
    assert 40 < sum(split) < 100
    # The hallux has a cell of its own: its part of the second half, by whole samples.
    used = found[found.accepted & (found.bridged_s == 0)]
    cell = stream.layout.regions.index("hallux")
    parts = [
        stream.forces_n[start:stop, cell].sum() / stream.force_n[start:stop].sum()
        for start, stop in zip((used.start + used.stop) // 2, used.stop, strict=True)
    ]
    assert len(parts) == 6
    own = roll.steps.push_off_hallux_percent[used.index]
    np.testing.assert_allclose(own, 100 * np.array(parts), atol=0.4)


# ---- what a layout does not show -------------------------------------------------------------


def test_what_a_layout_does_not_show_is_refused_with_a_reason() -> None:
    zones = loadsol("right")
    roll = {"heel": (0.0, 0.6, 600), "forefoot_medial": (0.2, 1.0, 400),
            "forefoot_lateral": (0.2, 1.0, 300)}  # fmt: skip
    summary = rolled(walked(roll, zones), zones).summary
    for name in ("push_off_hallux_percent", "push_off_met2_3_percent", "toes_on_percent",
                 "midfoot_off_percent", "first_midfoot_percent"):  # fmt: skip
        assert np.isnan(summary.value[name])
        assert not summary.valid[name]
        assert "loadsol-3 does not show it" in summary.note[name]
    assert summary.valid["heel_off_percent"]
    assert summary.value["heel_on_percent"] < summary.value["forefoot_on_percent"]
    assert summary.value["first_heel_percent"] == 100


def test_a_plate_of_four_cells_is_refused() -> None:
    plate = sm.SensorLayout.builtin("plate-hx711-uno")
    forces_n = np.zeros((500, 4))
    with pytest.raises(UnavailableError):
        rolled(forces_n, plate)


def test_nobody_walking_rolls_over_nothing() -> None:
    found = rolled(np.zeros((500, 16)))
    assert len(found.steps) == 0
    assert (found.summary.n == 0).all()
    assert not found.summary.valid.any()


# ---- faults ----------------------------------------------------------------------------------


def test_dropouts_hardly_change_the_times(walk: sm.Session) -> None:
    stream = walk.streams["insole-right"]
    rng = np.random.default_rng(2)
    forces_n = stream.forces_n[300:1256].copy()
    clean = rolled(forces_n, stream.layout, 100, "moticon")
    broken = forces_n.copy()
    broken[rng.random(len(broken)) < 0.05] = np.nan
    found = gait.contacts(broken.sum(axis=1), 100, "moticon")
    less = gait.describe_rollover(broken, stream.layout, 100, found)
    assert len(less.steps) == len(clean.steps)
    change = (less.summary.value - clean.summary.value).abs()
    for name in ("heel_off_percent", "forefoot_on_percent", "toes_off_percent",
                 "forefoot_peak_percent", "push_off_hallux_percent"):  # fmt: skip
        assert change[name] < 2


def test_a_long_gap_in_one_cell_takes_that_step_only(walk: sm.Session) -> None:
    stream = walk.streams["insole-right"]
    forces_n = stream.forces_n[300:1256].copy()
    found = gait.contacts(forces_n.sum(axis=1), 100, "moticon")
    middle = int(found[found.accepted].start.iloc[2]) + 30
    broken = forces_n.copy()
    broken[middle : middle + 20, 4] = np.nan
    clean, less = (
        gait.describe_rollover(forces, stream.layout, 100, found) for forces in (forces_n, broken)
    )
    gone = less.steps.heel_off_percent.isna().tolist()
    assert gone == [n == 2 for n in range(len(gone))]
    assert less.steps.first_region.tolist()[2] == ""
    pd.testing.assert_frame_equal(less.steps.drop(index=less.steps.index[2]),
                                  clean.steps.drop(index=clean.steps.index[2]))  # fmt: skip


@pytest.mark.parametrize("cell", [0, 7, 13])
def test_a_stuck_cell_is_said_in_every_row(cell: int) -> None:
    forces_n = walked()
    assert rolled(forces_n).summary.valid.all()
    forces_n[:, cell] = 80.0
    summary = rolled(forces_n).summary
    assert not summary.valid.any()
    assert summary.note.str.contains(f"cell {INSOLE.labels[cell]} .80 N.; is it stuck").all()
