# SPDX-License-Identifier: Apache-2.0
"""Numbers of many small tables in one file, such as the pictures of a film, read all at once."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def all_numbers(
    pieces: Sequence[bytes | memoryview], separator: str, width: int
) -> NDArray[np.float64] | None:
    """Read lines of numbers that belong together, though other lines lie between them.

    Parameters
    ----------
    pieces : sequence of bytes
        Whole lines each.
    separator : str
        One character, or `solemetry.importers.tables.WHITE_SPACE`.
    width : int
        Numbers on a line.

    Returns
    -------
    (lines, width) array or None
        None where a line has more or fewer numbers, or something that is none.
    """
    import pandas as pd

    body = b"".join(pieces)
    if not body or body.isspace():
        return None
    try:
        frame = pd.read_csv(
            io.BytesIO(body),
            sep=separator,
            header=None,
            dtype=np.float64,
            keep_default_na=False,
            low_memory=False,
        )
    except ValueError:  # the parser's own errors are of this kind
        return None
    values = frame.to_numpy()
    whole = values.shape == (body.count(b"\n"), width) and bool(np.isfinite(values).all())
    return values if whole else None
