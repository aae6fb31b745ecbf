# SPDX-License-Identifier: Apache-2.0
"""How a drill went, in words: what was done, what to look at first, and the own best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from solemetry_host.drills.files.drill import Drill, Primary, Status, Telling
from solemetry_host.drills.running.outcome import Ended, Outcome, Rep, Side
from solemetry_host.drills.showing.bars import in_words
from solemetry_host.drills.signals.catalogue import CATALOGUE

MARKS: Mapping[Status, str] = MappingProxyType({"ok": "✓", "failed": "○", "unverified": "?"})

_HELD, _BY_HOUR = ".hours_ok", ".max_pct_by_hour."
"""What `scoring` calls them, behind the phase."""

Bests = Mapping[Side, float]

_ENDED: Mapping[Ended, str] = MappingProxyType(
    {
        "stopped": "Stopped before its end.",
        "touchdowns": "Several touch-downs in a row: enough of this drill for today.",
        "skipped": "The rest was skipped.",
        "lost_devices": "The devices were lost. What came until then is kept.",
    }
)


def result_lines(
    drill: Drill, outcome: Outcome, bests: Bests = MappingProxyType({}), language: str = "en"
) -> tuple[str, ...]:
    """Tell how a drill went.

    Parameters
    ----------
    drill : Drill
        Its `feedback.terminal` names what is told, in this order.
    outcome : Outcome
    bests : mapping of str to float
        The own best before, by side, of the drill's primary number.
    language : str
        Of the title.

    Returns
    -------
    tuple of str
        The title, and sentences.
    """
    level = next((level.name for level in drill.level if level.n == outcome.level), "")
    title = drill.words(language).title
    lines = [f"{title}, level {outcome.level}: {level}" if level else title]
    if outcome.ended in _ENDED:
        lines.append(_ENDED[outcome.ended])
    by_side = sorted(outcome.reps, key=lambda rep: rep.side)
    for side, reps in groupby(by_side, key=lambda rep: rep.side):
        name = f"{side.capitalize()}: " if side in ("left", "right") else ""
        done = _Done(drill.score.primary, tuple(reps), bests.get(side))
        for telling in drill.feedback.terminal:
            lines += [name + line for line in _TELL[telling](done)]
    return tuple(lines)


def own_bests(drill: Drill, level: int, before: Iterable[Outcome]) -> Bests:
    """Return the best of the drill's primary number by side, of earlier outcomes at a level."""
    bests: dict[Side, float] = {}
    primary = drill.score.primary
    if primary is None:
        return bests
    best_of = max if primary.better == "higher" else min
    for outcome in before:
        for rep in outcome.reps if outcome.level == level else ():
            if primary.metric in rep.measures:
                value = rep.measures[primary.metric]
                bests[rep.side] = best_of(value, bests.get(rep.side, value))
    return bests


def spoken(drill: Drill, rep: Rep) -> str:
    """Return what is said of a repetition that is over, by a drill that tells times."""
    seconds = rep.measures.get(drill.score.primary.metric) if drill.score.primary else None
    if "time_spoken" not in drill.feedback.terminal or seconds is None:
        return ""
    return f"{reason(rep)}, {seconds:.1f} seconds.".removeprefix(", ")


def reason(rep: Rep) -> str:
    """Say why a repetition was not held, or not seen, signals in words; nothing of one that is."""
    if rep.status == "ok":
        return ""
    words = " ".join(in_words(word) for word in rep.reason.split())
    return words or ("not sensed" if rep.status == "unverified" else "not held")


@dataclass(frozen=True)
class _Done:
    """What was done on one side."""

    primary: Primary | None
    reps: tuple[Rep, ...]
    best: float | None

    @property
    def primaries(self) -> list[float]:
        """The drill's primary number of each repetition that has it."""
        metric = self.primary.metric if self.primary else ""
        return [rep.measures[metric] for rep in self.reps if metric in rep.measures]


def _tick_per_rep(done: _Done) -> Iterable[str]:
    yield " ".join(MARKS[rep.status] for rep in done.reps)
    reasons = dict.fromkeys(reason(rep) for rep in done.reps if rep.status != "ok")
    for why in reasons:
        which = ", ".join(str(n) for n, rep in enumerate(done.reps, 1) if reason(rep) == why)
        yield f"{why} (repetition {which})"


def _first_fault(done: _Done) -> Iterable[str]:
    failed = next((rep for rep in done.reps if rep.status == "failed"), None)
    if failed is not None:
        yield f"to look at first: {reason(failed)}"


def _set_summary(done: _Done) -> Iterable[str]:
    ok = sum(rep.status == "ok" for rep in done.reps)
    yield f"{ok} of {len(done.reps)} held"
    unseen = sum(rep.status == "unverified" for rep in done.reps)
    if unseen:
        yield f"{unseen} not sensed: in the diary, but for no level"
    alone = [rep for rep in done.reps if not rep.with_feedback]
    if alone and len(alone) < len(done.reps):
        held = sum(rep.status == "ok" for rep in alone)
        yield f"without feedback {held} of {len(alone)}"


def _times(done: _Done) -> Iterable[str]:
    if done.primaries:
        yield f"{_listed([f'{seconds:.1f}' for seconds in done.primaries])} seconds"


def _best(done: _Done) -> Iterable[str]:
    if done.primary is None or not done.primaries:
        return
    best_of = max if done.primary.better == "higher" else min
    now, unit = best_of(done.primaries), unit_of(done.primary.metric)
    if done.best is None:
        yield f"best {now:.1f}{unit}"
    elif best_of(now, done.best) == now:
        yield f"best {now:.1f}{unit}, before {done.best:.1f}{unit}"
    else:
        yield f"best {now:.1f}{unit}, own best {done.best:.1f}{unit}"


def _slowest_fastest(done: _Done) -> Iterable[str]:
    took_s = [rep.ended_s - rep.began_s for rep in done.reps if rep.status == "ok"]
    if len(took_s) > 1:
        yield f"slowest {max(took_s):.1f} s, fastest {min(took_s):.1f} s"


def _clock_face(done: _Done) -> Iterable[str]:
    farthest = farthest_by_hour(done.reps)
    if not farthest:
        return
    held = [pct for rep in done.reps for name, pct in rep.measures.items() if name.endswith(_HELD)]
    if held:
        yield f"{max(held):.0f} of {len(farthest)} hours held"
    reaches = [f"{clock_words(hour)} {pct:.0f} %" for hour, pct in farthest.items()]
    yield f"farthest at {_listed(reaches)} of the own base"


def farthest_by_hour(reps: Iterable[Rep]) -> dict[float, float]:
    """Return the farthest reach at each hour of the clock, % of the own base, 1:30 first."""
    farthest: dict[float, float] = {}
    for rep in reps:
        for name, pct in rep.measures.items():
            _, by_hour, hour = name.partition(_BY_HOUR)
            if by_hour:
                farthest[float(hour)] = max(pct, farthest.get(float(hour), 0.0))
    return dict(sorted(farthest.items()))


def clock_words(hour: float) -> str:
    """Return an hour as a clock tells it: ``1:30`` of 1.5."""
    return f"{int(hour)}:{round(60 * (hour % 1)):02d}"


_TELL: Mapping[Telling, Callable[[_Done], Iterable[str]]] = MappingProxyType(
    {
        "tick_per_rep": _tick_per_rep,
        "reason_of_first_fault": _first_fault,
        "set_summary": _set_summary,
        "time_spoken": _times,
        "best_so_far": _best,
        "slowest_fastest": _slowest_fastest,
        "clock_face_summary": _clock_face,
    }
)


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def unit_of(metric: str) -> str:
    """Return the unit of a measure by its name: of ``closed.time_s``, or of the signal in it."""
    if metric.endswith("_s"):
        return " s"
    known = CATALOGUE.get(metric.partition(".")[2].rpartition(".")[0])
    return f" {known.unit}" if known and known.unit else ""
