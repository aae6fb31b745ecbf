# SPDX-License-Identifier: Apache-2.0
"""Real recordings for tests: not part of the project, found by a variable or beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Path of a folder or file of real recordings; skips the test where there are none."""

    def find(name: str) -> Path:
        path = Path(os.environ.get("SOLEMETRY_DATA", BESIDE)) / name
        if not path.exists():
            pytest.skip(f"real recordings not found: set SOLEMETRY_DATA to have {name}")
        return path

    return find
