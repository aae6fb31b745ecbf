# SPDX-License-Identifier: Apache-2.0
"""The sync gesture in the live engine, and what the recording makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from heel_raises import Person, gesture
from mixes import by_arrival
from raised_live import Sent, insole, plate, stamp

import solemetry
from solemetry.calibration import Calibration
from solemetry.session.model import Session
from solemetry.sync.measuring import Synchronisation, by_moments
from solemetry_host.devices.replay import ReplaySource
from solemetry_host.devices.source import Notice, Opened
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.sync_prompt import START, Progress
from solemetry_host.live.synchronising import COMPARING

GESTURE_S = 16.0
NEVER = 1e6


def somebody(seed: int, seconds: float = 24.0) -> Person:
    rng = np.random.default_rng(seed)
    return Person(
        seed, seconds, gesture(GESTURE_S, rng), mass_kg=rng.uniform(50, 100),
        lead_s=rng.normal(0, 0.01), left_share=rng.uniform(0.4, 0.6),
    )  # fmt: skip


def all_three(person: Person, seed: int) -> list[Sent]:
    return [plate(person, seed), insole(person, "left", seed), insole(person, "right", seed)]


def play(
    engine: Engine,
    sent: Sequence[Sent],
    recorder: Recorder | None = None,
    begin_s: float = 0.0,
    sync_s: float = 9.0,
) -> list[Progress]:
    """Take what devices send; record from one moment on, look for the gesture from another."""
    for each in sent:
        engine.take(each.opened)
    said: list[Progress] = []
    for item in by_arrival(*(each.items for each in sent)):
        if recorder is not None and item.t_host_ns > stamp(begin_s):
            engine.begin_take(recorder)
            begin_s = NEVER
        if item.t_host_ns > stamp(sync_s):
            engine.command("sync")
            sync_s = NEVER
        engine.take(item)
        now = engine.snapshot.sync
        if now is not None and (not said or now != said[-1]):
            said.append(now)
    engine.end_take()
    return said


def told(engine: Engine) -> str:
    return " ".join(message.text for message in engine.snapshot.messages)


def off_ms(session: Session, sent: Sequence[Sent]) -> np.ndarray:
    """How far insoles are off against the plate, but for the first and the last two seconds."""
    on_plate, out = sent[0].errors_s(session), []
    for each in sent[1:]:
        t_s = session.streams[each.opened.stream].t_s
        of_plate = np.interp(t_s, session.streams["plate"].t_s, on_plate)
        out.append(1e3 * (each.errors_s(session) - of_plate)[200:-200])
    return np.concatenate(out)


def test_a_gesture_while_recording_brings_insoles_within_5_ms_of_the_plate(
    tmp_path: Path,
) -> None:
    errors_ms, texts = [], []
    for seed in (1, 2):
        engine, sent = Engine(), all_three(somebody(seed, 40.0), seed)
        recorder = Recorder(tmp_path / f"{seed}.h5")
        said = play(engine, sent, recorder)
        texts.append([one.text for one in said])
        session = solemetry.open(recorder.stop())
        errors_ms.append(off_ms(session, sent))
        done = {one.stream: one for one in said[-1].lags}
        applied = {one.stream: one for one in solemetry.sync.applied(session)}
        assert done.keys() == applied.keys() == {"insole-left", "insole-right"}
        for stream, one in applied.items():
            # One moment by two clocks: the live one, and that of the whole recording.
            since_t0_s = done[stream].at_s - session.meta["t0_host_ns"] * 1e-9
            assert one.at_s == pytest.approx(since_t0_s, abs=0.02)
            assert "Brought onto the time of plate" in session.streams[stream].notes[-1]
    assert np.percentile(abs(np.concatenate(errors_ms)), 95) < 5.0
    for text in texts:
        assert text[:2] == [COMPARING, START]
        assert "1 of 3. Go on." in text
        assert text[-1].startswith("Synchronised with plate: insole-left ")


def test_a_replay_finds_the_same_lags_and_the_same_joined_numbers(tmp_path: Path) -> None:
    calibration = Calibration(np.full(16, 372.0), np.full(16, 0.02), "made up")
    person = somebody(4)
    sent = [plate(person, 4), insole(person, "left", 4, calibration),
            insole(person, "right", 4, calibration)]  # fmt: skip
    live, recorder = Engine(), Recorder(tmp_path / "s.h5")
    play(live, sent, recorder)
    path, again = recorder.stop(), Engine()
    for item in ReplaySource(path).items():
        again.take(item)
    lags = {name: device.lag_s for name, device in live.devices.items()}
    assert lags["insole-left"] != 0
    assert {name: device.lag_s for name, device in again.devices.items()} == lags
    assert again.snapshot.sync == live.snapshot.sync
    assert [repr(vars(j)) for j in again.snapshot.joined] == [
        repr(vars(j)) for j in live.snapshot.joined
    ]


def test_a_gesture_before_the_recording_counts_for_it_too(tmp_path: Path) -> None:
    engine, sent = Engine(), all_three(somebody(5), 5)
    recorder = Recorder(tmp_path / "s.h5")
    play(engine, sent, recorder, begin_s=22.0)
    session = solemetry.open(recorder.stop())
    assert {one.stream for one in solemetry.sync.applied(session)} == {
        "insole-left", "insole-right",
    }  # fmt: skip


def test_lags_that_are_known_move_what_is_joined() -> None:
    sent = all_three(somebody(6), 6)
    with_gesture, without = Engine(), Engine()
    play(with_gesture, sent)
    play(without, sent, sync_s=NEVER)
    for stream in ("insole-left", "insole-right"):
        device, other = with_gesture.devices[stream], without.devices[stream]
        assert device.newest_ns() == other.newest_ns() - 1e9 * device.lag_s
        assert device.lag_s == pytest.approx(with_gesture.snapshot.sync.lags[0].lag_s, abs=0.01)  # type: ignore[union-attr]


def test_two_insoles_that_agree_as_heels_do_keep_their_clocks() -> None:
    engine, person = Engine(), somebody(7)
    said = play(engine, [insole(person, "left", 7), insole(person, "right", 7)])
    assert said[-1].state == "done"
    assert said[-1].lags == ()
    assert "their clocks stay as they are" in told(engine)
    assert {device.lag_s for device in engine.devices.values()} == {0.0}


def test_two_insoles_whose_clocks_differ_are_brought_together() -> None:
    engine, person = Engine(), somebody(8)
    right = insole(person, "right", 8)
    later_ns = 120_000_000
    for at, item in enumerate(right.items):  # a program between them held everything up
        right.items[at] = replace(item, t_host_ns=item.t_host_ns + later_ns)
        if hasattr(item, "sent_ns"):
            right.items[at] = replace(right.items[at], sent_ns=item.sent_ns + later_ns)
        else:
            right.items[at].rows["t_host_ns"] += later_ns
    said = play(engine, [insole(person, "left", 8), right])
    assert said[-1].state == "done"
    assert engine.devices["insole-right"].lag_s == pytest.approx(0.12, abs=0.03)
    assert engine.devices["insole-left"].lag_s == 0.0


def test_with_nothing_to_compare_it_is_said_and_not_offered() -> None:
    engine = Engine()
    play(engine, [plate(somebody(9, 12.0))])
    assert not engine.snapshot.can_sync
    assert engine.snapshot.sync is None
    assert "a plate and an insole at least are needed" in told(engine)


def test_it_can_be_stopped_and_a_device_that_starts_again_ends_it() -> None:
    engine, sent = Engine(), all_three(somebody(10, 14.0), 10)
    assert play(engine, sent)[-1].text in (COMPARING, START)
    assert engine.snapshot.can_sync
    assert engine.snapshot.syncing
    assert engine.snapshot.busy == engine.snapshot.sync.text  # type: ignore[union-attr]
    engine.command("sync_stop")
    assert not engine.snapshot.syncing
    assert "not waited for any more" in told(engine)
    engine.command("sync")
    last = sent[0].items[-1]
    rows = last.rows.copy()  # type: ignore[union-attr]
    rows["boot_id"] += 1
    for step in range(60):
        rows["t_dev_us"], rows["index"] = 1000 + 12_500 * step, step
        engine.take(replace(last, rows=rows.copy(), t_host_ns=last.t_host_ns + step * 12_500_000))  # type: ignore[call-arg]
        for each in sent[1:]:
            engine.take(each.items[-1])
    assert "started again" in told(engine)


def test_a_lag_stays_as_it_was_when_a_clock_begins_anew() -> None:
    engine, sent = Engine(), all_three(somebody(11), 11)
    play(engine, sent)
    before_s = engine.devices["insole-left"].lag_s
    last = next(item for item in reversed(sent[1].items) if hasattr(item, "rows"))
    rows = last.rows.copy()  # type: ignore[union-attr]
    rows["boot_id"] += 1
    for step in range(300):
        rows = rows[:1].copy()
        rows["t_dev_us"], rows["index"] = 1000 + 10_000 * step, step
        engine.take(replace(last, rows=rows, t_host_ns=last.t_host_ns + (step + 1) * 10_000_000))  # type: ignore[call-arg]
    assert engine.devices["insole-left"].lag_s == before_s != 0


@pytest.mark.parametrize(
    ("apart_s", "lags_s"), [(0.004, (0.012, 0.012)), (0.1, (0.01, 0.11))]
)
def test_a_pair_of_feet_shares_a_lag_and_clocks_that_differ_do_not(
    apart_s: float, lags_s: tuple[float, float]
) -> None:
    """Both were late by 20 ms when the gesture was seen; since then the clocks have learnt."""
    left = Synchronisation("left", "plate", 0.02, 0.0, 5.02, 0.9, 0.001, 105.0, 205.0)
    right = replace(left, stream="right", device_s=305.0)
    session_s = {("plate", 205.0): 5.0, ("left", 105.0): 5.01, ("right", 305.0): 5.01 + apart_s}
    found = by_moments((left, right), lambda stream, at_s, _: session_s.get((stream, at_s)))
    assert [one.lag_s for one in found] == pytest.approx(lags_s)
    (alone,) = by_moments((replace(left, reference="gone"),), lambda *_: None)
    assert alone.lag_s == 0.02


def test_the_event_of_a_recording_is_all_that_is_needed() -> None:
    engine, sent = Engine(), all_three(somebody(12, 12.0), 12)
    detail = {"reference": "plate", "lag_s": 0.021, "drift": 0.0, "at_s": 3.0, "r": 0.9,
              "uncertainty_s": 0.002}  # fmt: skip
    engine.take(Notice("insole-left", stamp(0.1), "synchronised", detail=detail))
    play(engine, sent, sync_s=NEVER)
    assert engine.devices["insole-left"].lag_s == 0.021
    assert isinstance(sent[1].opened, Opened)
