# SPDX-License-Identifier: Apache-2.0
"""The walk of two feet, each on an insole or a belt of its own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.analysis.stepping_load import SteppingLoad, of_foot, stuck_cells
from solemetry.analysis.walk import FootLoads, Walk
from solemetry.errors import UnavailableError
from solemetry.gait.activity import RULE, activity_of
from solemetry.gait.butterfly import describe_butterfly
from solemetry.gait.describe import analyze
from solemetry.gait.gait_line import GaitLine, gait_line_symmetry
from solemetry.gait.ground_contact import ready
from solemetry.loading.loads import Side
from solemetry.resampling import resample, uniform_grid
from solemetry.session.model import Motion, Stream

Floats = NDArray[np.float64]

FEET: tuple[Side, Side] = ("left", "right")

STANCE_WIDTH_MM = 100.0
"""How far apart the middles of two insoles are taken to be, for nothing measures it."""


def on_one_grid(streams: Mapping[str, Stream]) -> tuple[Floats, float, dict[str, FootLoads]]:
    """Bring the streams of two feet onto one grid; those that share their times stay as they are.

    Parameters
    ----------
    streams : mapping of str to Stream
        By foot.

    Returns
    -------
    t_s : (T,) array
        Session time.
    fs_hz : float
    loads : dict of str to FootLoads
        NaN where a stream has a gap.

    Raises
    ------
    UnavailableError
        When they were not recorded at the same time.
    """
    left, right = streams.values()
    if np.array_equal(left.t_s, right.t_s):
        return left.t_s, left.fs_hz, {foot: as_it_is(of) for foot, of in streams.items()}
    fs_hz = min(left.fs_hz, right.fs_hz)
    t_s = np.empty(0)
    if len(left.t_s) and len(right.t_s):
        begin_s, end_s = max(left.t_s[0], right.t_s[0]), min(left.t_s[-1], right.t_s[-1])
        t_s = uniform_grid(begin_s, end_s, fs_hz)
    if len(t_s) < 2:
        raise UnavailableError(
            f"{left.name} and {right.name} were not recorded at the same time.",
            "Record both feet together.",
        )
    return t_s, fs_hz, {foot: _at_times(of, t_s) for foot, of in streams.items()}


def as_it_is(stream: Stream) -> FootLoads:
    """Take a stream on its own grid."""
    layout = stream.layout if stream.forces_n is not None else None
    return FootLoads(stream.name, stream.force_n, stream.cop_mm, stream.forces_n, layout)


def _at_times(stream: Stream, t_s: Floats) -> FootLoads:
    if stream.forces_n is not None and stream.layout is not None:
        forces_n = resample(stream.t_s, stream.forces_n, t_s)
        return FootLoads.of_cells(stream.name, forces_n, stream.layout)
    force_n, cop_mm = (resample(stream.t_s, of, t_s) for of in (stream.force_n, stream.cop_mm))
    return FootLoads(stream.name, force_n, cop_mm)


def walk_of(
    loads: Mapping[str, FootLoads],
    t_s: Floats,
    fs_hz: float,
    convention: str = "insole",
    body_weight_n: float | None = None,
    stance_width_mm: float = STANCE_WIDTH_MM,
    motion: Mapping[str, Motion] | None = None,
) -> Walk:
    """Analyse the walk of two feet whose loads share one grid: every measure there is.

    Parameters
    ----------
    loads : mapping of str to FootLoads
        Of ``left`` and ``right``.
    t_s : (T,) array
        Session time of each sample.
    fs_hz : float
    convention : str
        Of contacts; one of `solemetry.gait.CONVENTIONS`.
    body_weight_n : float, optional
        Without it, it is estimated; see `solemetry.gait.analyze`.
    stance_width_mm : float
        How far apart the middles of the insoles are taken to be. Belts share one frame, and it
        is not used.
    motion : mapping of str to Motion, optional
        By foot.

    Raises
    ------
    UnavailableError
        When nobody walks, by `solemetry.gait.activity.RULE`.
    """
    left_n, right_n = (loads[foot].force_n for foot in FEET)
    found = analyze(left_n, right_n, fs_hz, convention, body_weight_n=body_weight_n)
    traces = {foot: ready(loads[foot].force_n, fs_hz, convention) for foot in FEET}
    by_foot = {foot: found.contacts[found.contacts.foot == foot] for foot in FEET}
    stuck = {foot: stuck_cells(loads[foot], by_foot[foot]) for foot in FEET}
    left_behind_n = {
        str(foot): 0.0 if stuck[foot] else trace.offset_n for foot, trace in traces.items()
    }
    activity, why_not = activity_of(found.steps, left_behind_n)
    if activity is None:
        raise UnavailableError(
            f"Nobody walks in this recording: {why_not} ({'; '.join(found.notes)}).",
            f"The rule: {RULE}.",
        )
    if activity == "running":
        found = analyze(left_n, right_n, fs_hz, convention, activity, body_weight_n)
    of_feet: dict[Side, SteppingLoad] = {
        foot: of_foot(
            foot, loads[foot], traces[foot].force_n, t_s, fs_hz,
            found.contacts[found.contacts.foot == foot], convention, activity,
            stuck[foot], (motion or {}).get(foot),
        )
        for foot in FEET
    }  # fmt: skip
    gait_lines = lines_of(of_feet)
    per_step, summaries = together(of_feet)
    if len(gait_lines) == len(FEET):
        summaries["gait_line_symmetry"] = gait_line_symmetry(*gait_lines.values())
    insoles = all(loads[foot].layout is not None for foot in FEET)
    butterfly = describe_butterfly(
        (traces["left"].force_n, traces["right"].force_n),
        (loads["left"].cop_mm, loads["right"].cop_mm),
        fs_hz, found.steps, stance_width_mm if insoles else None,
        convention=convention, activity=activity, doubt="; ".join(filter(None, stuck.values())),
    )  # fmt: skip
    summaries["butterfly"] = butterfly.summary
    return Walk(
        activity=activity,
        rule=RULE,
        convention=convention,
        fs_hz=fs_hz,
        t_s=t_s,
        loads=dict(loads),
        contacts=found.contacts,
        steps=found.steps,
        feet=found.feet,
        trial=found.trial,
        symmetry=found.symmetry,
        curves_n=found.curves_n,
        per_step=per_step,
        summaries=summaries,
        gait_lines=gait_lines,
        butterfly=butterfly,
        notes=(*found.notes, *notes_of(of_feet)),
    )


def lines_of(of_feet: Mapping[Side, SteppingLoad]) -> dict[str, GaitLine]:
    """Return the gait lines of the feet that have one."""
    return {foot: of.gait_line for foot, of in of_feet.items() if of.gait_line is not None}


def notes_of(of_feet: Mapping[Side, SteppingLoad]) -> list[str]:
    """Return what is to be known of the feet, each once."""
    return list(dict.fromkeys(note for of in of_feet.values() for note in of.notes))


def together(
    of_feet: Mapping[Side, SteppingLoad],
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Put the tables of the feet under each other: steps with ``foot``, summaries by it."""
    subjects = list(dict.fromkeys(name for of in of_feet.values() for name in of.summaries))
    per_step, summaries = {}, {}
    for name in subjects:
        having = {foot: of for foot, of in of_feet.items() if name in of.summaries}
        per_step[name] = pd.concat(
            [of.per_step[name].assign(foot=foot) for foot, of in having.items()],
            ignore_index=True,
        )
        summaries[name] = pd.concat(
            {foot: of.summaries[name] for foot, of in having.items()}, names=["foot"]
        )
    return per_step, summaries
