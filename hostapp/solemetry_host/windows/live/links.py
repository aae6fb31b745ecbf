# SPDX-License-Identifier: Apache-2.0
"""How the devices are and the ways to them, in words."""

from __future__ import annotations

import math

from solemetry_host.live.snapshot import DeviceView, Link, Snapshot
from solemetry_host.words import tr


def links_in_words(snapshot: Snapshot) -> str:
    """Return how each device is; that there is none where there is none."""
    if not snapshot.devices:
        sign, state = _state_in_words(snapshot.idle)
        return f"{sign} {state}"
    return "     ".join(_device_in_words(view) for view in snapshot.devices)


def _device_in_words(view: DeviceView) -> str:
    sign, state = _state_in_words(view.link)
    told = [view.stream if view.link.state == "streaming" else f"{view.stream}: {state}"]
    # The sign stays with the word behind it where lines break.
    return f"{sign}\N{NO-BREAK SPACE}" + " · ".join((*told, *_numbers(view.link)))


def _state_in_words(link: Link) -> tuple[str, str]:
    """Return a sign and a word for the state."""
    return {
        "closed": ("○", tr("Not connected")),
        "connecting": ("◌", tr("Connecting …")),
        "streaming": ("●", tr("Connected")),
        "lost": ("◍", tr("Link lost, trying again …")),
        "ended": ("■", tr("The recording is at its end")),
        "failed": ("✕", tr("Could not connect")),
    }[link.state]


def _numbers(link: Link) -> list[str]:
    """Return numbers of the link; none is torn from its unit where lines break."""
    numbers = [number.replace(" ", "\N{NO-BREAK SPACE}") for number in _rates(link)]
    if link.silent:
        numbers.append(tr("no data from {sensors}", sensors=", ".join(link.silent)))
    if link.saturated:
        at_end = ", ".join(link.saturated)
        numbers.append(tr("{sensors} at the end of their range", sensors=at_end))
    if link.rows and not link.calibrated:
        numbers.append(tr("not calibrated"))
    return numbers


def _rates(link: Link) -> list[str]:
    if not link.rows:
        return []
    parts = []
    if math.isfinite(link.rate_hz):
        parts.append(tr("{rate:.1f} rows/s", rate=link.rate_hz))
    parts.append(tr("{n} lost", n=link.lost_rows))
    if link.damaged_frames:
        parts.append(tr("{n} damaged", n=link.damaged_frames))
    if link.restarts:
        parts.append(tr("{n} restarts", n=link.restarts))
    if math.isfinite(link.clock_half_width_ms):
        parts.append(tr("clock ±{ms:.1f} ms", ms=link.clock_half_width_ms))
    if link.battery_percent is not None:
        parts.append(tr("battery {percent} %", percent=link.battery_percent))
    return parts
