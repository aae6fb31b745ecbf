# SPDX-License-Identifier: Apache-2.0
"""Hours of standing on the injected clock; three minutes of it in `make test`."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from solemetry.device import DeviceDescription
from solemetry_host.devices.rows import RowBuilder
from solemetry_host.devices.source import Block, Opened
from solemetry_host.live.engine import Engine
from solemetry_host.sim.person import TWO_LEGS, Person
from solemetry_host.sim.plate import VirtualPlate
from solemetry_host.wire.records import sample_wire_type
from solemetry_host.wire.stream import StreamDecoder

PLATE = DeviceDescription.builtin("plate-hx711-uno")
STEP_S = 0.25


def minutes_of_standing(minutes: float) -> Iterator[Block]:
    plate = VirtualPlate(PLATE, Person(TWO_LEGS, steps_on_s=0).load)
    decoder, rows = StreamDecoder(4), RowBuilder(4)
    for step in range(1, round(minutes * 60 / STEP_S)):
        stamp = round(step * STEP_S * 1e9) + 2_000_000
        samples = decoder.push(plate.advance(step * STEP_S)).samples
        if len(samples):
            yield Block("plate", stamp, rows.build(samples, stamp))
    assert decoder.counters.damaged == 0


@pytest.mark.parametrize(
    "minutes",
    [3, pytest.param(8 * 60, marks=[pytest.mark.soak, pytest.mark.timeout(7200)])],
)
def test_nothing_is_lost_nothing_grows_and_the_clock_holds(minutes: float) -> None:
    engine = Engine()
    engine.take(Opened("plate", 0, PLATE, None))
    sizes, rows = [], 0
    tracemalloc.start()
    for number, block in enumerate(minutes_of_standing(minutes)):
        engine.take(block)
        rows += len(block.rows)
        if number % 240 == 239:
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    link = engine.snapshot.link
    assert (link.lost_rows, link.restarts) == (0, 0)
    assert link.rows == rows == pytest.approx(minutes * 60 * 80, rel=0.005)
    assert sizes[-1] < sizes[0] + 300_000
    # Stamped 2 ms after a step of which the newest row is at most one conversion old.
    device = engine.devices["plate"]
    t_dev_us = block.rows["t_dev_us"][-1]
    assert abs(device.clock.host_ns(int(t_dev_us)) - t_dev_us * 1000 - 2e6) < 13e6


def test_device_time_goes_on_past_its_wrap_after_71_minutes() -> None:
    samples = np.zeros(4, sample_wire_type(4))
    samples["t_us"] = [2**32 - 20_000, 2**32 - 7_500, 5_000, 17_500]
    rows = RowBuilder(4)
    first = rows.build(samples[:2], 1)["t_dev_us"]
    second = rows.build(samples[2:], 2)["t_dev_us"]
    assert np.diff(np.concatenate((first, second))).tolist() == [12_500] * 3


def test_device_time_begins_anew_with_a_new_boot_even_within_one_read() -> None:
    samples = np.zeros(4, sample_wire_type(4))
    samples["t_us"] = [2**31, 2**31 + 12_500, 40_000, 52_500]
    samples["boot_id"] = [7, 7, 8, 8]
    rows = RowBuilder(4).build(samples, 1)
    assert rows["t_dev_us"].tolist() == [2**31, 2**31 + 12_500, 40_000, 52_500]
