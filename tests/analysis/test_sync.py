# SPDX-License-Identifier: Apache-2.0
"""The sync gesture: found or refused, and measured. People with known truth: `heel_raises`."""

from __future__ import annotations

from dataclasses import replace

import heel_raises
import numpy as np
import pytest
from heel_raises import Person, Raise, gesture, record
from hypothesis import given, settings
from hypothesis import strategies as st

from solemetry.resampling import uniform_grid
from solemetry.sync import (
    SyncError,
    Synchronisation,
    Track,
    apply,
    estimate_lag,
    load_of_counts,
    measure,
    scan,
    synchronise,
)
from solemetry.sync.track import FS_HZ, together


def bumps(t_s, tops=(3.0, 4.1, 5.0), rise_s=0.12, fall_s=0.07, height=80.0):
    """Three raises in closed form: each rises and falls as half a bell, at its own speed."""
    width = lambda top: np.where(t_s < top, rise_s, fall_s)  # noqa: E731
    out = np.zeros(len(t_s))
    for top in tops:
        out += height * np.exp(-(((t_s - top) / width(top)) ** 2))
    return out


def track(forward, fs_hz=100.0, seconds=9.0, phase_s=0.0, name="plate"):
    t_s = phase_s + np.arange(round(seconds * fs_hz)) / fs_hz
    return Track(name, t_s, np.full(len(t_s), 700.0), forward(t_s))


# ---- finding it --------------------------------------------------------------------------------


def test_three_raises_with_rest_beside_them_are_the_gesture():
    (found,) = scan(track(bumps).on_base()).gestures
    np.testing.assert_allclose(found.tops_s, (3.0, 4.1, 5.0), atol=0.02)
    assert found.height_mm == pytest.approx(80, abs=8)
    # At half height, exp(-x^2) = 1/2.
    assert found.start_s == pytest.approx(3.0 - 0.12 * np.sqrt(np.log(2)), abs=0.03)
    assert found.stop_s == pytest.approx(5.0 + 0.07 * np.sqrt(np.log(2)), abs=0.03)


@pytest.mark.parametrize(
    ("tops", "said"),
    [
        ((), "no quick heel raise"),
        ((4.0,), "1 heel raise at"),
        ((4.0, 5.0), "2 heel raises"),
        ((2.5, 3.3, 4.1, 5.0), "4 heel raises"),
        (tuple(np.arange(1.5, 8.0, 0.8)), "9 heel raises"),
        ((0.3, 1.2, 2.0), "no 0.7 s of rest"),
        ((7.0, 7.9, 8.6), "no 0.7 s of rest"),
    ],
)
def test_anything_but_three_is_refused_with_its_number(tops, said):
    with pytest.raises(SyncError, match=said) as refused:
        scan(track(lambda t: bumps(t, tops)).on_base()).only("plate")
    assert "three times" in refused.value.remedy


def test_a_sway_is_no_raise_and_a_walk_up_to_the_raises_is_no_rest():
    assert not scan(track(lambda t: 10 * np.sin(t)).on_base()).raises
    walking = track(lambda t: bumps(t) + 150.0 * np.clip(t - 5.4, 0, 1))
    with pytest.raises(SyncError, match="no standing still after"):
        scan(walking.on_base()).only("plate")


def test_jumps_are_no_heel_raises():
    jumping = track(bumps)
    load = jumping.load.copy()
    load[(jumping.t_s > 4.0) & (jumping.t_s < 4.3)] = 10.0
    with pytest.raises(SyncError, match="left the ground"):
        scan(replace(jumping, load=load).on_base()).only("plate")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1, 12))
def test_noise_is_not_taken_for_the_gesture_of_another_stream(seed, scale):
    rng = np.random.default_rng(seed)
    noise = track(lambda t: scale * np.sqrt(10) * rng.normal(size=len(t)), name="noise")
    with pytest.raises(SyncError):
        synchronise([track(bumps)], [noise])


# ---- the lag -----------------------------------------------------------------------------------


def lag_between(a, b, **how):
    a, b = a.on_base(), b.on_base()
    (found,) = scan(a).gestures
    return estimate_lag(a, b, found, **how)


@settings(max_examples=40, deadline=None)
@given(lag_ms=st.floats(-300, 300), phase_s=st.floats(0, 0.01))
def test_a_shifted_copy_is_found_to_a_tenth_of_a_millisecond(lag_ms, phase_s):
    late = track(lambda t: bumps(t - lag_ms * 1e-3), phase_s=phase_s)
    found = lag_between(track(bumps, 1000.0), late)
    assert found.lag_s * 1e3 == pytest.approx(lag_ms, abs=0.1)
    assert found.r > 0.999
    assert found.uncertainty_s < 1e-3


@pytest.mark.parametrize(
    "bend",
    [np.sqrt, np.square, lambda x: np.minimum(x, 0.6), lambda x: np.tanh(3 * x)],
    ids=["root", "square", "saturated", "tanh"],
)
def test_however_the_cells_bend_the_signal_its_time_stays(bend):
    bent = track(lambda t: 80 * bend(bumps(t - 0.02) / 80))
    assert lag_between(track(bumps, 1000.0), bent).lag_s == pytest.approx(0.02, abs=1e-3)


def test_where_a_threshold_would_be_off_by_ten_milliseconds_the_lag_is_not():
    bent = track(lambda t: 80 * np.sqrt(bumps(t) / 80), 1000.0)
    plain = track(bumps, 1000.0)
    crossing = [one.t_s[np.argmax(one.forward_mm > 40)] for one in (plain, bent)]
    assert crossing[0] - crossing[1] > 0.01
    assert abs(lag_between(plain, bent).lag_s) < 1e-3


def test_evenly_repeated_raises_do_not_mislead_by_one_raise():
    even = lambda t: bumps(t, (3.0, 3.8, 4.6))  # noqa: E731
    found = lag_between(track(even, 1000.0), track(lambda t: even(t - 0.3)), max_lag_s=1.0)
    assert found.lag_s == pytest.approx(0.3, abs=1e-3)
    assert found.runner_up < 0.9


def test_a_repeating_movement_is_refused():
    plain = track(bumps).on_base()
    (found,) = scan(plain).gestures
    swing = track(lambda t: 40 * np.sin(2 * np.pi * 1.25 * t), seconds=9.0, name="left").on_base()
    with pytest.raises(SyncError, match="cannot be told"):
        estimate_lag(swing, swing, found, max_lag_s=1.2)


def test_a_lag_beyond_the_span_is_refused():
    with pytest.raises(SyncError, match=r"off by 0\.2 s or more|do not move alike"):
        lag_between(track(bumps), track(lambda t: bumps(t - 0.22), name="left"), max_lag_s=0.2)


def test_another_movement_is_refused_by_its_correlation():
    other = track(lambda t: bumps(t, (2.8, 4.5, 4.9)), name="left")
    with pytest.raises(SyncError, match="correlation 0"):
        lag_between(track(bumps), other)


def test_a_track_that_ends_within_the_gesture_is_refused():
    with pytest.raises(SyncError, match="too short"):
        lag_between(track(bumps), track(bumps, seconds=4.5, name="left"))


def test_the_uncertainty_grows_with_the_noise_and_covers_it():
    off, claimed = [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        noisy = track(lambda t, rng=rng: bumps(t) + rng.normal(0, 8.0, len(t)))
        found = lag_between(track(bumps, 1000.0), noisy)
        off.append(found.lag_s)
        claimed.append(found.uncertainty_s)
    assert np.mean(np.abs(off) <= 2 * np.array(claimed)) >= 0.9
    assert np.median(claimed) < 4 * np.std(off)  # and does not claim the moon either


# ---- two feet ----------------------------------------------------------------------------------


def test_both_feet_together_have_the_place_that_a_plate_under_them_has():
    person = Person(3, 12.0, gesture(5.0, np.random.default_rng(3)), lead_s=0.015, left_share=0.6)
    grid_s = uniform_grid(0, 11.5, FS_HZ)
    y_mm = heel_raises.INSOLE.layout.xy_mm[:, 1]
    feet = [
        Track(side, grid_s, cells.sum(axis=1), cells @ y_mm / cells.sum(axis=1))
        for side, cells in zip(("left", "right"), person.cells(grid_s), strict=True)
    ]
    both = together(feet)
    force_n, cop_mm = person.plate(grid_s)
    np.testing.assert_allclose(both.load, force_n)
    np.testing.assert_allclose(both.forward_mm, cop_mm[:, 1] - heel_raises.HEEL_LINE_MM, atol=1e-9)
    assert both.name == "left and right"


def test_counts_above_their_least_stand_for_forces():
    y_mm = np.array([0.0, 100.0])
    load, forward_mm = load_of_counts(np.array([[400.0, 700], [900, 400], [np.nan, 500]]), y_mm)
    np.testing.assert_allclose(load, [300, 500, np.nan])
    np.testing.assert_allclose(forward_mm, [100, 0, np.nan])


# ---- people ------------------------------------------------------------------------------------


def by_how_much(recorded, lags):
    """What the gesture leaves of the lag of both feet, at the gesture, s."""
    left, right = (
        np.interp(one.at_s, recorded.session.streams[one.stream].t_s,
                  recorded.errors_s(recorded.session, one.stream)) - one.lag_s
        for one in lags
    )  # fmt: skip
    return (left + right) / 2


def people(n):
    for seed in range(n):
        rng = np.random.default_rng([seed, 5])
        person = Person(
            seed, 14.0, gesture(5.0, rng, rng.uniform(0.8, 1.3)),
            mass_kg=rng.uniform(50, 100), lead_s=rng.normal(0, 0.01),
            left_share=rng.uniform(0.4, 0.6),
        )  # fmt: skip
        yield person, seed


def test_insoles_meet_the_plate_within_five_milliseconds_whoever_raises_the_heels():
    left_s = []
    for person, seed in people(40):
        recorded = record(person, seed, plate_hz=(1000.0, 80.0)[seed % 2])
        left_s.append(by_how_much(recorded, measure(recorded.session)))
    left_ms = 1e3 * np.abs(left_s)
    print(f"left at the gesture: mean {-1e3 * np.mean(left_s):.2f} ms, sd "
          f"{1e3 * np.std(left_s):.2f}, p95 {np.percentile(left_ms, 95):.2f}")  # fmt: skip
    assert np.percentile(left_ms, 95) <= 5.0
    # The simulated insole itself lags: 2 ms by its carrier, the rest by creep.
    assert -4.0 < 1e3 * np.mean(left_s) < -2.0
    assert 1e3 * np.std(left_s) < 1.0


def test_for_half_an_hour_of_drift_and_radio_the_insoles_stay_with_the_plate():
    between, against = [], []
    for seed in range(3):
        rng = np.random.default_rng([seed, 6])
        raises = gesture(8.0, rng) + gesture(900.0, rng, n=8) + gesture(1780.0, rng)
        person = Person(seed, 1800.0, raises, lead_s=rng.normal(0, 0.01))
        # Batches as long as the radio's interval keep step with it: the worst there is.
        recorded = record(person, seed, plate_hz=80.0, rows=3, asked=True)
        session = apply(recorded.session, measure(recorded.session))
        between.append(recorded.errors_s(session, "left", "right"))
        against += [recorded.errors_s(session, side) for side in ("left", "right")]
    p95_ms = [1e3 * np.percentile(np.abs(np.concatenate(e)), 95) for e in (between, against)]
    print(f"left against right p95 {p95_ms[0]:.2f} ms, against the plate {p95_ms[1]:.2f} ms")
    assert p95_ms[0] <= 5.0
    assert p95_ms[1] <= 5.0


def test_a_heel_that_leads_does_not_shift_the_feet():
    for lead_s in (-0.025, 0.025):
        person = Person(1, 14.0, gesture(5.0, np.random.default_rng(1)), lead_s=lead_s)
        recorded = record(person, 1)
        lags = measure(recorded.session)
        assert abs(by_how_much(recorded, lags)) < 5e-3
        # It cannot be known that it was the heel and not a clock, and the uncertainty says so.
        assert lags[0].uncertainty_s > 0.004


def test_feet_whose_clocks_differ_get_lags_of_their_own():
    person = Person(2, 14.0, gesture(5.0, np.random.default_rng(2)))
    recorded = record(person, 2)
    streams = recorded.session.streams
    late = replace(streams["right"], t_s=streams["right"].t_s + 0.15)
    session = replace(recorded.session, streams=streams | {"right": late})
    left, right = measure(session)
    assert right.lag_s - left.lag_s == pytest.approx(0.15, abs=0.01)
    assert right.uncertainty_s >= 0.005  # the plate carries the other foot too


def test_an_insole_alone_is_measured_and_is_less_sure():
    person = Person(4, 14.0, gesture(5.0, np.random.default_rng(4)))
    recorded = record(person, 4, insoles=("left",))
    (left,) = measure(recorded.session)
    truth_s = np.median(recorded.errors_s(recorded.session, "left"))
    assert abs(left.lag_s - truth_s) < 0.008
    assert left.uncertainty_s >= 0.005


def test_a_lost_notification_within_the_gesture_does_no_harm():
    rng = np.random.default_rng(8)
    person = Person(8, 14.0, gesture(5.0, rng))
    recorded = record(person, 8, lost=((5.30, 5.36), (6.5, 6.53)))
    assert abs(by_how_much(recorded, measure(recorded.session))) < 5e-3


def refused(person, seed=0, **how):
    with pytest.raises(SyncError) as error:
        measure(record(person, seed, **how).session)
    return str(error.value)


def test_a_raise_that_the_radio_lost_is_missed_and_named():
    person = Person(8, 14.0, gesture(5.0, np.random.default_rng(8)))
    assert "No sync gesture in left: 2 heel raises" in refused(person, lost=((5.9, 6.6),))


def test_two_raises_are_not_enough():
    person = Person(5, 12.0, gesture(5.0, np.random.default_rng(5), n=2))
    assert "2 heel raises" in refused(person)


def test_walking_in_place_is_refused():
    steps = tuple(np.arange(3.0, 10.0, 0.6))
    assert "No sync gesture in" in refused(Person(6, 13.0, steps=steps))


def test_one_foot_only_is_refused_and_the_other_one_named():
    one = gesture(5.0, np.random.default_rng(7), feet=(True, False))
    assert "No sync gesture in right: no quick heel raise" in refused(Person(7, 13.0, one))


def test_heels_that_rise_in_turn_are_refused():
    turns = tuple(
        Raise(4.0 + 0.9 * k, feet=(k % 2 == 0, k % 2 == 1)) for k in range(6)
    )
    assert "instead of three" in refused(Person(9, 14.0, turns))


def test_quiet_standing_is_refused():
    assert "no quick heel raise" in refused(Person(10, 12.0))


# ---- real people -------------------------------------------------------------------------------


@pytest.mark.parametrize("trial", ["BDS00001", "BDS00007", "BDS00037", "BDS00043"])
def test_real_quiet_standing_holds_no_gesture(real_data, trial):
    import solemetry as sm

    stream = sm.open(real_data(f"posture/bds_raw/{trial}.txt")).stream
    with pytest.raises(SyncError, match="No sync gesture in plate"):
        scan(Track.of(stream).on_base()).only("plate")


def test_raises_are_measured_on_the_sway_of_real_people(real_data):
    import solemetry as sm

    for number, trial in enumerate(("BDS00001", "BDS00007", "BDS00037", "BDS00043")):
        ap_mm = sm.open(real_data(f"posture/bds_raw/{trial}.txt")).stream.cop_mm[:, 1]
        rng = np.random.default_rng(number)
        person = Person(number, 14.0, gesture(5.0, rng), lead_s=0.01)
        person.sway = (ap_mm - ap_mm.mean()) / 150.0  # mm on a lever of 150 mm, 100 Hz
        recorded = record(person, number)
        assert abs(by_how_much(recorded, measure(recorded.session))) < 5e-3


def test_real_walking_holds_no_gesture_and_no_two_feet_of_it_are_synchronised(real_data):
    rows = np.loadtxt(next(real_data("gait/physionet_gaitpdb").glob("GaCo*.txt")))
    # Sensors from heel to toe by the data set's own description, arbitrary units there.
    y_mm = np.array([-800, -400, -400, 0, 0, 400, 400, 800]) * 0.13
    tracks = []
    for name, cells in (("left", rows[:, 1:9]), ("right", rows[:, 9:17])):
        load, forward_mm = load_of_counts(cells, y_mm)
        tracks.append(Track(name, rows[:, 0], load, forward_mm))
    for foot in tracks:
        assert not scan(foot.on_base()).gestures
    with pytest.raises(SyncError):
        synchronise(tracks[:1], tracks[1:])


# ---- what is kept ------------------------------------------------------------------------------


def test_a_correction_goes_through_its_event_unchanged():
    one = Synchronisation("left", "plate", 0.0123, 1e-6, 30.0, 0.97, 0.0008)
    assert Synchronisation.from_detail(one.detail()) == one
    assert one(np.array(30.0)) == pytest.approx(30.0 - 0.0123)
    assert one(np.array(1030.0)) == pytest.approx(1030.0 - 0.0123 - 0.001)


@pytest.mark.parametrize("harm", [{"lag_s": None}, {"lag_s": "late"}, {"drift": float("nan")}])
def test_a_damaged_correction_is_refused_in_words(harm):
    detail = Synchronisation("left", "plate", 0.01, 0.0, 3.0, 0.9, 0.001).detail() | harm
    with pytest.raises(SyncError, match="synchronised"):
        Synchronisation.from_detail(detail)
