# SPDX-License-Identifier: Apache-2.0
"""What is known of somebody before a drill, from their files; and where its result is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.live import Beginning
from solemetry_host.drills.running.outcome import Outcome, Side
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.people.folder import Person
from solemetry_host.people.profile import Profile, Support
from solemetry_host.people.results import Context, Result, values_of
from solemetry_host.people.trends import Trend, trends


@dataclass(frozen=True)
class Known:
    """Somebody, as far as a drill needs it.

    Attributes
    ----------
    profile : Profile
    earlier : tuple of Outcome
        How this drill went before, the oldest first.
    done_today : tuple of Outcome
        What they have done today, of any drill.
    bases : mapping of str to FunctionalBase
        Own bases that still count.
    """

    profile: Profile
    earlier: tuple[Outcome, ...] = ()
    done_today: tuple[Outcome, ...] = ()
    bases: Mapping[str, FunctionalBase] = field(default_factory=dict)

    def age(self, today: date) -> float | None:
        """Years; the middle of a band of ages."""
        ages = self.profile.ages(today)
        return sum(ages) / 2 if ages else None


def known_of(person: Person | None, drill: Drill, today: date) -> Known:
    """Read what is known of somebody; of nobody in particular that is nothing."""
    if person is None:
        return Known(Profile.model_validate({"added": today}))
    results, _ = person.results()
    calibrate = drill.calibrate
    since = today - timedelta(days=calibrate.valid_days) if calibrate is not None else None
    return Known(
        person.profile,
        tuple(result.outcome for result in results if result.outcome.drill == drill.id),
        tuple(result.outcome for result in results if result.context.day == today),
        bases_since(since, person) if since is not None else {},
    )


def bases_since(since: date, person: Person) -> dict[str, FunctionalBase]:
    """Return the newest bases that somebody's recordings hold, none older than a day."""
    found: dict[str, FunctionalBase] = {}
    for path in person.sessions():
        try:
            began = live.beginnings(path)
        except SolemetryError:
            continue  # a damaged recording holds no base; the library says so itself
        for beginning in began:
            bases = beginning.body.bases.items()
            found |= {of: base for of, base in bases if base.on is not None and base.on >= since}
    return found


def own_trends(person: Person, drill: Drill, outcome: Outcome) -> dict[Side, Trend]:
    """Return the drill's main number over the days, by side, up to an outcome that is kept.

    Of repetitions without feedback where the outcome has such, for those count.
    """
    primary = drill.score.primary
    if primary is None:
        return {}
    results, _ = person.results()
    values = [
        value
        for result in results
        if (result.outcome.drill, result.outcome.level) == (outcome.drill, outcome.level)
        for value in values_of(result)
        if value.measure == primary.metric
    ]
    newest: dict[Side, Trend] = {}
    for trend in sorted(trends(values), key=_newer):
        newest[trend.side] = trend
    return newest


def _newer(trend: Trend) -> tuple[date, bool]:
    return trend.days[-1].day, trend.alike.feedback != "with"


def result_of(
    person: Person,
    outcome: Outcome,
    *,
    at: datetime,
    beginning: Beginning,
    devices: Mapping[str, str],
    support: Support | None,
    recording: Path | None,
) -> Result:
    """Return the result that is kept of a drill, with the circumstances it was done in.

    Parameters
    ----------
    person : Person
    outcome : Outcome
    at : datetime
        When it began.
    beginning : Beginning
    devices : mapping of str to str
        Calibration by device.
    support : Support or None
        None: as usual.
    recording : Path or None
    """
    usual = person.profile.usual
    context = Context(
        at=at,
        devices=dict(devices),
        footwear=usual.footwear,
        surface=usual.surface,
        support=support or usual.support,
        posture=beginning.posture or "as the drill says",
        session=recording.name if recording is not None else "",
    )
    return Result(person.id, context, outcome)
