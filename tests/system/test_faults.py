# SPDX-License-Identifier: Apache-2.0
"""Every fault the simulated board knows, recorded by the real app: the board tells it, the person
is told it in words, the file has it, and what was measured before and after is exact."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import board
import h5py
import numpy as np
import pytest
from plain_decoder import Row, account

from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.source import Item, Notice, Opened
from solemetry_host.devices.transport import SerialTransport
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder

SECONDS = 16.0


@dataclass
class Fault:
    """What is done to the board, and what has to come of it."""

    words: list[str]
    events: list[tuple[str, int]]
    told: list[str]
    """What a person has to read."""
    sick: int | None = None
    """The chip whose own values are no measurement while it lasts."""
    flags: set[int] = field(default_factory=lambda: {0})
    cause: str = ""
    """Of the one restart, if there is one."""
    seconds: float = SECONDS
    slow_link: bool = False
    holes: bool = False
    """Rows or conversions are missing, and are known to be."""


RESTARTED = "The device started again"
FAULTS = {
    "a chip dies": Fault(
        ["4,silent 2"], [("sensor_silent", 2)], ["RL gives no data"], sick=2, flags={0, 0x40},
        seconds=11),
    "a chip dies and comes back": Fault(
        ["4,silent 2", "8,mend 2"], [("sensor_silent", 2), ("sensor_back", 2)],
        ["RL gives no data", "RL gives data again"], sick=2, flags={0, 0x40}),
    "a chip dies and a restart does not help": Fault(
        ["4,silent 1"], [("sensor_silent", 1), ("sensor_silent", 1), ("given_up", 1)],
        ["FR gives no data", RESTARTED, "FR gives no data", "FR did not come back"],
        sick=1, flags={0, 0x20}, cause="watchdog", seconds=24),
    "a data line is shorted": Fault(
        ["4,short 3", "8,mend 3"], [("sensor_silent", 3), ("sensor_back", 3)],
        ["RR gives no data", "RR gives data again"], sick=3, flags={0, 0x80}),
    "a bridge wire opens": Fault(
        ["4,open 0 high", "8,mend 0"], [("at_an_end", 0), ("in_range", 0)],
        ["FL stands at an end of its range", "FL is within its range again"],
        sick=0, flags={0, 0x01, 0x11}),
    "a bridge wire opens the other way": Fault(
        ["4,open 0 low", "8,mend 0"], [("at_an_end", 0), ("in_range", 0)],
        ["FL stands at an end of its range", "FL is within its range again"],
        sick=0, flags={0, 0x01, 0x11}),
    "the reset pin": Fault(["6,reset"], [], ["again (reset pin)"], cause="reset pin"),
    "the supply sinks": Fault(["6,brownout"], [], ["its supply had dipped"], cause="brown-out"),
    "the supply goes and comes back": Fault(
        ["6,powercut"], [], ["again (power-on)"], cause="power-on"),
    "the supply goes in the middle of a write": Fault(
        ["6,tear 4", "6.1,reset"], [("memory_damaged", 3)],
        ["count of restarts in the device's memory was damaged", RESTARTED], cause="power-on"),
    "the program hangs": Fault(["6,hang"], [], ["restarted itself"], cause="watchdog"),
    "the program stalls": Fault(["6,stall 40", "8,stall 120"], [], [], holes=True),
    "the link is too slow": Fault(
        [], [("frames_dropped_by_device", -1)], ["could not send"], slow_link=True, holes=True),
}


@dataclass
class Recorded:
    rows: list[Row]
    events: list[tuple[str, int]]
    causes: list[str]
    gaps: list[tuple[int, int, str]]
    messages: list[str]


def record(port: str, out: Path) -> Recorded:
    """Record from the first row to the end of the board's life, as the app does it."""
    engine, recorder, stop = Engine(), Recorder(out), threading.Event()
    messages: dict[int, str] = {}

    def emit(item: Item) -> None:
        engine.take(item)
        if isinstance(item, Opened):
            engine.begin_take(recorder)
        if isinstance(item, Notice) and item.kind == "link_lost":
            stop.set()
        messages.update({m.number: m.text for m in engine.snapshot.messages})

    BoardSource(SerialTransport(port)).run(emit, stop)
    engine.end_take()
    recorder.stop()
    with h5py.File(out) as file:
        samples, gaps = file["streams/plate/samples"][:], file["streams/plate/gaps"][:]
        events = [(row["kind"].decode(), json.loads(row["detail"])) for row in file["events"][:]]
    return Recorded(
        [Row(int(s["index"]), int(s["t_dev_us"]), int(s["boot_id"]), int(s["flags"]),
             s["counts"].tolist(), s["age_us"].tolist(), s["conversion"].tolist())
         for s in samples],
        [(kind, detail["argument"]) for kind, detail in events if "argument" in detail],
        [detail["cause"] for kind, detail in events if kind == "device_restarted"],
        [(int(row["row"]), int(row["lost"]), row["reason"].decode()) for row in gaps],
        list(messages.values()),
    )


def check_told(messages: list[str], wanted: list[str]) -> None:
    """Each wanted sentence is one message; those of one read may come in another order."""
    left = list(messages)
    for words in wanted:
        found = [message for message in left if words in message]
        assert found, f"{words!r} not in {left}"
        left.remove(found[0])


def check_values(rows: list[Row], log: np.ndarray, fault: Fault) -> int:
    """Every value is exactly one that was converted; returns how many are known to be lost."""
    lost = 0
    for c in range(4):
        made = log[log[:, 0] == c, 2].astype(int).tolist()
        if c != fault.sick:
            found = account(rows, made, c)
            lost += found.lost
            assert found.before < 80  # until the host has met the board
            assert found.after < (12 if fault.slow_link else 5)  # still on their way at the end
            continue
        unusable = 0x11 << c
        well = [row for row in rows if not row.flags & unusable]
        assert {row.counts[c] for row in well} <= set(made)
        assert len(well) > 3 * 80
    return lost


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_shown_and_marked_and_spoils_nothing(
    name: str, make_board: Callable, tmp_path: Path
) -> None:
    fault = FAULTS[name]
    board.write_ramps(tmp_path / "loads.txt", fault.seconds + 1)
    planned = [option for words in fault.words for option in ("--at", words)]
    with make_board("--input", str(tmp_path / "loads.txt"), "--interpolate", "--wait-host",
                    "--duration", str(fault.seconds), "--log", str(tmp_path / "log"), *planned,
                    speed=0, image=board.SLOW_LINK if fault.slow_link else board.IMAGE) as running:
        recorded = record(running.port, tmp_path / "session.h5")
        stats = running.wait()

    if fault.slow_link:
        assert {kind for kind, _ in recorded.events} == {"frames_dropped_by_device"}
    else:
        # Whether a short hits a read-out, too, is chance.
        dropped = ("readout_dropped", fault.sick)
        assert [event for event in recorded.events if event != dropped] == fault.events
    check_told(recorded.messages, fault.told)
    assert {row.flags for row in recorded.rows} == fault.flags
    lost = check_values(recorded.rows, board.read_log(tmp_path / "log"), fault)
    restarts = [at for at, _, reason in recorded.gaps if reason == "restart"]
    assert recorded.causes == ([fault.cause] if fault.cause else [])
    assert len(restarts) == len(recorded.causes)
    boots = [row.boot_id for row in recorded.rows]
    assert np.flatnonzero(np.diff(boots)).tolist() == [at - 1 for at in restarts]
    missing_rows = sum(rows for _, rows, _ in recorded.gaps)
    assert (lost > 0) is fault.holes
    if fault.slow_link:
        assert missing_rows > 50
    else:
        assert missing_rows == 0
        # Rows to the end, but for the moments that a restart takes.
        assert len(recorded.rows) > 80 * (fault.seconds - 1.2)
    if name == "the program stalls":
        assert lost == sum(chip["unread"] for chip in stats["chips"])
