# SPDX-License-Identifier: Apache-2.0
"""Somebody at a screen: looks at the app, presses keys and clicks, by real events of X."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import watched_app
from PySide6.QtGui import QImage
from screens import folder

Thing = dict[str, Any]
"""One thing that is seen: its ``kind``, ``text``, where it is ``at``, whether it is ``usable``."""

RAIL = 184
"""What stands further to the left is in the rail."""

PATIENCE_S = 30.0
"""A computer that does other things at the same time may take so long over one step."""


class Screen:
    """A virtual screen of X with a keyboard and a mouse."""

    def __init__(self, kept_in: Path, size: str = "1280x800") -> None:
        reading, writing = os.pipe()
        self._xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-fbdir",
             str(kept_in), "-nolisten", "tcp"],
            pass_fds=[writing], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as told:
            self.name = f":{told.readline().strip()}"
        self._pixels = kept_in / "Xvfb_screen0"

    def do(self, *words: str) -> None:
        """Have xdotool do something."""
        subprocess.run(
            ["xdotool", *words], check=True, env={**os.environ, "DISPLAY": self.name}, timeout=20
        )

    def keep_picture(self, name: str) -> None:
        """Save what the screen shows, for people to look at."""
        raw = np.fromfile(self._pixels, np.uint8)
        head = raw[:100].view(">u4")
        begins = int(head[0] + 12 * head[19])  # the header and its colours
        width, height, line = int(head[4]), int(head[5]), int(head[12])
        pixels = raw[begins : begins + height * line].tobytes()
        image = QImage(pixels, width, height, line, QImage.Format.Format_RGB32)
        image.save(str(folder() / f"{name}.png"))

    def close(self) -> None:
        """Switch it off."""
        self._xvfb.terminate()
        self._xvfb.wait(10)


class DrivenApp:
    """A `solemetry` command in its own process, looked at and used from outside.

    Parameters
    ----------
    screen : Screen
    folder : Path
        Where it keeps preferences, people, recordings and its log.
    command : str
        Words of the command line.
    """

    def __init__(self, screen: Screen, folder: Path, *command: str) -> None:
        self.screen = screen
        self._seen = folder / "seen.json"
        self._seen.unlink(missing_ok=True)
        self._stderr = (folder / "stderr.txt").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, watched_app.__file__, str(self._seen), *command],
            env=_environment(screen, folder), stderr=self._stderr, stdout=self._stderr,
        )  # fmt: skip

    # ---- looking ---------------------------------------------------------------------------

    def all(self) -> list[Thing]:
        """Everything that is seen now."""
        things: list[Thing] = self._told().get("shows", [])
        return things

    def look_again(self) -> None:
        """Wait until what is seen was looked at from now on."""
        following = self._told().get("look", -1) + 2  # one may be under way
        self.wait(lambda: {} if self._told().get("look", -1) >= following else None, "a look")

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self._seen.exists():
            told = json.loads(self._seen.read_text("utf-8"))
        return told

    def find(self, text: str, usable: bool = False) -> Thing | None:
        """Return what has this text in it; what has no more than it, and is on a page, first."""
        found = [one for one in self.all() if text in one["text"] and one["usable"] >= usable]
        return min(found, key=lambda one: (len(one["text"]), one["at"][0] < RAIL), default=None)

    def see(self, text: str, usable: bool = False, patience_s: float = PATIENCE_S) -> Thing:
        """Wait until something with this text is there."""
        return self.wait(lambda: self.find(text, usable), f"{text!r}", patience_s)

    def gone(self, text: str) -> None:
        """Wait until nothing has this text any more."""
        self.wait(lambda: None if self.find(text) else {}, f"the end of {text!r}")

    def wait(
        self, until: Callable[[], Thing | None], what: str, patience_s: float = PATIENCE_S
    ) -> Thing:
        """Wait for something."""
        end = time.monotonic() + patience_s
        while (found := until()) is None:
            assert self.process.poll() is None, f"It has ended: {self.said()}"
            if time.monotonic() > end:
                self.screen.keep_picture("story-stuck")
                shown = [one["text"] for one in self.all()]
                raise AssertionError(f"{what} does not come; there is {shown}. {self.said()}")
            time.sleep(0.05)
        return found

    # ---- using -----------------------------------------------------------------------------

    def click(self, text: str) -> None:
        """Click on what has this text, once it can be used and has its place."""
        before, now = None, self.see(text, usable=True)
        while before is None or now["at"] != before["at"]:
            self.look_again()
            before, now = now, self.see(text, usable=True)
        x, y = now["at"]
        self.screen.do("mousemove", str(x), str(y), "click", "1")

    def key(self, *names: str) -> None:
        """Press keys."""
        self.screen.do("key", *names)

    def type(self, text: str) -> None:
        """Type a text where the keys go."""
        self.screen.do("type", "--delay", "5", text)

    def take_keys(self) -> None:
        """Let keys go to its window, as a window manager does."""
        self.screen.do("search", "--sync", "--onlyvisible", "--name", "^Solemetry$", "windowfocus")

    def picture(self, name: str) -> None:
        """Keep a picture of the screen."""
        time.sleep(0.2)  # a frame or two, until what is seen is painted
        self.screen.keep_picture(f"story-{name}")

    # ---- its end ---------------------------------------------------------------------------

    def said(self) -> str:
        """What it has said in the terminal."""
        self._stderr.seek(0)
        return self._stderr.read()

    def end(self) -> tuple[int, list[str]]:
        """Wait for its end; return its exit code, and which threads it left."""
        code = self.process.wait(PATIENCE_S)
        return code, json.loads(self._seen.read_text("utf-8"))["left"]

    def kill(self) -> None:
        """End it whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self._stderr.close()


@contextmanager
def driven(screen: Screen, folder: Path, *command: str) -> Iterator[DrivenApp]:
    """Run a `solemetry` command for somebody at a screen."""
    app = DrivenApp(screen, folder, *command)
    try:
        yield app
    finally:
        app.kill()


def _environment(screen: Screen, folder: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items()
            if name not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")}  # fmt: skip
    return {
        **kept,
        "DISPLAY": screen.name,
        "SOLEMETRY_PREFERENCES": str(folder / "preferences.toml"),
        "SOLEMETRY_LIBRARY": str(folder / "library"),
        "XDG_STATE_HOME": str(folder / "state"),
    }
