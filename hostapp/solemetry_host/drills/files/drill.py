# SPDX-License-Identifier: Apache-2.0
"""A drill as its file says it: phases, conditions, levels, feedback, safety, sources."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

Sides = Literal["each", "both", "alternate", "none"]
Status = Literal["ok", "failed", "unverified"]
Number = float | Annotated[str, Field(pattern=r"^level\.[a-z_]+$")]
"""A number, or the name of one that the level sets."""

Setting = bool | float | str | tuple[float, ...]


class _Strict(BaseModel):
    """No field that is not known here, nothing changed once it was read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )


class When(_Strict):
    """Take a condition only where a parameter of the drill says so."""

    param: str
    value: Setting = Field(alias="is")


class Condition(_Strict):
    """One comparison of one signal.

    Attributes
    ----------
    signal : str
        A name of the catalogue.
    op : str
        ``is`` compares with true or false; ``near`` lies within `tol` of the value.
    value : number, bool or "level.NAME"
    of : "baseline", optional
        The value is a factor of what the baseline phase measured; with ``near`` it is added to it.
    times : float
        Factor on the value.
    for_s : float
        How long it has to hold without a break.
    min_sd : float
        The signal has to be so many standard deviations of the baseline away from it as well.
    when : When, optional
    optional : bool
        Where it is not sensed nothing is missing.
    reason : str
        What a person is told when it does not hold.
    basis : str
        Where the number comes from: ``default``, ``own``, ``seed:...`` or ``lit:...``.
    """

    signal: str
    op: Literal["<", "<=", ">", ">=", "is", "near"]
    value: bool | Number
    of: Literal["baseline"] | None = None
    times: float = 1.0
    tol: float | None = None
    for_s: float = Field(0.0, ge=0)
    min_sd: float = Field(0.0, ge=0)
    unit: str = ""
    when: When | None = None
    optional: bool = False
    reason: str = ""
    basis: str = ""


class Choice(_Strict):
    """Alternatives: the first that is sensed decides."""

    prefer: tuple[Condition, ...] = Field(min_length=1)
    optional: bool = False
    reason: str = ""


def _one_or_choice(told: Any) -> str:
    is_choice = "prefer" in told if isinstance(told, dict) else isinstance(told, Choice)
    return "choice" if is_choice else "one"


AnyCondition = Annotated[
    Annotated[Condition, Tag("one")] | Annotated[Choice, Tag("choice")],
    Discriminator(_one_or_choice),
]


class Target(_Strict):
    """A sector of a person's own functional base, in percent of what they reach there."""

    shape: Literal["sector"]
    angle_deg: float = Field(gt=0, le=360)
    from_pct: Number
    to_pct: Number = 120.0


class Shown(_Strict):
    """What else to show at some hours of the clock."""

    hours: tuple[float, ...]
    signal: str


class Phase(_Strict):
    """One thing to do.

    Attributes
    ----------
    do : {"stand", "go", "hold", "back", "rest"}
        ``stand`` waits until `needs` held for `min_s`; ``go`` and ``back`` end when `done` holds;
        ``hold`` keeps `within` for `hold_s`, with breaks of up to `grace_s` in all; ``rest`` waits.
    max_s : float, optional
        After so long it has not been done: `on_timeout`.
    end_is : {"score"}, optional
        A broken condition ends the phase and its time is the result, not a failed repetition.
    for_each : {"hours"}, optional
        Done once for each hour of the clock, with a return to the phase `return_to` between.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    do: Literal["stand", "go", "hold", "back", "rest"]
    min_s: float = Field(0.0, ge=0)
    max_s: float | None = Field(None, gt=0)
    hold_s: Number | None = None
    grace_s: float = Field(0.0, ge=0)
    record_baseline: bool = False
    needs: tuple[AnyCondition, ...] = ()
    done: tuple[AnyCondition, ...] = ()
    within: tuple[AnyCondition, ...] = ()
    fail: tuple[AnyCondition, ...] = ()
    on_timeout: Literal["fail", "next"] | None = None
    reason: str = ""
    end_is: Literal["score"] | None = None
    for_each: Literal["hours"] | None = None
    target: Target | None = None
    return_to: str | None = None
    return_hold_s: float = 0.0
    also_show: tuple[Shown, ...] = ()
    say: str = ""
    say_end: str = ""


class Words(_Strict):
    """All that a person reads of a drill, in one language."""

    title: str
    why: str = ""
    start: str = ""
    cue: str = ""
    stop: str = ""


class Sensors(_Strict):
    """What it can be sensed with; `fallback` is what is left without: ``timer`` or ``none``."""

    best: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    fallback: Literal["timer", "none"] = "timer"
    footwear: tuple[str, ...] = ()


class Tempo(_Strict):
    """Seconds of each part of a slow movement."""

    out_s: float = 0.0
    pause_s: float = 0.0
    back_s: float = 0.0


class Dose(_Strict):
    """How much of it; `rest_s` between sets, `rep_rest_s` between repetitions."""

    sets: int = Field(1, ge=1, le=50)
    reps: int = Field(1, ge=1, le=500)
    rest_s: float = Field(0.0, ge=0)
    rep_rest_s: float = Field(0.0, ge=0)
    seconds: float | None = Field(None, gt=0)
    tempo: Tempo | None = None
    basis: str


class Calibrate(_Strict):
    """A personal scale that is measured before."""

    what: Literal["functional_base"]
    loops: int = 2
    valid_days: int = 28
    fallback_model: str = ""
    basis: str


class Hours(_Strict):
    """The clock around a foot: 12 is the toes, 3 the outside, 9 the inside."""

    list: tuple[float, ...]
    order: Literal["clockwise", "shuffled"] = "shuffled"


class Primary(_Strict):
    """The number that says how it went."""

    metric: str
    better: Literal["higher", "lower"] = "higher"
    best_of: int | None = None


class Norm(_Strict):
    """A table to compare with."""

    table: str
    column: str
    by: Literal["age"] = "age"


class Change(_Strict):
    """What counts as a change."""

    metric: str
    mdc_pct: float | None = None
    compare: str = ""
    basis: str = ""


class Ask(_Strict):
    """A question afterwards; one per repetition is a measurement that is read off and entered."""

    id: str
    scale: str
    unit: str = ""
    per: Literal["drill", "rep"] = "drill"
    who: Literal["user", "coach"] = "user"


class Score(_Strict):
    """What is kept of it. Sway numbers come only from windows of `min_window_s` and more."""

    primary: Primary | None = None
    store: tuple[str, ...] = ()
    ask: tuple[Ask, ...] = ()
    norm: Norm | None = None
    change: Change | None = None
    min_window_s: float = 10.0
    skip_first_s: float = 0.0


class ToneRules(_Strict):
    """How the sound follows the centre of pressure."""

    silent_radius_mm: float = Field(15.0, gt=0)
    adapt: Literal["", "p70_last_session"] = ""
    pan: Literal["ml"] = "ml"
    pitch: Literal["ap"] = "ap"
    loudness: Literal["distance"] = "distance"
    max_latency_ms: float = 100.0


Telling = Literal[
    "tick_per_rep", "reason_of_first_fault", "set_summary", "time_spoken", "best_so_far",
    "slowest_fastest", "clock_face_summary",
]  # fmt: skip
"""What is told when it is over."""


class Feedback(_Strict):
    """What is shown and heard, and when; none of it in the last repetition, or the last set."""

    concurrent: Literal["none", "ring", "bars", "map", "face", "tone"] = "none"
    tone: ToneRules | None = None
    pacer: bool = False
    tail_s: float = 1.5
    terminal: tuple[Telling, ...] = ()
    schedule: Literal["always", "alternate", "fade", "off"] = "alternate"
    test_rep_without: bool = True
    test_set_without: bool = False


class Pass(_Strict):
    """What a level asks for."""

    reps_ok: int | None = None
    of: int | None = None
    metric: str = ""
    at_least: float | None = None
    at_least_norm: str = ""
    cap_s: float | None = None
    factor: float = 1.0
    sessions: int = 2
    both_sides: bool = False


class Level(_Strict):
    """A step of a drill: what it changes, and what passes it."""

    n: int = Field(ge=1)
    name: str
    set: dict[str, Setting] = {}
    passed: Pass | None = Field(None, alias="pass")


class Requirement(_Strict):
    """A level of another drill that comes before."""

    drill: str
    level: int = 1
    for_levels: tuple[int, ...] = ()


class Gate(_Strict):
    """When the planner proposes it; nobody is ever kept from it by a gate."""

    requires: tuple[Requirement, ...] = ()
    block_if: tuple[str, ...] = ()
    regress_after_fails: int = 2
    regress_on: tuple[str, ...] = ()
    if_not_sensed: Literal["", "use_grade"] = ""


class Safety(_Strict):
    """What is asked before, and what ends it."""

    confirm_before: tuple[str, ...] = ()
    stop_if: tuple[str, ...] = Field(min_length=1)
    max_touchdowns_in_row: int | None = None
    age_min: int | None = None
    dynamic: bool = False


class Source(_Strict):
    """Where something comes from, and what it says."""

    key: str
    says: str


class Drill(_Strict):
    """One drill file."""

    schema_version: Literal[1] = Field(alias="schema")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(1, ge=1)
    kind: Literal["drill", "timer", "measurement", "checklist"]
    family: str
    sides: Sides
    text: dict[str, Words] = Field(min_length=1)
    sensors: Sensors = Sensors()
    dose: Dose
    params: dict[str, Setting] = {}
    calibrate: Calibrate | None = None
    phase: tuple[Phase, ...] = ()
    hours: Hours | None = None
    item: tuple[str, ...] = ()
    score: Score = Score()
    feedback: Feedback = Feedback()
    level: tuple[Level, ...] = ()
    gate: Gate = Gate()
    safety: Safety
    source: tuple[Source, ...] = Field(min_length=1)

    def words(self, language: str = "en") -> Words:
        """Return its words in a language; where it has none in it, in its first one."""
        return self.text.get(language) or next(iter(self.text.values()))
