# SPDX-License-Identifier: Apache-2.0
"""What a recording says of walking: whose feet its streams are of, and whether they walk."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import walks

import solemetry as sm
from solemetry.analysis import FootLoads, analyze, find_walk, walk_of
from solemetry.errors import SolemetryError, UnavailableError
from solemetry.session.imported import forces_stream, imported_session
from solemetry.session.model import Session

RealData = Callable[[str], Path]

WALK = "gait/moticon_opengo/230927_102114.txt"
REPORT = "gait/moticon_opengo/gait_report_230927_10_21_14.xlsx"
OURS = sm.SensorLayout.builtin("insole-16-esp32s3")
LAYOUTS = {"left": replace(OURS, xy_mm=OURS.xy_mm * (-1.0, 1.0)), "right": OURS}
FS_HZ = 100.0


def insoles(
    force_of: Callable[[str, np.ndarray], np.ndarray],
    seconds: float,
    first_s: dict[str, float] | None = None,
    drift: dict[str, float] | None = None,
    **told: object,
) -> Session:
    """A session of two insoles; `force_of` gives N on a foot at session times.

    Each insole samples from its own first moment on, at its own rate.
    """
    streams = []
    for foot, layout in LAYOUTS.items():
        n = np.arange(round(seconds * FS_HZ))
        grid_s = n / FS_HZ
        t_s = (first_s or {}).get(foot, 0.0) + grid_s * (1 + (drift or {}).get(foot, 0.0))
        forces_n = np.tile(force_of(foot, t_s)[:, None] / 16, (1, 16))
        stream = forces_stream(f"insole-{foot}", grid_s, forces_n, layout, FS_HZ, "made")
        streams.append(replace(stream, t_s=t_s))
    return imported_session("made.txt", "made", streams, **told)


STRIDE_S, STANCE_S, FIRST_S = 1.1, 0.68, {"left": 0.5, "right": 1.05}


def stepping(stance_s: float = STANCE_S, first_s: dict[str, float] = FIRST_S) -> Callable:
    """Even steps of two humps."""

    def force_of(foot: str, t_s: np.ndarray) -> np.ndarray:
        phase = np.mod(t_s - first_s[foot], STRIDE_S) / stance_s
        return np.where(t_s < first_s[foot], 0.0, walks.stance(phase))

    return force_of


# ---- whether somebody walks ------------------------------------------------------------------


def test_even_steps_of_two_insoles_are_walking_with_the_times_they_were_made_of() -> None:
    walk = find_walk(insoles(stepping(), 60))
    assert walk.activity == "walking"
    assert walk.convention == "insole"
    # A threshold of 20 N of 1000 is met 0.5 % of stance after the true contact, at the most.
    assert walk.trial.value["stride_s"] == pytest.approx(STRIDE_S, abs=1e-4)
    assert walk.trial.value["stance_s"] == pytest.approx(STANCE_S, abs=0.01)
    assert walk.trial.value["cadence_steps"] == pytest.approx(120 / STRIDE_S, rel=1e-3)


def test_insoles_with_clocks_and_grids_of_their_own_come_onto_one() -> None:
    apart = insoles(
        stepping(), 60, first_s={"left": 0.0, "right": 0.1237},
        drift={"left": 1e-4, "right": -2e-4},
    )  # fmt: skip
    walk = find_walk(apart)
    for foot, first_s in FIRST_S.items():
        contacts = walk.contacts[(walk.contacts.foot == foot) & walk.contacts.accepted]
        down_s = walk.t_s[0] + contacts.on_s.to_numpy()
        late_s = np.mod(down_s - first_s + STRIDE_S / 2, STRIDE_S) - STRIDE_S / 2
        assert len(down_s) > 50
        assert np.abs(late_s).max() < 0.005
    assert walk.trial.value["step_s"] == pytest.approx(STRIDE_S / 2, abs=1e-3)
    assert not any("clock" in note for note in walk.notes)


def test_insoles_that_were_not_worn_together_are_no_walk() -> None:
    apart = insoles(stepping(), 20, first_s={"left": 0.0, "right": 100.0})
    with pytest.raises(UnavailableError, match="not recorded at the same time"):
        find_walk(apart)


def test_running_is_told_by_its_flight_and_said_not_to_be_validated() -> None:
    walk = find_walk(insoles(stepping(stance_s=0.35), 60))
    assert walk.activity == "running"
    assert walk.trial.value["flight_s"] == pytest.approx(STRIDE_S / 2 - 0.35, abs=0.01)
    assert not walk.trial.valid["stance_s"]
    assert "not validated" in walk.trial.note["stance_s"]


def standing(foot: str, t_s: np.ndarray) -> np.ndarray:
    return 350 + 20 * np.sin(2 * np.pi * 0.3 * t_s) * (1 if foot == "left" else -1)


def shifting(foot: str, t_s: np.ndarray) -> np.ndarray:
    """The weight goes from foot to foot, and neither leaves the ground."""
    return 350 + 250 * np.sin(2 * np.pi * 0.5 * t_s) * (1 if foot == "left" else -1)


def one_leg_each(foot: str, t_s: np.ndarray) -> np.ndarray:
    """Ten seconds on one leg, then ten on the other."""
    on_left = np.mod(t_s, 20) < 10
    return 700.0 * (on_left if foot == "left" else ~on_left)


def hopping(foot: str, t_s: np.ndarray) -> np.ndarray:
    return walks.stance(np.mod(t_s, 0.8) / 0.4)


@pytest.mark.parametrize(
    ("force_of", "why"),
    [
        (standing, "0 step"),
        (shifting, "a shift of weight"),
        (one_leg_each, "which is standing"),
        (hopping, "both feet move together"),
    ],
)
def test_what_is_no_walk_is_said_not_to_be_one(force_of: Callable, why: str) -> None:
    result = analyze(insoles(force_of, 90))
    assert result["gait"]["activity"] is None
    assert why in result["gait"]["why_not"]
    assert "The rule: by turns" in result["gait"]["why_not"]


def test_standing_on_insoles_has_sway_and_the_share_of_each_region_and_foot() -> None:
    result = analyze(insoles(lambda foot, t_s: 0 * t_s + (300 if foot == "left" else 500), 30))
    assert result["sway"]["insole-left"]["path_length"]["unit"] == "mm"
    for foot in ("left", "right"):
        assert result["loading"][f"insole-{foot}"]["right_share"]["value"] == pytest.approx(62.5)
        regions = result["loading"]["regions"][f"insole-{foot}"]
        # Every cell bears the same, so a region bears as many parts as it has cells.
        for region in ("hallux", "met1", "heel_medial"):
            cells = OURS.regions.count(region)
            assert regions[region]["share"]["value"] == pytest.approx(cells / 16)
        bands = sum(regions[band]["share"]["value"]
                    for band in ("toes", "forefoot", "midfoot", "heel"))  # fmt: skip
        assert bands == pytest.approx(1)


def test_walking_has_no_sway_unless_a_hold_is_marked() -> None:
    result = analyze(insoles(stepping(), 30))
    assert result["sway"] == {"insole-left": {}, "insole-right": {}}
    assert "somebody walks" in result["unavailable"]["insole-left"]["sway"]
    (start_s, end_s), = result["hold"]["insole-left"]["spans_s"]
    assert start_s == pytest.approx(0.5, abs=0.02)
    assert end_s == pytest.approx(30, abs=0.6)

    marks = pd.DataFrame({"t_s": [2.0, 12.0], "kind": ["hold_start", "hold_end"],
                          "detail": [{}, {}]})  # fmt: skip
    marked = analyze(insoles(stepping(), 30, events=marks))
    assert marked["hold"]["insole-left"]["source"] == "marked hold"
    assert marked["sway"]["insole-left"]["path_length"]["value"] is not None
    assert marked["gait"]["activity"] == "walking"


def test_body_weight_is_what_the_person_weighs_where_that_is_told() -> None:
    told = find_walk(insoles(stepping(), 30, subject={"mass_kg": 70.0}))
    assert told.trial.value["body_weight"] == pytest.approx(70 * 9.80665)
    assert told.trial.definition["body_weight"] == "given"
    guessed = find_walk(insoles(stepping(), 30))
    assert "estimated" in guessed.trial.definition["body_weight"]


def test_an_unknown_gait_convention_is_refused() -> None:
    with pytest.raises(SolemetryError, match="'mine'"):
        analyze(insoles(stepping(), 10), gait_convention="mine")


# ---- what comes of it ------------------------------------------------------------------------


def test_regions_of_every_step_add_up_to_the_whole() -> None:
    walk = find_walk(insoles(stepping(), 60))
    regions = walk.per_step["regions"]
    assert set(regions.foot) == {"left", "right"}
    impulse = regions.pivot_table("impulse_ns", ["foot", "on_s"], "region", observed=True)
    bands = impulse[["toes", "forefoot", "midfoot", "heel"]].sum(axis=1)
    np.testing.assert_allclose(bands, impulse["whole"])
    assert len(impulse) == walk.contacts.accepted.sum()
    mean = walk.summaries["regions"].loc[("left", "heel", "impulse_share")]
    # Four of the sixteen cells, which all bear the same.
    assert mean["value"] == pytest.approx(OURS.regions.count("heel_medial") / 16
                                          + OURS.regions.count("heel_lateral") / 16)  # fmt: skip
    assert mean["valid"]


def test_steps_feet_and_trial_are_tidy_and_of_the_same_steps() -> None:
    walk = find_walk(insoles(stepping(), 60))
    n = int(walk.contacts.accepted.sum())
    assert (walk.steps.accepted.sum(), walk.trial.n["stance_s"]) == (n, n)
    for subject in ("gait_line", "roll_over", "pronation"):
        table = walk.per_step[subject]
        assert len(table) == n
        assert not table.duplicated(["foot", "on_s"]).any()
        assert set(walk.summaries[subject].index.unique("foot")) == {"left", "right"}
    means = [table for name, table in walk.summaries.items() if name != "gait_line_symmetry"]
    for table in (walk.feet, walk.trial, *means):
        assert {"value", "sd", "n", "unit", "definition", "valid", "note"} <= set(table.columns)


def test_arrays_give_what_their_session_gives() -> None:
    session = insoles(stepping(), 40)
    streams = {foot: session.streams[f"insole-{foot}"] for foot in LAYOUTS}
    loads = {
        foot: FootLoads.of_cells(of.name, of.forces_n, LAYOUTS[foot])
        for foot, of in streams.items()
    }
    alone, found = walk_of(loads, streams["left"].t_s, FS_HZ), find_walk(session)
    pd.testing.assert_frame_equal(alone.trial, found.trial)
    pd.testing.assert_frame_equal(alone.summaries["regions"], found.summaries["regions"])


def test_a_walk_as_the_vendor_reports_it(real_data: RealData) -> None:
    gait = analyze(sm.open(real_data(WALK)), gait_convention="moticon")["gait"]
    for foot in ("left", "right"):
        report = pd.read_excel(real_data(REPORT), f"{foot.capitalize()} Steps", na_values="NaN")
        stance_s = report["Toe off (s)"] - report["Initial contact (s)"]
        assert gait["feet"][foot]["stance_s"]["value"] == pytest.approx(stance_s.mean(), rel=0.02)
        assert gait["feet"][foot]["stance_s"]["n"] == len(report)
        largest_n = report["Max total force during stance phase (N)"]
        assert gait["feet"][foot]["peak_n"]["value"] == pytest.approx(largest_n.mean())
        assert not gait["feet"][foot]["stance_s"]["valid"]
        # Strides by the gyroscope, which knows nothing of forces.
        by_imu = gait["imu"][foot]["stride_imu_s"]
        assert by_imu["value"] == pytest.approx(
            gait["imu"][foot]["stride_force_s"]["value"], abs=0.02
        )
    assert gait["butterfly"]["ap_position_mm"]["placement"].startswith("assumed")
    assert any("not angles of the foot" in note for note in gait["notes"])


@pytest.mark.parametrize(
    ("name", "activity"),
    [
        (WALK, "walking"),
        ("gait/moticon_opengo/walk_with_manual_events.txt", "walking"),
        ("gait/physionet_gaitpdb/GaCo01_01.txt", "walking"),
        ("gait/pressuRe/pedar_example.asc", "walking"),
        ("gait/pressuRe/emed_test.lst", "walking"),
        ("gait/footPress_fscan/FrasP01L.asf", "walking"),
        ("gait/fukuchi2018_treadmill/WBDS04walkT05grf.txt", "walking"),
        ("gait/bmc/Gait.c3d", "walking"),
        ("gait/bmc/jump1.txt", None),
        ("gait/loadsol/test_poids.txt", None),
        ("gait/pressuRe/stappone_example.csv", "walking"),
        ("posture/bds_raw/BDS00001.txt", None),
        ("posture/pds_two_plates/PDS13OR1grf.txt", None),
    ],
)
def test_every_format_says_whether_somebody_walks_and_is_ready_for_json(
    real_data: RealData, name: str, activity: str | None
) -> None:
    result = analyze(sm.open(real_data(name)))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["gait"]["activity"] == activity
    if activity is None:
        assert result["gait"]["why_not"]
    else:
        trial = result["gait"]["trial"]
        # From a sprinter's to a very slow walker's, and between half and twice a grown person.
        assert 0.2 < trial["stance_s"]["value"] < 1.5
        assert "stappone" in name or 350 < trial["peak_n"]["value"] < 1600
        assert trial["stance_s"]["unit"] == "s"
        assert trial["stance_s"]["definition"]


def test_one_insole_tells_stances_strides_and_regions_but_no_steps(real_data: RealData) -> None:
    walk = find_walk(sm.open(real_data("gait/footPress_fscan/FrasP01L.asf")))
    assert walk.trial.n["stance_s"] == 5
    assert walk.trial.n["stride_s"] == 4
    assert walk.trial.value["stride_s"] == pytest.approx(
        np.diff(walk.steps.on_s[walk.steps.accepted]).mean()
    )
    assert "step_s" not in walk.trial.index
    assert any("one foot only" in note for note in walk.notes)
    shares = walk.summaries["regions"].value.loc["left"].unstack()["impulse_share"]
    assert shares[["toes", "forefoot", "midfoot", "heel"]].sum() == pytest.approx(1)


def test_one_insole_may_stand_before_it_walks_but_standing_alone_is_no_walk() -> None:
    def stand_and_walk(foot: str, t_s: np.ndarray) -> np.ndarray:
        return np.where(t_s < 10, 400.0, stepping()(foot, t_s))

    both = insoles(stand_and_walk, 40)
    alone = replace(both, streams={"insole-left": both.streams["insole-left"]})
    walk = find_walk(alone)
    assert walk.rule.startswith("again and again")
    assert walk.trial.value["stance_s"] == pytest.approx(STANCE_S, abs=0.01)

    both = insoles(one_leg_each, 90)
    alone = replace(both, streams={"insole-left": both.streams["insole-left"]})
    with pytest.raises(UnavailableError, match="which is standing"):
        find_walk(alone)


def test_two_plates_of_a_laboratory_have_the_steps_that_their_readme_names(
    real_data: RealData,
) -> None:
    walk = find_walk(sm.open(real_data("gait/bmc/Gait.c3d")))
    contacts = walk.contacts.set_index("plate").loc[["plate-1", "plate-2"]]
    assert contacts.duration_s.tolist() == pytest.approx([0.577, 0.571], abs=0.02)
    offsets_n = contacts.peak_n - np.array([799, 855])
    assert offsets_n.abs().max() < 20  # the zero in swing, which the README does not take off
    assert sorted(contacts.foot) == ["left", "right"]


def test_a_bare_foot_on_a_pressure_plate_is_one_step_with_an_arch_index(
    real_data: RealData,
) -> None:
    walk = find_walk(sm.open(real_data("gait/pressuRe/emed_test.lst")))
    assert len(walk.contacts) == 1
    ((foot, _),) = walk.loads.items()
    # 0.235 to 0.239 by another program's mask.
    assert walk.summaries["print"].value[foot, "arch_index_area"] == pytest.approx(0.235, abs=0.015)
    # The film is 106 pictures of 10 ms, and the foot is on it from the first to the last but one.
    assert walk.trial.value["stance_s"] == pytest.approx(1.05, abs=0.015)


def test_counts_without_gains_tell_times_and_no_forces(real_data: RealData) -> None:
    session = sm.open(real_data("gait/pressuRe/stappone_example.csv"))
    walk = find_walk(session)
    assert "times only" in walk.notes[0]
    assert not [name for name in walk.trial.index if name.endswith(("_n", "_ns", "_bw"))]
    assert not {"peak_n", "impulse_ns", "f1_n"} & {*walk.contacts, *walk.steps}
    assert not walk.curves_n
    # The sensor in the same insole knows nothing of the cells: how soon does its motion repeat?
    motion = session.motion["insole-left-imu"]
    turn = np.nan_to_num(motion.turn_rate_dps[(motion.t_s > 15) & (motion.t_s < 65)])
    turn = turn - turn.mean(axis=0)
    fs_hz = 1 / np.median(np.diff(motion.t_s))
    lags = np.arange(round(0.6 * fs_hz), round(1.8 * fs_hz))
    alike = [float((turn[:-lag] * turn[lag:]).sum()) / (len(turn) - lag) for lag in lags]
    repeats_s = lags[int(np.argmax(alike))] / fs_hz
    assert walk.trial["median"]["stride_s"] == pytest.approx(repeats_s, rel=0.02)
    assert walk.trial.n["stance_s"] == 58


def test_times_are_those_of_the_forces_whatever_the_gains_and_zeros(real_data: RealData) -> None:
    session = sm.open(real_data(WALK))
    gains = {"insole-left": 3.7, "insole-right": 0.4}
    counted = {
        name: replace(stream, counts=500 + gains[name] * stream.forces_n, forces_n=None)
        for name, stream in session.streams.items()
    }
    times, forces = find_walk(replace(session, streams=counted)), find_walk(session)
    for name in ("stance_s", "stride_s", "step_s", "double_support_s"):
        assert times.trial.value[name] == pytest.approx(forces.trial.value[name], abs=0.01)


def test_a_stuck_cell_in_each_insole_is_named_and_no_shift_of_weight(real_data: RealData) -> None:
    session = sm.open(real_data("gait/physionet_gaitpdb/GaCo01_01.txt"))
    streams = []
    for stream in session.streams.values():
        forces_n = stream.forces_n.copy()
        forces_n[:, 2] = 150.0
        streams.append(forces_stream(stream.name, stream.t_s, forces_n, stream.layout,
                                     stream.fs_hz, "made"))  # fmt: skip
    clean, stuck = find_walk(session), find_walk(imported_session("made.txt", "made", streams))
    assert stuck.trial.value["stride_s"] == pytest.approx(clean.trial.value["stride_s"], rel=0.005)
    named = [note for note in stuck.notes if "cell 3 (150 N); is it stuck?" in note]
    assert len(named) == 2
    for subject in ("gait_line", "regions", "roll_over", "pronation", "butterfly"):
        assert not stuck.summaries[subject].valid.any()
        assert stuck.summaries[subject].note.str.contains("stuck").all()


@pytest.mark.parametrize(
    ("every", "why"), [(1, "100.0% of the readings missing"), (2, "50.0% of the readings missing")]
)
def test_what_is_lost_of_a_walk_is_said_where_too_little_is_left_to_tell_it(
    real_data: RealData, every: int, why: str
) -> None:
    session = sm.open(real_data("gait/physionet_gaitpdb/GaCo01_01.txt"))
    left = session.streams["insole-left"]
    force_n = left.force_n.copy()
    force_n[::every] = np.nan
    streams = session.streams | {"insole-left": replace(left, force_n=force_n)}
    result = analyze(replace(session, streams=streams))["gait"]
    assert result["activity"] is None
    assert why in result["why_not"]


def test_an_insole_of_no_known_side_is_refused() -> None:
    session = insoles(stepping(), 20)
    stream = replace(session.streams["insole-left"], name="insole")
    with pytest.raises(UnavailableError, match="which foot"):
        find_walk(imported_session("made.txt", "made", [stream]))
