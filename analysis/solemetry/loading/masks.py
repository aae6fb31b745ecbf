# SPDX-License-Identifier: Apache-2.0
"""Regions of the foot: their names, what they add up to, and which cell lies in which.

A layout may name the region under each cell itself. Where it does not, a mask divides the foot
by shares of its length and width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Names = NDArray[np.str_]

METATARSALS = ("met1", "met2", "met3", "met4", "met5")

REGIONS = (
    "hallux", "lesser_toes", "toes", *METATARSALS, "forefoot_medial", "forefoot_lateral",
    "midfoot_medial", "midfoot_lateral", "heel_medial", "heel_lateral", "heel",
)  # fmt: skip
"""From toes to heel. A device of few cells has ``toes``, ``forefoot_medial``,
``forefoot_lateral`` or ``heel`` where others have what these are made of."""

SUMS = {
    "toes": ("hallux", "lesser_toes"),
    "forefoot": (*METATARSALS, "forefoot_medial", "forefoot_lateral"),
    "midfoot": ("midfoot_medial", "midfoot_lateral"),
    "heel": ("heel_medial", "heel_lateral"),
    "medial": ("met1", "met2", "forefoot_medial", "midfoot_medial", "heel_medial"),
    "lateral": ("met4", "met5", "forefoot_lateral", "midfoot_lateral", "heel_lateral"),
    "whole": REGIONS,
}
"""What regions add up to. Toes, forefoot, midfoot and heel make up the whole. The third
metatarsal and the toes are neither medial nor lateral, as in the medial-lateral ratio of
Willems et al. 2006, Gait Posture 23:91."""


@dataclass(frozen=True)
class MaskScheme:
    """Where the lines between regions run.

    Attributes
    ----------
    name, description, reference : str
    heel, midfoot, forefoot : float
        Front end of each, in lengths from the back of the heel.
    metatarsals : tuple of float
        The four lines between the metatarsals, in widths of the forefoot from its medial edge.
    hallux : float
        Between hallux and lesser toes, in widths of the toes from their medial edge.
    """

    name: str
    description: str
    reference: str
    heel: float
    midfoot: float
    forefoot: float
    metatarsals: tuple[float, float, float, float] = (0.30, 0.47, 0.64, 0.81)
    hallux: float = 0.35


FOOTPRINT = MaskScheme(
    name="footprint",
    description="of a barefoot print: heel 27 %, midfoot to 55 % of its length; toes in front of "
    "the valley between them and the metatarsals, looked for about 81 %",
    reference="ten-region mask of emed users (27 and 55 %; metatarsals 30, 17, 17, 17, 19 %), as "
    "in pressuRe, Telfer 2022; 81 % after Forghany 2018",
    heel=0.27,
    midfoot=0.55,
    forefoot=0.81,
)

INSOLE = MaskScheme(
    name="insole",
    description="of an insole's length, which is more than the foot's: heel 31 %, midfoot to "
    "58 %, metatarsals to 81 %",
    reference="rows 1-4, 5-8, 9-12 and 13-15 of a pedar insole, as grouped in pressuRe, Telfer "
    "2022; metatarsals across as for a footprint",
    heel=0.31,
    midfoot=0.58,
    forefoot=0.81,
)


def mask(
    along_mm: Floats,
    lateral_mm: Floats,
    length_mm: float,
    scheme: MaskScheme,
    *,
    touched: Bools | None = None,
    toes: Bools | None = None,
) -> tuple[str, ...]:
    """Name the region of each cell from where it lies.

    Widths are those of the cells of that band, half a cell spacing added at both edges. The
    midline from heel to forefoot parts the medial and the lateral midfoot. Where there are too
    few cells to tell apart hallux and other toes (one), five metatarsals (four) or the halves of
    the heel (one), they have the name of the whole: ``toes``, ``forefoot_medial`` and
    ``forefoot_lateral``, ``heel``.

    Parameters
    ----------
    along_mm : (S,) array
        From the back of the heel forwards; what lies beyond an end belongs to it.
    lateral_mm : (S,) array
        Across, larger towards the little toe, from anywhere.
    length_mm : float
        Of the foot or the insole, as the scheme takes it.
    scheme : MaskScheme
    touched : (S,) bool array, optional
        Cells that give the widths; all of them by default.
    toes : (S,) bool array, optional
        Cells in front of the forefoot; by `scheme` where not given.

    Returns
    -------
    tuple of str, length S

    Raises
    ------
    ValueError
        When heel or forefoot has no cell, for the midline runs through their middles.
    """
    along = np.asarray(along_mm, dtype=float) / length_mm
    lateral_mm = np.asarray(lateral_mm, dtype=float)
    touched = np.ones(len(along), bool) if touched is None else touched
    toes = along >= scheme.forefoot if toes is None else toes
    heel = (along < scheme.heel) & ~toes
    midfoot = (along >= scheme.heel) & (along < scheme.midfoot) & ~toes
    forefoot = ~(heel | midfoot | toes)
    for band, name in ((heel, "heel"), (forefoot, "forefoot")):
        if not (band & touched).any():
            raise ValueError(f"No cell lies under the {name} ({scheme.description}).")
    half_mm = spacing_mm(np.column_stack((lateral_mm, along_mm))) / 2
    across_heel, across_forefoot = (
        _Width.of(lateral_mm[band & touched], half_mm) for band in (heel, forefoot)
    )
    across_toes = _Width.of(lateral_mm[toes & touched], half_mm)

    behind, ahead = along[heel & touched].mean(), along[forefoot & touched].mean()
    turn = (across_forefoot.middle_mm - across_heel.middle_mm) / (ahead - behind)
    midline_mm = across_heel.middle_mm + turn * (along - behind)

    names = np.empty(len(along), dtype="U16")
    names[heel] = _heel(across_heel.share(lateral_mm[heel]))
    names[midfoot] = np.where(
        lateral_mm[midfoot] < midline_mm[midfoot], "midfoot_medial", "midfoot_lateral"
    )
    names[forefoot] = _forefoot(across_forefoot.share(lateral_mm[forefoot]), scheme)
    names[toes] = _toes(across_toes.share(lateral_mm[toes]), scheme)
    return tuple(names.tolist())


def _heel(across: Floats) -> Names:
    if len(across) < 2:
        return np.full(len(across), "heel")
    return np.where(across < 0.5, "heel_medial", "heel_lateral")


def _forefoot(across: Floats, scheme: MaskScheme) -> Names:
    if len(across) < len(METATARSALS):
        return np.where(across < 0.5, "forefoot_medial", "forefoot_lateral")
    return np.array(METATARSALS)[np.searchsorted(scheme.metatarsals, across, "right")]


def _toes(across: Floats, scheme: MaskScheme) -> Names:
    if len(across) < 2:
        return np.full(len(across), "toes")
    return np.where(across < scheme.hallux, "hallux", "lesser_toes")


def spacing_mm(xy_mm: Floats) -> float:
    """Return how far apart neighbouring cells lie: the median way to the nearest one, mm."""
    from scipy.spatial import cKDTree

    return float(np.median(cKDTree(xy_mm).query(xy_mm, k=2)[0][:, 1]))


@dataclass(frozen=True)
class _Width:
    """From the medial to the lateral edge of a band, mm; nowhere where nothing is touched."""

    medial_mm: float
    lateral_mm: float

    @classmethod
    def of(cls, lateral_mm: Floats, half_mm: float) -> _Width:
        if not len(lateral_mm):
            return cls(np.nan, np.nan)
        return cls(float(lateral_mm.min()) - half_mm, float(lateral_mm.max()) + half_mm)

    @property
    def middle_mm(self) -> float:
        return (self.medial_mm + self.lateral_mm) / 2

    def share(self, lateral_mm: Floats) -> Floats:
        return np.asarray((lateral_mm - self.medial_mm) / (self.lateral_mm - self.medial_mm))
