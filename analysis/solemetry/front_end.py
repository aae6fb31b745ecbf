# SPDX-License-Identifier: Apache-2.0
"""From the force on a thin-film cell to the code of a converter, and back.

A cell conducts the better the harder it is pressed, ``R = one_newton_ohm * F^-steepness``. A
multiplexer puts one cell at a time, and its own resistance, on an operational amplifier that holds
one end at ``vref`` and feeds back through ``rf``::

    V = vref (1 + rf / (R + on_ohm))

Who leaves ``on_ohm`` out reads hard presses too low. Cells differ from the typical law by 5 to
25 %, and each stands for a part of the sole: what comes out are newtons of a typical cell, and a
calibration makes newtons of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FrontEnd:
    """Thin-film cells, a multiplexer, a transimpedance stage and a converter.

    Attributes
    ----------
    vref_v : float
        Output with no cell.
    rf_ohm : float
        Of the feedback.
    on_ohm : float
        Of a switch of the multiplexer that is on.
    one_newton_ohm, steepness : float
        Of a typical cell: ohms under 1 N, and the power with which they fall.
    reference_v : float
        Volts of the converter's last code.
    bits : int
        Of the converter.

    Raises
    ------
    ValueError
        When one of them is no number above zero; `on_ohm` may be zero.
    """

    vref_v: float
    rf_ohm: float
    on_ohm: float
    one_newton_ohm: float
    steepness: float
    reference_v: float
    bits: int

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            least = 0 if name == "on_ohm" else np.nextafter(0, 1)
            if not (isinstance(value, (int, float)) and least <= value < np.inf):
                raise ValueError(f"{name} of the front end is {value!r}, not a number above zero")

    @property
    def last_code(self) -> int:
        """The highest code: all that is more reads as this."""
        return int(2**self.bits - 1)

    def siemens(self, force_n: ArrayLike) -> Floats:
        """Conductance of a typical cell under a force; a pulled one is as one left alone."""
        pressed_n = np.maximum(force_n, 0.0)
        return np.asarray(pressed_n**self.steepness / self.one_newton_ohm)

    def volts(self, siemens: ArrayLike) -> Floats:
        """Output for a cell of a conductance, 0 for none."""
        cell = np.asarray(siemens, dtype=float)
        return np.asarray(self.vref_v * (1 + self.rf_ohm * cell / (1 + self.on_ohm * cell)))

    def codes(self, siemens: ArrayLike) -> Floats:
        """Code for a cell of a conductance, neither rounded nor cut off at the last one."""
        return np.asarray(self.volts(siemens) * self.last_code / self.reference_v)

    def forces(self, codes: ArrayLike) -> Floats:
        """Newtons of a typical cell from codes; below those of no cell they are negative.

        NaN stays NaN, and is what a code gets that no cell makes, not even a short circuit.
        """
        volts = np.asarray(codes, dtype=float) * self.reference_v / self.last_code
        through = (volts / self.vref_v - 1) / self.rf_ohm
        left = 1 - self.on_ohm * through
        cell = through / np.where(left > 0, left, np.nan)
        typical = np.abs(cell * self.one_newton_ohm) ** (1 / self.steepness)
        return np.asarray(np.copysign(typical, cell))
