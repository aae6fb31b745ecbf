# SPDX-License-Identifier: Apache-2.0
"""What files of force plates have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N

Floats = NDArray[np.float64]


def cop_where_loaded(cop_mm: Floats, force_n: Floats) -> Floats:
    """Leave out the centre of pressure below `MIN_FORCE_N`, where it is noise by noise.

    Parameters
    ----------
    cop_mm : (T, 2) array
    force_n : (T,) array

    Returns
    -------
    (T, 2) array
        NaN where it is left out.
    """
    return np.where((force_n >= MIN_FORCE_N)[:, None], cop_mm, np.nan)
