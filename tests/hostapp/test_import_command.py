# SPDX-License-Identifier: Apache-2.0
"""``solemetry import`` and what can be done with its sessions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typed import solemetry

import solemetry as sm
from solemetry.device import SensorLayout
from solemetry.errors import FileError
from solemetry.session import verify, write_imported
from solemetry.session.format import silent_shift
from solemetry.session.imported import forces_stream, imported_session
from solemetry_host.devices.replay import ReplaySource
from solemetry_host.devices.source import Block, Opened

COP_ONLY = """
decimal = ","
rate_hz = 50
[streams.plate]
cop_ml = { column = "X - Global", unit = "mm" }
cop_ap = { column = "Y - Global", unit = "mm" }
"""


def test_a_walk_is_imported_verified_and_analysed(real_data: Callable, tmp_path: Path) -> None:
    out = tmp_path / "walk.h5"
    done = solemetry("import", real_data("gait/physionet_gaitpdb/GaCo01_01.txt"), "--out", out)
    assert done.returncode == 0, done.stderr
    assert f"Saved {out}" in done.stdout
    assert "insole-left" in done.stdout
    assert solemetry("verify", out).returncode == 0
    analysed = solemetry("analyze", out, "--json")
    assert analysed.returncode == 0, analysed.stderr
    assert set(json.loads(analysed.stdout)["sway"]) == {"insole-left", "insole-right"}


def test_it_tells_what_it_made_as_json(real_data: Callable, tmp_path: Path) -> None:
    files = [real_data("gait/bmc/Gait.c3d"), real_data("gait/bmc/jump1.txt")]
    done = solemetry("import", *files, "--out", tmp_path / "both.h5", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["file"] == str(tmp_path / "both.h5")
    assert [row["stream"] for row in told["streams"]] == ["plate-1", "plate-2", "plate"]
    assert [row["rows"] for row in told["streams"]] == [4870, 4870, 4500]
    assert {row["kind"] for row in told["streams"]} == {"load"}
    assert told["notes"][0] == "The files are taken to begin at the same moment."


def test_any_table_is_imported_with_a_map(real_data: Callable, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(COP_ONLY)
    table = real_data("posture/peoheidja_xy/test_shiny.txt")
    refused = solemetry("import", table, "--out", tmp_path / "cop.h5")
    assert refused.returncode == 1
    assert "docs/importing.md" in refused.stderr
    done = solemetry("import", table, "--map", tmp_path / "map.toml", "--out", tmp_path / "cop.h5")
    assert done.returncode == 0, done.stderr
    analysed = solemetry("analyze", tmp_path / "cop.h5", "--json")
    area = json.loads(analysed.stdout)["sway"]["plate"]["ellipse_area_95"]
    assert area["value"] > 0


def test_without_out_the_session_lies_beside_the_file(real_data: Callable, tmp_path: Path) -> None:
    copy = tmp_path / "jump.txt"
    copy.write_bytes(real_data("gait/bmc/jump1.txt").read_bytes())
    assert solemetry("import", copy).returncode == 0
    assert sm.open(tmp_path / "jump.h5").stream.rows == 4500
    again = solemetry("import", copy)
    assert again.returncode == 1
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"Dear Sir or Madam", "of no kind"), (None, "There is no file")],
)
def test_what_cannot_be_imported_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "letter.txt"
    if content is not None:
        file.write_bytes(content)
    done = solemetry("import", file, "--out", tmp_path / "out.h5")
    assert done.returncode == 1
    assert words in done.stderr
    assert not (tmp_path / "out.h5").exists()


def test_a_file_is_needed() -> None:
    assert solemetry("import").returncode == 2


def test_a_session_is_not_imported_again(real_data: Callable, tmp_path: Path) -> None:
    assert solemetry("import", real_data("gait/bmc/jump1.txt"), "--out", tmp_path / "a.h5")
    done = solemetry("import", tmp_path / "a.h5", "--out", tmp_path / "b.h5")
    assert done.returncode == 1
    assert "a session already" in done.stderr


def test_a_walk_on_insoles_plays_and_what_it_plays_is_what_it_was(
    real_data: Callable, tmp_path: Path
) -> None:
    walk, again = tmp_path / "walk.h5", tmp_path / "again.h5"
    solemetry("import", real_data("gait/physionet_gaitpdb/GaCo01_01.txt"), "--out", walk)
    done = solemetry("record", "--device", f"replay:{walk}?speed=20", "--seconds", "100",
                     "--out", again)  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = sm.open(walk), sm.open(again)
    assert verify(again).whole
    for name in ("insole-left", "insole-right"):
        one, other = first.streams[name], second.streams[name]
        assert other.layout.kind == "insole"
        np.testing.assert_allclose(other.layout.xy_mm, one.layout.xy_mm)
        # Where the recording begins and ends is a matter of the moment it was asked for.
        strides = np.lib.stride_tricks.sliding_window_view(one.force_n, 500)
        start = np.argmin(np.abs(strides - other.force_n[:500]).sum(axis=1))
        length = min(len(other.t_s), len(one.t_s) - start)
        assert length > 5000
        np.testing.assert_allclose(
            other.forces_n[:length], one.forces_n[start : start + length], atol=0.05
        )


def test_missing_rows_and_values_are_missing_in_the_replay(tmp_path: Path) -> None:
    rows = np.delete(np.arange(200), slice(50, 60))
    forces_n = np.column_stack((300.0 + rows, 200.0 - rows))
    forces_n[100, 1] = np.nan
    layout = SensorLayout("two", "insole", ("a", "b"), np.array([(0, 30), (-9, 230.0)]), (90, 260))
    stream = forces_stream("insole-left", rows / 100 - 3, forces_n, layout, 100.0, "here")
    session = imported_session(tmp_path / "walk.txt", "a program", [stream])
    path = write_imported(tmp_path / "walk.h5", session)
    opened, *blocks = ReplaySource(path).items()
    assert isinstance(opened, Opened)
    assert (opened.side, opened.description.layout.labels) == ("left", ("a", "b"))
    np.testing.assert_allclose(opened.description.layout.xy_mm, layout.xy_mm)
    samples = np.concatenate([block.rows for block in blocks if isinstance(block, Block)])
    assert samples["index"].tolist() == rows.tolist()
    np.testing.assert_allclose(
        opened.calibration.forces(samples["counts"])[:, 0], forces_n[:, 0], atol=0.0005
    )
    silent = samples["flags"] >> silent_shift(2)
    assert np.flatnonzero(silent).tolist() == [100]
    assert silent[100] == 0b10
    assert (samples["t_host_ns"] > 0).all()
    assert (np.diff(samples["t_dev_us"]) > 0).all()


def test_replay_of_a_force_alone_is_refused(real_data: Callable, tmp_path: Path) -> None:
    out = tmp_path / "jump.h5"
    solemetry("import", real_data("gait/bmc/jump1.txt"), "--out", out)
    with pytest.raises(FileError, match=r"no samples to replay.*centre of pressure alone cannot"):
        list(ReplaySource(out).items())
