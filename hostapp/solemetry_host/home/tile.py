# SPDX-License-Identifier: Apache-2.0
"""What a tile tells of one device: how it is, and what is the matter with it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from solemetry.calibration import Calibration
from solemetry_host.home.devices_in_words import stream_called
from solemetry_host.live.noise_floor import PERSON_KG, NoiseFloor
from solemetry_host.live.snapshot import DeviceView, Link, LinkState
from solemetry_host.words import tr, trn

How = Literal["good", "waiting", "warning", "error"]

LOW_BATTERY_PERCENT = 20
CHECK_AFTER_DAYS = 30
"""A calibration is looked at again each month (docs/calibrating.md)."""

_SIGNS: dict[How, str] = {"good": "✓", "waiting": "…", "warning": "⚠", "error": "✕"}


@dataclass(frozen=True)
class Fact:
    """One line of a tile: a name and what there is to say."""

    name: str
    words: str


@dataclass(frozen=True)
class Tile:
    """What stands on the tile of one device.

    Attributes
    ----------
    title : str
    state : str
        With a sign, for those who see no colours.
    how : {"good", "waiting", "warning", "error"}
    facts : tuple of Fact
        Battery and signal where there is one, link, calibration, noise.
    trouble : tuple of str
        What somebody should look after.
    """

    title: str
    state: str
    how: How
    facts: tuple[Fact, ...]
    trouble: tuple[str, ...]


def in_order(views: Iterable[DeviceView]) -> list[DeviceView]:
    """Put plates first, and own left on the left."""
    return sorted(views, key=lambda view: (view.layout.kind == "insole", view.stream))


def tile_of(
    view: DeviceView,
    today: date,
    noise: NoiseFloor | None = None,
    signal_dbm: int | None = None,
) -> Tile:
    """Tell how a device is.

    Parameters
    ----------
    view : DeviceView
    today : date
    noise : NoiseFloor, optional
        As it was measured since the device is connected.
    signal_dbm : int, optional
        How strongly its radio was heard when it was found.
    """
    link, calibration = view.link, view.calibration
    trouble = tuple(_trouble(link))
    how, words = _state(link.state)
    if how == "good" and trouble:
        how = "warning"
    facts = [
        Fact(tr("Battery"), _battery(link)),
        Fact(tr("Link"), _rate(link)),
        Fact(tr("Lost"), _lost(link)),
        Fact(tr("Signal"), "" if signal_dbm is None else f"{signal_dbm} dBm"),
        Fact(tr("Calibration"), _calibration(link, calibration, today)),
        Fact(tr("Noise"), _noise(noise, calibration)),
    ]
    return Tile(
        title=stream_called(view.stream),
        state=f"{_SIGNS[how]} {words}",
        how=how,
        facts=tuple(fact for fact in facts if fact.words),
        trouble=trouble,
    )


def _state(state: LinkState) -> tuple[How, str]:
    states: dict[LinkState, tuple[How, str]] = {
        "streaming": ("good", tr("Streaming")),
        "connecting": ("waiting", tr("Connecting …")),
        "lost": ("error", tr("Lost: looking for it again")),
        "failed": ("error", tr("Failed")),
        "ended": ("waiting", tr("At its end")),
        "closed": ("waiting", tr("Not connected")),
    }
    return states[state]


def _battery(link: Link) -> str:
    return "" if link.battery_percent is None else f"{link.battery_percent} %"


def _rate(link: Link) -> str:
    if not link.rows or not math.isfinite(link.rate_hz):
        return tr("no rows yet")
    return tr("{rate} rows/s", rate=f"{link.rate_hz:.0f}")


def _lost(link: Link) -> str:
    """Say how many rows never came; nothing before the first."""
    if not link.lost_rows:
        return tr("nothing") if link.rows else ""
    share = 100 * link.lost_rows / (link.rows + link.lost_rows)
    return trn("{n} row ({share} %)", "{n} rows ({share} %)", link.lost_rows, share=f"{share:.2g}")


def _calibration(link: Link, calibration: Calibration | None, today: date) -> str:
    if not link.calibrated:
        by_data_sheets = calibration is None or calibration.known
        return tr("by data sheets only") if by_data_sheets else tr("none yet")
    if calibration is None or not calibration.date:
        return tr("calibrated")
    try:
        days = (today - date.fromisoformat(calibration.date)).days
    except ValueError:  # of a file that was made by hand
        return calibration.date
    ago = tr("today") if days <= 0 else trn("{n} day ago", "{n} days ago", days)
    return tr("{ago}: check it", ago=ago) if days > CHECK_AFTER_DAYS else ago


def _noise(noise: NoiseFloor | None, calibration: Calibration | None) -> str:
    """Say what was measured now; else what the noise in the calibration makes of the force."""
    if noise is not None and math.isfinite(max(noise.noise_n)):
        return tr("{mm} mm at {kg} kg", mm=f"{max(noise.cop_mm):.2g}", kg=f"{PERSON_KG:g}")
    if noise is not None:
        return tr("{n} counts", n=f"{max(noise.noise_counts):.0f}")
    if calibration is not None and calibration.noise_n is not None:
        return f"± {math.sqrt(float((calibration.noise_n**2).sum())):.2g} N"
    return tr("step off for 5 s")


def _trouble(link: Link) -> list[str]:
    battery = link.battery_percent
    found = []
    if battery is not None and battery < LOW_BATTERY_PERCENT:
        found.append(tr("The battery is low: charge it soon."))
    if link.silent:
        found.append(tr("Silent: {cells}. See to their wires.", cells=", ".join(link.silent)))
    if link.saturated:
        found.append(tr("At the end of their range: {cells}.", cells=", ".join(link.saturated)))
    if link.restarts:
        found.append(
            trn("It has restarted {n} time.", "It has restarted {n} times.", link.restarts)
        )
    return found
