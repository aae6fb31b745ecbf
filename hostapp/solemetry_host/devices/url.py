# SPDX-License-Identifier: Apache-2.0
"""A device is a URL: ``serial:PORT``, ``sim:plate``, ``replay:FILE``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np

from solemetry.device import DeviceDescription
from solemetry.errors import DeviceError
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.source import Source
from solemetry_host.devices.transport import RATES, SerialTransport, Transport

_FORMS = (
    "Write serial:/dev/ttyACM0 or serial:COM3 for a board, sim:plate for a virtual one, "
    "replay:FILE.h5 for a recording."
)


def open_source(url: str) -> Source:
    """Return the source that a device URL names; opens nothing yet.

    Parameters
    ----------
    url : str
        ``serial:PORT[?baud=N]``, ``sim:plate[?stance=one-leg&mass=68&seed=1&...]`` or
        ``replay:FILE[?speed=N]``.

    Raises
    ------
    DeviceError
        When the URL has another form; the message shows the right ones.
    """
    scheme, colon, rest = url.partition(":")
    target, _, query = rest.partition("?")
    openers: dict[str, Callable[[str, _Options], Source]] = {
        "serial": _serial,
        "sim": _simulated,
        "replay": _replay,
    }
    if not colon or not target or scheme not in openers:
        raise DeviceError(f"{url!r} is not a device.", _FORMS)
    options = _Options(url, query)
    source = openers[scheme](target, options)
    options.refuse_leftovers()
    return source


def open_transport(url: str) -> Transport:
    """Return the transport of a board that a ``serial:`` or ``sim:`` URL names, for commands.

    Raises
    ------
    DeviceError
        When the URL has another form.
    """
    source = open_source(url)
    if not isinstance(source, BoardSource):
        raise DeviceError(f"{url!r} takes no commands.", "Only a board does: serial:PORT.")
    return source.transport


def _serial(port: str, options: _Options) -> Source:
    baud = int(options.number("baud", 0))
    return BoardSource(SerialTransport(port, (baud,) if baud > 0 else RATES))


def _replay(path: str, options: _Options) -> Source:
    from solemetry_host.devices.replay import ReplaySource  # HDF5 takes a while to load

    return ReplaySource(Path(path).expanduser(), options.number("speed", 1.0))


def _simulated(what: str, options: _Options) -> Source:
    # The simulation needs SciPy, which takes a while to load; real boards do without.
    from solemetry_host.sim.person import STANCES, Person
    from solemetry_host.sim.plate import VirtualPlate, VirtualPlateTransport

    if what != "plate":
        raise DeviceError(f"There is no simulation called {what!r}.", "There is sim:plate.")
    stance = options.word("stance", "two-legs")
    if stance not in STANCES:
        raise DeviceError(f"There is no stance {stance!r}.", f"Choose: {', '.join(STANCES)}.")
    seed = int(options.number("seed", 1))
    person = Person(
        STANCES[stance],
        mass_kg=options.number("mass", 68.0),
        steps_on_s=options.number("steps_on", 3.0),
        steps_off_s=options.number("steps_off", float("inf")),
        seed=seed,
    )
    offset = options.number("offset", 0.0)
    plate = VirtualPlate(
        DeviceDescription.builtin("plate-hx711-uno"),
        person.load,
        zero_counts=offset * np.array([1.0, -0.5, 0.3, -0.8]),
        noise_counts=options.number("noise", 45.0),
        seed=seed,
    )
    return BoardSource(VirtualPlateTransport(plate, "sim:plate", options.number("speed", 1.0)))


class _Options:
    """What stands behind the question mark of a device URL."""

    def __init__(self, url: str, query: str) -> None:
        self._url = url
        self._given = dict(parse_qsl(query, keep_blank_values=True))

    def word(self, name: str, default: str) -> str:
        return self._given.pop(name, default)

    def number(self, name: str, default: float) -> float:
        text = self._given.pop(name, None)
        if text is None:
            return default
        try:
            return float(text)
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
