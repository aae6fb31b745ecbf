# SPDX-License-Identifier: Apache-2.0
"""Work beside the interface: who asked is told, in the interface's thread, whoever keeps it."""

from __future__ import annotations

import gc
import threading

from pytestqt.qtbot import QtBot

from solemetry.errors import SolemetryError
from solemetry_host.windows.shell.working import in_background


def test_who_asked_is_told_though_nobody_keeps_the_work(qtbot: QtBot) -> None:
    told: list[tuple[int, threading.Thread]] = []
    for number in range(50):
        in_background(lambda n=number: n, lambda n: told.append((n, threading.current_thread())),
                      lambda error: told.append((-1, threading.current_thread())))  # fmt: skip
        gc.collect(0)  # what is new is what nobody keeps
    qtbot.waitUntil(lambda: len(told) == 50)
    assert sorted(n for n, _ in told) == list(range(50))
    assert {thread for _, thread in told} == {threading.main_thread()}


def test_what_went_wrong_is_told_in_words(qtbot: QtBot) -> None:
    told: list[SolemetryError] = []

    def work() -> None:
        raise SolemetryError("There is no port.", "Plug it in.")

    in_background(work, lambda _: None, told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert str(told[0]) == "There is no port. Plug it in."


def test_it_runs_until_it_was_told_and_may_be_waited_for(qtbot: QtBot) -> None:
    go_on, told = threading.Event(), list[bool]()
    work = in_background(go_on.wait, told.append, lambda _: None)
    assert work.running
    go_on.set()
    work.wait()
    assert told == [True]
    assert not work.running


def test_what_is_forgotten_tells_nobody(qtbot: QtBot) -> None:
    told: list[bool] = []
    work = in_background(lambda: True, told.append, lambda _: None)
    work.forget()
    qtbot.wait(50)
    assert (told, work.running) == ([], False)
