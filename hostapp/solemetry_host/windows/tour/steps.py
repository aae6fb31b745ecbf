# SPDX-License-Identifier: Apache-2.0
"""What the tour tells, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from solemetry_host.words import tr

Does = Literal["language", "add a person", "connect", "live", "drill"]


@dataclass(frozen=True)
class TourStep:
    """One step.

    Attributes
    ----------
    does : {"language", "add a person", "connect", "live", "drill"}
        What somebody can do in it.
    title, text : str
    beside : bool
        Shown beside the page that it is about, which can be used meanwhile; else over it.
    """

    does: Does
    title: str
    text: str
    beside: bool = False


def steps() -> tuple[TourStep, ...]:
    """Return all steps, in the language of now."""
    return (
        TourStep(
            "language",
            tr("Welcome to Solemetry"),
            tr("It shows what your feet do while you stand, balance and practise. In two "
               "minutes you will have tried it, with or without hardware."),
        ),
        TourStep(
            "add a person",
            tr("Who practises?"),
            tr("Add yourself, and each day a short plan waits for you. Everything stays on this "
               "computer. You can also do that later."),
        ),
        TourStep(
            "connect",
            tr("Something to stand on"),
            tr("Connect a plate or insoles. Or let somebody who is simulated stand on virtual "
               "ones: everything works as with real ones."),
        ),
        TourStep(
            "live",
            tr("This is the live view"),
            tr("The dot is where the weight acts right now, the ellipse where it has been. Look "
               "around as long as you like."),
            beside=True,
        ),
        TourStep(
            "drill",
            tr("And these are the drills"),
            tr("Each says why, how to start and when to stop. Choose one, and press Start. "
               "That was the tour: enjoy."),
            beside=True,
        ),
    )  # fmt: skip
