# SPDX-License-Identifier: Apache-2.0
"""Where tones are played: the computer's sound, or nowhere, at the same pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import DeviceError
from solemetry_host.sound.synth import RATE_HZ, Synth
from solemetry_host.sound.tone import Tone

BLOCK_FRAMES = 256
"""5 ms: short beside what a person can tell, long beside what the computer can keep up with."""

Heard = Callable[[float], None]
"""Told, for each piece of sound, in how many seconds it will leave the speaker."""


class Speaker(Protocol):
    """Plays the tone that it is told, and what it is to speak, until it is closed."""

    name: str
    underruns: int
    """How often the sound broke off because the computer was late."""

    def play(self, tone: Tone) -> None:
        """Change to another tone; returns at once, and may be called from any thread."""

    def say(self, samples: NDArray[np.float32]) -> None:
        """Speak, ``(n,)`` at `RATE_HZ`; returns at once, and may be called from any thread."""

    def close(self) -> None:
        """Fall silent."""


class NullSpeaker:
    """Plays to nobody, in real time: for machines without sound."""

    def __init__(
        self, heard: Heard = lambda delay_s: None, synth: Synth | None = None
    ) -> None:
        self.name = "no output was found"
        self.underruns = 0
        self._synth, self._tone = synth or Synth(), Tone()
        self._heard = heard
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    def play(self, tone: Tone) -> None:
        """Change to another tone."""
        self._tone = tone

    def say(self, samples: NDArray[np.float32]) -> None:
        """Speak."""
        self._synth.say(samples)

    def close(self) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            self._synth.render(self._tone, BLOCK_FRAMES)
            self._heard(BLOCK_FRAMES / RATE_HZ)
            due += BLOCK_FRAMES / RATE_HZ


class SystemSpeaker:
    """The computer's sound, through PortAudio.

    Parameters
    ----------
    heard : callable
    device : str, optional
        Part of the name of an output; by default the system's.

    Raises
    ------
    DeviceError
        When there is no such output, or no PortAudio.
    """

    def __init__(self, heard: Heard = lambda delay_s: None, device: str | None = None) -> None:
        self.underruns = 0
        self._synth, self._tone = Synth(), Tone()
        self._heard = heard
        try:
            import sounddevice

            self._stream: Any = sounddevice.OutputStream(
                samplerate=RATE_HZ, channels=2, dtype="float32", blocksize=BLOCK_FRAMES,
                latency="low", device=device, callback=self._render,
            )
            self.name = str(sounddevice.query_devices(self._stream.device)["name"])
            self._stream.start()
        except ImportError:
            raise DeviceError(
                "Sound needs a package that is not installed.", "pip install 'solemetry[audio]'"
            ) from None
        except Exception as error:  # PortAudio's own errors, and a missing library, have no type
            raise DeviceError(
                f"The computer's sound cannot be used ({str(error).splitlines()[0]}).",
                "Plug in headphones or choose an output; on Linux: apt install libportaudio2.",
            ) from None

    def play(self, tone: Tone) -> None:
        """Change to another tone."""
        self._tone = tone

    def say(self, samples: NDArray[np.float32]) -> None:
        """Speak."""
        self._synth.say(samples)

    def close(self) -> None:
        """Fall silent."""
        self._stream.stop()
        self._stream.close()

    def _render(self, out: NDArray[np.float32], frames: int, when: Any, status: Any) -> None:
        if status.output_underflow:
            self.underruns += 1
        out[:] = self._synth.render(self._tone, frames)
        self._heard(max(0.0, when.outputBufferDacTime - when.currentTime))


def open_speaker(heard: Heard = lambda delay_s: None) -> Speaker:
    """Return the computer's sound, or where there is none a speaker that nobody hears."""
    try:
        return SystemSpeaker(heard)
    except DeviceError:
        return NullSpeaker(heard)
