# SPDX-License-Identifier: Apache-2.0
"""How fast it is, beside what one would write or pick instead: ``make bench``.

Each line is the median of several runs of both, taken in turns in this one process.
"""

from __future__ import annotations

import numpy as np
from decoding import report_decoding
from scipy import stats
from timing import compare, seconds

from solemetry.device import DeviceDescription
from solemetry.sway import describe, prediction_ellipse
from solemetry_host.devices.rows import RowBuilder
from solemetry_host.live.metrics import measure
from solemetry_host.live.ring import Ring
from solemetry_host.sim.person import ONE_LEG, Person
from solemetry_host.sim.plate import VirtualPlate, corner_loads
from solemetry_host.wire.stream import StreamDecoder

PLATE = DeviceDescription.builtin("plate-hx711-uno")


def chi_square_ellipse(cop: np.ndarray) -> float:
    values = np.linalg.eigvalsh(np.cov(cop.T))
    return float(np.pi * stats.chi2.ppf(0.95, 2) * np.sqrt(values.prod()))


def rolled(rows: np.ndarray, buffer: np.ndarray) -> None:
    for row in rows:
        buffer = np.roll(buffer, -1, axis=0)
        buffer[-1] = row


def pushed(rows: np.ndarray, ring: Ring) -> None:
    for row in rows:
        ring.push(row[None])


def main() -> None:
    person = Person(ONE_LEG, steps_on_s=0)
    stream = VirtualPlate(PLATE, person.load).advance(60)
    t_s = np.arange(0, 60, 0.01)
    _, cop = person.load(t_s)
    window = corner_loads(*person.load(np.arange(20, 30, 1 / 80)), PLATE.layout.xy_mm)
    rows, buffer, ring = np.ones((800, 4)), np.zeros((800, 4)), Ring(800, 4)

    report_decoding(stream)
    compare("95 % ellipse, 6000 samples", lambda: prediction_ellipse(cop),
            "np.cov + eigvalsh + chi2.ppf", lambda: chi_square_ellipse(cop))
    compare("ring, 800 rows one by one", lambda: pushed(rows, ring),
            "np.roll", lambda: rolled(rows, buffer))
    found = StreamDecoder(4).push(stream).samples
    print(f"{'rows of a minute':34} {1e3 * seconds(lambda: RowBuilder(4).build(found, 0)):9.3f} ms")
    live = np.median([seconds(lambda: measure(window, PLATE.layout, 80.0, 10.0))
                      for _ in range(200)])
    print(f"{'live numbers of a 10 s window':34} {1e3 * live:9.3f} ms")
    battery = np.median([seconds(lambda: describe(cop, 100.0)) for _ in range(20)])
    print(f"{'describe a minute at 100 Hz':34} {1e3 * battery:9.3f} ms")


if __name__ == "__main__":
    main()
