# SPDX-License-Identifier: Apache-2.0
"""The live prompt: what a person is told, and when it is done."""

from __future__ import annotations

import heel_raises
import numpy as np
import pytest
from heel_raises import Person, gesture, record
from hypothesis import given, settings
from hypothesis import strategies as st

from solemetry.sync import SyncError, load_of_counts, measure
from solemetry_host.live.sync_prompt import START, SyncPrompt

Y_MM = heel_raises.INSOLE.layout.xy_mm[:, 1]


def streams_of(recorded):
    """Time, load, place and unit of each stream, as an engine would hand them over."""
    out = {}
    for name, stream in recorded.session.streams.items():
        if stream.counts is None:
            out[name] = (stream.t_s, stream.force_n, stream.cop_mm[:, 1], True)
        else:
            out[name] = (stream.t_s, *load_of_counts(stream.counts, Y_MM), False)
    return out


def play(streams, sizes=(5,), seed=0, prompt=None):
    """Push all streams in order of time, in blocks of these sizes; return what was said."""
    rng = np.random.default_rng(seed)
    prompt = prompt or SyncPrompt(("plate",), tuple(n for n in streams if n != "plate"))
    blocks = []
    for name, (t_s, load, forward_mm, newtons) in streams.items():
        at = 0
        while at < len(t_s):
            stop = min(at + int(rng.choice(sizes)), len(t_s))
            part = slice(at, stop)
            blocks.append((t_s[stop - 1], name, t_s[part], load[part], forward_mm[part], newtons))
            at = stop
    said = []
    for _, *block in sorted(blocks, key=lambda block: block[0]):
        progress = prompt.push(*block)
        if not said or progress != said[-1]:
            said.append(progress)
    return said


@pytest.fixture(scope="module")
def three_raises():
    rng = np.random.default_rng(31)
    return record(Person(31, 14.0, gesture(5.0, rng)), 31, plate_hz=200.0, offset_s=0.02)


def test_a_person_is_led_through_the_gesture(three_raises):
    said = play(streams_of(three_raises))
    assert said[0].text == START
    counted = [one.raises for one in said]
    assert counted == sorted(counted)
    assert sorted(set(counted) - {0}) == [1, 2, 3]
    assert [one.text for one in said if one.state == "raising"] == ["1 of 3. Go on.",
                                                                    "2 of 3. Go on."]  # fmt: skip
    assert said[-1].state == "done"
    assert said[-1].text.startswith("Synchronised with plate: left ")
    assert {one.stream for one in said[-1].lags} == {"left", "right"}


def test_live_and_offline_measure_the_same(three_raises):
    live = {one.stream: one for one in play(streams_of(three_raises))[-1].lags}
    for offline in measure(three_raises.session):
        assert live[offline.stream].lag_s == pytest.approx(offline.lag_s, abs=2e-4)
        assert live[offline.stream].r == pytest.approx(offline.r, abs=0.01)


@settings(max_examples=8, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 90), min_size=1, max_size=5), seed=st.integers(0, 99)
)
def test_what_is_said_does_not_depend_on_the_blocks(three_raises, sizes, seed):
    streams = streams_of(three_raises)
    whole = play(streams)[-1]
    cut = play(streams, tuple(sizes), seed)[-1]
    assert (cut.state, cut.lags, cut.text) == (whole.state, whole.lags, whole.text)


def test_it_is_done_within_two_seconds_of_the_last_raise(three_raises):
    streams = streams_of(three_raises)
    last_s = max(r.at_s + r.up_s + r.held_s + r.down_s
                 for r in gesture(5.0, np.random.default_rng(31)))  # fmt: skip
    prompt = SyncPrompt(("plate",), ("left", "right"))
    cut = {
        name: (*(column[values[0] < last_s + 2.0] for column in values[:3]), values[3])
        for name, values in streams.items()
    }
    assert play(cut, prompt=prompt)[-1].state == "done"


def test_two_raises_do_not_count_and_the_next_attempt_does():
    rng = np.random.default_rng(32)
    raises = gesture(3.0, rng, n=2) + gesture(12.0, rng)
    said = play(streams_of(record(Person(32, 20.0, raises), 32, plate_hz=200.0)))
    refused = next(one for one in said if one.why)
    assert refused.state == "waiting"
    assert "2 heel raises" in refused.why
    assert "instead of three" in refused.why
    assert said[-1].state == "done"


def test_one_foot_only_is_named():
    raises = gesture(5.0, np.random.default_rng(33), feet=(True, False))
    said = play(streams_of(record(Person(33, 14.0, raises), 33, plate_hz=200.0)))
    assert said[-1].state == "waiting"
    assert "No sync gesture in right" in said[-1].why


def test_walking_in_place_is_not_taken_for_it():
    steps = tuple(np.arange(3.0, 16.0, 0.6))
    said = play(streams_of(record(Person(34, 18.0, steps=steps), 34, plate_hz=200.0)))
    assert {one.state for one in said} <= {"waiting", "raising", "resting"}


def test_patience_ends():
    said = play(streams_of(record(Person(35, 64.0), 35, plate_hz=80.0)), sizes=(40,))
    assert said[-1].state == "given up"
    assert "within 60 s" in said[-1].text


def test_a_silent_insole_is_named():
    streams = streams_of(record(Person(36, 10.0), 36, plate_hz=80.0))
    streams["right"] = (*(column[:300] for column in streams["right"][:3]), False)
    said = play(streams)
    assert said[-1].state == "given up"
    assert said[-1].text.startswith("No data from right.")
    del streams["right"]
    never = play(streams, prompt=SyncPrompt(("plate",), ("left", "right")))
    assert never[-1].text.startswith("No data from right.")


def test_other_streams_are_passed_over_and_an_end_is_an_end(three_raises):
    prompt = SyncPrompt(("plate",), ("left", "right"))
    nothing = np.array([0.0])
    assert prompt.push("second plate", nothing, nothing, nothing).text == START
    done = play(streams_of(three_raises), prompt=prompt)[-1]
    assert prompt.push("plate", nothing + 99, nothing, nothing) is done


def test_memory_stays_bounded():
    streams = streams_of(record(Person(37, 55.0), 37, plate_hz=200.0))
    prompt = SyncPrompt(("plate",), ("left", "right"))
    play(streams, sizes=(20,), prompt=prompt)
    assert max(len(track.t_s) for track in prompt._tracks.values()) < 16 * 200


def test_without_a_plate_there_is_nothing_to_prompt():
    with pytest.raises(SyncError, match="Nothing to synchronise"):
        SyncPrompt((), ("left", "right"))


def test_it_waits_until_late_insoles_have_come_past_the_gesture_too():
    rng = np.random.default_rng(38)
    recorded = record(Person(38, 14.0, gesture(5.0, rng)), 38, plate_hz=200.0, offset_s=0.42)
    said = play(streams_of(recorded))
    assert said[-1].state == "done"
    assert not any(one.why for one in said)
    assert said[-1].lags[0].lag_s == pytest.approx(0.435, abs=0.015)


def test_the_people_that_the_app_simulates_are_understood():
    from solemetry_host.sim.feet import Feet
    from solemetry_host.sim.person import TWO_LEGS
    from solemetry_host.sim.person import Person as SimulatedPerson

    person = SimulatedPerson(TWO_LEGS, steps_on_s=0.5, heel_raises_s=(6.0,), seed=3)
    feet = Feet(person, heel_raises.INSOLE.layout)
    t_s = np.arange(0, 13, 0.01)
    force_n, cop_mm = person.load(t_s)
    streams = {"plate": (t_s, force_n, cop_mm[:, 1], True)}
    for side in ("left", "right"):
        cells = feet.cells(side, t_s)
        load = cells.sum(axis=1)
        place_mm = np.divide(cells @ Y_MM, load, out=np.full(len(load), np.nan), where=load > 2)
        streams[side] = (t_s + 0.018, load, place_mm, True)
    said = play(streams)
    assert said[-1].state == "done", said[-1].why
    for one in said[-1].lags:
        assert one.lag_s == pytest.approx(0.018, abs=1e-3)
