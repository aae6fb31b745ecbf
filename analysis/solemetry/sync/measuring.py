# SPDX-License-Identifier: Apache-2.0
"""From the gestures of a recording to the correction of each stream's time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from solemetry.sync.gesture import AGAIN, Gesture, SyncError, scan
from solemetry.sync.lag import MAX_LAG_S, Lag, estimate_lag
from solemetry.sync.track import Track, together

if TYPE_CHECKING:  # pandas comes with it, which live prompts do not need
    from solemetry.session.model import Session, Stream

Floats = NDArray[np.float64]

FEET_APART_S = 0.03
"""Heels that rise together do so within this; a greater difference is one between clocks."""

_WHICH = 0.25
"""So much of the difference between two feet is added to the uncertainty: if it was not one heel
that led, but one clock, each foot is off by half of it."""

OTHER_FOOT_S = 0.005
"""Added to the uncertainty of a foot that is measured alone, for the plate may carry the other too:
half of 10 ms, by which one heel may lead. An assumption of this project, not from literature."""

MAX_DRIFT = 500e-6
"""Two crystals run apart by 100 millionths, and the clocks have taken that off; what changes faster
is a jump."""

_LINE_S = 60.0
"""Gestures closer together than this say nothing about drift."""

_AGREE = 2.0
"""Lags within so many of their standard uncertainties are the same."""


@dataclass(frozen=True)
class Synchronisation:
    """The correction of one stream's time: the detail of an event ``synchronised``.

    Attributes
    ----------
    stream : str
    reference : str
        The stream, or streams, whose time it is brought onto.
    lag_s : float
        By how much the stream's session time is greater than the reference's at `at_s`.
    drift : float
        By how much that grows, s per second; 0 after one gesture.
    at_s : float
        Session time of the stream.
    r : float
        Least correlation of the gestures used.
    uncertainty_s : float
        Standard uncertainty of `lag_s`.
    device_s, reference_s : float, optional
        Where it was measured live: device time, on the stream's own device and on the (first)
        reference's, of one and the same moment. Whatever their clocks are later found to be,
        these two belong together: `lag_s` follows from them.
    """

    stream: str
    reference: str
    lag_s: float
    drift: float
    at_s: float
    r: float
    uncertainty_s: float
    device_s: float | None = None
    reference_s: float | None = None

    def __call__(self, t_s: Floats) -> Floats:
        """Return the reference's time of the stream's times."""
        return t_s - self.lag_s - self.drift * (t_s - self.at_s)

    def detail(self) -> dict[str, Any]:
        """Return it as an event's detail."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    @property
    def first_reference(self) -> str:
        """The stream whose device `reference_s` is of."""
        return self.reference.partition(" and ")[0]

    @classmethod
    def from_detail(cls, detail: Mapping[str, Any]) -> Synchronisation:
        """Read an event's detail.

        Raises
        ------
        SyncError
            When something is missing or is no finite number.
        """
        try:
            names = str(detail["stream"]), str(detail["reference"])
            numbers = [
                float(detail[key])
                for key in ("lag_s", "drift", "at_s", "r", "uncertainty_s", *_moments(detail))
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise SyncError(
                f"An event `synchronised` cannot be read: {error!r}.",
                "Measure again: sm.sync.align(session, afresh=True).",
            ) from None
        if not np.isfinite(numbers).all():
            raise SyncError(
                f"An event `synchronised` of {names[0]} holds a number that is not finite.",
                "Measure again: sm.sync.align(session, afresh=True).",
            )
        return cls(*names, *numbers)


def by_moments(
    lags: Sequence[Synchronisation], session_s: Callable[[str, float, float], float | None]
) -> tuple[Synchronisation, ...]:
    """Return lags by what clocks are known to be now, those without moments as they are.

    Insoles whose lags behind one moment differ by no more than heels do are one pair of feet:
    between the two their clocks count, and the mean of both is what the gesture has shown.

    Parameters
    ----------
    lags : sequence of Synchronisation
    session_s : callable
        From a stream, its device time, and about when that was, to session time; None where that
        is not known.
    """
    times: list[tuple[float, float] | None] = []
    for one in lags:
        at_s = since_s = None
        if one.device_s is not None and one.reference_s is not None:
            at_s = session_s(one.stream, one.device_s, one.at_s)
            since_s = session_s(one.first_reference, one.reference_s, one.at_s)
        times.append(None if at_s is None or since_s is None else (at_s, at_s - since_s))
    out = []
    for one, time in zip(lags, times, strict=True):
        if time is None:
            out.append(one)
            continue
        at_s, lag_s = time
        pair_s = [
            each[1]
            for other, each in zip(lags, times, strict=True)
            if each is not None
            and other.reference_s == one.reference_s
            and abs(each[1] - lag_s) <= FEET_APART_S
        ]
        out.append(replace(one, at_s=at_s, lag_s=sum(pair_s) / len(pair_s)))
    return tuple(out)


def _moments(detail: Mapping[str, Any]) -> tuple[str, ...]:
    both = "device_s", "reference_s"
    return both if detail.keys() >= set(both) else ()


def measure(
    session: Session, reference: str | None = None, max_lag_s: float = MAX_LAG_S
) -> tuple[Synchronisation, ...]:
    """Measure by how much insoles lag behind the plate, from the sync gestures of a recording.

    Parameters
    ----------
    session : Session
    reference : str, optional
        Stream that all others are compared with. Without: the plate, or all plates as one.
    max_lag_s : float
        Lags up to this, either way, are looked for.

    Returns
    -------
    tuple of Synchronisation
        One for each stream that is not the reference.

    Raises
    ------
    SyncError
        When there is nothing to compare, no gesture, or one that cannot be relied on; says why.
    """
    references, others = _sides(session, reference)
    return synchronise(
        [Track.of(stream) for stream in references],
        [Track.of(stream) for stream in others],
        max_lag_s,
    )


def synchronise(
    references: Sequence[Track], others: Sequence[Track], max_lag_s: float = MAX_LAG_S
) -> tuple[Synchronisation, ...]:
    """Measure the lag of streams behind a reference, from all gestures that both show.

    Two insoles are measured together, for the plate carries both feet: then it does not matter
    which heel leads. Where their own lags differ by more than heels do, their clocks differ, and
    each gets its own.

    Parameters
    ----------
    references, others : sequence of Track, at least one each
        On their own samples.
    max_lag_s : float

    Raises
    ------
    SyncError
        As `measure` does.
    """
    reference = together([track.on_base() for track in references])
    smooth = [track.on_base() for track in others]
    measured: list[tuple[Lag, ...]] = []
    refused: list[SyncError] = []
    gestures = scan(reference).only(reference.name)
    for track in smooth:
        scan(track).only(track.name)
    for gesture in gestures:
        try:
            measured.append(lags_at(reference, smooth, gesture, max_lag_s))
        except SyncError as error:
            refused.append(error)
    if not measured:
        raise SyncError(
            " ".join(dict.fromkeys(error.problem for error in refused)), refused[-1].remedy
        )
    return tuple(
        _over_time(track.name, reference.name, [lags[i] for lags in measured])
        for i, track in enumerate(smooth)
    )


def lags_at(
    reference: Track, others: Sequence[Track], gesture: Gesture, max_lag_s: float = MAX_LAG_S
) -> tuple[Lag, ...]:
    """Lag of each track behind the reference at one gesture.

    Parameters
    ----------
    reference : Track
        On the base; the gesture was found in it.
    others : sequence of Track
        On the base.
    gesture : Gesture
    max_lag_s : float

    Raises
    ------
    SyncError
        When one of the others does not show the gesture, or does not fit.
    """
    for track in others:
        near = track.on_stretch(gesture.start_s, gesture.stop_s, max_lag_s)
        scan(near).only(track.name)
    own = [estimate_lag(reference, track, gesture, max_lag_s) for track in others]
    apart_s = max(lag.lag_s for lag in own) - min(lag.lag_s for lag in own)
    if len(own) > 1 and apart_s <= FEET_APART_S:
        of_both = estimate_lag(reference, together(others), gesture, max_lag_s)
        return (_less_sure(of_both, _WHICH * apart_s),) * len(own)
    return tuple(_less_sure(lag, OTHER_FOOT_S) for lag in own)


def _less_sure(lag: Lag, by_s: float) -> Lag:
    return replace(lag, uncertainty_s=math.hypot(lag.uncertainty_s, by_s))


def _sides(session: Session, reference: str | None) -> tuple[list[Stream], list[Stream]]:
    """Return the streams that give the time, and those that are to follow."""
    streams = list(session.streams.values())
    if reference is not None and reference not in session.streams:
        raise SyncError(
            f"There is no stream {reference!r}.", f"There are: {', '.join(session.streams)}."
        )
    chosen = [
        stream.name == reference if reference is not None else not is_insole(stream)
        for stream in streams
    ]
    references = [stream for stream, is_one in zip(streams, chosen, strict=True) if is_one]
    others = [stream for stream, is_one in zip(streams, chosen, strict=True) if not is_one]
    if not references or not others:
        raise SyncError(
            f"Nothing to synchronise: the recording has {_count(streams, False)} and "
            f"{_count(streams, True)}.",
            "Record the plate and the insoles together, or name the reference.",
        )
    return references, others


def is_insole(stream: Stream) -> bool:
    """Whether a stream is of an insole; all else gives the time."""
    return stream.layout is not None and stream.layout.kind == "insole"


def _count(streams: Iterable[Stream], insoles: bool) -> str:
    n = sum(is_insole(stream) == insoles for stream in streams)
    return f"{n} {'insole' if insoles else 'plate'}{'s' * (n != 1)}"


# ---- several gestures ------------------------------------------------------------------------


def _over_time(stream: str, reference: str, lags: Sequence[Lag]) -> Synchronisation:
    """Join the lags of all gestures: their mean, or a line where they differ by drift."""
    at_s = np.array([lag.at_s + lag.lag_s for lag in lags])
    lag_s = np.array([lag.lag_s for lag in lags])
    weight = np.array([lag.uncertainty_s for lag in lags]) ** -2.0
    middle_s = float(np.average(at_s, weights=weight))
    mean_s = float(np.average(lag_s, weights=weight))
    drift, misfit = 0.0, _misfit(lag_s - mean_s, weight, 1)
    if misfit > _AGREE and np.ptp(at_s) >= _LINE_S:
        away_s = at_s - middle_s
        drift = float((weight * away_s * lag_s).sum() / (weight * away_s**2).sum())
        misfit = _misfit(lag_s - mean_s - drift * away_s, weight, 2)
    if abs(drift) > MAX_DRIFT or misfit > 2 * _AGREE:
        listed = ", ".join(f"{lag.lag_s * 1e3:.0f} ms at {lag.at_s:.0f} s" for lag in lags)
        raise SyncError(
            f"The gestures of {stream} contradict one another: {listed}.",
            f"Did a device restart between them? {AGAIN}",
        )
    return Synchronisation(
        stream=stream,
        reference=reference,
        lag_s=mean_s,
        drift=drift,
        at_s=middle_s,
        r=min(lag.r for lag in lags),
        uncertainty_s=float(weight.sum() ** -0.5) * max(1.0, misfit),
    )


def _misfit(left_s: Floats, weight: Floats, fitted: int) -> float:
    """Return what is left, in standard uncertainties; 0 where as much was fitted as there is."""
    free = len(left_s) - fitted
    return math.sqrt(float((weight * left_s**2).sum()) / free) if free > 0 else 0.0
