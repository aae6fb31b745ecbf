# SPDX-License-Identifier: Apache-2.0
"""The signals that drills may ask for: the contract between what is sensed and what is asked.

A signal that is not sensed is not there; nothing stands in for it.

The foot's frame is that of the foot the drill is done on: ``ml`` is + to the outside, ``ap`` + to
the toes, the origin in the middle of its lever from heel to forefoot. With both feet on one plate
there is no outside: ``ml`` is + to the right, the origin in the middle between both feet, and hours
are left and right. Angles go as a clock's hands, 0 at the toes and 90 outside (or right), so that
an hour is 30 degrees and both feet read alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from solemetry.errors import SolemetryError

Sensor = Literal["plate", "insole", "two insoles", "imu", "run"]
"""``run``: the drill that runs makes it itself, of other signals."""


@dataclass(frozen=True)
class Signal:
    """One signal.

    Attributes
    ----------
    name : str
    unit : str
        ``""`` of a share or a ratio, ``yes/no`` of what holds or does not.
    words : str
        What it says, as a person reads it.
    sensed_by : tuple of str
        Each of them is enough.
    needs : tuple of str
        What a plate has to know for it: ``foot`` (where it stands, or both do), ``weight`` (the
        person's, from the profile or weighed).
    """

    name: str
    unit: str
    words: str
    sensed_by: tuple[Sensor, ...]
    needs: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it has a size; what has none holds or does not."""
        return self.unit != YES_NO


YES_NO = "yes/no"

CELLS: Mapping[str, str] = MappingProxyType(
    {
        "hallux": "the big toe",
        "toes_lesser": "the other toes",
        "mt1": "the ball of the big toe",
        "mt23": "the middle of the ball of the foot",
        "mt5": "the outer ball of the foot",
        "midfoot_medial": "the inner midfoot",
        "midfoot_lateral": "the outer midfoot",
        "heel_medial": "the inner heel",
        "heel_lateral": "the outer heel",
    }
)
"""Regions that make up the foot; ``mt5`` is of the fourth and fifth metatarsal."""

SUMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rearfoot": ("heel_medial", "heel_lateral"),
        "midfoot": ("midfoot_medial", "midfoot_lateral"),
        "forefoot": ("mt1", "mt23", "mt5", "hallux", "toes_lesser"),
        "medial": ("hallux", "mt1", "midfoot_medial", "heel_medial"),
        "lateral": ("toes_lesser", "mt5", "midfoot_lateral", "heel_lateral"),
    }
)
"""What regions add up to. Rearfoot, midfoot and forefoot, toes with it, make up the foot; the
middle of the ball is neither medial nor lateral."""

_SUM_WORDS = {
    "rearfoot": "the heel",
    "midfoot": "the midfoot",
    "forefoot": "the ball of the foot and the toes",
    "medial": "the inner side",
    "lateral": "the outer side",
}

REGIONS: tuple[str, ...] = (*CELLS, *SUMS)


def _shares() -> tuple[Signal, ...]:
    words = dict(CELLS) | _SUM_WORDS
    of_this = (
        Signal(f"share.{region}", "", f"share of this foot's load under {words[region]}",
               ("insole",))
        for region in REGIONS
    )  # fmt: skip
    of_each = (
        Signal(f"{side}.share.{region}", "",
               f"share of the {side} foot's load under {words[region]}", ("insole",))
        for side in ("left", "right")
        for region in REGIONS
    )  # fmt: skip
    return (*of_this, *of_each)


_ALL = (
    Signal("fz.n", "N", "force", ("plate",)),
    Signal("fz.bw", "", "force in body weights", ("plate", "insole"), ("weight",)),
    Signal("load.left_pct", "%", "share of the load on the left foot", ("two insoles", "plate"),
           ("foot",)),
    Signal("stance.single", YES_NO, "standing on one foot", ("plate", "two insoles"),
           ("foot", "weight")),
    Signal("touchdown", YES_NO, "the other foot, or a hand, took load", ("plate", "two insoles"),
           ("foot", "weight")),
    Signal("cop.ml_mm", "mm", "how far out the pressure is", ("plate",), ("foot",)),
    Signal("cop.ap_mm", "mm", "how far in front the pressure is", ("plate",), ("foot",)),
    Signal("cop.speed", "mm/s", "speed of the pressure", ("plate",)),
    Signal("cop.speed_ml", "mm/s", "speed of the pressure in and out", ("plate",), ("foot",)),
    Signal("lever.forefoot", "", "share of the load on the forefoot, as a lever from heel to "
           "forefoot says it", ("plate",), ("foot",)),
    Signal("reach.pct", "%", "reach, of the own base in that direction", ("plate",), ("foot",)),
    Signal("reach.lateral_pct", "%", "reach to the outside, of the own base", ("plate",),
           ("foot",)),
    Signal("reach.angle_deg", "deg", "direction of the reach: 0 toes, 90 outside", ("plate",),
           ("foot",)),
    Signal("reach.in_target", YES_NO, "the pressure is in the called sector", ("run",), ("foot",)),
    Signal("reach.max_pct", "%", "farthest reach", ("run",), ("foot",)),
    Signal("hour.ok", YES_NO, "the called hour was held", ("run",), ("foot",)),
    Signal("circle.turned_deg", "deg", "how far the pressure went round since it last rested: "
           "+ from the toes to the outside, - to the inside", ("plate", "insole")),
    Signal("circle.roundness", "", "smallest over largest radius of that circle",
           ("plate", "insole")),
    *_shares(),
    Signal("imu.roll_deg", "deg", "how far the foot is rolled out, from where it rested",
           ("imu",)),
    Signal("imu.roll_speed", "deg/s", "speed of that roll", ("imu",)),
    Signal("imu.heel_pitch_deg", "deg", "how far the heel is raised, from where it rested",
           ("imu",)),
)  # fmt: skip

CATALOGUE: Mapping[str, Signal] = MappingProxyType({signal.name: signal for signal in _ALL})
"""All signals, by name."""


def signal(name: str) -> Signal:
    """Return the signal of a name.

    Raises
    ------
    SolemetryError
        When there is none; says which are like it.
    """
    found = CATALOGUE.get(name)
    if found is not None:
        return found
    near = difflib.get_close_matches(name, CATALOGUE, n=3)
    raise SolemetryError(
        f"There is no signal {name!r}.",
        f"Perhaps {' or '.join(near)}." if near else f"There are: {', '.join(CATALOGUE)}.",
    )
