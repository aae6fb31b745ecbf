# SPDX-License-Identifier: Apache-2.0
"""A part of a recording, and its analysis."""

import numpy as np
import pytest

import solemetry as sm
from solemetry.analysis import analyze
from solemetry.errors import UnavailableError
from solemetry.session import part_of

FOOT = {"side": "left", "heel_mm": (-100.0, -120.0), "axis_deg": 0.0, "length_mm": 250.0}
EVENTS = ((1.0, "foot", FOOT), (5.0, "hold_start", {}), (12.0, "marker", {"text": "now"}),
          (20.0, "hold_end", {}))  # fmt: skip


@pytest.fixture
def session(simulated, tmp_path):
    boots = (simulated.Boot(0.0, 25.0, lost_rows=(400, 1000)),)
    plate = simulated.Plate(simulated.standing, boots, events=EVENTS)
    return sm.open(plate.write(tmp_path / "a.h5"))


def test_a_part_holds_the_very_samples_of_its_time(session):
    part, whole = part_of(session, 10.0, 15.0).stream, session.stream
    inside = (whole.t_s >= 10.0) & (whole.t_s < 15.0)
    for name in ("t_s", "force_n", "cop_mm", "forces_n"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[inside])
    assert (len(whole.gaps), len(part.gaps)) == (2, 1)
    assert 10.0 <= part.gaps["t_s"].iloc[0] < 15.0


def test_where_feet_stand_holds_on_and_other_events_do_not(session):
    part = part_of(session, 10.0, 15.0)
    assert list(part.events["kind"]) == ["foot", "marker"]
    assert part.feet.keys() == {"left"}


def test_parts_beside_each_other_share_no_sample(session):
    before, after = part_of(session, -1.0, 11.0), part_of(session, 11.0, 30.0)
    joined = np.concatenate((before.stream.t_s, after.stream.t_s))
    np.testing.assert_array_equal(joined, session.stream.t_s)


def test_where_nothing_was_recorded_there_is_no_part(session):
    with pytest.raises(UnavailableError, match="Nothing was recorded"):
        part_of(session, 100.0, 120.0)


def test_a_chosen_span_is_analysed_as_it_is_whatever_is_marked(session):
    result = analyze(session, "bmclab", span_s=(3.0, 18.0))
    stream = session.stream
    inside = (stream.t_s >= 3.0) & (stream.t_s < 18.0)
    expected = sm.sway.describe(stream.cop_mm[inside], stream.fs_hz, "bmclab")
    sway = result["sway"]["plate"]
    assert result["hold"]["plate"]["source"] == "chosen span"
    assert sway["path_length"]["value"] == pytest.approx(expected.value["path_length"], rel=1e-9)
    assert sway["path_length"]["duration_s"] == pytest.approx(15.0, abs=0.1)
    assert sway["path_length"]["valid"]


def test_too_short_a_span_says_so(session):
    sway = analyze(session, span_s=(3.0, 7.0))["sway"]["plate"]["ellipse_area_95"]
    assert not sway["valid"]
    assert "only 4.0 s" in sway["note"]


def test_an_empty_plate_gives_no_sway_in_a_span_either(simulated, tmp_path):
    plate = simulated.Plate(lambda t_s: 0 * simulated.standing(t_s))
    session = sm.open(plate.write(tmp_path / "a.h5"))
    result = analyze(session, span_s=(3.0, 15.0))
    assert result["sway"]["plate"] == {}
    assert "Nobody stands" in result["notes"][-1]
