# SPDX-License-Identifier: Apache-2.0
"""Lags are taken off a session's times, and its streams come onto one base."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from heel_raises import Person, gesture, motion_of, record

from solemetry.session.model import Stream
from solemetry.sync import SyncError, Synchronisation, align, applied, apply, measure, stored

T_S = np.arange(0.0, 20.0, 0.01)


def plain_session(**streams):
    recorded = record(Person(1, 6.0), 1, insoles=())
    return replace(recorded.session, streams=streams)


def load_stream(name, force_n, ap_mm, t_s=T_S, fs_hz=100.0):
    cop_mm = np.column_stack((np.zeros(len(t_s)), ap_mm))
    return Stream(name, "load", fs_hz, t_s, force_n, cop_mm)


def lag_of(stream, lag_s, drift=0.0, at_s=0.0):
    return Synchronisation(stream, "plate", lag_s, drift, at_s, 0.95, 0.001)


def with_events(session, *lags):
    rows = [(1.0, "synchronised", one.detail()) for one in lags]
    return replace(session, events=pd.DataFrame(rows, columns=["t_s", "kind", "detail"]))


@pytest.fixture(scope="module")
def recorded():
    rng = np.random.default_rng(12)
    recorded = record(
        Person(12, 16.0, gesture(5.0, rng)), 12, offset_s=0.04, lost=((11.0, 11.3),)
    )
    gaps = pd.DataFrame({"t_s": [11.0], "row": [1100], "lost": [30], "reason": ["lost"]})
    left = replace(recorded.session.streams["left"], gaps=gaps)
    recorded.session = replace(
        recorded.session,
        streams=recorded.session.streams | {"left": left},
        motion={"left-imu": motion_of(recorded, "left")},
    )
    return recorded


def test_a_lag_is_taken_off_the_stream_its_motion_and_its_gaps(recorded):
    before = recorded.session
    after = apply(before, (lag_of("left", 0.05),))
    for moved, was in (
        (after.streams["left"].t_s, before.streams["left"].t_s),
        (after.motion["left-imu"].t_s, before.motion["left-imu"].t_s),
        (after.streams["left"].gaps.t_s, before.streams["left"].gaps.t_s),
    ):
        np.testing.assert_allclose(was - moved, 0.05)
    assert after.streams["plate"].t_s is before.streams["plate"].t_s
    assert after.streams["right"] is before.streams["right"]
    assert "50.0 ms earlier" in after.streams["left"].notes[-1]


def test_a_lag_is_taken_off_once_however_often_it_is_asked_for(recorded):
    lags = (lag_of("left", 0.05),)
    once = apply(recorded.session, lags)
    assert apply(once, lags) is once
    assert applied(once) == lags
    assert applied(recorded.session) == ()


def test_the_last_event_of_a_stream_counts(recorded):
    session = with_events(
        recorded.session, lag_of("left", 0.01), lag_of("right", 0.03), lag_of("left", 0.02)
    )
    assert {one.stream: one.lag_s for one in stored(session)} == {"left": 0.02, "right": 0.03}


def test_what_the_recording_says_is_used_unless_it_is_to_be_measured_again(recorded):
    session = with_events(recorded.session, lag_of("left", 0.5), lag_of("right", 0.5))
    said, measured = align(session), align(session, afresh=True)
    assert [one.lag_s for one in said.synchronised] == [0.5, 0.5]
    assert 0.04 < measured.synchronised[0].lag_s < 0.08


def test_after_aligning_the_feet_and_the_plate_move_together(recorded):
    both = align(recorded.session, fs_hz=100.0)
    by_clocks = align(recorded.session, fs_hz=100.0, gesture=False)
    assert by_clocks.synchronised == ()
    y_mm = recorded.session.streams["left"].layout.xy_mm[:, 1]

    def likeness(aligned):
        part = (aligned.t_s > 4) & (aligned.t_s < 9)
        counts = aligned.streams["left"].counts[part] - 372
        forward_mm = counts @ y_mm / counts.sum(axis=1)
        return np.corrcoef(forward_mm, aligned.streams["plate"].cop_mm[part, 1])[0, 1]

    assert likeness(both) > 0.98 > likeness(by_clocks)
    for stream in both.streams.values():
        assert stream.t_s is both.t_s
        assert stream.fs_hz == 100.0
    gap = (both.t_s > 11.05) & (both.t_s < 11.25)
    assert np.isnan(both.streams["left"].counts[gap]).all()
    assert np.isfinite(both.streams["plate"].force_n[gap]).all()
    # The turn rate is a sine of true time; the plate is late by its own 0.6 ms.
    turn = both.motion["left-imu"].turn_rate_dps[:, 0]
    part = (both.t_s > 1) & (both.t_s < 14)
    assert np.abs(turn - np.sin(np.pi * both.t_s))[part].max() < np.pi * 0.007


def test_places_follow_from_forces_and_moments_and_not_from_places():
    # Force rises while the place moves: their product is what adds up.
    force_n = 400 + 300 * np.sin(2 * np.pi * 1.0 * T_S)
    ap_mm = 50 * np.cos(2 * np.pi * 1.0 * T_S)
    session = plain_session(plate=load_stream("plate", force_n, ap_mm))
    out = align(session, fs_hz=40.0).streams["plate"]
    part = (out.t_s > 1) & (out.t_s < 19)
    exact = 50 * np.cos(2 * np.pi * out.t_s)
    assert np.abs(out.cop_mm[:, 1] - exact)[part].max() < 0.3


def test_horizontal_force_is_brought_onto_the_base_too():
    shear_n = np.column_stack((np.sin(T_S), np.cos(T_S)))
    plate = replace(load_stream("plate", np.full(len(T_S), 700.0), 0 * T_S), shear_n=shear_n)
    out = align(plain_session(plate=plate), fs_hz=40.0).streams["plate"]
    exact = np.column_stack((np.sin(out.t_s), np.cos(out.t_s)))
    part = (out.t_s > 1) & (out.t_s < 19)
    np.testing.assert_allclose(out.shear_n[part], exact[part], atol=2e-3)


def test_an_empty_plate_has_no_place():
    force_n = np.where(T_S < 10, 0.5, 600.0)
    ap_mm = np.where(T_S < 10, np.nan, 30.0)
    session = plain_session(plate=load_stream("plate", force_n, ap_mm))
    out = align(session).streams["plate"]
    assert np.isnan(out.cop_mm[out.t_s < 9.9]).all()
    np.testing.assert_allclose(out.cop_mm[out.t_s > 10.1, 1], 30.0)
    assert np.isfinite(out.force_n).all()


def test_the_base_covers_all_and_what_a_stream_has_not_is_missing():
    early = load_stream("plate", np.full(2000, 700.0), np.zeros(2000))
    late = load_stream("b", np.full(2000, 700.0), np.zeros(2000), T_S + 5.0)
    out = align(plain_session(plate=early, b=late), fs_hz=50.0, gesture=False)
    assert (out.t_s[0], out.t_s[-1]) == (0.0, pytest.approx(24.98))
    assert np.isnan(out.streams["b"].force_n[out.t_s < 4.99]).all()
    assert np.isnan(out.streams["plate"].force_n[out.t_s > 20.0]).all()


def test_where_plates_stand_alone_their_clocks_are_all_and_nothing_is_measured(recorded):
    two = plain_session(
        a=load_stream("a", np.full(2000, 700.0), np.zeros(2000)),
        b=load_stream("b", np.full(2000, 700.0), np.zeros(2000)),
    )
    assert align(two).synchronised == ()
    with pytest.raises(SyncError, match="2 plates and 0 insoles"):
        measure(two)
    with pytest.raises(SyncError, match="no stream 'north'"):
        measure(recorded.session, "north")


def later(recorded, by_s):
    """Return the session with its insoles later by what a function of their time says."""
    streams = recorded.session.streams
    insoles = {
        side: replace(streams[side], t_s=streams[side].t_s + by_s(streams[side].t_s))
        for side in ("left", "right")
    }
    return replace(recorded.session, streams=streams | insoles)


@pytest.fixture(scope="module")
def two_gestures():
    rng = np.random.default_rng(20)
    raises = gesture(8.0, rng) + gesture(185.0, rng)
    return record(Person(20, 200.0, raises), 20, plate_hz=80.0)


def test_two_gestures_measure_drift(two_gestures):
    left, right = measure(later(two_gestures, lambda t_s: 300e-6 * t_s))
    assert left.drift == pytest.approx(300e-6, abs=40e-6)  # 7 ms of the clocks' own over 177 s
    assert right.drift == left.drift
    for at_s in (10.0, 187.0):
        assert left(np.array(at_s * (1 + 300e-6) + 0.012)) == pytest.approx(at_s, abs=0.008)


def test_gestures_that_agree_give_one_lag_and_no_drift(two_gestures):
    one, two = measure(two_gestures.session), record_of_first(two_gestures)
    assert abs(one[0].drift) < 60e-6
    assert one[0].uncertainty_s < 1.5 * two[0].uncertainty_s


def record_of_first(recorded):
    streams = {
        name: replace(
            stream, **{
                key: None if getattr(stream, key) is None else getattr(stream, key)[stream.t_s < 20]
                for key in ("t_s", "force_n", "cop_mm", "counts")
            },
        )
        for name, stream in recorded.session.streams.items()
    }  # fmt: skip
    return measure(replace(recorded.session, streams=streams))


def test_a_jump_between_two_gestures_is_refused(two_gestures):
    torn = later(two_gestures, lambda t_s: np.where(t_s > 100, 0.3, 0.0))
    with pytest.raises(SyncError, match="contradict one another"):
        measure(torn)
