# SPDX-License-Identifier: Apache-2.0
"""What a report says of the recording, the device, and how whole the data are."""

from __future__ import annotations

import numpy as np

from solemetry.calibration import Calibration
from solemetry.report.layout import Facts
from solemetry.session.model import Session, Stream

_STATES = {
    "complete": "complete",
    "recording": "not finished",
    "recovered": "recovered after a break-off",
    "imported": "imported",
}


def of_session(session: Session) -> Facts:
    """Return when it was, of whom, and by what it was written."""
    start = str(session.meta.get("start_utc", ""))[:19].replace("T", " ")
    subject = session.subject
    return _told(
        ("Recorded", f"{start} UTC" if start else "not known"),
        ("Person", str(subject.get("participant_id", "")) or "not named"),
        ("Age", _with_unit(subject.get("age"), "years")),
        ("Height", _with_unit(subject.get("height_m"), "m")),
        ("Mass", _with_unit(subject.get("mass_kg"), "kg")),
        ("File", _STATES.get(session.state, session.state)),
        ("Written by", str(session.meta.get("software", ""))),
        ("Source", str(session.meta.get("source", ""))),
        ("Session", str(session.meta.get("session_id", ""))),
    )


def of_device(stream: Stream) -> Facts:
    """Return what felt it, and what its numbers stand on."""
    if stream.description is None:
        return [
            ("Kind", "force and centre of pressure, as imported"),
            ("Rate", f"{stream.fs_hz:g} Hz"),
        ]
    layout = stream.description.layout
    width, depth = layout.size_mm
    told = len(layout.labels) <= 16 and not all(label.isdigit() for label in layout.labels)
    named = f" ({', '.join(layout.labels)})" if told else ""
    return _told(
        ("Device", layout.name),
        ("Its id", str(stream.info.get("device_id", ""))),
        ("Firmware", str(stream.info.get("firmware", ""))),
        ("Sensors", f"{len(layout.labels)}{named}"),
        ("Surface", f"{width:.4g} × {depth:.4g} mm"),
        ("Rate", f"{stream.rate_hz:g} Hz nominal"),
        *of_calibration(stream),
    )


def of_calibration(stream: Stream) -> Facts:
    """Return where the newtons come from, and how sure they are."""
    calibration = stream.calibration
    if calibration is None and stream.forces_n is not None:
        return [("Calibration", "the maker's: the file holds newtons")]
    if calibration is None or not calibration.measured:
        return [("Calibration", "nominal: data sheet values, never checked with a known weight")]
    return _told(
        ("Calibration", calibration.source),
        ("Calibrated on", calibration.date),
        ("Force, standard uncertainty", _share(calibration)),
        ("COP, standard uncertainty", _millimetres(calibration)),
    )


def of_quality(stream: Stream) -> Facts:
    """Return how whole the data are, and how sure their times."""
    total = stream.rows + stream.lost_rows
    longest = int(stream.gaps["lost"].max()) if len(stream.gaps) else 0
    return _told(
        ("Rows received", f"{stream.rows}"),
        ("Rows lost", f"{stream.lost_rows} ({stream.lost_rows / max(total, 1):.2%})"),
        ("Gaps", f"{len(stream.gaps)}" if stream.kind == "cells" else ""),
        ("Longest gap", f"{longest} rows" if longest else ""),
        ("Missing on the time grid", f"{stream.missing:.2%}"),
        ("Rate measured", f"{stream.measured_rate_hz:.3f} Hz"),
        ("Clock, median residual", _milliseconds(stream.clock_residual_ms)),
        ("Clock, half-width", _milliseconds(stream.clock_half_width_ms)),
    )


def _told(*facts: tuple[str, str]) -> Facts:
    return [(name, value) for name, value in facts if value]


def _with_unit(value: object, unit: str) -> str:
    if value in (None, ""):
        return ""
    return f"{value:g} {unit}" if isinstance(value, int | float) else f"{value} {unit}"


def _share(calibration: Calibration) -> str:
    share = calibration.force_uncertainty
    return f"{share:.2%}" if np.isfinite(share) else ""


def _millimetres(calibration: Calibration) -> str:
    mm = calibration.cop_uncertainty_mm
    return f"{mm:.2f} mm" if np.isfinite(mm) else ""


def _milliseconds(value: float) -> str:
    return f"{value:.3f} ms" if np.isfinite(value) else ""
