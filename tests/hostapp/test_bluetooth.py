# SPDX-License-Identifier: Apache-2.0
"""Insoles over Bluetooth: the app's own code on a true GATT link, and what may go wrong on it."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from bumble_backend import Computer
from gatt_insole import GattInsole
from typer.testing import CliRunner
from virtual_pod import Recorded, VirtualPod

import solemetry
from solemetry.device import DeviceDescription
from solemetry.errors import DeviceError
from solemetry.session import verify
from solemetry_host.devices import asking, bluetooth, radio
from solemetry_host.devices.bluetooth import BluetoothTransport
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.link import DeviceLink
from solemetry_host.devices.pod_download import list_runs
from solemetry_host.devices.pod_files import fetch_run
from solemetry_host.devices.source import Block, Exchange, Notice, Opened
from solemetry_host.sim.feet import Feet
from solemetry_host.sim.insole import VirtualInsole
from solemetry_host.sim.person import TWO_LEGS, Person
from solemetry_host.wire.records import Type

INSOLE = DeviceDescription.builtin("insole-16-esp32s3")
FEET = Feet(Person(TWO_LEGS, steps_on_s=0.5), INSOLE.layout)


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Computer]:
    monkeypatch.setattr(bluetooth, "_SCAN_S", 0.3)
    there = Computer()
    yield there
    there.close()


def foot(side: str, description: DeviceDescription = INSOLE) -> VirtualInsole:
    return VirtualInsole(description, FEET.felt_by(side), side)


class Listening:
    """A source that runs in a thread of its own, and what it has emitted."""

    def __init__(self, computer: Computer, wanted: str) -> None:
        self.items: list[Any] = []
        self.error: DeviceError | None = None
        self._stop = threading.Event()
        self._source = BoardSource(BluetoothTransport(computer.radio, wanted))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._source.run(self.items.append, self._stop)
        except DeviceError as error:
            self.error = error

    def __enter__(self) -> Listening:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def wait(self, done: Callable[[], Any], timeout_s: float = 40.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not done():
            if self.error is not None:
                raise self.error
            assert time.monotonic() < deadline, self.notices()
            time.sleep(0.01)

    def notices(self, kind: str = "") -> list[Notice]:
        items = list(self.items)
        return [item for item in items if isinstance(item, Notice) and kind in ("", item.kind)]

    def exchanges(self) -> list[Exchange]:
        return [item for item in list(self.items) if isinstance(item, Exchange)]

    def blocks(self) -> list[Block]:
        return [item for item in list(self.items) if isinstance(item, Block)]

    def rows(self) -> int:
        return sum(len(block.rows) for block in self.blocks())

    def index(self) -> np.ndarray:
        return np.concatenate([block.rows["index"] for block in self.blocks()]).astype(np.int64)

    def must_be_what_was_felt(self, insole: VirtualInsole) -> None:
        rows = np.concatenate([block.rows for block in self.blocks()])
        imu = np.concatenate([block.imu for block in self.blocks()])
        index = rows["index"].astype(np.int64)
        codes, steps = insole.rows(index, 10_000 * index)
        np.testing.assert_array_equal(rows["counts"], codes)
        np.testing.assert_array_equal(rows["t_dev_us"], 10_000 * index)
        np.testing.assert_array_equal(imu["imu"], steps)


def refused(computer: Computer, wanted: str) -> DeviceError:
    transport = BluetoothTransport(computer.radio, wanted)
    with pytest.raises(DeviceError) as caught:
        BoardSource(transport).run(lambda item: None, threading.Event())
    return caught.value


# ---- finding


def test_insoles_are_found_by_their_service_whatever_they_are_called(computer: Computer) -> None:
    GattInsole(computer, foot("left"), "L", "0001")
    GattInsole(computer, foot("right"), "of Ann", "0002")
    GattInsole(computer, foot("left"), "L", "0003", service="0000180d-0000-1000-8000-00805f9b34fb")
    found = computer.radio.find(0.5)
    assert {insole.name for insole in found} == {"Solemetry L 0001", "Solemetry of Ann 0002"}
    assert all(insole.rssi < 0 for insole in found)


def test_of_two_left_insoles_one_must_be_named(computer: Computer) -> None:
    GattInsole(computer, foot("left"), "L", "0001")
    named = foot("left")
    GattInsole(computer, named, "L", "00a2")
    error = refused(computer, "left")
    assert "2 insoles say that they are left" in str(error)
    assert "ble:Solemetry L 0001, ble:Solemetry L 00a2" in error.remedy
    with Listening(computer, "00A2") as listening:
        listening.wait(lambda: listening.rows() > 6)
    listening.must_be_what_was_felt(named)


def test_an_insole_that_is_connected_elsewhere_is_said_not_to_be_found(computer: Computer) -> None:
    GattInsole(computer, foot("left"), "L", "0001")
    GattInsole(computer, foot("right"), "R", "0002")
    with Listening(computer, "F1:F2:F3:F4:00:01") as listening:
        listening.wait(lambda: listening.rows() > 0)
        error = refused(computer, "left")
    assert "ble:left is not in range" in error.problem
    assert "other programs" in error.remedy
    assert "In range: ble:Solemetry R 0002." in error.remedy


def test_a_let_go_insole_can_be_connected_again(computer: Computer) -> None:
    GattInsole(computer, foot("left"), "L", "0001")
    for _ in range(2):
        with Listening(computer, "left") as listening:
            listening.wait(lambda: listening.rows() > 6)


# ---- rows


def test_both_feet_stream_ten_seconds_exactly_as_they_were_felt(computer: Computer) -> None:
    left, right = foot("left"), foot("right")
    at_left = GattInsole(computer, left, "L", "0001")
    GattInsole(computer, right, "R", "0002")
    with Listening(computer, "left") as on_left, Listening(computer, "right") as on_right:
        for listening in (on_left, on_right):
            listening.wait(lambda listening=listening: listening.rows() >= 1000)
    for listening, insole, side in ((on_left, left, "left"), (on_right, right, "right")):
        opened = listening.items[0]
        assert isinstance(opened, Opened)
        assert opened.info["side"] == side
        assert (np.diff(listening.index()) == 1).all()
        listening.must_be_what_was_felt(insole)
        assert not listening.notices("link_damage")
        assert [notice.detail for notice in listening.notices("battery")] == [{"percent": 83}]
    # About once a second, and never on the same beat.
    asked = sum(command == Type.COMMAND_TIME for command in at_left.commands)
    assert 7 <= asked <= 16
    assert len(listening.exchanges()) >= 7


def test_the_battery_is_followed(computer: Computer) -> None:
    insole = GattInsole(computer, foot("left"), "L", "0001", battery=40)
    with Listening(computer, "left") as listening:
        listening.wait(lambda: listening.notices("battery"))
        insole.use_battery(39)
        listening.wait(lambda: len(listening.notices("battery")) == 2)
    assert [notice.detail["percent"] for notice in listening.notices("battery")] == [40, 39]


# ---- links that break


def test_a_lost_link_comes_back_by_itself_and_the_hole_is_exact(computer: Computer) -> None:
    felt = foot("left")
    insole = GattInsole(computer, felt, "L", "0001")
    other = foot("left")
    with Listening(computer, "left") as listening:
        listening.wait(lambda: listening.rows() > 30)
        # Another left foot comes into range: it is not taken for the one that was there.
        GattInsole(computer, other, "L", "0002")
        insole.drop()
        listening.wait(lambda: listening.notices("link_back"))
        before = listening.rows()
        listening.wait(lambda: listening.rows() > before + 30)
    assert "The link to ble:Solemetry L 0001 broke" in listening.notices("link_lost")[0].message
    index = listening.index()
    lost = int((np.diff(index) - 1).sum())
    assert (np.diff(index) > 1).sum() == 1
    assert lost > 30  # half a second until the first attempt
    assert listening.rows() + lost == index[-1] - index[0] + 1
    listening.must_be_what_was_felt(felt)


def test_bluetooth_switched_off_is_said_and_what_was_missed_is_counted(computer: Computer) -> None:
    felt = foot("left")
    GattInsole(computer, felt, "L", "0001")
    with Listening(computer, "left") as listening:
        listening.wait(lambda: listening.rows() > 15)
        computer.switch_off()
        listening.wait(lambda: listening.notices("link_waiting"))
        computer.switched_off = False
        listening.wait(lambda: listening.notices("link_back"))
        before = listening.rows()
        listening.wait(lambda: listening.rows() > before + 15)
    assert "Bluetooth is switched off." in listening.notices("link_waiting")[0].message
    index = listening.index()
    assert (np.diff(index) > 1).sum() == 1
    listening.must_be_what_was_felt(felt)


def test_an_insole_whose_battery_dies_is_waited_for(computer: Computer) -> None:
    insole = GattInsole(computer, foot("left"), "L", "0001")
    with Listening(computer, "left") as listening:
        listening.wait(lambda: listening.rows() > 6)
        insole.switch_off()
        listening.wait(lambda: listening.notices("link_waiting"))
    assert "ble:Solemetry L 0001 is not in range" in listening.notices("link_waiting")[0].message


class Mischief:
    """What happens to ROWS on their way, and which rows must therefore arrive."""

    FATES = ("sent", "sent", "sent", "sent", "lost", "twice", "late", "cut", "stump", "renamed",
             "too long", "delayed")  # fmt: skip

    def __init__(self, seed: int) -> None:
        self.going_on = True
        self.arriving: list[int] = []
        self.happened: list[str] = []
        self.damaged = self.out_of_order = 0
        self._random = random.Random(seed)
        self._late: list[bytes] = []
        self._delayed: list[bytes] = []
        self._began = False

    def __call__(self, records: list[bytes]) -> list[bytes]:
        sent: list[bytes] = []
        for record in records:
            if record[0] != Type.ROWS:
                sent.append(record)
            else:
                sent += self._on_its_way(record)
        return sent

    def _on_its_way(self, record: bytes) -> list[bytes]:
        fate = self._random.choice(self.FATES) if self.going_on and self._began else "sent"
        self._began = True
        self.happened.append(fate)
        if fate == "delayed":  # with all that follow, until the next that is sent
            self._delayed.append(record)
            return []
        held, self._delayed = self._delayed, []
        late, self._late = self._late, []
        for whole in held:
            self._arrives(whole)
        match fate:
            case "lost":
                return [*held, *self._too_late(late)]
            case "late":
                self._late = [record]
                return [*held, *self._too_late(late)]
            case "cut":
                return [*held, record[:-1], *self._too_late(late)]
            case "stump":
                self.damaged += 1
                return [*held, record[:2], *self._too_late(late)]
            case "renamed":
                return [*held, b"\x7f" + record[1:], *self._too_late(late)]
            case "too long":
                self.damaged += 1
                return [*held, record + bytes(260 - len(record)), *self._too_late(late)]
        self._arrives(record)
        twice = [record, record] if fate == "twice" else [record]
        self.out_of_order += self._rows(record) * (len(twice) - 1)
        return [*held, *twice, *self._too_late(late)]

    def _too_late(self, late: list[bytes]) -> list[bytes]:
        """What was held back: late, if a row after it has arrived."""
        for record in late:
            if self.arriving[-1] > self._first(record):
                self.out_of_order += self._rows(record)
            else:
                self._arrives(record)
        return late

    def _arrives(self, record: bytes) -> None:
        first = self._first(record)
        self.arriving += range(first, first + self._rows(record))

    def _first(self, record: bytes) -> int:
        return int(struct.unpack_from("<I", record, 3)[0])

    def _rows(self, record: bytes) -> int:
        return record[3 + 14]


def test_loss_repetition_reordering_damage_and_delay_are_accounted_to_the_row(
    computer: Computer,
) -> None:
    computer.mtu = 517
    felt = foot("left")
    mischief = Mischief(seed=6)
    GattInsole(computer, felt, "L", "0001", interval_s=0.01, tamper=mischief)
    with Listening(computer, "left") as listening:
        listening.wait(lambda: set(mischief.happened) == set(Mischief.FATES))
        listening.wait(lambda: len(mischief.happened) > 150)
        mischief.going_on = False
        at_end = len(mischief.arriving)
        listening.wait(lambda: len(mischief.arriving) > at_end + 9)
        listening.wait(lambda: listening.rows() > at_end + 9)
    assert listening.index().tolist() == mischief.arriving[: listening.rows()]
    listening.must_be_what_was_felt(felt)
    index = listening.index()
    lost = int((np.diff(index) - 1).sum())
    assert lost > 50
    assert listening.rows() + lost == index[-1] - index[0] + 1
    damaged = sum(notice.detail["frames"] for notice in listening.notices("link_damage"))
    assert damaged == mischief.damaged
    out_of_order = sum(notice.detail["rows"] for notice in listening.notices("rows_out_of_order"))
    assert out_of_order == mischief.out_of_order


# ---- insoles that are refused


def test_a_link_too_small_even_for_info_is_refused_in_words(computer: Computer) -> None:
    computer.mtu = 23
    GattInsole(computer, foot("left"), "L", "0001")
    error = refused(computer, "left")
    assert "carries too little at a time (its MTU is under 64)" in error.problem
    assert "cable" in error.remedy


def test_a_link_too_small_for_rows_is_refused_in_words(computer: Computer) -> None:
    computer.mtu = 61
    GattInsole(computer, foot("left"), "L", "0001")
    with Listening(computer, "left") as listening:
        listening.wait(lambda: listening.notices("start_refused"))
    assert "its MTU is under 64" in listening.notices("start_refused")[0].message
    assert listening.notices("mtu_too_small")[0].detail["argument"] == 61


class OfAnotherMajor(VirtualInsole):
    def _info(self) -> bytes:
        return b"\x02" + super()._info()[1:]


@pytest.mark.parametrize(
    ("insole", "says"),
    [
        (OfAnotherMajor(INSOLE, FEET.felt_by("left"), "left"), "protocol version 2"),
        (foot("left", replace(INSOLE, geometry_hash=0x12345678)), "12345678"),
    ],
)
def test_an_insole_of_another_make_is_refused(
    computer: Computer, insole: VirtualInsole, says: str
) -> None:
    gatt = GattInsole(computer, insole, "L", "0001")
    error = refused(computer, "left")
    assert says in error.problem
    assert "firmware" in error.remedy or "Update" in error.remedy
    deadline = time.monotonic() + 30
    while gatt.device.connections:  # it was let go
        assert time.monotonic() < deadline
        time.sleep(0.01)


# ---- commands


def met(computer: Computer, wanted: str) -> DeviceLink:
    link = DeviceLink(BluetoothTransport(computer.radio, wanted))
    assert link.meet(threading.Event()) is not None
    return link


def test_an_insole_obeys_over_bluetooth_as_on_a_cable(computer: Computer) -> None:
    GattInsole(computer, foot("left"), "L", "0001")
    link = met(computer, "left")
    try:
        assert asking.set_rate(link, 50).rate_hz == 50
        test = asking.self_test(link)
        assert asking.set_side(link, "right").side == "right"
    finally:
        link.close()
    assert len(test.channels) == len(INSOLE.layout.labels) + 2
    assert all(channel.well for channel in test.channels)
    assert test.channels[16].mean == pytest.approx(2048, abs=5)  # 1 g of 16


def test_a_run_in_the_pod_is_downloaded_over_bluetooth_and_resumed(
    computer: Computer, tmp_path: Path
) -> None:
    truth = Recorded(240)
    pod = VirtualPod([truth.run()])
    insole = GattInsole(computer, pod, "L", "0001", interval_s=0.005)
    link = met(computer, "left")
    run = list_runs(link).runs[0]

    def walk_away(here: int, of: int) -> None:
        if here >= 8:
            insole.drop()

    with pytest.raises(DeviceError):
        fetch_run(link, run, tmp_path, progress=walk_away)
    link.close()
    first_asked = len(pod.asked)
    link = met(computer, "left")
    session = solemetry.open(fetch_run(link, run, tmp_path))
    link.close()
    assert min(first for first, _ in pod.asked[first_asked:]) >= 8
    (stream,) = session.streams.values()
    counts = stream.counts
    assert counts is not None
    np.testing.assert_array_equal(counts, np.where(truth.cells == 4095, np.nan, truth.cells))
    assert verify(session.path).whole


def test_the_pod_commands_take_an_insole_over_bluetooth(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solemetry_host import cli

    monkeypatch.setattr(radio, "shared_radio", lambda: computer.radio)
    GattInsole(computer, VirtualPod([Recorded(30).run()]), "L", "0001", interval_s=0.005)
    listed = CliRunner().invoke(cli.app, ["pod", "list", "--device", "ble:left", "--json"])
    assert listed.exit_code == 0, listed.output
    assert '"state": "ended"' in listed.output
    out = str(tmp_path)
    done = CliRunner().invoke(cli.app, ["pod", "download", "--device", "ble:0001", "--out", out])
    assert done.exit_code == 0, done.output
    assert verify(tmp_path / "pod-3-7.h5").whole


def test_an_insole_is_told_its_foot_from_the_command_line(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solemetry_host import cli

    monkeypatch.setattr(radio, "shared_radio", lambda: computer.radio)
    GattInsole(computer, foot("left"), "L", "0001")
    told = CliRunner().invoke(cli.app, ["side", "right", "--device", "ble:left"])
    assert told.exit_code == 0, told.output
    assert "worn on the right foot" in told.output
    wrong = CliRunner().invoke(cli.app, ["side", "upper", "--device", "ble:left"])
    assert wrong.exit_code == 2


# ---- computers without


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ("NO_BLUETOOTH", "This computer has no Bluetooth."),
        ("NO_BLE_CENTRAL_ROLE", "This computer's Bluetooth knows no Low Energy."),
        ("POWERED_OFF", "Bluetooth is switched off."),
        ("DENIED_BY_USER", "This program may not use Bluetooth."),
        ("DENIED_BY_SYSTEM", "This program may not use Bluetooth."),
        ("UNKNOWN", "Bluetooth cannot be used"),
        ("", "Bluetooth cannot be used (the adapter fell out)."),
    ],
)
def test_why_bluetooth_cannot_be_used_is_said_in_words(error: str, problem: str) -> None:
    raised: BleakError = BleakError("the adapter fell out")
    if error:
        raised = BleakBluetoothNotAvailableError(
            "no", BleakBluetoothNotAvailableReason[error]
        )
    in_words = radio.no_bluetooth(raised)
    assert in_words.problem.startswith(problem)
    assert in_words.remedy


def test_without_bleak_everything_else_works_and_the_missing_package_is_named() -> None:
    """In a process of its own, where bleak cannot be imported."""
    code = (
        "import sys; sys.modules['bleak'] = None\n"
        "import threading\n"
        "from solemetry.errors import DeviceError\n"
        "from solemetry_host.devices import radio\n"
        "from solemetry_host.devices.url import open_sources\n"
        "assert len(open_sources('ble:insoles', 'sim:insoles')) == 4\n"
        "try:\n"
        "    open_sources('ble:left')[0].run(print, threading.Event())\n"
        "except DeviceError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert 'pip install "solemetry[live]"' in done.stdout


def test_bleak_is_loaded_only_when_the_radio_is_used() -> None:
    code = (
        "import sys\n"
        "from solemetry_host.devices.url import open_sources\n"
        "open_sources('ble:insoles')\n"
        "print('bleak' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
