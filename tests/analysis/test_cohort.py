# SPDX-License-Identifier: Apache-2.0
"""A folder of recordings as one table: whatever way it comes about, it is the same."""

from __future__ import annotations

import csv
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from solemetry.cohort import Choices, Cohort, analyze_folder, workers
from solemetry.cohort.done import open_done
from solemetry.cohort.one_file import Recording, analyze_file, packed, unpacked
from solemetry.cohort.rows import Cell
from solemetry.cohort.workers import WorkerDied, local_workers, shared_out, workers_at
from solemetry.errors import FileError, SolemetryError

DASK = (sys.executable, "-m", "dask")
SESSIONS = 24


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a scheduler and two workers on this computer, as one would on several."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "tcp://{}:{}".format(*free.getsockname())
    folder = str(tmp_path_factory.mktemp("dask"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen([*DASK, "scheduler", "--host", address, "--no-dashboard"], **quiet),
        subprocess.Popen([*DASK, "worker", address, "--nworkers", "2", "--nthreads", "1",
                          "--no-dashboard", "--local-directory", folder], **quiet),
    ]  # fmt: skip
    try:
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory, simulated: SimpleNamespace) -> Path:
    """Two dozen people on a plate, in two folders."""
    folder = tmp_path_factory.mktemp("people")
    boots = (simulated.Boot(0.0, 12.0),)
    for seed in range(SESSIONS):
        place = folder / ("morning" if seed % 2 else "evening")
        place.mkdir(exist_ok=True)
        simulated.Plate(simulated.standing, boots=boots, jitter_s=0.002, seed=seed).write(
            place / f"{seed:02}.h5"
        )
    return folder


@pytest.fixture(scope="module")
def by_cluster(recordings: Path, cluster: str, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    out = tmp_path_factory.mktemp("tables") / "cluster.parquet"
    return analyze_folder(recordings, out, scheduler=cluster)


# ---- what is in the table ----------------------------------------------------------------------


def test_lab_recordings_have_their_published_values(
    real_data: Callable[[str], Path], cluster: str, tmp_path: Path
) -> None:
    folder = real_data("posture/bds_raw")
    made = analyze_folder(
        folder, tmp_path / "bds.parquet", Choices("bmclab"), match="*BDS*.txt", scheduler=cluster
    )
    with (real_data("posture/bds_golden") / "bds_published.csv").open() as file:
        published = {f"{row['Trial']}.txt": row for row in csv.DictReader(file)}
    table = pd.read_parquet(made.table).set_index("file")
    assert len(table) == len(list(folder.glob("BDS*.txt")))
    for file, row in table.iterrows():
        area_cm2, velocity_cm_s = row.sway_ellipse_area_95 / 100, row.sway_mean_velocity / 10
        assert area_cm2 == pytest.approx(float(published[file]["COParea"]), rel=1e-9)
        assert velocity_cm_s == pytest.approx(float(published[file]["COPvelo"]), rel=1e-9)


def test_a_walk_has_a_row_for_each_foot_and_one_for_both(
    real_data: Callable[[str], Path], cluster: str, tmp_path: Path
) -> None:
    made = analyze_folder(
        real_data("gait/moticon_opengo"), tmp_path / "walks.parquet",
        Choices(gait_convention="moticon"), match="2*.txt", scheduler=cluster,
    )  # fmt: skip
    assert undefined(made) == []
    table = pd.read_parquet(made.table)
    assert table[["row", "stream", "foot"]].values.tolist() == [
        ["stream", "insole-left", "left"],
        ["stream", "insole-right", "right"],
        ["both feet", "", ""],
    ]
    left, right, both = (row for _, row in table.iterrows())
    # The vendor's own report of this walk.
    assert both.gait_cadence_strides == pytest.approx(46.13, abs=0.5)
    assert np.isnan(left.gait_cadence_strides)
    assert both.gait_stance_s == pytest.approx((left.gait_stance_s + right.gait_stance_s) / 2)
    for foot in (left, right):
        assert 0 < foot.gait_stance_s_sd < foot.gait_stance_s
        assert foot.regions_heel_impulse_share + foot.regions_midfoot_impulse_share + (
            foot.regions_forefoot_impulse_share + foot.regions_toes_impulse_share
        ) == pytest.approx(1)
        # Fewer than thirty steps give no stable mean.
        assert not foot.gait_valid
        assert "30 steps" in foot.gait_note


def undefined(made: Cohort) -> list[str]:
    schema = parquet.read_schema(made.table)
    return [field.name for field in schema if not field.metadata[b"definition"]]


def test_each_column_tells_its_unit_and_its_definition(by_cluster: Cohort) -> None:
    schema = parquet.read_schema(by_cluster.table)
    units = {name: schema.field(name).metadata[b"unit"].decode() for name in schema.names}
    for column, unit in {
        "sway_mean_velocity": "mm/s", "sway_ellipse_area_95": "mm2", "sway_duration": "s",
        "loading_mean_force": "N", "quality_missing": "%", "sway_valid": "", "file": "",
    }.items():  # fmt: skip
        assert units[column] == unit, column
    numbers = [name for name in schema.names if str(schema.field(name).type) == "double"]
    assert [name for name in numbers if not units[name]] == []
    assert pd.read_parquet(by_cluster.table).attrs["units"]["sway_mean_velocity"] == "mm/s"
    said = schema.field("sway_mean_velocity").metadata[b"definition"].decode()
    assert said == "path length / ((N - 1) / fs); Prieto 1996"
    said = schema.field("quality_check_ruhe_2010_3").metadata[b"definition"].decode()
    assert said.endswith("Ruhe 2010 recommends: 90 s or more, or the mean of three to five trials")
    assert undefined(by_cluster) == []


@settings(max_examples=30)
@given(
    st.lists(
        st.dictionaries(
            st.text(min_size=1),
            st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.text()),
        )
    )
)
def test_rows_come_back_to_the_last_bit(rows: list[dict[str, object]]) -> None:
    cells = [{name: Cell(value, "mm") for name, value in row.items()} for row in rows]
    assert unpacked(packed(cells)) == cells


# ---- what is done stays done ---------------------------------------------------------------------


def test_killed_on_two_workers_and_gone_on_with_others_it_is_the_same_table(
    recordings: Path, by_cluster: Cohort, cluster: str, tmp_path: Path
) -> None:
    table = tmp_path / "killed.parquet"
    log = table.with_suffix(".done.sqlite-wal")
    killed = subprocess.Popen(
        [sys.executable, "-m", "solemetry_host", "batch", recordings, "--out", table,
         "--workers", "2"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    of_a_few = 40_000
    while killed.poll() is None and not (log.exists() and log.stat().st_size > of_a_few):
        time.sleep(0.002)
    killed.kill()
    assert killed.wait() == -9
    assert not table.exists()
    made = analyze_folder(recordings, table, scheduler=cluster)
    assert 0 < made.done_before < SESSIONS
    assert made.analyzed == SESSIONS - made.done_before
    assert table.read_bytes() == by_cluster.table.read_bytes()


def test_run_again_it_does_what_is_new_changed_or_gone(
    simulated: SimpleNamespace, cluster: str, tmp_path: Path
) -> None:
    folder, out = tmp_path / "in", tmp_path / "in" / "table.parquet"
    folder.mkdir()

    def record(name: str, seed: int) -> Path:
        boots = (simulated.Boot(0.0, 5.0),)
        return simulated.Plate(simulated.standing, boots=boots, seed=seed).write(folder / name)

    def analyze(choices: Choices | None = None) -> Cohort:
        return analyze_folder(folder, out, choices, scheduler=cluster)

    def counts(made: Cohort) -> tuple[int, int, int]:
        return made.analyzed, made.done_before, made.rows

    record("a.h5", 1)
    gone = record("b.h5", 2)
    assert counts(analyze()) == (2, 0, 2)
    first = out.read_bytes()
    assert counts(analyze()) == (0, 2, 2)
    assert out.read_bytes() == first
    record("c.h5", 3)
    assert counts(analyze()) == (1, 2, 3)
    os.utime(folder / "a.h5", (1, 1))
    gone.unlink()
    assert counts(analyze()) == (1, 1, 2)
    assert counts(analyze(Choices("bmclab"))) == (2, 0, 2)
    assert pd.read_parquet(out).convention.tolist() == ["bmclab", "bmclab"]


def test_two_batches_do_not_write_one_table(tmp_path: Path) -> None:
    with (
        open_done(tmp_path / "table.done.sqlite"),
        pytest.raises(FileError, match="Another batch"),
        open_done(tmp_path / "table.done.sqlite"),
    ):
        pass


def test_what_is_no_list_of_what_is_done_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table.done.sqlite").write_bytes(b"something else" * 100)
    with (
        pytest.raises(FileError, match="delete it"),
        open_done(tmp_path / "table.done.sqlite"),
    ):
        pass


# ---- what goes wrong -----------------------------------------------------------------------------


def test_bad_files_are_listed_and_the_rest_is_done(
    recordings: Path, cluster: str, tmp_path: Path
) -> None:
    whole = sorted(recordings.rglob("*.h5"))[0].read_bytes()
    bad = {
        "empty.h5": b"",
        "half.h5": whole[: len(whole) // 2],
        "no session.h5": b"\x89HDF\r\n\x1a\n" + bytes(2000),
        "words.txt": b"Bought milk.\n",
    }
    folder = tmp_path / "mixed"
    folder.mkdir()
    for name, content in (bad | {"good.h5": whole}).items():
        (folder / name).write_bytes(content)
    (folder / os.fsdecode(b"\xff.h5")).write_bytes(whole)
    (folder / ".hidden").write_bytes(b"is left out")
    made = analyze_folder(folder, tmp_path / "table.parquet", scheduler=cluster)
    assert pd.read_parquet(made.table).file.tolist() == ["good.h5"]
    with made.failures_table.open(newline="") as file:
        listed = list(csv.DictReader(file))
    assert [row["path"] for row in listed] == [*sorted(bad), "\ufffd.h5"]
    assert [row for row in listed if not (row["why"] and row["remedy"])] == []
    for name in (*bad, os.fsdecode(b"\xff.h5")):
        (folder / name).unlink()
    again = analyze_folder(folder, tmp_path / "table.parquet", scheduler=cluster)
    assert (again.done_before, again.failures) == (1, ())


def test_what_cannot_be_looked_at_is_listed_too(
    recordings: Path, cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    (folder / "locked").mkdir(parents=True)
    shutil.copy(sorted(recordings.rglob("*.h5"))[0], folder / "good.h5")
    (folder / "gone.h5").symlink_to(tmp_path / "nowhere.h5")
    (folder / "ring.h5").symlink_to(folder / "ring.h5")
    (folder / "again").symlink_to(folder)
    os.mkfifo(folder / "pipe.h5")
    scan = os.scandir

    def refused(place: str) -> object:
        if Path(place).name == "locked":
            raise PermissionError(13, "Permission denied", os.fspath(place))
        return scan(place)

    monkeypatch.setattr(os, "scandir", refused)
    made = analyze_folder(folder, tmp_path / "table.parquet", scheduler=cluster)
    assert pd.read_parquet(made.table).file.tolist() == ["good.h5"]
    assert {of.path: of.why for of in made.failures} == {
        "gone.h5": "No such file or directory.",
        "ring.h5": "Too many levels of symbolic links.",
        "locked": "Permission denied.",
    }


def test_a_table_that_cannot_be_written_leaves_the_one_before(
    recordings: Path, cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out" / "table.parquet"
    folder.mkdir()
    first, second = sorted(recordings.rglob("*.h5"))[:2]
    shutil.copy(first, folder / "a.h5")
    analyze_folder(folder, out, scheduler=cluster)
    before = out.read_bytes()
    shutil.copy(second, folder / "b.h5")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(parquet.ParquetWriter, "write_table", full)
        with pytest.raises(FileError, match="No space left"):
            analyze_folder(folder, out, scheduler=cluster)
    assert out.read_bytes() == before
    assert [path.name for path in out.parent.glob("*.parquet*")] == ["table.parquet"]
    made = analyze_folder(folder, out, scheduler=cluster)
    assert (made.analyzed, made.done_before, made.rows) == (0, 2, 2)
    with pytest.raises(FileError, match="cannot be made"):
        analyze_folder(folder, first / "table.parquet", scheduler=cluster)


def test_a_folder_of_bad_files_only_gives_an_empty_table(cluster: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("Bought milk.\n")
    made = analyze_folder(tmp_path, tmp_path / "table.parquet", scheduler=cluster)
    assert (made.rows, len(pd.read_parquet(made.table))) == (0, 0)
    assert [of.path for of in made.failures] == ["words.txt"]


def test_the_death_of_a_worker_is_that_of_one_task() -> None:
    def work(task: int) -> int:
        if task == 3:
            os._exit(1)
        return task * task

    with local_workers(2, at_most=8) as client:
        threads = client.run(lambda: os.environ["OMP_NUM_THREADS"])
        answers = dict(shared_out(client, work, range(8)))
    assert list(threads.values()) == ["1", "1"]
    assert isinstance(answers.pop(3), WorkerDied)
    assert answers == {task: task * task for task in range(8) if task != 3}


def test_what_has_no_end_ends() -> None:
    # PyDLL keeps the interpreter's lock, as a C library in an endless loop does.
    code = (
        "import ctypes; from solemetry.cohort.one_file import _for_at_most\n"
        "with _for_at_most(0.2): ctypes.PyDLL(None).sleep(100)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
                          check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")


def test_another_version_of_the_analysis_is_refused(cluster: str, recordings: Path) -> None:
    def work(name: str) -> object:
        return analyze_file(Recording(name, name), Choices(), "another one")

    with (
        workers_at(cluster, recordings) as client,
        pytest.raises(SolemetryError, match="another version"),
    ):
        list(shared_out(client, work, ["a.h5"]))


def test_a_scheduler_that_is_not_there_or_of_no_use_is_told(
    cluster: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SolemetryError, match="does not see"), workers_at(cluster, tmp_path / "no"):
        pass
    monkeypatch.setattr(workers, "PATIENCE_S", 0.5)
    with (
        pytest.raises(SolemetryError, match="No Dask scheduler"),
        workers_at("tcp://127.0.0.1:9", tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    ("folder", "table", "choices", "said"),
    [
        ("nowhere", "t.parquet", Choices(), "no folder"),
        (".", "t.parquet", Choices(), "no file like"),
        (".", "t.csv", Choices(), "Parquet"),
        (".", "t.parquet", Choices("mine"), "mine"),
        (".", "t.parquet", Choices(gait_convention="mine"), "mine"),
    ],
)
def test_what_cannot_be_asked_for_is_told_at_once(
    folder: str, table: str, choices: Choices, said: str, tmp_path: Path
) -> None:
    with pytest.raises(SolemetryError, match=said):
        analyze_folder(tmp_path / folder, tmp_path / table, choices)
    assert list(tmp_path.iterdir()) == []
