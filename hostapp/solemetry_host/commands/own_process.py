# SPDX-License-Identifier: Apache-2.0
"""Work on files in a process of its own: of a damaged one the HDF5 library can die, or hang."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from solemetry.errors import FileError

T = TypeVar("T")


def time_for(file: Path) -> float:
    """Return how many seconds a whole file of this size takes at the very most."""
    megabytes = file.stat().st_size / 1e6 if file.is_file() else 0.0
    return 60.0 + megabytes


def in_own_process(work: Callable[[Any], T], argument: Any, patience_s: float = 60.0) -> T:
    """Do something with a file where it can do no harm; raises what it raises.

    Raises
    ------
    FileError
        When the process died, or found no end.
    """
    from multiprocessing import get_context

    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, work, argument), daemon=True)
    process.start()
    there.close()
    try:
        if not here.poll(patience_s):
            raise FileError(
                f"{argument} is so damaged that the HDF5 library finds no end in it.",
                "Restore it from a copy.",
            )
        outcome = here.recv()
    except EOFError:
        raise FileError(
            f"{argument} is so damaged that the HDF5 library dies of it.",
            "Restore it from a copy.",
        ) from None
    finally:
        process.kill()
        process.join()
    if isinstance(outcome, Exception):
        raise outcome
    answer: T = outcome
    return answer


def _answer(asked: Any, work: Callable[[Any], Any], argument: Any) -> None:
    try:
        asked.send(work(argument))
    except Exception as error:  # the one who asked raises it
        asked.send(error)
