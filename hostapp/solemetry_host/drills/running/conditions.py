# SPDX-License-Identifier: Apache-2.0
"""One condition of a drill held against what is sensed, over time.

What is not sensed neither holds nor fails. A signal that is away for up to `GAP_S` has only
blinked: what held before and holds after has held throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import AnyCondition, Choice, Condition, Number, Setting

GAP_S = 1.0
"""A signal that has been away for longer is out of sight."""

_SAME_S = 1e-9
"""Differences of times below this are rounding."""

Values = Mapping[str, float | bool]
Settings = Mapping[str, Setting]


@dataclass(frozen=True)
class Rest:
    """A signal while the person stood as the baseline asks: its mean and standard deviation."""

    mean: float
    sd: float


Baseline = Mapping[str, Rest]


@dataclass(frozen=True)
class Band:
    """Where a signal has to be; `is_true` for those that only hold or do not."""

    low: float | None = None
    high: float | None = None
    ends_count: bool = True
    is_true: bool | None = None

    def holds(self, value: float | bool) -> bool:
        """Whether a value lies in it."""
        if self.is_true is not None:
            return bool(value) is self.is_true
        if self.ends_count:
            return (self.low is None or value >= self.low) and (
                self.high is None or value <= self.high
            )
        return (self.low is None or value > self.low) and (self.high is None or value < self.high)


def number(value: Number | bool, settings: Settings, where: str) -> float:
    """Return a number of a drill's file, looked up where the level sets it.

    Raises
    ------
    SolemetryError
        When the level sets no such number.
    """
    if not isinstance(value, str):
        return float(value)
    name = value.removeprefix("level.")
    found = settings.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise SolemetryError(
            f"{where} asks for {value}, and this level sets no number of that name.",
            f"Write {name} = ... into the level's set.",
        )
    return float(found)


def band(condition: Condition, settings: Settings, baseline: Baseline) -> Band | None:
    """Return where a condition wants its signal, or None while its baseline was not measured."""
    if condition.op == "is":
        return Band(is_true=bool(condition.value))
    value = number(condition.value, settings, condition.signal) * condition.times
    rest, relative = baseline.get(condition.signal), condition.of == "baseline"
    if rest is None and (relative or condition.min_sd):
        return None
    mean, sd = (rest.mean, rest.sd) if rest is not None else (0.0, 0.0)
    if condition.op == "near":
        middle, tol = value + (mean if relative else 0.0), condition.tol or 0.0
        return Band(middle - tol, middle + tol)
    limit, clear_of = value * (mean if relative else 1.0), condition.min_sd * sd
    ends_count = condition.op in ("<=", ">=")
    if condition.op in (">", ">="):
        low = max(limit, mean + clear_of) if condition.min_sd else limit
        return Band(low=low, ends_count=ends_count)
    high = min(limit, mean - clear_of) if condition.min_sd else limit
    return Band(high=high, ends_count=ends_count)


class _Line:
    """One comparison over time."""

    def __init__(self, condition: Condition, where: Band) -> None:
        self.condition, self.band = condition, where
        self.value: float | bool | None = None
        self.seen_s: float | None = None
        self.since_s: float | None = None
        """Since when it holds without a break; None while it does not."""

    def take(self, t_s: float, value: float | bool | None) -> None:
        self.value = value
        if value is None:
            return
        if not self.band.holds(value):
            self.since_s = None
        elif self.since_s is None or not self.in_sight(t_s):
            self.since_s = t_s
        self.seen_s = t_s

    def in_sight(self, t_s: float) -> bool:
        return self.seen_s is not None and t_s - self.seen_s <= GAP_S + _SAME_S

    def holds(self, t_s: float) -> bool | None:
        if self.value is None:
            return None
        if self.since_s is None:
            return False
        return True if t_s - self.since_s >= self.condition.for_s - _SAME_S else None


class Watch:
    """A condition, or a choice of them, over the time of one phase.

    Parameters
    ----------
    asked : Condition or Choice
    settings : mapping
        Numbers of the level and the drill's parameters.
    baseline : mapping of str to Rest
    began_s : float
        When the phase began.

    Attributes
    ----------
    out_s : float
        For how long it did not hold, since `forget`.
    optional : bool
    signals : tuple of str
        Any of them is enough to know; none where the baseline that it needs was not measured.
    blind : bool
        It has been out of sight until now: for more than `GAP_S` nothing was sensed of it.
    """

    def __init__(
        self, asked: AnyCondition, settings: Settings, baseline: Baseline, began_s: float
    ) -> None:
        conditions = _applying(asked, settings)
        self._reason = asked.reason
        self._t_s = self._sensed_s = began_s
        self.optional = asked.optional or all(c.optional for c in conditions)
        bands = [(c, band(c, settings, baseline)) for c in conditions]
        self._first = conditions[0]
        self.signals = tuple(dict.fromkeys(c.signal for c, where in bands if where is not None))
        self._lines = [_Line(c, where) for c, where in bands if where is not None]
        self._decides: _Line | None = None
        self.out_s = 0.0
        self.blind = False

    def take(self, t_s: float, values: Values) -> None:
        """Look at what is sensed now."""
        past_s, self._t_s = t_s - self._t_s, t_s
        for line in self._lines:
            line.take(t_s, values.get(line.condition.signal))
        self._decides = next((line for line in self._lines if line.in_sight(t_s)), None)
        if self.holds is False:
            self.out_s += past_s
        self.blind = t_s - self._sensed_s > GAP_S + _SAME_S
        if any(line.value is not None for line in self._lines):
            self._sensed_s = t_s

    def forget(self) -> None:
        """Count anew how long it did not hold."""
        self.out_s = 0.0

    @property
    def holds(self) -> bool | None:
        """Whether it holds now, and has for as long as it has to; None while that is not known."""
        return self._decides.holds(self._t_s) if self._decides is not None else None

    @property
    def since_s(self) -> float | None:
        """Since when it holds; None while it does not."""
        return self._decides.since_s if self._decides is not None else None

    @property
    def value(self) -> float | bool | None:
        """What is sensed of it now."""
        return self._decides.value if self._decides is not None else None

    @property
    def signal(self) -> str:
        """The signal that decides, or the one that would."""
        return self._decided.signal

    @property
    def band(self) -> Band:
        """Where the signal should be; without ends while that is not known."""
        lines = [self._decides] if self._decides is not None else self._lines
        return lines[0].band if lines else Band()

    @property
    def sensed(self) -> bool:
        """Whether it was sensed within the last `GAP_S`."""
        return self._decides is not None

    @property
    def reason(self) -> str:
        """What the file says of it, where it says something."""
        return self._decided.reason or self._reason

    @property
    def words(self) -> str:
        """What it asks for, in words: ``share.mt1 >= 0.12``."""
        condition, where = self._decided, self.band
        if where.is_true is not None:
            return f"{condition.signal} is {'true' if where.is_true else 'false'}"
        if where.low is not None and where.high is not None:
            return f"{condition.signal} {where.low:.3g} to {where.high:.3g}{_unit(condition)}"
        limit = where.high if where.low is None else where.low
        asked = f" {limit:.3g}{_unit(condition)}" if limit is not None else " its baseline"
        return f"{condition.signal} {condition.op}{asked}"

    @property
    def _decided(self) -> Condition:
        return self._decides.condition if self._decides is not None else self._first


def watch_all(
    asked: Iterable[AnyCondition], settings: Settings, baseline: Baseline, began_s: float
) -> tuple[Watch, ...]:
    """Return a watch for each condition that the drill's parameters ask for."""
    return tuple(
        Watch(one, settings, baseline, began_s) for one in asked if _applying(one, settings)
    )


def _applying(asked: AnyCondition, settings: Settings) -> tuple[Condition, ...]:
    return tuple(c for c in each_condition(asked) if _applies(c, settings))


def _applies(condition: Condition, settings: Settings) -> bool:
    when = condition.when
    return when is None or settings.get(when.param) == when.value


def each_condition(asked: AnyCondition) -> tuple[Condition, ...]:
    """Return a condition as it is, and of a choice each of its alternatives."""
    return asked.prefer if isinstance(asked, Choice) else (asked,)


def _unit(condition: Condition) -> str:
    return f" {condition.unit}" if condition.unit else ""
