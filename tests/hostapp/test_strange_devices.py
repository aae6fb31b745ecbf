# SPDX-License-Identifier: Apache-2.0
"""Devices that are broken, wrong or hostile: a sentence for the person, and a whole recording."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason
from broken_link import (
    PERIOD_US,
    Heard,
    ScriptedTransport,
    listen,
    plate_frame,
    plate_info,
    sample,
)
from mixes import PLATE, Feeder, on_plate
from plain_decoder import INFO, SAMPLE, encode
from torn_file import wait

import solemetry
from solemetry.errors import DeviceError
from solemetry.session import verify
from solemetry_host.devices import board
from solemetry_host.devices.radio import no_bluetooth
from solemetry_host.devices.source import Block, Item, Opened
from solemetry_host.devices.url import open_sources
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.station import Station

ROWS = 400


@dataclass
class Recorded:
    heard: Heard
    told: list[str]
    samples: np.ndarray
    gaps: list[tuple[int, int, str]]
    events: list[tuple[str, dict[str, Any]]]


def record(transport: ScriptedTransport, folder: Path) -> Recorded:
    """Record all that comes; the file has to be whole."""
    engine, recorder = Engine(), Recorder(folder / "s.h5")
    told: dict[int, str] = {}

    def take(item: Item) -> None:
        engine.take(item)
        if isinstance(item, Opened):
            engine.begin_take(recorder)
        while recorder._queue.qsize() > 300:  # the disk runs in real time
            time.sleep(0.005)
        told.update({message.number: message.text for message in engine.snapshot.messages})

    heard = listen(transport, take)
    engine.end_take()
    path = recorder.stop()
    assert verify(path).problems == ()
    with h5py.File(path) as file:
        gaps = [(int(row), int(lost), why.decode()) for row, lost, why in
                file["streams/plate/gaps"][:].tolist()]  # fmt: skip
        events = [(row["kind"].decode(), json.loads(row["detail"])) for row in file["events"][:]]
        samples = file["streams/plate/samples"][:]
    return Recorded(heard, list(told.values()), samples, gaps, events)


def frames(first: int, stop: int, **options: Any) -> list[bytes]:
    return [encode(SAMPLE, k % 2**16, sample(k, **options)) for k in range(first, stop)]


REFUSED = {
    "an older major version": (plate_info(major=0), "version 0; this app speaks 1", "Flash"),
    "a newer major version": (plate_info(major=9), "version 9; this app speaks 1", "Update"),
    "an id that is said to be longer than the record": (
        plate_info()[:23] + b"\xff" + bytes(60), "84 bytes, which is too few", "Flash"),
    "an id of 200 characters": (plate_info(name=b"p" * 200), "calls itself", "It knows"),
    "an id that is a path": (plate_info(name=b"../../../etc/passwd"), "calls itself", "It knows"),
    "an id of no text": (plate_info(name=bytes(range(128, 150))), "calls itself", "It knows"),
    "no id": (plate_info(name=b""), "calls itself ''", "It knows"),
    "an empty INFO": (b"", "0 bytes, which is too few", "Flash"),
    "no channels": (plate_info(channels=0), "sends 0 channels", "Flash"),
    "255 channels": (plate_info(channels=255), "sends 255 channels", "Flash"),
    "a rate of nothing": (plate_info(rate_mhz=0), "sends 0 rows a second", "Flash"),
    "a rate of a row in a quarter of an hour": (plate_info(rate_mhz=1), "rows a second", "Flash"),
    "the highest rate there is room for": (
        plate_info(rate_mhz=2**32 - 1), "rows a second", "Flash"),
    "another geometry": (plate_info(geometry=7), "another geometry", "Flash"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_device_that_cannot_be_used_is_refused_with_what_is_wrong_and_what_to_do(
    name: str,
) -> None:
    info, problem, remedy = REFUSED[name]
    with pytest.raises(DeviceError) as refusal:
        listen(ScriptedTransport([plate_frame(0)], info))
    assert problem in refusal.value.problem
    assert remedy in refusal.value.remedy


def test_a_device_that_says_who_it_is_but_sends_nothing_is_said_to_be_silent() -> None:
    heard = listen(ScriptedTransport([b""] * 300))
    assert not heard.blocks
    assert "has sent no sample for 3 s" in heard.told("link_lost")[0].message


def test_minutes_of_garbage_cost_what_they_covered_and_the_recording_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "_RETRY_S", (0.0,))  # the link's own clock does not stand still
    chance = np.random.default_rng(1)
    minutes = 3 * 60 * 1_000_000 // PERIOD_US
    noise = [chance.bytes(500) for _ in range(minutes)]
    after = ROWS + minutes
    link = ScriptedTransport([*frames(0, ROWS), *noise, b"\0", *frames(after, after + ROWS)])
    found = record(link, tmp_path)
    assert found.samples["index"].tolist() == [*range(ROWS), *range(after, after + ROWS)]
    assert [lost for _, lost, _ in found.gaps] == [minutes]
    kinds = [kind for kind, _ in found.events]
    assert "link_damage" in kinds
    assert "link_lost" in kinds
    assert kinds.count("link_lost") == kinds.count("link_back")


def test_flags_of_all_ones_give_no_numbers_and_lose_no_rows(tmp_path: Path) -> None:
    found = record(ScriptedTransport(frames(0, ROWS, flags=0xFF)), tmp_path)
    assert found.samples["index"].tolist() == list(range(ROWS))
    assert set(found.samples["flags"].tolist()) == {0xFF}


@pytest.mark.parametrize("jump_us", [10_000_000, -3_000_000])
def test_a_jump_of_the_devices_clock_is_told_and_no_row_is_lost(
    jump_us: int, tmp_path: Path
) -> None:
    jumped = [
        encode(SAMPLE, k, sample(k, t_us=60_000_000 + jump_us * (k >= 600) + k * PERIOD_US))
        for k in range(1200)
    ]
    engine, told = Engine(), set()

    def take(item: Item) -> None:
        engine.take(item)
        told.update(message.text for message in engine.snapshot.messages)

    heard = listen(ScriptedTransport(jumped), take)
    assert heard.rows["index"].tolist() == list(range(1200))
    assert any("clock" in text for text in told)


def test_a_restart_in_mid_recording_is_a_gap_that_says_so(tmp_path: Path) -> None:
    link = ScriptedTransport(
        [*frames(0, ROWS), encode(INFO, 0, plate_info(boot_id=2)), *frames(0, ROWS, boot_id=2)]
    )
    found = record(link, tmp_path)
    assert found.samples["boot_id"].tolist() == [1] * ROWS + [2] * ROWS
    assert found.gaps == [(ROWS, 0, "restart")]
    assert ("device_restarted", "power-on") in [
        (kind, detail.get("cause")) for kind, detail in found.events
    ]


def test_a_restart_that_the_device_has_not_counted_is_one_all_the_same(tmp_path: Path) -> None:
    found = record(ScriptedTransport([*frames(5000, 5000 + ROWS), *frames(0, ROWS)]), tmp_path)
    begun = int(found.samples["index"][ROWS])
    assert found.samples["index"].tolist() == [*range(5000, 5000 + ROWS), *range(begun, ROWS)]
    assert found.samples["boot_id"].tolist() == [1] * ROWS + [2] * (ROWS - begun)
    assert found.gaps == [(ROWS, 0, "restart")]
    assert found.samples["t_dev_us"][ROWS] == begun * PERIOD_US
    assert any("started again" in text for text in found.told)


def test_a_device_that_says_another_version_in_mid_recording_is_asked_again(
    tmp_path: Path,
) -> None:
    link = ScriptedTransport(
        [*frames(0, ROWS), encode(INFO, 0, plate_info(major=7)), *frames(ROWS, 2 * ROWS)]
    )
    found = record(link, tmp_path)
    assert found.samples["index"].tolist() == list(range(2 * ROWS))
    assert any("protocol version 7" in text for text in found.told)


def test_lost_repeated_and_late_rows_are_in_the_file_as_gaps_and_events(tmp_path: Path) -> None:
    order = [*range(10), *range(13, 20), 11, *range(18, 30), *range(40, 50)]
    found = record(ScriptedTransport([plate_frame(k) for k in order]), tmp_path)
    assert found.samples["index"].tolist() == [*range(10), *range(13, 30), *range(40, 50)]
    assert [(row, lost) for row, lost, _ in found.gaps] == [(10, 3), (27, 10)]
    dropped = [detail["rows"] for kind, detail in found.events if kind == "rows_out_of_order"]
    assert sum(dropped) == 3


def test_two_plates_that_say_the_same_id_are_told_apart_and_both_recorded(tmp_path: Path) -> None:
    station = Station(lambda: open_sources("sim:plate?steps_on=0", "sim:plate?steps_on=0&mass=80"))
    station.connect()
    wait(lambda: station.ready)
    station.record(tmp_path / "s.h5")
    wait(lambda: (station.snapshot.elapsed_s or 0) > 2)
    told = [message.text for message in station.snapshot.messages]
    path = station.stop_recording()
    station.disconnect()
    assert verify(path).whole
    session = solemetry.open(path)
    newtons = sorted(stream.force_n[-1] for stream in session.streams.values())
    assert newtons == pytest.approx([68 * 9.80665, 80 * 9.80665], rel=0.03)
    assert [stream.lost_rows for stream in session.streams.values()] == [0, 0]
    assert len([text for text in told if "same" in text or "two" in text.lower()]) == 1


def test_two_insoles_that_say_left_are_told_apart_and_no_share_is_given(tmp_path: Path) -> None:
    insole = "sim:insoles?side=left&steps_on=0"
    station = Station(lambda: open_sources("sim:plate?steps_on=0", insole, insole))
    station.connect()
    wait(lambda: station.ready)
    station.record(tmp_path / "s.h5")
    wait(lambda: (station.snapshot.elapsed_s or 0) > 2)
    told = [message.text for message in station.snapshot.messages]
    joined = station.snapshot.joined
    path = station.stop_recording()
    station.disconnect()
    (said,) = [text for text in told if "Two insoles say they are the left one" in text]
    assert "solemetry side" in said
    assert joined == ()
    session = solemetry.open(path)
    assert set(session.streams) == {"plate", "insole-left", "insole-left-2"}
    assert [stream.lost_rows for stream in session.streams.values()] == [0, 0, 0]


class _WithoutRadio:
    """An insole over the air, on a computer whose Bluetooth is switched off."""

    name = "ble:left"

    def run(self, emit: Any, stop: Any) -> None:
        off = BleakBluetoothNotAvailableReason.POWERED_OFF
        raise no_bluetooth(BleakBluetoothNotAvailableError("off", off))


class _Refused:
    """A plate with a firmware of another age."""

    name = "serial:old"

    def run(self, emit: Any, stop: Any) -> None:
        listen(ScriptedTransport([plate_frame(0)], plate_info(major=9)), emit)


@pytest.mark.parametrize(
    ("broken", "words"),
    [(_WithoutRadio, "Bluetooth is switched off. Switch it on."),
     (_Refused, "version 9; this app speaks 1")],
)  # fmt: skip
def test_what_cannot_be_used_is_said_and_the_rest_is_recorded(
    broken: type, words: str, tmp_path: Path
) -> None:
    station = Station(lambda: [broken(), *open_sources("sim:plate?steps_on=0")])
    station.connect()
    wait(lambda: station.failures and station.snapshot.metrics is not None)
    station.record(tmp_path / "s.h5")
    wait(lambda: (station.snapshot.elapsed_s or 0) > 1)
    told = [message.text for message in station.snapshot.messages]
    path = station.stop_recording()
    station.disconnect()
    assert [text for text in told if words in " ".join(text.split())]
    assert solemetry.open(path).streams["plate"].lost_rows == 0


@pytest.mark.parametrize("rate", [0.5, 0.94, 1.03, 1.06, 2.0, 30.0])
def test_a_clock_that_runs_at_another_rate_is_no_clock_that_jumps(rate: float) -> None:
    """As of a simulation that runs faster than time: each second would be a jump."""
    device = Feeder("plate", PLATE, on_plate(500.0, 0.0, 0.0, PLATE), drift=rate - 1)
    engine = Engine()
    for item in [device.opened(), *device.blocks(1.0, 1.0 + 20.0 / max(rate, 1.0))]:
        engine.take(item)
    assert engine.snapshot.messages == ()


def test_a_jump_is_said_once_for_its_cause() -> None:
    device = Feeder("plate", PLATE, on_plate(500.0, 0.0, 0.0, PLATE))
    engine, slept_ns = Engine(), 3_000_000_000
    for item in [device.opened(), *device.blocks(1.0, 25.0)]:
        late = isinstance(item, Block) and item.t_host_ns > 15_000_000_000
        engine.take(replace(item, t_host_ns=item.t_host_ns + slept_ns) if late else item)
    assert len([m for m in engine.snapshot.messages if "moved apart by 3000 ms" in m.text]) == 1
    assert len(engine.snapshot.messages) == 1
