# SPDX-License-Identifier: Apache-2.0
"""A source in a thread of its own, and names for the streams of several."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from solemetry.errors import SolemetryError
from solemetry_host.devices.source import Item, Notice, Opened, Source
from solemetry_host.log import log_file

_PATIENCE_S = 1.0
_logger = logging.getLogger(__name__)

Put = Callable[[Item, float], None]
"""Hands an item to the engine within so many seconds, or raises `queue.Full`."""

_Owner = tuple[str, int, str]


class StreamNames:
    """Gives each device a name that no other has, and gives it again to one that comes back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[str, _Owner] = {}

    def name(self, opened: Opened, key: str, where: str) -> Opened:
        """Return what was opened under a name of its own, and whose twin it is."""
        owner = (key, opened.description.geometry_hash, opened.side)
        wanted = opened.stream
        with self._lock:
            names = (wanted if n == 1 else f"{wanted}-{n}" for n in count(1))
            mine = next(name for name in names if self._owners.get(name, owner) == owner)
            self._owners[mine] = owner
        return replace(
            opened,
            stream=mine,
            where=opened.where or where,
            twin=wanted if mine != wanted else "",
        )


class Reader:
    """Runs one source until it ends or is told to stop.

    Parameters
    ----------
    key : str
        What a person calls it.
    source : Source
    names : StreamNames
        Shared by all readers of a station.
    put : callable
    failed : callable
        Called when the source could not be opened, or gave up.
    """

    def __init__(
        self,
        key: str,
        source: Source,
        names: StreamNames,
        put: Put,
        failed: Callable[[Reader, SolemetryError], None],
    ) -> None:
        self.key = key
        self.failure: SolemetryError | None = None
        self.overflowed = 0
        """Items dropped because the engine hung; the rows among them show as lost."""
        self.ended = threading.Event()
        self.source = source
        self._names = names
        self._put = put
        self._failed = failed
        self._given: dict[str, str] = {}
        self._unsaid = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"source {key}", daemon=True)

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams that came from here."""
        return tuple(self._given.values())

    def start(self) -> None:
        """Open the source and read it; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Tell the source to stop; returns at once."""
        self._stop.set()

    def join(self) -> None:
        """Wait until it has stopped."""
        self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            self.source.run(self._emit, self._stop)
        except Exception as error:
            self.failure = in_words(error)
            self._failed(self, self.failure)
        self.ended.set()

    def _emit(self, item: Item) -> None:
        """Hand an item over; a source waits for a busy engine, but not for one that hangs."""
        item = self._named(item)
        try:
            if self._unsaid:
                self._put(self._overflow(item), _PATIENCE_S)
                self._unsaid = 0
            self._put(item, _PATIENCE_S)
        except queue.Full:
            self.overflowed += 1
            self._unsaid += 1
            _logger.warning("the engine did not keep up; %d items dropped", self.overflowed)

    def _named(self, item: Item) -> Item:
        if isinstance(item, Opened):
            named = self._names.name(item, self.key, self.source.name)
            self._given[item.stream] = named.stream
            return named
        stream = self._given.get(item.stream, item.stream)
        return item if stream == item.stream else replace(item, stream=stream)

    def _overflow(self, item: Item) -> Notice:
        return Notice(
            item.stream,
            item.t_host_ns,
            "queue_overflow",
            f"This computer did not keep up: {self._unsaid} reads were dropped. Close other "
            "programs, or choose a lower rate.",
            {"items": self._unsaid},
        )


def in_words(error: Exception) -> SolemetryError:
    """Return an expected error as it is; log an unexpected one and say where."""
    if isinstance(error, SolemetryError):
        return error
    _logger.error("unexpected", exc_info=error)
    return SolemetryError("Something unexpected went wrong.", f"Details: {log_file()}.")
