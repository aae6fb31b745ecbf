# SPDX-License-Identifier: Apache-2.0
"""The way the centre of pressure travels.

Each function takes one axis, ``(T,)``, or both, ``(T, 2)`` as ``(ml, ap)``, in mm. A step
counts only between neighbouring finite samples: gaps are never bridged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def path_length(cop_mm: Floats) -> float:
    """Length of the path, mm; NaN without a single step.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (TOTEX).
    """
    steps = step_lengths(cop_mm)
    return float(steps.sum()) if len(steps) else np.nan


def mean_velocity(cop_mm: Floats, fs_hz: float) -> float:
    """Path length over the time its steps took, mm/s; NaN without a single step.

    Without gaps the time is ``(T - 1) / fs_hz``.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (MVELO).
    """
    steps = step_lengths(cop_mm)
    return float(steps.sum()) * fs_hz / len(steps) if len(steps) else np.nan


def step_lengths(cop_mm: Floats) -> Floats:
    """Length of each step between neighbouring finite samples, mm, ``(steps,)``."""
    cop_mm = np.asarray(cop_mm, dtype=float)
    if cop_mm.ndim == 1:
        lengths = np.abs(np.diff(cop_mm))
    elif cop_mm.ndim == 2 and cop_mm.shape[1] == 2:
        lengths = np.hypot(np.diff(cop_mm[:, 0]), np.diff(cop_mm[:, 1]))
    else:
        raise ValueError(f"The centre of pressure has shape {cop_mm.shape}, not (T,) or (T, 2).")
    return np.asarray(lengths[np.isfinite(lengths)])
