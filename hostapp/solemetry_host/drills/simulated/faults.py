# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in a drill, found in its file and named after the place there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Phase
from solemetry_host.drills.simulated.asking import Asked, Asking

Kind = Literal[
    "good", "break", "too_slow", "cheats_baseline",
    "blinks", "drops_out", "loses_signals", "never", "walks_off",
]  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One way to do a drill badly.

    Attributes
    ----------
    name : str
        ``break:<phase>.<signal>``, ``too_slow:<phase>``, or the kind alone.
    kind : Kind
    words : str
        What the person does.
    phase : Phase, optional
        Where.
    asked : Asked, optional
        What is broken there.
    """

    name: str
    kind: Kind
    words: str
    phase: Phase | None = None
    asked: Asked | None = None

    @property
    def for_good(self) -> bool:
        """Whether every repetition has it; others are of the first alone."""
        return self.kind in ("never", "walks_off", "loses_signals")


GOOD = Fault("good", "good", "does all that is asked")


def faults(asking: Asking) -> tuple[Fault, ...]:
    """Return everything that can be done badly at this level, phase by phase.

    A broken condition is named after its signal, of alternatives after that of the first; from
    the second of a name on, numbered.
    """
    return (*_breaks(asking), *_too_slow(asking), *_cheats(asking), *_absences(asking))


def fault(asking: Asking, name: str) -> Fault:
    """Return the fault of a name, or ``good``.

    Raises
    ------
    SolemetryError
        When the drill has none of that name; says which it has.
    """
    there = {f.name: f for f in (GOOD, *faults(asking))}
    if name not in there:
        raise SolemetryError(
            f"{asking.drill.id} has no fault {name!r}.", f"It has {', '.join(there)}."
        )
    return there[name]


def goal(asking: Asking) -> Phase | None:
    """Return the phase after the baseline that leads away from it; None where none does."""
    phases = asking.drill.phase
    after = next((n for n, p in enumerate(phases, 1) if p.record_baseline), len(phases))
    leading = (p for p in phases[after:] if p.do in ("go", "hold") and (p.done or p.within))
    return next(leading, None)


def _breaks(asking: Asking) -> Iterator[Fault]:
    seen: Counter[str] = Counter()
    for asked in asking.all():
        name = f"break:{asked.phase.id}.{asked.choices[0].signal}"
        seen[name] += 1
        number = f"-{seen[name]}" if seen[name] > 1 else ""
        yield Fault(name + number, "break", _words(asked), asked.phase, asked)


def _too_slow(asking: Asking) -> Iterator[Fault]:
    for phase in asking.drill.phase:
        if phase.do in ("go", "back") and phase.done and phase.max_s:
            words = f"takes longer than {asking.number(phase.max_s):g} s"
            yield Fault(f"too_slow:{phase.id}", "too_slow", words, phase)


def _cheats(asking: Asking) -> Iterator[Fault]:
    """Only what is compared with a baseline can be cheated there."""
    relative = any(
        condition.of
        for asked in asking.all()
        if asked.place in ("done", "within") and not asked.optional
        for condition in asked.choices
    )
    if relative and goal(asking) is not None:
        yield Fault("cheats_baseline", "cheats_baseline", "is there from the start and stays there")


def _absences(asking: Asking) -> Iterator[Fault]:
    asks = [asked.phase for asked in asking.all() if not asked.optional]
    if asks:
        timed = (phase for phase in asks if phase.end_is == "score")
        later = (phase for phase in asks if phase.do != "stand")
        phase = next(timed, None) or next(later, asks[0])
        yield Fault("blinks", "blinks", "all sensors are silent for half a second", phase)
        yield Fault("drops_out", "drops_out", "all sensors are silent for two seconds", phase)
        yield Fault("loses_signals", "loses_signals", "all sensors fall silent, to the end", phase)
        yield Fault("walks_off", "walks_off", "goes away and does not come back")
    if asks or asking.by_hand:
        yield Fault("never", "never", "stays as at the beginning, to the end")


def _words(asked: Asked) -> str:
    condition = asked.choices[0]
    value = str(condition.value).lower() if isinstance(condition.value, bool) else condition.value
    of = " of the baseline" if condition.of else ""
    said = f"{condition.signal} {condition.op} {value}{of}"
    return said if asked.place == "fail" else f"not: {said}"
