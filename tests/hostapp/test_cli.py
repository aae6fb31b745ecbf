# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from pty_plate import PtyDevice
from typed import solemetry
from virtual_pod import Recorded, VirtualPod

from solemetry.errors import FileError
from solemetry.session import verify
from solemetry_host.commands.own_process import in_own_process


@pytest.mark.parametrize(
    "starts", [("-m", "solemetry_host"), (Path(sys.executable).with_name("solemetry"),)]
)
def test_it_can_be_started_in_either_way(starts: tuple[str | Path, ...], tmp_path: Path) -> None:
    starter = starts if len(starts) == 1 else (sys.executable, *starts)
    done = subprocess.run(
        [*starter, "verify", tmp_path / "none.h5"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: There is no file")
    assert done.stdout == ""


def test_analyze_gives_the_published_values_of_a_lab_recording(real_data: Callable) -> None:
    file = real_data("posture/bds_raw") / "BDS00007.txt"
    done = solemetry("analyze", file, "--convention", "bmclab", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    ((_, sway),) = result["sway"].items()
    with (real_data("posture/bds_golden") / "bds_published.csv").open() as table:
        published = next(row for row in csv.DictReader(table) if row["Trial"] == "BDS00007")
    area_cm2, velocity_cm_s = (
        sway["ellipse_area_95"]["value"] / 100, sway["mean_velocity"]["value"] / 10
    )
    assert area_cm2 == pytest.approx(float(published["COParea"]), rel=1e-9)
    assert velocity_cm_s == pytest.approx(float(published["COPvelo"]), rel=1e-9)
    assert sway["mean_frequency"]["value"] == pytest.approx(float(published["COPmfreq"]), rel=1e-9)
    assert sway["ellipse_area_95"]["unit"] == "mm2"


def test_analyze_prints_a_table_for_people(real_data: Callable) -> None:
    done = solemetry("analyze", real_data("posture/bds_raw") / "BDS00001.txt")
    assert done.returncode == 0
    assert "ellipse_area_95" in done.stdout
    assert "convention solemetry" in done.stdout
    assert "sampen_ml" not in done.stdout
    everything = solemetry("analyze", real_data("posture/bds_raw") / "BDS00001.txt", "--all",
                           "--convention", "french90").stdout
    assert "ellipse_area_90" in everything
    assert "sampen_ml" in everything


def test_a_file_that_is_no_session_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    (tmp_path / "letter.h5").write_text("Dear Sir or Madam")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = [1, 2, 3]
    with h5py.File(tmp_path / "newer.h5", "w") as file:
        file.attrs.update(format="solemetry-session", format_version=99)
    for name, words in (
        ("letter.h5", "letter.h5"),
        ("other.h5", "not a Solemetry session"),
        ("newer.h5", "version 99"),
        ("none.h5", "no file"),
    ):
        for verb in ("analyze", "report", "repair"):
            done = solemetry(verb, tmp_path / name)
            assert done.returncode == 1, (verb, name)
            assert done.stderr.startswith("Error: ")
            assert verb != "analyze" or words in done.stderr, name
        replayed = f"replay:{tmp_path / name}"
        done = solemetry("record", "--device", replayed, "--seconds", "1",
                         "--out", tmp_path / "out.h5")
        assert done.returncode == 1


def test_an_unknown_convention_names_the_known_ones(real_data: Callable) -> None:
    file = real_data("posture/bds_raw") / "BDS00001.txt"
    done = solemetry("analyze", file, "--convention", "mine")
    assert done.returncode == 2
    assert "bmclab" in done.stderr


def test_recorded_analysed_reported_and_recorded_again_from_the_replay(tmp_path: Path) -> None:
    first, second = tmp_path / "first.h5", tmp_path / "second.h5"
    done = solemetry("record", "--device", "sim:plate?speed=4&steps_on=0.1", "--seconds", "14",
                     "--foot", "left:heel=-60,-100;axis=-7;length=255", "--out", first)
    assert done.returncode == 0, done.stderr
    result = json.loads(solemetry("analyze", first, "--json").stdout)
    assert result["sway"]["plate"]["mean_velocity"]["value"] > 0
    assert result["loading"]["plate"]["front_share"]["of"] == "left foot"
    done = solemetry("report", first)
    assert done.returncode == 0, done.stderr
    assert "<html" in (tmp_path / "first.html").read_text()
    done = solemetry("record", "--device", f"replay:{first}?speed=20", "--seconds", "5",
                     "--out", second)
    assert done.returncode == 0, done.stderr
    assert second.exists()


def test_an_empty_plate_is_said_to_be_empty(tmp_path: Path) -> None:
    empty = tmp_path / "empty.h5"
    solemetry("record", "--device", "sim:plate?steps_on=99", "--seconds", "1", "--out", empty)
    done = solemetry("analyze", empty)
    assert done.returncode == 0, done.stderr
    assert "Nobody stands on the plate" in " ".join(done.stdout.split())
    assert json.loads(solemetry("analyze", empty, "--json").stdout)["sway"]["plate"] == {}


def test_a_calibration_file_is_used_and_a_wrong_one_is_explained(tmp_path: Path) -> None:
    import solemetry as sm

    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps({"zero_counts": [0] * 4, "gain_n_per_count": [1e-3] * 4,
                                "source": "9 points, 20 kg, 2026-11-20"}))
    bad.write_text('{"zero_counts": [0, 0], "gain_n_per_count": [1]}')
    out = tmp_path / "s.h5"
    arguments = ("record", "--seconds", "1", "--out", out, "--calibration")
    assert solemetry(*arguments, good).returncode == 0
    assert sm.open(out).streams["plate"].calibration.gain_n_per_count[0] == 1e-3
    for wrong in (bad, tmp_path / "none.json"):
        done = solemetry(*arguments, wrong)
        assert done.returncode == 1
        assert "calibration" in done.stderr.lower()


def test_repair_says_where_the_recovered_session_is(tmp_path: Path) -> None:
    out = tmp_path / "s.h5"
    assert solemetry("record", "--device", "sim:plate?speed=4", "--seconds", "4",
                     "--out", out).returncode == 0
    out.rename(tmp_path / "t.partial.h5")
    done = solemetry("repair", tmp_path / "t.partial.h5")
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "t.h5") in done.stdout


# ---- devices and files


def test_the_self_test_of_a_plate_is_a_table_or_json() -> None:
    done = solemetry("self-test", "--device", "sim:plate", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["channel"] for row in rows] == ["FL", "FR", "RL", "RR"]
    assert {row["status"] for row in rows} == {"well"}
    broken = solemetry("self-test", "--device", "sim:plate?offset=9000000")
    assert broken.returncode == 1
    assert "at an end of its range" in " ".join(broken.stdout.split())


def test_a_file_is_verified_as_whole_or_not(tmp_path: Path) -> None:
    out = tmp_path / "s.h5"
    assert solemetry("record", "--device", "sim:plate?speed=4", "--seconds", "4",
                     "--out", out).returncode == 0
    done = solemetry("verify", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is whole" in " ".join(done.stdout.split())
    data = bytearray(out.read_bytes())
    with h5py.File(out) as file:
        at = file["streams/plate/samples"].id.get_chunk_info(0).byte_offset
    data[at + 30] ^= 0xFF
    (tmp_path / "damaged.h5").write_bytes(data)
    done = solemetry("verify", tmp_path / "damaged.h5", "--json")
    assert done.returncode == 1
    verdict = json.loads(done.stdout)
    assert not verdict["whole"]
    assert any("samples cannot be read" in problem for problem in verdict["problems"])


def test_the_runs_of_a_pod_are_listed_downloaded_and_erased(tmp_path: Path) -> None:
    import solemetry as sm

    pod = VirtualPod([Recorded(60).run(run=4), Recorded(90, seed=1).run(run=5, ended=False)])
    device = PtyDevice(pod)
    url = f"serial:{device.port}"
    try:
        listed = json.loads(solemetry("pod", "list", "--device", url, "--json").stdout)
        assert [(row["run"], row["state"]) for row in listed] == [(5, "cut off"), (4, "ended")]
        assert listed[0]["began"] == "2025-06-15T15:06:40+00:00"
        done = solemetry("pod", "download", "--device", url, "--out", tmp_path, "--run", "6")
        assert done.returncode == 1
        assert "no run 6" in done.stderr
        done = solemetry("pod", "download", "--device", url, "--out", tmp_path)
        assert done.returncode == 0, done.stderr
        assert sm.open(tmp_path / "pod-3-4.h5").streams["left"].rows == 60
        assert sm.open(tmp_path / "pod-3-5.h5").streams["left"].rows == 90
        done = solemetry("pod", "erase", "--device", url, "--yes")
        assert done.returncode == 0, done.stderr
        assert pod.runs == {}
        assert "no run" in solemetry("pod", "list", "--device", url).stdout
    finally:
        device.cut()


def test_a_file_that_kills_the_library_does_not_kill_the_program() -> None:
    with pytest.raises(FileError, match="dies of it"):
        in_own_process(os._exit, 3)
    with pytest.raises(FileError, match="There is no file"):
        in_own_process(verify, "not/there.h5")
