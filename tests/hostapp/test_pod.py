# SPDX-License-Identifier: Apache-2.0
"""Runs that a pod kept by itself: fetched over a bad link, checked, made into sessions."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import numpy as np
import pytest
import virtual_pod
from virtual_pod import INSOLE, PodTransport, Recorded, VirtualPod, memory

import solemetry
from solemetry.errors import DeviceError, FileError, RecordingError
from solemetry.session import Session, verify
from solemetry_host.devices.link import DeviceLink
from solemetry_host.devices.pod_download import download, erase, list_runs
from solemetry_host.devices.pod_files import fetch_run
from solemetry_host.devices.pod_log import (
    blocks_in_file,
    read_run,
    runs_in_image,
    write_run,
)

TRUTH = Recorded()
FIRST_ROWS = 13
"""Rows to a block."""


def as_session(blocks: list[bytes], folder: Path, count: int | None = None) -> Session:
    run = read_run(dict(enumerate(blocks)), count)
    return solemetry.open(write_run(run, folder / "run.h5"))


def met(pod: VirtualPod) -> DeviceLink:
    transport = PodTransport(pod)
    link = DeviceLink(transport, transport.now_ns)
    assert link.meet(threading.Event()) is not None
    return link


def on_grid(truth: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rows of the truth that a grid of its own rate must show; what is at an end is missing."""
    return np.where(truth[rows] == 4095, np.nan, truth[rows])


# ---- blocks to session


def test_a_whole_run_becomes_a_session_with_every_code_and_every_step_of_the_imu(
    tmp_path: Path,
) -> None:
    session = as_session(TRUTH.run(), tmp_path)
    stream, motion = session.streams["left"], session.motion["left-imu"]
    assert (stream.rows, stream.lost_rows) == (240, 0)
    assert stream.counts is not None
    np.testing.assert_array_equal(stream.counts, on_grid(TRUTH.cells, np.arange(240)))
    np.testing.assert_allclose(motion.acceleration_g, TRUTH.imu[:, :3] * 16 / 2**15, rtol=1e-12)
    np.testing.assert_allclose(motion.turn_rate_dps, TRUTH.imu[:, 3:] * 2000 / 2**15, rtol=1e-12)
    np.testing.assert_allclose(stream.t_s, np.arange(240) * 0.01, atol=1e-9)
    np.testing.assert_array_equal(motion.t_s, stream.t_s)
    assert session.meta["start_utc"] == "2025-06-15T15:06:40+00:00"
    assert list(session.events.kind) == []
    assert stream.info["device_id"] == INSOLE.id
    assert (stream.info["run"], stream.info["side"]) == (7, "left")
    assert verify(session.path).whole


def test_a_left_insole_is_the_mirror_of_the_drawn_one(tmp_path: Path) -> None:
    layout = as_session(TRUTH.run(), tmp_path).streams["left"].layout
    assert layout is not None
    np.testing.assert_array_equal(layout.xy_mm, INSOLE.layout.xy_mm * (-1, 1))
    assert layout.regions[0] == "heel_medial"
    assert layout.xy_mm[0, 0] > 0  # medial of a left foot is to the right
    assert layout.area_mm2 is not None
    assert layout.area_mm2[0] == pytest.approx(78.54, abs=0.01)


def test_a_run_of_an_insole_of_another_size_keeps_the_size(tmp_path: Path) -> None:
    """Of EU 45: three Paris points of 20/3 mm on the 265 mm that are drawn."""
    path = write_run(read_run(dict(enumerate(TRUTH.run()))), tmp_path / "run.h5", insole_size_eu=45)
    layout = solemetry.open(path).streams["left"].layout
    assert layout is not None
    np.testing.assert_allclose(layout.xy_mm, INSOLE.layout.xy_mm * (-1, 1) * 285 / 265)


def test_forces_are_refused_and_counts_kept_until_there_are_gains(tmp_path: Path) -> None:
    session = as_session(TRUTH.run(), tmp_path)
    stream = session.streams["left"]
    assert stream.forces_n is None
    assert np.isnan(stream.force_n).all()
    assert np.isnan(stream.cop_mm).all()
    assert any("No gains are known" in note for note in stream.notes)
    notes = solemetry.analysis.analyze(session)["notes"]
    assert any("no gains" in note.lower() for note in notes)


@pytest.mark.parametrize(
    "info",
    [virtual_pod.info_payload(name="insole-from-elsewhere"),
     virtual_pod.info_payload(geometry=0x12345678)],
)  # fmt: skip
def test_a_pod_of_unknown_geometry_keeps_its_counts(info: bytes, tmp_path: Path) -> None:
    session = as_session(TRUTH.run(info=info), tmp_path)
    stream = session.streams["left"]
    assert stream.layout is None
    assert stream.counts is not None
    np.testing.assert_array_equal(stream.counts, on_grid(TRUTH.cells, np.arange(240)))
    assert any("no known kind" in note for note in stream.notes)


@pytest.mark.parametrize("damage", ["flip", "missing"])
def test_a_damaged_or_missing_block_is_a_gap_of_exactly_its_rows(
    damage: str, tmp_path: Path
) -> None:
    blocks = dict(enumerate(TRUTH.run()))
    if damage == "flip":
        blocks[4] = blocks[4][:100] + bytes([blocks[4][100] ^ 1]) + blocks[4][101:]
    else:
        del blocks[4]
    session = solemetry.open(write_run(read_run(blocks), tmp_path / "run.h5"))
    stream = session.streams["left"]
    lost = range(3 * FIRST_ROWS, 4 * FIRST_ROWS)
    assert (stream.rows, stream.lost_rows) == (240 - 13, 13)
    assert stream.gaps[["row", "lost"]].to_numpy().tolist() == [[39, 13]]
    assert stream.gaps.reason[0] == f"{'damaged' if damage == 'flip' else 'missing'} block"
    assert stream.counts is not None
    expected = on_grid(TRUTH.cells, np.arange(240))
    expected[list(lost)] = np.nan
    np.testing.assert_array_equal(stream.counts, expected)
    assert stream.missing == np.isnan(expected[:, 0]).mean()
    assert np.isnan(session.motion["left-imu"].acceleration_g[list(lost)]).all()
    assert session.events.kind.tolist() == ["block_damaged"]
    assert session.events.detail[0]["block"] == 4
    assert verify(session.path).whole  # the file is; what it is of was not


def test_a_run_without_its_first_block_still_gives_its_rows(tmp_path: Path) -> None:
    blocks = dict(enumerate(TRUTH.run()))
    del blocks[0]
    session = solemetry.open(write_run(read_run(blocks), tmp_path / "run.h5"))
    stream = session.streams["insole"]
    assert stream.rows == 240
    assert stream.rate_hz == pytest.approx(100)
    assert stream.counts is not None
    np.testing.assert_array_equal(stream.counts, on_grid(TRUTH.cells, np.arange(240)))
    assert "start_missing" in set(session.events.kind)


@pytest.mark.parametrize("cut", [2, 9, 18])
def test_a_run_that_power_cut_off_says_so_and_keeps_what_was_written(
    cut: int, tmp_path: Path
) -> None:
    session = as_session(TRUTH.run(ended=False)[:cut], tmp_path)
    assert session.streams["left"].rows == (cut - 1) * FIRST_ROWS
    assert session.events.kind.tolist() == ["run_cut_off"]


def test_what_the_rows_flags_say_becomes_events_when_it_begins(tmp_path: Path) -> None:
    def flags(row: int) -> int:
        return (2 if row >= 130 else 0) | (16 if 26 <= row < 39 or row >= 200 else 0)

    session = as_session(TRUTH.run(flags=flags), tmp_path)
    assert session.events.kind.tolist() == ["imu_silent", "battery_low", "imu_silent"]
    np.testing.assert_allclose(session.events.t_s, [0.26, 1.30, 2.08], atol=1e-9)


def test_device_time_wraps_within_a_run_and_even_unseen_in_a_gap(tmp_path: Path) -> None:
    early = Recorded(26, first_index=0, t0_us=2**32 - 55_000)
    # Fifty minutes of blocks are lost; by the index they are known to have been there.
    away = 300_000
    late = Recorded(26, first_index=away, t0_us=2**32 - 55_000 + away * 10_000, seed=1)
    blocks = early.run(ended=False)
    for number, at in ((5, 0), (6, 13)):
        payload = virtual_pod.rows_payload(
            away + at, int(late.t_us[at]), late.cells[at : at + 13], late.imu[at : at + 13]
        )
        blocks += [virtual_pod.block(2, 3, 7, number, payload)]
    run = read_run({0: blocks[0], 1: blocks[1], 2: blocks[2], 5: blocks[3], 6: blocks[4]})
    stream = solemetry.open(write_run(run, tmp_path / "run.h5")).streams["left"]
    assert stream.t_s[-1] == pytest.approx((away + 25) * 0.01, abs=0.01)  # on the grid
    assert stream.lost_rows == away - 26


def test_an_image_of_the_memory_gives_its_runs_and_not_those_that_were_erased(
    tmp_path: Path,
) -> None:
    first, second = TRUTH.run(run=8), Recorded(50, seed=2).run(run=9, ended=False)
    erased = Recorded(90, seed=3).run(run=6, epoch=2)
    image = memory([first, second, erased[3:]])
    image[(16 + 5) * 512 + 60] ^= 0x40
    runs = runs_in_image(bytes(image))
    assert [run.run for run in runs] == [8, 9]
    assert list(runs[0].bad) == [5]
    assert (runs[0].ended, runs[1].ended) == (True, False)
    session = solemetry.open(write_run(runs[1], tmp_path / "b.h5"))
    assert session.streams["left"].rows == 50


def test_the_older_superblock_serves_when_the_newer_is_damaged() -> None:
    image = memory([TRUTH.run(epoch=2)])
    image[8 * 512 + 5] ^= 1
    assert [run.run for run in runs_in_image(bytes(image))] == [7]
    image[5] ^= 1
    with pytest.raises(FileError, match="not the memory of a pod"):
        runs_in_image(bytes(image))


def test_random_damage_never_makes_rows_that_were_not_there(tmp_path: Path) -> None:
    chance = random.Random(1)
    for turn in range(30):
        image = memory([TRUTH.run()], blocks=40)
        for _ in range(40):
            image[16 * 512 + chance.randrange(20 * 512)] ^= 1 << chance.randrange(8)
        for run in runs_in_image(bytes(image)):
            try:
                path = write_run(run, tmp_path / f"{turn}.h5")
            except FileError:
                continue
            (stream,) = solemetry.open(path).streams.values()
            assert stream.counts is not None
            shown = np.isfinite(stream.counts).any(axis=1)
            first = next(n for n in range(1, 20) if n in run.blocks)
            rows = (first - 1) * FIRST_ROWS + np.flatnonzero(shown)
            np.testing.assert_array_equal(stream.counts[shown], on_grid(TRUTH.cells, rows))


def test_blocks_of_two_runs_are_not_mixed() -> None:
    blocks = dict(enumerate(TRUTH.run(run=1)))
    blocks[3] = TRUTH.run(run=2)[3]
    with pytest.raises(FileError, match="several runs"):
        read_run(blocks)
    with pytest.raises(FileError, match="no block is sound"):
        read_run({0: bytes(512)})
    with pytest.raises(FileError, match="no rows"):
        write_run(read_run({0: TRUTH.run()[0]}), Path("never.h5"))


# ---- download


def test_runs_are_listed_the_newest_first_with_the_epoch() -> None:
    pod = VirtualPod([TRUTH.run(run=4), TRUTH.run(run=5, ended=False)], epoch=3)
    listed = list_runs(met(pod))
    assert listed.epoch == 3
    assert [(run.run, run.state) for run in listed.runs] == [(5, "cut off"), (4, "ended")]
    assert listed.runs[0].utc_s == 1_750_000_000
    assert list_runs(met(VirtualPod([], epoch=12))).epoch == 12


def test_a_download_over_a_link_that_loses_frames_brings_every_byte() -> None:
    chance = random.Random(2)
    pod = VirtualPod([TRUTH.run()])
    link = met(pod)
    (run,) = list_runs(link).runs
    pod.lose = lambda type_, payload: chance.random() < 0.15
    blocks: dict[int, bytes] = {}
    seen: list[tuple[int, int]] = []
    download(link, run, blocks, lambda here, of: seen.append((here, of)))
    assert [blocks[n] for n in range(run.blocks)] == TRUTH.run()
    assert seen[-1] == (run.blocks, run.blocks)
    assert [here for here, _ in seen] == sorted(here for here, _ in seen)


def test_a_download_that_broke_off_asks_only_for_what_is_missing(tmp_path: Path) -> None:
    pod = VirtualPod([TRUTH.run()])
    link = met(pod)
    (run,) = list_runs(link).runs
    pod.lose = lambda type_, payload: type_ == 0x21 and payload[2] >= 10
    with pytest.raises(DeviceError, match=r"10 of 21 blocks came.*goes on"):
        fetch_run(link, run, tmp_path)
    kept = blocks_in_file((tmp_path / "pod-3-7.blocks").read_bytes())
    assert [kept[n] for n in range(10)] == TRUTH.run()[:10]

    pod.lose = lambda type_, payload: False
    pod.asked.clear()
    path = fetch_run(link, run, tmp_path)
    assert min(first for first, _ in pod.asked) == 10
    assert solemetry.open(path).streams["left"].lost_rows == 0
    assert [file.name for file in tmp_path.iterdir()] == ["pod-3-7.h5"]
    with pytest.raises(RecordingError, match="exists already"):
        fetch_run(link, run, tmp_path)


def test_a_block_that_is_damaged_in_the_memory_does_not_hold_up_the_rest(tmp_path: Path) -> None:
    blocks = TRUTH.run()
    blocks[6] = blocks[6][:50] + b"\xff" + blocks[6][51:]
    pod = VirtualPod([blocks])
    link = met(pod)
    path = fetch_run(link, list_runs(link).runs[0], tmp_path)
    assert solemetry.open(path).streams["left"].gaps.reason.tolist() == ["damaged block"]
    assert sum(first <= 6 < first + count for first, count in pod.asked) == 2


def test_erasing_takes_the_epoch_that_was_listed() -> None:
    pod = VirtualPod([TRUTH.run()])
    link = met(pod)
    erase(link, list_runs(link).epoch - 1)
    assert pod.runs
    erase(link, list_runs(link).epoch)
    assert list_runs(link).runs == ()
