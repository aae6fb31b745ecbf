# SPDX-License-Identifier: Apache-2.0
"""Readings from the devices of a live engine: what drills see of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from solemetry.foot import FootRegistration
from solemetry_host.devices.source import Block
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.both_feet import BothFeet
from solemetry_host.drills.signals.tracks import (
    Foot,
    InsoleTrack,
    PlateTrack,
    Track,
    Values,
    shares_of,
    track_of,
)
from solemetry_host.live.device import LiveDevice


class SignalSource:
    """Makes readings of what devices feel, one for each row of the device that sets the pace.

    That is the first plate, or the first insole as long as no plate is there; of the others a
    reading has what they felt last, if that was not long ago. A reading's time is when its row
    was felt, by the device's clock: no delay of the link is in it.

    Parameters
    ----------
    began_ns : int
        Host time at which the time of readings begins; rows from before are left out.
    body : Body
    posture : str
        Of the level: with ``double`` places are in the frame of both feet.
    side : Side
        The one that the drill is done on now; change it with `turn_to`.
    """

    def __init__(
        self, began_ns: int, body: Body, posture: str = "", side: Side = "both"
    ) -> None:
        self.t_s = 0.0
        """Time of the newest reading."""
        self._began_ns = began_ns
        self._body = body
        self._posture = posture
        self._side: Side = side
        self._tracks: dict[str, Track] = {}
        self._both = BothFeet(body.insole_weight_n)

    def turn_to(self, side: Side) -> None:
        """Go on with another side: what follows a stance begins anew."""
        if side == self._side:
            return
        self._side = side
        self._both = BothFeet(self._body.insole_weight_n)
        for track in self._tracks.values():
            track.turn()

    def take(
        self, device: LiveDevice, block: Block, feet: tuple[FootRegistration, ...]
    ) -> Iterator[Reading]:
        """Take a block of a device; give the readings that it makes.

        One after the other, so that between two of them the side may change.

        Parameters
        ----------
        device : LiveDevice
            It has followed the block.
        block : Block
        feet : tuple of FootRegistration
            Those that are registered on it.
        """
        if device.kind != "plate" and device.opened.side not in ("left", "right"):
            return  # nobody knows whose foot it is
        device.settle()
        track = self._tracks.get(device.stream)
        if track is None:
            track = self._tracks[device.stream] = track_of(device)
        if isinstance(track, PlateTrack):
            track.stand_on(feet)
        for t_ns in track.follow(device, block):
            if t_ns >= self._began_ns and self._paces(track, t_ns):
                yield self._reading(t_ns)

    def pass_time(self, t_ns: int) -> Reading:
        """Return a reading of a moment at which nothing is sensed."""
        self._move_on(t_ns)
        return Reading(self.t_s)

    def _paces(self, track: Track, t_ns: int) -> bool:
        """Whether no device that is to set the pace before this one has been felt lately."""
        tracks = sorted(self._tracks.values(), key=lambda each: not isinstance(each, PlateTrack))
        return track is next(each for each in tracks if each.is_fresh(t_ns))

    def _move_on(self, t_ns: int) -> None:
        self.t_s = max(self.t_s, (t_ns - self._began_ns) * 1e-9)

    def _reading(self, t_ns: int) -> Reading:
        self._move_on(t_ns)
        fresh = [track for track in self._tracks.values() if track.is_fresh(t_ns)]
        values = self._of_insoles({i.foot: i for i in fresh if isinstance(i, InsoleTrack)})
        plate = next((track for track in fresh if isinstance(track, PlateTrack)), None)
        if plate is not None:
            values |= plate.values(self.t_s, self._side, self._posture, self._body)
        return Reading(self.t_s, values)

    def _of_insoles(self, fresh: Mapping[Foot, InsoleTrack]) -> Values:
        feet = _feet_of(self._side)
        mine = [fresh[foot] for foot in feet if foot in fresh]
        values: Values = {}
        if len(mine) == len(feet):
            values |= self._both.of_load(self.t_s, mine, fresh)
            values |= {f"share.{region}": share for region, share in shares_of(mine).items()}
            if len(mine) == 1:
                values |= mine[0].circle() | mine[0].tilt.values()
        for foot, insole in fresh.items():
            values |= {f"{foot}.share.{r}": share for r, share in shares_of([insole]).items()}
        return values


def _feet_of(side: Side) -> tuple[Foot, ...]:
    return (side,) if side in ("left", "right") else ("left", "right")
