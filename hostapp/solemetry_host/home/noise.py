# SPDX-License-Identifier: Apache-2.0
"""The noise of every device that nothing is on, taken while rows come."""

from __future__ import annotations

import numpy as np

from solemetry.calibration import Calibration
from solemetry.foot import FootRegistration
from solemetry_host.devices.source import Block, Notice
from solemetry_host.live.device import LiveDevice
from solemetry_host.live.noise_floor import NoiseFloor, NoiseWatch


class NoiseFloors:
    """Goes along with an engine (see `Follower`).

    Attributes
    ----------
    newest : dict of str to NoiseFloor
        By stream; may be looked at from any thread.
    """

    def __init__(self) -> None:
        self.newest: dict[str, NoiseFloor] = {}
        self._watches: dict[str, tuple[Calibration, NoiseWatch]] = {}

    def block(
        self,
        device: LiveDevice,
        block: Block,
        feet: tuple[FootRegistration, ...],
        arrived_ns: int,
    ) -> None:
        """Look at rows; what is no measurement keeps its seconds from counting."""
        counts = block.rows["counts"].astype(float)
        unusable = device.unusable(block.rows["flags"])
        if unusable is not None:
            counts[unusable] = np.nan
        floor = self._watch(device).push(counts)
        if floor is not None:
            self.newest[device.stream] = floor

    def notice(self, notice: Notice) -> None:
        """Nothing of it changes the noise."""

    def _watch(self, device: LiveDevice) -> NoiseWatch:
        """Return who looks at a device, anew where its calibration is another one."""
        calibration, watch = self._watches.get(device.stream, (None, None))
        if watch is None or calibration is not device.calibration:
            description = device.description
            watch = NoiseWatch(description.rate_hz, device.calibration, description.layout)
            self._watches[device.stream] = device.calibration, watch
        return watch
