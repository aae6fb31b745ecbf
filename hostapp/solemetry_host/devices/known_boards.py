# SPDX-License-Identifier: Apache-2.0
"""USB numbers of the boards that this project's firmware runs on, and of their serial chips.

Opening a port restarts most boards, and may disturb a device that is not one of ours; so only
these are opened unasked.
"""

from __future__ import annotations

_MAKERS = {
    0x2341: "Arduino",
    0x2A03: "Arduino (arduino.org)",
    0x303A: "Espressif, native USB",
}
"""Whatever these makers sell is a board."""

_CHIPS = {
    (0x0403, 0x6001): "FTDI FT232R",
    (0x0403, 0x6015): "FTDI FT231X",
    (0x10C4, 0xEA60): "Silicon Labs CP210x",
    (0x1A86, 0x5523): "WCH CH341",
    (0x1A86, 0x55D3): "WCH CH343",
    (0x1A86, 0x55D4): "WCH CH9102",
    (0x1A86, 0x7522): "WCH CH340K",
    (0x1A86, 0x7523): "WCH CH340",
}
"""Serial chips of the Uno's and Nano's clones, and of ESP32 boards."""


def board_by_usb(vid: int | None, pid: int | None) -> str:
    """Return whose board or which serial chip has these numbers; empty when it is none of them."""
    if vid is None or pid is None:
        return ""
    return _CHIPS.get((vid, pid)) or _MAKERS.get(vid, "")


def is_ftdi(vid: int | None) -> bool:
    """Whether a port's chip holds bytes back for its latency timer."""
    return vid == 0x0403
