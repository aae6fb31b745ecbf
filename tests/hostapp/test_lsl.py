# SPDX-License-Identifier: Apache-2.0
"""Streams go out and come in over the loopback of this computer; pylsl itself reads and writes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pylsl
import pytest
from torn_file import wait

import solemetry
import solemetry_host
from solemetry.calibration import Calibration
from solemetry.cop import center_of_pressure, total_force
from solemetry.device import DeviceDescription
from solemetry.errors import DeviceError, SolemetryError
from solemetry.session.format import sample_type
from solemetry_host.devices.lsl_source import LslSource
from solemetry_host.devices.source import Block, Exchange, Item, Notice, Opened
from solemetry_host.devices.url import open_source
from solemetry_host.live.clock import DeviceClock
from solemetry_host.live.engine import Engine
from solemetry_host.live.publishing import Publisher
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.station import Station
from solemetry_host.lsl.inlet import Inlet, find
from solemetry_host.lsl.library import HostClock

PLATE = DeviceDescription.builtin("plate-hx711-uno")
INFO = {"firmware": "1.0.0", "board": "Arduino Uno", "adc": "HX711", "side": ""}
ZERO = np.array([1000.0, -2000.0, 300.0, 40.0])
CALIBRATION = Calibration(ZERO, np.full(4, 2e-3), "9 points")
RATE_HZ = PLATE.rate_hz
PATHS = [str(Path(package.__file__).parents[1]) for package in (solemetry, solemetry_host)]


# ---- going out


def rows_of_a_plate(count: int, began_ns: int) -> np.ndarray:
    """Rows whose true host time is known; index jumps by 3 once, as if the link had lost two."""
    rows = np.zeros(count, sample_type(4))
    index = np.arange(count) + 2 * (np.arange(count) >= count // 2)
    rows["index"] = index + 2**32 - 20  # it wraps on the way
    rows["boot_id"] = 7
    rows["t_dev_us"] = 5_000_000 + np.rint(index * 1e6 / RATE_HZ)
    rows["t_host_ns"] = began_ns
    rng = np.random.default_rng(3)
    rows["counts"] = rng.integers(-(2**23), 2**23, (count, 4))
    rows["age_us"] = rng.integers(0, 4000, (count, 4))
    rows["conversion"] = (index % 256)[:, None]
    rows["flags"] = 0
    return rows


class Published:
    """Rows of a plate through the publisher, in blocks, with a device clock that is known."""

    def __init__(self, rows: np.ndarray, ahead_ns: int, stream: str = "plate") -> None:
        self.publisher = Publisher()
        self.opened = Opened(stream, time.perf_counter_ns(), PLATE, CALIBRATION, dict(INFO))
        self.ahead_ns = ahead_ns
        self.rows = rows

    def host_ns(self, t_dev_us: float) -> float:
        return t_dev_us * 1000 + self.ahead_ns

    def push(self, part: slice) -> None:
        block = Block(self.opened.stream, time.perf_counter_ns(), self.rows[part])
        self.publisher.push(self.opened, block, CALIBRATION, self.host_ns)

    def on_the_grid(self) -> tuple[np.ndarray, np.ndarray]:
        """Device times and forces of the uniform grid, all rows at once and channel by channel."""
        rows = self.rows
        forces, t_us = CALIBRATION.forces(rows["counts"]), rows["t_dev_us"][:, None]
        t_us = t_us - rows["age_us"].astype(float)
        period_us = 1e6 / RATE_HZ
        first, last = np.ceil(rows["t_dev_us"][0] / period_us), np.floor(t_us[-1].min() / period_us)
        grid_us = np.arange(first, last + 1) * period_us
        # A cell that was not read yet at the first grid point has no value there.
        columns = [
            np.interp(grid_us, t_us[:, c], forces[:, c], left=np.nan, right=np.nan)
            for c in range(4)
        ]
        hole = len(rows) // 2
        for c, column in enumerate(columns):
            column[(grid_us > t_us[hole - 1, c]) & (grid_us < t_us[hole, c])] = np.nan
        return grid_us, np.column_stack(columns)


def resolve(name: str, **options: Any) -> pylsl.StreamInlet:
    (info,) = pylsl.resolve_byprop("name", name, timeout=20.0)
    inlet = pylsl.StreamInlet(info, as_numpy=True, **options)
    inlet.open_stream(20.0)
    return inlet


def pulled(inlet: pylsl.StreamInlet, count: int) -> tuple[np.ndarray, np.ndarray]:
    rows, stamps = [], []
    deadline = time.monotonic() + 30
    while sum(map(len, stamps)) < count and time.monotonic() < deadline:
        part, times = inlet.pull_chunk(0.2, 4096, min_samples=1)
        if len(times):
            rows.append(part)
            stamps.append(times)
    return np.concatenate(rows), np.concatenate(stamps)


COUNT = 400


@pytest.fixture(scope="module")
def published() -> Iterator[tuple[Published, dict[str, Any]]]:
    """All three streams of a plate, read by pylsl's own inlet."""
    now_ns = time.perf_counter_ns()
    rows = rows_of_a_plate(COUNT, now_ns)
    source = Published(rows, ahead_ns=now_ns - 5_000_000_000)
    source.push(slice(0, 1))  # the streams are there from the first block on
    inlets = {what: resolve(f"plate-{what}") for what in ("counts", "force", "cop")}
    for at in range(1, COUNT, 37):
        source.push(slice(at, at + 37))
    read: dict[str, Any] = {}
    for what, inlet in inlets.items():
        expected = COUNT - 1 if what == "counts" else len(source.on_the_grid()[0])
        read[what] = (inlet.info(), *pulled(inlet, expected))
    yield source, read
    inlets.clear()
    source.publisher.close()


def test_raw_rows_arrive_whole_and_none_is_lost(published: tuple[Published, dict]) -> None:
    source, read = published
    _, values, _ = read["counts"]
    rows = source.rows[1:]
    assert values.shape == (len(rows), 15)
    np.testing.assert_array_equal(values[:, :4], rows["counts"])
    np.testing.assert_array_equal(values[:, 4:8], rows["age_us"])
    np.testing.assert_array_equal(values[:, 8:12], rows["conversion"])
    np.testing.assert_array_equal(values[:, 12].astype(np.uint32), rows["index"])
    assert set(values[:, 13]) == {7}


def test_stamps_are_when_the_force_was_there(published: tuple[Published, dict]) -> None:
    source, read = published
    # This computer's two clocks, looked at once more and by another way than the outlet does.
    ahead_s = np.median([pylsl.local_clock() - time.perf_counter() for _ in range(99)])
    for what, t_us in (
        ("counts", source.rows["t_dev_us"][1:].astype(float)),
        ("force", source.on_the_grid()[0]),
        ("cop", source.on_the_grid()[0]),
    ):
        _, _, stamps_s = read[what]
        truth_s = (t_us * 1000 + source.ahead_ns) * 1e-9 + ahead_s - PLATE.delay_s
        assert len(stamps_s) == len(truth_s)
        assert abs(stamps_s - truth_s).max() < 1e-3, what


def test_forces_and_centre_of_pressure_are_those_of_the_cells(
    published: tuple[Published, dict]
) -> None:
    source, read = published
    _, forces = source.on_the_grid()
    assert np.isnan(forces).any()  # where two rows were lost
    np.testing.assert_allclose(read["force"][1], forces, rtol=1e-6, equal_nan=True)
    cop = center_of_pressure(forces, PLATE.layout.xy_mm)
    expected = np.column_stack((total_force(forces), cop))
    np.testing.assert_allclose(read["cop"][1], expected, rtol=1e-4, atol=1e-3, equal_nan=True)


def test_streams_say_what_they_are(published: tuple[Published, dict]) -> None:
    _, read = published
    cop, force, counts = (read[what][0] for what in ("cop", "force", "counts"))
    assert cop.get_channel_labels() == ["Fz", "COPx", "COPy"]
    assert cop.get_channel_units() == ["N", "mm", "mm"]
    assert force.get_channel_labels() == ["FL", "FR", "RL", "RR"]
    assert set(force.get_channel_units()) == {"N"}
    assert counts.get_channel_labels()[-3:] == ["index", "boot", "flags"]
    assert counts.get_channel_units()[:4] == ["count"] * 4
    assert (counts.type(), force.type(), cop.type()) == ("Counts", "Force", "COP")
    for info in (cop, force, counts):
        assert info.nominal_srate() == RATE_HZ
        device = info.desc().child("acquisition")
        assert info.desc().child_value("manufacturer") == "Solemetry"
        assert device.child_value("model") == "plate-hx711-uno"
        assert device.child_value("firmware") == "1.0.0"
    first = force.desc().child("channels").child("channel").child("location")
    place = float(first.child_value("X")), float(first.child_value("Y"))
    assert place == tuple(PLATE.layout.xy_mm[0])


def test_the_source_id_is_the_same_after_a_restart(published: tuple[Published, dict]) -> None:
    source, read = published
    before = read["force"][0].source_id()
    again = Publisher()
    rows = rows_of_a_plate(2, time.perf_counter_ns())
    other = Opened("plate-2", 0, PLATE, CALIBRATION)
    for opened in (Opened("plate", 1, PLATE, CALIBRATION), other):
        block = Block(opened.stream, time.perf_counter_ns(), rows)
        again.push(opened, block, CALIBRATION, source.host_ns)
    there = pylsl.resolve_byprop("type", "Force", minimum=3, timeout=20.0)
    ids = [info.source_id() for info in there]
    again.close()
    assert ids.count(before) == 2  # the old one and the new one
    assert len(set(ids)) == 2  # the second plate is another


def test_a_recording_is_published_as_if_it_happened_now() -> None:
    publisher = Publisher()
    rows = rows_of_a_plate(20, 0)
    recorded_ns = time.perf_counter_ns() - 3_600_000_000_000
    opened = Opened("old", recorded_ns, PLATE, CALIBRATION)

    def host_ns(t_us: float) -> float:
        return recorded_ns + (t_us - 5_000_000) * 1000

    def push(part: np.ndarray) -> None:
        block = Block("old", recorded_ns, part)
        publisher.push(opened, block, CALIBRATION, host_ns)

    push(rows[:1])
    inlet = resolve("old-counts")
    push(rows[1:])
    _, stamps = pulled(inlet, 19)
    publisher.close()
    assert len(stamps) == 19
    assert abs(stamps - pylsl.local_clock()).max() < 2.0


def test_a_device_that_comes_back_goes_on_in_the_same_stream() -> None:
    rows = rows_of_a_plate(20, time.perf_counter_ns())
    source = Published(rows, ahead_ns=0, stream="back")
    source.push(slice(0, 1))
    inlet = resolve("back-counts", recover=False)
    source.push(slice(1, 10))
    source.opened = Opened("back", time.perf_counter_ns(), PLATE, CALIBRATION, dict(INFO))
    source.push(slice(10, 20))
    values, _ = pulled(inlet, 19)
    source.publisher.close()
    np.testing.assert_array_equal(values[:, :4], rows["counts"][1:])


def test_a_device_without_gains_is_published_as_counts_alone() -> None:
    publisher = Publisher()
    unknown = Calibration(np.zeros(4), np.full(4, np.nan), "nominal")
    opened = Opened("raw", time.perf_counter_ns(), PLATE, unknown)
    block = Block("raw", time.perf_counter_ns(), rows_of_a_plate(3, 0))
    publisher.push(opened, block, unknown, lambda t_us: t_us * 1000)
    names = {info.name() for info in pylsl.resolve_streams(1.0)}
    publisher.close()
    assert {name for name in names if name.startswith("raw-")} == {"raw-counts"}


def test_the_difference_of_two_clocks_is_measured_to_half_of_a_look_and_renewed() -> None:
    host = iter(range(0, 10**12, 1000))  # each look at the host's clock takes 1 us
    now = [0]

    def host_ns() -> int:
        now[0] = next(host)
        return now[0]

    drift = [3_000_000_000]
    clock = HostClock(host_ns, lambda: (now[0] + 500 + drift[0]) * 1e-9)
    assert clock.ahead_ns == pytest.approx(3_000_000_000, abs=500)
    drift[0] = 8_000_000_000
    assert clock.ahead_ns == pytest.approx(3_000_000_000, abs=500)
    for _ in range(1_100_000):
        next(host)
    assert clock.ahead_ns == pytest.approx(8_000_000_000, abs=500)


def test_a_reader_that_does_not_read_keeps_nobody_waiting() -> None:
    rows = rows_of_a_plate(60_001, time.perf_counter_ns())  # more than are kept for it
    source = Published(rows, ahead_ns=0, stream="slow")
    source.push(slice(0, 1))
    inlets = [resolve(f"slow-{what}", max_buflen=1) for what in ("counts", "force", "cop")]
    longest_s = 0.0
    for at in range(1, 60_001, 1000):
        began_s = time.perf_counter()
        source.push(slice(at, at + 1000))
        longest_s = max(longest_s, time.perf_counter() - began_s)
    inlets.clear()
    source.publisher.close()
    assert longest_s < 2.0  # of a minute that these rows took, and of a busy computer


def test_a_device_that_comes_after_its_own_recording_is_published_as_of_now() -> None:
    rows, hour_ns = rows_of_a_plate(30, 0), 3_600_000_000_000
    publisher, now_ns = Publisher(), time.perf_counter_ns()

    def push(opened: Opened, part: np.ndarray, at_ns: int) -> None:
        block = Block("later", at_ns, part)
        publisher.push(opened, block, CALIBRATION, lambda t_us: at_ns + (t_us - 5_000_000) * 1000)

    push(Opened("later", 0, PLATE, CALIBRATION), rows[:1], now_ns - hour_ns)
    inlet = resolve("later-counts")
    push(Opened("later", 1, PLATE, CALIBRATION), rows[1:], now_ns)
    _, stamps = pulled(inlet, 29)
    publisher.close()
    assert abs(stamps - pylsl.local_clock()).max() < 5.0


def test_what_the_command_publishes_is_what_it_records(tmp_path: Path) -> None:
    """Rows equal one by one, and stamps within what the questions leave open of the clock."""
    out = tmp_path / "s.h5"
    run = [sys.executable, "-m", "solemetry_host", "record", "--lsl", "--seconds", "60",
           "--device", "sim:plate?steps_on=0&seed=2", "--device", "sim:plate?steps_on=0",
           "--out", str(out)]  # fmt: skip
    said = tmp_path / "said.txt"
    with said.open("w") as log, subprocess.Popen(run, stdout=log, stderr=log) as command:
        while not pylsl.resolve_byprop("name", "plate-2-cop", timeout=0.5):
            assert command.poll() is None, said.read_text()
        inlets = {what: resolve(f"plate-2-{what}") for what in ("counts", "force", "cop")}
        ahead_s = np.median([pylsl.local_clock() - time.perf_counter() for _ in range(99)])
        read: dict[str, list[Any]] = {what: [] for what in inlets}
        enough = False
        while command.poll() is None:
            if not enough and sum(len(stamps) for _, stamps in read["cop"]) > 240:
                enough = True
                command.send_signal(signal.SIGINT)  # which ends a recording and keeps it
            for what, inlet in inlets.items():
                values, stamps = inlet.pull_chunk(0.1, 4096, min_samples=1)
                if len(stamps):
                    read[what].append((values, stamps))
    assert command.returncode == 0, said.read_text()
    with h5py.File(out) as file:
        samples = file["streams/plate-2/samples"][:]
        half_ns = file["streams/plate-2/clock"]["half_width_ns"]
        t0_s = float(file.attrs["t0_host_ns"]) * 1e-9
    # Either way from the middle, for the live clock and for that of the whole recording.
    tolerance_s = 2e-9 * half_ns.max() + 1e-4

    values, _ = map(np.concatenate, zip(*read["counts"], strict=True))
    came = values[np.isin(values[:, 12], samples["index"])]
    part = samples[np.isin(samples["index"], came[:, 12])]
    assert len(came) > 240
    np.testing.assert_array_equal(came[:, :4], part["counts"])
    np.testing.assert_array_equal(came[:, 8:12], part["conversion"])

    stream = solemetry.open(out).streams["plate-2"]
    for what, truth in (
        ("force", stream.forces_n), ("cop", np.column_stack((stream.force_n, stream.cop_mm))),
    ):
        values, stamps = map(np.concatenate, zip(*read[what], strict=True))
        t_s = stamps - ahead_s - t0_s
        inside = (t_s > stream.t_s[3] - 0.004) & (t_s < stream.t_s[-3])
        nearest = np.searchsorted(stream.t_s, t_s[inside] - 0.5 / stream.fs_hz)
        assert (np.diff(nearest) == 1).all()
        assert abs(stream.t_s[nearest] - t_s[inside]).max() < tolerance_s
        np.testing.assert_allclose(
            values[inside], truth[nearest], rtol=1e-4, atol=1e-2, err_msg=what
        )


def test_without_the_library_the_command_says_so_and_records_nothing(tmp_path: Path) -> None:
    (tmp_path / "pylsl.py").write_text("raise ImportError\n")
    out = tmp_path / "s.h5"
    done = subprocess.run(
        [sys.executable, "-m", "solemetry_host", "record", "--lsl", "--seconds", "1",
         "--out", str(out)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *PATHS])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Lab Streaming Layer is not installed" in done.stderr
    assert "pip install" in done.stderr
    assert not list(tmp_path.glob("*.h5"))


def test_publishing_that_fails_is_said_once_and_ends_no_recording(tmp_path: Path) -> None:
    def publish(*_: Any) -> None:
        raise OSError("the network is gone")

    station = Station(lambda: open_source("sim:plate?steps_on=0"), publish=publish)
    station.connect()
    try:
        wait(lambda: station.ready)
        station.record(tmp_path / "s.h5")
        wait(lambda: (station.snapshot.elapsed_s or 0) > 1)
        told = [message.text for message in station.snapshot.messages]
        path = station.stop_recording()
    finally:
        station.disconnect()
    assert len([text for text in told if "Nothing is published any more" in text]) == 1
    assert solemetry.open(path).streams["plate"].lost_rows == 0


# ---- coming in


class Sender:
    """Another program that publishes."""

    def __init__(
        self,
        name: str,
        channels: list[tuple[str, str]],
        rate_hz: float = 200.0,
        format_: str = "float32",
        source_id: str = "",
    ) -> None:
        info = pylsl.StreamInfo(name, "Force", len(channels), rate_hz, format_,
                                source_id or f"their {name}")
        info.set_channel_labels([label for label, _ in channels])
        info.set_channel_units([unit for _, unit in channels])
        self.outlet: Any = pylsl.StreamOutlet(info)

    def push(self, values: np.ndarray, stamps_s: np.ndarray) -> None:
        self.outlet.push_chunk(values, stamps_s.tolist())

    def die(self) -> None:
        self.outlet = None


class Taken:
    """What an `LslSource` gives, from a thread."""

    def __init__(self, name: str) -> None:
        self.items: list[Item] = []
        self.failure: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(name,), daemon=True)
        self._thread.start()

    def _run(self, name: str) -> None:
        try:
            LslSource(name).run(self.items.append, self._stop)
        except Exception as error:
            self.failure = error

    def wait(self, done: Callable[[Taken], bool], seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not done(self) and self.failure is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert done(self), (self.failure, self.items)

    def of(self, kind: type) -> list[Any]:
        return [item for item in self.items if isinstance(item, kind)]

    def notices(self) -> list[str]:
        return [notice.kind for notice in self.of(Notice)]

    def rows(self) -> np.ndarray:
        blocks = self.of(Block)
        return np.concatenate([block.rows for block in blocks]) if blocks else np.empty(0)

    def end(self) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


@contextmanager
def taken(name: str) -> Iterator[Taken]:
    source = Taken(name)
    try:
        source.wait(lambda s: bool(s.of(Opened)) or s.failure is not None)
        yield source
    finally:
        source.end()


def walk(count: int) -> np.ndarray:
    t = np.arange(count) / 200
    return np.column_stack((700 + 30 * np.sin(t), 20 * np.sin(3 * t), -40 + 15 * np.cos(t)))


def test_force_and_centre_of_pressure_of_another_program_come_in() -> None:
    # As many programs name and measure them: in metres, and nothing where there is no load.
    sender = Sender("their plate", [("Fz", "N"), ("COPx", "m"), ("CoPy", "m")])
    truth = walk(600)
    values = truth * (1, 1e-3, 1e-3)
    values[:50] = (3.0, np.nan, np.nan)
    with taken("their plate") as source:
        began = pylsl.local_clock()
        stamps = began + np.arange(600) / 200
        for at in range(0, 600, 20):
            sender.push(values[at : at + 20].astype(np.float32), stamps[at : at + 20])
            time.sleep(0.002)
        source.wait(lambda s: len(s.rows()) == 600)
    (opened,) = source.of(Opened)
    rows = source.rows()
    np.testing.assert_array_equal(rows["t_dev_us"], np.rint(stamps * 1e6))
    np.testing.assert_array_equal(rows["index"], np.arange(600))
    forces = opened.calibration.forces(rows["counts"])
    assert abs(total_force(forces)[:50] - 3.0).max() < 1e-3
    cop = center_of_pressure(forces, opened.description.layout.xy_mm)
    assert np.isnan(cop[:50]).all()
    assert abs(total_force(forces) - np.where(np.arange(600) < 50, 3.0, truth[:, 0])).max() < 1e-3
    assert abs(cop[50:] - truth[50:, 1:]).max() < 1e-2


@pytest.mark.parametrize(
    "channels",
    [[("Fz", "N"), ("COPx", "mm"), ("COPy", "mm")], [("a", "N"), ("b", "N")]],
    ids=["a load and its place", "cells nobody knows where"],
)
def test_halves_of_a_plate_that_is_only_known_by_its_stream_are_refused(
    channels: list[tuple[str, str]], tmp_path: Path
) -> None:
    name = f"foreign {len(channels)}"
    sender, values = Sender(name, channels), np.full((10, len(channels)), 300.0, np.float32)
    with taken(name) as source:
        for _ in range(60):
            sender.push(values, pylsl.local_clock() - np.arange(10)[::-1] / 200)
            time.sleep(0.05)
        source.wait(lambda s: len(s.rows()) == 600)
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    for item in source.items:
        engine.take(item)
        if isinstance(item, Opened):
            engine.begin_take(recorder)
    engine.end_take()
    metrics = engine.snapshot.metrics
    assert metrics is not None
    assert metrics.force_n == pytest.approx(values[0][:1].sum() if "Fz" in channels[0] else 600)
    for share in (metrics.right, metrics.front):
        assert np.isnan(share.value)
        assert share.of == ""
    loading = solemetry.analysis.analyze(solemetry.open(recorder.stop()))["loading"]
    for share in ("right_share", "front_share"):
        fact = next(iter(loading.values()))[share]
        assert fact["value"] is None
        assert "where its middle is" in fact["note"]


def test_the_senders_clock_is_bound_to_ours_within_a_millisecond() -> None:
    sender = Sender("theirs", [("Fz", "N")], source_id="clock")
    late_s = 0.05  # samples arrive so late that arrivals alone would tell the time wrongly
    with taken("theirs") as source:
        for _ in range(60):
            sender.push(np.full((10, 1), 5.0, np.float32),
                        pylsl.local_clock() - late_s - np.arange(10)[::-1] / 200)
            time.sleep(0.05)
        source.wait(lambda s: len(s.rows()) == 600)
    # Both programs are on this computer: their clocks differ by what its two clocks differ.
    truth_ns = (time.perf_counter() - pylsl.local_clock()) * 1e9
    exchanges = source.of(Exchange)
    assert len(exchanges) >= 3
    for exchange in exchanges:
        least = exchange.sent_ns - exchange.received_us * 1000
        greatest = exchange.t_host_ns - exchange.answered_us * 1000
        assert least < truth_ns < greatest
        assert greatest - least < 2.1e6
    clock = DeviceClock()
    for item in source.items:
        if isinstance(item, Block):
            clock.push(int(item.rows["t_dev_us"][-1]), item.t_host_ns)
        elif isinstance(item, Exchange):
            clock.push_exchange(item)
    asked_us = exchanges[-1].answered_us
    assert abs(clock.host_ns(asked_us) - asked_us * 1000 - truth_ns) < 1.1e6
    stamps = [item.t_host_ns for item in source.items]
    assert stamps == sorted(stamps)


def test_our_own_raw_stream_is_the_same_device_elsewhere() -> None:
    now_ns = time.perf_counter_ns()
    rows = rows_of_a_plate(200, now_ns)
    source = Published(rows, ahead_ns=now_ns - 5_000_000_000, stream="far")
    source.push(slice(0, 1))
    with taken("far-counts") as there:
        source.push(slice(1, 120))
        source.push(slice(120, 200))
        there.wait(lambda t: len(t.rows()) == 199)
    source.publisher.close()
    (opened,) = there.of(Opened)
    assert opened.description.geometry_hash == PLATE.geometry_hash
    assert opened.description.delay_s == 0  # it is out of the stamps
    assert opened.calibration.to_json() == CALIBRATION.to_json()
    came = there.rows()
    for name in ("index", "boot_id", "counts", "age_us", "conversion", "flags"):
        np.testing.assert_array_equal(came[name], rows[name][1:], err_msg=name)


def test_what_a_stream_says_of_itself_stays_as_long_as_it_is_open() -> None:
    """liblsl frees a description with the info that it is of."""
    rows = rows_of_a_plate(10, time.perf_counter_ns())
    source = Published(rows, ahead_ns=0, stream="lasting")
    source.push(slice(0, 1))
    inlet = Inlet(find("lasting-counts"))
    others = []
    for n in range(200):
        info = pylsl.StreamInfo(f"other {n}", "Force", 64, 100.0, "float32", f"other {n}")
        info.set_channel_labels([f"column {n} {c}" for c in range(64)])
        others.append(info)
    assert inlet.text("calibration") == CALIBRATION.to_json()
    inlet.close()
    source.publisher.close()


def test_what_was_pushed_just_before_the_end_is_not_lost() -> None:
    rows = rows_of_a_plate(5001, time.perf_counter_ns())
    source = Published(rows, ahead_ns=0, stream="brief")
    source.push(slice(0, 1))
    with taken("brief-counts") as there:
        source.push(slice(1, 5001))
        source.publisher.close()
        there.wait(lambda t: "link_lost" in t.notices())
    np.testing.assert_array_equal(there.rows()["counts"], rows["counts"][1:])


def test_a_sender_that_dies_and_comes_back_is_told_and_its_missing_rows_counted() -> None:
    channels = [("FL", "N"), ("FR", "N")]
    sender = Sender("mortal", channels)
    values, began = np.ones((100, 2), np.float32), pylsl.local_clock()
    with taken("mortal") as source:
        sender.push(values, began + np.arange(100) / 200)
        source.wait(lambda s: len(s.rows()) == 100)
        sender.die()
        source.wait(lambda s: "link_lost" in s.notices())
        sender = Sender("mortal", channels)
        source.wait(lambda s: "link_back" in s.notices())
        sender.push(values, began + np.arange(140, 240) / 200)
        source.wait(lambda s: len(s.rows()) == 200)
    index = source.rows()["index"]
    assert (index[99], index[100], index[-1]) == (99, 140, 239)


@pytest.mark.parametrize(
    ("channels", "options", "words"),
    [
        ([("Cz", "microvolts")], {}, "holds no forces that are known"),
        ([("Fz", "N"), ("COPx", "pixels"), ("COPy", "pixels")], {}, "is in pixels"),
        ([("Fz", "N")], {"rate_hz": 0.0}, "no regular rate"),
        ([(f"c{c}", "N") for c in range(17)], {}, "17 channels; 16"),
    ],
)
def test_what_is_no_force_is_refused_in_words(
    channels: list[tuple[str, str]], options: dict[str, Any], words: str
) -> None:
    sender = Sender("odd", channels, **options)
    with taken("odd") as source:
        assert isinstance(source.failure, SolemetryError)
        assert words in source.failure.problem
        assert source.failure.remedy
    sender.die()


def test_integers_without_a_unit_are_counts_that_are_not_forces() -> None:
    sender = Sender("ints", [("a", ""), ("b", "")], format_="int32")
    values = np.array([[1, -2], [2**31 - 1, -(2**31)]], np.int32)
    with taken("ints") as source:
        sender.push(values, pylsl.local_clock() + np.arange(2) / 200)
        source.wait(lambda s: len(s.rows()) == 2)
    (opened,) = source.of(Opened)
    np.testing.assert_array_equal(source.rows()["counts"], values)
    assert not opened.calibration.known
    assert np.isnan(opened.description.layout.xy_mm).all()


def test_a_stream_is_a_device_url() -> None:
    source = open_source("lsl:their plate?as=left")
    assert isinstance(source, LslSource)
    assert source.name == "lsl:their plate"
    with pytest.raises(DeviceError, match="speed"):
        open_source("lsl:their plate?speed=2")


def test_a_name_that_nobody_has_and_one_that_two_have_are_explained() -> None:
    one = Sender("twin", [("Fz", "N")], source_id="left-lab")
    two = Sender("twin", [("Fz", "N")], source_id="right-lab")
    with taken("nobody") as source:
        assert isinstance(source.failure, SolemetryError)
        assert "No stream is called nobody" in source.failure.problem
        assert "lsl:twin" in source.failure.remedy
    with taken("twin") as source:
        assert isinstance(source.failure, SolemetryError)
        assert "lsl:left-lab" in source.failure.remedy
    with taken("right-lab") as source:
        assert source.failure is None
    one.die()
    two.die()


def test_stamps_out_of_order_are_put_in_order_and_told() -> None:
    sender = Sender("jumpy", [("Fz", "N")])
    began = pylsl.local_clock()
    stamps = began + np.array([0.0, 0.005, 0.004, 0.015])
    with taken("jumpy") as source:
        sender.push(np.ones((4, 1), np.float32), stamps)
        source.wait(lambda s: "stamps_disordered" in s.notices())
    t_us = source.rows()["t_dev_us"]
    assert (np.diff(t_us) > 0).all()
    np.testing.assert_array_equal(t_us[[0, 1, 3]], np.rint(stamps[[0, 1, 3]] * 1e6))
