# SPDX-License-Identifier: Apache-2.0
"""Looking back in the window: the list, one recording, two beside each other, trends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import reviewed
from PySide6 import QtCore, QtGui, QtWidgets
from pytestqt.qtbot import QtBot
from screens import MakeWindow, cut, folder, in_every_look

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.people.folder import Person
from solemetry_host.reviewing.kept import Looking
from solemetry_host.windows.look import theme
from solemetry_host.windows.reviewing.page import ReviewingPage
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, Place

PLACES = {"review": Place(lambda: "Review", ReviewingPage)}
Key = QtCore.Qt.Key


@pytest.fixture(scope="module")
def drill() -> Drill:
    return Shelf(Path("nowhere")).drill("single-leg-eyes-open")


@pytest.fixture
def ada(desk: Desk, drill: Drill) -> Person:
    person = reviewed.somebody(desk.preferences.folder, drill)
    desk.prefer(person=person.id)
    return person


@pytest.fixture
def window(ada: Person, make_window: MakeWindow) -> MainWindow:
    return make_window(PLACES)


def page_of(window: MainWindow) -> ReviewingPage:
    page = window.page
    assert isinstance(page, ReviewingPage)
    return page


def listed(window: MainWindow) -> Callable[[], bool]:
    return lambda: page_of(window).recordings.table.rowCount() > 0


def opened(qtbot: QtBot, window: MainWindow, path: Path) -> Looking:
    """Open a recording, and wait for its measures."""
    page = page_of(window)
    page.open(path)

    def measured() -> bool:
        looking = page.kept.looking
        return looking is not None and looking.path == path and looking.measured is not None

    qtbot.waitUntil(measured)
    assert page.kept.looking is not None
    return page.kept.looking


def rep(qtbot: QtBot, window: MainWindow, number: int) -> None:
    """Choose a repetition by its mark, and wait for its measures."""
    view, looking = page_of(window).looking, page_of(window).kept.looking
    assert looking is not None
    marks = [n for n, mark in enumerate(looking.opened.marks) if mark.rep is not None]
    view.marks.activated.emit(marks[number] + 1)
    qtbot.waitUntil(lambda: looking.measured is not None and not looking.watching.is_whole)


def test_the_list_opens_a_recording_by_keys_alone(
    qtbot: QtBot, window: MainWindow, ada: Person
) -> None:
    page = page_of(window)
    qtbot.waitUntil(listed(window))
    table = page.recordings.table
    assert table.hasFocus()
    qtbot.keyClick(table, Key.Key_Down)
    qtbot.keyClick(table, Key.Key_Return)
    qtbot.waitUntil(lambda: page.kept.tab == "looking")
    assert page.kept.looking is not None
    assert page.kept.looking.path == ada.sessions()[1]
    assert page.looking.timeline.hasFocus()


def test_damaged_empty_and_foreign_files_are_answered_in_the_window(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    page = page_of(window)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "letter.txt").write_text("Dear reader")
    for name, said in (("empty.csv", "is empty"), ("letter.txt", "no kind that can be opened"),
                       ("gone.h5", "There is no file")):  # fmt: skip
        page.open(tmp_path / name)
        qtbot.waitUntil(lambda said=said: said in window.notice.text())  # type: ignore[misc]
        assert window.notice.property("level") == "error"
    assert page.kept.tab == "recordings"


def test_what_broke_off_is_mended_from_the_list(
    qtbot: QtBot, window: MainWindow, ada: Person, drill: Drill
) -> None:
    broken = reviewed.broken_off(ada.folder / "sessions" / "2026-03-20T08-00-00Z.partial.h5", drill)
    page = page_of(window)
    page.list_recordings()
    table = page.recordings.table
    qtbot.waitUntil(lambda: table.rowCount() == 4)
    table.selectRow(0)
    assert page.recordings.mend_button.isVisible()
    page.recordings.mend_button.click()
    qtbot.waitUntil(lambda: "Saved what can be read" in window.notice.text())
    qtbot.waitUntil(lambda: table.item(0, 4).text() == "recovered")  # type: ignore[union-attr]
    assert not broken.exists()


def test_keys_go_along_the_recording_and_set_the_span(
    qtbot: QtBot, window: MainWindow, ada: Person
) -> None:
    looking = opened(qtbot, window, ada.sessions()[0])
    timeline, watching = page_of(window).looking.timeline, looking.watching
    length = watching.end_s - watching.begin_s
    qtbot.keyClick(timeline, Key.Key_Right)
    assert watching.t_s == pytest.approx(watching.begin_s + length / 100)
    qtbot.keyClick(timeline, Key.Key_Right, QtCore.Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(timeline, Key.Key_BracketLeft)
    begin_s = watching.t_s
    qtbot.keyClick(timeline, Key.Key_End)
    assert watching.t_s == watching.end_s
    qtbot.keyClick(timeline, Key.Key_Left, QtCore.Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(timeline, Key.Key_BracketRight)
    assert watching.span == (begin_s, watching.t_s)
    qtbot.waitUntil(lambda: looking.measured is not None and looking.measured.span == watching.span)
    qtbot.keyClick(timeline, Key.Key_PageUp)
    assert watching.label.endswith("4 ✓")
    qtbot.keyClick(timeline, Key.Key_Escape)
    assert watching.is_whole
    qtbot.keyClick(timeline, Key.Key_Escape)
    assert page_of(window).kept.tab == "recordings"


def test_time_runs_at_the_speed_that_is_asked_for(
    qtbot: QtBot, window: MainWindow, ada: Person
) -> None:
    looking = opened(qtbot, window, ada.sessions()[0])
    view = page_of(window).looking
    qtbot.keyClick(view.timeline, Key.Key_4)
    qtbot.keyClick(view.timeline, Key.Key_Space)
    assert (looking.watching.playing, looking.watching.speed) == (True, 4.0)
    qtbot.waitUntil(lambda: looking.watching.t_s > looking.watching.begin_s + 1.0)
    assert view.play_button.text() == "Pause"
    before_s = looking.watching.t_s
    view.draw(0.1)
    assert looking.watching.t_s == pytest.approx(before_s + 0.4)
    qtbot.keyClick(view.timeline, Key.Key_Space)
    assert not looking.watching.playing


def test_a_drag_over_the_timeline_chooses_a_span_and_measures_it(
    qtbot: QtBot, window: MainWindow, ada: Person
) -> None:
    looking = opened(qtbot, window, ada.sessions()[0])
    view = page_of(window).looking
    left, y = QtCore.Qt.MouseButton.LeftButton, view.timeline.height() - 40
    at = [QtCore.QPoint(round(view.timeline._x(t_s)), y) for t_s in (10.0, 30.0)]
    qtbot.mousePress(view.timeline, left, pos=at[0])
    qtbot.mouseMove(view.timeline, at[1])
    view.timeline.mouseMoveEvent(
        QtGui.QMouseEvent(
            QtCore.QEvent.Type.MouseMove, QtCore.QPointF(at[1]), view.timeline.mapToGlobal(at[1]),
            left, left, QtCore.Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip
    qtbot.mouseRelease(view.timeline, left, pos=at[1])
    assert looking.watching.span == pytest.approx((10.0, 30.0), abs=0.1)
    qtbot.waitUntil(lambda: looking.measured is not None)
    assert looking.measured is not None
    assert looking.measured.span == looking.watching.span
    tree = view.table.tree
    head = tree.topLevelItem(0)
    assert head is not None
    assert head.text(0) == "Sway"
    tree.setCurrentItem(head.child(0))
    assert "prediction ellipse" in view.table.about.text()


def test_a_span_too_short_for_its_numbers_says_so_beside_them(
    qtbot: QtBot, window: MainWindow, ada: Person
) -> None:
    looking = opened(qtbot, window, ada.sessions()[0])
    view = page_of(window).looking
    looking.watching.choose(10.0, 14.0)
    view._span_chosen()
    qtbot.waitUntil(lambda: "⚠ only 4.0 s" in view.what.text())
    line = view.table.tree.topLevelItem(0).child(0)  # type: ignore[union-attr]
    assert line is not None
    assert line.text(3) == "⚠"


def test_before_beside_after_is_held_against_own_noise(
    qtbot: QtBot, window: MainWindow, ada: Person
) -> None:
    page = page_of(window)
    for path, button in ((ada.sessions()[0], page.looking.first_button),
                         (ada.sessions()[2], page.looking.second_button)):  # fmt: skip
        opened(qtbot, window, path)
        rep(qtbot, window, 0)
        button.click()
    assert page.kept.tab == "comparing"
    found = lambda: {each.first.measure: each for each in page.comparing.found}  # noqa: E731
    qtbot.waitUntil(lambda: found()["ellipse_area_95"].change is not None)
    area = found()["ellipse_area_95"]
    assert area.change is not None
    assert area.change.changed
    page.comparing.swap_button.click()
    assert found()["ellipse_area_95"].difference == -area.difference  # type: ignore[operator]


def test_trends_show_days_bands_and_bases_and_remember_what_was_chosen(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = page_of(window)
    page.tabs.buttons["trends"].click()
    qtbot.waitUntil(lambda: bool(page.trends.shown))
    box = page.trends.measure
    box.setCurrentIndex(box.findData("hold.sway_mm"))
    box.activated.emit(box.currentIndex())
    assert [trend.side for trend in page.trends.shown] == ["left", "right"]
    assert all(trend.band is not None for trend in page.trends.shown)
    assert "without a change" in page.trends.note.text().lower()
    page.trends.kinds.buttons["bases"].click()
    assert page.trends.base_cards["left"].isVisible()
    assert not page.trends.base_cards["right"].isVisible()
    window.desk.prefer(colours="dark")
    qtbot.waitUntil(lambda: page_of(window) is not page)
    again = page_of(window)
    qtbot.waitUntil(lambda: again.trends.bases.isVisible())
    assert again.kept.trend.measure == "hold.sway_mm"


def test_what_is_shown_is_saved_as_picture_and_as_table(
    qtbot: QtBot, window: MainWindow, ada: Person, tmp_path: Path
) -> None:
    page = page_of(window)
    opened(qtbot, window, ada.sessions()[0])
    for name in ("a.png", "a.svg", "a.csv"):
        page.save(tmp_path / name)
        assert "Saved" in window.notice.text()
    picture = QtGui.QImage(str(tmp_path / "a.png"))
    assert picture.width() > 2 * page.looking.timeline.width()
    colours = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 7)
               for y in range(0, picture.height(), 7)}  # fmt: skip
    assert len(colours) > 3
    drawn = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = [text for node in drawn.iter() if node.tag.endswith("text")
             for text in node.itertext()]  # fmt: skip
    assert any("Force, N" in text for text in texts)
    assert not any(node.tag.endswith("image") for node in drawn.iter())
    assert "ellipse_area_95" in (tmp_path / "a.csv").read_text()
    page.save(tmp_path / "no" / "a.csv")
    assert "cannot be written" in window.notice.text()
    page.show_tab("comparing")
    page.save(tmp_path / "nothing.png")
    assert "nothing to save" in window.notice.text()
    assert not (tmp_path / "nothing.png").exists()


def test_a_recording_stays_open_in_another_look(
    qtbot: QtBot, window: MainWindow, ada: Person
) -> None:
    looking = opened(qtbot, window, ada.sessions()[0])
    rep(qtbot, window, 2)
    old = page_of(window)
    window.desk.prefer(large_text=True)
    qtbot.waitUntil(lambda: page_of(window) is not old)
    assert page_of(window).kept.looking is looking
    assert page_of(window).looking.span.text() == "Right 3 ✓"
    assert theme.look().scale > 1


def test_nobody_chosen_sees_the_recordings_of_nobody_in_particular(
    qtbot: QtBot, make_window: MakeWindow, desk: Desk
) -> None:
    page = page_of(make_window(PLACES))
    qtbot.waitUntil(lambda: "No recordings here yet" in page.recordings.note.text())
    assert not page.recordings.whose.isVisible()
    page.show_tab("trends")
    assert "choose who practises" in page.trends.nothing.text()


def test_nothing_is_cut_in_any_look(qtbot: QtBot, window: MainWindow, ada: Person) -> None:
    opened(qtbot, window, ada.sessions()[0])
    rep(qtbot, window, 0)
    page_of(window).looking.first_button.click()
    page_of(window).looking.second_button.click()

    def settled() -> bool:
        now = page_of(window)
        works = (now._listing, now._opening, now._noise, now._trends, now.looking._work)
        return not any(work.running for work in works)

    for look in in_every_look(window, "review"):
        for tab in ("recordings", "trends", "comparing", "looking"):
            page_of(window).show_tab(tab)
            qtbot.waitUntil(settled)
            for _ in range(3):
                QtWidgets.QApplication.processEvents()
            assert cut(window) == [], f"{look}, {tab}"
            if tab != "looking":  # of what is shown last there is a picture anyway
                window.grab().save(str(folder() / f"{look}-{tab}.png"))


def test_a_window_closed_in_the_middle_of_it_leaves_no_work_behind(
    qtbot: QtBot, window: MainWindow, ada: Person
) -> None:
    page = page_of(window)
    page.open(ada.sessions()[0])
    qtbot.waitUntil(lambda: page.looking._work.running)
    window.close()
    qtbot.waitUntil(lambda: not [one for one in threading.enumerate() if one.name == "work"])


def test_one_looks_closer_at_the_plate_and_at_all_of_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    """On a plate of known size; nobody knows where a laboratory's ends."""
    view = page_of(window).looking
    looking = opened(qtbot, window, reviewed.on_own_plate(tmp_path / "own.h5"))
    view.draw(0.0)
    assert view.at_moment.plate.isVisible()
    assert not view.at_moment.ground.isVisible()
    here = view.at_moment.plate.here_mm
    stream = looking.opened.session.stream
    assert here is not None
    row = int((stream.t_s <= looking.watching.t_s).sum()) - 1
    assert here == pytest.approx(stream.cop_mm[row])
    view.at_moment.near_button.click()
    view.draw(0.0)
    assert view.at_moment.plate.near
