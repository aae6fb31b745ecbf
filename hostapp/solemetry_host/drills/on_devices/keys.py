# SPDX-License-Identifier: Apache-2.0
"""What a person presses while a drill runs: a letter and Enter, or Enter alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TextIO

from solemetry_host.drills.running.view import Doing

KEYS: Mapping[str, str] = MappingProxyType(
    {"p": "pause", "g": "go_on", "c": "caught_myself", "f": "feedback_now", "s": "skip",
     "q": "stop"}
)  # fmt: skip

IN_WORDS = (
    "Enter: done, or go on.  Letter and Enter: p pause, c I had to catch myself, f show me how "
    "it goes, s skip the rest, q stop."
)


class Keys:
    """Reads what is pressed, line by line, in a thread of its own.

    Parameters
    ----------
    typed : TextIO
        At its end nothing more is pressed.
    """

    def __init__(self, typed: TextIO) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._typed = typed
        threading.Thread(target=self._read, name="keys", daemon=True).start()

    def pressed(self, doing: Doing) -> Iterator[str]:
        """Give what was pressed since, as `Reading.pressed`; Enter means what is due now."""
        while not self._lines.empty():
            typed = self._lines.get()
            if typed is None:
                self._lines.put(None)
                return
            line = typed.strip().lower()
            if not line:
                yield "done" if doing == "phase" else "go_on"
            elif line in KEYS:
                yield KEYS[line]

    def answer(self) -> str | None:
        """Wait for a line; None where nobody types any more."""
        line = self._lines.get()
        if line is None:
            self._lines.put(None)
        return line

    def _read(self) -> None:
        for line in self._typed:
            self._lines.put(line)
        self._lines.put(None)
