# SPDX-License-Identifier: Apache-2.0
"""What a screen or a terminal shows of a calibration while it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from solemetry.calibrating import Verdict
from solemetry_host.words import mark, tr

Awaited = Literal["rest", "empty", "load", "still", "movement", "person", "nothing"]
"""``rest``: time has to pass. ``empty``: that all load is off. ``load``: that it is on. ``still``:
that it does not move any more. ``movement``: that a foot shifts its weight. ``person``: that
somebody reads, and answers. ``nothing``: it has come to its end."""

Action = Literal["go_on", "skip"]
"""``go_on``: go on with what was found, or without waiting any longer. ``skip``: leave it out."""

Place = tuple[float, float]
"""On the device, ``(ml, ap)``, mm."""


@dataclass(frozen=True)
class Measured:
    """One number for a person: what it is, and its unit."""

    name: str
    value: float
    unit: str

    @property
    def words(self) -> str:
        """As it is shown."""
        return f"{self.name} {self.value:.3g} {self.unit}".strip()


@dataclass(frozen=True)
class Residual:
    """By how much the plate is off at one point: an arrow from the true to the measured place.

    Attributes
    ----------
    step : str
        The step that it was captured in; `redo` takes it.
    number : int
        As a person counts, from 1.
    true_mm, measured_mm : (ml, ap)
    off_mm : float
        From the one to the other.
    force_error_n : float
        Measured less true force.
    by : {"data sheets", "others", "calibration"}
        What measured it: the gains from before, for as long as there is no fit; the fit to all
        other points; or, of points that only verify, the fit to all of them.
    astray : bool
        Whether it should be done again.
    """

    step: str
    number: int
    true_mm: Place
    measured_mm: Place
    off_mm: float
    force_error_n: float
    by: Literal["data sheets", "others", "calibration"]
    astray: bool = False


@dataclass(frozen=True)
class Step:
    """Where a calibration is.

    Attributes
    ----------
    id : str
        As ``point-3``.
    title : str
    words : str
        What to do now.
    awaited : Awaited
    progress : float
        Of what is awaited now, 0 to 1.
    done : float
        Of the whole calibration, 0 to 1.
    places_mm : tuple of (ml, ap)
        Where the mass goes, to draw; two where it is shared between two places.
    mass_kg : float
        That should stand there; 0: nothing.
    measured : tuple of Measured
    refused : str
        Why the last attempt did not count, and what to do; empty when nothing was refused.
    notes : tuple of str
        What a person should know.
    actions : tuple of Action
        What a person may ask for now, besides `redo`.
    """

    id: str
    title: str
    words: str
    awaited: Awaited
    progress: float = 0.0
    done: float = 0.0
    places_mm: tuple[Place, ...] = ()
    mass_kg: float = 0.0
    measured: tuple[Measured, ...] = ()
    refused: str = ""
    notes: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, eq=False)
class Shown:
    """All there is to show at one moment.

    Attributes
    ----------
    step : Step
    residuals : tuple of Residual
        Of every point that was captured, in the order of the steps; none of an insole.
    captured : tuple of str
        Steps that are behind, each of which may be done again.
    verdict : Verdict or None
        At the end.
    """

    step: Step
    residuals: tuple[Residual, ...] = ()
    captured: tuple[str, ...] = ()
    verdict: Verdict | None = None


_TITLES: Mapping[str, str] = MappingProxyType(
    {"warm_up": mark("Warm-up"), "tare": mark("Tare"), "point": mark("Point"), "fit": mark("Fit"),
     "second_mass": mark("Second mass"), "verify": mark("Other place"),
     "dead_weight": mark("Dead weight"), "return_to_zero": mark("Return to zero"),
     "unloaded": mark("Unloaded"), "lean": mark("Shift the weight"),
     "lean_again": mark("Once more"), "verdict": mark("Verdict")}
)  # fmt: skip


def title(step: str) -> str:
    """Return what a person calls a step."""
    kind, _, number = step.partition("-")
    return f"{tr(_TITLES[kind])} {number}".strip()
