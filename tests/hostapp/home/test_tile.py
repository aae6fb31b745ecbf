# SPDX-License-Identifier: Apache-2.0
"""What a tile tells of a device."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription, SensorLayout
from solemetry_host.home.tile import Tile, in_order, tile_of
from solemetry_host.live.noise_floor import NoiseFloor
from solemetry_host.live.snapshot import DeviceView, Link

TODAY = date(2026, 11, 21)
PLATE = DeviceDescription.builtin("plate-hx711-uno")
STREAMING = Link("streaming", "plate-hx711-uno", rate_hz=80.04, rows=990, calibrated=True)


def view(link: Link, date: str = "2026-11-16", noise: float | None = 0.3) -> DeviceView:
    calibration = replace(
        Calibration.nominal(PLATE),
        source="9 points",
        date=date,
        noise_n=None if noise is None else np.full(4, noise),
    )
    return DeviceView("plate", PLATE.layout, link, 80.0, calibration=calibration)


def facts(tile: Tile) -> dict[str, str]:
    return {fact.name: fact.words for fact in tile.facts}


def test_a_plate_that_is_well_says_so() -> None:
    tile = tile_of(view(STREAMING), TODAY)
    assert (tile.title, tile.how, tile.state) == ("Plate", "good", "✓ Streaming")
    assert facts(tile) == {
        "Link": "80 rows/s", "Lost": "nothing", "Calibration": "5 days ago", "Noise": "± 0.6 N",
    }  # fmt: skip
    assert tile.trouble == ()
    assert facts(tile_of(view(STREAMING), TODAY, signal_dbm=-61))["Signal"] == "-61 dBm"


def test_lost_rows_are_counted_and_shared() -> None:
    assert facts(tile_of(view(replace(STREAMING, lost_rows=10)), TODAY))["Lost"] == "10 rows (1 %)"
    assert facts(tile_of(view(replace(STREAMING, lost_rows=1)), TODAY))["Lost"] == "1 row (0.1 %)"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-21", "today"),
        ("2026-11-20", "1 day ago"),
        ("2026-10-22", "30 days ago"),
        ("2026-10-21", "31 days ago: check it"),
        ("", "calibrated"),
        ("last spring", "last spring"),
    ],
)
def test_the_age_of_a_calibration(day: str, said: str) -> None:
    assert facts(tile_of(view(STREAMING, day), TODAY))["Calibration"] == said


def test_without_calibration_nothing_is_made_up() -> None:
    raw = view(replace(STREAMING, calibrated=False), noise=None)
    assert facts(tile_of(raw, TODAY))["Calibration"] == "by data sheets only"
    assert facts(tile_of(raw, TODAY))["Noise"] == "step off for 5 s"
    insole = DeviceDescription.builtin("insole-16-esp32s3")
    nobody_knows = replace(raw, calibration=Calibration.nominal(insole))
    assert facts(tile_of(nobody_knows, TODAY))["Calibration"] == "none yet"


def test_noise_that_was_measured_now_goes_before_that_of_the_calibration() -> None:
    in_n = NoiseFloor(np.full(4, 45.0), np.full(4, 0.01), np.zeros(4), (0.0056, 0.0123), 5.0)
    assert facts(tile_of(view(STREAMING), TODAY, in_n))["Noise"] == "0.012 mm at 70 kg"
    in_counts = replace(in_n, noise_n=np.full(4, np.nan), cop_mm=(np.nan, np.nan))
    assert facts(tile_of(view(STREAMING), TODAY, in_counts))["Noise"] == "45 counts"


def test_what_is_the_matter_is_named() -> None:
    ill = replace(STREAMING, silent=("FL", "BR"), saturated=("FR",), battery_percent=12, restarts=2)
    tile = tile_of(view(ill), TODAY)
    assert (tile.how, tile.state) == ("warning", "⚠ Streaming")
    assert facts(tile)["Battery"] == "12 %"
    told = " ".join(tile.trouble)
    for words in ("battery is low", "FL, BR", "range: FR", "restarted 2 times"):
        assert words in told
    lost = tile_of(view(replace(STREAMING, state="lost")), TODAY)
    assert (lost.how, lost.state) == ("error", "✕ Lost: looking for it again")


def test_own_left_is_left_of_own_right_behind_the_plates() -> None:
    insole = SensorLayout.builtin("insole-16-esp32s3")
    views = [
        DeviceView("insole-right", insole, STREAMING, 100.0),
        DeviceView("insole-left", insole, STREAMING, 100.0),
        view(STREAMING),
    ]
    assert [one.stream for one in in_order(views)] == ["plate", "insole-left", "insole-right"]
