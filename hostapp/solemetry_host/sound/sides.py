# SPDX-License-Identifier: Apache-2.0
"""Whether left is heard on the left: a sound for each ear, and what somebody says of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from solemetry_host.sound.speaker import Speaker
from solemetry_host.sound.tone import MIDDLE_HZ, SILENCE, Tone
from solemetry_host.words import mark

Ear = Literal["left", "right"]
Answer = Literal["left", "right", "both", "nothing"]

SOUNDS_S = 0.7
SIDE_TONES: Mapping[Ear, Tone] = MappingProxyType(
    {"left": Tone(MIDDLE_HZ, 0.5, -1.0), "right": Tone(MIDDLE_HZ, 0.5, 1.0)}
)


@dataclass(frozen=True)
class SideCheck:
    """What the ears can be told.

    Attributes
    ----------
    well : bool
        Whether sides are heard where they are.
    words : str
        What was found, and what to do.
    """

    well: bool
    words: str


def check_sides(
    speaker: Speaker, ask: Callable[[], Answer], wait: Callable[[float], None] = time.sleep
) -> SideCheck:
    """Sound left, then right, and judge by what somebody says to each.

    Parameters
    ----------
    speaker : Speaker
    ask : callable
        Returns where the sound was heard.
    wait : callable
        Waits for so many seconds.
    """
    heard: dict[Ear, Answer] = {}
    for side, tone in SIDE_TONES.items():
        speaker.play(tone)
        wait(SOUNDS_S)
        speaker.play(SILENCE)
        heard[side] = ask()
    return judge_sides(heard)


def judge_sides(heard: Mapping[Ear, Answer]) -> SideCheck:
    """Judge by where the sound for each ear was heard."""
    return SideCheck(heard == {"left": "left", "right": "right"}, _words(heard))


def _words(heard: Mapping[Ear, Answer]) -> str:
    match heard["left"], heard["right"]:
        case "left", "right":
            return mark("Left and right are heard where they are.")
        case "right", "left":
            return mark("Left and right are swapped. Turn the headphones round, or change the "
                        "places of the speakers.")  # fmt: skip
        case "nothing", "nothing":
            return mark("Nothing is heard. Turn the sound up, and look which output the computer "
                        "plays on.")  # fmt: skip
        case "nothing", _:
            return mark("The left side is silent. Look at its plug, and at the balance in the "
                        "sound settings.")  # fmt: skip
        case _, "nothing":
            return mark("The right side is silent. Look at its plug, and at the balance in the "
                        "sound settings.")  # fmt: skip
        case _:
            return mark("The sides cannot be told apart. Use headphones or two speakers, and "
                        "switch mono sound off.")  # fmt: skip
