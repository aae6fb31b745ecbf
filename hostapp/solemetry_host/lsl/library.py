# SPDX-License-Identifier: Apache-2.0
"""The library itself: loaded when it is needed, and kept from writing between a table's lines."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from solemetry.errors import UnavailableError

_QUIET = "[log]\nlevel=-3\n"
"""What liblsl would print is said by this program where it matters."""

_CONFIGURATIONS = ("lsl_api.cfg", "~/lsl_api/lsl_api.cfg", "/etc/lsl_api/lsl_api.cfg")
"""Where liblsl looks for the settings of a lab; they come before ours."""


@cache
def pylsl() -> Any:
    """Return the pylsl module.

    Raises
    ------
    UnavailableError
        When it is not installed, or finds no liblsl.
    """
    try:
        import pylsl as library
    except ImportError:
        raise UnavailableError(
            "The Lab Streaming Layer is not installed.", "Run: pip install 'solemetry[lsl]'"
        ) from None
    except RuntimeError as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise UnavailableError(
            f"The Lab Streaming Layer cannot be loaded ({reason}).",
            "Install liblsl: `solemetry doctor` says how.",
        ) from None
    own = any(Path(place).expanduser().exists() for place in _CONFIGURATIONS)
    if not own and "LSLAPICFG" not in os.environ:
        library.set_config_content(_QUIET)
    return library


class HostClock:
    """The host clock of this program's stamps, and the clock of the Lab Streaming Layer.

    On most systems they are one and the same; on some they count from different moments, or one
    stands still while the computer sleeps. So the difference is measured, again each second.

    Parameters
    ----------
    now_ns : callable
        The host clock.
    local_clock : callable, optional
        The other one, seconds; by default that of liblsl.
    """

    def __init__(
        self,
        now_ns: Callable[[], int] = time.perf_counter_ns,
        local_clock: Callable[[], float] | None = None,
    ) -> None:
        self.now_ns = now_ns
        self._local_clock: Callable[[], float] = local_clock or pylsl().local_clock
        self._measured_ns = 0
        self._ahead_ns: int | None = None

    @property
    def ahead_ns(self) -> int:
        """How far the layer's clock is ahead of the host clock."""
        now = self.now_ns()
        if self._ahead_ns is None or now - self._measured_ns > _MEASURED_EVERY_NS:
            self._ahead_ns, self._measured_ns = self._measure(), now
        return self._ahead_ns

    def _measure(self) -> int:
        """Look at one clock between two looks at the other; the quickest of a few tells most."""
        looks = []
        for _ in range(_LOOKS):
            before = self.now_ns()
            there = self._local_clock()
            after = self.now_ns()
            looks.append((after - before, round(there * 1e9) - (before + after) // 2))
        return min(looks)[1]


_MEASURED_EVERY_NS = 1_000_000_000
_LOOKS = 5
