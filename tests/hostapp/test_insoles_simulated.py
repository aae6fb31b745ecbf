# SPDX-License-Identifier: Apache-2.0
"""Virtual insoles: what they feel agrees with the plate, and with what hardware would read."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

import solemetry
from solemetry.device import DeviceDescription
from solemetry.errors import DeviceError
from solemetry_host.devices import asking
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.link import DeviceLink
from solemetry_host.devices.source import Block, Exchange, Item, Opened, Source
from solemetry_host.devices.transport import Wireless
from solemetry_host.devices.url import open_board, open_source, open_sources
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.running.run import DrillRun
from solemetry_host.drills.signals.catalogue import REGIONS
from solemetry_host.drills.signals.insole import cells_by_region
from solemetry_host.drills.simulated.person import SimulatedPerson
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.sim.feet import CAUGHT, Feet
from solemetry_host.sim.insole import RadioLink, VirtualInsole
from solemetry_host.sim.person import ONE_LEG, TWO_LEGS, Person, Stance
from solemetry_host.sim.world import World
from solemetry_host.wire.batches import CELL_HIGHEST
from solemetry_host.wire.records import TimeAnswer, Type, encode
from solemetry_host.wire.stream import StreamDecoder

INSOLE = DeviceDescription.builtin("insole-16-esp32s3")
T_S = np.arange(5, 60, 0.01)


def feet(stance: Stance = TWO_LEGS, **options: object) -> Feet:
    person = Person(stance, mass_kg=70, steps_on_s=1, **options)  # type: ignore[arg-type]
    return Feet(person, INSOLE.layout)


def record(source: Source, path: Path, blocks: int = 10**9) -> tuple[Path, list[Item]]:
    """Record so many blocks of a device, or all that it has."""
    engine, recorder, stop = Engine(), Recorder(path), threading.Event()
    items: list[Item] = []

    def take(item: Item) -> None:
        engine.take(item)
        if isinstance(item, Opened):
            engine.begin_take(recorder)
        items.append(item)
        if len(items) > blocks:
            stop.set()

    source.run(take, stop)
    engine.end_take()
    return recorder.stop(), items


# ---- what is felt


def test_both_feet_together_have_the_force_and_the_centre_of_the_plate() -> None:
    standing = feet()
    (left, left_at), (right, right_at) = (standing.load(side, T_S) for side in ("left", "right"))
    force, cop = standing.person.load(T_S)
    np.testing.assert_allclose(left + right, force, rtol=1e-12)
    together = (left[:, None] * left_at + right[:, None] * right_at) / force[:, None]
    np.testing.assert_allclose(together, cop, atol=1e-9)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_cells_of_a_foot_have_its_force_and_centre(side: str) -> None:
    standing = feet()
    cells = standing.cells(side, T_S)  # type: ignore[arg-type]
    force, at = standing.load(side, T_S)  # type: ignore[arg-type]
    assert (cells > 0).all()  # a quiet stance lifts no cell off
    np.testing.assert_allclose(cells.sum(axis=1), CAUGHT * force, rtol=1e-12)
    places = INSOLE.as_used(100, side).layout.xy_mm
    center = cells @ places / cells.sum(axis=1, keepdims=True)
    # The insole's place on the plate is unknown and constant: what moves must move alike.
    np.testing.assert_allclose(center - center.mean(axis=0), at - at.mean(axis=0), atol=1e-9)


def test_the_forefoot_share_follows_the_sway() -> None:
    standing = feet()
    cells = standing.cells("left", T_S)
    forefoot = cells[:, INSOLE.layout.front].sum(axis=1) / cells.sum(axis=1)
    _, cop = standing.person.load(T_S)
    assert np.corrcoef(forefoot, cop[:, 1])[0, 1] > 0.99


def test_on_one_leg_the_other_foot_feels_nothing() -> None:
    standing = feet(ONE_LEG)
    assert not standing.cells("left", T_S).any()
    force, _ = standing.person.load(T_S)
    np.testing.assert_allclose(standing.cells("right", T_S).sum(axis=1), CAUGHT * force)


def test_three_heel_raises_are_on_the_plate_in_both_shoes_and_in_the_motion() -> None:
    standing = feet(heel_raises_s=(20.0,))
    force, cop = standing.person.load(T_S)
    peaks, _ = signal.find_peaks(cop[:, 1], prominence=45)
    np.testing.assert_allclose(T_S[peaks], [20.25, 21.05, 21.85], atol=0.05)
    for side in ("left", "right"):
        cells = standing.cells(side, T_S)
        heel = cells[:, :4].sum(axis=1)
        assert heel[peaks].max() < 0.35 * np.median(heel)
        motion = standing.motion(side, T_S)
        assert motion[peaks, 1].max() < -0.25  # toes down: gravity along the foot
        np.testing.assert_allclose(np.linalg.norm(motion[:, :3], axis=1), 1.0, atol=1e-9)
        # Turn rate is the derivative of the angle that gravity shows.
        angle = np.rad2deg(np.arctan2(-motion[:, 1], motion[:, 2]))
        np.testing.assert_allclose(-np.gradient(angle, 0.01), motion[:, 3], atol=4.0)
    # A body that is back where it was has been pushed by its weight on average.
    during = (T_S >= 20) & (T_S < 20.5)
    assert force[during].mean() == pytest.approx(70 * 9.80665, rel=0.02)
    assert np.ptp(force[during]) > 200


def test_a_person_without_gestures_stands_as_before() -> None:
    plain, raising = Person(TWO_LEGS), Person(TWO_LEGS, heel_raises_s=(1000.0,))
    for a, b in zip(plain.load(T_S), raising.load(T_S), strict=True):
        np.testing.assert_array_equal(a, b)


# ---- what is read


def test_a_code_is_what_the_front_end_makes_of_a_force() -> None:
    """By hand of device.toml: 0.3 V, 2200 ohm fed back, and in series with the cell a switch of 90.

    A cell has 10 kOhm under 1 N, and under 10 N that over 10^0.85 = 7.0794578.
    """
    in_all = {0.0: np.inf, 1.0: 10_000 + 90, 10.0: 10_000 / 7.0794578 + 90}
    for newtons, ohm in in_all.items():
        volts = 0.3 * (1 + 2200 / ohm)
        load = np.full((1, 16), newtons)
        insole = VirtualInsole(INSOLE, lambda t_s, load=load: (
            load.repeat(len(t_s), 0), np.zeros((len(t_s), 6))))  # fmt: skip
        index = np.arange(4000)
        codes, imu = insole.rows(index, index * 10_000)
        assert codes.mean() == pytest.approx(volts / 3.3 * 4095, abs=0.1)
        assert np.abs(imu.mean(axis=0)).max() < 0.3


def test_a_force_past_the_range_reads_as_the_end_of_it() -> None:
    heavy = VirtualInsole(INSOLE, lambda t_s: (
        np.full((len(t_s), 16), 250.0), np.tile([0, 0, 20.0, 0, 0, 0], (len(t_s), 1))))  # fmt: skip
    codes, imu = heavy.rows(np.arange(10), np.arange(10) * 10_000)
    assert (codes == CELL_HIGHEST).all()
    assert imu[:, 2].min() > 2**15 - 50


def test_the_insole_says_no_to_what_it_cannot_do() -> None:
    insole = VirtualInsole(INSOLE, feet().felt_by("left"), "left")
    for command, payload in ((Type.COMMAND_TARE, b""), (Type.COMMAND_LOG_LIST, b""),
                             (Type.COMMAND_RATE, b"\1\2\3\4"), (Type.COMMAND_SIDE, b"\3"),
                             (Type.COMMAND_START, b"\2")):  # fmt: skip
        insole.receive(encode(command, 1, payload))
    insole.receive(b"\7garbage\0")
    found = StreamDecoder(16).push(insole.advance(1.0))
    assert [record.payload[-1] for record in found.records] == [1, 1, 2, 2, 2]
    assert not len(found.rows)


def test_a_clock_that_runs_fast_makes_more_rows_of_the_same_time() -> None:
    insole = VirtualInsole(INSOLE, feet().felt_by("left"), "left", drift_ppm=2000)
    insole.receive(encode(Type.COMMAND_START, 1))
    rows = StreamDecoder(16).push(insole.advance(100.0)).rows
    assert len(rows) == pytest.approx(10_020, abs=3)


# ---- as a device


class Stepped(World):
    """A world in which time passes only by waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.t_s = 0.0

    @property
    def now_s(self) -> float:
        return self.t_s

    def sleep_until(self, at_s: float, at_most_s: float) -> None:
        self.t_s = min(max(at_s, self.t_s), self.t_s + at_most_s)


def radio_link(**options: float) -> tuple[RadioLink, Stepped, VirtualInsole]:
    world, insole = Stepped(), VirtualInsole(INSOLE, feet().felt_by("left"), "left")
    link = RadioLink(insole, world, "sim:insoles?side=left", **options)  # type: ignore[arg-type]
    link.open()
    link.write(encode(Type.COMMAND_START, 1))
    return link, world, insole


def test_the_radio_delivers_every_row_in_its_intervals_some_late() -> None:
    link, world, insole = radio_link()
    decoder, arrived, rows = StreamDecoder(16), [], []
    while world.t_s < 60:
        found = decoder.push(link.read())
        if len(found.rows):
            arrived.append(world.t_s)
            rows.append(found.rows)
    waits = np.diff(arrived)
    steps = np.rint(waits / 0.03)
    np.testing.assert_allclose(waits, steps * 0.03, atol=1e-6)
    assert 0.03 < (steps > 1).mean() < 0.25  # meetings that failed, at 8 %
    every = np.concatenate(rows)
    assert (np.diff(every["index"].astype(np.int64)) == 1).all()
    codes, imu = insole.rows(every["index"].astype(np.int64), every["t_us"].astype(np.int64))
    np.testing.assert_array_equal(every["cells"], codes)
    np.testing.assert_array_equal(every["imu"], imu)
    assert len(every) == pytest.approx(6000, abs=30)


def test_no_question_is_heard_before_it_is_asked() -> None:
    """However late the host comes to read: the meetings that it missed were before."""
    link, world, _ = radio_link(missed=0.0)
    link.read()
    world.t_s += 0.2
    asked_us = world.t_s * 1e6
    link.write(encode(Type.COMMAND_TIME, 2))
    decoder, came = StreamDecoder(16), []
    for _ in range(20):
        came += decoder.push(link.read()).records
    (answer,) = [TimeAnswer.parse(each.payload) for each in came if each.type == Type.TIME]
    assert answer is not None
    assert answer.received_us >= asked_us


def test_a_virtual_insole_is_a_wireless_device() -> None:
    link, _, _ = radio_link()
    assert isinstance(link, Wireless)


def test_a_virtual_insole_takes_commands_by_its_url() -> None:
    link = DeviceLink(open_board("sim:insoles?side=right").transport)
    assert link.meet(threading.Event()) is not None
    try:
        assert asking.who(link).side == "right"
        found = asking.self_test(link)
    finally:
        link.close()
    assert len(found.channels) == 18
    assert all(channel.well for channel in found.channels)


# ---- of another size


@pytest.mark.parametrize("usual", [False, True])
def test_an_insole_of_another_size_is_recorded_and_played_again_as_it_was_made(
    tmp_path: Path, usual: bool
) -> None:
    """Of EU 38: four Paris points of 20/3 mm less than the 265 mm that are drawn."""
    url, smaller = "sim:insoles?side=left&speed=4&steps_on=-9", 1 - 4 * 20 / 3 / 265
    source = open_source(url, insole_size_eu=38) if usual else open_source(f"{url}&size=38")
    path, items = record(source, tmp_path / "s.h5", blocks=20)
    replayed = record(open_source(f"replay:{path}"), tmp_path / "again.h5")[1]
    made = [one.description.layout for one in (*items, *replayed) if isinstance(one, Opened)]
    (stream,) = solemetry.open(path).streams.values()
    drawn_mm = INSOLE.as_used(100, "left").layout.xy_mm
    assert len(made) == 2
    for layout in (*made, stream.layout):
        assert layout is not None
        np.testing.assert_allclose(layout.xy_mm, drawn_mm * smaller)


def test_a_size_that_nobody_makes_is_told_before_anything_is_opened() -> None:
    with pytest.raises(DeviceError, match="no insole of EU 21"):
        open_source("ble:left?size=21")


# ---- of eight cells


def test_an_insole_of_eight_cells_streams_what_a_foot_on_them_weighs() -> None:
    device = DeviceDescription.builtin("insole-8-esp32s3")
    blocks: list[Block] = []
    stop = threading.Event()

    def take(item: Item) -> None:
        if isinstance(item, Block):
            blocks.append(item)
            if len(blocks) > 20:
                stop.set()

    open_source("sim:insoles?cells=8&side=left&steps_on=-9&speed=4").run(take, stop)
    codes = np.concatenate([block.rows["counts"] for block in blocks])
    assert codes.shape[1] == 8
    assert device.front_end is not None
    found_n = device.front_end.forces(codes).sum(axis=1).mean()
    # 68 kg, half on each foot, an eighth of that through the cells.
    assert found_n == pytest.approx(68 * 9.80665 / 2 * CAUGHT, rel=0.1)


def test_on_eight_cells_a_drill_names_the_region_that_nothing_lies_under() -> None:
    """A short foot done well: without the lesser toes nobody sees whether they claw."""
    drill = next(drill for drill in Shelf(Path("nowhere")).drills() if drill.id == "short-foot")
    once = drill.model_copy(
        update={"dose": drill.dose.model_copy(update={"sets": 1, "reps": 1, "rest_s": 1.0})}
    )

    def done_on(cells: int) -> list[tuple[str, str]]:
        layout = DeviceDescription.builtin(f"insole-{cells}-esp32s3").layout
        regions = cells_by_region(layout.regions)
        unseen = {f"share.{region}" for region in REGIONS if region not in regions}
        run, person = DrillRun(once), SimulatedPerson(once, sensors=("insole", "imu", "plate"))
        for n in range(100 * 50):
            reading = person.reading(n / 50, run.view)
            seen = {name: value for name, value in reading.values.items() if name not in unseen}
            run.take(replace(reading, values=seen))
            if run.ended:
                break
        assert run.outcome is not None
        return [(rep.status, rep.reason) for rep in run.outcome.reps]

    assert set(done_on(16)) == {("ok", "")}
    assert set(done_on(8)) == {("unverified", "share.toes_lesser was not sensed")}


def test_plate_and_insoles_of_one_call_feel_the_same_moment() -> None:
    """A heel raise is at the same time of the host, though the insoles were opened later."""
    stop = threading.Event()
    raising = "steps_on=-9&heel_raises=1.5"
    sources = open_sources(f"sim:plate?{raising}", f"sim:insoles?{raising}&interval=10")
    items: list[list[object]] = [[] for _ in sources]
    threads = [
        threading.Thread(target=source.run, args=(mine.append, stop))
        for source, mine in zip(sources, items, strict=True)
    ]
    began_s = time.perf_counter()
    for thread in threads:
        thread.start()
        time.sleep(0.5)
    time.sleep(1.0)
    stop.set()
    for thread in threads:
        thread.join(30)
    lightest_s = []
    for mine in items:
        rows = np.concatenate([item.rows for item in mine if isinstance(item, Block)])
        # On its own clock, put where the read that waited least says: others may have waited long.
        device_s, load = rows["t_dev_us"] * 1e-6, rows["counts"].sum(axis=1)
        at_s = device_s + (rows["t_host_ns"] * 1e-9 - device_s).min() - began_s
        during = (at_s > 1.5) & (at_s < 2.1)
        lightest_s.append(at_s[during][np.argmin(load[during])])
    # The plate's converter lags by its own filter, and a link by a few intervals.
    assert lightest_s == pytest.approx([1.75] * 3, abs=0.12)


# ---- URLs


def test_insole_urls_name_one_device_or_two() -> None:
    assert len(open_sources("sim:insoles")) == 2
    assert len(open_sources("sim:insoles?side=left")) == 1
    assert len(open_sources("sim:plate", "sim:insoles", "ble:insoles")) == 5
    names = [source.transport.name for source in open_sources("ble:insoles", "ble:0001")
             if isinstance(source, BoardSource)]  # fmt: skip
    assert names == ["ble:left", "ble:right", "ble:0001"]
    for url, one in (("sim:insoles", "side=left"), ("ble:insoles", "ble:left")):
        with pytest.raises(DeviceError, match="two devices") as caught:
            open_source(url)
        assert one in caught.value.remedy


@pytest.mark.parametrize(
    "url",
    ["sim:insoles?side=up", "sim:insoles?cells=12", "sim:insoles?interval=0",
     "sim:insoles?heel_raises=soon", "sim:insoles?leg=third", "sim:insoles?noise=3",
     "sim:plate?speed=-1", "ble:", "sim:insole", "ble:left?fast=1"],
)  # fmt: skip
def test_a_wrong_insole_url_is_refused(url: str) -> None:
    with pytest.raises(DeviceError) as caught:
        open_sources(url)
    assert caught.value.remedy


def test_questions_for_the_time_come_at_any_moment_between_two_meetings() -> None:
    """Sent when a notification has come they would all wait a whole interval for the next."""
    world, stop, came = World(), threading.Event(), list[Item]()
    insole = VirtualInsole(INSOLE, feet().felt_by("left"), "left")
    interval_s = 0.2
    source = BoardSource(RadioLink(insole, world, "insole", interval_s, missed=0.0))
    reading = threading.Thread(target=source.run, args=(came.append, stop))
    reading.start()
    time.sleep(14)
    stop.set()
    reading.join()
    began_ns = world.began_s * 1e9 + time.perf_counter_ns() - time.monotonic_ns()
    waited_s = [
        (began_ns + item.received_us * 1e3 - item.sent_ns) * 1e-9
        for item in came
        if isinstance(item, Exchange)
    ]
    assert len(waited_s) >= 8
    assert min(waited_s) < 0.4 * interval_s
    assert max(waited_s) > 0.6 * interval_s


def test_recording_a_virtual_insole_keeps_rows_and_motion(tmp_path: Path) -> None:
    path, _ = record(open_source("sim:insoles?side=left&speed=4"), tmp_path / "s.h5", blocks=20)
    session = solemetry.open(path)
    (stream,), (motion,) = session.streams.values(), session.motion.values()
    assert stream.rows == motion.rows > 50
    assert stream.lost_rows == 0
    assert "battery" in set(session.events.kind)
