# SPDX-License-Identifier: Apache-2.0
"""How long from a step of the load until a frame shows it and a piece of sound tells it.

The whole way is in it: the ADC's filter, the device's batches, the radio's intervals and its
missed ones, the queue, the grid, the numbers, the frame, the sound's blocks. What comes after
the app is not: the screen's own delay, and the sound output's, where the computer states one.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore

from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry.errors import DeviceError
from solemetry.foot import FootRegistration
from solemetry_host.devices.board import BoardSource
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.on_devices.live import Beginning, LiveDrill, begin
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.view import RunView
from solemetry_host.drills.showing.ear import DrillEar
from solemetry_host.drills.showing.feedback import Feedback
from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies, Spread, spread
from solemetry_host.live.station import Station
from solemetry_host.sim.hops import Hops
from solemetry_host.sim.insole import RadioLink, VirtualInsole
from solemetry_host.sim.plate import VirtualPlate, VirtualPlateTransport
from solemetry_host.sim.together import PlateTogether
from solemetry_host.sim.world import World
from solemetry_host.sound.speaker import BLOCK_FRAMES, NullSpeaker
from solemetry_host.sound.synth import LOUDEST, RATE_HZ, Synth
from solemetry_host.sound.tone import Tone
from solemetry_host.windows.app import live_window
from solemetry_host.windows.live.page import LivePage
from solemetry_host.windows.live.plate_view import PlateView
from solemetry_host.windows.live.pressure_map import PressureMap
from solemetry_host.windows.shell.main_window import MainWindow

Floats = NDArray[np.float64]

SETTLES_S = 12.0

_PATIENCE_S = 30.0
_TOGETHER_HZ = 500.0
"""Faster plates convert their channels together."""

_HEARD = 0.01 * LOUDEST

_STANDS = FootRegistration("right", (0.0, -105.0), 0.0, 255.0)
_HELD = Drill.model_validate(
    {
        "schema": 1, "id": "held", "kind": "drill", "family": "bench", "sides": "none",
        "text": {"en": {"title": "Standing where the load stands"}}, "dose": {"basis": "default"},
        "phase": [{"id": "hold", "do": "hold", "hold_s": 3600.0, "max_s": 7200.0}],
        "feedback": {"concurrent": "tone", "tone": {"silent_radius_mm": 15.0},
                     "schedule": "always", "test_rep_without": False},
        "safety": {"stop_if": ["pain"]}, "source": [{"key": "default", "says": "for steps alone"}],
    }
)  # fmt: skip

_INSOLE = DeviceDescription.builtin("insole-16-esp32s3")
_INSOLE_CALIBRATION = Calibration(np.full(16, 372.0), np.full(16, 0.01), "for steps alone")


@dataclass(frozen=True)
class StepResponse:
    """How late what is in front shows and tells a step.

    Attributes
    ----------
    screen, ear : Spread
        From the step of the load to the frame that was painted with it, and to the end of the
        piece of sound that begins to tell it.
    missed : int
        Steps that were not shown, or hops not heard, before the next one.
    paints_hz : float
    drill : Spread or None
        As `ear`, by the tone of a drill, whose signals are smoothed; None where none is done.
    """

    screen: Spread
    ear: Spread
    missed: int
    paints_hz: float
    drill: Spread | None = None


@dataclass
class _Log:
    """What was there, and when, on the clock of `time.monotonic`."""

    t_s: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def note(self, value: float, later_s: float = 0.0) -> None:
        self.t_s.append(time.monotonic() + later_s)
        self.values.append(value)

    def delays_s(self, from_s: Floats, to_s: Floats, reached: NDArray[np.bool_]) -> Floats:
        """Say how long after each moment it was first reached; NaN: not before the next one."""
        at_s = np.append(np.array(self.t_s)[reached], np.inf)
        first_s = at_s[np.searchsorted(at_s, from_s)]
        return np.where(first_s < to_s, first_s - from_s, np.nan)


class _Painted(QtCore.QObject):
    """Notes each frame of what is in front, when it has been painted."""

    def __init__(self, picture: PlateView | PressureMap, log: _Log) -> None:
        super().__init__(picture)
        self._picture, self._log = picture, log
        picture.installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:  # noqa: N802
        if event.type() == QtCore.QEvent.Type.Paint and self._picture.here_mm is not None:
            note = partial(self._log.note, self._picture.here_mm[1])
            QtCore.QTimer.singleShot(0, note)  # Qt paints first
        return False


class _Drilled:
    """A drill with a tone, done beside the window by whom the load stands for."""

    def __init__(self, log: _Log) -> None:
        self._feedback = Feedback(_HELD, feet=(_STANDS,))
        ear = Ear(Latencies(), lambda heard: NullSpeaker(heard, _Listened(log)))
        self._ear = DrillEar(_HELD, ear, voice=None)

    def begin(self, station: Station) -> None:
        station.command("foot", **json.loads(_STANDS.to_json()))
        station.follow(LiveDrill(self._observe))
        begin(station, Beginning(_HELD))

    def close(self) -> None:
        self._ear.close()

    def _observe(self, view: RunView, reading: Reading, arrived_ns: int) -> None:
        self._ear.hear(self._feedback.show(view, reading), arrived_ns)


class _Listened(Synth):
    """Notes how loud each piece of sound is at its end."""

    def __init__(self, log: _Log) -> None:
        super().__init__()
        self._log = log

    def render(self, tone: Tone, frames: int) -> NDArray[np.float32]:
        samples = super().render(tone, frames)
        # It is played after the piece before it, and has been heard when it is over.
        self._log.note(float(np.abs(samples).max()), 2 * BLOCK_FRAMES / RATE_HZ)
        return samples


def step_responses(seconds: float = 60.0) -> dict[str, StepResponse]:
    """Measure with a 1 kHz plate beside two insoles, an 80 Hz plate likewise, and insoles alone.

    The whole app runs, its window open (in memory where there is no screen) and everything
    recorded. The plate is in front where there is one.

    Parameters
    ----------
    seconds : float
        How long for each of the three, and with a plate once more for a drill.

    Raises
    ------
    DeviceError
        When the devices do not come to stream.
    """
    of_plates = {
        name: _with_and_without_drill(DeviceDescription.builtin(device_id), seconds)
        for name, device_id in (
            ("plate, 1 kHz", "plate-ads131m04-esp32"),
            ("plate, 80 Hz", "plate-hx711-uno"),
        )
    }
    return {**of_plates, "insoles": step_response(None, seconds)}


def _with_and_without_drill(plate: DeviceDescription, seconds: float) -> StepResponse:
    alone = step_response(plate, seconds)
    return replace(alone, drill=step_response(plate, seconds, with_drill=True).drill)


def step_response(
    plate: DeviceDescription | None,
    seconds: float,
    settles_s: float = SETTLES_S,
    with_drill: bool = False,
) -> StepResponse:
    """Measure with two insoles, and with a plate in front of them if one is given.

    Parameters
    ----------
    plate : DeviceDescription or None
        Its `delay_s` is that of the virtual plate.
    seconds : float
    settles_s : float
        How long before: the app has most to do when its windows of ten seconds are full.
    with_drill : bool
        Whether somebody does a drill on the plate meanwhile, with a tone of its own.

    Raises
    ------
    DeviceError
        When the devices do not come to stream.
    """
    world, hops = World(), Hops(settles_s + _PATIENCE_S + seconds)
    sources = [*_plate(plate, world, hops), *_insoles(world, hops)]
    frames, sound, drilled = _Log(), _Log(), _Log()

    def open_ear(latencies: Latencies) -> Ear:
        return Ear(latencies, lambda heard: NullSpeaker(heard, _Listened(sound)))

    with tempfile.TemporaryDirectory() as folder:
        station = Station(lambda: sources, _INSOLE_CALIBRATION)
        window, page = live_window(lambda _: station, Path(folder), open_ear)
        beside = _Drilled(drilled) if with_drill else None
        _run(window, page, station, frames, seconds, settles_s, beside)
    began_s = frames.t_s[0]
    steps_s = hops.moments_s + world.began_s
    within = (steps_s[:-1] > began_s) & (steps_s[1:] < frames.t_s[-1])
    response = _response(steps_s, within, frames, sound)
    forward = within & (np.arange(len(within)) % 2 == 0)
    drill = _spread(_heard_s(steps_s, forward, drilled)) if with_drill else None
    return replace(response, drill=drill)


def _run(
    window: MainWindow,
    page: LivePage,
    station: Station,
    frames: _Log,
    seconds: float,
    settles_s: float,
    drilled: _Drilled | None,
) -> None:
    window.show()
    try:
        window.desk.connect_to(())
        deadline_s = time.monotonic() + _PATIENCE_S
        while not station.ready:
            if time.monotonic() > deadline_s:
                raise DeviceError("The virtual devices do not stream.", "Close other programs.")
            _wait(0.1)
        window.desk.start_recording()
        page.toggle_sound()
        if drilled is not None:
            drilled.begin(station)
        _wait(settles_s)
        picture = page.pictures.front
        painted = _Painted(picture, frames)
        _wait(seconds)
        picture.removeEventFilter(painted)
    finally:
        window.close()
        if drilled is not None:
            drilled.close()
    if not frames.values:
        raise DeviceError("The window was never painted.", "Is it covered by another one?")


def _response(
    steps_s: Floats, within: NDArray[np.bool_], frames: _Log, sound: _Log
) -> StepResponse:
    shown_mm = np.array(frames.values)
    ahead = shown_mm > np.percentile(shown_mm, (5, 95)).mean()
    forward = within & (np.arange(len(within)) % 2 == 0)
    back = within & ~forward
    seen_s = [
        frames.delays_s(steps_s[:-1][which], steps_s[1:][which], reached)
        for which, reached in ((forward, ahead), (back, ~ahead))
    ]
    heard_s = _heard_s(steps_s, forward, sound)
    shown_s = np.concatenate(seen_s)
    missed = int(np.isnan(shown_s).sum() + np.isnan(heard_s).sum())
    seconds = frames.t_s[-1] - frames.t_s[0]
    return StepResponse(
        _spread(shown_s),
        _spread(heard_s),
        missed,
        len(frames.t_s) / seconds,
    )


def _heard_s(steps_s: Floats, forward: NDArray[np.bool_], sound: _Log) -> Floats:
    """Return how long after each hop forward a tone began; NaN: not before the next hop."""
    told = np.array(sound.values) > _HEARD
    return sound.delays_s(steps_s[:-1][forward], steps_s[1:][forward], told)


def _spread(delays_s: Floats) -> Spread:
    return spread(1e3 * delays_s[np.isfinite(delays_s)])


def _plate(
    description: DeviceDescription | None, world: World, hops: Hops
) -> list[BoardSource]:
    if description is None:
        return []
    kind = PlateTogether if description.rate_hz > _TOGETHER_HZ else VirtualPlate
    plate = kind(description, hops.on_plate)
    return [BoardSource(VirtualPlateTransport(plate, "sim:plate", world))]


def _insoles(world: World, hops: Hops) -> list[BoardSource]:
    return [
        BoardSource(
            RadioLink(
                VirtualInsole(_INSOLE, partial(hops.on_insole, _INSOLE.layout), side, seed=seed),
                world,
                f"sim:insoles?side={side}",
                seed=seed,
            )
        )
        for seed, side in enumerate(("left", "right"), start=1)
    ]


def _wait(seconds: float) -> None:
    loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
