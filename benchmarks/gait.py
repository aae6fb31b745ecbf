# SPDX-License-Identifier: Apache-2.0
"""How fast an hour of walking is analysed: ``python benchmarks/gait.py``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from timing import compare, seconds

from solemetry import SensorLayout, loading
from solemetry.analysis import FootLoads, Walk, walk_of
from solemetry.session import Motion

FS_HZ = 100.0
STRIDE_S, STANCE_S = 1.12, 0.70
WEIGHT_N = 720.0
RUNS = 5

RIGHT = SensorLayout.builtin("insole-16-esp32s3")
LEFT = replace(RIGHT, xy_mm=RIGHT.xy_mm * (-1.0, 1.0))


def walked(minutes: float) -> dict[str, np.ndarray]:
    """Forces of the cells of both feet, (T, 16): load rolls from the heel to the toes."""
    rng = np.random.default_rng(1)
    t_s = np.arange(round(60 * minutes * FS_HZ)) / FS_HZ
    strides_s = STRIDE_S * (1 + 0.02 * rng.normal(size=int(60 * minutes / STRIDE_S) + 2))
    starts = 0.4 + np.cumsum(strides_s) - strides_s[0]
    found = {}
    for foot, layout, late_s in (("left", LEFT, 0.0), ("right", RIGHT, STRIDE_S / 2)):
        step = np.clip(np.searchsorted(starts, t_s - late_s, "right") - 1, 0, None)
        phase = (t_s - late_s - starts[step]) / (STANCE_S / STRIDE_S * strides_s[step])
        hump = np.sin(np.pi * phase) + 0.35 * np.sin(3 * np.pi * phase)
        total_n = np.where((phase > 0) & (phase < 1), 1.2 * WEIGHT_N * hump, 0.0)
        along = layout.xy_mm[:, 1] / layout.size_mm[1]
        share = np.exp(-(((along - phase[:, None]) / 0.35) ** 2))
        share *= rng.lognormal(0.0, 0.1, (len(starts), len(along)))[step]
        forces_n = total_n[:, None] * share / share.sum(axis=1, keepdims=True)
        found[foot] = np.maximum(forces_n + rng.normal(0, 0.3, forces_n.shape), 0.0)
    return found


def felt(forces_n: np.ndarray, t_s: np.ndarray) -> Motion:
    """What the pod of an insole feels: toes up through each swing, heel up at each push-off."""
    from scipy.ndimage import gaussian_filter1d

    swing = gaussian_filter1d((forces_n.sum(axis=1) < 20).astype(float), 8)
    turns = np.zeros((len(t_s), 3))
    turns[:, 0] = 300 * swing - 400 * np.clip(np.gradient(swing) * FS_HZ / 5, 0, None)
    gravity = np.tile([0.0, 0.0, 1.0], (len(t_s), 1))
    return Motion("insole-imu", FS_HZ, t_s, gravity, turns, len(t_s))


def analyzed(
    forces_n: dict[str, np.ndarray], motion: dict[str, Motion], t_s: np.ndarray
) -> Walk:
    """Every parameter, from arrays."""
    feet = {
        foot: FootLoads.of_cells(f"insole-{foot}", forces_n[foot], layout)
        for foot, layout in (("left", LEFT), ("right", RIGHT))
    }
    return walk_of(feet, t_s, FS_HZ, motion=motion)


def step_by_step(forces_n: np.ndarray, layout: SensorLayout, contacts: np.ndarray) -> list[float]:
    """Describe peak, its time and the impulse of each region as a loop would."""
    regions = np.array(layout.regions)
    found = []
    for start, stop in contacts:
        for region in layout.regions:
            force_n = forces_n[start:stop][:, regions == region].sum(axis=1)
            found += [force_n.max(), force_n.argmax() / FS_HZ, force_n.sum() / FS_HZ]
    return found


def report_gait() -> None:
    forces_n = walked(60)
    t_s = np.arange(len(forces_n["left"])) / FS_HZ
    motion = {foot: felt(of, t_s) for foot, of in forces_n.items()}
    walk = analyzed(forces_n, motion, t_s)
    took_s = min(seconds(lambda: analyzed(forces_n, motion, t_s)) for _ in range(RUNS))
    rows = int(walk.contacts.accepted.sum())
    print(f"{'all of a walk, 1 h, two insoles':34} {took_s:9.2f} s    {rows} steps")
    own = walk.contacts[(walk.contacts.foot == "right") & walk.contacts.accepted]
    contacts = own[["start", "stop"]].to_numpy()
    compare("regions of a foot, 1 h, 12 measures",
            lambda: loading.describe_steps(forces_n["right"], RIGHT, FS_HZ, contacts),
            "a loop over steps and regions, 3 measures",
            lambda: step_by_step(forces_n["right"], RIGHT, contacts), runs=3)  # fmt: skip


if __name__ == "__main__":
    report_gait()
