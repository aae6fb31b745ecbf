# SPDX-License-Identifier: Apache-2.0
"""A walk of which no two feet are seen throughout: on one insole, or over plates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.analysis.stepping_load import SteppingLoad, of_foot, of_print, stuck_cells
from solemetry.analysis.two_feet import FEET, as_it_is, lines_of, notes_of, together
from solemetry.analysis.walk import FootLoads, Walk
from solemetry.errors import UnavailableError
from solemetry.gait.activity import (
    RULE_OF_ONE_FOOT,
    RULE_OF_PLATES,
    why_not_again_and_again,
    why_not_passing,
)
from solemetry.gait.force_curve import LANDMARKS, landmarks, normalized
from solemetry.gait.ground_contact import find, ready
from solemetry.gait.stepping import TEMPORAL, steps, strides_of_one_foot
from solemetry.gait.summary import summarize
from solemetry.gait.walkway import walkway
from solemetry.loading.footprint import find_footprint
from solemetry.loading.loads import Side
from solemetry.session.model import Motion, Stream

Floats = NDArray[np.float64]

ONE_FOOT = "one foot only: no steps, double support, symmetry"
UNKNOWN = "unknown"


def on_one_insole(
    side: Side, stream: Stream, convention: str, motion: Motion | None = None
) -> Walk:
    """Analyse the contacts of one foot.

    Raises
    ------
    UnavailableError
        When it does not walk.
    """
    loads, fs_hz = as_it_is(stream), stream.fs_hz
    trace = ready(stream.force_n, fs_hz, convention)
    contacts = find(trace, fs_hz).assign(foot=side)
    contacts = contacts.join(landmarks(trace.force_n, fs_hz, contacts))
    _refuse(why_not_again_and_again(contacts), RULE_OF_ONE_FOOT)
    found = of_foot(side, loads, trace.force_n, stream.t_s, fs_hz, contacts, convention,
                    "walking", stuck_cells(loads, contacts), motion)  # fmt: skip
    curves_n = {str(side): normalized(trace.force_n, fs_hz, contacts)}
    notes = [ONE_FOOT, f"{side}: zero: {trace.method}"]
    return _walk(stream, convention, {side: loads}, contacts, curves_n, {side: found}, notes,
                 RULE_OF_ONE_FOOT)  # fmt: skip


def over_pressure_plate(stream: Stream, convention: str) -> Walk:
    """Analyse the one step of a bare foot; the film may begin and end with it on the plate.

    Raises
    ------
    UnavailableError
        When there is not one print on the plate, or somebody stands on it.
    """
    loads, fs_hz = as_it_is(stream), stream.fs_hz
    if loads.forces_n is None or loads.layout is None:
        raise UnavailableError(f"{stream.name} has no cells.", "A print needs them.")
    side = find_footprint(loads.forces_n, loads.layout).side
    # Before and after the film nothing is on the plate.
    trace = ready(np.pad(loads.force_n, 1), fs_hz, convention)
    contacts = find(trace, fs_hz).assign(foot=side)
    contacts = contacts.join(landmarks(trace.force_n, fs_hz, contacts))
    _refuse(why_not_passing(contacts), RULE_OF_PLATES)
    curves_n = {str(side): normalized(trace.force_n, fs_hz, contacts)}
    contacts[["start", "stop"]] -= 1
    contacts[["on_s", "off_s"]] -= 1 / fs_hz
    found = of_print(side, loads, fs_hz, contacts, convention)
    notes = [ONE_FOOT, "the side is told from the print's shape"]
    return _walk(stream, convention, {side: loads}, contacts, curves_n, {side: found}, notes)


def over_plates(streams: Sequence[Stream], convention: str) -> Walk:
    """Analyse a walk over the plates of one laboratory, a foot on each.

    Raises
    ------
    UnavailableError
        When the plates do not share their times, or somebody stands on them.
    """
    first = streams[0]
    fs_hz = first.fs_hz
    if any(not np.array_equal(of.t_s, first.t_s) for of in streams):
        raise UnavailableError(
            f"{', '.join(of.name for of in streams)} were not sampled together.",
            "Plates of one laboratory share their times.",
        )
    forces_n, cops_mm = [of.force_n for of in streams], [of.cop_mm for of in streams]
    found = walkway(forces_n, cops_mm, fs_hz, convention=convention)
    parts: list[pd.DataFrame] = []
    curves: list[tuple[str, Floats]] = []
    for number, stream in enumerate(streams):
        own = found[found["plate"] == number].assign(plate=stream.name)
        force_n = ready(stream.force_n, fs_hz, convention).force_n
        parts.append(own.join(landmarks(force_n, fs_hz, own)))
        curves += zip(own.foot[own.accepted], normalized(force_n, fs_hz, own), strict=True)
    contacts = pd.concat(parts).sort_values("on_s", ignore_index=True)
    _refuse(why_not_passing(contacts), RULE_OF_PLATES)
    curves_n = {
        foot or UNKNOWN: np.array([curve for whose, curve in curves if whose == foot])
        for foot in sorted({foot for foot, _ in curves})
    }
    loads = {of.name: as_it_is(of) for of in streams}
    notes = ["the plates' edges are not looked at: was each foot whole on its plate?",
             "no regions, gait line and roll-over: plates have no cells"]  # fmt: skip
    return _walk(first, convention, loads, contacts, curves_n, {}, notes)


def _refuse(why_not: str, rule: str) -> None:
    if why_not:
        raise UnavailableError(f"Nobody walks in this recording: {why_not}.", f"The rule: {rule}.")


def _walk(
    stream: Stream,
    convention: str,
    loads: Mapping[str, FootLoads],
    contacts: pd.DataFrame,
    curves_n: dict[str, Floats],
    of_feet: Mapping[Side, SteppingLoad],
    notes: list[str],
    rule: str = RULE_OF_PLATES,
) -> Walk:
    table = steps(*(contacts[contacts.foot == foot] for foot in FEET))
    if ONE_FOOT in notes:
        table = strides_of_one_foot(table)
    unknown = contacts[contacts.foot == ""]
    if len(unknown):
        stance_s = unknown.duration_s.where(unknown.accepted)
        table = pd.concat([table, unknown.assign(stance_s=stance_s)])
        table = table.sort_values("on_s", ignore_index=True)
    used = table[table.accepted]
    features = {
        name: of for name, of in (TEMPORAL | LANDMARKS).items() if used[name].notna().any()
    }
    by_foot = {
        foot or UNKNOWN: summarize(own, features, convention, "walking")
        for foot, own in used.groupby("foot")
    }
    per_step, summaries = together(of_feet)
    rejected = contacts.reason[~contacts.accepted].value_counts()
    duration_s = len(stream.t_s) / stream.fs_hz
    return Walk(
        activity="walking",
        rule=rule,
        convention=convention,
        fs_hz=stream.fs_hz,
        t_s=stream.t_s,
        loads=dict(loads),
        contacts=contacts,
        steps=table,
        feet=pd.concat(by_foot, names=["foot"]),
        trial=summarize(used, features, convention, "walking").assign(duration_s=duration_s),
        symmetry=pd.DataFrame(),
        curves_n=curves_n,
        per_step=per_step,
        summaries=summaries,
        gait_lines=lines_of(of_feet),
        butterfly=None,
        notes=(
            *notes,
            *(f"{n} rejected: {why}" for why, n in rejected.items()),
            *notes_of(of_feet),
        ),
    )
