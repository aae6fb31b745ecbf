# SPDX-License-Identifier: Apache-2.0
"""Plates whose cells, feet and wires are known."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from made_plates import ALL_OVER, DEVICE, LAYOUT, NOMINAL, PLATES, MadePlate


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    return SimpleNamespace(
        Plate=MadePlate, DEVICE=DEVICE, LAYOUT=LAYOUT, NOMINAL=NOMINAL, PLATES=PLATES,
        ALL_OVER=ALL_OVER,
    )  # fmt: skip
