# SPDX-License-Identifier: Apache-2.0
"""Commands are repeated until they are answered, and what devices answer reaches the person."""

from __future__ import annotations

import binascii
import struct
import termios
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pty_plate import PtyPlate
from slow_link import HOST_START_S, SlowLink, symmetric

from solemetry.device import DeviceDescription
from solemetry.errors import DeviceError
from solemetry_host.devices import asking
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.dialogue import Dialogue
from solemetry_host.devices.link import DeviceLink
from solemetry_host.devices.source import Block, Notice, Opened
from solemetry_host.devices.transport import SerialTransport
from solemetry_host.live.engine import Engine
from solemetry_host.sim.plate import VirtualPlate
from solemetry_host.wire.plate import DeviceCop, StoredCalibration, StoredCell, start_payload
from solemetry_host.wire.records import Record, Type
from solemetry_host.wire.stream import StreamDecoder

PLATE = DeviceDescription.builtin("plate-hx711-uno")


class Wire:
    """Keeps what a dialogue sends."""

    def __init__(self) -> None:
        self.sent: list[Record] = []
        self.dialogue = Dialogue(self.write)

    def write(self, data: bytes) -> None:
        self.sent += StreamDecoder(4).push(data).records

    def ack(self, record: Record, status: int = 0, trailing: bytes = b"") -> Record:
        return Record(
            Type.ACK, 0, struct.pack("<HBB", record.seq, record.type, status) + trailing
        )


def test_a_command_is_repeated_every_quarter_second_and_three_times_at_most() -> None:
    wire = Wire()
    future = wire.dialogue.ask(Type.COMMAND_TARE)
    moments = []
    for ms in range(0, 3000, 10):
        before = len(wire.sent)
        wire.dialogue.go_on(ms / 1000)
        moments += [ms] * (len(wire.sent) - before)
    assert moments == [0, 250, 500, 750]
    assert len({record.seq for record in wire.sent}) == 4
    with pytest.raises(DeviceError, match="did not answer TARE, asked 4 times"):
        future.result(timeout=0)


@pytest.mark.parametrize("answered", [0, 1, 3])
def test_the_answer_to_any_repetition_will_do(answered: int) -> None:
    wire = Wire()
    future = wire.dialogue.ask(Type.COMMAND_TARE)
    for now_s in (0.0, 0.3, 0.6, 0.9):
        wire.dialogue.go_on(now_s)
    wire.dialogue.hear(wire.ack(wire.sent[answered]), 0.95)
    assert future.result(timeout=0).records == ()


def test_commands_wait_for_each_other_and_are_not_confused() -> None:
    wire = Wire()
    first = wire.dialogue.ask(Type.COMMAND_TARE)
    second = wire.dialogue.ask(Type.COMMAND_CAL_READ)
    wire.dialogue.go_on(0.0)
    assert [record.type for record in wire.sent] == [Type.COMMAND_TARE]
    wire.dialogue.hear(Record(Type.ACK, 0, struct.pack("<HBB", 999, 0x85, 0)), 0.1)
    assert not first.done()
    wire.dialogue.hear(wire.ack(wire.sent[0]), 0.1)
    wire.dialogue.go_on(0.1)
    wire.dialogue.hear(wire.ack(wire.sent[0]), 0.2)  # a second one of the first command
    wire.dialogue.hear(Record(Type.CALIBRATION, 0, bytes(56)), 0.2)
    assert not second.done()
    wire.dialogue.hear(wire.ack(wire.sent[1]), 0.2)
    assert [record.type for record in second.result(timeout=0).records] == [Type.CALIBRATION]


@pytest.mark.parametrize(
    ("status", "words"),
    [(1, "does not know"), (2, "with this value"), (3, "memory"), (4, "busy"), (5, "MTU"),
     (77, "status 77")],
)  # fmt: skip
def test_a_refusal_says_why(status: int, words: str) -> None:
    wire = Wire()
    future = wire.dialogue.ask(Type.COMMAND_RATE, bytes(5))
    wire.dialogue.go_on(0.0)
    wire.dialogue.hear(wire.ack(wire.sent[0], status), 0.1)
    with pytest.raises(DeviceError, match=words):
        future.result(timeout=0)


def test_a_self_test_that_never_ends_is_said() -> None:
    wire = Wire()
    future = wire.dialogue.ask(Type.COMMAND_SELF_TEST)
    wire.dialogue.go_on(0.0)
    wire.dialogue.hear(wire.ack(wire.sent[0]), 0.1)
    wire.dialogue.go_on(1.9)
    assert not future.done()
    wire.dialogue.go_on(2.2)
    assert len(wire.sent) == 1  # what has begun is not asked for again
    with pytest.raises(DeviceError, match="never said what came of it"):
        future.result(timeout=0)


# ---- a plate behind a link that loses frames


def resting(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.full(len(t_s), 500.0), np.tile([30.0, -40.0], (len(t_s), 1))


def met(plate: VirtualPlate) -> tuple[DeviceLink, SlowLink]:
    slow = SlowLink(plate, symmetric())
    link = DeviceLink(slow, slow.now_ns)
    assert link.meet(threading.Event()) is not None
    return link, slow


def losing(every: int) -> Callable[[bytes], bool]:
    """All but each so-manieth frame is lost."""
    count = iter(range(10**6))
    return lambda data: next(count) % every != every - 1


def test_a_calibration_written_is_the_one_that_is_stored_and_told_in_info() -> None:
    link, slow = met(VirtualPlate(PLATE, resting))
    before = asking.read_calibration(link)
    assert before.counter == 0
    assert (before.cells[0].x_um, before.cells[0].y_um) == (-210_000, 160_000)
    cells = tuple(StoredCell(3_900_000 + c, 1000 * c, -1000 * c) for c in range(4))
    written = StoredCalibration(1_750_000_000, cells)
    slow.drop = losing(3)
    asking.write_calibration(link, written)
    asking.write_calibration(link, written)  # the same again is not written again
    stored = asking.read_calibration(link)
    assert (stored.counter, stored.cells) == (1, cells)
    info = asking.who(link)
    assert info.calibration == binascii.crc_hqx(written.to_bytes(), 0xFFFF)


def test_the_self_test_names_what_is_the_matter() -> None:
    broken = VirtualPlate(PLATE, resting, zero_counts=np.array([0, 9e9, 0, 0]))
    link, _ = met(broken)
    found = asking.self_test(link)
    assert [channel.well for channel in found.channels] == [True, False, True, True]
    assert found.channels[1].status == "at an end of its range"
    assert 0 < found.channels[0].spread < 45 * 8
    still, _ = met(VirtualPlate(PLATE, resting, noise_counts=0))
    assert {channel.status for channel in asking.self_test(still).channels} == {"stuck"}


def test_the_plates_own_cop_is_where_the_load_is_once_it_is_tared() -> None:
    zero = np.array([30000.0, -12000.0, 500.0, 8000.0])

    def steps_on(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        force, place = resting(t_s)
        return np.where(t_s > 3.0, force, 0.0), place

    link, slow = met(VirtualPlate(PLATE, steps_on, zero_counts=zero, noise_counts=0))
    asking.tare(link)
    link.ask(Type.COMMAND_START, start_payload(cop=True))
    cops = []
    while slow.now_s < 5005:
        found = link.read()
        cops += [DeviceCop.parse(r.payload) for r in found.records if r.type == Type.COP]
    assert cops[0] is not None
    assert cops[-1] is not None
    assert cops[0].remarks[0] == "not tared"
    assert cops[-1].remarks == ("nominal gains",)
    assert cops[-1].force_n == pytest.approx(500, abs=0.01)
    assert cops[-1].cop_mm == pytest.approx((30, -40), abs=0.01)


def test_a_rate_the_board_does_not_have_is_refused() -> None:
    link, _ = met(VirtualPlate(PLATE, resting))
    assert asking.set_rate(link, 80).rate_hz == 80
    with pytest.raises(DeviceError, match="with this value"):
        asking.set_rate(link, 4000)


def test_a_running_source_takes_commands_from_other_threads() -> None:
    slow = SlowLink(VirtualPlate(PLATE, resting), symmetric())
    source, stop, items = BoardSource(slow, now_ns=slow.now_ns), threading.Event(), []
    runner = threading.Thread(target=source.run, args=(items.append, stop))
    runner.start()
    answer = source.ask(Type.COMMAND_SELF_TEST).result(timeout=20)
    stop.set()
    runner.join()
    assert answer.records[0].type == Type.SELF_TEST
    assert any(isinstance(item, Block) for item in items)


def test_a_start_that_is_refused_is_said() -> None:
    class Refusing(VirtualPlate):
        def _do(self, command: int, seq: int, payload: bytes) -> int:
            return 5 if command == Type.COMMAND_START else super()._do(command, seq, payload)

    slow = SlowLink(Refusing(PLATE, resting), symmetric())
    stop, engine = threading.Event(), Engine()

    def take(item: Any) -> None:
        engine.take(item)
        if isinstance(item, Block) and slow.now_s > 5002:
            stop.set()

    BoardSource(slow, now_ns=slow.now_ns).run(take, stop)
    (message,) = engine.snapshot.messages
    assert message.level == "error"
    assert "START was refused" in message.text


# ---- events


EVENTS = [
    (1, 2, "sensor_silent", "error", "RL gives no data"),
    (2, 2, "sensor_back", "info", "RL gives data again"),
    (3, 17, "frames_dropped_by_device", "warning", "17 pieces"),
    (4, 0, "readout_dropped", "warning", "FL came damaged"),
    (5, 1, "at_an_end", "error", "FR stands at an end"),
    (6, 1, "in_range", "info", "FR is within its range"),
    (7, 1, "memory_damaged", "warning", "calibration"),
    (8, 3312, "battery_low", "warning", "3.31 V"),
    (9, 4, "log_ended", "error", "run 4"),
    (10, 23, "mtu_too_small", "error", "23 bytes"),
    (11, 3, "given_up", "error", "RR did not come back"),
]


@pytest.mark.parametrize(("code", "argument", "kind", "level", "words"), EVENTS)
def test_every_event_of_a_device_is_told_in_words(
    code: int, argument: int, kind: str, level: str, words: str
) -> None:
    plate = VirtualPlate(PLATE, resting)
    slow, stop, engine, notices = SlowLink(plate, symmetric()), threading.Event(), Engine(), []

    def take(item: Any) -> None:
        engine.take(item)
        if isinstance(item, Opened):
            plate.notice(code, argument)
        if isinstance(item, Notice):
            notices.append(item)
            stop.set()

    BoardSource(slow, now_ns=slow.now_ns).run(take, stop)
    assert notices[0].kind == kind
    assert notices[0].detail["argument"] == argument
    (message,) = engine.snapshot.messages
    assert message.level == level
    assert words in message.text
    assert level == "info" or message.text.count(".") >= 2  # what is the matter, and what to do


def test_an_event_of_a_newer_device_is_kept_without_words() -> None:
    engine = Engine()
    engine.take(Opened("plate", 0, PLATE, None))
    engine.take(Notice("plate", 1, "event_99", detail={"argument": 1}))
    assert engine.snapshot.messages == ()


# ---- baud rates


SPEEDS = {termios.B500000: 500_000, termios.B2000000: 2_000_000}


@pytest.mark.parametrize("rate", [500_000, 2_000_000])
def test_the_rate_of_a_board_is_found_by_trying(rate: int) -> None:
    plate = PtyPlate()

    def right_rate_only(sent: bytes) -> bytes:
        speed = SPEEDS[termios.tcgetattr(plate._slave)[5]]
        return sent if speed == rate else b"\xf7\x3e" * (len(sent) // 2)

    plate.tamper = right_rate_only
    link = DeviceLink(SerialTransport(plate.port))
    try:
        info = link.meet(threading.Event())
        assert info is not None
        assert info.device_id == PLATE.id
        assert link.transport.rates[0] == rate
    finally:
        link.close()
        plate.cut()


class Stalling(SlowLink):
    """At the right rate the program is kept from running while the answer comes."""

    def __init__(self) -> None:
        super().__init__(VirtualPlate(PLATE, resting), symmetric())
        self.rates = (500_000, 2_000_000)
        self.used = self.rates[0]
        self.kept = False

    def use_rate(self, rate: int) -> None:
        self.used = rate
        self.kept = False

    def read(self) -> bytes:
        if self.used != 2_000_000:
            super().read()
            return b""
        if not self.kept:
            self.kept = True
            self.now_s += 0.7
            return b""
        return super().read()


def test_a_rate_is_not_left_before_what_came_at_it_was_read() -> None:
    slow = Stalling()
    assert DeviceLink(slow, slow.now_ns).meet(threading.Event()) is not None
    assert slow.used == 2_000_000
    assert slow.now_s - HOST_START_S < 2, "at the first try of it"


def test_a_rate_that_is_given_is_the_only_one_that_is_tried() -> None:
    from solemetry_host.devices.url import open_board

    assert open_board("serial:COM3?baud=115200").transport.rates == (115_200,)
    assert open_board("serial:COM3").transport.rates == (500_000, 2_000_000)
    with pytest.raises(DeviceError, match="takes no commands"):
        open_board("replay:x.h5")
