# SPDX-License-Identifier: Apache-2.0
"""Finding the walk in a recording: which of its streams bear feet, and whose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from solemetry.analysis.by_counts import as_if_in_newtons, times_only
from solemetry.analysis.single_contacts import on_one_insole, over_plates, over_pressure_plate
from solemetry.analysis.two_feet import FEET, STANCE_WIDTH_MM, on_one_grid, walk_of
from solemetry.analysis.walk import Walk
from solemetry.device import STANDARD_GRAVITY
from solemetry.errors import UnavailableError
from solemetry.loading.footprint import is_dense
from solemetry.loading.loads import Side
from solemetry.session.format import imu_of
from solemetry.session.model import Session, Stream


def find_walk(
    session: Session, convention: str | None = None, stance_width_mm: float = STANCE_WIDTH_MM
) -> Walk:
    """Find the walk in a recording, and all that its steps say.

    Of two insoles, or of two belts, each with a foot of its own (streams ``...-left`` and
    ``...-right``); of one insole; of the force plates of a laboratory, a foot on each; or of a
    pressure plate with one step. Streams that do not share their times are brought onto one grid
    in session time. Of insoles without gains only the times are told.

    Parameters
    ----------
    session : Session
    convention : str, optional
        Of contacts; by default ``insole``, ``treadmill`` (belts) or ``plate``.
    stance_width_mm : float
        How far apart the middles of two insoles are taken to be, for the butterfly.

    Raises
    ------
    UnavailableError
        When nobody walks in it, by `solemetry.gait.activity.RULE` (two feet),
        ``RULE_OF_ONE_FOOT`` or ``RULE_OF_PLATES``, or its streams cannot tell.
    UnknownContactRulesError
        When the convention is not known.
    """
    known = [stream for stream in session.streams.values() if stream.counts is None]
    if not known:
        return times_only(find_walk(_counted(session), convention or "insole", stance_width_mm))
    feet: dict[Side, Stream] = {
        foot: stream for foot in FEET if (stream := _worn_on(foot, known)) is not None
    }
    motion = {
        str(foot): session.motion[imu_of(stream.name)]
        for foot, stream in feet.items()
        if imu_of(stream.name) in session.motion
    }
    if feet:
        usual = "insole" if all(of.kind == "cells" for of in feet.values()) else "treadmill"
        if len(feet) == 1:
            ((foot, stream),) = feet.items()
            return on_one_insole(foot, stream, convention or usual, motion.get(foot))
        t_s, fs_hz, loads = on_one_grid({str(foot): of for foot, of in feet.items()})
        mass_kg = session.subject.get("mass_kg")
        weight_n = float(mass_kg) * STANDARD_GRAVITY if mass_kg else None
        return walk_of(loads, t_s, fs_hz, convention or usual, weight_n, stance_width_mm, motion)
    if all(stream.kind == "load" for stream in known):
        return over_plates(known, convention or "plate")
    only = known[0] if len(known) == 1 else None
    if only is not None and only.layout is not None and is_dense(only.layout):
        return over_pressure_plate(only, convention or "plate")
    raise UnavailableError(
        f"Of {', '.join(stream.name for stream in known)} it is not known which foot it bears.",
        "Gait needs two insoles, two belts, the plates of one laboratory, or a pressure plate.",
    )


def _counted(session: Session) -> Session:
    """Return the insoles of a session, their counts as loads of no known size."""
    insoles = {
        name: as_if_in_newtons(stream)
        for name, stream in session.streams.items()
        if stream.layout is not None and stream.layout.kind == "insole"
    }
    if not insoles:
        raise UnavailableError(
            "There are no forces, for no gains are known.",
            "Calibrate the device, then open the recording with that calibration.",
        )
    return replace(session, streams=insoles)


def _worn_on(foot: Side, streams: Iterable[Stream]) -> Stream | None:
    named = [stream for stream in streams if stream.name.endswith(f"-{foot}")]
    return named[0] if len(named) == 1 else None
