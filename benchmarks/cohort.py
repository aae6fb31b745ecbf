# SPDX-License-Identifier: Apache-2.0
"""A folder of sessions as one table, beside a plain loop.

``OMP_NUM_THREADS=1 python benchmarks/cohort.py [N]``: one thread each, as the workers have.

N simulated people (1000 of them by default) stand on a plate for 60 s at 100 Hz, each in a session
file of raw counts. All are analysed by a loop over `analyze` in this process, and by `batch` with
one worker and with two, start and end of the workers and the table included. The tables must have
the same bytes. CPU is that of all processes together: it tells what the clock on the wall does not
where other programs run as well.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from timing import seconds

import solemetry as sm
from solemetry import Calibration, DeviceDescription
from solemetry.analysis import analyze
from solemetry.cohort import analyze_folder
from solemetry.session import Logged, write_logged
from solemetry.session.format import IMU, sample_type
from solemetry_host.sim.person import STANCES, Person
from solemetry_host.sim.plate import corner_loads

RATE_HZ, LENGTH_S = 100.0, 60.0
NOISE_COUNTS = 45.0
PLATE = DeviceDescription.builtin("plate-hx711-uno")
NOMINAL = Calibration.nominal(PLATE)


def record(path: Path, seed: int) -> None:
    """Write a session of somebody who steps onto the plate and stands."""
    rng = np.random.default_rng(seed)
    stance = STANCES["one-leg" if seed % 4 == 0 else "two-legs"]
    person = Person(stance, mass_kg=rng.uniform(50, 100), steps_on_s=2.0, seed=seed)
    t_s = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    forces_n = corner_loads(*person.load(t_s), PLATE.layout.xy_mm)
    noise = rng.normal(0, NOISE_COUNTS, forces_n.shape)
    rows = np.zeros(len(t_s), sample_type(4))
    rows["index"] = np.arange(len(t_s))
    rows["t_dev_us"] = np.rint(t_s * 1e6)
    rows["t_host_ns"] = np.rint(t_s * 1e9) + 1e9
    rows["counts"] = np.rint(forces_n / NOMINAL.gain_n_per_count + NOMINAL.zero_counts + noise)
    rows["conversion"] = (np.arange(len(t_s)) % 256)[:, None]
    logged = Logged(
        "plate", rows, np.empty(0, IMU), gaps=(), events=(), rate_hz=RATE_HZ, delay_s=0.0,
        description=PLATE.toml, calibration=NOMINAL, info={}, t0_host_ns=10**9,
    )  # fmt: skip
    write_logged(path, logged, subject={"participant_id": f"P{seed:04}", "height_m": 1.75})


def cpu_s() -> float:
    """CPU time of this process and of all that it started and that have ended."""
    used = (resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(of.ru_utime + of.ru_stime for of in used)


def report(what: str, sessions: int, work: Callable[[], object]) -> tuple[float, float]:
    before_s = cpu_s()
    wall_s = seconds(work)
    used_s = cpu_s() - before_s
    print(f"{what:34} {wall_s:7.1f} s {sessions / wall_s:7.1f} sessions/s "
          f"{1e3 * used_s / sessions:7.1f} ms CPU each", flush=True)  # fmt: skip
    return wall_s, used_s


def plain_loop(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        analyze(sm.open(path), level="should")


def megabytes(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1e3


def report_cohort(sessions: int, place: Path) -> None:
    folder = place / "sessions"
    folder.mkdir()
    took_s = seconds(lambda: [record(folder / f"{n:05}.h5", n) for n in range(sessions)])
    print(f"{sessions} sessions written in {took_s:.0f} s")
    analyze(sm.open(folder / "00000.h5"), level="should")  # everything is loaded now
    loop = report("plain loop", sessions, lambda: plain_loop(folder))
    tables = [place / f"{workers}.parquet" for workers in (1, 2)]
    walls_s = []
    for workers, table in enumerate(tables, 1):
        wall_s, used_s = report(
            f"batch, {workers} worker(s)", sessions,
            lambda w=workers, t=table: analyze_folder(folder, t, workers=w),
        )  # fmt: skip
        faster, dearer = loop[0] / wall_s, used_s / loop[1]
        print(f"{'':34} {faster:7.2f} x the speed of the loop, {dearer:.2f} x its CPU")
        walls_s.append(wall_s)
    print(f"from one worker to two: {walls_s[0] / walls_s[1]:.2f} x")
    report("again, all of it done", sessions, lambda: analyze_folder(folder, tables[1]))
    assert tables[0].read_bytes() == tables[1].read_bytes()
    print(f"memory at most: {megabytes(resource.RUSAGE_SELF):.0f} MB here, "
          f"{megabytes(resource.RUSAGE_CHILDREN):.0f} MB in a worker")  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        report_cohort(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, Path(made))
