# SPDX-License-Identifier: Apache-2.0
"""The clock of a device that drifts, over links that are late, through the whole chain."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from slow_link import SlowLink, latency_timer, symmetric

import solemetry
from solemetry.device import DeviceDescription
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.replay import ReplaySource
from solemetry_host.devices.source import Block, Exchange
from solemetry_host.live.clock import DeviceClock
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.sim.person import TWO_LEGS, Person
from solemetry_host.sim.plate import VirtualPlate

PLATE = DeviceDescription.builtin("plate-hx711-uno")
LEAST_S = 0.0005 + 0.001
"""The links' own least delay, and the wait for the rest of a burst."""


def clock_of(engine: Engine) -> DeviceClock:
    return engine.devices["plate"].clock


def run_for(link: SlowLink, seconds: float, take: Callable[[Any], None]) -> None:
    """Run the real source on the link until that much of its time has passed."""
    stop = threading.Event()
    end_s = link.now_s + seconds

    def emit(item: Any) -> None:
        take(item)
        if link.now_s >= end_s:
            stop.set()

    BoardSource(link, now_ns=link.now_ns).run(emit, stop)


@pytest.mark.parametrize("drift", [200e-6, -200e-6])
@pytest.mark.parametrize("delays", [symmetric, latency_timer])
def test_after_thirty_seconds_the_clocks_agree_and_the_bounds_hold(
    delays: Callable[[], Any], drift: float
) -> None:
    plate = VirtualPlate(PLATE, Person(TWO_LEGS, steps_on_s=0).load)
    link = SlowLink(plate, delays(), drift)
    engine, late_s, half_widths_s, exchanges = Engine(), [], [], []

    def take(item: Any) -> None:
        engine.take(item)
        if isinstance(item, Exchange):
            exchanges.append(item)
        if not isinstance(item, Block):
            return
        t_dev_us = int(item.rows["t_dev_us"][-1])
        true_s = link.host_s(t_dev_us * 1e-6)
        clock = clock_of(engine)
        within = clock.known_within(t_dev_us)
        if within is not None:
            middle_ns, half_ns = within
            true_ns = true_s * 1e9 - t_dev_us * 1000
            assert abs(true_ns - middle_ns) <= half_ns + 2000  # device time counts whole us
        if link.now_s > 5030:
            assert within is not None
            late_s.append(clock.host_ns(t_dev_us) * 1e-9 - true_s)
            half_widths_s.append(half_ns * 1e-9)

    run_for(link, 37.0, take)
    assert np.diff([e.sent_ns for e in exchanges]).mean() * 1e-9 == pytest.approx(0.99, abs=0.02)
    assert len(late_s) > 250
    beyond_s = np.array(late_s) - LEAST_S
    assert np.percentile(np.abs(beyond_s), 95) < 1e-3
    round_trip_s = min(e.t_host_ns - e.sent_ns for e in exchanges[-20:]) * 1e-9
    assert np.median(half_widths_s) < round_trip_s / 2 + 0.5e-3


def test_without_an_answer_nothing_is_claimed() -> None:
    link = SlowLink(VirtualPlate(PLATE, Person(TWO_LEGS).load), symmetric())
    link.drop = lambda data: data[1] == 0x84  # TIME never arrives
    engine, seen = Engine(), []

    def take(item: Any) -> None:
        engine.take(item)
        seen.append(item)

    run_for(link, 4.0, take)
    assert not any(isinstance(item, Exchange) for item in seen)
    assert np.isnan(engine.snapshot.link.clock_half_width_ms)
    assert clock_of(engine).known_within(1_000_000) is None


def test_bounds_are_recorded_read_back_and_played_again(tmp_path: Path) -> None:
    plate = VirtualPlate(PLATE, Person(TWO_LEGS, steps_on_s=0).load)
    link = SlowLink(plate, symmetric(), 200e-6)
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    live: dict[int, Any] = {}

    def take(item: Any) -> None:
        engine.take(item)
        if engine.snapshot.elapsed_s is None and link.now_s > 5008.3:
            engine.begin_take(recorder)
        elif isinstance(item, Block) and engine.snapshot.elapsed_s is not None:
            live[item.t_host_ns] = state(engine, item)

    def state(engine: Engine, block: Block) -> tuple[Any, ...]:
        t_dev_us = int(block.rows["t_dev_us"][-1])
        clock = clock_of(engine)
        return clock.host_ns(t_dev_us), clock.known_within(t_dev_us), clock.exchanges

    run_for(link, 24.0, take)
    engine.end_take()
    path = recorder.stop()

    again = Engine()
    compared = 0
    for item in ReplaySource(path).items():
        again.take(item)
        if isinstance(item, Block):
            assert state(again, item) == live[item.t_host_ns]
            compared += 1
    assert compared == len(live) > 500

    session = solemetry.open(path)
    stream = session.streams["plate"]
    last = [half for _, within, _ in live.values() if within for half in within[1:]]
    assert stream.clock_half_width_ms == pytest.approx(np.median(last) * 1e-6, rel=0.2)
    # Session time of the two-sided clock, against the truth.
    host_s = stream.t_s + session.meta["t0_host_ns"] * 1e-9 + PLATE.delay_s
    device_s = link.device_s(host_s - LEAST_S)
    error_s = device_s - np.rint(device_s * 80) / 80
    assert np.abs(error_s).max() < 1e-3
    assert error_s.std() < 1e-4


@pytest.mark.parametrize("drift", [0.0, 35e-6, -2500e-6])
def test_no_end_of_a_window_is_favoured_however_far_off_the_clock_is(drift: float) -> None:
    late_s = []
    for seed in range(10):
        rng, clock = np.random.default_rng(seed), DeviceClock()
        device_us = 7_000_000 + np.arange(30 * 80) * 12_500
        true_ns = 5e12 + device_us * 1000 * (1 + drift)
        host_ns = np.maximum.accumulate(true_ns + 1e6 + rng.exponential(2e6, len(true_ns)))
        for t_us, t_ns in zip(device_us.tolist(), host_ns.astype(int).tolist(), strict=True):
            clock.push(t_us, t_ns)
        late_s += [clock.host_ns(t_us) - t for t_us, t in
                   zip(device_us[-400:].tolist(), true_ns[-400:].tolist(), strict=True)]
    # The least of eighty exponential delays of 2 ms is 25 us late.
    assert np.mean(late_s) * 1e-9 == pytest.approx(0.001 + 0.002 / 80, abs=1.5e-5)


def heard(
    delay_s: Callable[[float], float], jump_s: float, wireless: bool, until_s: float = 100.0
) -> tuple[DeviceClock, list[float]]:
    """Let a clock hear a device for a while; return it, and how late it is after each second.

    `delay_s` is what a read and either way of a question take at a time; after a minute the two
    clocks jump apart by `jump_s`.
    """
    clock, late_s = DeviceClock(wireless=wireless), []
    for n in range(round(until_s * 20)):
        device_s = n / 20
        apart_s = 1000.0 + (jump_s if device_s > 60 else 0.0)

        def host_ns(at_s: float, apart_s: float = apart_s) -> int:
            return round((at_s + apart_s) * 1e9)

        clock.push(round(device_s * 1e6), host_ns(device_s + delay_s(device_s)))
        if n % 20 == 7:
            asked_s, us = device_s - delay_s(device_s), round(device_s * 1e6)
            answer_ns = host_ns(device_s + delay_s(device_s))
            clock.push_exchange(Exchange("plate", answer_ns, host_ns(asked_s), us, us))
        if n % 20 == 19:
            late_s.append(clock.host_ns(device_s * 1e6) * 1e-9 - (device_s + apart_s))
    return clock, late_s


@pytest.mark.parametrize("wireless", [False, True])
def test_a_computer_with_too_much_to_do_is_no_clock_that_jumped(wireless: bool) -> None:
    rng = np.random.default_rng(3)

    def delay_s(at_s: float) -> float:
        overloaded = 60 < at_s < 75
        return float(rng.uniform(0.15, 0.4) if overloaded else rng.uniform(0.002, 0.02))

    clock, late_s = heard(delay_s, 0.0, wireless)
    assert (clock.segment, clock.jump_ns) == (0, 0)
    assert np.abs(late_s[60:]).max() < 0.015


@pytest.mark.parametrize("wireless", [False, True])
@pytest.mark.parametrize("jump_s", [0.2, -0.2])
def test_a_clock_that_jumped_is_noticed_though_it_answers(wireless: bool, jump_s: float) -> None:
    rng = np.random.default_rng(4)
    clock, late_s = heard(lambda _: float(rng.uniform(0.002, 0.02)), jump_s, wireless)
    assert clock.segment == 1
    assert abs(clock.jump_ns) == pytest.approx(0.2e9, abs=0.02e9)
    assert np.abs(late_s[70:]).max() < 0.01
