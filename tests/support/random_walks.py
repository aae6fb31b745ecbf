# SPDX-License-Identifier: Apache-2.0
"""Series whose scaling is known."""

from __future__ import annotations

import numpy as np


def fractional_noise(n: int, hurst: float, rng: np.random.Generator) -> np.ndarray:
    """Fractional Gaussian noise of variance 1, exact (Davies and Harte 1987, Biometrika 74:95).

    Its covariance, wrapped to a circle, has the Fourier transform for eigenvalues.
    """
    k = np.arange(n + 1.0)
    covariance = ((k + 1) ** (2 * hurst) - 2 * k ** (2 * hurst) + abs(k - 1) ** (2 * hurst)) / 2
    eigenvalues = np.fft.fft(np.concatenate((covariance, covariance[-2:0:-1]))).real
    assert eigenvalues.min() > -1e-9
    size = len(eigenvalues)
    white = rng.normal(size=size) + 1j * rng.normal(size=size)
    return np.fft.fft(np.sqrt(np.maximum(eigenvalues, 0) / size) * white)[:n].real


def brownian(n: int, d_mm2_s: float, fs_hz: float, rng: np.random.Generator) -> np.ndarray:
    """One axis of a random walk whose mean square displacement is ``2 d_mm2_s`` each second."""
    return np.cumsum(rng.normal(scale=np.sqrt(2 * d_mm2_s / fs_hz), size=n))
