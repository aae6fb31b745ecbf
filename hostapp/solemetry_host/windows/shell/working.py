# SPDX-License-Identifier: Apache-2.0
"""Long work beside the interface, so that no click waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6 import QtCore

from solemetry.errors import SolemetryError
from solemetry_host.live.reader import in_words

T = TypeVar("T")

_untold: set[Work[Any]] = set()
"""Work whose end nobody was told yet. Without it a thread could hold the last of it, and what is
Qt's would be taken down there, with its own message still under way."""


class Work(QtCore.QObject, Generic[T]):
    """One piece of work in a thread of its own; who asked is told in the interface's thread.

    It lives until then by itself; after `forget` nobody is told any more.

    Parameters
    ----------
    work : callable
        Runs in the thread; touches nothing of Qt.
    done : callable
        Given what it returned.
    failed : callable
        Given what went wrong, in words.
    """

    _ended = QtCore.Signal(object, object)

    def __init__(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[SolemetryError], object],
    ) -> None:
        super().__init__()
        self._work, self._done, self._failed = work, done, failed
        self._wanted = True
        _untold.add(self)
        self._ended.connect(self._tell, QtCore.Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="work", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether nobody was told of its end yet."""
        return self in _untold

    def forget(self, patience_s: float = 10.0) -> None:
        """Tell nobody any more, and wait for the thread."""
        self._wanted = False
        self._thread.join(patience_s)
        if not self._thread.is_alive():
            _untold.discard(self)

    def wait(self) -> None:
        """Wait for its end, and have told whoever asked when this returns."""
        self._thread.join()
        QtCore.QCoreApplication.sendPostedEvents(self, 0)

    def _run(self) -> None:
        try:
            result, failure = self._work(), None
        except Exception as error:
            result, failure = None, in_words(error)
        self._ended.emit(result, failure)

    def _tell(self, result: T, failure: SolemetryError | None) -> None:
        _untold.discard(self)
        if not self._wanted:
            return
        if failure is not None:
            self._failed(failure)
        else:
            self._done(result)


def in_background(
    work: Callable[[], T],
    done: Callable[[T], object],
    failed: Callable[[SolemetryError], object],
) -> Work[T]:
    """Begin work in a thread of its own: see `Work`."""
    return Work(work, done, failed)
