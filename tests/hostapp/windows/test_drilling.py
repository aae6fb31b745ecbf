# SPDX-License-Identifier: Apache-2.0
"""Drills in the window: chosen, begun, done and kept, by keys; and each of it in every look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets
from pytestqt.qtbot import QtBot
from screens import MakeWindow, cut, folder, in_every_look

from solemetry.foot import FootRegistration
from solemetry_host.drills.files.shelf import LIBRARY, Shelf
from solemetry_host.drills.on_devices.session import DrillSession
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.drills.running.view import Said
from solemetry_host.drills.showing.bars import Bar
from solemetry_host.drills.showing.feedback import Shown, Where
from solemetry_host.drills.showing.ring import Ring, circle_mm
from solemetry_host.drills.showing.summary import summary
from solemetry_host.drills.wanted import Wanted
from solemetry_host.windows.drilling.page import DrillingPage
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, Place

Key = QtCore.Qt.Key
PLATE = "sim:plate?stance=one-leg&steps_on=0.1&board=ads131m04"
PLACES = {"drills": Place(lambda: "Drills", DrillingPage)}
FEWEST_LAYOUTS, MOST_LAYOUTS = 3, 20
"""Words that wrap in what is beside others are laid out in several rounds."""

FOOT = FootRegistration("right", (15.0, -105.0), 0.0, 255.0)


@pytest.fixture
def window(make_window: MakeWindow, desk: Desk, qtbot: QtBot) -> MainWindow:
    """A window at the drills, for somebody of 68 kg, without a device."""
    person = desk.library.add(
        date(2026, 1, 1), {"birth_year": 1990, "mass_kg": 68, "foot_length_mm": 255}
    )
    desk.prefer(person=person.id)
    made = make_window(PLACES)
    qtbot.waitUntil(lambda: page_of(made).choosing is not None)
    return made


def page_of(window: MainWindow) -> DrillingPage:
    page = window.page
    assert isinstance(page, DrillingPage)
    return page


def session_of(window: MainWindow) -> DrillSession:
    session = page_of(window).session
    assert session is not None
    return session


def press(qtbot: QtBot, window: MainWindow, key: Key) -> None:
    qtbot.keyClick(window.focusWidget() or window, key)


def begun(qtbot: QtBot, window: MainWindow, drill: str, level: int) -> DrillSession:
    """Come to the questions before a drill, for the right foot."""
    page = page_of(window)
    page.show_what(Wanted(drill, level))
    page.drill.sides = ("right",)
    page.drill.start.click()
    qtbot.waitUntil(lambda: page.session is not None)
    qtbot.waitUntil(page.before.isVisible)
    return session_of(window)


def running(qtbot: QtBot, window: MainWindow, drill: str, level: int) -> DrillSession:
    """Come to where a drill runs; what has to be found out is left out."""
    session = begun(qtbot, window, drill, level)
    for box in page_of(window).before.boxes:
        box.setChecked(True)
    qtbot.waitUntil(page_of(window).before.next.isEnabled)
    page_of(window).before.next.click()
    while session.task is not None:
        session.skip()
    begin = page_of(window).before.next
    qtbot.waitUntil(lambda: begin.isVisible() and begin.shortcut().toString() == "Space")
    press(qtbot, window, Key.Key_Space)
    qtbot.waitUntil(lambda: session.shown is not None)
    return session


# ---- choosing ----------------------------------------------------------------------------------


def test_a_drill_is_found_and_shown(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    assert len(page.shelf.tiles) == 37
    page.shelf.search.setFocus()
    qtbot.keyClicks(page.shelf.search, "one leg closed")
    qtbot.waitUntil(lambda: len(page.shelf.tiles) == 1)
    page.shelf.tiles[0].click()
    assert page.drill.isVisible()
    choice = page.drill.choice
    assert choice is not None
    assert choice.drill.id == "single-leg-eyes-closed"
    press(qtbot, window, Key.Key_Escape)
    qtbot.waitUntil(page.shelf.isVisible)


def test_drills_of_ones_own_are_there_and_what_is_wrong_with_one_is_told(
    qtbot: QtBot, window: MainWindow, desk: Desk
) -> None:
    page, own = page_of(window), desk.preferences.folder / "drills"
    own.mkdir()
    shipped = (LIBRARY / "short-foot.toml").read_text("utf-8")
    mine = shipped.replace('"short-foot"', '"my-short-foot"', 1)
    (own / "mine.toml").write_text(mine, "utf-8")
    (own / "broken.toml").write_text(mine.replace("family", "famly"), "utf-8")
    page.entered()
    qtbot.waitUntil(lambda: len(page.shelf.tiles) == 38)
    assert page.shelf.left_out.isVisible()
    assert "broken.toml is left out. family: family is missing" in page.shelf.left_out.text()
    (own / "broken.toml").unlink()
    page.entered()
    qtbot.waitUntil(lambda: not page.shelf.left_out.isVisible())


def test_a_drill_says_what_is_sensed_of_it(qtbot: QtBot, window: MainWindow, desk: Desk) -> None:
    page = page_of(window)
    page.show_what(Wanted("clock-balance", 3))
    qtbot.waitUntil(lambda: "nothing of it" in page.drill.sensed.text())
    desk.connect_to([PLATE])
    qtbot.waitUntil(lambda: "✓" in page.drill.sensed.text())
    assert "level 3" in page.drill._name.text().lower()


# ---- doing -------------------------------------------------------------------------------------


def test_a_drill_is_done_by_keys_and_kept(qtbot: QtBot, window: MainWindow, desk: Desk) -> None:
    desk.connect_to([PLATE])
    qtbot.waitUntil(lambda: desk.station is not None and desk.station.ready)
    assert desk.station is not None
    desk.station.command("foot", "plate", **vars(FOOT))
    qtbot.waitUntil(lambda: desk.snapshot.feet == (FOOT,))
    session = running(qtbot, window, "clock-balance", 3)
    page = page_of(window)
    qtbot.waitUntil(lambda: page.takes_all and not window.rail.isVisible())
    qtbot.waitUntil(page.running.ring.isVisible)
    assert desk.recording
    press(qtbot, window, Key.Key_P)
    qtbot.waitUntil(lambda: page.running.said.text() == "Paused" or "Paused" in
                    page.running.alone.text())  # fmt: skip
    press(qtbot, window, Key.Key_Space)
    qtbot.waitUntil(lambda: session.shown is not None and session.shown.doing == "phase")
    press(qtbot, window, Key.Key_C)
    qtbot.waitUntil(lambda: session.shown is not None and session.shown.where.rep_n == 2)
    qtbot.waitUntil(page.running.alone.isVisible)
    assert not page.may_leave(), "somebody stands there"
    press(qtbot, window, Key.Key_Escape)
    qtbot.waitUntil(page.running.go_on.isVisible)
    session.stop()
    qtbot.waitUntil(page.after.isVisible)
    qtbot.waitUntil(lambda: not desk.recording)
    press(qtbot, window, Key.Key_Return)
    qtbot.waitUntil(lambda: session.state == "ended" and not session.busy)
    person = desk.person
    assert person is not None
    (result,), _ = person.results()
    assert (result.outcome.ended, result.outcome.reps[0].reason) == (
        "stopped", "had to catch myself",
    )  # fmt: skip
    kept = person.folder / "sessions" / result.context.session
    qtbot.waitUntil(lambda: desk.last_recording == kept)
    press(qtbot, window, Key.Key_R)
    qtbot.waitUntil(lambda: page.session not in (None, session))
    again = session_of(window)
    assert (again.state, again.chosen.level, again.chosen.sides) == ("asking", 3, ("right",))
    press(qtbot, window, Key.Key_Escape)
    qtbot.waitUntil(page.drill.isVisible)


def test_the_sound_comes_and_goes(qtbot: QtBot, window: MainWindow) -> None:
    session = running(qtbot, window, "abduction", 1)
    qtbot.waitUntil(lambda: session.heard)
    press(qtbot, window, Key.Key_M)
    qtbot.waitUntil(lambda: not session.heard and not window.desk.preferences.sound)
    press(qtbot, window, Key.Key_M)
    qtbot.waitUntil(lambda: session.heard)


def test_closing_in_the_middle_keeps_what_was_done(qtbot: QtBot, window: MainWindow) -> None:
    running(qtbot, window, "abduction", 1)
    person = window.desk.person
    assert person is not None
    window.close()
    (result,), _ = person.results()
    assert result.outcome.ended == "stopped"


# ---- in every look -----------------------------------------------------------------------------


def fits(window: MainWindow, name: str, states: Mapping[str, Callable[[], object]]) -> None:
    """Bring the window to each state in every look, and see that nothing is cut."""
    for look in in_every_look(window, name):
        for state, bring in states.items():
            bring()
            window.draw()
            for number in range(MOST_LAYOUTS):
                QtWidgets.QApplication.processEvents()
                if number >= FEWEST_LAYOUTS and not cut(window):
                    break
            window.grab().save(str(folder() / f"drilling-{state}{look.removeprefix(name)}.png"))
            assert cut(window) == [], f"{state} in {look}"


def test_choosing_fits_in_every_look(window: MainWindow) -> None:
    fits(window, "drills", {
        "shelf": lambda: page_of(window).show_shelf(),
        "drill": lambda: page_of(window).show_what(Wanted("single-leg-eyes-closed", 2)),
    })  # fmt: skip


def test_getting_ready_fits_in_every_look(qtbot: QtBot, window: MainWindow, desk: Desk) -> None:
    desk.connect_to([PLATE])
    qtbot.waitUntil(lambda: desk.station is not None and desk.station.ready)
    session = begun(qtbot, window, "single-leg-eyes-closed", 2)
    fits(window, "drill-asked", {"asking": lambda: None})
    session.confirmed.update(question.id for question in session.before.ask)
    session.go_on()
    fits(window, "drill-prepared", {"registering": lambda: None})


def test_doing_fits_in_every_look(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = running(qtbot, window, "single-leg-eyes-open", 1)
    assert session.shown is not None
    now = dict(moments(session.shown))
    moment = {"now": session.shown}
    monkeypatch.setattr(DrillSession, "shown", property(lambda self: moment["now"]))
    fits(window, "drill-done", {
        name: lambda name=name: moment.update(now=now[name]) for name in now
    })  # fmt: skip


def test_how_it_went_fits_in_every_look(qtbot: QtBot, window: MainWindow) -> None:
    session = running(qtbot, window, "clock-balance", 3)
    session.stop()
    qtbot.waitUntil(lambda: session.outcome is not None)
    drill = Shelf(Path("nowhere")).drill("clock-balance")
    reaches = {f"reach.max_pct_by_hour.{h}": 70 + 3 * h for h in (12, 1.5, 3, 4.5, 6, 7.5, 9)}
    reps = tuple(
        replace(rep, side=side, measures=reaches) for side in ("left", "right") for rep in REPS
    )
    session.outcome = Outcome(drill.id, 1, 3, reps, "completed", {}, ())
    session.of_sides = summary(drill, session.outcome, {})
    fits(window, "drill-told", {"after": lambda: None})


REPS = tuple(
    Rep("right", 1, n, status, why, "", 0.0, 1.0, n < 4)  # type: ignore[arg-type]
    for n, (status, why) in enumerate(
        (("ok", ""), ("failed", "the arch came down again"), ("unverified", "share.mt1"),
         ("ok", ""), ("failed", "big-toe ball lifted: you rolled out")), 1,
    )
)  # fmt: skip


def moments(first: Shown) -> Mapping[str, Shown]:
    """What a drill shows at its fullest, one of each kind."""
    plain = replace(
        first, where=Where("right", 1, 2, 5, 10), seconds=17.2, filled=0.4, ticks=REPS,
        said=(Said(1, "Both feet on the plate. Hand near the support."),), without=False,
        cue="Pull the ball of the foot towards the heel. Heel, big-toe ball and little-toe ball "
        "stay heavy.",
    )  # fmt: skip
    outline = FOOT.outline_mm() - FOOT.center_mm
    around = np.linspace(0, 6, 90)
    tail = np.column_stack((12 * np.sin(around), 18 * np.cos(around)))
    bars = (
        Bar("share of this foot's load under the inner midfoot", "", 0.12, None, 0.1, (0, 1),
            holds=False),
        Bar("share of this foot's load under the ball of the big toe", "", 0.31, 0.25, None,
            (0, 1), holds=True),
        Bar("speed of the pressure", "mm/s", 42.0, None, 80.0, (0, 120), holds=True),
    )  # fmt: skip
    ring = Ring((outline,), tail[-1], tail, circle_mm(tail[-1], 15.0), inside=True)
    return {
        "bars": replace(plain, bars=bars),
        "ring": replace(plain, ring=ring, bars=bars[:1]),
        "face": replace(plain, state=1, not_sensed=("standing on one foot",)),
        "alone": replace(first, where=plain.where, without=True, seconds=12.0),
        "rest": replace(plain, doing="rest", filled=None),
        "pace": replace(plain, pacer=0.4),
    }
