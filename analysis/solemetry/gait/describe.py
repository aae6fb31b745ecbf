# SPDX-License-Identifier: Apache-2.0
"""Everything two feet say about a walk: a table of steps, one of feet, one of the trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.brief import in_brief
from solemetry.gait.force_curve import LANDMARKS, landmarks, normalized
from solemetry.gait.ground_contact import Trace, find, ready
from solemetry.gait.stepping import TEMPORAL, Feature, missed_or_invented, steps
from solemetry.gait.summary import shortfalls, summarize
from solemetry.gait.symmetry import (
    curve_symmetry,
    log_ratio,
    symmetry_angle,
    symmetry_index,
    symmetry_ratio,
)

Floats = NDArray[np.float64]

CLOCK_APART_S = 0.02
"""Steps and double supports that both are so much longer on one side look like two clocks that
are apart: two samples of the slowest insole."""

FORCES_IN_BODY_WEIGHTS = ("f1_n", "fmin_n", "f2_n", "peak_n", "mean_n")


@dataclass(frozen=True, eq=False)
class Gait:
    """What `analyze` found.

    Attributes
    ----------
    contacts : DataFrame
        Every contact of either foot (``foot``), accepted or not.
    steps : DataFrame
        One row per contact in order; see `steps` and `landmarks`.
    feet : DataFrame
        Indexed by ``foot`` and ``feature``; see `summarize`.
    trial : DataFrame
        Indexed by ``feature``, both feet together: as ``feet``, and ``duration_s``. ``valid``
        needs 30 steps of either foot.
    symmetry : DataFrame
        Indexed by ``feature``: ``left, right`` (means), ``symmetry_index, ratio, log_ratio,
        symmetry_angle, n_left, n_right, valid, note``.
    curves_n : dict of str to (k, 101) array
        Force of each accepted contact over its stance, by foot.
    notes : tuple of str
        What a reader of the numbers has to know.
    """

    contacts: pd.DataFrame
    steps: pd.DataFrame
    feet: pd.DataFrame
    trial: pd.DataFrame
    symmetry: pd.DataFrame
    curves_n: dict[str, Floats]
    notes: tuple[str, ...]

    __repr__ = in_brief


def analyze(
    left_n: Floats,
    right_n: Floats,
    fs_hz: float,
    convention: str = "insole",
    activity: str = "walking",
    body_weight_n: float | None = None,
) -> Gait:
    """Analyse the gait of two feet, each with a force of its own.

    Two insoles, or the two belts of a treadmill with a foot on each.

    Parameters
    ----------
    left_n, right_n : (T,) array
        Vertical force on one uniform time grid, N; NaN where missing.
    fs_hz : float
        Samples per second.
    convention : str
        One of `solemetry.gait.CONVENTIONS`.
    activity : {"walking", "running"}
        Running has not been validated, and its rows say so.
    body_weight_n : float, optional
        Body weight; without it, it is the mean of both feet's force over whole strides, which
        is the weight as these sensors see it.

    Returns
    -------
    Gait

    Raises
    ------
    ValueError
        When shapes or the rate cannot be, or a name is unknown.
    """
    if np.shape(left_n) != np.shape(right_n):
        raise ValueError(
            f"The feet have {np.shape(left_n)} and {np.shape(right_n)} samples, not as many."
        )
    traces = {
        "left": ready(left_n, fs_hz, convention, activity),
        "right": ready(right_n, fs_hz, convention, activity),
    }
    contacts = {foot: find(trace, fs_hz, activity) for foot, trace in traces.items()}
    measured = {
        foot: table.join(landmarks(traces[foot].force_n, fs_hz, table, activity))
        for foot, table in contacts.items()
    }
    table = steps(measured["left"], measured["right"])
    weight_n, weight_source = body_weight_n, "given"
    if weight_n is None:
        weight_n, weight_source = _mean_load(traces, table)
    features = TEMPORAL | LANDMARKS
    for name in FORCES_IN_BODY_WEIGHTS:
        of_weight = f"{name[:-2]}_bw"
        table[of_weight] = table[name] / weight_n
        features = features | {
            of_weight: Feature("1", f"{LANDMARKS[name].definition} / body weight, {weight_source}")
        }
    used = table[table.accepted]
    sides = {
        foot: summarize(used[used.foot == foot], features, convention, activity) for foot in traces
    }
    curves = {foot: normalized(traces[foot].force_n, fs_hz, contacts[foot]) for foot in traces}
    n_rejected = sum(int((~found.accepted).sum()) for found in contacts.values())
    duration_s = len(traces["left"].force_n) / fs_hz
    trial = _trial(
        summarize(used, features, convention, activity), sides, (weight_n, weight_source),
        (n_rejected, missed_or_invented(table)), duration_s, activity,
    )  # fmt: skip
    return Gait(
        contacts=pd.concat(
            [found.assign(foot=foot) for foot, found in contacts.items()], ignore_index=True
        ),
        steps=table,
        feet=pd.concat(sides, names=["foot"]),
        trial=trial,
        symmetry=_symmetry(sides, curves, activity),
        curves_n=curves,
        notes=tuple(_notes(traces, contacts, used, table, activity)),
    )


def _mean_load(traces: dict[str, Trace], table: pd.DataFrame) -> tuple[float, str]:
    """Mean of both feet's force over whole strides: over a stride, only the weight is left."""
    total_n = traces["left"].force_n + traces["right"].force_n
    strides = table[np.isfinite(table.stride_s)]
    start = strides.start.to_numpy()
    stop = table.start.shift(-2)[strides.index].to_numpy(dtype=np.int64)
    sums = np.concatenate(([0.0], np.cumsum(np.nan_to_num(total_n))))
    holes = np.concatenate(([0], np.cumsum(~np.isfinite(total_n))))
    whole = holes[stop] == holes[start]
    length = (stop - start)[whole].sum()
    source = "estimated: mean force of both feet over whole strides"
    if not length:
        return np.nan, "not known"
    return float((sums[stop] - sums[start])[whole].sum() / length), source


def _trial(
    pooled: pd.DataFrame,
    sides: dict[str, pd.DataFrame],
    weight: tuple[float, str],
    lost: tuple[int, int],
    duration_s: float,
    activity: str,
) -> pd.DataFrame:
    """Both feet together, and what only the trial has."""
    mean, n = pooled["value"].to_dict(), pooled["n"].to_dict()
    n_left, n_right = (int(side["n"].to_dict()["stance_s"]) for side in sides.values())
    n_strides = n["stride_s"]
    steps_per_min, strides_per_min = (
        60 / (mean[name] or np.nan) for name in ("step_s", "stride_s")
    )
    own = [
        ("cadence_steps", steps_per_min, "steps/min", "60 / mean step", n["step_s"]),
        ("cadence_strides", strides_per_min, "strides/min", "60 / mean stride", n_strides),
        ("n_contacts_left", n_left, "1", "accepted contacts", n_left),
        ("n_contacts_right", n_right, "1", "accepted contacts", n_right),
        ("n_rejected", lost[0], "1", "contacts not accepted", lost[0]),
        ("n_missed_or_invented", lost[1], "1", "the same foot twice running, the other in the air",
         lost[1]),
        ("body_weight", weight[0], "N", weight[1], n_strides),
    ]  # fmt: skip
    rows = [
        {"feature": name, "value": value, "unit": unit, "definition": definition, "n": count,
         "convention": pooled.convention.iloc[0]}
        for name, value, unit, definition, count in own
    ]  # fmt: skip
    out = pd.concat([pd.DataFrame(rows).set_index("feature"), pooled])
    fewer = pd.concat([side["n"] for side in sides.values()], axis=1).min(axis=1).to_dict()
    rests_on = {"cadence_steps": "step_s", "cadence_strides": "stride_s", "body_weight": "stride_s"}
    notes = [
        "" if name.startswith("n_") else shortfalls(fewer[rests_on.get(name, name)], activity)
        for name in map(str, out.index)
    ]
    return out.assign(duration_s=duration_s, valid=[not note for note in notes], note=notes)


def _symmetry(
    sides: dict[str, pd.DataFrame], curves: dict[str, Floats], activity: str
) -> pd.DataFrame:
    left, right = sides["left"], sides["right"]
    out = pd.DataFrame(
        {
            "left": left.value,
            "right": right.value,
            "symmetry_index": symmetry_index(left.value, right.value),
            "ratio": symmetry_ratio(left.value, right.value),
            "log_ratio": log_ratio(left.value, right.value),
            "symmetry_angle": symmetry_angle(left.value, right.value),
            "n_left": left.n,
            "n_right": right.n,
        }
    )
    n_left, n_right = len(curves["left"]), len(curves["right"])
    signed, absolute = np.nan, np.nan
    if n_left and n_right:
        signed, absolute = curve_symmetry(curves["left"].mean(axis=0), curves["right"].mean(axis=0))
    for name, value in (("force_curve_signed", signed), ("force_curve_absolute", absolute)):
        out.loc[name, ["symmetry_index", "n_left", "n_right"]] = [value, n_left, n_right]
    out = out.astype({"n_left": int, "n_right": int})
    notes = [shortfalls(int(n), activity) for n in out[["n_left", "n_right"]].min(axis=1)]
    return out.assign(valid=[not note for note in notes], note=notes)


def _notes(
    traces: dict[str, Trace],
    contacts: dict[str, pd.DataFrame],
    used: pd.DataFrame,
    table: pd.DataFrame,
    activity: str,
) -> list[str]:
    found: list[str] = []
    for foot, trace in traces.items():
        found.append(f"{foot}: zero: {trace.method}")
        reasons = contacts[foot].reason.value_counts().drop("", errors="ignore")
        found += [f"{foot}: {n} rejected: {reason}" for reason, n in reasons.items()]
        if trace.missing.any():
            found.append(f"{foot}: {trace.missing.mean():.1%} of the readings missing")
    if activity == "running":
        found.append("running has not been validated against independent events")
    if broken := missed_or_invented(table):
        found.append(f"{broken} time(s) the same foot twice running: a contact missed or invented")
    if activity == "walking" and (n := int((used.flight_s > 0).sum())):
        found.append(f"{n} step(s) without double support: running, or two clocks apart")
    if apart_s := _clocks_apart(used):
        later = "right" if apart_s > 0 else "left"
        found.append(
            f"the {later} foot's clock may be {abs(apart_s) * 1000:.0f} ms late, or the gait is "
            "uneven: its steps are longer, and its double supports shorter"
        )
    return found


def _clocks_apart(used: pd.DataFrame) -> float:
    """By how much the right clock seems late, s; 0 unless steps and double supports agree.

    A right clock late by d makes right steps and initial double supports of the left longer by
    d, and those of the other side shorter; stances, swings, strides stay.
    """
    mean: Any = used.groupby("foot")[["step_s", "initial_double_support_s"]].mean()
    if not {"left", "right"} <= set(mean.index):
        return 0.0
    by_steps, by_support = (mean.loc["right"] - mean.loc["left"]) / 2 * np.array([1, -1])
    if min(abs(by_steps), abs(by_support)) < CLOCK_APART_S or by_steps * by_support < 0:
        return 0.0
    return float(by_steps + by_support) / 2
