# SPDX-License-Identifier: Apache-2.0
"""What docs/calibrating.md shows runs, and its tables say what the code says."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import solemetry as sm
from solemetry import Calibration, SensorLayout
from solemetry import calibrating as cal
from solemetry.foot import FootRegistration

PAGE = (Path(__file__).parents[3] / "docs" / "calibrating.md").read_text("utf-8")
PLATE_EXAMPLE, INSOLE_EXAMPLE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_of_a_plate_runs(made, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    plate = made.Plate.random(1)
    middle = np.array([[0.0, 0.0]])
    given = {
        "empty_counts": plate.read(np.zeros((80, 4)), 0.02),
        "counts": plate.points(placing_mm=0.7).counts,
        "second_counts": plate.read(plate.forces_n(10.0, middle), 0.05),
        "dead_weight_counts": plate.read(np.repeat(plate.forces_n(20.0, middle), 4800, 0), 0.02),
        "after_counts": plate.read(np.zeros((80, 4)), 0.02),
    }
    exec(PLATE_EXAMPLE, given)
    assert capsys.readouterr().out.endswith("Accepted.\n")
    written = Calibration.from_json((tmp_path / "plate.json").read_text("utf-8"))
    assert np.sqrt((plate.errors(written)[1] ** 2).mean()) < 1.5


def test_the_example_of_an_insole_runs(capsys):
    """Of loads on the cells themselves, which a gain for each can follow exactly."""
    layout = SensorLayout.builtin("insole-16-esp32s3")
    rng = np.random.default_rng(1)
    shares = rng.dirichlet(np.full(16, 0.3), 1200)
    force_n = rng.uniform(300, 700, 1200)
    counts = 372.0 + 4 * shares * force_n[:, None]
    cop_mm = shares @ layout.xy_mm + (30.0, -120.0)
    foot = FootRegistration("right", (30.0, -120.0), 0.0, 265.0)
    given = {
        "sm": sm,
        "cal": cal,
        "insole": SimpleNamespace(layout=layout, front_end=None),
        "zero_counts": np.full(16, 372.0),
        "counts": counts[:800],
        "plate_force_n": force_n[:800],
        "plate_cop_mm": cop_mm[:800],
        "second": cal.OnPlate(layout, counts[600:], force_n[600:], cop_mm[600:], foot),
    }
    exec(INSOLE_EXAMPLE, given)
    assert capsys.readouterr().out.endswith("Accepted.\n")
    np.testing.assert_allclose(given["calibration"].gain_n_per_count, 0.25, rtol=1e-6)


PLATE = {limit.name: limit.bound for limit in cal.PLATE_LIMITS}
INSOLE = {limit.name: limit.bound for limit in cal.INSOLE_LIMITS}


@pytest.mark.parametrize(
    "row",
    [
        f"force at the points left out, RMS | {PLATE['force_share']:.0%} |",
        f"RMS / worst | {PLATE['cop_rms_mm']:g} / {PLATE['cop_worst_mm']:g} mm |",
        f"noise under 20 kg, SD | {PLATE['cop_sd_mm']:g} mm |",
        f"drift of a cell in ten minutes | {PLATE['drift_n']:g} N |",
        f"force left after unloading | {PLATE['left_over_n']:g} N |",
        f"within {PLATE['rate_share']:.0%} of the declared one, {PLATE['rate_hz']:g} Hz or more |",
        f"insole: force | {INSOLE['force_share']:.0%} |",
        f"across / along | {INSOLE['cop_ml_mm']:g} / {INSOLE['cop_ap_mm']:g} mm |",
    ],
)
def test_the_limits_on_the_page_are_those_of_the_code(row):
    assert row.replace("%", " %") in PAGE
