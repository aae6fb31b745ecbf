# SPDX-License-Identifier: Apache-2.0
"""A person standing: a documented sway model, for demos and for learning the app.

The body is an inverted pendulum held upright by a proportional and derivative torque with
noise in it (the structure of Johansson 1988 and of Maurer & Peterka 2005; the numbers are
this project's). With the centre of mass at ``x`` and the centre of pressure at ``p``::

    x'' = w0^2 (x - p)          w0^2 = g / h_eff, the pendulum
    p   = (1 + a) x + b x' + m  the torque at the ankles
    m'  = (n - m) / 0.15 s      muscles answer slowly
    n'  = -n / tau + white      what the senses get wrong

so that ``p`` is white noise through a linear filter. The noise is scaled so that the centre
of pressure has the wanted standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Floats = NDArray[np.float64]

_GRAVITY = 9.80665
_EFFECTIVE_HEIGHT_M = 1.0
_MUSCLE_S = 0.15
_RATE_HZ = 100.0
_LENGTH_S = 300.0


@dataclass(frozen=True)
class Sway:
    """How one axis sways.

    Attributes
    ----------
    sd_mm : float
        Standard deviation of the centre of pressure.
    stiffness, damping_s : float
        ``a`` and ``b`` of the model.
    noise_s : float
        ``tau``, how long the noise remembers.
    """

    sd_mm: float
    stiffness: float
    damping_s: float
    noise_s: float

    def series(self, n: int, rate_hz: float, rng: np.random.Generator) -> Floats:
        """Return `n` samples of the centre of pressure, mm, mean zero."""
        w2 = _GRAVITY / _EFFECTIVE_HEIGHT_M
        # State: x, x', m, n. Output: p.
        a = np.array(
            [
                [0.0, 1.0, 0.0, 0.0],
                [-self.stiffness * w2, -self.damping_s * w2, -w2, 0.0],
                [0.0, 0.0, -1.0 / _MUSCLE_S, 1.0 / _MUSCLE_S],
                [0.0, 0.0, 0.0, -1.0 / self.noise_s],
            ]
        )
        b = np.array([[0.0], [0.0], [0.0], [1.0]])
        c = np.array([[1.0 + self.stiffness, self.damping_s, 1.0, 0.0]])
        discrete = signal.cont2discrete((a, b, c, np.zeros((1, 1))), 1.0 / rate_hz)
        numerator, denominator = signal.ss2tf(*discrete[:4])
        settle = int(60 * rate_hz)
        noise = rng.standard_normal(n + settle)
        cop = signal.lfilter(numerator[0], denominator, noise)[settle:]
        cop -= cop.mean()
        return np.asarray(cop * (self.sd_mm / cop.std()))


@dataclass(frozen=True)
class Stance:
    """A way to stand: where, and how much sway each way.

    Attributes
    ----------
    ml, ap : Sway
    center_mm : tuple of float
        Mean centre of pressure on the plate, ``(ml, ap)``.
    """

    ml: Sway
    ap: Sway
    center_mm: tuple[float, float]


TWO_LEGS = Stance(
    # Near the published means of young adults on a firm plate, eyes open (Santos & Duarte
    # 2016): 2.5 cm2, 8.7 mm/s.
    ml=Sway(sd_mm=2.8, stiffness=0.35, damping_s=0.15, noise_s=1.0),
    ap=Sway(sd_mm=5.1, stiffness=0.30, damping_s=0.15, noise_s=1.0),
    center_mm=(0.0, -20.0),
)
ONE_LEG = Stance(
    # An ellipse near 7.7 cm2, the mean of young adults over 30 s (Carvalho 2015).
    ml=Sway(sd_mm=5.5, stiffness=1.5, damping_s=0.2, noise_s=0.4),
    ap=Sway(sd_mm=7.8, stiffness=0.8, damping_s=0.2, noise_s=0.6),
    center_mm=(15.0, 0.0),
)
STANCES = {"two-legs": TWO_LEGS, "one-leg": ONE_LEG}

_RAISES = 3
_RAISE_S = 0.5
_RAISE_EVERY_S = 0.8
_RISE_M = 0.02
"""How far a quick heel raise lifts the body."""

_FORWARD_MM = 60.0
"""How far the centre of pressure goes forward in it: onto the balls of the feet."""


@dataclass(frozen=True)
class Person:
    """Somebody who steps onto the plate and stands there.

    Attributes
    ----------
    stance : Stance
    mass_kg : float
    steps_on_s : float
        When the person steps on; the plate is empty before.
    steps_off_s : float
        When the person leaves.
    seed : int
        The same seed gives the same sway.
    heel_raises_s : tuple of float
        When the person makes three quick heel raises, which bring the clocks of several devices
        together.
    """

    stance: Stance
    mass_kg: float = 68.0
    steps_on_s: float = 3.0
    steps_off_s: float = float("inf")
    seed: int = 1
    heel_raises_s: tuple[float, ...] = ()

    def load(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Force on the plate and where it acts.

        Parameters
        ----------
        t_s : (n,) array

        Returns
        -------
        force_n : (n,) array
        cop_mm : (n, 2) array
        """
        t_s = np.asarray(t_s, dtype=float)
        # Stepping on and off each take half a second; loading swings a little past and back.
        on = np.clip((t_s - self.steps_on_s) / 0.5, 0.0, 1.0)
        off = np.clip((self.steps_off_s - t_s) / 0.5, 0.0, 1.0)
        share = np.minimum(on, off)
        share = share * share * (3.0 - 2.0 * share)
        standing_s = np.maximum(t_s - self.steps_on_s, 0.0)
        share *= 1.0 + 0.06 * np.exp(-standing_s / 0.6) * np.sin(12 * standing_s)
        # The sway of five minutes, then the same again backwards, and so on without a jump.
        phase = np.mod(t_s, 2 * _LENGTH_S)
        folded = np.minimum(phase, 2 * _LENGTH_S - phase) * _RATE_HZ
        at = np.arange(len(self._series))
        cop = np.column_stack([np.interp(folded, at, axis) for axis in self._series.T])
        cop[:, 1] += _FORWARD_MM * self.raised(t_s)
        # The body is lifted along the same curve: what its acceleration adds to its weight.
        turn = 2 * np.pi / _RAISE_S
        _, raising, phase_s = self._raise(t_s)
        lift = np.where(raising, _RISE_M / 2 * turn**2 * np.cos(turn * phase_s), 0.0)
        return share * self.mass_kg * (_GRAVITY + lift), cop + self.stance.center_mm

    def raised(self, t_s: Floats) -> Floats:
        """How far the heels are up, ``(n,)``: 0 on the ground, 1 at the top."""
        up, _, _ = self._raise(np.asarray(t_s, dtype=float))
        return up

    def _raise(self, t_s: Floats) -> tuple[Floats, NDArray[np.bool_], Floats]:
        """Height of the heels, whether a raise is going on, and how long it has."""
        starts = np.array([start + k * _RAISE_EVERY_S for start in self.heel_raises_s
                           for k in range(_RAISES)])
        if not len(starts):
            return np.zeros(len(t_s)), np.zeros(len(t_s), bool), np.zeros(len(t_s))
        starts.sort()
        phase_s = t_s - starts[np.maximum(np.searchsorted(starts, t_s, "right") - 1, 0)]
        raising = (phase_s >= 0) & (phase_s < _RAISE_S)
        up = np.where(raising, (1 - np.cos(2 * np.pi * phase_s / _RAISE_S)) / 2, 0.0)
        return up, raising, phase_s

    @cached_property
    def _series(self) -> Floats:
        rng = np.random.default_rng(self.seed)
        n = int(_LENGTH_S * _RATE_HZ) + 1
        return np.column_stack(
            [axis.series(n, _RATE_HZ, rng) for axis in (self.stance.ml, self.stance.ap)]
        )
