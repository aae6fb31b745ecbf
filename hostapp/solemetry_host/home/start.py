# SPDX-License-Identifier: Apache-2.0
"""What the one big button starts: it goes on from wherever somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from solemetry_host.drills.wanted import Wanted
from solemetry_host.home.devices_in_words import all_called
from solemetry_host.home.today import Today
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.words import tr

Act = Literal["choose devices", "reconnect", "wait", "drill", "live"]


@dataclass(frozen=True)
class Start:
    """What is next.

    Attributes
    ----------
    act : {"choose devices", "reconnect", "wait", "drill", "live"}
    button : str
    title : str
    about : str
    wanted : Wanted or None
        Of ``drill``.
    """

    act: Act
    button: str
    title: str
    about: str
    wanted: Wanted | None = None


def next_step(
    connected: bool, snapshot: Snapshot, last: Sequence[str], today: Today | None
) -> Start:
    """Tell what is next: devices, then the first drill of today, then the free view.

    Parameters
    ----------
    connected : bool
        Whether devices were asked for, and can be had.
    snapshot : Snapshot
    last : sequence of str
        URLs that were connected last.
    today : Today or None
        None of nobody in particular, or while it is worked out.
    """
    if not connected:
        return _connect(last)
    if not any(view.link.state == "streaming" for view in snapshot.devices):
        return Start("wait", tr("Connecting …"), tr("One moment"), tr("Looking for your devices."))
    task = today.next if today is not None else None
    if task is not None:
        about = " · ".join(part for part in (task.turn, task.dose) if part)
        return Start("drill", tr("Start the drill"), task.title, about, task.wanted)
    if today is not None and today.tasks:
        title = tr("All done for today")
    else:
        title = tr("See how you stand")
    return Start(
        "live", tr("Open the live view"), title, tr("Look freely, and record if you like.")
    )


def _connect(last: Sequence[str]) -> Start:
    if last:
        return Start(
            "reconnect", tr("Connect again"), tr("Your devices"),
            tr("As last time: {devices}", devices=all_called(last)),
        )  # fmt: skip
    return Start(
        "choose devices",
        tr("Connect a device"),
        tr("Something to stand on"),
        tr("A plate, insoles, or virtual ones to try without hardware."),
    )
