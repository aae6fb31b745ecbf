# SPDX-License-Identifier: Apache-2.0
"""Keeping a calibration where the app finds it, with a sheet to print beside it."""

from __future__ import annotations

from solemetry.calibrating import Record
from solemetry.errors import FileError
from solemetry_host.calibrating.sheet import sheet
from solemetry_host.live.calibrations import Calibrations, Kept, Which


def keep(record: Record, which: Which, folder: Calibrations) -> Kept:
    """Keep a record, and its sheet in Markdown.

    Raises
    ------
    FileError
        When one of them cannot be written.
    """
    kept = folder.keep(record, which)
    path = kept.path.with_suffix(".md")
    try:
        path.write_text(sheet(kept.record), "utf-8")
    except OSError as error:
        raise FileError(
            f"The calibration is kept in {kept.path}; its sheet is not: {error.strerror}.",
            "Free some room. `solemetry calibrate show` tells the same.",
        ) from None
    return kept
