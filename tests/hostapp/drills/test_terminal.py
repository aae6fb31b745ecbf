# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from solemetry_host.drills.files.drill import Drill, Level
from solemetry_host.drills.files.wording import diagnostic_words
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.drills.running.view import Said
from solemetry_host.drills.showing.bars import bar_of
from solemetry_host.drills.showing.feedback import Shown
from solemetry_host.drills.showing.results import own_bests, result_lines
from solemetry_host.drills.showing.ring import Ring, circle_mm
from solemetry_host.drills.showing.terminal import Screen, print_result

SHOWN = Shown(
    title="Short foot", where="left foot, repetition 3 of 10", doing="phase", cue="Heels heavy.",
    said=(Said(1, "Relax."), Said(2, "Shorten.")), result="", stop="Stop on sharp pain.",
    not_sensed=(), without=False,
)  # fmt: skip


def printed(
    shown: Shown, encoding: str = "utf-8", color: bool = False, height: int = 60
) -> str:
    raw = io.BytesIO()
    console = Console(
        file=io.TextIOWrapper(raw, encoding=encoding, write_through=True),
        width=100, height=height, force_terminal=color, color_system="truecolor" if color else None,
    )  # fmt: skip
    console.print(Screen(shown))
    return raw.getvalue().decode(encoding)


# ---- while it runs -----------------------------------------------------------------------------


def test_what_was_said_last_stands_there_for_who_hears_nothing() -> None:
    text = printed(SHOWN)
    assert "Shorten." in text
    assert "Relax." not in text
    assert "left foot, repetition 3 of 10" in text
    assert "Stop on sharp pain." in text


def test_a_number_is_five_lines_high() -> None:
    lines = printed(replace(SHOWN, seconds=16.3)).splitlines()[3:8]
    assert [line.rstrip() for line in lines] == [
        " █    ███",
        " █      █",
        " █      █",
        " █      █",
        " █      █",
    ]


@pytest.mark.parametrize(("filled", "full"), [(0.0, 0), (0.25, 5), (0.5, 10), (1.0, 20)])
def test_the_hold_fills_up(filled: float, full: int) -> None:
    assert f"[{'█' * full}{'·' * (20 - full)}]" in printed(replace(SHOWN, filled=filled))


@pytest.mark.parametrize(
    ("value", "holds", "mark", "words"),
    [(0.50, True, 20, "0.50"), (0.05, False, 2, "0.05 (more)"), (0.95, False, 38, "0.95 (less)")],
)
def test_a_bar_shows_where_the_value_is_and_which_way_to_go(
    value: float, holds: bool, mark: int, words: str
) -> None:
    text = printed(replace(SHOWN, bars=(bar_of("share.mt1", value, 0.25, 0.75, holds),)))
    (line,) = (line for line in text.splitlines() if line.startswith("|"))
    assert line.index("●") - 1 == mark
    assert line.endswith(words)
    band = [n for n, sign in enumerate(line[1:42]) if sign == "="]
    assert (min(band), max(band)) == (10, 30)
    assert "share of this foot's load under the ball of the big toe" in text


@pytest.mark.parametrize("state", range(5))
def test_of_five_states_one_is_marked(state: int) -> None:
    text = printed(replace(SHOWN, state=state))
    (line,) = (line for line in text.splitlines() if "(●)" in line)
    before, after = line.split("(●)")
    assert (before.count("○"), after.count("○")) == (state, 4 - state)


def ring(inside: bool) -> Ring:
    foot = np.array([(-40.0, -85.0), (-40.0, 85.0), (40.0, 85.0), (40.0, -85.0), (-40.0, -85.0)])
    return Ring((foot,), np.array((0.0, 60.0)), np.array([(0.0, 0.0)]),
                circle_mm(np.array((30.0, -30.0)), 20.0), inside)  # fmt: skip


def test_the_ring_is_seen_from_above_toes_up() -> None:
    rows = printed(replace(SHOWN, ring=ring(inside=False))).splitlines()
    (dot,) = (n for n, row in enumerate(rows) if "●" in row)
    (tail,) = (n for n, row in enumerate(rows) if "○" in row)
    target = [(n, row.index("·")) for n, row in enumerate(rows) if "·" in row]
    column = rows[dot].index("●")
    assert dot < tail < target[0][0] + 2
    assert min(at for _, at in target) > column
    # 10 mm a line, 5 mm a column: the circle's 40 mm are four and eight of them.
    assert len(target) == pytest.approx(4, abs=1)
    assert max(row.count("·") for row in rows) == pytest.approx(8, abs=1)


def test_the_target_is_full_once_the_dot_is_in_it() -> None:
    outside, inside = (printed(replace(SHOWN, ring=ring(there))) for there in (False, True))
    assert "█" not in outside
    assert outside.count("·") == inside.count("█") > 10


def test_everything_fits_into_a_small_terminal() -> None:
    assert len(printed(EVERYTHING, height=25).splitlines()) <= 25
    assert len(printed(EVERYTHING, height=60).splitlines()) > 30


def test_without_feedback_that_is_said() -> None:
    assert "no feedback in this one" in printed(replace(SHOWN, without=True))


EVERYTHING = replace(
    SHOWN, seconds=8.0, filled=0.4, ring=ring(inside=True), state=2, pacer=0.5,
    bars=(bar_of("share.mt1", 0.1, 0.25, None, False),),
    ticks=(Rep("left", 1, 1, "failed", "foot down", "hold", 0.0, 3.0, True),),
    not_sensed=("standing on one foot",),
)  # fmt: skip


def test_it_reads_the_same_without_colour() -> None:
    from rich.text import Text

    coloured = printed(EVERYTHING, color=True)
    assert "\x1b[" in coloured
    assert "\x1b[" not in printed(EVERYTHING)
    assert Text.from_ansi(coloured).plain.rstrip() == printed(EVERYTHING).rstrip()


def test_a_terminal_of_plain_letters_shows_all_of_it() -> None:
    plain = printed(EVERYTHING, encoding="ascii")
    assert len(plain.splitlines()) == len(printed(EVERYTHING).splitlines())
    assert "@" in plain
    assert "#" in plain
    assert "?" not in plain  # nothing that could not be written


# ---- when it is over ---------------------------------------------------------------------------


def a_drill(*terminal: str, metric: str = "closed.time_s") -> Drill:
    return Drill.model_validate(
        {
            "schema": 1, "id": "tried", "kind": "drill", "family": "balance", "sides": "each",
            "text": {"en": {"title": "Tried"}}, "dose": {"basis": "default"},
            "score": {"primary": {"metric": metric}}, "feedback": {"terminal": terminal},
            "level": [{"n": 1, "name": "Seated"}], "safety": {"stop_if": ["pain"]},
            "source": [{"key": "default", "says": "made for a test"}],
        }
    )  # fmt: skip


def a_rep(n: int, status: str, reason: str = "", **measures: float) -> Rep:
    return Rep("left", 1, n, status, reason, "hold", 10.0 * n, 10.0 * n + 4 + n, n < 3,  # type: ignore[arg-type]
               {name.replace("__", "."): value for name, value in measures.items()})  # fmt: skip


REPS = (
    a_rep(1, "ok", closed__time_s=9.44),
    a_rep(2, "failed", "foot down", closed__time_s=7.1),
    a_rep(3, "unverified", "share.mt1 was not sensed"),
    a_rep(4, "ok", closed__time_s=3.16),
)


def told(
    *terminal: str, reps: tuple[Rep, ...] = REPS, ended: str = "completed", **bests: float
) -> tuple[str, ...]:
    outcome = Outcome("tried", 1, 1, reps, ended, {}, ())  # type: ignore[arg-type]
    return result_lines(a_drill(*terminal), outcome, bests)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "lines"),
    [
        ("tick_per_rep", ("✓ ○ ? ✓", "foot down (repetition 2)",
                          "share of this foot's load under the ball of the big toe was not sensed "
                          "(repetition 3)")),
        ("reason_of_first_fault", ("to look at first: foot down",)),
        ("set_summary", ("2 of 4 held", "1 not sensed: in the diary, but for no level",
                         "without feedback 1 of 2")),
        ("time_spoken", ("9.4, 7.1 and 3.2 seconds",)),
        ("best_so_far", ("best 9.4 s",)),
        ("slowest_fastest", ("slowest 8.0 s, fastest 5.0 s",)),
        ("clock_face_summary", ()),
    ],
)  # fmt: skip
def test_what_a_drill_asks_for_is_told(what: str, lines: tuple[str, ...]) -> None:
    assert told(what) == ("Tried, level 1: Seated", *(f"Left: {line}" for line in lines))


def test_a_new_best_is_told_beside_the_old_one() -> None:
    assert told("best_so_far", left=8.8)[-1] == "Left: best 9.4 s, before 8.8 s"
    assert told("best_so_far", left=12.0)[-1] == "Left: best 9.4 s, own best 12.0 s"


def test_own_bests_are_those_of_the_same_level() -> None:
    drill = a_drill()
    here = Outcome("tried", 1, 1, REPS, "completed", {}, ())
    harder = replace(here, level=2, reps=(a_rep(1, "ok", closed__time_s=44.0),))
    right = replace(here, reps=(replace(a_rep(1, "ok", closed__time_s=5.0), side="right"),))
    assert own_bests(drill, 1, [here, harder, right]) == {"left": 9.44, "right": 5.0}
    assert own_bests(drill, 2, [here, harder]) == {"left": 44.0}
    assert own_bests(a_drill(metric="reps_ok"), 1, [here]) == {}


def test_how_it_ended_is_told_calmly() -> None:
    assert told(ended="touchdowns")[1] == (
        "Several touch-downs in a row: enough of this drill for today."
    )
    assert len(told(ended="completed")) == 1


CLOCK = (
    a_rep(1, "ok", reach__hours_ok=3.0, reach__max_pct_by_hour__12=91.0,
          reach__max_pct_by_hour__3=84.0, reach__max_pct_by_hour__6=62.0),
    a_rep(2, "ok", reach__hours_ok=2.0, reach__max_pct_by_hour__3=88.0),
)  # fmt: skip


def test_the_clock_is_told_and_drawn_with_the_outside_of_the_left_foot_on_the_left() -> None:
    assert told("clock_face_summary", reps=CLOCK)[1:] == (
        "Left: 3 of 3 hours held",
        "Left: farthest at 3:00 88 %, 6:00 62 % and 12:00 91 % of the own base",
    )
    console = Console(file=io.StringIO(), width=80)
    for side, column in (("left", 0), ("right", 26)):
        reps = tuple(replace(rep, side=side) for rep in CLOCK)
        outcome = Outcome("tried", 1, 1, reps, "completed", {}, ())
        console.file = io.StringIO()
        print_result(console, a_drill("clock_face_summary"), outcome)
        face = console.file.getvalue().splitlines()[-7:]
        assert face[3].index("88%") - 3 == column
        assert face[0].index("91%") - 3 == face[6].index("62%") - 3 == 13
    # On both feet three o'clock is to the right, whichever foot is trained.
    on_both = a_drill("clock_face_summary").model_copy(
        update={"level": (Level(n=1, name="Both feet", set={"posture": "double"}),)}
    )
    console.file = io.StringIO()
    print_result(console, on_both, Outcome("tried", 1, 1, CLOCK, "completed", {}, ()))
    assert console.file.getvalue().splitlines()[-4].index("88%") - 3 == 26


def test_no_word_of_it_judges_a_person() -> None:
    every = ("tick_per_rep", "reason_of_first_fault", "set_summary", "time_spoken",
             "best_so_far", "slowest_fastest", "clock_face_summary")  # fmt: skip
    for text in (*told(*every, left=8.8), *told(*every, reps=CLOCK), printed(EVERYTHING)):
        assert not diagnostic_words(text)
