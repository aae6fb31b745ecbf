# SPDX-License-Identifier: Apache-2.0
"""Commands and their answers on one link: numbered, acknowledged, repeated when one was lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from solemetry.errors import DeviceError
from solemetry_host.wire.plate import SelfTest
from solemetry_host.wire.records import DONE, REFUSALS, Ack, Record, Type, encode

REPEAT_S = 0.25
REPEATS = 3

_PATIENCE_S = {Type.COMMAND_SELF_TEST: 2.0}
"""How long a record may take that comes after its command was acknowledged."""

_ANSWERS = {
    Type.COMMAND_INFO: Type.INFO,
    Type.COMMAND_CAL_READ: Type.CALIBRATION,
    Type.COMMAND_SELF_TEST: Type.SELF_TEST,
    Type.COMMAND_LOG_LIST: Type.LOG_RUN,
    Type.COMMAND_LOG_READ: Type.LOG_DATA,
}
"""Records that a command asks for besides its ACK."""


@dataclass(frozen=True)
class Answer:
    """What came back for a command: the ACK's trailing bytes and the records it asked for."""

    trailing: bytes
    records: tuple[Record, ...]


@dataclass(eq=False)
class _Command:
    type: Type
    payload: bytes
    future: Future[Answer]
    seqs: set[int] = field(default_factory=set)
    """Each repetition has a number of its own; the answer to any of them will do."""
    due_s: float = 0.0
    records: list[Record] = field(default_factory=list)
    ack: Ack | None = None


class Dialogue:
    """One command after the other, each until it is answered.

    Runs on the clock it is given and in the thread that calls it.

    Parameters
    ----------
    write : callable
        Sends bytes.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._seq = 0
        self._waiting: deque[_Command] = deque()

    def tell(self, command: Type, payload: bytes = b"") -> int:
        """Send a command without waiting for its answer; return its number."""
        self._seq = (self._seq + 1) % 2**16
        self._write(encode(command, self._seq, payload))
        return self._seq

    def ask(self, command: Type, payload: bytes = b"") -> Future[Answer]:
        """Send a command when those before it are done.

        Returns
        -------
        Future
            Of the answer, or of a `DeviceError` that says why there is none.
        """
        future: Future[Answer] = Future()
        self._waiting.append(_Command(command, payload, future))
        return future

    def hear(self, record: Record, now_s: float) -> None:
        """Take a record that came, whichever it is."""
        if not self._waiting:
            return
        command = self._waiting[0]
        if record.type == Type.ACK:
            self._acknowledge(command, record, now_s)
        elif record.type == _ANSWERS.get(command.type) and _is_of(record, command):
            command.records.append(record)
            command.due_s = now_s + REPEAT_S  # it is at it; no need to ask again
        if command.ack is not None and (command.records or command.type not in _PATIENCE_S):
            self._waiting.popleft()
            command.future.set_result(Answer(command.ack.trailing, tuple(command.records)))

    def go_on(self, now_s: float) -> None:
        """Send what is due; to be called about as often as the link is read."""
        while self._waiting:
            command = self._waiting[0]
            if command.seqs and now_s < command.due_s:
                return
            if command.ack is not None or len(command.seqs) > REPEATS:
                self._waiting.popleft()
                command.future.set_exception(_no_answer(command))
                continue
            command.seqs.add(self.tell(command.type, command.payload))
            command.due_s = now_s + REPEAT_S

    def give_up(self, why: DeviceError) -> None:
        """Answer whatever waits with an error: the link is gone."""
        while self._waiting:
            self._waiting.popleft().future.set_exception(why)

    def _acknowledge(self, command: _Command, record: Record, now_s: float) -> None:
        ack = Ack.parse(record.payload)
        if ack is None or ack.command != command.type or ack.command_seq not in command.seqs:
            return  # of a repetition that was answered before
        if ack.status == DONE:
            command.ack = ack
            command.due_s = now_s + _PATIENCE_S.get(command.type, REPEAT_S)
            return
        self._waiting.popleft()
        command.future.set_exception(refusal(command.type, ack.status))


def refusal(command: Type, status: int) -> DeviceError:
    """Say in words that a device has refused a command, and why."""
    why = REFUSALS.get(status, f"status {status}")
    return DeviceError(f"{_name(command)} was refused: {why}.", _REMEDIES.get(status, ""))


_REMEDIES = {
    1: "Flash the firmware that came with this app.",
    4: "Stop the log, or start it, and ask again.",
    5: "Use a newer Bluetooth adapter, or connect the insole by its cable.",
}


def _is_of(record: Record, command: _Command) -> bool:
    test = SelfTest.parse(record.payload) if record.type == Type.SELF_TEST else None
    return test is None or test.command_seq in command.seqs


def _name(command: Type) -> str:
    return command.name.removeprefix("COMMAND_").replace("_", "-")


def _no_answer(command: _Command) -> DeviceError:
    if command.ack is not None:
        return DeviceError(
            f"The device began {_name(command.type)} but never said what came of it.",
            "Ask again; if it stays so, restart the device.",
        )
    return DeviceError(
        f"The device did not answer {_name(command.type)}, asked {len(command.seqs)} times.",
        "Check the cable and the device's power.",
    )
