# SPDX-License-Identifier: Apache-2.0
"""The simulated board, for tests of the whole chain."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import board

MakeBoard = Callable[..., AbstractContextManager[board.Board]]


@pytest.fixture(scope="session")
def _image() -> None:
    lacking = board.missing_tools()
    if lacking:
        pytest.skip(f"the simulated board needs the packages {lacking}")
    board.build()


@pytest.fixture
def make_board(_image: None, tmp_path: Path) -> MakeBoard:
    """Run the real Uno image: ``with make_board("--duration", "5", speed=0) as board:``."""
    return partial(board.simulated_board, tmp_path)
