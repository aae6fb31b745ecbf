# SPDX-License-Identifier: Apache-2.0
"""A station: one device, the engine and the recorder, each in its own thread."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from solemetry.calibration import Calibration
from solemetry.errors import SolemetryError
from solemetry_host.devices.source import Item, Source
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.log import log_file

_QUEUE_ITEMS = 8192
_PATIENCE_S = 1.0
_logger = logging.getLogger(__name__)


class Station:
    """Connects a source, runs the engine on what it gives, records on request.

    Every method may be called from any thread; what they ask for is done in the engine's
    thread, between two blocks. Readers look at `snapshot` whenever they like.

    Parameters
    ----------
    open_source : callable
        Returns the source to connect; called on each `connect`.
    calibration : Calibration, optional
    observe : callable, optional
        Called in the engine's thread with each new snapshot.
    """

    def __init__(
        self,
        open_source: Callable[[], Source],
        calibration: Calibration | None = None,
        observe: Callable[[Snapshot], None] | None = None,
    ) -> None:
        self._open_source = open_source
        self._observe = observe
        self._stop = threading.Event()
        self._inbox: queue.Queue[Item | Callable[[], None]] = queue.Queue(_QUEUE_ITEMS)
        self._engine = Engine(calibration)
        self._threads: list[threading.Thread] = []
        self._recorder: Recorder | None = None
        self.failure: SolemetryError | None = None
        """Why the source could not be opened."""
        self.overflowed = 0
        """Items dropped because the engine hung; the rows among them show as lost."""
        self.ended = threading.Event()
        """The source has no more to give, or failed."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest moment."""
        return self._engine.snapshot

    @property
    def recording(self) -> Path | None:
        """The file that is being written, or None."""
        recorder = self._recorder
        return recorder.partial if recorder is not None else None

    # ---- connecting ------------------------------------------------------------------------

    def connect(self) -> None:
        """Start the source and the engine; returns at once."""
        if self._threads:
            return
        self._stop.clear()
        self.ended.clear()
        self.failure = None
        self._engine.connecting()
        self._threads = [
            threading.Thread(target=self._run_engine, name="engine", daemon=True),
            threading.Thread(target=self._run_source, name="source", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def disconnect(self) -> None:
        """Stop the source and the engine. A recording must have been stopped before."""
        self._stop.set()
        for thread in reversed(self._threads):
            thread.join(timeout=10)
        self._threads = []
        self._engine.closed()

    def _run_source(self) -> None:
        try:
            self._open_source().run(self._emit, self._stop)
        except Exception as error:
            self.failure = failure = _in_words(error)
            self._ask(lambda: self._engine.failed(str(failure)))
        self.ended.set()

    def _emit(self, item: Item) -> None:
        """Hand an item over; a source waits for a busy engine, but not for one that hangs."""
        try:
            self._inbox.put(item, timeout=_PATIENCE_S)
        except queue.Full:
            self.overflowed += 1
            _logger.warning("the engine did not keep up; %d items dropped", self.overflowed)

    def _run_engine(self) -> None:
        while not (self._stop.is_set() and self._inbox.empty()):
            try:
                item = self._inbox.get(timeout=0.05)
            except queue.Empty:
                continue
            try:
                if callable(item):
                    item()
                else:
                    self._engine.take(item)
            except Exception as error:
                # One bad item must not end a recording; what is wrong is said and logged.
                self._engine.say("error", str(_in_words(error)))
            self._watch_recorder()
            if self._observe is not None:
                self._observe(self._engine.snapshot)

    def _watch_recorder(self) -> None:
        recorder = self._recorder
        if recorder is not None and recorder.failure is not None:
            self._engine.end_take()
            self._recorder = None
            self._engine.say("error", str(recorder.failure))
            with contextlib.suppress(SolemetryError):  # what stop() would say was just said
                recorder.stop()

    # ---- asking ----------------------------------------------------------------------------

    def command(self, kind: str, **detail: Any) -> None:
        """Tare, register a foot, or set a marker: see `Engine.command`."""
        self._ask(lambda: self._engine.command(kind, **detail))

    def record(self, path: Path, subject: str = "") -> None:
        """Start recording.

        Raises
        ------
        SolemetryError
            When no device is connected, a recording runs, or the file cannot be created.
        """
        if self._recorder is not None:
            raise SolemetryError("A recording is running.", "Stop it first.")
        recorder = Recorder(path, subject)
        self._ask_and_wait(lambda: self._engine.begin_take(recorder))
        self._recorder = recorder

    def stop_recording(self) -> Path:
        """Stop recording, pack the file and return its path.

        Raises
        ------
        SolemetryError
            When nothing is being recorded, or something went wrong in writing.
        """
        recorder = self._recorder
        if recorder is None:
            raise SolemetryError("Nothing is being recorded.", "Start a recording first.")
        self._ask_and_wait(self._engine.end_take)
        self._recorder = None
        return recorder.stop()

    def _ask(self, action: Callable[[], None]) -> None:
        self._inbox.put(action)

    def _ask_and_wait(self, action: Callable[[], None]) -> None:
        """Have the engine's thread do something, and raise here what it raised there."""
        if not self._threads:
            action()
            return
        done, raised = threading.Event(), []

        def attempt() -> None:
            try:
                action()
            except SolemetryError as error:
                raised.append(error)
            finally:
                done.set()

        self._ask(attempt)
        if not done.wait(timeout=10):
            raise SolemetryError("The engine does not answer.", "Disconnect and connect again.")
        if raised:
            raise raised[0]


def _in_words(error: Exception) -> SolemetryError:
    """Return an expected error as it is; log an unexpected one and say where."""
    if isinstance(error, SolemetryError):
        return error
    _logger.error("unexpected", exc_info=error)
    return SolemetryError("Something unexpected went wrong.", f"Details: {log_file()}.")
