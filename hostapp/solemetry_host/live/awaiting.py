# SPDX-License-Identifier: Apache-2.0
"""Waiting for a station to get somewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from solemetry.errors import DeviceError, SolemetryError
from solemetry_host.live.snapshot import Message
from solemetry_host.live.station import Station

LOST_FOR_S = 10.0
"""A recording waits this long for a lost device before it ends."""


def patience_s(urls: Sequence[str]) -> float:
    """Say how long to wait for the first rows: each insole has to be looked for in the air."""
    return 12.0 + 30.0 * sum(url.startswith("ble:") for url in urls)


def wait(station: Station, done: Callable[[], object], timeout_s: float = 12.0) -> None:
    """Wait until something is done.

    Raises
    ------
    SolemetryError
        When a source gives up, or it takes too long.
    """
    began = time.monotonic()
    while not done():
        for failure in (station.failure, *station.failures.values()):
            if failure is not None:
                raise failure
        if time.monotonic() - began > timeout_s:
            raise DeviceError(
                "The device gives no samples."
                if len(station.snapshot.devices) < 2
                else "Not all devices give samples.",
                "Check its cable and its power.",
            )
        time.sleep(0.02)


def until(done: Callable[[], bool], at_most_s: float = 5.0) -> bool:
    """Wait until something is done, or it takes too long; return whether it is done."""
    deadline = time.monotonic() + at_most_s
    while not done() and time.monotonic() < deadline:
        time.sleep(0.02)
    return done()


def tare(station: Station) -> None:
    """Set the zero of empty plates.

    Raises
    ------
    SolemetryError
        When they are not empty, or do not answer.
    """
    answers = answers_to(station, lambda: station.command("tare"))
    wait(station, lambda: answers() and not station.snapshot.busy)
    for answer in answers():
        if answer.level != "info":
            raise SolemetryError(answer.text)


def answers_to(station: Station, ask: Callable[[], None]) -> Callable[[], list[Message]]:
    """Ask for something; return what gives the messages that have come since."""
    said = max((message.number for message in station.snapshot.messages), default=0)
    ask()
    return lambda: [m for m in station.snapshot.messages if m.number > said]
