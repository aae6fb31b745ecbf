# SPDX-License-Identifier: Apache-2.0
"""Plates as motion labs know them: a force and its moment on a top with four corners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N
from solemetry.session.model import Session, Stream

Floats = NDArray[np.float64]

_MARGIN_MM = 10.0


@dataclass(frozen=True, eq=False)
class Platform:
    """A plate on which force and place are known.

    Attributes
    ----------
    name : str
        Of its stream.
    force_n : (T,) array
        Vertical force of the ground.
    shear_n : (T, 2) array
        Horizontal force of the ground ``(ml, ap)`` along the plate's own axes; 0 where it senses
        none.
    moment_nmm : (T, 2) array
        Vertical force times where it acts ``(ml, ap)``, from the middle of the top, N mm. Where no
        centre of pressure is known for too little force, it is taken to act in the middle.
    middle_mm : (2,) array
        Of the top, ``(ml, ap)``, in the frame that plates share.
    turn : (2, 2) array
        Takes a way along the plate's own axes into the frame that plates share.
    half_mm : (2,) array
        Half of the width and of the depth.
    senses_shear, known_size, placed : bool
        Whether horizontal force was sensed, the size of the top is known, and it was told where
        the plate stands.
    """

    name: str
    force_n: Floats
    shear_n: Floats
    moment_nmm: Floats
    middle_mm: Floats
    turn: Floats
    half_mm: Floats
    senses_shear: bool
    known_size: bool
    placed: bool

    @property
    def cop_mm(self) -> Floats:
        """Centre of pressure from the middle, ``(T, 2)``; NaN below `MIN_FORCE_N`."""
        loaded_n = np.where(self.force_n >= MIN_FORCE_N, self.force_n, np.nan)
        return self.moment_nmm / loaded_n[:, None]

    def shared(self, own_mm: Floats) -> Floats:
        """Places in the frame that plates share, of places from the middle, ``(..., 2)``."""
        return self.middle_mm + own_mm @ self.turn.T


def is_plate(stream: Stream) -> bool:
    """Whether force and place on a plate are known."""
    if stream.counts is not None:
        return False
    if stream.layout is None:
        loaded = np.isfinite(stream.force_n) & np.isfinite(stream.cop_mm).all(axis=1)
        return stream.kind == "load" and bool(loaded.any())
    return stream.layout.kind == "plate" and bool(np.isfinite(stream.layout.xy_mm).all())


def platforms(session: Session, streams: Iterable[Stream]) -> list[Platform]:
    """Return the plates among streams, each where the recording last says that it stands."""
    events = session.events
    places = {
        detail.get("stream", ""): detail for detail in events.detail[events.kind == "place"]
    }
    return [_platform(stream, places.get(stream.name)) for stream in streams if is_plate(stream)]


def notes_on(plates: list[Platform]) -> tuple[str, ...]:
    """Say what of plates is not known, and what was taken instead."""
    notes = []
    if blind := ", ".join(plate.name for plate in plates if not plate.senses_shear):
        notes.append(f"{blind}: vertical force alone is sensed, so horizontal forces are 0.")
    notes.append("The free moment about the vertical is not known, and is 0.")
    if unplaced := [plate.name for plate in plates if plate.known_size and not plate.placed][1:]:
        notes.append(
            f"It was not told where {', '.join(unplaced)} stood (--place): all plates stand in the "
            "origin."
        )
    return tuple(notes)


def _platform(stream: Stream, place: dict[str, float] | None) -> Platform:
    known_size = stream.layout is not None and stream.layout.has_halves
    if stream.layout is not None and known_size:
        own_middle_mm, half_mm = np.zeros(2), np.array(stream.layout.size_mm) / 2
    else:
        own_middle_mm, half_mm = _around(stream.cop_mm)
    at_mm, turn = _standing(place)
    return Platform(
        name=stream.name,
        force_n=stream.force_n,
        shear_n=np.zeros((len(stream.t_s), 2)) if stream.shear_n is None else stream.shear_n,
        moment_nmm=_moment(stream, own_middle_mm),
        middle_mm=at_mm + turn @ own_middle_mm,
        turn=turn,
        half_mm=half_mm,
        senses_shear=stream.shear_n is not None,
        known_size=known_size,
        placed=place is not None,
    )


def _standing(place: dict[str, float] | None) -> tuple[Floats, Floats]:
    """Return where a plate's own origin stands, and how it is turned: clockwise from above."""
    if place is None:
        return np.zeros(2), np.eye(2)
    angle = np.radians(place.get("turn_deg", 0.0))
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([place["x_mm"], place["y_mm"]]), np.array([[cos, sin], [-sin, cos]])


def _moment(stream: Stream, middle_mm: Floats) -> Floats:
    """Return vertical force times where it acts, from the middle, ``(T, 2)``."""
    if stream.forces_n is not None and stream.layout is not None:
        return np.asarray(stream.forces_n @ (stream.layout.xy_mm - middle_mm))
    empty = stream.force_n < MIN_FORCE_N
    from_middle_mm = np.where(empty[:, None], 0.0, stream.cop_mm - middle_mm)
    return stream.force_n[:, None] * from_middle_mm


def _around(cop_mm: Floats) -> tuple[Floats, Floats]:
    """Return the middle and half the size of a top that holds all centres of pressure."""
    there = cop_mm[np.isfinite(cop_mm).all(axis=1)]
    if not len(there):
        return np.zeros(2), np.full(2, _MARGIN_MM)
    low, high = there.min(axis=0), there.max(axis=0)
    return (low + high) / 2, (high - low) / 2 + _MARGIN_MM
