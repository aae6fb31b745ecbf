# SPDX-License-Identifier: Apache-2.0
"""How fast it is, beside what one would write or pick instead: ``make bench``.

Each line is the median of several runs of both, taken in turns in this one process.
"""

from __future__ import annotations

import numpy as np
from complexity import report_complexity
from decoding import report_decoding
from gait import report_gait
from importing import report_importing
from scipy import signal, stats
from sway import report_sway
from timing import compare, seconds

from solemetry.device import DeviceDescription
from solemetry.sliding import Trail
from solemetry.sway import prediction_ellipse
from solemetry_host.devices.rows import RowBuilder
from solemetry_host.live.metrics import measure
from solemetry_host.live.window import Window
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


def appended(rows: np.ndarray, trail: Trail) -> None:
    for row in rows:
        trail.append(row[None])


def live_window(rate_hz: float, person: Person) -> tuple[Window, np.ndarray]:
    """Return a full window, and the rows that come in a sixtieth of a second."""
    t_s = np.arange(20, 31, 1 / rate_hz)
    forces_n = corner_loads(*person.load(t_s), PLATE.layout.xy_mm)
    window, new = Window(PLATE.layout, rate_hz, 10.0), max(1, round(rate_hz / 60))
    window.append(forces_n[:-new])
    return window, forces_n[-new:]


def live_step(window: Window, rows: np.ndarray) -> None:
    window.append(rows)
    measure(window)


def measured_anew(cop_mm: np.ndarray, rate_hz: float) -> None:
    smooth = signal.sosfiltfilt(signal.butter(2, 10.0, fs=rate_hz, output="sos"), cop_mm, axis=0)
    chi_square_ellipse(smooth)
    np.linalg.norm(np.diff(smooth, axis=0), axis=1).sum()


def main() -> None:
    person = Person(ONE_LEG, steps_on_s=0)
    stream = VirtualPlate(PLATE, person.load).advance(60)
    t_s = np.arange(0, 60, 0.01)
    _, cop = person.load(t_s)
    rows, buffer, trail = np.ones((800, 4)), np.zeros((800, 4)), Trail(800, 4)

    report_decoding(stream)
    compare("95 % ellipse, 6000 samples", lambda: prediction_ellipse(cop),
            "np.cov + eigvalsh + chi2.ppf", lambda: chi_square_ellipse(cop))
    compare("trail, 800 rows one by one", lambda: appended(rows, trail),
            "np.roll", lambda: rolled(rows, buffer))
    found = StreamDecoder(4).push(stream).samples
    print(f"{'rows of a minute':34} {1e3 * seconds(lambda: RowBuilder(4).build(found, 0)):9.3f} ms")
    for rate_hz in (80.0, 1000.0):
        window, new = live_window(rate_hz, person)
        _, last_cop = person.load(np.arange(20, 30, 1 / rate_hz))
        compare(f"live numbers, 10 s at {rate_hz:.0f} Hz", lambda w=window, n=new: live_step(w, n),
                "sosfiltfilt + cov + diff", lambda c=last_cop, f=rate_hz: measured_anew(c, f))
    report_sway()
    report_complexity(cop, 100.0)
    report_gait()
    report_importing()


if __name__ == "__main__":
    main()
