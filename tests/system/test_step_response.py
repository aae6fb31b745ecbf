# SPDX-License-Identifier: Apache-2.0
"""From a step of the load to the screen and to the ear. How fast is for `solemetry bench screen`
to say, on a computer that does nothing else; here it is shown to measure what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtWidgets

from solemetry.device import DeviceDescription
from solemetry_host.sim.hops import Hops
from solemetry_host.windows.step_response import StepResponse, step_response

# Of the two plates, the one that leaves time to a computer that is slow today.
PLATE = DeviceDescription.builtin("plate-hx711-uno")
INSOLE = DeviceDescription.builtin("insole-16-esp32s3")
LATE_MS = 100.0


def measured(plate: DeviceDescription | None) -> StepResponse:
    found = step_response(plate, 9.0, settles_s=4.0)
    assert found.screen.n >= 2
    assert found.ear.n >= 1
    return found


@pytest.mark.usefixtures("qapp")
def test_a_plate_that_is_later_is_measured_to_be() -> None:
    in_time = measured(PLATE)
    late = measured(replace(PLATE, delay_s=PLATE.delay_s + LATE_MS * 1e-3))
    for to in ("screen", "ear"):
        before, after = getattr(in_time, to), getattr(late, to)
        assert before.p50_ms > 1e3 * PLATE.delay_s
        assert after.p50_ms > LATE_MS + 1e3 * PLATE.delay_s
        assert after.p50_ms > before.p50_ms


@pytest.mark.usefixtures("qapp")
def test_a_drill_is_heard_later_by_the_smoothing_of_its_signals() -> None:
    found = step_response(PLATE, 9.0, settles_s=4.0, with_drill=True)
    assert found.drill is not None
    assert found.drill.n >= 1
    # A tone begins where a smoothed step has come half its way.
    assert found.drill.p50_ms > 1e3 * PLATE.delay_s + 10


@pytest.mark.usefixtures("qapp")
def test_insoles_alone_are_shown_and_heard() -> None:
    found = measured(None)
    # No faster than half a batch of three rows.
    assert found.screen.p50_ms > 15
    assert found.ear.p50_ms > 15


def test_the_load_hops_where_and_when_it_says() -> None:
    hops = Hops(30.0)
    assert hops.moments_s[-1] > 30
    just_before, just_after = hops.moments_s - 1e-6, hops.moments_s + 1e-6
    forward = np.where(np.arange(len(hops.moments_s)) % 2 == 0, 1, -1)
    force_n, before_mm = hops.on_plate(just_before)
    _, after_mm = hops.on_plate(just_after)
    assert np.ptp(force_n) == 0
    assert (np.sign((after_mm - before_mm)[:, 1]) == forward).all()
    # A share of cells that all press, whose mean position moves as far as on the plate.
    y = INSOLE.layout.xy_mm[:, 1]
    cells = [hops.on_insole(INSOLE.layout, t)[0] for t in (just_before, just_after)]
    assert min(each.min() for each in cells) > 0
    moved_mm = np.diff([each @ y / each.sum(axis=1) for each in cells], axis=0)[0]
    assert moved_mm == pytest.approx((after_mm - before_mm)[:, 1])


def test_nothing_is_left_behind(qapp: QtWidgets.QApplication) -> None:
    step_response(None, 1.0, settles_s=0.5)
    assert not [w for w in qapp.topLevelWidgets() if w.isVisible()]
