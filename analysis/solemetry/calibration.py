# SPDX-License-Identifier: Apache-2.0
"""From raw counts to newtons."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.device import DeviceDescription
from solemetry.errors import FileError
from solemetry.front_end import FrontEnd

Floats = NDArray[np.float64]

_TABLES = ("matrix_n_per_count", "noise_n")
_UNCERTAINTIES = ("force_uncertainty", "cop_uncertainty_mm")
"""Fields that a file may lack."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Straight-line calibration of each sensor: ``force = (counts - zero) * gain``.

    Or ``matrix @ (counts - zero)``, which also takes out what sensors pick up from each other. It
    gives forces on the sensors too, so total force and centre of pressure follow as ever.

    Thin-film cells are not straight. Behind a `front_end` the counts, and the zero, are first made
    newtons of a typical cell, and a gain says how many newtons one of these stands for.

    Attributes
    ----------
    zero_counts : (S,) float array
        Counts of the unloaded sensors (the tare).
    gain_n_per_count : (S,) float array
        NaN throughout where no gain is known; then there are no forces. Behind a front end newtons
        per newton of a typical cell.
    source : str
        Where the gains come from. ``"nominal"`` means the data sheets: never measured.
    matrix_n_per_count : (S, S) float array or None
        Row i gives the force on sensor i; the gains are its diagonal.
    noise_n : (S,) float array or None
        Standard deviation of each sensor under a load that does not move.
    force_uncertainty : float
        Standard uncertainty of the total force, as a share of it; NaN where not known.
    cop_uncertainty_mm : float
        Standard uncertainty of the centre of pressure that comes from the calibration alone.
    date : str
        Day of the calibration, ``YYYY-MM-DD``; empty where not known.
    front_end : FrontEnd or None
        None where counts are a straight line of the force.
    """

    zero_counts: Floats
    gain_n_per_count: Floats
    source: str
    matrix_n_per_count: Floats | None = None
    noise_n: Floats | None = None
    force_uncertainty: float = math.nan
    cop_uncertainty_mm: float = math.nan
    date: str = ""
    front_end: FrontEnd | None = None

    @property
    def measured(self) -> bool:
        """Whether known weights stand behind the gains."""
        return self.source != "nominal"

    @cached_property
    def known(self) -> bool:
        """Whether there are gains at all."""
        return not bool(np.isnan(self.gain_n_per_count).any())

    @classmethod
    def nominal(cls, device: DeviceDescription) -> Calibration:
        """Gains by the data sheets, zero at zero counts: usable, but not an instrument yet."""
        counts_per_n = device.nominal_counts_per_n
        return cls(np.zeros(len(counts_per_n)), 1.0 / counts_per_n, "nominal")

    def forces(self, counts: NDArray[np.number[Any]]) -> Floats:
        """Return forces in newtons, ``(..., S)``, of raw counts ``(..., S)``; NaN stays NaN."""
        net = self._straight(counts) - self._straight_zero
        if self.matrix_n_per_count is None:
            return net * self.gain_n_per_count
        # Each row by itself: the last bit of BLAS depends on how many rows there are.
        return np.asarray(np.einsum("...s,ks->...k", net, self.matrix_n_per_count))

    def _straight(self, counts: NDArray[np.number[Any]]) -> Floats:
        if self.front_end is None:
            return np.asarray(counts, dtype=float)
        return self.front_end.forces(counts)

    @cached_property
    def _straight_zero(self) -> Floats:
        return self._straight(self.zero_counts)

    def tared(self, zero_counts: Floats) -> Calibration:
        """Return the same gains with another zero."""
        return replace(self, zero_counts=np.asarray(zero_counts, dtype=float))

    def to_json(self) -> str:
        """Readable text that `from_json` reads back exactly."""
        return json.dumps(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return what `to_json` writes; what is not known is left out."""
        doc: dict[str, Any] = {
            "zero_counts": self.zero_counts.tolist(),
            "gain_n_per_count": self.gain_n_per_count.tolist()
            if self.known
            else [None] * len(self.gain_n_per_count),
            "source": self.source,
        }
        for name in _TABLES:
            value = getattr(self, name)
            doc |= {} if value is None else {name: value.tolist()}
        for name in _UNCERTAINTIES:
            value = getattr(self, name)
            doc |= {} if math.isnan(value) else {name: value}
        doc |= {"date": self.date} if self.date else {}
        return doc | ({} if self.front_end is None else {"front_end": asdict(self.front_end)})

    @classmethod
    def from_json(cls, text: str, where: str = "calibration") -> Calibration:
        """Read what `to_json` wrote, or a file made by hand in the same form.

        Raises
        ------
        FileError
            When the text is not JSON, lacks a field, or its lists differ in length.
        """
        remedy = "It needs zero_counts and gain_n_per_count, one number a sensor, and source."
        try:
            doc = json.loads(text)
            zero = np.array(doc["zero_counts"], dtype=float)
            gain = np.array(doc["gain_n_per_count"], dtype=float)
            source = str(doc["source"])
            matrix, noise = (
                np.array(doc[name], dtype=float) if name in doc else None for name in _TABLES
            )
            force, cop_mm = (float(doc.get(name, math.nan)) for name in _UNCERTAINTIES)
            date = str(doc.get("date", ""))
            front_end = FrontEnd(**doc["front_end"]) if "front_end" in doc else None
        except (ValueError, KeyError, TypeError) as error:
            raise FileError(f"{where} cannot be read as a calibration: {error}.", remedy) from None
        if zero.ndim != 1 or zero.shape != gain.shape:
            raise FileError(f"{where} has lists of different lengths.", remedy)
        unknown = source == "nominal" and np.isnan(gain).all()
        finite = np.isfinite(zero).all() and (unknown or np.isfinite(gain).all())
        if not (finite and (gain != 0).all()):
            raise FileError(f"{where} holds a gain of zero or a value that is no number.", remedy)
        shapes = ((len(gain), len(gain)), gain.shape)
        for name, values, shape in zip(_TABLES, (matrix, noise), shapes, strict=True):
            if values is not None and not (values.shape == shape and np.isfinite(values).all()):
                raise FileError(
                    f"{where}: {name} should be {' x '.join(map(str, shape))} numbers.",
                    f"Take {name} out, or calibrate again.",
                )
        return cls(zero, gain, source, matrix, noise, force, cop_mm, date, front_end)
