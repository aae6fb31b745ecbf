# SPDX-License-Identifier: Apache-2.0
"""What happened, in the order in which the engine took it: told to people, kept in recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import replace
from typing import Any

from solemetry.session.wording import Level
from solemetry_host.devices.source import Block, Exchange, Notice
from solemetry_host.live.snapshot import Message
from solemetry_host.live.take import Take

_KEPT_MESSAGES = 20


class Journal:
    """Messages, events, and the stamps that tell their order.

    Parameters
    ----------
    devices : sized
        Those that are there: where there are several, a message says which one it is about.
    """

    def __init__(self, devices: Sized) -> None:
        self.messages: tuple[Message, ...] = ()
        """The newest, oldest first."""
        self.take: Take | None = None
        """The recording that runs."""
        self.t0_ns = 0
        """Where its time begins."""
        self._devices = devices
        self._said = 0
        self._last: tuple[int, str] = (0, "")
        """Stamp of the newest item; its stream if it was an answer for the device's time."""

    def say(self, level: Level, text: str, stream: str = "") -> None:
        """Add a message for the person at the screen; of a device, if one is named."""
        self._said += 1
        said = f"{stream}: {text}" if stream and len(self._devices) > 1 else text
        self.messages = (*self.messages, Message(self._said, level, said))[-_KEPT_MESSAGES:]

    def begin_take(self, take: Take) -> None:
        """Keep what happens from here on."""
        self.t0_ns = take.begin()
        self.take = take

    def keep(
        self,
        kind: str,
        detail: Mapping[str, Any],
        stream: str = "",
        t_host_ns: int | None = None,
    ) -> None:
        """Keep an event in the recording that runs; without a stamp, it happens now."""
        if self.take is not None:
            stamp = self.tick() if t_host_ns is None else t_host_ns
            self.take.event(stamp, kind, dict(detail), stream)

    # ---- order -----------------------------------------------------------------------------

    def begin_anew(self) -> None:
        """Forget the stamps of devices that are gone: others may be of another day."""
        self._last = (0, "")

    def in_order(self, item: Block | Exchange | Notice) -> Block | Exchange | Notice:
        """Give what was taken later a later stamp, by a nanosecond if need be.

        Sources run in threads of their own, and what one of them stamped first may be taken
        second. A recording is played again by its stamps, so they tell the order of taking. Only
        an answer for the time shares its stamp with the rows of its read; it goes first.
        """
        last_ns, answered = self._last
        shares = answered != "" and item.stream == answered
        if item.t_host_ns < last_ns or (item.t_host_ns == last_ns and not shares):
            item = _stamped(item, last_ns + 1)
        self._last = (item.t_host_ns, item.stream if isinstance(item, Exchange) else "")
        return item

    def tick(self) -> int:
        """Return a stamp for what happens here, between the item before and the one after."""
        self._last = (self._last[0] + 1, "")
        return self._last[0]


def _stamped(item: Block | Exchange | Notice, t_host_ns: int) -> Block | Exchange | Notice:
    if not isinstance(item, Block):
        return replace(item, t_host_ns=t_host_ns)
    rows, imu = item.rows.copy(), item.imu.copy()
    rows["t_host_ns"] = imu["t_host_ns"] = t_host_ns
    return replace(item, t_host_ns=t_host_ns, rows=rows, imu=imu)
