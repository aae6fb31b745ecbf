# SPDX-License-Identifier: Apache-2.0
"""From tones to samples: phase goes on, and nothing ever jumps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry_host.sound.tone import SILENCE, Tone

RATE_HZ = 48_000
LOUDEST = 0.5
"""Of full scale, at level 1: headphones are worn for minutes. A voice gets as much, so that both
together never clip."""

SPOKEN_LATE_S = 3.0
"""What could begin only so long after it was asked for is not spoken: a late cue misleads."""

_GLIDE_S = 0.02
"""A tone changes into another over this long: at once to the ear, and without a click."""

_OVERTONES = np.array([1.0, 0.25, 0.08])
_OVERTONES /= _OVERTONES.sum()


@dataclass
class _Now:
    frequency_hz: float = SILENCE.frequency_hz
    left: float = 0.0
    right: float = 0.0
    phase: float = 0.0


class Synth:
    """Makes stereo samples of a tone that may change at any time.

    Parameters
    ----------
    rate_hz : int
        Samples per second.
    """

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self.rate_hz = rate_hz
        self._now = _Now()
        self._rendered = 0
        self._waiting: deque[tuple[int, NDArray[np.float32]]] = deque()
        self._spoken = np.zeros(0, np.float32)

    def say(self, samples: NDArray[np.float32]) -> None:
        """Mix in something spoken, ``(n,)``, after what is being spoken; from any thread.

        It comes from the middle, no louder than a tone can be.
        """
        self._waiting.append((self._rendered, samples))

    def render(self, tone: Tone, frames: int) -> NDArray[np.float32]:
        """Return the next samples, ``(frames, 2)``, between -1 and 1.

        Pitch and loudness glide to those of `tone`; both channels carry the same wave, at constant
        power wherever it is panned to. What is spoken is added.
        """
        angle = (tone.pan + 1.0) * np.pi / 4
        left, right = LOUDEST * tone.level * np.array((np.cos(angle), np.sin(angle)))
        frequency = self._glide(self._now.frequency_hz, tone.frequency_hz, frames)
        phase = self._now.phase + np.cumsum(frequency) * (2 * np.pi / self.rate_hz)
        wave = sum(
            share * np.sin((k + 1) * phase) for k, share in enumerate(_OVERTONES)
        )
        gains = np.column_stack(
            (self._glide(self._now.left, left, frames), self._glide(self._now.right, right, frames))
        )
        if frames:
            self._now = _Now(
                float(frequency[-1]), float(gains[-1, 0]), float(gains[-1, 1]),
                float(phase[-1] % (2 * np.pi)),
            )
        samples: NDArray[np.float32] = (gains * np.reshape(wave, (frames, 1))).astype(np.float32)
        samples += self._speech(frames)[:, None]
        self._rendered += frames
        return samples

    def _speech(self, frames: int) -> NDArray[np.float32]:
        """Return the next of what is spoken, one piece after the other, and silence behind it."""
        speech = np.zeros(frames, np.float32)
        at = 0
        while at < frames and (len(self._spoken) or self._waiting):
            if not len(self._spoken):
                asked, samples = self._waiting.popleft()
                if self._rendered + at - asked <= SPOKEN_LATE_S * self.rate_hz:
                    self._spoken = samples
                continue
            piece, self._spoken = np.split(self._spoken, [frames - at])
            speech[at : at + len(piece)] = piece
            at += len(piece)
        return speech

    def _glide(self, before: float, after: float, frames: int) -> NDArray[np.float64]:
        """From one value towards another, ever more slowly: the same however it is cut."""
        left = np.exp(-np.arange(1, frames + 1) / (_GLIDE_S / 3 * self.rate_hz))
        values: NDArray[np.float64] = after + (before - after) * left
        return values
