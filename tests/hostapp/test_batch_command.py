# SPDX-License-Identifier: Apache-2.0
"""`solemetry batch`, as one types it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from solemetry.errors import SolemetryError
from solemetry.session import write_load
from solemetry_host.cli import app
from solemetry_host.sim.person import TWO_LEGS, Person


def batch(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "solemetry_host", "batch", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_folder_becomes_a_table_and_a_list_of_what_failed(tmp_path: Path) -> None:
    folder, table = tmp_path / "recordings", tmp_path / "table.parquet"
    folder.mkdir()
    t_s = np.arange(0, 30, 0.01)
    for seed in (1, 2):
        force_n, cop_mm = Person(TWO_LEGS, mass_kg=60.0, steps_on_s=-60, seed=seed).load(t_s)
        subject = {"participant_id": f"P{seed}"}
        write_load(folder / f"{seed}.h5", t_s, force_n, cop_mm, 100.0, subject=subject)
    (folder / "shopping.txt").write_text("Milk.\n")

    first = batch(folder, "--out", table, "--workers", "1")
    assert first.returncode == 0, first.stderr
    assert "2 files analysed, 0 were done before." in first.stdout
    assert "2 rows" in first.stdout
    assert "shopping.txt: " in first.stderr
    assert "Not analysed: 1." in first.stderr
    found = pd.read_parquet(table)
    assert found.participant_id.tolist() == ["P1", "P2"]
    assert found.loading_mean_force.to_numpy() == pytest.approx(60 * 9.80665)
    # What the model is made to: deviations of 2.8 mm and 5.1 mm over five minutes.
    assert found.sway_rms_distance_ml.between(1.4, 5.6).all()
    assert found.sway_rms_distance_ap.between(2.5, 10.2).all()

    listed = pd.read_csv(tmp_path / "table.failed.csv")
    assert listed.path.tolist() == ["shopping.txt"]
    (folder / "shopping.txt").unlink()
    again = batch(folder, "--out", table)
    assert "0 files analysed, 2 were done before." in again.stdout
    assert again.stderr == ""


def test_no_folder_is_said_in_words(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["batch", str(tmp_path / "none"), "--out", "table.parquet"])
    assert done.exit_code == 1
    assert isinstance(done.exception, SolemetryError)
    assert "no folder" in str(done.exception)
