# SPDX-License-Identifier: Apache-2.0
"""Work of which only the newest matters: what was asked before it is not waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from solemetry.errors import SolemetryError
from solemetry_host.windows.shell.working import Work, in_background

_Asked = tuple[Callable[[], Any], Callable[[Any], object], Callable[[SolemetryError], object]]


class Newest:
    """Runs one piece of work at a time; of what is asked meanwhile, only the last."""

    def __init__(self) -> None:
        self._work: Work[Any] | None = None
        self._next: _Asked | None = None

    @property
    def running(self) -> bool:
        """Whether something is being worked out."""
        return self._work is not None

    def ask(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[SolemetryError], object],
    ) -> None:
        """Have something worked out; as `in_background`."""
        if self._work is not None:
            self._next = (work, done, failed)
            return
        self._work = in_background(
            work, lambda result: self._ended(done, result), lambda error: self._ended(failed, error)
        )

    def drop(self) -> None:
        """Have nobody told of what runs; its thread ends by itself."""
        self._next = (_nothing, _nobody, _nobody) if self._work is not None else None

    def forget(self) -> None:
        """Tell nobody any more, and wait for what runs."""
        self._next = None
        if self._work is not None:
            self._work.forget()
            self._work = None

    def _ended(self, tell: Callable[[Any], object], what: Any) -> None:
        asked, self._next, self._work = self._next, None, None
        if asked is not None:
            self.ask(*asked)
        else:
            tell(what)


def _nothing() -> None:
    """Work that is none."""


def _nobody(what: object) -> None:
    """Tell nobody."""
