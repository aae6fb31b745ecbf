# SPDX-License-Identifier: Apache-2.0
"""A body as the signals see it: what it can set, what follows from that, and how it sways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from solemetry_host.drills.signals.catalogue import SUMS

Floats = NDArray[np.float64]
Posture = Mapping[str, float]
"""What a body sets, by signal; yes is 1, no is 0."""

WEIGHT_N = 667.0
"""Of the person: 68 kg."""

_STANDING = {
    "fz.bw": 1.0,
    "load.left_pct": 50.0,
    "stance.single": 0.0,
    "touchdown": 0.0,
    "cop.ml_mm": 0.0,
    "cop.ap_mm": 0.0,
    "cop.speed": 10.0,
    "cop.speed_ml": 6.0,
    "lever.forefoot": 0.45,
    "circle.turned_deg": 0.0,
    "circle.roundness": 0.8,
    "imu.roll_deg": 0.0,
    "imu.roll_speed": 3.0,
    "imu.heel_pitch_deg": 0.0,
}
_SWAY = {
    "fz.bw": 0.01,
    "load.left_pct": 1.0,
    "cop.ml_mm": 0.8,
    "cop.ap_mm": 1.2,
    "cop.speed": 2.0,
    "cop.speed_ml": 2.0,
    "lever.forefoot": 0.01,
    "circle.roundness": 0.03,
    "imu.roll_deg": 0.4,
    "imu.roll_speed": 1.0,
    "imu.heel_pitch_deg": 0.4,
}
RELATIVE = ("fz.bw",)
"""These sway by a share of themselves."""

_SHARES = {
    "hallux": 0.025,
    "toes_lesser": 0.020,
    "mt1": 0.100,
    "mt23": 0.110,
    "mt5": 0.065,
    "midfoot_medial": 0.050,
    "midfoot_lateral": 0.090,
    "heel_medial": 0.280,
    "heel_lateral": 0.260,
}
"""In quiet standing 54 % are on the heel (Ohlendorf et al. 2020, J Physiol Anthropol); the rest
is divided up by this project."""

_SHARE_SWAY = 0.002
_LEAST_SHARE = 0.004
_FEET = ("", "left.", "right.")
"""The foot of the drill, and each of both: what the names of the shares begin with."""

_CELLS = tuple(f"{foot}share.{cell}" for foot in _FEET for cell in _SHARES)
_SUMS = {f"{foot}share.{region}": tuple(f"{foot}share.{cell}" for cell in cells)
         for foot in _FEET for region, cells in SUMS.items()}  # fmt: skip
_CELLS_IN_SUMS = np.array([[float(cell in cells) for cell in _CELLS] for cells in _SUMS.values()])

_ENDS = {
    "circle.turned_deg": (-np.inf, np.inf),
    "circle.roundness": (0.0, 1.0),
    "load.left_pct": (0.0, 100.0),
    "lever.forefoot": (0.0, 1.0),
    "imu.roll_deg": (-90.0, 90.0),
    "imu.heel_pitch_deg": (-90.0, 90.0),
}
"""Between what a signal can lie; any other from 0 upwards."""

_PLACES = ("cop.ml_mm", "cop.ap_mm", "reach.pct", "reach.lateral_pct", "reach.angle_deg")
_ROOM = 2.0
"""A person does not aim at the edge: so many times the sway lies between."""


@dataclass(frozen=True)
class Wish:
    """Where a signal should be; `low` and `high` may be infinite."""

    signal: str
    low: float = -np.inf
    high: float = np.inf

    def met(self, value: Any) -> Any:
        """Whether a value, or each of an array, lies there; angles go round the clock."""
        if self.signal == "reach.angle_deg" and np.isfinite(self.low):
            value = (value - self.low) % 360 + self.low
        return (value >= self.low) & (value <= self.high)


@dataclass(frozen=True)
class Body:
    """Somebody who stands on one foot or on two, or sits.

    Attributes
    ----------
    single : bool
        On one foot from the beginning.
    weight : float
        On what measures, in body weights.
    base_mm : tuple of float
        Half axes of the functional base, taken as an ellipse, ``(ml, ap)``.
    """

    single: bool = False
    weight: float = 1.0
    base_mm: tuple[float, float] = (16.0, 60.0)

    @cached_property
    def standing(self) -> Posture:
        """How the body is while nothing is asked."""
        shares = {f"{foot}share.{cell}": share for foot in _FEET for cell, share in _SHARES.items()}
        stance = {"stance.single": float(self.single), "fz.bw": self.weight}
        return _STANDING | shares | stance

    def signals(self, posture: Posture) -> dict[str, float]:
        """Return all signals of a posture: what is set, and what follows from it."""
        values = dict(posture)
        values["fz.n"] = values["fz.bw"] * WEIGHT_N
        place = self._place(values["cop.ml_mm"], values["cop.ap_mm"])
        values.update({name: float(value) for name, value in place.items()})
        cells = np.array([posture[name] for name in _CELLS])
        values.update(zip(_SUMS, (_CELLS_IN_SUMS @ cells).tolist(), strict=True))
        return values

    def find(self, wishes: Iterable[Wish], near: Posture) -> Posture | None:
        """Return the posture next to `near` in which all wishes come true whatever the sway.

        None where there is no such posture: the wishes contradict each other, or leave less room
        than the sway takes.
        """
        wishes = [_as_weights(wish) for wish in wishes]
        found = dict(near)
        for name in _STANDING.keys() - set(_PLACES):
            value = _between([w for w in wishes if w.signal == name], name, near[name])
            if value is None:
                return None
            found[name] = value
        place = self._find_place([w for w in wishes if w.signal in _PLACES], near)
        if place is None:
            return None
        found.update(place)
        for foot in _FEET:
            shares = _find_shares([w for w in wishes if w.signal.startswith(f"{foot}share.")],
                                  foot, near)  # fmt: skip
            if shares is None:
                return None
            found.update(shares)
        return found

    def _place(self, ml_mm: Any, ap_mm: Any) -> dict[str, Any]:
        ml, ap = ml_mm / self.base_mm[0], ap_mm / self.base_mm[1]
        return {
            "cop.ml_mm": ml_mm,
            "cop.ap_mm": ap_mm,
            "reach.pct": 100 * np.hypot(ml, ap),
            "reach.lateral_pct": 100 * np.maximum(ml, 0.0),
            "reach.angle_deg": np.degrees(np.arctan2(ml_mm, ap_mm)) % 360,
        }

    def _find_place(self, wishes: list[Wish], near: Posture) -> Posture | None:
        """Look over a fine grid: nearest first, good at the middle and where sway leads."""
        if not wishes:
            return {}
        across, along = np.linspace(-1.25, 1.25, 101) * np.array(self.base_mm)[:, None]
        ml_mm, ap_mm = np.meshgrid(across, along)
        good = np.ones(ml_mm.shape, bool)
        sway_ml, sway_ap = _ROOM * _SWAY["cop.ml_mm"], _ROOM * _SWAY["cop.ap_mm"]
        for ml, ap in ((0, 0), (sway_ml, 0), (-sway_ml, 0), (0, sway_ap), (0, -sway_ap)):
            place = self._place(ml_mm + ml, ap_mm + ap)
            good &= np.all([w.met(place[w.signal]) for w in wishes], axis=0)
        if not good.any():
            return None
        far = self._place(ml_mm - near["cop.ml_mm"], ap_mm - near["cop.ap_mm"])["reach.pct"]
        best = np.argmin(np.where(good, far, np.inf))
        return {"cop.ml_mm": float(ml_mm.flat[best]), "cop.ap_mm": float(ap_mm.flat[best])}


_ON_TWO_FEET = Body(base_mm=(90.0, 50.0))
_BODIES = {
    "single": Body(single=True),
    "split": Body(weight=0.5),
    "seated": Body(weight=0.2),
    "lying": Body(weight=0.1),
}


def body_of(posture: object) -> Body:
    """Return somebody in what a drill calls a posture; on two feet where it is none of these."""
    return _BODIES.get(str(posture), _ON_TWO_FEET)


def sway(signal: str) -> float:
    """How far a signal goes to and fro at most while a person holds still."""
    region = signal.partition("share.")[2]
    if region:
        return _SHARE_SWAY * len(SUMS.get(region, (region,)))
    return _SWAY.get(signal, 0.0)


def _as_weights(wish: Wish) -> Wish:
    """Newtons as body weights; any other wish as it is."""
    if wish.signal != "fz.n":
        return wish
    return Wish("fz.bw", wish.low / WEIGHT_N, wish.high / WEIGHT_N)


def _between(wishes: list[Wish], name: str, near: float) -> float | None:
    """Return what is nearest, with room to the ends where there is any."""
    if not wishes:
        return near
    least, most = _ENDS.get(name, (0.0, np.inf))
    low = max([least, *(w.low for w in wishes)])
    high = min([most, *(w.high for w in wishes)])
    swings = sway(name)
    if name in RELATIVE:
        swings *= min(1.0, high if np.isfinite(high) else max(low, near))
    if high - low < 2 * swings:
        return None
    room = min(_ROOM * swings, (high - low) / 2)
    return float(np.clip(near, low + room, high - room))


def _find_shares(wishes: list[Wish], foot: str, near: Posture) -> Posture | None:
    """Least squares: what every cell gives up or takes, relative to what it has."""
    if not wishes:
        return {}
    cells = list(_SHARES)
    names = [f"{foot}share.{cell}" for cell in cells]
    now = np.array([near[name] for name in names])
    rows, least = [], []
    for wish in wishes:
        region = wish.signal.partition("share.")[2]
        row = np.array([float(cell in SUMS.get(region, (region,))) for cell in cells])
        room = _ROOM * sway(wish.signal)
        for sign, end in ((1.0, wish.low), (-1.0, -wish.high)):
            if np.isfinite(end):
                rows.append(sign * row)
                least.append(end + room)
    demanded, bound = np.array(rows), np.array(least)
    if np.all(demanded @ now >= bound):
        return {}
    solved = minimize(
        lambda x: float(np.sum((x - now) ** 2 / now)),
        now,
        jac=lambda x: 2 * (x - now) / now,
        method="SLSQP",
        bounds=[(_LEAST_SHARE, 1.0)] * len(cells),
        constraints=[
            {"type": "eq", "fun": lambda x: x.sum() - 1, "jac": np.ones_like},
            {"type": "ineq", "fun": lambda x: demanded @ x - bound, "jac": lambda _: demanded},
        ],
    )
    if not solved.success or np.any(demanded @ solved.x < bound - 1e-6):
        return None
    return dict(zip(names, map(float, solved.x), strict=True))
