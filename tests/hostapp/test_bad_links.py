# SPDX-License-Identifier: Apache-2.0
"""What a person is told, and what is kept, when the link or the device is not as it should be."""

from __future__ import annotations

import os
import random
import struct
import threading
import time
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import typed
from pty_plate import PLATE, PtyPlate, misread, pty_plate

import solemetry
from solemetry.errors import DeviceError
from solemetry_host.devices.url import open_source
from solemetry_host.live.station import Station
from solemetry_host.sim.plate import VirtualPlate
from solemetry_host.wire.records import Type, encode


def record(device: str, out: Path, seconds: float = 2.0) -> CompletedProcess[str]:
    return typed.solemetry("record", "--device", device, "--seconds", str(seconds), "--out", out)


def test_a_sound_link_loses_nothing(tmp_path: Path) -> None:
    with pty_plate() as plate:
        assert record(f"serial:{plate.port}", tmp_path / "s.h5").returncode == 0
    stream = solemetry.open(tmp_path / "s.h5").streams["plate"]
    assert (stream.lost_rows, stream.missing) == (0, 0)


def test_live_numbers_come_at_fifty_a_second_or_more() -> None:
    moments: set[float] = set()
    with pty_plate() as plate:
        station = Station(
            lambda: open_source(f"serial:{plate.port}"),
            observe=lambda snapshot: moments.add(snapshot.t_s) if snapshot.metrics else None,
        )
        station.connect()
        wait(lambda: station.snapshot.metrics is not None)
        moments.clear()
        time.sleep(3)
        station.disconnect()
    assert len(moments) / 3 >= 50


def test_a_missing_port_is_named(tmp_path: Path) -> None:
    done = record("serial:/dev/ttyNOPE", tmp_path / "s.h5")
    assert done.returncode == 1
    assert "There is no port /dev/ttyNOPE" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_port_in_use_is_said_to_be_in_use(tmp_path: Path) -> None:
    import serial

    with pty_plate() as plate, serial.Serial(plate.port, exclusive=True):
        done = record(f"serial:{plate.port}", tmp_path / "s.h5")
    assert done.returncode == 1
    assert "Another program is using" in done.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("COM3", "Write serial:/dev/ttyACM0 or serial:COM3"),
        ("usb:1", "Write serial:/dev/ttyACM0 or serial:COM3"),
        ("sim:unicorn", "There are sim:plate and sim:insoles"),
        ("sim:plate?sanity=1", "does not exist: sanity"),
        ("sim:plate?mass=heavy", "Give a number"),
    ],
)
def test_a_url_of_another_form_shows_the_right_forms(url: str, told: str) -> None:
    with pytest.raises(DeviceError, match=told):
        open_source(url)


def test_a_wrong_baud_rate_is_suspected(tmp_path: Path) -> None:
    with pty_plate(lambda sent: misread(sent, 500_000, 115_200)) as plate:
        done = record(f"serial:{plate.port}", tmp_path / "s.h5")
    assert done.returncode == 1
    assert "no frame could be read" in done.stderr
    assert "baud" in done.stderr


def test_silence_on_the_port_is_said(tmp_path: Path) -> None:
    with pty_plate(lambda sent: b"") as plate:
        done = record(f"serial:{plate.port}", tmp_path / "s.h5")
    assert done.returncode == 1
    assert "Nothing came" in done.stderr


def test_another_major_version_of_the_protocol_is_refused_by_number(tmp_path: Path) -> None:
    info = encode(Type.INFO, 1, struct.pack("<BB", 2, 0) + bytes(30))
    with pty_plate(lambda sent: info if sent else b"") as plate:
        done = record(f"serial:{plate.port}", tmp_path / "s.h5")
    assert done.returncode == 1
    assert "protocol version 2; this app speaks 1" in done.stderr
    assert "Update the app" in done.stderr


def test_firmware_for_another_geometry_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    other = replace(PLATE, geometry_hash=0x12345678)
    plate = PtyPlate()
    plate.device._description = other
    plate.device._outbox.clear()
    try:
        done = record(f"serial:{plate.port}", tmp_path / "s.h5")
    finally:
        plate.cut()
    assert done.returncode == 1
    assert "12345678" in done.stderr
    assert "geometry" in done.stderr


def test_garbage_and_half_frames_cost_only_the_rows_they_hit(tmp_path: Path) -> None:
    chance = random.Random(5)

    def tamper(sent: bytes) -> bytes:
        if not sent or chance.random() > 0.05:
            return sent
        cut = chance.randrange(len(sent))
        return chance.choice(
            [sent[:cut], sent[:cut] + os.urandom(20) + sent[cut:], os.urandom(7) + sent]
        )

    with pty_plate(tamper) as plate:
        done = record(f"serial:{plate.port}", tmp_path / "s.h5", 6)
    assert done.returncode == 0
    stream = solemetry.open(tmp_path / "s.h5").streams["plate"]
    assert 0 < stream.lost_rows < 0.15 * stream.rows
    assert stream.rows + stream.lost_rows == pytest.approx(6 * 80, rel=0.03)
    # Nothing false came through: a person of 68 kg stands there, two seconds after stepping on.
    standing = stream.force_n[stream.t_s > stream.t_s[0] + 2.5]
    assert abs(standing[standing == standing] - 68 * 9.80665).max() < 10


def test_a_cut_cable_keeps_what_was_recorded_and_says_so(tmp_path: Path) -> None:
    plate = PtyPlate()

    def cut_in_mid_recording() -> None:
        wait((tmp_path / "s.partial.h5").exists)
        time.sleep(2.5)
        plate.cut()

    threading.Thread(target=cut_in_mid_recording).start()
    done = record(f"serial:{plate.port}", tmp_path / "s.h5", 30)
    assert done.returncode == 1
    assert "broke" in done.stderr
    assert "the device was gone" in done.stderr
    session = solemetry.open(tmp_path / "s.h5")
    assert session.state == "complete"
    assert session.streams["plate"].rows > 80
    assert "link_lost" in set(session.events.kind)


def test_a_cable_that_is_plugged_in_again_goes_on_with_the_same_recording(
    tmp_path: Path,
) -> None:
    link = tmp_path / "port"
    first = PtyPlate()
    link.symlink_to(first.port)
    station = Station(lambda: open_source(f"serial:{link}"))
    station.connect()
    wait(lambda: station.snapshot.metrics is not None)
    station.record(tmp_path / "s.h5")
    wait(lambda: (station.snapshot.elapsed_s or 0) > 1)
    first.cut()
    wait(lambda: station.snapshot.link.state == "lost")
    second = PtyPlate(boot_id=2)
    link.unlink()
    link.symlink_to(second.port)
    before = station.snapshot.elapsed_s
    wait(lambda: station.snapshot.link.restarts == 1)
    assert (station.snapshot.elapsed_s or 0) >= (before or 0) > 1
    time.sleep(1)
    path = station.stop_recording()
    station.disconnect()
    second.cut()

    session = solemetry.open(path)
    stream = session.streams["plate"]
    assert list(stream.gaps.reason) == ["restart"]
    assert stream.rows > 130
    assert 0.1 < stream.missing < 0.9
    kinds = list(session.events.kind)
    assert kinds.index("link_lost") < kinds.index("link_back")


def test_a_plate_that_falls_silent_counts_as_gone(tmp_path: Path) -> None:
    with pty_plate() as plate:
        station = Station(lambda: open_source(f"serial:{plate.port}"))
        station.connect()
        wait(lambda: station.snapshot.metrics is not None)
        plate.tamper = lambda sent: b""
        wait(lambda: station.snapshot.link.state == "lost")
        assert any("sent no sample" in m.text for m in station.snapshot.messages)
        plate.tamper = bytes
        wait(lambda: station.snapshot.link.state == "streaming")
        station.disconnect()


def wait(done, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_the_misreading_uart_reads_right_at_the_right_rate() -> None:
    sent = VirtualPlate(PLATE, lambda t: (0 * t, 0 * t[:, None] + [0, 0])).advance(1.0)
    assert misread(sent, 500_000, 500_000) == sent
    assert misread(sent, 500_000, 115_200) != sent
