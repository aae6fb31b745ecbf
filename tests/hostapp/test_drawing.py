# SPDX-License-Identifier: Apache-2.0
"""What is drawn of a window with far more points than a screen has columns."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from solemetry.device import DeviceDescription
from solemetry_host.live.metrics import measure, renewed
from solemetry_host.live.snapshot import DeviceView, Link
from solemetry_host.live.window import Window
from solemetry_host.sim.person import ONE_LEG, Person
from solemetry_host.sim.plate import corner_loads
from solemetry_host.windows.live.plate_view import OnPlate, PlateView
from solemetry_host.windows.live.pressure_map import PressureMap, UnderFoot
from solemetry_host.windows.live.strip import MOST_DRAWN, Curve, Strip
from solemetry_host.windows.look import theme

PLATE = DeviceDescription.builtin("plate-ads131m04-esp32")


def standing(rate_hz: float, seconds: float = 10.0) -> np.ndarray:
    t_s = np.arange(0, seconds, 1 / rate_hz)
    return corner_loads(*Person(ONE_LEG, steps_on_s=0).load(t_s), PLATE.layout.xy_mm)


def window_of(forces_n: np.ndarray, rate_hz: float) -> Window:
    window = Window(PLATE.layout, rate_hz, 10.0)
    window.append(forces_n)
    return window


@pytest.mark.parametrize("rate_hz", [80.0, 1000.0, 4000.0])
def test_few_lines_are_drawn_and_no_peak_is_lost(qtbot: QtBot, rate_hz: float) -> None:
    force_n = standing(rate_hz).sum(axis=1)
    force_n[len(force_n) // 3] *= 2.0
    force_n[len(force_n) // 2] *= 0.5
    strip = Strip("Force, N", 200.0, from_zero=True)
    qtbot.addWidget(strip)
    strip.draw([Curve(force_n, rate_hz)])
    (curve,) = strip.curves
    assert len(curve) <= 1.5 * MOST_DRAWN
    assert (curve[:, 1].max(), curve[:, 1].min()) == (force_n.max(), force_n.min())
    at_s = curve[np.argmax(curve[:, 1]), 0]
    assert at_s == pytest.approx(len(force_n) / rate_hz * (1 / 3 - 1), abs=0.03)
    assert strip.range[0] <= 0 < force_n.max() <= strip.range[1]


def test_what_rises_is_drawn_rising_and_what_falls_falling(qtbot: QtBot) -> None:
    up = np.arange(10_000.0)
    for values, way in ((up, 1), (up[::-1], -1)):
        strip = Strip("Force, N", 200.0)
        qtbot.addWidget(strip)
        strip.draw([Curve(values, 1000.0)])
        assert (np.sign(np.diff(strip.curves[0][:, 1])) == way).all()
        assert (np.diff(strip.curves[0][:, 0]) > 0).all()


def test_holes_stay_holes(qtbot: QtBot) -> None:
    force_n = standing(1000.0).sum(axis=1)
    force_n[4000:6000] = np.nan
    strip = Strip("Force, N", 200.0)
    qtbot.addWidget(strip)
    strip.draw([Curve(force_n, 1000.0)])
    seconds_ago, drawn_n = strip.curves[0].T
    within = (seconds_ago > -5.95) & (seconds_ago < -4.05)
    assert np.isnan(drawn_n[within]).all()
    assert np.isfinite(drawn_n[~within]).mean() > 0.95


def test_the_dot_is_where_the_newest_point_is(qtbot: QtBot) -> None:
    metrics = measure(window_of(standing(1000.0), 1000.0))
    view = DeviceView("plate", PLATE.layout, Link("streaming"), 1000.0, metrics=metrics)
    plate = PlateView()
    qtbot.addWidget(plate)
    plate.draw(OnPlate.of(view))
    assert plate.here_mm == tuple(metrics.cop_mm)
    picture = plate.grab().toImage()
    at = plate._scale.point(*metrics.cop_mm).toPoint()
    assert picture.pixelColor(at).name() == theme.VERMILLION.lower()


@pytest.mark.parametrize("cell", [0, 7, 15])
def test_the_cell_that_is_pressed_is_the_brightest_place_on_the_foot(
    qtbot: QtBot, cell: int
) -> None:
    insole = DeviceDescription.builtin("insole-16-esp32s3").as_used(100.0, "left")
    values = np.zeros(16)
    values[cell] = 40.0
    pressed = PressureMap()
    qtbot.addWidget(pressed)
    pressed.resize(300, 600)
    pressed.draw([UnderFoot("left", insole.layout, values, "N")])
    assert pressed.highest == 50.0
    picture = pressed.grab().toImage()
    (foot,) = pressed._pictures
    lightness = [picture.pixelColor(at.toPoint()).lightness() for at, _ in foot._cells]
    assert int(np.argmax(lightness)) == cell
    # Own left on the left: big toe to the right of the little one.
    hallux, toes = (insole.layout.regions.index(name) for name in ("hallux", "lesser_toes"))
    assert foot._cells[hallux][0].x() > foot._cells[toes][0].x()


def test_a_cell_that_gives_nothing_is_grey_and_each_unit_has_its_own_scale(qtbot: QtBot) -> None:
    insole = DeviceDescription.builtin("insole-16-esp32s3")
    values = np.full(16, 30.0)
    values[3] = np.nan
    mixed = PressureMap()
    qtbot.addWidget(mixed)
    mixed.resize(500, 600)
    left, right = (insole.as_used(100.0, side).layout for side in ("left", "right"))
    mixed.draw([UnderFoot("left", left, values, "N"),
                UnderFoot("right", right, 50 * values, "counts")])  # fmt: skip
    picture = mixed.grab().toImage()
    newtons, counts = (
        [picture.pixelColor(at.toPoint()) for at, _ in foot._cells] for foot in mixed._pictures
    )
    assert newtons[3].hslSaturationF() < 0.1
    assert newtons[3] == counts[3]
    # 30 of 50 N beside 1500 of 2000 counts.
    assert newtons[0].lightness() < counts[0].lightness()


def test_parts_of_the_foot_are_the_whole_and_only_of_a_foot_that_is_loaded() -> None:
    insole = DeviceDescription.builtin("insole-16-esp32s3")
    window = Window(insole.layout, 100.0, 10.0)
    window.append(np.full((100, 16), 10.0))
    # Of 16 cells that feel the same, so many lie under each part.
    assert measure(window).cells.parts == {
        "toes": 3 / 16, "forefoot": 5 / 16, "midfoot": 4 / 16, "heel": 4 / 16,
    }  # fmt: skip
    window.append(np.full((1, 16), 0.1))
    assert all(math.isnan(share) for share in measure(window).cells.parts.values())
    assert measure(window_of(standing(80.0), 80.0)).cells.parts == {}


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
    assert now.cells.values == pytest.approx(whole.cells.values)
    assert now.ellipse is before.ellipse
    assert now.cop_trail_mm is before.cop_trail_mm
