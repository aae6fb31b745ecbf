# SPDX-License-Identifier: Apache-2.0
"""Entropy, fluctuation, diffusion and recurrence, beside the packages that have them.

micromotion is there for the tests; of antropy, neurokit2 and EntropyHub those are timed that
happen to be installed. Each is first asked for the value: a name says where it is another one.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import ModuleType

import numpy as np
from timing import Work, medians, seconds

from solemetry.sway import (
    approximate_entropy,
    complexity_index,
    dfa_alpha,
    higuchi_dimension,
    mean_square_displacement,
    recurrence_quantification,
    sample_entropy,
    stabilogram_diffusion,
)
from solemetry.sway.complexity.fluctuation import default_scales

Peer = tuple[str, Callable[[np.ndarray], float]]


def plain_displacement(x: np.ndarray) -> np.ndarray:
    return np.array([np.mean((x[k:] - x[:-k]) ** 2) for k in range(1, len(x) // 3 + 1)])


def sample_entropies() -> Iterator[Peer]:
    for package in installed("micromotion.balance"):
        yield "micromotion", package.sample_entropy
    for package in installed("antropy"):
        yield "antropy", lambda x, ask=package.sample_entropy: ask(x, order=2)
    for package in installed("neurokit2"):
        yield "neurokit2", lambda x, ask=package.entropy_sample: ask(
            x, dimension=2, tolerance=0.2 * np.std(x)
        )[0]
    for package in installed("EntropyHub"):
        yield "EntropyHub", lambda x, ask=package.SampEn: ask(x, m=2, r=0.2 * np.std(x))[0][2]


def fluctuation_exponents() -> Iterator[Peer]:
    for package in installed("micromotion.dynamics"):
        yield "micromotion", lambda x, ask=package.dfa: ask(
            x, smin=10, smax=len(x) // 10, nsc=20
        )["alpha"]
    for package in installed("antropy"):
        yield "antropy", package.detrended_fluctuation
    for package in installed("neurokit2"):
        yield "neurokit2", lambda x, ask=package.fractal_dfa: ask(
            x, scale=default_scales(len(x)), overlap=False
        )[0]


def installed(name: str) -> Iterator[ModuleType]:
    with suppress(ImportError), warnings.catch_warnings(action="ignore"):
        yield import_module(name)


def report_beside(
    what: str, x: np.ndarray, ours: Callable[[np.ndarray], float], peers: Iterator[Peer]
) -> None:
    mine = [seconds(lambda: ours(x)) for _ in range(15)]
    print(f"{what:34} {1e3 * np.median(mine):9.3f} ms")
    for name, theirs in peers:
        with warnings.catch_warnings(action="ignore"):
            value = theirs(x)
            own_s, their_s = medians(lambda: ours(x), lambda ask=theirs: ask(x), runs=5)
        other = "" if np.isclose(value, ours(x), rtol=1e-6) else f", {value:.3f} not {ours(x):.3f}"
        print(f"{'':34} {1e3 * their_s:9.3f} ms   {their_s / own_s:7.1f} x  {name}{other}")


def report_complexity(cop_mm: np.ndarray, fs_hz: float) -> None:
    """Report on the AP axis of a trial, at its own rate and at 20 Hz."""
    native = np.ascontiguousarray(cop_mm[:, 1])
    slow = np.ascontiguousarray(native[:: round(fs_hz / 20)])
    for x in (slow, native):
        report_beside(f"sample entropy, N = {len(x)}", x, sample_entropy, sample_entropies())
        report_beside(f"DFA, N = {len(x)}", x, dfa_alpha, fluctuation_exponents())
    report_beside(
        f"mean square displacement, N = {len(native)}", native,
        lambda x: mean_square_displacement(x, fs_hz)[1][0],
        iter([("a loop over lags", lambda x: plain_displacement(x)[0])]),
    )  # fmt: skip
    rest: dict[str, Work] = {
        **{
            f"diffusion, {fit}, N = {len(native)}": partial(
                stabilogram_diffusion, native, fs_hz, fit
            )
            for fit in ("linear", "two_lines", "quijoux2021")
        },
        f"approximate entropy, N = {len(slow)}": partial(approximate_entropy, slow),
        f"complexity index, N = {len(slow)}": partial(complexity_index, slow),
        f"Higuchi dimension, N = {len(slow)}": partial(higuchi_dimension, slow),
        f"recurrence, N = {len(slow)}": partial(recurrence_quantification, slow),
    }
    for what, work in rest.items():
        print(f"{what:34} {1e3 * np.median([seconds(work) for _ in range(15)]):9.3f} ms")


def main() -> None:
    rng = np.random.default_rng(1)
    # Noise through a slow filter, about as smooth as a centre of pressure.
    t_s = np.arange(0, 8, 0.01)
    kernel = t_s * np.exp(-t_s / 0.5)
    noise = rng.normal(size=(6000, 2))
    report_complexity(np.column_stack([np.convolve(x, kernel)[:6000] for x in noise.T]), 100.0)


if __name__ == "__main__":
    main()
