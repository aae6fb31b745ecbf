# SPDX-License-Identifier: Apache-2.0
"""A calibration as a file that people can read: what it is of, what was done, what came of it.

It is a calibration file with more in it: the app takes it as it is (``--calibration FILE``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from solemetry.calibrating.acceptance import Verdict
from solemetry.calibrating.plate import PlateFit, load_matrix
from solemetry.calibrating.points import CalibrationError, Points
from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry.errors import FileError

FORMAT = "solemetry-calibration/1"

_READ_ME = (
    "Counts less zero_counts, times the gains (or the matrix, row by row, where there is one), are "
    "newtons on each sensor. Where there is a front_end, counts and zero_counts first go backwards "
    "through it (solemetry.front_end). What follows the date is the evidence: how it was found, "
    "and how good it is. Names say the unit."
)


@dataclass(frozen=True, eq=False)
class Record:
    """A calibration, the device it is of, and its evidence.

    Attributes
    ----------
    calibration : Calibration
    device_id : str
    geometry_hash : int
        Of the device's file; a calibration holds for no other geometry.
    evidence : mapping of str to object
        What JSON can hold.
    """

    calibration: Calibration
    device_id: str
    geometry_hash: int
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def check(self, device: DeviceDescription) -> None:
        """Refuse another device.

        Raises
        ------
        CalibrationError
            When the device, or its geometry, is not the one that was calibrated.
        """
        if self.device_id != device.id:
            raise CalibrationError(
                f"This calibration is of {self.device_id}, the device is {device.id}.",
                "Give the calibration of this device, or calibrate it.",
            )
        if self.geometry_hash != device.geometry_hash:
            raise CalibrationError(
                f"The description of {device.id} has changed since it was calibrated "
                f"({self.geometry_hash:08x} then, {device.geometry_hash:08x} now).",
                "Calibrate it again, or go back to the description it was calibrated with.",
            )

    def to_json(self) -> str:
        """Text with one entry a line, that `from_json` reads back exactly."""
        doc = {
            "format": FORMAT,
            "read_me": _READ_ME,
            "device_id": self.device_id,
            "geometry_hash": f"{self.geometry_hash:08x}",
            **self.calibration.to_dict(),
            "evidence": dict(self.evidence),
        }
        return _laid_out(doc) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str = "calibration") -> Record:
        """Read what `to_json` wrote.

        Raises
        ------
        FileError
            When it is not such a text; says what is missing.
        """
        calibration = Calibration.from_json(text, where)
        doc = json.loads(text)
        try:
            if doc["format"] != FORMAT:
                raise FileError(
                    f"{where} is of the form {doc['format']!r}; this version reads {FORMAT!r}.",
                    "Use the version of the program that wrote it.",
                )
            return cls(
                calibration,
                str(doc["device_id"]),
                int(doc["geometry_hash"], 16),
                dict(doc.get("evidence", {})),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise FileError(
                f"{where} does not say of which device it is: {error}.",
                "It needs format, device_id and geometry_hash.",
            ) from None


def record_plate(
    fit: PlateFit, points: Points, device: DeviceDescription, verdict: Verdict | None = None
) -> Record:
    """Put a calibrated plate on record.

    Parameters
    ----------
    fit : PlateFit
    points : Points
        That it was fitted to; they are kept, so that it can be fitted again.
    device : DeviceDescription
    verdict : Verdict, optional
    """
    evidence: dict[str, Any] = {
        "mass_kg": points.mass_kg,
        "method": fit.method,
        "condition_number": fit.condition,
        "gain_uncertainty_share": fit.gain_uncertainty.tolist(),
        "left_out_cop_rms_mm": dict(fit.left_out_mm),
        "points_xy_mm": points.places_mm.tolist(),
        "points_net_counts": points.net.tolist(),
        "points_off_mm": fit.left_out.off_mm.tolist(),
        "points_force_off_share": fit.left_out.force_share.tolist(),
        "load_matrix_n_nmm_per_count": load_matrix(fit.calibration, points.layout).tolist(),
        "notes": list(fit.notes),
    }
    if verdict is not None:
        evidence |= {"accepted": verdict.passed, "verdict": verdict.words.splitlines()}
    return Record(fit.calibration, device.id, device.geometry_hash, evidence)


def write_record(record: Record, path: Path | str) -> None:
    """Write a record to a file.

    Raises
    ------
    FileError
        When it cannot be written.
    """
    try:
        Path(path).write_text(record.to_json(), "utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error}.", "Choose another place.") from None


def read_record(path: Path | str, device: DeviceDescription | None = None) -> Record:
    """Read a record from a file, and refuse that of another device.

    Raises
    ------
    FileError
        When it cannot be read, or is no record.
    CalibrationError
        When it is of another device.
    """
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"{path} cannot be read: {error}.", "Give the path of a calibration."
        ) from None
    record = Record.from_json(text, str(path))
    if device is not None:
        record.check(device)
    return record


def _laid_out(doc: Mapping[str, Any], indent: str = "") -> str:
    """JSON with one entry a line, and one row a line of what is a table."""
    inner = indent + "  "
    lines = [f"{inner}{json.dumps(name)}: {_value(value, inner)}" for name, value in doc.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _value(value: Any, indent: str) -> str:
    if isinstance(value, Mapping):
        return _laid_out(value, indent)
    if isinstance(value, list) and value and isinstance(value[0], (list, str)):
        rows = ",\n".join(f"{indent}  {json.dumps(row)}" for row in value)
        return f"[\n{rows}\n{indent}]"
    return json.dumps(value)
