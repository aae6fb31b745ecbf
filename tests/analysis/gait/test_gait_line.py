# SPDX-License-Identifier: Apache-2.0
"""The gait line: against a vendor's report, closed forms, and what may not change it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import walks
from hypothesis import given
from hypothesis import strategies as st

import solemetry as sm
from solemetry import gait
from solemetry.gait.gait_line import GaitLine
from solemetry.gait.spans import along_rows

FEET = ("left", "right")
FOLDER = "gait/moticon_opengo"
SIZE_MM = (90.0, 270.0)
FS = 200.0
STANCE_S = 0.68


@pytest.fixture(scope="module")
def session(real_data: Callable[[str], Path]) -> sm.Session:
    return sm.open(real_data(f"{FOLDER}/230927_102114.txt"))


@pytest.fixture(scope="module")
def report(real_data: Callable[[str], Path]) -> Path:
    return real_data(f"{FOLDER}/gait_report_230927_10_21_14.xlsx")


def line_of(
    session: sm.Session, foot: str, rules: str = "moticon", change: Callable | None = None
) -> GaitLine:
    stream = session.streams[f"insole-{foot}"]
    force_n, cop_mm = stream.force_n, stream.cop_mm
    if change is not None:
        force_n, cop_mm = change(force_n.copy(), cop_mm.copy())
    trace = gait.ready(force_n, 100, "moticon")
    found = gait.contacts(force_n, 100, "moticon")
    return gait.describe_gait_line(
        trace.force_n, cop_mm, 100, found, foot, stream.layout.size_mm, rules, "moticon"
    )


# ---- the vendor's report ---------------------------------------------------------------------


@pytest.mark.parametrize("foot", FEET)
@pytest.mark.parametrize(
    ("name", "theirs"),
    [("length_percent", "Gaitline length"), ("width_percent", "Gaitline width")],
)
def test_length_and_width_of_each_step_are_the_vendors(
    session: sm.Session, report: Path, foot: str, name: str, theirs: str
) -> None:
    steps = pd.read_excel(report, sheet_name=f"{foot.capitalize()} Steps")
    own = line_of(session, foot).steps[name].to_numpy()
    assert len(own) == 7
    np.testing.assert_allclose(own, 100 * steps[theirs], rtol=0.002)


@pytest.mark.parametrize("foot", FEET)
def test_each_line_starts_and_ends_where_the_vendors_does(
    session: sm.Session, report: Path, foot: str
) -> None:
    # The vendor counts lengths and widths from the middle of the insole, + to the toes, medially.
    steps = pd.read_excel(report, sheet_name=f"{foot.capitalize()} Steps")
    own = line_of(session, foot).steps
    width_mm = session.streams[f"insole-{foot}"].layout.size_mm[0]
    for end in ("start", "end"):
        np.testing.assert_allclose(
            own[f"{end}_percent"], 100 * (steps[f"Gaitline {end} x"] + 0.5), atol=0.05
        )
        np.testing.assert_allclose(
            -own[f"{end}_lateral_mm"] / width_mm, steps[f"Gaitline {end} y"], atol=0.001
        )


@pytest.mark.parametrize("foot", FEET)
def test_the_mean_line_is_the_vendors(session: sm.Session, report: Path, foot: str) -> None:
    table = pd.read_excel(report, sheet_name="Report Data", header=None, index_col=0)
    length, width = table.loc[f"Mean length/width of gait line ({foot})"].to_numpy(float)[:2]
    along, medial = (
        table.loc[f"Mean gait line ({axis}) ({foot})"].dropna().to_numpy(float)
        for axis in ("anterior-posterior", "medial-lateral")
    )
    own = line_of(session, foot)
    width_mm, length_mm = session.streams[f"insole-{foot}"].layout.size_mm
    assert own.summary.value["mean_line_length_mm"] / length_mm == pytest.approx(length, rel=1e-6)
    assert own.summary.value["mean_line_width_mm"] / width_mm == pytest.approx(width, rel=0.03)
    ours = np.interp(along, own.over_length_mm.along_mm / length_mm - 0.5,
                     -own.over_length_mm.lateral_mm / width_mm)  # fmt: skip
    assert np.sqrt(np.mean((ours - medial) ** 2)) < 0.05 * width


def test_what_is_left_out_at_the_ends_changes_the_line_and_is_said(session: sm.Session) -> None:
    moticon, plain = (line_of(session, "left", rules) for rules in ("moticon", "plain"))
    assert (plain.steps.length_mm > moticon.steps.length_mm).all()
    assert (plain.steps.line_percent > moticon.steps.line_percent).all()
    assert moticon.summary.trimming.str.contains("quarter of the contact's largest force").all()
    assert plain.summary.trimming.str.contains("50 N").all()
    assert (moticon.summary.convention == "moticon").all()


# ---- closed forms ----------------------------------------------------------------------------


def made(
    side: str = "right",
    bow_mm: float = 12.0,
    shift_mm: tuple[float, float] = (0.0, 0.0),
    rules: str = "plain",
    steps: int = 40,
) -> GaitLine:
    """Walk with a line that goes evenly from 40 to 240 mm, and to the outside and back in between.

    With the vertical force that `walks` makes, which is known too.
    """
    feet, moments = walks.walk(FS, steps=2 * steps, stance_s=STANCE_S)
    t_s = np.arange(len(feet[side])) / FS
    began = moments[side][np.maximum(np.searchsorted(moments[side], t_s, "right") - 1, 0)]
    phase = (t_s - began) / STANCE_S
    outward = 1.0 if side == "right" else -1.0
    cop_mm = np.column_stack((
        outward * bow_mm * np.sin(np.pi * phase) + shift_mm[0], 40 + 200 * phase + shift_mm[1]
    ))  # fmt: skip
    cop_mm[feet[side] < 5] = np.nan
    found = gait.contacts(feet[side], FS, "plate")
    assert found.accepted.sum() == steps
    return gait.describe_gait_line(feet[side], cop_mm, FS, found, side, SIZE_MM, rules, "plate")


def phases_of(threshold_n: float) -> tuple[float, float]:
    """Phases of stance at which the force that `walks` makes passes a threshold."""
    phase = np.linspace(0, 1, 1_000_001)
    above = phase[walks.stance(phase) >= threshold_n]
    return float(above[0]), float(above[-1])


def test_a_line_that_is_known_comes_back() -> None:
    line = made()
    on, off = phases_of(20)
    first, last = phases_of(50)
    phase = on + np.linspace(0, 1, 101) * (off - on)
    drawn = (phase >= first + 1 / FS / STANCE_S) & (phase <= last - 1 / FS / STANCE_S)
    expected = np.column_stack((12 * np.sin(np.pi * phase), 40 + 200 * phase))
    np.testing.assert_allclose(line.mean_mm[drawn], expected[drawn], atol=0.1)
    assert np.isnan(line.mean_mm[(phase < first - 0.01) | (phase > last + 0.01)]).all()
    speed = np.hypot(12 * np.pi * np.cos(np.pi * phase), 200) / STANCE_S
    np.testing.assert_allclose(line.speeds_mm_s.mean(axis=0)[drawn], speed[drawn], rtol=0.01)
    bend = np.interp(line.over_length_mm.along_mm, expected[:, 1], expected[:, 0])
    np.testing.assert_allclose(line.over_length_mm.lateral_mm, bend, atol=0.1)


def test_its_measures_are_those_of_the_curve() -> None:
    value = made().summary.value
    first, last = phases_of(50)
    sample = 200 / FS / STANCE_S  # as far as the line gets from one sample to the next
    assert value["length_mm"] == pytest.approx(200 * (last - first), abs=2 * sample)
    assert value["length_percent"] == pytest.approx(value["length_mm"] / 2.7)
    assert value["width_mm"] == pytest.approx(12 * (1 - np.sin(np.pi * first)), abs=0.3)
    assert value["start_along_mm"] == pytest.approx(40 + 200 * first, abs=sample)
    assert value["end_along_mm"] == pytest.approx(40 + 200 * last, abs=sample)
    assert value["start_percent"] == pytest.approx(value["start_along_mm"] / 2.7)
    # Heel to 31 %, midfoot to 58 % of 270 mm.
    to_heel, to_midfoot = ((share * 270 - 40) / 200 for share in (0.31, 0.58))
    for name, part in (
        ("over_heel_percent", to_heel - first),
        ("over_midfoot_percent", to_midfoot - to_heel),
        ("over_forefoot_percent", last - to_midfoot),
    ):
        assert value[name] == pytest.approx(100 * part / (last - first), abs=0.8)
    # Fastest where it goes outwards fastest, at its start and end.
    fastest = np.hypot(12 * np.pi * np.cos(np.pi * first), 200) / STANCE_S
    assert value["max_speed_mm_s"] == pytest.approx(fastest, rel=0.01)


def test_forty_steps_are_enough_and_six_are_not() -> None:
    assert made().summary.valid.all()
    few = made(steps=6).summary
    assert not few.valid.any()
    assert few.note.str.contains("only 6 of the 30").all()
    assert (few.n == 6).all()


def test_a_left_foot_is_the_mirror_of_a_right_one() -> None:
    left, right = made("left"), made("right")
    np.testing.assert_allclose(
        left.steps.to_numpy(), right.steps.to_numpy(), rtol=1e-6, atol=1e-6
    )
    np.testing.assert_allclose(left.mean_mm, right.mean_mm, atol=1e-6)
    same = gait.gait_line_symmetry(left, right)
    assert same.difference.abs().max() < 1e-6
    assert same.valid.all()


def test_a_shift_moves_places_and_leaves_extents() -> None:
    here, there = made().summary.value, made(shift_mm=(3.0, 10.0)).summary.value
    for name in ("length_mm", "width_mm", "max_speed_mm_s", "line_percent"):
        assert there[name] == pytest.approx(here[name], abs=1e-6)
    for end in ("start", "end"):
        assert there[f"{end}_along_mm"] - here[f"{end}_along_mm"] == pytest.approx(10)
        assert there[f"{end}_lateral_mm"] - here[f"{end}_lateral_mm"] == pytest.approx(3)


def test_symmetry_is_positive_where_the_left_has_more() -> None:
    table = gait.gait_line_symmetry(made("left", bow_mm=18), made("right", bow_mm=12))
    # Widths of one bow and a half to one: 100 (1.5 - 1) / 1.25.
    assert table.symmetry_index["width_mm"] == pytest.approx(40, abs=0.1)
    assert table.difference["width_mm"] > 0
    assert table.difference["mean_line_lateral_mm"] > 2
    assert table.symmetry_index["length_mm"] == pytest.approx(0, abs=1e-6)
    # A place has no zero of its own, so no index.
    assert np.isnan(table.symmetry_index["start_along_mm"])


@given(st.integers(1, 5), st.integers(2, 9), st.integers(0, 2**31 - 1))
def test_rows_are_interpolated_as_one_by_one(rows: int, points: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    xp = np.cumsum(rng.uniform(0.1, 5, (rows, points)), axis=1) - 40
    fp = rng.normal(size=xp.shape)
    x = xp[:, :1] + rng.random((rows, 7)) * (xp[:, -1:] - xp[:, :1])
    one_by_one = [np.interp(*each) for each in zip(x, xp, fp, strict=True)]
    np.testing.assert_allclose(along_rows(x, xp, fp), one_by_one, atol=1e-8)


# ---- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize("samples", [3, 9])
def test_dropouts_in_stance_hardly_change_the_lines(session: sm.Session, samples: int) -> None:
    rng = np.random.default_rng(1)

    def drop(force_n: np.ndarray, cop_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = gait.contacts(force_n, 100, "moticon")
        for start, stop in found[found.accepted][["start", "stop"]].to_numpy():
            first = round(start + rng.uniform(0.2, 0.7) * (stop - start))
            force_n[first : first + samples] = np.nan
            cop_mm[first : first + samples] = np.nan
        return force_n, cop_mm

    for foot in FEET:
        clean, broken = line_of(session, foot), line_of(session, foot, change=drop)
        assert len(broken.steps) == 7
        change = (broken.summary.value / clean.summary.value - 1).abs()
        assert change["length_mm"] < 0.005
        assert change["width_mm"] < 0.05
        assert np.isfinite(broken.steps.length_mm).all()


def test_where_a_beginning_was_not_measured_there_is_no_start(session: sm.Session) -> None:
    begun = line_of(session, "right").steps

    def cut(force_n: np.ndarray, cop_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        start = gait.contacts(force_n, 100, "moticon").query("accepted").start.iloc[2]
        force_n[start - 3 : start + 3], cop_mm[start - 3 : start + 3] = np.nan, np.nan
        return force_n, cop_mm

    steps = line_of(session, "right", change=cut).steps
    assert steps.start_along_mm.isna().tolist() == [n == 2 for n in range(7)]
    assert steps.end_along_mm.tolist() == begun.end_along_mm.tolist()


def test_a_contact_cut_by_a_long_gap_has_no_line(session: sm.Session) -> None:
    def cut(force_n: np.ndarray, cop_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        middle = int(gait.contacts(force_n, 100, "moticon").query("accepted").start.iloc[3]) + 30
        force_n[middle : middle + 20], cop_mm[middle : middle + 20] = np.nan, np.nan
        return force_n, cop_mm

    whole, less = (line_of(session, "right", change=change) for change in (None, cut))
    assert len(less.lines_mm) == 6
    np.testing.assert_array_equal(less.lines_mm, np.delete(whole.lines_mm, 3, axis=0))


def test_a_line_with_a_hole_is_none(session: sm.Session) -> None:
    def cut(force_n: np.ndarray, cop_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        middle = int(gait.contacts(force_n, 100, "moticon").query("accepted").start.iloc[3]) + 30
        cop_mm[middle : middle + 20] = np.nan
        return force_n, cop_mm

    less = line_of(session, "right", change=cut)
    assert less.steps.length_mm.isna().tolist() == [n == 3 for n in range(7)]
    assert np.isnan(less.lines_mm[3]).all()
    assert less.summary.n["length_mm"] == 6


@pytest.mark.parametrize("cell", range(16))
def test_a_stuck_cell_is_named(session: sm.Session, cell: int) -> None:
    stream = session.streams["insole-left"]
    forces_n = stream.forces_n[300:1256].copy()
    found = gait.contacts(np.nansum(forces_n, axis=1), 100, "moticon")
    assert gait.find_stuck_cells(forces_n, stream.layout, found) == ""
    forces_n[:, cell] = 60.0
    told = gait.find_stuck_cells(forces_n, stream.layout, found)
    assert stream.layout.labels[cell] in told.split("cell ")[1].split()[0]
    assert "60 N" in told
    doubted = gait.describe_gait_line(
        stream.force_n[300:1256], stream.cop_mm[300:1256], 100, found, "left", doubt=told
    ).summary
    assert not doubted.valid.any()
    assert doubted.note.str.contains("is it stuck").all()


def test_nobody_walking_has_no_line() -> None:
    nothing = np.zeros(500)
    found = gait.contacts(nothing, 100)
    line = gait.describe_gait_line(nothing, np.full((500, 2), np.nan), 100, found, "left", SIZE_MM)
    assert line.lines_mm.shape == (0, 101, 2)
    assert (line.summary.n == 0).all()
    assert line.summary.value.isna().all()
    assert not line.summary.valid.any()


def test_what_cannot_be_is_said() -> None:
    force = walks.walk(100)[0]["left"]
    found = gait.contacts(force, 100)
    with pytest.raises(ValueError, match="Known: plain, moticon"):
        gait.describe_gait_line(force, np.zeros((len(force), 2)), 100, found, "left", rules="other")
    with pytest.raises(ValueError, match="shape"):
        gait.describe_gait_line(force, np.zeros((9, 2)), 100, found, "left")
