# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import json
import re

import h5py
import numpy as np
import pytest

import solemetry as sm
from solemetry.analysis import analyze, find_hold
from solemetry.errors import FileError, SolemetryError, UnavailableError
from solemetry.foot import FootRegistration
from solemetry.report import write_report
from solemetry.session import write_load
from solemetry.sway import core_features

LEFT = FootRegistration("left", (-100.0, -120.0), 0.0, 250.0)
RIGHT = FootRegistration("right", (100.0, -120.0), 0.0, 250.0)


def foot_event(foot):
    return (0.1, "foot", json.loads(foot.to_json()))


def stepping_on_and_off(simulated):
    def forces(t_s):
        on = np.clip((t_s - 3) / 0.2, 0, 1) * np.clip((23 - t_s) / 0.2, 0, 1)
        return on * simulated.standing(t_s)

    return forces


def still(right, front):
    """Constant forces with these shares on the right and the front of the plate."""

    def forces(t_s):
        is_right, is_front = np.array([0, 1, 0, 1]), np.array([1, 1, 0, 0])
        share = np.where(is_right, right, 1 - right) * np.where(is_front, front, 1 - front)
        return np.broadcast_to(700.0 * share, t_s.shape if t_s.ndim == 2 else (len(t_s), 4))

    return forces


def test_the_result_is_ready_for_json(standing_session):
    result = analyze(sm.open(standing_session))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert set(result) == {
        "file", "convention", "hold", "sway", "loading", "gait", "quality", "unavailable", "notes",
    }  # fmt: skip
    area = result["sway"]["plate"]["ellipse_area_95"]
    assert set(area) == {
        "value", "unit", "convention", "definition", "reference", "n", "duration_s", "valid",
        "note",
    }  # fmt: skip


def test_quality_and_what_cannot_be_had_are_told(standing_session, real_data):
    own = analyze(sm.open(standing_session))
    assert "measured_rate" not in own["quality"]["plate"]
    assert own["quality"]["plate"]["duration"]["value"] == pytest.approx(15.0, abs=0.03)
    assert own["quality"]["plate"]["check Scoppa 2013 1"]["value"] is False
    assert "senses vertical force only" in own["unavailable"]["plate"]["rambling_trembling"]
    assert "rambling_sd_ml" not in own["sway"]["plate"]

    lab = analyze(sm.open(real_data("posture/bds_raw/BDS00001.txt")), level="should")
    assert set(lab["unavailable"]["plate"]) == {"region_loads"}
    assert lab["quality"]["plate"]["measured_rate"]["value"] == pytest.approx(100.0)
    assert lab["sway"]["plate"]["rambling_sd_ml"]["value"] > 0


def test_sway_is_over_the_marked_hold(standing_session):
    session = sm.open(standing_session)
    result = analyze(session)
    assert result["hold"]["plate"]["source"] == "marked hold"
    (start_s, end_s), = result["hold"]["plate"]["spans_s"]
    assert start_s == pytest.approx(5.0, abs=0.013)
    assert end_s == pytest.approx(20.0, abs=0.013)
    inside = (session.stream.t_s >= 5) & (session.stream.t_s < 20)
    expected = sm.sway.describe(session.stream.cop_mm[inside], session.stream.fs_hz)
    for feature, measure in result["sway"]["plate"].items():
        assert measure["value"] == expected.value[feature]
        assert measure["valid"]


def test_height_and_feet_give_the_measures_that_need_them(simulated, tmp_path):
    events = (foot_event(LEFT), foot_event(RIGHT))
    path = simulated.Plate(simulated.standing, events=events).write(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file["subject"].attrs["height_m"] = 1.7
    session = sm.open(path)
    sway, hold = analyze(session)["sway"]["plate"], find_hold(session, session.stream)
    expected = sm.sway.describe(
        hold.of(session.stream.cop_mm), session.stream.fs_hz, height_mm=1700.0,
        polygon_mm=sm.sway.base_of_support(LEFT, RIGHT),
    )  # fmt: skip
    for name in ("cop_minus_cog_rms", "ttb_min", "margin_min"):
        assert sway[name]["value"] == pytest.approx(expected.value[name], rel=1e-6)
    assert sway["margin_min"]["value"] > 0


def test_simulated_sway_has_its_closed_form(standing_session):
    result = analyze(sm.open(standing_session))["sway"]["plate"]
    # ML: 2 % of 420 mm between cells, at 0.3 Hz; AP: 3 % of 320 mm, at 0.2 Hz.
    assert result["range_ml"]["value"] == pytest.approx(2 * 0.02 * 420, rel=1e-2)
    assert result["range_ap"]["value"] == pytest.approx(2 * 0.03 * 320, rel=1e-2)
    assert result["mean_velocity_ap"]["value"] == pytest.approx(4 * 0.03 * 320 * 0.2, rel=1e-2)


def test_several_holds_are_taken_together_without_a_step_between(simulated, tmp_path):
    events = ((3.0, "hold_start", {}), (9.0, "hold_end", {}),
              (12.0, "hold_start", {}), (18.0, "hold_end", {}))  # fmt: skip
    session = sm.open(simulated.Plate(simulated.standing, events=events).write(tmp_path / "a.h5"))
    measure = analyze(session, "bmclab")["sway"]["plate"]["path_length"]
    assert measure["n"] == 960
    stream = session.stream
    expected = sum(
        sm.sway.path_length(stream.cop_mm[(stream.t_s >= a) & (stream.t_s < b)])
        for a, b in ((3, 9), (12, 18))
    )
    assert measure["value"] == pytest.approx(expected)


def test_a_hold_without_an_end_lasts_to_the_end(simulated, tmp_path):
    events = ((5.0, "hold_start", {}),)
    session = sm.open(simulated.Plate(simulated.standing, events=events).write(tmp_path / "a.h5"))
    hold = find_hold(session, session.stream)
    assert hold.spans_s[0][1] == pytest.approx(20.5, abs=0.1)


def test_without_marks_the_longest_standing_counts_less_stepping_on_and_off(simulated, tmp_path):
    boots = (simulated.Boot(0.0, 25.0, lost_rows=range(800, 840)),)
    plate = simulated.Plate(stepping_on_and_off(simulated), boots)
    session = sm.open(plate.write(tmp_path / "a.h5"))
    hold = find_hold(session, session.stream)
    assert hold.spans_s == (pytest.approx((4.0, 22.0), abs=0.1),)  # the gap does not end it
    result = analyze(session)
    assert result["loading"]["plate"]["mean_force"]["value"] == pytest.approx(700, abs=0.01)
    assert result["loading"]["plate"]["missing"]["value"] == pytest.approx(100 * 41 / 1440, abs=0.2)
    assert result["loading"]["plate"]["lost_rows"]["value"] == 40


def test_somebody_already_standing_is_taken_from_the_first_sample(simulated, tmp_path):
    session = sm.open(simulated.Plate(simulated.standing).write(tmp_path / "a.h5"))
    hold = find_hold(session, session.stream)
    finite = session.stream.t_s[np.isfinite(session.stream.force_n)]
    assert hold.spans_s == ((finite[0], finite[-1]),)


def test_an_empty_plate_gives_no_sway_and_says_so(simulated, tmp_path):
    plate = simulated.Plate(lambda t_s: 0 * simulated.standing(t_s))
    session = sm.open(plate.write(tmp_path / "a.h5"))
    with pytest.raises(UnavailableError, match="Nobody stands"):
        find_hold(session, session.stream)
    result = analyze(session)
    assert result["sway"]["plate"] == {}
    assert "Nobody stands" in result["notes"][-1]


def test_marks_outside_the_recording_are_no_hold(simulated, tmp_path):
    events = ((50.0, "hold_start", {}), (60.0, "hold_end", {}))
    session = sm.open(simulated.Plate(simulated.standing, events=events).write(tmp_path / "a.h5"))
    assert "outside the recording" in analyze(session)["notes"][-1]


@pytest.mark.parametrize(("right", "front"), [(0.5, 0.5), (0.7, 0.2), (0.25, 0.6)])
def test_loading_of_plate_halves_is_labelled_as_such(simulated, tmp_path, right, front):
    session = sm.open(simulated.Plate(still(right, front)).write(tmp_path / "a.h5"))
    loading = analyze(session)["loading"]["plate"]
    for name, share in (("right_share", right), ("left_share", 1 - right),
                        ("front_share", front), ("rear_share", 1 - front)):  # fmt: skip
        assert loading[name]["value"] == pytest.approx(100 * share, abs=1e-3)
        assert loading[name]["of"] == "plate halves"
        assert "not" in loading[name]["note"]


def test_loading_of_registered_feet_uses_their_levers(simulated, tmp_path):
    right, front = 0.6, 0.45
    events = (foot_event(LEFT), foot_event(RIGHT))
    plate = simulated.Plate(still(right, front), events=events)
    session = sm.open(plate.write(tmp_path / "a.h5"))
    loading = analyze(session)["loading"]["plate"]
    ml_mm, ap_mm = (right - 0.5) * 420, (front - 0.5) * 320
    assert loading["right_share"]["value"] == pytest.approx(100 * (ml_mm + 100) / 200, abs=0.01)
    heel_mm, fore_mm = -120 + 0.15 * 250, -120 + 0.675 * 250
    expected = 100 * (ap_mm - heel_mm) / (fore_mm - heel_mm)
    assert loading["front_share"]["value"] == pytest.approx(expected, abs=0.01)
    assert loading["right_share"]["of"] == loading["front_share"]["of"] == "feet"
    assert "model" in loading["front_share"]["note"]


def test_one_registered_foot_gives_its_forefoot_share(simulated, tmp_path):
    plate = simulated.Plate(still(0.3, 0.5), events=(foot_event(LEFT),))
    loading = analyze(sm.open(plate.write(tmp_path / "a.h5")))["loading"]["plate"]
    assert loading["front_share"]["of"] == "left foot"
    assert loading["right_share"]["of"] == "plate halves"


def test_shares_that_a_recording_cannot_give_are_refused_not_invented(tmp_path):
    t_s = np.arange(3000) / 100
    path = write_load(tmp_path / "a.h5", t_s, 700 + 0 * t_s, np.zeros((3000, 2)), 100.0)
    loading = analyze(sm.open(path))["loading"]["plate"]
    assert loading["left_share"]["value"] is None
    assert not loading["left_share"]["valid"]
    assert "Register" in loading["left_share"]["note"]
    assert loading["mean_force"]["value"] == 700


def test_an_unknown_convention_is_refused(standing_session):
    with pytest.raises(SolemetryError, match="'x'"):
        analyze(sm.open(standing_session), "x")


# ---- report


def report_of(session, tmp_path, **options):
    return write_report(session, tmp_path / "report.html", **options).read_text("utf-8")


def test_a_report_needs_nothing_but_itself(standing_session, tmp_path):
    page = report_of(sm.open(standing_session), tmp_path)
    assert not re.search(r"https?:|//[a-z]|<script|@import|url\(", page)
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(sources) == 4
    for source in sources:
        kind, _, data = source.partition(";base64,")
        assert kind == "data:image/svg+xml"
        assert b"<svg" in base64.b64decode(data)


def test_a_report_says_what_was_measured_how_and_how_well(standing_session, tmp_path):
    session = sm.open(standing_session)
    page = report_of(session, tmp_path, convention="bmclab")
    result = analyze(session, "bmclab")
    for name in result["sway"]["plate"]:
        assert (f"<code>{name}</code>" in page) == (name in core_features("bmclab"))
    velocity = result["sway"]["plate"]["mean_velocity"]["value"]
    assert f'<td class="number">{velocity:.1f}</td><td>mm/s</td><td>bmclab</td>' in page
    said = ["plate-hx711-uno", "test weights", "marked hold", "Rows lost", "Clock, median", "P01"]
    said += ["2026-01-02 03:04:05 UTC", "does not diagnose", "plate halves"]
    assert [text for text in said if text not in page] == []


def test_the_same_recording_gives_the_same_report(standing_session, tmp_path):
    session = sm.open(standing_session)
    assert report_of(session, tmp_path) == report_of(session, tmp_path)


def test_a_nominal_calibration_stands_in_the_report(simulated, tmp_path):
    path = simulated.Plate(simulated.standing, source="nominal").write(tmp_path / "a.h5")
    assert "never checked with a known weight" in report_of(sm.open(path), tmp_path)


def test_what_people_typed_is_shown_not_run(simulated, tmp_path):
    events = ((1.0, "<script>alert(1)</script>", {}),)
    path = simulated.Plate(simulated.standing, events=events, source="<b>me</b>").write(
        tmp_path / "a&b.h5"
    )
    page = report_of(sm.open(path), tmp_path)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;me" in page
    assert "a&amp;b.h5" in page


def test_an_imported_trial_and_an_empty_plate_have_reports_too(simulated, tmp_path):
    t_s = np.arange(3000) / 100
    cop_mm = np.column_stack((np.sin(t_s), np.cos(2 * t_s)))
    load = write_load(tmp_path / "load.h5", t_s, 700 + 0 * t_s, cop_mm, 100.0)
    assert "as imported" in report_of(sm.open(load), tmp_path)
    empty = simulated.Plate(lambda t_s: 0 * simulated.standing(t_s)).write(tmp_path / "b.h5")
    assert "Nobody stands" in report_of(sm.open(empty), tmp_path)


def test_a_walk_has_its_steps_in_the_report_and_no_sway(real_data, tmp_path):
    session = sm.open(real_data("gait/moticon_opengo/230927_102114.txt"))
    page = report_of(session, tmp_path)
    stance_s = analyze(session)["gait"]["trial"]["stance_s"]["value"]
    for words in ("Walking", f"{stance_s:.3f}", "diagonals cross", "not angles of the foot",
                  "one standard deviation", "by turns"):  # fmt: skip
        assert words in page, words
    assert "<h3>Sway</h3>" not in page
    assert page.count("<img") == 5 + 2


def test_registered_feet_are_drawn(simulated, tmp_path):
    events = (foot_event(LEFT), foot_event(RIGHT))
    path = simulated.Plate(simulated.standing, events=events).write(tmp_path / "a.h5")
    assert "outlines are schematic" in report_of(sm.open(path), tmp_path)


def test_a_long_recording_stays_a_small_page(simulated, tmp_path):
    boots = (simulated.Boot(0.0, 600.0),)
    session = sm.open(simulated.Plate(simulated.standing, boots).write(tmp_path / "a.h5"))
    assert len(report_of(session, tmp_path)) < 2_000_000


def test_a_report_that_cannot_be_written_says_so(standing_session, tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        write_report(sm.open(standing_session), tmp_path / "none" / "r.html")
