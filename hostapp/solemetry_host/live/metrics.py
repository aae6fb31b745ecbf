# SPDX-License-Identifier: Apache-2.0
"""The live numbers of one window, by the same functions that serve offline."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N, force_and_center
from solemetry.device import SensorLayout
from solemetry.foot import FootRegistration, forefoot_share_of_both, right_share
from solemetry.loading.masks import SUMS
from solemetry.sway.stance.boundary import boundary_summary, time_to_boundary
from solemetry.sway.stance.support import base_of_support
from solemetry.sway.trajectory.at_once import sway_at_once
from solemetry_host.live.snapshot import Cells, Metrics, Share
from solemetry_host.live.window import Window

Floats = NDArray[np.float64]

_FEW_COUNTS = 20.0
"""An insole whose cells read less than this on average is not stood on."""

MIN_COVERED_S = 1.0
"""Less than a second of standing has no sway to speak of."""

NOT_CALIBRATED = "no force: not calibrated"
_BY_COUNTS = "counts of the cells, not calibrated"
_NOWHERE = np.full(2, np.nan)

PARTS = ("toes", "forefoot", "midfoot", "heel")
"""Of a foot, from front to back; together they are the whole."""


def measure(window: Window, feet: tuple[FootRegistration, ...] = ()) -> Metrics:
    """Live numbers of a window.

    Sway numbers follow the convention ``solemetry``: 10 Hz zero-phase low-pass, exact
    prediction ellipse, path over time.

    Parameters
    ----------
    window : Window
        With a row at least.
    feet : tuple of FootRegistration
        Where the feet stand, if that was registered: none, one, or left and right.
    """
    forces_n, force_n, cop_mm = window.forces_n(1)[-1], window.force_n, window.cop_mm
    covered_s = float(np.isfinite(cop_mm[:, 0]).sum() / window.rate_hz)
    return Metrics(
        force_n=float(force_n[-1]),
        cop_mm=cop_mm[-1],
        window_s=window.seconds,
        covered_s=covered_s,
        right=_right(forces_n, cop_mm[-1], window.layout, feet),
        front=_front(forces_n, cop_mm[-1], window.layout, feet),
        force_trail_n=force_n,
        cop_trail_mm=cop_mm,
        cells=_newtons(forces_n, float(force_n[-1]), window.layout),
        **(_sway(window, feet) if covered_s >= MIN_COVERED_S else {}),
    )


def _sway(window: Window, feet: tuple[FootRegistration, ...]) -> dict[str, Any]:
    """Those of the numbers that tell of sway, if enough of the window is whole."""
    smooth_mm = window.smooth_mm
    sway = sway_at_once(smooth_mm)
    if sway is None or sway.ellipse.n < MIN_COVERED_S * window.rate_hz:
        return {}
    return {
        "ellipse": sway.ellipse,
        "velocity_mm_s": sway.path_mm * window.rate_hz / max(sway.steps, 1),
        "path_mm": sway.path_mm,
        "rms_mm": sway.rms_mm,
        "radius_mm": sway.radius_mm,
        "boundary_s": _least_time_to_boundary(smooth_mm, window.rate_hz, feet),
    }


def renewed(
    before: Metrics, window: Window, feet: tuple[FootRegistration, ...] = ()
) -> Metrics:
    """Numbers with those of now anew; those of the window, which cost most, stay.

    Parameters
    ----------
    before : Metrics
        From `measure`.
    window, feet
        As of `measure`.
    """
    forces_n = window.forces_n(1)[-1]
    force_n, cop_mm = force_and_center(forces_n, window.layout.xy_mm)
    return replace(
        before,
        force_n=float(force_n),
        cop_mm=cop_mm,
        right=_right(forces_n, cop_mm, window.layout, feet),
        front=_front(forces_n, cop_mm, window.layout, feet),
        cells=_newtons(forces_n, float(force_n), window.layout),
    )


def measure_counts(window: Window, tared: bool) -> Metrics:
    """Live numbers of a device whose gains nobody knows: what its raw counts honestly say.

    Cells of one device, tared, may be compared among themselves, and the share says that it is
    of counts. Forces, and all that needs forces, are not there.

    Parameters
    ----------
    window : Window
        Of counts above the zero, with a row at least.
    tared : bool
        Whether the zero was measured; without it counts have no meaning at all.
    """
    layout, counts = window.layout, window.forces_n(1)[-1]
    nothing = np.full(len(window), np.nan)
    total = float(counts.sum())
    stood_on = tared and total > _FEW_COUNTS * len(layout.labels)
    front = float("nan")
    if stood_on and layout.has_halves:
        front = float(counts[layout.front].sum() / total)
    return Metrics(
        force_n=float("nan"),
        cop_mm=_NOWHERE,
        window_s=window.seconds,
        covered_s=0.0,
        right=Share(float("nan"), ""),
        front=Share(front, _BY_COUNTS),
        force_trail_n=nothing,
        cop_trail_mm=np.column_stack((nothing, nothing)),
        cells=Cells(counts, "counts", _parts(counts, total if stood_on else math.nan, layout)),
        why=NOT_CALIBRATED if tared else f"{NOT_CALIBRATED}, and not tared",
    )


def _least_time_to_boundary(
    smooth_mm: Floats, rate_hz: float, feet: tuple[FootRegistration, ...]
) -> float:
    if not feet:
        return math.nan
    last_second = smooth_mm[-round(rate_hz) :]
    times = time_to_boundary(last_second, rate_hz, base_of_support(*feet)).time_s
    return boundary_summary(times).min_s


def _newtons(forces_n: Floats, total_n: float, layout: SensorLayout) -> Cells:
    whole = total_n if total_n >= MIN_FORCE_N else math.nan
    return Cells(forces_n, "N", _parts(forces_n, whole, layout))


def _parts(values: Floats, whole: float, layout: SensorLayout) -> Mapping[str, float]:
    """Shares of the parts of the foot that an insole's cells lie under."""
    if not layout.regions:
        return {}
    shares = _cells_of_parts(layout.regions) @ values / whole
    return dict(zip(PARTS, shares.tolist(), strict=True))


@cache
def _cells_of_parts(regions: tuple[str, ...]) -> Floats:
    """Return which cells lie under each of `PARTS`: 0 or 1, ``(4, S)``."""
    return np.array(
        [[region == part or region in SUMS[part] for region in regions] for part in PARTS],
        dtype=float,
    )


def _right(
    forces_n: Floats, cop_mm: Floats, layout: SensorLayout, feet: tuple[FootRegistration, ...]
) -> Share:
    if len(feet) == 2:
        return Share(float(right_share(cop_mm, *_left_and_right(feet))), "feet")
    return _half(forces_n, layout, layout.right)


def _front(
    forces_n: Floats, cop_mm: Floats, layout: SensorLayout, feet: tuple[FootRegistration, ...]
) -> Share:
    if len(feet) == 2:
        return Share(float(forefoot_share_of_both(cop_mm, *_left_and_right(feet))), "feet")
    if len(feet) == 1:
        return Share(float(feet[0].forefoot_share(cop_mm)), f"{feet[0].side} foot")
    return _half(forces_n, layout, layout.front)


def _left_and_right(
    feet: tuple[FootRegistration, ...]
) -> tuple[FootRegistration, FootRegistration]:
    left, right = sorted(feet, key=lambda foot: foot.side)
    return left, right


def _half(forces_n: Floats, layout: SensorLayout, half: NDArray[np.bool_]) -> Share:
    if not layout.has_halves:
        return Share(float("nan"), "")
    total = float(forces_n.sum())
    share = float(forces_n[half].sum() / total) if total >= MIN_FORCE_N else float("nan")
    return Share(share, f"{layout.kind} halves")
