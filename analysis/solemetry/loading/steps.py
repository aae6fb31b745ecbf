# SPDX-License-Identifier: Apache-2.0
"""What each step did to each region of the foot: one row per step and region."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.loading.footprint import CONTACT_KPA, is_dense
from solemetry.loading.gaps import BRIDGE_S, bridge
from solemetry.loading.loads import (
    Side,
    checked_forces,
    gather,
    members_of,
    sums_of,
    with_regions,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPARSE_CONTACT_KPA = 20.0
"""The same as `CONTACT_KPA` for single cells in a shoe: where in-shoe systems begin to measure
(a pedar's smallest values are 15 to 20 kPa, an F-Scan's 18), and above what the cells of an
unloaded insole show (up to 10 kPa)."""

_BLOCK = 64
"""So many steps at once: few enough to stay near the processor, a fifth of the time for an hour."""


def describe_steps(
    forces_n: Floats,
    layout: SensorLayout,
    fs_hz: float,
    contacts: Ints,
    side: Side | None = None,
    contact_kpa: float | None = None,
    bridge_s: float = BRIDGE_S,
) -> pd.DataFrame:
    """Describe how each step loads each region.

    Integrals count every sample of a step for ``1 / fs_hz``, so that those of regions add up to
    those of their sums.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each cell of one foot, N.
    layout : SensorLayout
        See `loads.regions`.
    fs_hz : float
    contacts : (k, 2) int array
        First sample of each step and the one after its last.
    side : {"left", "right"}, optional
    contact_kpa : float, optional
        Above it a cell is in contact: `footprint.CONTACT_KPA` where cells lie side by side,
        `SPARSE_CONTACT_KPA` elsewhere.
    bridge_s : float
        Gaps of a cell that are shorter than this are bridged by a straight line.

    Returns
    -------
    DataFrame
        One row per step and region (and sum of regions, see `masks.SUMS`), with ``step`` (from 0),
        ``region`` and

        - ``peak_n``: highest force; ``time_to_peak_s`` from the step's begin, and
          ``time_to_peak_share`` of its duration, 0 to 1;
        - ``impulse_ns``: force-time integral; ``impulse_share``: of the whole foot's, 0 to 1;
        - ``contact_share``: part of the step in which any of its cells is in contact, 0 to 1;
        - ``contact_area_mm2``: largest area of cells in contact at a time. Of single cells it is
          their own area, not the sole's;
        - ``peak_kpa``: highest pressure of a cell;
        - ``mean_kpa``: force over area in contact, mean over the time in contact;
        - ``pti_peak_kpa_s``: integral of the highest pressure in the region at each sample, the
          pressure-time integral of most makers' programs;
        - ``pti_cell_kpa_s``: highest integral of any one cell of the region;
        - ``pti_mean_kpa_s``: impulse over contact area, after Melai et al. 2011, Gait Posture
          34:379;
        - ``bridged_share``: part of the step's samples in which a cell was bridged, 0 to 1.

        A step with a gap that is not bridged has no values; a missing cell none in its regions.
        Pressures are missing where the cells' areas are not known.

    Raises
    ------
    ValueError
        When the contacts are no ranges of samples.
    UnavailableError
        As `loads.regions`.
    """
    forces_n = checked_forces(forces_n, layout)
    contacts = _checked_contacts(contacts, len(forces_n))
    named = with_regions(forces_n, layout, side)
    members = members_of(named)
    names = [*members, *sums_of(members)]
    if contact_kpa is None:
        contact_kpa = CONTACT_KPA if is_dense(layout) else SPARSE_CONTACT_KPA

    forces_n, bridged = bridge(forces_n, bridge_s * fs_hz)
    blocks = [
        _describe(forces_n, layout, members, contacts[k : k + _BLOCK], fs_hz, contact_kpa)
        for k in range(0, max(len(contacts), 1), _BLOCK)
    ]
    columns = {name: np.concatenate([block[name] for block in blocks], 1) for name in blocks[0]}
    known = np.isfinite(columns["impulse_ns"])
    so_far = np.concatenate(([0], np.cumsum(bridged)))
    columns["bridged_share"] = np.broadcast_to(
        (so_far[contacts[:, 1]] - so_far[contacts[:, 0]]) / (contacts[:, 1] - contacts[:, 0]),
        known.shape,
    )
    return pd.DataFrame(
        {
            "step": np.repeat(np.arange(len(contacts)), len(names)),
            "region": pd.Categorical(names * len(contacts), categories=names),
            **{name: np.where(known, of, np.nan).T.ravel() for name, of in columns.items()},
        }
    )


def _describe(
    forces_n: Floats,
    layout: SensorLayout,
    members: dict[str, list[int]],
    contacts: Ints,
    fs_hz: float,
    contact_kpa: float,
) -> dict[str, Floats]:
    """Values of some steps that lie near each other, ``(R, k)`` each; the last region is whole."""
    first, last = (contacts.min(), contacts.max()) if len(contacts) else (0, 0)
    contacts = contacts - first
    # One more sample, for `reduceat` wants the end of a range to exist.
    by_cell = np.zeros((forces_n.shape[1], last - first + 1))
    by_cell[:, :-1] = forces_n[first:last].T
    force_n = gather(np.add, by_cell, members)
    peak_n = _of_each_step(np.maximum, force_n, contacts)
    impulse_ns = _of_each_step(np.add, force_n, contacts) / fs_hz
    to_peak = np.empty(peak_n.shape)
    for step, (start, stop) in enumerate(contacts.tolist()):
        to_peak[:, step] = force_n[:, start:stop].argmax(axis=1)
    to_peak[~(peak_n > 0)] = np.nan
    columns = {
        "peak_n": peak_n,
        "time_to_peak_s": to_peak / fs_hz,
        "time_to_peak_share": to_peak / (contacts[:, 1] - contacts[:, 0]),
        "impulse_ns": impulse_ns,
        "impulse_share": _ratio(impulse_ns, impulse_ns[-1:]),
    }
    columns |= _pressures(by_cell, force_n, layout, members, contacts, fs_hz, contact_kpa)
    columns["pti_mean_kpa_s"] = _ratio(1e3 * impulse_ns, columns["contact_area_mm2"])
    return columns


_PRESSURES = (
    "contact_share", "contact_area_mm2", "peak_kpa", "mean_kpa", "pti_peak_kpa_s",
    "pti_cell_kpa_s",
)  # fmt: skip


def _pressures(
    by_cell: Floats,
    force_n: Floats,
    layout: SensorLayout,
    members: dict[str, list[int]],
    contacts: Ints,
    fs_hz: float,
    contact_kpa: float,
) -> dict[str, Floats]:
    """Values that need the cells' areas, ``(R, k)`` each."""
    if layout.area_mm2 is None:
        return dict.fromkeys(_PRESSURES, np.full((len(force_n), len(contacts)), np.nan))
    area_mm2 = layout.area_mm2[:, None]
    cell_kpa = 1e3 * by_cell / area_mm2
    contact_mm2 = gather(np.add, np.where(cell_kpa > contact_kpa, area_mm2, 0.0), members)
    peak_kpa = gather(np.maximum, cell_kpa, members)
    touching = contact_mm2 > 0
    mean_kpa = np.divide(1e3 * force_n, contact_mm2, out=np.zeros_like(force_n), where=touching)
    in_contact = _of_each_step(np.add, touching.astype(float), contacts)
    cell_kpa_s = _of_each_step(np.add, cell_kpa, contacts) / fs_hz
    return {
        "contact_share": in_contact / (contacts[:, 1] - contacts[:, 0]),
        "contact_area_mm2": _of_each_step(np.maximum, contact_mm2, contacts),
        "peak_kpa": _of_each_step(np.maximum, peak_kpa, contacts),
        "mean_kpa": _ratio(_of_each_step(np.add, mean_kpa, contacts), in_contact),
        "pti_peak_kpa_s": _of_each_step(np.add, peak_kpa, contacts) / fs_hz,
        "pti_cell_kpa_s": gather(np.maximum, cell_kpa_s, members),
    }


def _ratio(of: Floats, to: Floats) -> Floats:
    """Divide; NaN where there is nothing to divide by."""
    out = np.full(of.shape, np.nan)
    np.divide(of, to, out=out, where=to > 0)
    return out


def _of_each_step(join: np.ufunc, values: Floats, contacts: Ints) -> Floats:
    """Join the samples of each step, ``(R, T + 1)`` to ``(R, k)``."""
    if not len(contacts):
        return np.empty((len(values), 0))
    return np.asarray(join.reduceat(values, contacts.ravel(), axis=1)[:, ::2])


def _checked_contacts(contacts: Ints, length: int) -> Ints:
    contacts = np.asarray(contacts)
    if contacts.size == 0:
        return np.empty((0, 2), np.int64)
    if contacts.ndim != 2 or contacts.shape[1] != 2 or contacts.dtype.kind not in "iu":
        raise ValueError(
            f"Contacts are whole numbers of shape (k, 2), not {contacts.dtype} {contacts.shape}."
        )
    start, stop = contacts.T
    if (start < 0).any() or (stop > length).any() or (stop <= start).any():
        raise ValueError(f"A contact ends before it begins, or lies outside {length} samples.")
    return contacts.astype(np.int64)
