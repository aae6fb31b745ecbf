# SPDX-License-Identifier: Apache-2.0
"""A device is a URL: ``serial:PORT``, ``ble:NAME``, ``sim:plate``, ``replay:FILE``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import numpy as np

from solemetry.device import SIZES_EU, DeviceDescription
from solemetry.errors import DeviceError
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.source import Source
from solemetry_host.devices.transport import RATES, SerialTransport
from solemetry_host.sim.world import World

if TYPE_CHECKING:
    from solemetry_host.sim.as_built import Floats, Hands
    from solemetry_host.sim.feet import Foot
    from solemetry_host.sim.person import Person

_FORMS = (
    "Write serial:/dev/ttyACM0 or serial:COM3 for a board on a cable, ble:left, ble:right or "
    "ble:NAME for an insole, ble:insoles for both, sim:plate or sim:insoles for virtual ones, "
    "replay:FILE.h5 for a recording, lsl:NAME for a stream of another program."
)
_FEET: tuple[Foot, Foot] = ("left", "right")


def open_sources(*urls: str, insole_size_eu: float | None = None) -> list[Source]:
    """Return the sources that device URLs name; opens nothing yet.

    Virtual devices of one call feel the same person at the same moment.

    Parameters
    ----------
    *urls : str
        ``serial:PORT[?baud=N]``, ``ble:NAME``, ``ble:ADDRESS``, ``ble:left``, ``ble:right``,
        ``ble:insoles`` (both); of an insole made for another size ``ble:insoles?size=38``, and so
        on a cable,
        ``sim:plate[?stance=one-leg&mass=68&heel_raises=5,60&board=ads131m04&...]``, with cells that
        are not as sold ``sim:plate?built=SEED[&calibrating=1&swapped=FL,FR&turned=BL]``,
        ``sim:insoles[?side=left&cells=8&size=38&...]`` (both without a side, 16 cells each without
        their number), ``replay:FILE[?speed=N]`` or
        ``lsl:NAME[?as=STREAM]``.
    insole_size_eu : float, optional
        Of insoles whose URL does not say it; without, the size that is drawn.

    Raises
    ------
    DeviceError
        When a URL has another form; the message shows the right ones.
    """
    world = World()
    return [source for url in urls for source in _opened(url, world, insole_size_eu)]


def open_source(url: str, *, insole_size_eu: float | None = None) -> Source:
    """Return the one source that a device URL names; see `open_sources`.

    Raises
    ------
    DeviceError
        When the URL has another form, or names two devices.
    """
    sources = open_sources(url, insole_size_eu=insole_size_eu)
    if len(sources) > 1:
        scheme = url.partition(":")[0]
        one = "ble:left or ble:right" if scheme == "ble" else "sim:insoles?side=left or right"
        raise DeviceError(f"{url} is two devices; here one is needed.", f"Write {one}.")
    return sources[0]


def open_board(url: str, *, insole_size_eu: float | None = None) -> BoardSource:
    """Return the device that a URL names, for commands; see `open_sources`.

    Raises
    ------
    DeviceError
        When the URL has another form, or names something that takes no commands.
    """
    source = open_source(url, insole_size_eu=insole_size_eu)
    if not isinstance(source, BoardSource):
        raise DeviceError(
            f"{url!r} takes no commands.", "Only a device does: serial:PORT or ble:NAME."
        )
    return source


def _opened(url: str, world: World, insole_size_eu: float | None) -> list[Source]:
    scheme, colon, rest = url.partition(":")
    target, _, query = rest.partition("?")
    openers: dict[str, Callable[[str, _Options, World], list[Source]]] = {
        "serial": _serial,
        "ble": _bluetooth,
        "sim": _simulated,
        "replay": _replay,
        "lsl": _lsl,
    }
    if not colon or not target or scheme not in openers:
        raise DeviceError(f"{url!r} is not a device.", _FORMS)
    options = _Options(url, query, insole_size_eu)
    sources = openers[scheme](target, options, world)
    options.refuse_leftovers()
    return sources


def _serial(port: str, options: _Options, _: World) -> list[Source]:
    baud = int(options.number("baud", 0))
    transport = SerialTransport(port, (baud,) if baud > 0 else RATES)
    return [BoardSource(transport, insole_size_eu=options.insole_size_eu())]


def _bluetooth(wanted: str, options: _Options, _: World) -> list[Source]:
    from solemetry_host.devices.bluetooth import BluetoothTransport
    from solemetry_host.devices.radio import shared_radio

    names = _FEET if wanted == "insoles" else (wanted,)
    size_eu = options.insole_size_eu()
    return [
        BoardSource(BluetoothTransport(shared_radio(), name), insole_size_eu=size_eu)
        for name in names
    ]


def _replay(path: str, options: _Options, _: World) -> list[Source]:
    from solemetry_host.devices.replay import ReplaySource  # HDF5 takes a while to load

    return [ReplaySource(Path(path).expanduser(), options.number("speed", 1.0))]


def _lsl(name: str, options: _Options, _: World) -> list[Source]:
    from solemetry_host.devices.lsl_source import LslSource

    return [LslSource(name, options.word("as"))]


# ---- virtual devices -----------------------------------------------------------------------


def _simulated(what: str, options: _Options, world: World) -> list[Source]:
    simulations: dict[str, Callable[[_Options, World], list[Source]]] = {
        "plate": _virtual_plate,
        "insoles": _virtual_insoles,
    }
    if what not in simulations:
        there = " and ".join(f"sim:{name}" for name in simulations)
        raise DeviceError(f"There is no simulation called {what!r}.", f"There are {there}.")
    world.speed = options.positive("speed", world.speed)
    return simulations[what](options, world)


def _virtual_plate(options: _Options, world: World) -> list[Source]:
    from solemetry_host.sim.as_built import PlateInHands
    from solemetry_host.sim.plate import VirtualPlate, VirtualPlateTransport
    from solemetry_host.sim.together import PlateTogether

    person = _person(options)
    offset = options.number("offset", 0.0)
    board = options.choice("board", ("uno", "ads131m04"))
    description = DeviceDescription.builtin(
        "plate-hx711-uno" if board == "uno" else "plate-ads131m04-esp32"
    )
    mixed, name = _as_built(options, description.layout.labels)
    hands = _hands(options, world)
    plate = (VirtualPlate if board == "uno" else PlateTogether)(
        description,
        person.load if hands is None else hands.load,
        zero_counts=offset * np.array([1.0, -0.5, 0.3, -0.8]),
        noise_counts=options.number("noise", 45.0),
        seed=person.seed,
        mixed=mixed,
    )
    if hands is None:
        return [BoardSource(VirtualPlateTransport(plate, name, world))]
    return [BoardSource(PlateInHands(plate, name, world, hands))]


def _as_built(options: _Options, labels: tuple[str, ...]) -> tuple[Floats | None, str]:
    """Return what is the matter with the cells, and the name of the plate that has such cells."""
    from solemetry_host.sim.as_built import cells_as_built

    built = options.numbers("built")
    told = {"swapped": options.word("swapped"), "turned": options.word("turned")}
    if not built and not any(told.values()):
        return None, "sim:plate"
    wrong = {name: tuple(filter(None, text.split(","))) for name, text in told.items()}
    for name, cells in wrong.items():
        if not set(cells) <= set(labels) or (name == "swapped" and len(cells) % 2):
            raise DeviceError(
                f"{name}={told[name]} names no cells of the plate.",
                f"Cells: {', '.join(labels)}; swapped takes pairs of them.",
            )
    seed = int(built[0]) if built else 1
    named = "".join(f"&{name}={text}" for name, text in told.items() if text)
    return cells_as_built(seed, labels, **wrong), f"sim:plate?built={seed}{named}"


def _hands(options: _Options, world: World) -> Hands | None:
    """Return hands that put masses on the plate, where it is to be calibrated."""
    from solemetry_host.sim.as_built import Hands

    placing_mm = options.number("placing", 0.7)
    if options.choice("calibrating", ("0", "1")) == "0":
        return None
    return Hands(world, placing_mm)


def _virtual_insoles(options: _Options, world: World) -> list[Source]:
    from solemetry_host.sim.feet import Feet
    from solemetry_host.sim.insole import RadioLink, VirtualInsole

    cells = options.choice("cells", ("16", "8"))
    description = DeviceDescription.builtin(f"insole-{cells}-esp32s3")
    side = options.choice("side", ("both", *_FEET))
    size_eu = options.insole_size_eu()
    made = description if size_eu is None else description.sized(size_eu)
    feet = Feet(_person(options), made.layout, options.choice("leg", ("right", "left")))
    interval_s = options.positive("interval", 30.0) * 1e-3
    drift_ppm = options.number("drift", 0.0)
    sources: list[Source] = []
    for seed, foot in enumerate(_FEET, start=feet.person.seed):
        # Each has a crystal of its own, and is met at moments of its own.
        drift = drift_ppm if foot == "right" else -drift_ppm
        felt = feet.felt_by(foot)
        insole = VirtualInsole(description, felt, foot, drift_ppm=drift, seed=seed)
        link = RadioLink(insole, world, f"sim:insoles?side={foot}", interval_s, seed=seed)
        if side in ("both", foot):
            sources.append(BoardSource(link, insole_size_eu=size_eu))
    return sources


def _person(options: _Options) -> Person:
    # The simulation needs SciPy, which takes a while to load; real devices do without.
    from solemetry_host.sim.person import STANCES, Person
    from solemetry_host.sim.shifting import IN_THE_MIDDLE, Shifting

    stance = options.choice("stance", (*STANCES, "shifting"))
    return (Shifting if stance == "shifting" else Person)(
        STANCES.get(stance, IN_THE_MIDDLE),
        mass_kg=options.number("mass", 68.0),
        steps_on_s=options.number("steps_on", 3.0),
        steps_off_s=options.number("steps_off", float("inf")),
        seed=int(options.number("seed", 1)),
        heel_raises_s=options.numbers("heel_raises"),
    )


class _Options:
    """What stands behind the question mark of a device URL."""

    def __init__(self, url: str, query: str, insole_size_eu: float | None) -> None:
        self._url, self._usual_size_eu = url, insole_size_eu
        self._given = dict(parse_qsl(query, keep_blank_values=True))

    def word(self, name: str) -> str:
        return self._given.pop(name, "")

    def choice(self, name: str, choices: tuple[Any, ...]) -> Any:
        """Return one of the choices; the first where none is given."""
        given = self._given.pop(name, choices[0])
        if given not in choices:
            raise DeviceError(
                f"There is no {name} {given!r}.", f"Choose: {', '.join(choices)}."
            )
        return given

    def number(self, name: str, default: float) -> float:
        given = self.numbers(name)
        return given[0] if given else default

    def positive(self, name: str, default: float) -> float:
        number = self.number(name, default)
        if not number > 0:
            raise DeviceError(f"In {self._url}, {name} is not above zero.", "Give more.")
        return number

    def insole_size_eu(self) -> float | None:
        """Return the size that is given, or is usual; None where an insole is as it is drawn."""
        given, (least, most) = self.numbers("size"), SIZES_EU
        if given and not least <= given[0] <= most:
            raise DeviceError(
                f"In {self._url}, there is no insole of EU {given[0]:g}.",
                f"Give {least} to {most}.",
            )
        return given[0] if given else self._usual_size_eu

    def numbers(self, name: str) -> tuple[float, ...]:
        text = self._given.pop(name, None)
        if text is None:
            return ()
        try:
            return tuple(float(part) for part in text.split(","))
        except ValueError:
            raise DeviceError(
                f"In {self._url}, {name}={text} is not a number.", "Give a number."
            ) from None

    def refuse_leftovers(self) -> None:
        if self._given:
            raise DeviceError(
                f"{self._url} has an option that does not exist: {', '.join(self._given)}.",
                "Check its spelling.",
            )
