# SPDX-License-Identifier: Apache-2.0
"""What there is to connect: what is connected, was found, was there last, or is virtual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from serial.tools import list_ports

from solemetry_host.devices.discovery import Findings, discover
from solemetry_host.devices.known_boards import board_by_usb
from solemetry_host.home.devices_in_words import called
from solemetry_host.words import tr

VIRTUAL = ("sim:plate", "sim:insoles")
"""What can be tried without hardware: a plate, and an insole in each shoe."""


@dataclass(frozen=True)
class Offer:
    """One thing to connect.

    Attributes
    ----------
    url : str
    title : str
    note : str
        What is known about it, or the matter with it.
    chosen : bool
        Whether it is connected if nobody changes it.
    """

    url: str
    title: str
    note: str
    chosen: bool = False


def look(connected: Sequence[str]) -> Findings:
    """Look everywhere for at most five seconds, but for ports that are in use already.

    Ports of no board that is known are not asked, as that may disturb what is behind them.
    """
    free = [port for port in list_ports.comports() if f"serial:{port.device}" not in connected]
    strange = {f"serial:{port.device}" for port in free if not board_by_usb(port.vid, port.pid)}
    findings = discover(ports=lambda: free)
    not_asked = tr("A port of no board that is known. Tick it if it is yours.")
    return replace(
        findings,
        found=tuple(
            replace(one, trouble=not_asked) if one.url in strange else one for one in findings.found
        ),
    )


def signals(findings: Findings) -> dict[str, int]:
    """Return how strongly each radio was heard, dBm, by URL."""
    return {one.url: one.rssi_dbm for one in findings.found if one.rssi_dbm is not None}


def offers(
    connected: Sequence[str], last: Sequence[str], findings: Findings | None
) -> tuple[Offer, ...]:
    """Return everything there is to connect, each once, the likeliest first.

    Parameters
    ----------
    connected, last : sequence of str
        URLs of what is connected, and of what was connected last.
    findings : Findings or None
        None while they are being looked for.
    """
    there = [Offer(url, called(url), tr("Connected"), chosen=True) for url in connected]
    newcomer = not (connected or last)
    found = list(_found(findings, last, newcomer)) if findings is not None else []
    remembered = [
        Offer(url, called(url), tr("Connected last time"), chosen=not connected) for url in last
    ]
    virtual = [
        Offer(VIRTUAL[0], called(VIRTUAL[0]), tr("Somebody who is simulated stands on it")),
        Offer(VIRTUAL[1], called(VIRTUAL[1]), tr("In the shoes of somebody who is simulated")),
    ]
    return tuple(_each_once([*there, *found, *remembered, *virtual]))


def _found(findings: Findings, last: Sequence[str], newcomer: bool) -> Iterable[Offer]:
    for one in findings.found:
        facts = [
            one.what,
            one.id if one.id not in one.url else "",
            tr("battery {percent} %", percent=one.battery_percent)
            if one.battery_percent is not None
            else "",
            tr("signal {dbm} dBm", dbm=one.rssi_dbm) if one.rssi_dbm is not None else "",
            f"⚠ {one.trouble}" if one.trouble else "",
        ]
        note = " · ".join(fact for fact in facts if fact)
        chosen = not one.trouble and (newcomer or one.url in last)
        yield Offer(one.url, called(one.url), note, chosen)


def _each_once(given: Iterable[Offer]) -> Iterable[Offer]:
    seen: set[str] = set()
    for one in given:
        if one.url not in seen:
            seen.add(one.url)
            yield one
