# SPDX-License-Identifier: Apache-2.0
"""What is drawn of a window with far more points than a screen has columns."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from solemetry.device import DeviceDescription
from solemetry_host.live.metrics import measure, renewed
from solemetry_host.live.snapshot import DeviceView, Link, Snapshot
from solemetry_host.live.window import Window
from solemetry_host.sim.person import ONE_LEG, Person
from solemetry_host.sim.plate import corner_loads
from solemetry_host.windows.cards import ForceStrip
from solemetry_host.windows.plate_view import PlateView

PLATE = DeviceDescription.builtin("plate-ads131m04-esp32")


def standing(rate_hz: float, seconds: float = 10.0) -> np.ndarray:
    t_s = np.arange(0, seconds, 1 / rate_hz)
    return corner_loads(*Person(ONE_LEG, steps_on_s=0).load(t_s), PLATE.layout.xy_mm)


def window_of(forces_n: np.ndarray, rate_hz: float) -> Window:
    window = Window(PLATE.layout, rate_hz, 10.0)
    window.append(forces_n)
    return window


def moment(forces_n: np.ndarray, rate_hz: float) -> Snapshot:
    metrics = measure(window_of(forces_n, rate_hz))
    view = DeviceView("plate", PLATE.layout, Link("streaming"), rate_hz, metrics=metrics)
    return Snapshot(devices=(view,))


@pytest.mark.parametrize("rate_hz", [80.0, 1000.0, 4000.0])
def test_few_lines_are_drawn_and_no_peak_is_lost(qtbot: QtBot, rate_hz: float) -> None:
    forces_n = standing(rate_hz)
    forces_n[len(forces_n) // 3] *= 2.0
    forces_n[len(forces_n) // 2] *= 0.5
    strip, plate = ForceStrip(), PlateView()
    qtbot.addWidget(strip)
    qtbot.addWidget(plate)
    strip.draw(moment(forces_n, rate_hz))
    plate.draw(moment(forces_n, rate_hz))
    seconds_ago, force_n = strip._curve.getData()
    total_n = forces_n.sum(axis=1)
    assert len(force_n) <= 1500
    assert (force_n.max(), force_n.min()) == pytest.approx((total_n.max(), total_n.min()))
    at_s = seconds_ago[np.argmax(force_n)]
    assert at_s == pytest.approx(len(forces_n) / rate_hz * (1 / 3 - 1), abs=0.03)
    x, y = plate._trail.getData()
    assert len(x) <= 1200
    assert plate.here_mm == (x[-1], y[-1])


def test_holes_stay_holes(qtbot: QtBot) -> None:
    forces_n = standing(1000.0)
    forces_n[4000:6000] = np.nan
    strip = ForceStrip()
    qtbot.addWidget(strip)
    strip.draw(moment(forces_n, 1000.0))
    seconds_ago, force_n = strip._curve.getData()
    within = (seconds_ago > -5.95) & (seconds_ago < -4.05)
    assert np.isnan(force_n[within]).all()
    assert np.isfinite(force_n[~within]).mean() > 0.95


def test_numbers_of_now_are_the_same_with_the_window_and_without_it() -> None:
    forces_n = standing(1000.0, 10.01)
    window = window_of(forces_n[:-10], 1000.0)
    before = measure(window)
    window.append(forces_n[-10:])
    whole, now = measure(window), renewed(before, window)
    assert now.force_n == pytest.approx(whole.force_n)
    assert now.cop_mm == pytest.approx(whole.cop_mm)
    assert (now.right.value, now.front.value) == pytest.approx(
        (whole.right.value, whole.front.value)
    )
    assert now.ellipse is before.ellipse
    assert now.cop_trail_mm is before.cop_trail_mm
