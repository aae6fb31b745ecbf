# SPDX-License-Identifier: Apache-2.0
"""A drill for the ear: its tone, and its cues spoken ahead of being needed."""

from __future__ import annotations

from collections.abc import Iterator

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.showing.feedback import Shown
from solemetry_host.live.ear import Ear
from solemetry_host.sound.voice import Speech, Voice


class DrillEar:
    """Plays and says what is shown.

    Parameters
    ----------
    drill : Drill
    ear : Ear
    voice : Voice or None
        Without one cues are only shown.
    """

    def __init__(self, drill: Drill, ear: Ear, voice: Voice | None) -> None:
        self._ear = ear
        self._said = 0
        self._speech = Speech(ear.say, voice)
        self._speech.prepare(dict.fromkeys(_cues(drill)))

    def hear(self, shown: Shown, arrived_ns: int) -> None:
        """Play the tone of what arrived then; say what has not been said yet, and the result."""
        self._ear.play(shown.tone, arrived_ns)
        for said in shown.said:
            if said.number > self._said:
                self._said = said.number
                self._speech.say(said.text)
        if shown.result:
            self._speech.say(shown.result)

    def close(self) -> None:
        """Fall silent."""
        self._speech.close()
        self._ear.close()


def _cues(drill: Drill) -> Iterator[str]:
    for phase in drill.phase:
        yield from filter(None, (phase.say, phase.say_end))
