# SPDX-License-Identifier: Apache-2.0
"""What is said aloud, by the voice that the computer has: nothing is sent anywhere."""

from __future__ import annotations

import itertools
import logging
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import DeviceError
from solemetry_host.sound.synth import LOUDEST, RATE_HZ, SPOKEN_LATE_S

Samples = NDArray[np.float32]

WORDS_PER_MINUTE = 150

_PATIENCE_S = 20.0
_ALOUD, _CLOSE, _AHEAD = range(3)
"""What is asked of a voice, the most urgent first."""

_WAV = "SOLEMETRY_WAV"
_ON_WINDOWS = (
    "[Console]::InputEncoding = [Text.Encoding]::UTF8; Add-Type -AssemblyName System.Speech; "
    "$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer; "
    f"$voice.SetOutputToWaveFile($env:{_WAV}); $voice.Speak([Console]::In.ReadToEnd())"
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Voice:
    """A program that speaks its input into a WAV file.

    Attributes
    ----------
    name : str
    command : callable
        From the path of the file to the command.
    """

    name: str
    command: Callable[[str], list[str]]

    def speak(self, text: str) -> Samples:
        """Return a text as samples, ``(n,)`` at `RATE_HZ`, as loud as a tone at most.

        Raises
        ------
        DeviceError
            When the program fails, or writes no sound.
        """
        with tempfile.TemporaryDirectory() as folder:
            wav = Path(folder) / "said.wav"
            try:
                subprocess.run(
                    self.command(str(wav)), input=text.encode(), capture_output=True, check=True,
                    timeout=_PATIENCE_S, env={**os.environ, _WAV: str(wav)},
                )
                return _at_our_rate(*_read(wav))
            except (OSError, subprocess.SubprocessError, wave.Error, EOFError, ValueError) as error:
                raise DeviceError(
                    f"The computer's voice ({self.name}) did not speak: {error}",
                    "Cues are shown as text.",
                ) from None


def find_voice(platform: str = sys.platform) -> Voice | None:
    """Return the voice of this computer; None where it has none, and cues are only shown.

    It is the system's own on macOS and Windows, and eSpeak NG elsewhere (``apt install
    espeak-ng``).
    """
    if platform == "darwin":
        return _voice("say", lambda say, wav: [
            say, "-r", str(WORDS_PER_MINUTE), "-f", "-", "-o", wav, "--data-format=LEI16@22050",
        ])  # fmt: skip
    if platform == "win32":
        return _voice("powershell", lambda shell, wav: [
            shell, "-NoProfile", "-NonInteractive", "-Command", _ON_WINDOWS,
        ])  # fmt: skip
    return _voice("espeak-ng", lambda espeak, wav: [
        espeak, "-v", "en", "-s", str(WORDS_PER_MINUTE), "-w", wav, "--stdin",
    ])  # fmt: skip


def _voice(program: str, command: Callable[[str, str], list[str]]) -> Voice | None:
    path = shutil.which(program)
    return Voice(program, lambda wav: command(path, wav)) if path else None


class Speech:
    """Says texts one after the other, without ever waiting for the voice.

    Parameters
    ----------
    say : callable
        Gets the samples of each text, in the order in which they were asked for.
    voice : Voice or None
        Without one nothing is said.
    """

    def __init__(self, say: Callable[[Samples], None], voice: Voice | None) -> None:
        self._say = say
        self._voice = voice
        self._spoken: dict[str, Samples] = {}
        self._asked: queue.PriorityQueue[tuple[int, int, float, str]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def prepare(self, texts: Iterable[str]) -> None:
        """Have texts ready, so that they come at once when they are due."""
        for text in texts:
            self._ask(_AHEAD, text)

    def say(self, text: str) -> None:
        """Say a text, unless the voice is so slow that it would come late."""
        self._ask(_ALOUD, text)

    def close(self) -> None:
        """Say what was asked for until now, and no more."""
        self._ask(_CLOSE)
        self._thread.join()

    def _ask(self, what: int, text: str = "") -> None:
        self._asked.put((what, next(self._count), time.monotonic(), text))

    def _run(self) -> None:
        while True:
            what, _, asked_s, text = self._asked.get()
            if what == _CLOSE:
                return
            samples = self._samples(text)
            late = time.monotonic() - asked_s > SPOKEN_LATE_S
            if what == _ALOUD and len(samples) and not late:
                self._say(samples)

    def _samples(self, text: str) -> Samples:
        if text not in self._spoken:
            self._spoken[text] = self._speak(text)
        return self._spoken[text]

    def _speak(self, text: str) -> Samples:
        if self._voice is None or not text.strip():
            return np.zeros(0, np.float32)
        try:
            return self._voice.speak(text)
        except DeviceError as error:
            _log.warning("%s", error)
            self._voice = None  # it would fail again, and hold up nothing but itself
            return np.zeros(0, np.float32)


def _read(wav: Path) -> tuple[NDArray[np.float64], int]:
    """Return a file's mono samples, between -1 and 1, and their rate."""
    with wave.open(str(wav)) as file:
        if file.getsampwidth() != 2 or file.getnframes() == 0:
            raise ValueError(f"{wav.name} holds no 16-bit sound")
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.reshape(-1, file.getnchannels()).mean(axis=1) / 2**15, file.getframerate()


def _at_our_rate(samples: NDArray[np.float64], rate_hz: int) -> Samples:
    from scipy.signal import resample_poly

    common = gcd(RATE_HZ, rate_hz)
    resampled = resample_poly(samples, RATE_HZ // common, rate_hz // common)
    loudest = np.abs(resampled).max()
    return np.asarray(resampled * (LOUDEST / loudest if loudest else 0.0), np.float32)
