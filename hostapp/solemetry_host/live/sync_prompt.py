# SPDX-License-Identifier: Apache-2.0
"""Leading a person through the sync gesture, and measuring the lag when it is done.

A function of what it was given: it looks at whole tenths of a second of session time, once every
stream has come that far, so that neither blocks nor threads change what it says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.sync.gesture import MAX_APART_S, RAISES, REST_S, SyncError, scan
from solemetry.sync.lag import MAX_LAG_S
from solemetry.sync.measuring import Synchronisation, synchronise
from solemetry.sync.track import Track, together

Floats = NDArray[np.float64]
State = Literal["waiting", "raising", "resting", "done", "given up"]

PATIENCE_S = 60.0
SILENCE_S = 3.0
"""A stream that stays behind the others by this much gives no data."""

_LOOK_HZ = 10
_KEPT_S = 15.0
"""What a gesture takes, with the rest beside it."""

_SEEN_S = 1.0
"""Less than this cannot be looked at."""

START = "Stand still, then raise both heels quickly three times."


@dataclass(frozen=True)
class Progress:
    """What to tell the person now.

    Attributes
    ----------
    state : {"waiting", "raising", "resting", "done", "given up"}
    raises : int
        Heel raises of this attempt, as the reference shows them.
    text : str
        What to do, or what came of it.
    why : str
        Why the attempt before did not count; empty when there was none.
    lags : tuple of Synchronisation
        When done: one for each stream. Their `detail` is that of the event ``synchronised``.
    """

    state: State
    raises: int = 0
    text: str = START
    why: str = ""
    lags: tuple[Synchronisation, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether there is no more to come."""
        return self.state in ("done", "given up")


class SyncPrompt:
    """Watches for the gesture in streams as they come in.

    Parameters
    ----------
    references : sequence of str
        Streams that give the time: the plate, or the plates.
    others : sequence of str
        Streams that follow: the insoles.
    max_lag_s : float
        Lags up to this, either way, are looked for.

    Raises
    ------
    SyncError
        When there is nothing to compare.
    """

    def __init__(
        self, references: Sequence[str], others: Sequence[str], max_lag_s: float = MAX_LAG_S
    ) -> None:
        if not references or not others:
            raise SyncError(
                "Nothing to synchronise: a plate and an insole at least are needed.",
                "Connect the other device, then begin again.",
            )
        self._references, self._others = tuple(references), tuple(others)
        self._max_lag_s = max_lag_s
        self._tracks: dict[str, Track] = {}
        self._look: int | None = None
        """Number of the next look; it is at this many tenths of a second."""
        self._began_s = self._from_s = math.inf
        """Time of the first look, and since when movements count."""
        self.progress = Progress("waiting")

    def push(
        self,
        stream: str,
        t_s: Floats,
        load: Floats,
        forward_mm: Floats,
        in_newtons: bool = True,
    ) -> Progress:
        """Take what came from one stream.

        Parameters
        ----------
        stream : str
            One of those named at the start; what others bring is passed over.
        t_s : (n,) array
            Session time, ascending from call to call.
        load : (n,) array
            Total vertical force, N; or counts, where no gains are known: `load_of_counts`.
        forward_mm : (n,) array
            Where along the foot or plate it stands, mm; NaN where there is none.
        in_newtons : bool

        Returns
        -------
        Progress
            Also kept as `progress`.
        """
        if stream not in (*self._references, *self._others) or self.progress.ended:
            return self.progress
        before = self._tracks.get(stream, Track(stream, np.empty(0), np.empty(0), np.empty(0)))
        self._tracks[stream] = Track(
            stream,
            np.concatenate((before.t_s, t_s)),
            np.concatenate((before.load, load)),
            np.concatenate((before.forward_mm, forward_mm)),
            in_newtons,
        )
        self._look_as_far_as_all_have_come()
        return self.progress

    # ---- looking -----------------------------------------------------------------------------

    def _look_as_far_as_all_have_come(self) -> None:
        newest = {name: float(track.t_s[-1]) for name, track in self._tracks.items()
                  if len(track.t_s)}  # fmt: skip
        if not newest:
            return
        if self._look is None:
            first_s = min(float(track.t_s[0]) for track in self._tracks.values())
            self._began_s = self._from_s = first_s
            self._look = math.ceil((first_s + _SEEN_S) * _LOOK_HZ)
        names = (*self._references, *self._others)
        come_s = min(newest.get(name, -math.inf) for name in names)
        while self._look / _LOOK_HZ <= come_s and not self.progress.ended:
            self._look_at(self._look / _LOOK_HZ)
            self._look += 1
        self._forget(self._look / _LOOK_HZ - _KEPT_S - 1 / _LOOK_HZ)
        ahead_s = max(newest.values())
        if ahead_s - max(come_s, self._began_s) > SILENCE_S and not self.progress.ended:
            silent = [name for name in names if newest.get(name, -math.inf) < ahead_s - SILENCE_S]
            self.progress = Progress(
                "given up",
                text=f"No data from {' and '.join(silent)}. Look after its connection, then "
                "begin again.",
                why=self.progress.why,
            )

    def _look_at(self, now_s: float) -> None:
        references, others = self._until(now_s, self._references), self._until(now_s, self._others)
        if min(len(track.t_s) for track in (*references, *others)) == 0:
            return
        seen = scan(together([track.on_base() for track in references]))
        if seen.gestures:
            self._after_three(now_s, seen.gestures[-1].stop_s, references, others)
        elif now_s - seen.last_s > MAX_APART_S + REST_S:
            if seen.raises:
                self._start_again(now_s, f"That did not count: {seen.why[-1]}.")
            else:
                self.progress = Progress("waiting", why=self.progress.why)
        elif seen.raises < RAISES:
            text = f"{seen.raises} of {RAISES}. Go on."
            self._say("raising", seen.raises, text)
        else:
            self._say("resting", seen.raises, "Stand still.")
        if not self.progress.ended and now_s - self._began_s > PATIENCE_S:
            self.progress = Progress(
                "given up",
                text=f"No sync gesture within {PATIENCE_S:.0f} s. Begin again when you are ready.",
                why=self.progress.why,
            )

    def _after_three(
        self, now_s: float, stop_s: float, references: list[Track], others: list[Track]
    ) -> None:
        if now_s < stop_s + REST_S + self._max_lag_s + 1 / _LOOK_HZ:
            self._say("resting", RAISES, "Three raises are in. Stand still.")
            return
        try:
            lags = synchronise(references, others, self._max_lag_s)
        except SyncError as error:
            self._start_again(now_s, str(error))
            return
        self.progress = Progress("done", RAISES, in_words(lags), lags=lags)

    def _say(self, state: State, raises: int, text: str) -> None:
        self.progress = Progress(state, raises, text, self.progress.why)

    def _start_again(self, now_s: float, why: str) -> None:
        """Wait for another attempt; what was before counts no more."""
        self._from_s = now_s
        self.progress = Progress("waiting", why=why)

    def _until(self, now_s: float, names: tuple[str, ...]) -> list[Track]:
        start_s = max(self._from_s, now_s - _KEPT_S)
        return [self._tracks[name].between(start_s, now_s) for name in names]

    def _forget(self, before_s: float) -> None:
        for name, track in self._tracks.items():
            self._tracks[name] = track.between(before_s, math.inf)


def in_words(lags: Sequence[Synchronisation]) -> str:
    """Say which stream is late, and by how much."""
    each = "; ".join(
        f"{one.stream} {abs(one.lag_s) * 1e3:.1f} ms {'late' if one.lag_s >= 0 else 'early'}, "
        f"give or take {one.uncertainty_s * 1e3:.1f} ms"
        for one in lags
    )
    return f"Synchronised with {lags[0].reference}: {each}."
