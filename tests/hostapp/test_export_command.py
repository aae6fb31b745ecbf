# SPDX-License-Identifier: Apache-2.0
"""`solemetry export`, as a person types it."""

from __future__ import annotations

import json

import ezc3d
import pandas as pd
import pytest
from exported import lab_plate
from typer.testing import CliRunner

from solemetry.exporting import FORMATS
from solemetry.session import write_load
from solemetry_host.cli import app
from solemetry_host.commands.files import To


@pytest.fixture
def recorded(tmp_path):
    stream = lab_plate(n=1000)
    return write_load(
        tmp_path / "walk.h5", stream.t_s, stream.force_n, stream.cop_mm, 100.0,
        events=[(2.0, "hold_start", {}), (8.0, "hold_end", {})],
        subject={"participant_id": "p-7k3"},
    )  # fmt: skip


def run(*arguments):
    return CliRunner().invoke(app, ["export", *map(str, arguments)])


def test_every_format_can_be_asked_for(recorded):
    assert [to.value for to in To] == list(FORMATS)
    for to in To:
        done = run(recorded, "--to", to.value)
        assert done.exit_code == 0, done.output
        assert "Wrote" in done.output


def test_what_the_format_cannot_hold_is_said(recorded):
    done = run(recorded, "--to", "mot")
    assert "Note: The events are left out: the format has none." in done.output
    told = json.loads(run(recorded, "--to", "c3d", "--json").output)
    assert told["files"] == [str(recorded.with_suffix(".c3d"))]
    assert any("free moment" in note for note in told["notes"])


def test_a_part_can_be_exported(recorded, tmp_path):
    out = tmp_path / "part.c3d"
    done = run(recorded, "--to", "c3d", "--begin", 2, "--end", 5, "--out", out)
    assert done.exit_code == 0, done.output
    assert ezc3d.c3d(str(out))["header"]["analogs"]["last_frame"] == 299
    run(recorded, "--to", "csv", "--begin", 9, "--out", tmp_path / "end")
    frame = pd.read_csv(tmp_path / "end" / "plate.csv")
    assert (frame.t_s.iloc[0], frame.t_s.iloc[-1]) == (9.0, 9.99)


def test_wrong_words_are_a_wrong_usage(recorded):
    assert run(recorded, "--to", "xls").exit_code == 2
    assert run(recorded).exit_code == 2
