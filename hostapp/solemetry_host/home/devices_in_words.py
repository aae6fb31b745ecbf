# SPDX-License-Identifier: Apache-2.0
"""What devices are called by somebody who has never seen a URL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from solemetry_host.words import tr


def called(url: str) -> str:
    """Return what a device URL is called."""
    scheme, _, rest = url.partition(":")
    target = rest.partition("?")[0]
    match scheme, target:
        case "sim", "plate":
            return tr("Virtual plate")
        case "sim", "insoles":
            return tr("Virtual insoles")
        case "ble", "insoles":
            return tr("Both insoles")
        case "ble", "left":
            return tr("Left insole")
        case "ble", "right":
            return tr("Right insole")
        case "ble", name:
            return tr("Insole {name}", name=name)
        case "serial", port:
            return tr("Device at {port}", port=PurePath(port).name)
        case "replay", path:
            return tr("Recording {name}", name=PurePath(path).name)
        case "lsl", name:
            return tr("Stream {name}", name=name)
        case _:
            return url


def all_called(urls: Sequence[str]) -> str:
    """Return what several are called, with commas between."""
    return ", ".join(called(url) for url in urls)


def stream_called(stream: str) -> str:
    """Return what a connected device is called: ``insole-left``, ``plate-2``, ..."""
    names = {
        "plate": tr("Plate"),
        "insole-left": tr("Left insole"),
        "insole-right": tr("Right insole"),
        "insole": tr("Insole"),
    }
    if stream in names:
        return names[stream]
    kind, _, number = stream.rpartition("-")
    return f"{names[kind]} {number}" if kind in names and number.isdigit() else stream
