# SPDX-License-Identifier: Apache-2.0
"""The demo: a virtual person holds a one-leg stance, and the whole chain is run on it.

Then simulated people do a drill, well and badly.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from PySide6 import QtCore

import solemetry
from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.devices.url import open_source
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.simulated.asking import Asking
from solemetry_host.drills.simulated.faults import fault
from solemetry_host.drills.simulated.trials import Trial, attempt
from solemetry_host.live.station import Station
from solemetry_host.windows.app import application, has_screen, live_window
from solemetry_host.windows.live.page import LivePage
from solemetry_host.windows.shell.main_window import MainWindow

_STEPS_ON_S = 4.0
_SETTLED_S = 2.5
_DEVICE = f"sim:plate?stance=one-leg&steps_on={_STEPS_ON_S}&offset=30000&seed=4"
_FOOT = FootRegistration(side="right", heel_mm=(2.0, -108.0), axis_deg=6.0, length_mm=255.0)
_PATIENCE_S = 30.0

_Say = Callable[[str], None]

_DRILL, _LEVEL = "short-foot", 2
_WAYS = ("good", "break:hold.share.toes_lesser", "break:hold.share.mt1", "never")


def run(folder: Path, hold_s: float = 20.0, quiet: bool = False) -> dict[str, Any]:
    """Run the demo; return what it made.

    Parameters
    ----------
    folder : Path
        Gets ``session.h5``, ``report.html`` and ``window.png``.
    hold_s : float
        Length of the hold, seconds.
    quiet : bool
        Print nothing.

    Raises
    ------
    SolemetryError
        When a step does not come to its end.
    """
    say: _Say = (lambda words: None) if quiet else typer.echo
    folder.mkdir(parents=True, exist_ok=True)
    session_file = folder / "session.h5"
    session_file.unlink(missing_ok=True)
    app = application()
    screen = has_screen()
    where = "in a window" if screen else "without a screen (the picture shows the window)"
    say(f"A virtual person will stand on one leg for {hold_s:.0f} s, {where}.")

    window, page = live_window(lambda urls: Station(lambda: open_source(*urls)), folder)
    window.show()
    script = _Script(window, page, session_file, folder / "window.png", hold_s, say)
    timer = QtCore.QTimer()
    timer.timeout.connect(script.go_on)
    timer.start(50)
    app.exec()
    window.close()
    if script.failure is not None:
        raise script.failure

    session = solemetry.open(session_file)
    sway = solemetry.analysis.analyze(session)["sway"]["plate"]
    report = solemetry.report.write_report(session, folder / "report.html")
    area, velocity = sway["ellipse_area_95"], sway["mean_velocity"]
    say(f"\n95 % sway ellipse {area['value'] / 100:.2f} cm2, path velocity "
        f"{velocity['value']:.1f} mm/s over {velocity['duration_s']:.1f} s.\n")
    files = {"recording": session_file, "report": report, "window": script.picture}
    for what, path in files.items():
        say(f"  {what:10} {path.resolve()}")
    trials = _trials(say)
    say(f"\nLook closer:  solemetry analyze {session_file}"
        f"\nPlay it again: solemetry live --device 'replay:{session_file}'"
        "\nDrills:        solemetry drill list")
    return {
        **files,
        "sway": {"ellipse_area_95": area, "mean_velocity": velocity},
        "drill": _DRILL,
        "trials": trials,
    }


def _trials(say: _Say) -> list[dict[str, str]]:
    """Let simulated people do a drill, and tell how it was graded."""
    drill = Shelf().drill(_DRILL)
    asking = Asking(drill, _LEVEL)
    trials = []
    say(f"\n{drill.words().title}, as simulated people do it on an insole:")
    for name in _WAYS:
        result = attempt(drill, _LEVEL, Trial(fault(asking, name), ("insole",)))
        told = f"{result.status}: {result.reason}" if result.reason else result.status
        say(f"  {name:30} {told}")
        trials.append({"trial": name, "status": result.status, "reason": result.reason})
    return trials


@dataclass
class _Script:
    """What a person would do at the window, one step after the other."""

    window: MainWindow
    page: LivePage
    session_file: Path
    picture: Path
    hold_s: float
    say: _Say
    failure: SolemetryError | None = None
    _step: int = 0
    _since: QtCore.QElapsedTimer = field(default_factory=QtCore.QElapsedTimer)

    def go_on(self) -> None:
        """Take the next step when its time has come."""
        if not self._since.isValid():
            self._since.start()
        steps = (self._connect, self._tare, self._record, self._hold, self._take_picture,
                 self._release, self._finish)
        try:
            if steps[self._step]():
                self._step += 1
                self._since.restart()
            elif self._since.elapsed() > 1000 * (self.hold_s + _PATIENCE_S):
                name = steps[self._step].__name__.strip("_").replace("_", " ")
                raise SolemetryError(f"The demo got stuck at: {name}.", "Run it again.")
        except SolemetryError as error:
            self.failure = error
            self._leave()
        if self._step == len(steps):
            self._leave()

    def _connect(self) -> bool:
        desk = self.window.desk
        if desk.station is None:
            desk.connect_to([_DEVICE])
        return desk.station is not None and self._station.snapshot.metrics is not None

    def _tare(self) -> bool:
        if not self._station.snapshot.messages and not self._station.snapshot.busy:
            self._station.command("tare")
        tared = [m for m in self._station.snapshot.messages if m.text.startswith("Tared")]
        return bool(tared)

    def _record(self) -> bool:
        self._station.record(self.session_file, subject="virtual-person")
        self._station.command("foot", **json.loads(_FOOT.to_json()))
        self.page.toggle_zoom()
        return True

    def _hold(self) -> bool:
        if self._station.snapshot.t_s < _STEPS_ON_S + _SETTLED_S:
            return False
        self._station.command("hold_start", name="one leg, eyes open")
        self.say("Holding ...")
        return True

    def _take_picture(self) -> bool:
        if self._since.elapsed() < 600 * self.hold_s:
            return False
        self.window.grab().save(str(self.picture))
        return True

    def _release(self) -> bool:
        if self._since.elapsed() < 400 * self.hold_s:
            return False
        self._station.command("hold_end", name="one leg, eyes open")
        return True

    def _finish(self) -> bool:
        if self._since.elapsed() < 500:
            return False
        self._station.stop_recording()
        return True

    @property
    def _station(self) -> Station:
        station = self.window.desk.station
        if station is None:
            raise SolemetryError("The window let go of the plate.", "Run the demo again.")
        return station

    def _leave(self) -> None:
        app = QtCore.QCoreApplication.instance()
        if app is not None:
            app.quit()
