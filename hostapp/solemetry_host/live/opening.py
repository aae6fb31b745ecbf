# SPDX-License-Identifier: Apache-2.0
"""A station from what a person writes: device URLs, calibration files, places of plates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from solemetry.calibration import Calibration
from solemetry.errors import DeviceError, FileError
from solemetry_host.devices.source import Opened, Source
from solemetry_host.devices.url import open_sources
from solemetry_host.live.calibrations import Calibrations, Found, Which
from solemetry_host.live.engine import Publish
from solemetry_host.live.joined import Place
from solemetry_host.live.station import Station


def open_station(
    urls: Sequence[str],
    calibrations: Sequence[str] = (),
    places: Sequence[str] = (),
    publish: Publish | None = None,
    library: Path | None = None,
    insole_size_eu: float | None = None,
) -> Station:
    """Return a station of these devices; connects nothing yet.

    Parameters
    ----------
    urls : sequence of str
    calibrations : sequence of str
        ``FILE`` for every device that it fits, or ``STREAM=FILE``. A device without gets the newest
        that is kept of it: see `Calibrations`.
    places : sequence of str
        ``STREAM:x=MM;y=MM;turn=DEG``: where plates stand in a frame that they share.
    publish : callable, optional
        Is given each block: see `Engine`.
    library : Path, optional
        The folder whose calibrations are used; without, the usual one.
    insole_size_eu : float, optional
        Of insoles whose URL does not say it: see `open_sources`.

    Raises
    ------
    DeviceError
        When a URL has a wrong form, or a replay is to run beside another device.
    FileError
        When a calibration cannot be read.
    SolemetryError
        When a place cannot be read.
    """
    replays = [url for url in urls if url.startswith("replay:")]
    if replays and len(urls) > 1:
        raise DeviceError(
            f"{replays[0]} cannot be mixed with other devices: its times are of another day.",
            "Replay it alone; all streams of the file are played.",
        )
    def sources() -> list[Source]:
        return open_sources(*urls, insole_size_eu=insole_size_eu)

    sources()  # a wrong URL is told at once, not by a thread
    return Station(
        sources,
        read_calibrations(calibrations),
        places=dict(Place.parse(text) for text in places),
        publish=publish,
        find_calibration=lambda opened: find_kept(opened, library),
    )


def find_kept(opened: Opened, library: Path | None = None) -> Found:
    """Find the calibration that is kept of a device; of a twin it is not known which it is of."""
    which = Which.of(opened)
    found = Calibrations.of_library(library).find(which)
    if opened.twin and found.kept is not None and not which.virtual:
        return Found(
            why=f"It cannot be told which of {opened.twin} and {opened.stream} was calibrated. "
            f"Give --calibration {opened.stream}=FILE."
        )
    return found


def read_calibrations(given: Sequence[str]) -> Calibration | Mapping[str, Calibration] | None:
    """Read ``FILE``, or several of ``STREAM=FILE``.

    Raises
    ------
    FileError
        When one cannot be read, or it is not said what each is for.
    """
    if len(given) == 1 and ("=" not in given[0] or Path(given[0]).exists()):
        return _read(given[0])
    named = [text.partition("=") for text in given]
    for stream, _, file in named:
        if not file:
            raise FileError(
                f"It is not said which device {stream} calibrates.",
                f"With several, write plate={stream} or insole-left={stream}.",
            )
    return {stream: _read(file) for stream, _, file in named} or None


def _read(file: str) -> Calibration:
    try:
        text = Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"{file} cannot be read: {error}.", "Give the path of a calibration."
        ) from None
    return Calibration.from_json(text, file)
