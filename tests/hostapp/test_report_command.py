# SPDX-License-Identifier: Apache-2.0
"""``solemetry report``: drills as they were graded, what is said besides, page and table."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
from mixes import PLATE, Feeder, on_plate
from typer.testing import CliRunner

from solemetry.session import write_load
from solemetry_host.cli import app
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.live import Beginning, LiveDrill
from solemetry_host.drills.safety import DISCLAIMER
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder

TWICE = Drill.model_validate({
    "schema": 1, "id": "stand-twice", "kind": "drill", "family": "balance", "sides": "both",
    "text": {"en": {"title": "Stand twice"}},
    "dose": {"reps": 2, "rest_s": 0.5, "basis": "default"},
    "phase": [
        {"id": "still", "do": "hold", "hold_s": 1.0, "max_s": 3.0, "on_timeout": "fail",
         "within": [{"signal": "fz.n", "op": ">=", "value": 300, "basis": "default",
                     "reason": "stand on it"}]},
    ],
    "safety": {"stop_if": ["pain"]},
    "source": [{"key": "default", "says": "for tests"}],
})  # fmt: skip


def command(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def record_drill(path: Path) -> LiveDrill:
    """Let somebody of 600 N do the drill on a plate; return it as it was graded live."""
    engine, recorder, drill = Engine(), Recorder(path), LiveDrill()
    engine.follow(drill)
    feeder = Feeder("plate", PLATE, on_plate(600.0, 20.0, -10.0, PLATE))
    engine.take(feeder.opened())
    engine.begin_take(recorder)
    begun = False
    for block in feeder.blocks(5.0, 14.0):
        engine.take(block)
        if not begun:
            engine.command(live.BEGIN, **Beginning(TWICE).to_detail())
            begun = True
    engine.end_take()
    recorder.stop()
    return drill


def test_the_drills_of_a_recording_stand_in_its_report_as_they_were_graded(tmp_path: Path) -> None:
    path = tmp_path / "s.h5"
    (outcome,) = record_drill(path).outcomes
    command("report", path)
    page = path.with_suffix(".html").read_text("utf-8")
    assert "<h2>Stand twice</h2>" in page
    graded = re.findall(r"<td>Set 1, \d+.*?<td>(\w+)</td>\s*</tr>", page, re.DOTALL)
    assert graded == [rep.status for rep in outcome.reps] == ["ok", "ok"]
    assert DISCLAIMER in unescape(page)


def test_a_drill_of_a_later_version_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "s.h5"
    t_s = np.arange(3000) / 100
    write_load(path, t_s, 700 + 0 * t_s, np.column_stack((np.sin(t_s), np.cos(2 * t_s))), 100.0,
               events=[(1.0, "drill_begin", {"drill": {"schema": 99}})])  # fmt: skip
    command("report", path)
    page = path.with_suffix(".html").read_text("utf-8")
    assert "cannot be graded again" in page
    assert "<h3>Sway</h3>" in page


def test_page_and_table_in_one_go_and_eyes_alone_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.h5"
    t_s = np.arange(6000) / 100
    rng = np.random.default_rng(1)
    cop_mm = np.cumsum(rng.normal(size=(6000, 2)), axis=0) * 0.1
    write_load(path, t_s, 700 + 0 * t_s, cop_mm, 100.0, subject={"age": 25.0})
    told = command("report", path, "--out", tmp_path / "r.pdf", "--paper", "letter",
                   "--eyes", "open", "--surface", "foam",
                   "--table", tmp_path / "t.csv")  # fmt: skip
    assert told.count("Wrote") == 2
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")
    assert {"sway", "loading", "quality"} <= set(pd.read_csv(tmp_path / "t.csv")["subject"])
    refused = CliRunner().invoke(app, ["report", str(path), "--eyes", "open"])
    assert refused.exit_code == 2
    assert "--surface" in refused.output


def test_a_table_is_not_written_over_the_recording(tmp_path: Path) -> None:
    # Recordings of others may be CSV too.
    path = tmp_path / "recording.csv"
    path.write_text("Somebody's only copy.")
    refused = CliRunner().invoke(app, ["report", str(path), "--table", str(path)])
    assert refused.exit_code == 2
    assert "the recording itself" in refused.output
    assert path.read_text() == "Somebody's only copy."
