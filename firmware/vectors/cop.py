# SPDX-License-Identifier: Apache-2.0
"""On-device centre of pressure in exact fractions, by PROTOCOL.md."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor
from typing import Any

MOST = 2**31 - 1
NOWHERE = -(2**31)
LEAST_MN = 10_000
PLATE = [(1_250_000, x, y) for x in (-200_000, 200_000) for y in (150_000, -150_000)]


def rounded(value: Fraction) -> int:
    """To the nearest whole number, halves away from zero, within plus and minus MOST."""
    nearest = floor(abs(value) + Fraction(1, 2))
    return min(nearest, MOST) * (-1 if value < 0 else 1)


def case(
    name: str, counts: list[int], zero: list[int] | None = None,
    cells: list[tuple[int, int, int]] | None = None, flags: int = 0, stored: int = 0x29B1,
    tared: bool = True,
) -> dict[str, Any]:
    zero, cells = zero or [0] * 4, cells or PLATE
    silent = [bool(flags & 1 << 4 + c) for c in range(4)]
    force = [
        0 if silent[c] else rounded(Fraction((counts[c] - zero[c]) * cells[c][0], 2**24))
        for c in range(4)
    ]
    total = sum(force)
    nowhere = total < LEAST_MN or flags != 0

    def place(axis: int) -> int:
        moment = sum(f * cell[axis] for f, cell in zip(force, cells, strict=True))
        return NOWHERE if nowhere else rounded(Fraction(moment, total))

    out = (nowhere * 1 | bool(flags & 0x0F) * 2 | any(silent) * 4 | (not tared) * 8
           | (stored == 0) * 16)
    return {
        "name": name, "counts": counts, "zero": zero, "cells": [list(cell) for cell in cells],
        "row_flags": flags, "stored": stored, "tared": tared, "flags": out,
        "x_um": place(1), "y_um": place(2), "fz_mn": rounded(Fraction(total)),
    }


def random_cases(chance: random.Random) -> list[dict[str, Any]]:
    def counts() -> list[int]:
        return [chance.randint(-(2**23), 2**23 - 1) for _ in range(4)]

    def i32() -> int:
        return chance.randint(-(2**31), 2**31 - 1) >> chance.choice([0, 0, 8, 12])

    def any_cells() -> list[tuple[int, int, int]]:
        return [(i32(), i32(), i32()) for _ in range(4)]

    def standing() -> list[int]:
        return [chance.randint(100_000, 4_000_000) for _ in range(4)]

    zero = [chance.randint(-50_000, 50_000) for _ in range(4)]
    return [
        *(case(f"standing {n}", standing(), zero) for n in range(8)),
        *(case(f"any matrix {n}", counts(), counts(), any_cells()) for n in range(24)),
    ]


def cases() -> list[dict[str, Any]]:
    low, high = -(2**23), 2**23 - 1
    unit = [(2**24, x, y) for _, x, y in PLATE]  # a count is a millinewton
    half = [(2**23, x, y) for _, x, y in PLATE]  # and half of one
    return [
        case("nobody stands there", [0] * 4),
        case("one millinewton too little", [9_999, 0, 0, 0], cells=unit),
        case("just enough", [10_000, 0, 0, 0], cells=unit),
        case("pulled", [-10_000] * 4, cells=unit),
        case("halves go away from zero", [20_001, -3, 1, 5], cells=half),
        case("halves below zero", [-1, -20_001, -3, -5], cells=half),
        case("a place halfway", [5_000, 5_001, 1, 0], cells=[(2**24, 1, -1), (2**24, 0, 0)] * 2),
        case("a place half a micrometre below zero", [10_000, 10_000, 0, 0],
             cells=[(2**24, -1, 1), (2**24, 0, 0)] * 2),
        case("outside the plate, as one corner pulls", [30_000, -10_000, -5_000, 1], cells=unit),
        case("not tared", [40_000] * 4, cells=unit, tared=False),
        case("nominal gains", [40_000] * 4, cells=unit, stored=0),
        case("a channel at its end", [high, 1, 1, 1], cells=unit, flags=0x01),
        case("a silent channel counts nothing", [40_000, 1, 50_000, 7], cells=unit, flags=0x40),
        case("at its end and silent", [40_000, 1, low, 7], cells=unit, flags=0x84, stored=0,
             tared=False),
        case("all counts and gains at their ends", [high] * 4, [low] * 4,
             [(MOST, MOST, NOWHERE)] * 4),
        case("all at their lower ends", [low] * 4, [high] * 4, [(NOWHERE, NOWHERE, MOST)] * 4),
        case("forces beyond 32 bits pull the other way", [low] * 4, [high] * 4, [(MOST, 1, 1)] * 4),
        case("products of both signs at their ends", [high] * 4, [low] * 4,
             [(MOST, MOST, NOWHERE), (MOST, NOWHERE, MOST)] * 2),
        case("a small force far outside", [12_000, 5_000_000, -5_000_000, 0],
             cells=[(2**24, MOST, NOWHERE), (2**24, MOST, NOWHERE), (2**24, NOWHERE, MOST),
                    (0, 0, 0)]),
        *random_cases(random.Random(20)),
    ]
