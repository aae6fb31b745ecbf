# SPDX-License-Identifier: Apache-2.0
"""A station: its devices, the engine and the recorder, each in its own thread."""

from __future__ import annotations

import contextlib
import gc
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from solemetry.calibration import Calibration
from solemetry.errors import SolemetryError
from solemetry_host.devices.source import Block, Item, Notice, Source
from solemetry_host.live.engine import Engine, FindCalibration, Follower, Publish
from solemetry_host.live.inbox import Inbox
from solemetry_host.live.joined import Place
from solemetry_host.live.latency import CollectorPauses, Latencies, Spread
from solemetry_host.live.reader import Reader, StreamNames, in_words
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.snapshot import Snapshot

_QUEUE_ITEMS = 8192

OpenSources = Callable[[], Source | Sequence[Source]]
_Handed = tuple[int, Item]


@dataclass(frozen=True)
class Diagnostics:
    """How well a station keeps up.

    Attributes
    ----------
    latency : dict of str to Spread
        Of each stage over the last minute. ``metric``: from the arrival of a read to numbers
        that hold it. ``metric, oldest row``: the same for the read that waited longest for the
        engine's next turn. ``paint``: from arrival to the screen.
    waiting, most_waiting : int
        Items in the engine's queue, now and at most.
    overflowed : int
        Items dropped because the engine hung.
    collector_ms : float
        The longest that Python's garbage collector held everything up.
    """

    latency: dict[str, Spread]
    waiting: int
    most_waiting: int
    overflowed: int
    collector_ms: float


class Station:
    """Connects sources, runs the engine on what they give, records on request.

    Every method may be called from any thread; what they ask for is done in the engine's
    thread, between two items. Readers look at `snapshot` whenever they like.

    Parameters
    ----------
    open_sources : callable
        Returns the source to connect, or several; called on each `connect`, in a thread of its
        own.
    calibration, places
        As `Engine`.
    observe : callable, optional
        Called in the engine's thread with each new snapshot.
    publish : callable, optional
        Called there with each block: see `Engine`.
    find_calibration : callable, optional
        Called there with each device that comes: see `Engine`.
    """

    def __init__(
        self,
        open_sources: OpenSources,
        calibration: Calibration | Mapping[str, Calibration] | None = None,
        observe: Callable[[Snapshot], None] | None = None,
        places: Mapping[str, Place] | None = None,
        publish: Publish | None = None,
        find_calibration: FindCalibration | None = None,
    ) -> None:
        self._open_sources = open_sources
        self._observe = observe
        self._stop = threading.Event()
        self._warm = threading.Event()
        """The engine is at its work: rows that come now are not kept waiting."""
        self._inbox: Inbox[_Handed | Callable[[], None]] = Inbox(_QUEUE_ITEMS)
        self._publish_to = publish
        self._engine = Engine(
            calibration,
            places=places,
            publish=None if publish is None else self._publish,
            find_calibration=find_calibration,
        )
        self._engine_thread: threading.Thread | None = None
        self._opening: threading.Thread | None = None
        self._not_opened: SolemetryError | None = None
        self._readers: dict[str, Reader] = {}
        self._names = StreamNames()
        self._recorder: Recorder | None = None
        self._warned = ""
        self._most_waiting = 0
        self._oldest: dict[str, int] = {}
        """Arrival of the first block of each stream that no numbers hold yet."""
        self._collector = CollectorPauses()
        self.latencies = Latencies()
        self.not_followed: SolemetryError | None = None
        """Why nobody goes along with the engine any more, if that was not asked for."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest moment."""
        return self._engine.snapshot

    @property
    def recording(self) -> Path | None:
        """The file that is being written, or None."""
        recorder = self._recorder
        return recorder.partial if recorder is not None else None

    @property
    def failures(self) -> dict[str, SolemetryError]:
        """Why sources could not be opened or gave up, by their names."""
        failures = {key: reader.failure for key, reader in self._readers_now.items()}
        return {key: failure for key, failure in failures.items() if failure is not None}

    @property
    def failure(self) -> SolemetryError | None:
        """Why there is no device at all; None as long as one is there or may come."""
        failures, readers = list(self.failures.values()), self._readers_now
        return failures[0] if len(failures) == len(readers) > 0 else self._not_opened

    @property
    def ready(self) -> bool:
        """Whether every source has brought a device, and each device numbers."""
        if self._opening is None or self._opening.is_alive():
            return False
        measured = {view.stream for view in self.snapshot.devices if view.metrics is not None}
        wanted = [reader.streams for reader in self._readers_now.values()]
        return bool(wanted) and all(streams and measured >= set(streams) for streams in wanted)

    @property
    def ended(self) -> bool:
        """Whether no source has more to give."""
        opening = self._opening is not None and self._opening.is_alive()
        return not opening and all(r.ended.is_set() for r in self._readers_now.values())

    @property
    def sources(self) -> list[Source]:
        """The sources that were connected."""
        return [reader.source for reader in self._readers_now.values()]

    @property
    def _readers_now(self) -> dict[str, Reader]:
        return dict(self._readers)

    def diagnostics(self) -> Diagnostics:
        """Say how well the station keeps up."""
        return Diagnostics(
            latency=self.latencies.spreads(),
            waiting=len(self._inbox),
            most_waiting=self._most_waiting,
            overflowed=sum(reader.overflowed for reader in self._readers_now.values()),
            collector_ms=self._collector.longest_ms,
        )

    # ---- connecting ------------------------------------------------------------------------

    def connect(self) -> None:
        """Start the sources and the engine; returns at once."""
        if self._engine_thread is not None:
            return
        self._stop.clear()
        self._readers.clear()
        self._names, self._not_opened = StreamNames(), None
        self._engine.connecting()
        self._engine_thread = threading.Thread(
            target=self._run_engine, name="engine", daemon=True
        )
        self._engine_thread.start()
        self._opening = threading.Thread(target=self._open_all, name="opening", daemon=True)
        self._opening.start()

    def disconnect(self) -> None:
        """Stop the sources and the engine; a recording that still runs is ended and kept."""
        if self._opening is not None:
            self._opening.join(timeout=10)
        readers = self._readers_now.values()
        for reader in readers:
            reader.stop()
        for reader in readers:
            reader.join()
        if self._recorder is not None:
            try:
                self.stop_recording()
            except SolemetryError as error:
                self._engine.say("error", str(error))
        self._stop.set()
        thread, self._engine_thread = self._engine_thread, None
        if thread is not None:
            thread.join(timeout=10)
        self._engine.closed()

    def plug(self, source: Source) -> str:
        """Connect one more source while others stream; return what to call it.

        One of the same name that was let go of goes on where it was.
        """
        key = source.name
        for number in count(2):
            there = self._readers.get(key)
            if there is None or there.ended.is_set():
                break
            key = f"{source.name} ({number})"
        reader = Reader(key, source, self._names, self._put, self._failed)
        self._readers[key] = reader
        reader.start()
        return key

    def unplug(self, key: str) -> None:
        """Let go of one source while others stream.

        Raises
        ------
        SolemetryError
            When it is not connected.
        """
        reader = self._readers.get(key)
        if reader is None or reader.ended.is_set():
            there = ", ".join(k for k, r in self._readers_now.items() if not r.ended.is_set())
            raise SolemetryError(f"{key} is not connected.", f"Connected: {there or 'none'}.")
        reader.stop()
        reader.join()
        self._ask(lambda: self._let_go(reader, "closed"))

    def _open_all(self) -> None:
        self._warm.wait()
        try:
            opened = self._open_sources()
        except Exception as error:
            self._not_opened = failure = in_words(error)
            self._ask(lambda: self._engine.failed(str(failure)))
            return
        for source in opened if isinstance(opened, Sequence) else (opened,):
            self.plug(source)

    def _put(self, item: Item, patience_s: float) -> None:
        self._inbox.put((time.perf_counter_ns(), item), patience_s)

    def _failed(self, reader: Reader, failure: SolemetryError) -> None:
        def say() -> None:
            self._let_go(reader, "failed")
            self._engine.failed(str(failure))

        self._ask(say)

    def _let_go(self, reader: Reader, state: str) -> None:
        for stream in reader.streams:
            self._engine.gone(stream, state)

    # ---- the engine's thread ---------------------------------------------------------------

    def _run_engine(self) -> None:
        _warm_up()
        # What is there by now stays. The collector need not go through it again and again: with
        # a window open that would hold everything up for a tenth of a second each time.
        gc.collect()
        gc.freeze()
        self._collector.watch()
        self._warm.set()
        try:
            while not (self._stop.is_set() and not len(self._inbox)):
                self._most_waiting = max(self._most_waiting, len(self._inbox))
                try:
                    self._work(self._inbox.get(0.05))
                except queue.Empty:
                    continue
        finally:
            self._collector.leave()
            gc.unfreeze()

    def _work(self, handed: _Handed | Callable[[], None]) -> None:
        before = self._engine.snapshot
        try:
            if callable(handed):
                handed()
            else:
                self._take(*handed)
        except Exception as error:
            # One bad item must not end a recording; what is wrong is said and logged.
            self._engine.say("error", str(in_words(error)))
        self._watch_recorder()
        if self._observe is not None and self._engine.snapshot is not before:
            self._observe(self._engine.snapshot)

    def _take(self, arrived_ns: int, item: Item) -> None:
        if isinstance(item, Block):
            self._oldest.setdefault(item.stream, arrived_ns)
        if self._engine.take(item, arrived_ns):
            self.latencies.note("metric", arrived_ns)
            self.latencies.note("metric, oldest row", self._oldest.pop(item.stream))

    def _publish(self, *what: Any) -> None:
        """Publish for as long as that works: a recording goes on without."""
        if self._publish_to is None:
            return
        try:
            self._publish_to(*what)
        except Exception as error:
            self._publish_to = None
            self._engine.say("error", f"Nothing is published any more. {in_words(error)}")

    def _watch_recorder(self) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        if recorder.warning != self._warned:
            self._warned = recorder.warning
            if self._warned:
                self._engine.say("warning", self._warned)
        if recorder.failure is not None:
            self._engine.end_take()
            self._recorder = None
            self._engine.say("error", str(recorder.failure))
            with contextlib.suppress(SolemetryError):  # what stop() would say was just said
                recorder.stop()

    # ---- asking ----------------------------------------------------------------------------

    def command(self, kind: str, stream: str = "", **detail: Any) -> None:
        """Tare, register a foot, or set a marker: see `Engine.command`."""
        self._ask(lambda: self._engine.command(kind, stream, **detail))

    def follow(self, follower: Follower | None) -> None:
        """Let somebody go along with the engine, or nobody any more: see `Follower`.

        One that fails is left behind, and `not_followed` says why; a recording goes on without.
        """
        self.not_followed = None
        self._ask(lambda: self._engine.follow(follower and _Guarded(follower, self._lose)))

    def _lose(self, error: Exception) -> None:
        self.not_followed = in_words(error)
        self._engine.follow(None)

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
        if self._engine_thread is None:
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


class _Guarded:
    """A follower whose failure is not the engine's."""

    def __init__(self, follower: Follower, lose: Callable[[Exception], None]) -> None:
        self._follower, self._lose = follower, lose

    def block(self, *what: Any) -> None:
        try:
            self._follower.block(*what)
        except Exception as error:
            self._lose(error)

    def notice(self, notice: Notice) -> None:
        try:
            self._follower.notice(notice)
        except Exception as error:
            self._lose(error)


def _warm_up() -> None:
    """Import what the first numbers need, before rows wait for it: SciPy takes most of a second."""
    from solemetry.signal import lowpass

    lowpass(np.zeros((100, 2)), 100.0)
