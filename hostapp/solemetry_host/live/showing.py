# SPDX-License-Identifier: Apache-2.0
"""What of the live devices is shown: by what is connected, and by what somebody chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from solemetry_host.live.snapshot import DeviceView, Joined, Snapshot

Layout = Literal["plate", "insoles", "both"]

LAYOUTS: tuple[Layout, ...] = ("plate", "insoles", "both")

_FROM_LEFT = {"left": 0, "right": 1}


@dataclass
class Showing:
    """What somebody chose to see; it holds as long as devices for it are there.

    Attributes
    ----------
    layout : {"plate", "insoles", "both"} or None
        None: by what is connected.
    plate : str
        Stream of the plate, where there are several; empty: the first.
    near : bool
        Whether the sway is followed, and not the whole plate shown.
    """

    layout: Layout | None = None
    plate: str = ""
    near: bool = False

    def layout_of(self, snapshot: Snapshot) -> Layout:
        """Return the layout to draw."""
        there = layouts_of(snapshot)
        return self.layout if self.layout in there else there[-1]

    def plate_of(self, snapshot: Snapshot) -> DeviceView | None:
        """Return the plate to draw."""
        plates = plates_of(snapshot)
        chosen = [view for view in plates if view.stream == self.plate]
        return next(iter((*chosen, *plates)), None)


def layouts_of(snapshot: Snapshot) -> tuple[Layout, ...]:
    """Return the layouts that there are devices for, the one that shows most as the last."""
    if not insoles_of(snapshot):
        return ("plate",)
    return LAYOUTS if plates_of(snapshot) else ("insoles",)


def plates_of(snapshot: Snapshot) -> tuple[DeviceView, ...]:
    """Return the plates that are there, in the order in which they came."""
    return tuple(view for view in _there(snapshot) if view.layout.kind == "plate")


def insoles_of(snapshot: Snapshot) -> tuple[DeviceView, ...]:
    """Return the insoles that are there: own left first, one that knows no side last."""
    insoles = [view for view in _there(snapshot) if view.layout.kind == "insole"]
    return tuple(sorted(insoles, key=lambda view: _FROM_LEFT.get(view.side, 2)))


def both_insoles(snapshot: Snapshot) -> Joined | None:
    """Return what a left and a right insole say together."""
    return next((joined for joined in snapshot.joined if joined.of == "insoles"), None)


def _there(snapshot: Snapshot) -> list[DeviceView]:
    return [view for view in snapshot.devices if view.link.state != "closed"]
