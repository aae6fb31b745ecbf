# SPDX-License-Identifier: Apache-2.0
"""What verbs that talk to devices begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from solemetry.errors import DeviceError, SolemetryError

if TYPE_CHECKING:
    from solemetry_host.devices.link import DeviceLink
    from solemetry_host.wire.records import Info


def require_live() -> None:
    """Say it before anything else where devices and windows were not installed."""
    try:
        import serial  # noqa: F401 - only whether it is there
    except ImportError:
        raise SolemetryError(
            "Devices and windows are not installed.", "Run: pip install 'solemetry[live]'"
        ) from None


@contextmanager
def linked(url: str) -> Iterator[tuple[DeviceLink, Info]]:
    """Open the link to a device for commands."""
    import threading

    from solemetry_host.devices.link import DeviceLink
    from solemetry_host.devices.url import open_board

    link = DeviceLink(open_board(url).transport)
    info = link.meet(threading.Event())
    if info is None:
        raise DeviceError(f"Nobody answers on {url}.", "Check the cable.")
    try:
        yield link, info
    finally:
        link.close()


@contextmanager
def publisher(wanted: bool) -> Iterator[Any]:
    """Give what publishes blocks, or None; without the library it is said before anything runs."""
    if not wanted:
        yield None
        return
    from solemetry_host.live.publishing import Publisher

    blocks = Publisher()
    try:
        yield blocks.push
    finally:
        blocks.close()
