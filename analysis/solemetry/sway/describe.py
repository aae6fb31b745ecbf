# SPDX-License-Identifier: Apache-2.0
"""The whole battery of sway measures of one trial, as a table."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from solemetry.sway.battery import Feature, Level, named
from solemetry.sway.conventions import CONVENTIONS, SOLEMETRY, Convention, get
from solemetry.sway.given import planar
from solemetry.sway.trial import Trial

Floats = NDArray[np.float64]

MIN_SAMPLES = 50
MIN_DURATION_S = 10.0
MAX_MISSING = 0.2
"""A trial below these bounds is described all the same, but marked as not valid."""

_SLACK_S = 0.05

_OF_ONE_RUN = {"spectrum", "complexity"}
"""Families that look at the longest whole run only."""


def describe(
    cop_mm: Floats,
    fs_hz: float,
    convention: str = SOLEMETRY.name,
    *,
    level: Level = "must",
    only: Collection[str] | None = None,
    height_mm: float | None = None,
    polygon_mm: Floats | None = None,
    shear_n: Floats | None = None,
    noise_mm: ArrayLike | None = None,
) -> pd.DataFrame:
    """Describe the sway of one trial.

    What needs something that is not given is left out; `features` tells which.

    Parameters
    ----------
    cop_mm : (T, 2) array
        Centre of pressure ``(ml, ap)``, mm, on a uniform time grid; NaN where it is missing.
        Gaps are never bridged: the filter runs on each whole stretch by itself, a step counts
        only between neighbouring samples.
    fs_hz : float
        Samples per second.
    convention : str
        One of `solemetry.sway.CONVENTIONS`.
    level : {"must", "should"}
        ``should`` adds what is seldom asked for or takes long.
    only : collection of str, optional
        Names of the measures wanted, of whatever level; nothing else is computed.
    height_mm : float, optional
        Of the body, for the centre of gravity.
    polygon_mm : (P, 2) array, optional
        Corners of the base of support, for the time to its boundary.
    shear_n : (T, 2) array, optional
        Horizontal force ``(ml, ap)``, N, for rambling and trembling.
    noise_mm : (ml, ap), optional
        SD of the plate's noise before any filter, `NoiseFloor.sigma_mm`, for corrected velocities.
        Of a convention that resamples there are none: its noise is not white.

    Returns
    -------
    DataFrame
        Indexed by ``feature``; columns ``value, unit, convention, definition, reference, family,
        level, n, duration_s, valid, note``. Units are made of mm, s, Hz and deg. ``n`` counts the
        samples used, ``duration_s`` is the time the path is divided by. ``valid`` needs at least
        50 samples, 10 s, and no more than 20 % missing; ``note`` says what falls short.

    Raises
    ------
    ValueError
        When the shape or the rate cannot be, or the convention or a measure is unknown.

    Examples
    --------
    A slow circle of radius 5 mm:

    >>> import numpy as np
    >>> turn = 2 * np.pi * 0.25 * np.arange(2000) / 100
    >>> table = describe(5 * np.column_stack((np.cos(turn), np.sin(turn))), fs_hz=100)
    >>> print(f"{table.value['mean_velocity']:.2f} {table.unit['mean_velocity']}")
    7.85 mm/s
    >>> print(f"{table.value['mean_frequency']:.3f} {table.unit['mean_frequency']}")
    0.250 Hz
    """
    choices = get(convention)
    if level not in get_args(Level):
        raise ValueError(f"There is no level {level!r}; choose of {', '.join(get_args(Level))}.")
    given = {
        "height_mm": height_mm,
        "polygon_mm": polygon_mm,
        "shear_n": None if shear_n is None else planar(shear_n, "The horizontal force"),
        "noise_mm": None if choices.swarii_hz is not None else noise_mm,
    }
    given = {name: value for name, value in given.items() if value is not None}
    wanted = _wanted(choices, level, only, given)
    trial = Trial.prepare(cop_mm, fs_hz, choices, given)
    shortfalls = _shortfalls(trial)
    notes = {
        family: "; ".join(shortfalls + _remarks(family, trial))
        for family in {_looks_at(feature, choices) for feature in wanted.values()}
    }
    values = np.array([feature.value(trial) for feature in wanted.values()])
    return pd.DataFrame(
        {
            "value": values,
            "unit": [feature.unit for feature in wanted.values()],
            "convention": choices.name,
            "definition": [feature.defined(choices) for feature in wanted.values()],
            "reference": [feature.reference for feature in wanted.values()],
            "family": [feature.family for feature in wanted.values()],
            "level": [feature.level for feature in wanted.values()],
            "n": trial.n,
            "duration_s": trial.duration_s,
            "valid": np.isfinite(values) & (not shortfalls),
            "note": [notes[_looks_at(feature, choices)] for feature in wanted.values()],
        },
        index=pd.Index(wanted, name="feature"),
    )


def compare_conventions(
    cop_mm: Floats,
    fs_hz: float,
    conventions: Collection[str] = tuple(CONVENTIONS),
    *,
    level: Level = "must",
    only: Collection[str] | None = None,
    **given: Any,
) -> pd.DataFrame:
    """Describe one trial under several conventions, side by side.

    Parameters
    ----------
    cop_mm, fs_hz, level, only
        As of `describe`.
    conventions : collection of str
    **given
        What else `describe` can be given.

    Returns
    -------
    DataFrame
        Values, measures by conventions; NaN where a convention has no such measure, as one of a
        90 % ellipse has no ``ellipse_area_95``.
    """
    if only is not None:
        _check_known(set(only), set().union(*(named(name) for name in conventions)))
    tables = {
        name: describe(
            cop_mm, fs_hz, name, level=level,
            only=None if only is None else [wanted for wanted in only if wanted in named(name)],
            **given,
        ).value
        for name in conventions
    }  # fmt: skip
    names = dict.fromkeys(name for values in tables.values() for name in values.index)
    return pd.DataFrame(tables, index=pd.Index(names, name="feature"))


def _wanted(
    choices: Convention, level: Level, only: Collection[str] | None, given: Collection[str]
) -> dict[str, Feature]:
    possible = {
        name: feature
        for name, feature in named(choices.name).items()
        if not feature.needs or feature.needs in given
    }
    if only is not None:
        _check_known(set(only), possible)
        return {name: feature for name, feature in possible.items() if name in only}
    if level == "should":
        return possible
    return {name: feature for name, feature in possible.items() if feature.level == "must"}


def _check_known(only: set[str], known: Collection[str]) -> None:
    if unknown := sorted(only.difference(known)):
        raise ValueError(
            f"No measure is called {', '.join(unknown)} here, or something it needs is not "
            "given. solemetry.sway.features() lists all."
        )


def _looks_at(feature: Feature, choices: Convention) -> str:
    """Family of a measure, or of the spectrum it is taken from."""
    spectral = choices.mean_frequency == "spectral" and feature.name == "mean_frequency"
    return "spectrum" if spectral else feature.family


def _shortfalls(trial: Trial) -> list[str]:
    found = []
    if trial.n < MIN_SAMPLES:
        found.append(f"only {trial.n} samples")
    if trial.duration_s < MIN_DURATION_S - _SLACK_S:
        found.append(f"only {trial.duration_s:.1f} s")
    if len(trial.cop_mm) and (missing := 1 - trial.n / len(trial.cop_mm)) > MAX_MISSING:
        found.append(f"{missing:.0%} missing")
    return found


def _remarks(family: str, trial: Trial) -> list[str]:
    if trial.gaps and family in _OF_ONE_RUN:
        return [f"{trial.gaps} gap(s): the longest whole run only"]
    if family == "noise" and trial.corrected_velocity.reason:
        return [trial.corrected_velocity.reason]
    return []
