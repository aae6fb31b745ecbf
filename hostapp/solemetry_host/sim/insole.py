# SPDX-License-Identifier: Apache-2.0
"""A virtual insole: its rows and answers as the firmware sends them, and a radio to carry them."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from solemetry.device import DeviceDescription
from solemetry.errors import UnavailableError
from solemetry_host.sim.feet import Foot, motion_steps
from solemetry_host.sim.firmware import BAD_ARGUMENT, DONE, UNKNOWN, Firmware
from solemetry_host.sim.world import World
from solemetry_host.wire.batches import CELL_HIGHEST, IMU_FOLLOWS
from solemetry_host.wire.records import MAJOR, SIDES, Type

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Felt = Callable[[Floats], tuple[Floats, Floats]]
"""From times (s) to the force on each cell (N) and the motion (g, degrees per second)."""

_RATES_MHZ = (50_000, 100_000, 200_000)
_RECORD_US = 30_000
_ROWS_MOST = 6
"""More rows of 16 cells do not fit a notification of 244 bytes."""

_NOISE_CODES = 1.5
_NOISE_STEPS = (4.0, 4.0, 4.0, 2.0, 2.0, 2.0)
_NOISE_ROWS = 4099
"""Noise comes again after so many rows: a prime, in step with nothing."""

_TEST_ROWS = 32
_BATTERY_MV = 3950
_RATE_IMU_BATTERY = 2 | 8 | 16
_GYRO_DPS = 2294


class VirtualInsole(Firmware):
    """The insole's firmware, its cells and its motion sensor, as frames over simulated time.

    What a row holds depends on its index and its moment only, so `rows` tells the truth of any.

    Parameters
    ----------
    description : DeviceDescription
    felt : callable
    side : {"left", "right", ""}
    boot_id : int
    drift_ppm : float
        By how much the insole's clock runs fast.
    seed : int
    noise_codes : float
        Standard deviation of what the converter adds.

    Raises
    ------
    UnavailableError
        When the description does not say what its cells and its front end do.
    """

    def __init__(
        self,
        description: DeviceDescription,
        felt: Felt,
        side: Foot | str = "",
        boot_id: int = 1,
        drift_ppm: float = 0.0,
        seed: int = 1,
        noise_codes: float = _NOISE_CODES,
    ) -> None:
        super().__init__()
        if description.front_end is None:
            raise UnavailableError(f"The front end of {description.id} is not known.")
        self._description = description
        self._felt = felt
        self._side = SIDES.index(side) if side in SIDES else 0
        self._boot_id = boot_id
        self._clock = 1.0 + drift_ppm * 1e-6
        self._front_end = description.front_end
        self._channels = len(description.layout.labels)
        rng = np.random.default_rng(seed)
        self._noise = rng.normal(0, noise_codes, (_NOISE_ROWS, self._channels))
        self._shake = rng.normal(0, _NOISE_STEPS, (_NOISE_ROWS, 6))
        self._rate_mhz = round(description.rate_hz * 1000)
        self._rows_wanted = 0
        self._streaming = False
        self._index = self._next_us = 0
        self._waiting: list[tuple[int, int]] = []
        """Index and moment of the rows that wait for their record to be full."""
        self._testing: tuple[int, int] | None = None

    def advance(self, until_s: float) -> bytes:
        """Let time pass; return the frames sent since the last call."""
        until_us = int(until_s * 1e6 * self._clock)
        while self._next_us <= until_us:
            self._waiting.append((self._index, self._next_us))
            self._index, self._next_us = self._index + 1, self._next_us + self._period_us
            if len(self._waiting) >= self._rows_in_record:
                self._close_record()
            self._go_on_testing()
        self._now_us = max(self._now_us, until_us)
        return self._sent()

    def disconnected(self) -> None:
        """Forget the host: a new one has to ask for rows."""
        self._streaming = False

    def rows(self, index: Ints, t_us: Ints) -> tuple[Ints, Ints]:
        """Return what the insole reads.

        Parameters
        ----------
        index : (n,) int array
        t_us : (n,) int array
            Device time of the rows.

        Returns
        -------
        codes : (n, S) int array
            12 bits each.
        imu : (n, 6) int array
            Steps of acceleration and turn rate.
        """
        force_n, motion = self._felt(t_us / (1e6 * self._clock))
        noise = index % _NOISE_ROWS
        stage = self._front_end
        codes = stage.codes(stage.siemens(force_n)) + self._noise[noise]
        imu = motion_steps(motion) + np.rint(self._shake[noise]).astype(np.int64)
        return np.clip(np.rint(codes), 0, CELL_HIGHEST).astype(np.int64), imu

    # ---- rows ------------------------------------------------------------------------------

    @property
    def _period_us(self) -> int:
        return round(1e9 / self._rate_mhz)

    @property
    def _rows_in_record(self) -> int:
        wanted = self._rows_wanted or _RECORD_US // self._period_us
        return min(max(wanted, 1), _ROWS_MOST)

    def _close_record(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not self._streaming or not waiting:
            return
        index, t_us = np.array(waiting, np.int64).T
        codes, imu = self.rows(index, t_us)
        head = struct.pack(
            "<IIHHBBB", index[0] % 2**32, t_us[0] % 2**32, self._period_us, self._boot_id,
            IMU_FOLLOWS, self._channels, len(waiting),
        )  # fmt: skip
        self._send(Type.ROWS, head + _packed(codes) + imu.astype("<i2").tobytes())

    # ---- commands --------------------------------------------------------------------------

    def _do(self, command: int, seq: int, payload: bytes) -> int:
        match command:
            case Type.COMMAND_INFO:
                self._send(Type.INFO, self._info())
            case Type.COMMAND_START:
                streams = payload[0] if payload else 1
                if streams > 1:
                    return BAD_ARGUMENT  # it has no centre of pressure of its own
                self._waiting = self._waiting if self._streaming else []
                self._streaming = bool(streams)
            case Type.COMMAND_STOP:
                self._close_record()
                self._streaming = False
            case Type.COMMAND_RATE:
                return self._use_rate(payload)
            case Type.COMMAND_SIDE:
                if payload not in (b"\1", b"\2"):
                    return BAD_ARGUMENT
                self._side = payload[0]
                self._send(Type.INFO, self._info())
            case Type.COMMAND_SELF_TEST:
                self._testing = self._testing or (seq, self._index)
            case _:
                return UNKNOWN  # it has no memory to log to
        return DONE

    def _use_rate(self, payload: bytes) -> int:
        rate_mhz, rows = struct.unpack_from("<IB", payload.ljust(5, b"\0"))
        if rate_mhz not in _RATES_MHZ:
            return BAD_ARGUMENT
        self._close_record()
        self._rate_mhz, self._rows_wanted = rate_mhz, rows
        self._send(Type.INFO, self._info())
        return DONE

    def _go_on_testing(self) -> None:
        if self._testing is None or self._index < self._testing[1] + _TEST_ROWS:
            return
        seq, first = self._testing
        self._testing = None
        at = np.arange(_TEST_ROWS)
        codes, imu = self.rows(first + at, int(self._now_us) + at * self._period_us)
        gravity = np.rint(np.sqrt((imu[:, :3] ** 2).sum(axis=1)))[:, None].astype(np.int64)
        battery = np.full((_TEST_ROWS, 1), _BATTERY_MV)
        looks = np.concatenate((codes, gravity, battery), axis=1)
        found = b""
        for channel in looks.T:
            status = 2 if channel.max() >= CELL_HIGHEST and channel is not looks.T[-1] else 0
            mean = round(float(channel.mean())).to_bytes(3, "little", signed=True)
            spread = min(int(np.ptp(channel)), 0xFFFF)
            found += bytes([status]) + mean + struct.pack("<H", spread)
        self._send(Type.SELF_TEST, struct.pack("<HB", seq, looks.shape[1]) + found)

    def _info(self) -> bytes:
        d = self._description
        name = d.id.encode("ascii")
        return (
            struct.pack("<BBBBBBBBBBHIHBIB", MAJOR, 0, 0, 1, 0, 2, 3, 3, self._channels, d.bits,
                        0, self._rate_mhz, self._boot_id, 1, d.geometry_hash, len(name)) + name
            + struct.pack("<HHBHB", 0, _RATE_IMU_BATTERY, 16, _GYRO_DPS, self._side)
        )


def _packed(codes: Ints) -> bytes:
    """12-bit codes, two in three bytes, of rows with an even number of them."""
    a, b = codes[:, 0::2], codes[:, 1::2]
    triples = np.stack((a & 0xFF, a >> 8 | (b & 0xF) << 4, b >> 4), axis=-1)
    return triples.astype(np.uint8).tobytes()


class RadioLink:
    """A virtual insole on a virtual radio, as a transport.

    The two meet once in an interval. What the insole has by then arrives, and so do commands,
    unless the meeting fails: then everything waits for the next one, as it does on the air.

    Parameters
    ----------
    insole : VirtualInsole
    world : World
    name : str
    interval_s : float
    missed : float
        Share of the meetings that fail.
    seed : int
    """

    rates: tuple[int, ...] = ()
    battery_percent = 70

    def __init__(
        self,
        insole: VirtualInsole,
        world: World,
        name: str,
        interval_s: float = 0.03,
        missed: float = 0.08,
        seed: int = 1,
    ) -> None:
        self.name = name
        self.patience_s = 0.1
        self._insole = insole
        self._world = world
        self._interval_s = interval_s
        self._missed = missed
        self._rng = np.random.default_rng(seed)
        self._next_s = self._rng.uniform(0, interval_s)
        self._commands: deque[tuple[float, bytes]] = deque()
        """When each was written, and what."""

    def open(self) -> None:
        """Let time begin for the insole, and forget a host that was there before."""
        self._world.begin()
        self._insole.disconnected()
        self._commands.clear()

    def use_rate(self, rate: int) -> None:
        """Do nothing: the radio has no rate to choose."""

    def read(self) -> bytes:
        """Frames of the meetings that are due, after at most `patience_s`."""
        self._world.sleep_until(self._next_s, self.patience_s)
        came = b""
        while self._next_s <= self._world.now_s:
            if self._rng.random() >= self._missed:
                came += self._insole.advance(self._next_s)
                # Meetings that were missed are made up for: none hears what was not yet said.
                while self._commands and self._commands[0][0] <= self._next_s:
                    self._insole.receive(self._commands.popleft()[1])
            self._next_s += self._interval_s
        return came

    def write(self, data: bytes) -> None:
        """Keep bytes for the next meeting."""
        self._commands.append((self._world.now_s, data))

    def close(self) -> None:
        """Let the insole go."""
        self._insole.disconnected()
