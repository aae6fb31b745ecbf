# SPDX-License-Identifier: Apache-2.0
"""Somebody with recordings to look back at."""

from __future__ import annotations

from pathlib import Path

import pytest
import reviewed

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.people.folder import Person
from solemetry_host.reviewing.opened import Opened, open_recording


@pytest.fixture(scope="session")
def drill() -> Drill:
    return Shelf(Path("nowhere")).drill("single-leg-eyes-open")


@pytest.fixture(scope="session")
def ada(tmp_path_factory: pytest.TempPathFactory, drill: Drill) -> Person:
    """Three days of one drill. Not to be changed."""
    return reviewed.somebody(tmp_path_factory.mktemp("library"), drill)


@pytest.fixture(scope="session")
def first(ada: Person) -> Opened:
    """The recording of the first day."""
    return open_recording(ada.sessions()[0], ada.results()[0])
