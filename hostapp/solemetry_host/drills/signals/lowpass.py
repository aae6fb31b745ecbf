# SPDX-License-Identifier: Apache-2.0
"""A low-pass that knows only the past."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import at_rest, butterworth, finite_runs, one_way

Floats = NDArray[np.float64]

CUTOFF_HZ = 10.0
"""What Ruhe et al. 2010, Gait Posture 32:436, recommend for a centre of pressure."""

_ORDER = 2


class CausalLowpass:
    """Butterworth low-pass of order 2 at 10 Hz, forwards only.

    It delays slow movements by 22 ms. After a hole it begins anew, as if the first value behind
    it had been there for ever. The result does not depend on how rows are cut into calls.
    Of rates that have no 10 Hz to speak of, below 40 Hz, nothing is filtered.

    Parameters
    ----------
    rate_hz : float
    """

    def __init__(self, rate_hz: float) -> None:
        self._parts = butterworth(rate_hz, CUTOFF_HZ, _ORDER) if rate_hz >= 4 * CUTOFF_HZ else None
        self._state: Floats | None = None

    def push(self, x: Floats) -> Floats:
        """Take rows, ``(n, C)``, NaN in a hole; return them filtered."""
        if self._parts is None:
            return x
        sections, settled = self._parts
        whole = np.asarray(np.isfinite(x).all(axis=1))
        if len(whole) and not whole[0]:
            self._state = None
        out = np.full(x.shape, np.nan)
        for start, stop in finite_runs(whole):
            if self._state is None or start > 0:
                self._state = at_rest(settled, x[start])
            out[start:stop], self._state = one_way(sections, x[start:stop], self._state)
        if len(whole) and not whole[-1]:
            self._state = None
        return out
