# SPDX-License-Identifier: Apache-2.0
"""What the engine knows, for the ear: the centre of pressure beside its mean of the window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from solemetry_host.live.latency import Latencies
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.sound.speaker import Heard, Speaker, open_speaker
from solemetry_host.sound.tone import SILENCE, Tone, tone_of_cop

STAGE = "sound"


class Ear:
    """Turns snapshots into tones and notes how late they are heard.

    Parameters
    ----------
    latencies : Latencies
        Gets the stage ``sound``: from the arrival of a read to the speaker.
    open_speaker : callable
        From who wants to be told of each piece of sound to a speaker.
    """

    def __init__(
        self, latencies: Latencies, open_speaker: Callable[[Heard], Speaker] = open_speaker
    ) -> None:
        self._latencies = latencies
        self._told_ns = self._noted_ns = 0
        self._speaker = open_speaker(self._heard)

    @property
    def name(self) -> str:
        """What the tones are played on."""
        return self._speaker.name

    def hear(self, snapshot: Snapshot) -> None:
        """Play what a snapshot says; nothing where nobody stands."""
        self.play(_tone_of(snapshot), snapshot.arrived_ns)

    def play(self, tone: Tone, arrived_ns: int) -> None:
        """Play a tone that was made of what arrived then."""
        self._speaker.play(tone)
        self._told_ns = arrived_ns

    def say(self, samples: NDArray[np.float32]) -> None:
        """Speak, ``(n,)`` at `RATE_HZ` of the synth."""
        self._speaker.say(samples)

    def close(self) -> None:
        """Fall silent."""
        self._speaker.close()

    def _heard(self, delay_s: float) -> None:
        told_ns = self._told_ns
        if told_ns != self._noted_ns:
            self._noted_ns = told_ns
            self._latencies.note(STAGE, told_ns - round(delay_s * 1e9))


def _tone_of(snapshot: Snapshot) -> Tone:
    view = snapshot.first
    if view is None or view.metrics is None:
        return SILENCE
    standing = np.isfinite(view.metrics.cop_trail_mm[:, 0])
    if not standing.any():
        return SILENCE
    return tone_of_cop(
        view.metrics.cop_mm, view.metrics.cop_trail_mm[standing].mean(axis=0)
    )
