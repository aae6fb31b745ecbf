# SPDX-License-Identifier: Apache-2.0
"""What a measure is given, checked: shapes and sizes, or a sentence that says what is wrong."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def planar(values: ArrayLike, name: str = "The centre of pressure") -> Floats:
    """Both axes, ``(T, 2)``."""
    array = np.asarray(values, dtype=float)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name} has shape {array.shape}; it should be (T, 2), ML and AP.")
    return array


def one_axis(values: ArrayLike, name: str) -> Floats:
    """One number a sample, ``(T,)``."""
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}; it should be (T,).")
    return array


def one_or_both(values: ArrayLike, name: str = "The centre of pressure") -> Floats:
    """One axis, ``(T,)``, or both, ``(T, 2)``."""
    array = np.asarray(values, dtype=float)
    if array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 2):
        return array
    raise ValueError(f"{name} has shape {array.shape}; it should be (T,) or (T, 2), ML and AP.")


def same_length(a: Floats, b: Floats, names: str) -> None:
    """Two series on one time base."""
    if len(a) != len(b):
        raise ValueError(f"{names} should be of one length, not {len(a)} and {len(b)} samples.")


def above_zero(value: float, name: str) -> None:
    """Accept a rate, a weight, a height: finite and more than nothing."""
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value}; it should be above zero.")
