# SPDX-License-Identifier: Apache-2.0
"""Real recordings for tests: not part of the project, found by a variable or beside it."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import board
import pytest
from hypothesis import settings

from solemetry_host.live import station
from solemetry_host.windows.app import has_screen

if not has_screen():
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def streams_of_nobody_else(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither our streams of the Lab Streaming Layer nor others' leave or enter a run of tests.

    The library reads this once in a process, so it has to be there before its first use.
    """
    file = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    file.write_text(
        "[ports]\nIPv6 = disable\n"
        "[multicast]\nResolveScope = machine\n"
        f"[lab]\nSessionID = solemetry-test-{time.time_ns()}\n"
        "[log]\nlevel = -3\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSLAPICFG", str(file))
        yield


@pytest.fixture(scope="session", autouse=True)
def people_of_nobody_else(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever runs the tests keeps their own people, calibrations and preferences out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SOLEMETRY_LIBRARY", raising=False)
        patch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path_factory.mktemp("documents")))
        patch.setenv("SOLEMETRY_PREFERENCES", str(tmp_path_factory.mktemp("own") / "chosen.toml"))
        yield


@pytest.fixture(scope="session", autouse=True)
def stations_start_soon() -> Iterator[None]:
    """A station first has the collector go through all there is: here, through all the tests.

    That holds everything up for 0.4 s, hundreds of times. In this process it goes through what is
    new instead; programs that tests start go through all they have.
    """
    soon = SimpleNamespace(
        collect=partial(gc.collect, 1), freeze=gc.freeze, unfreeze=gc.unfreeze
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(station, "gc", soon)
        yield


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Path of a folder or file of real recordings; skips the test where there are none."""

    def find(name: str) -> Path:
        path = Path(os.environ.get("SOLEMETRY_DATA", BESIDE)) / name
        if not path.exists():
            pytest.skip(f"real recordings not found: set SOLEMETRY_DATA to have {name}")
        return path

    return find


@pytest.fixture(scope="session")
def uno_image() -> Path:
    """The plate's real image, built; skips the test where the tools to build it are missing."""
    lacking = board.missing_tools()
    if lacking:
        pytest.skip(f"the simulated board needs the packages {lacking}")
    board.build()
    return board.IMAGE


@pytest.fixture
def make_board(
    uno_image: Path, tmp_path: Path
) -> Callable[..., AbstractContextManager[board.Board]]:
    """Run the real Uno image: ``with make_board("--duration", "5", speed=0) as board:``."""
    return partial(board.simulated_board, tmp_path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what builds and waits: several processes then end at about the same time."""
    items.sort(key=lambda item: "analysis" in item.path.parts)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is at hand (SOLEMETRY_NO_SKIPS=1), a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if skipped and os.environ.get("SOLEMETRY_NO_SKIPS") == "1":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\n{len(skipped)} tests were skipped, and none may be here.")


settings.register_profile("soak", max_examples=20_000, deadline=None)
settings.register_profile("short", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))
