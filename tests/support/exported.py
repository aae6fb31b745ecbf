# SPDX-License-Identifier: Apache-2.0
"""Recordings to be exported: made of closed forms, or of anything at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from solemetry import SensorLayout
from solemetry.session.imported import (
    counts_stream,
    forces_stream,
    imported_session,
    motion_stream,
)
from solemetry.session.model import Motion, Session, Stream
from solemetry.session.reading import load_stream

CORNERS_MM = np.array([(-170.0, 110.0), (170.0, 110.0), (-170.0, -110.0), (170.0, -110.0)])
PLATE = SensorLayout("test plate", "plate", ("FL", "FR", "RL", "RR"), CORNERS_MM, (400.0, 300.0))
INSOLE = SensorLayout(
    "test insole", "insole", ("heel", "ball", "toe"),
    np.array([(-2.0, 25.0), (5.0, 180.0), (15.0, 240.0)]), (95.0, 265.0),
)  # fmt: skip


def times(n: int, fs_hz: float, start_s: float = 0.0) -> np.ndarray:
    return start_s + np.arange(n) / fs_hz


def without(values: np.ndarray, gaps: list[slice]) -> np.ndarray:
    """Rows that were lost are NaN."""
    values = values.copy()
    for gap in gaps:
        values[gap] = np.nan
    return values


def plate(name="plate", n=400, fs_hz=80.0, start_s=0.5, gaps=(), unloaded=()) -> Stream:
    """Somebody sways on four cells; in `unloaded` nobody is there."""
    t_s = times(n, fs_hz, start_s)
    right, front = 0.5 + 0.1 * np.sin(2 * np.pi * 0.5 * t_s), 0.4 + 0.1 * np.cos(3 * t_s)
    forces_n = 700 * np.column_stack(
        ((1 - right) * front, right * front, (1 - right) * (1 - front), right * (1 - front))
    )
    for part in unloaded:
        forces_n[part] = 1.5
    return forces_stream(name, t_s, without(forces_n, list(gaps)), PLATE, fs_hz, name)


def lab_plate(name="lab", n=500, fs_hz=100.0, start_s=0.0, gaps=()) -> Stream:
    """Force, place and shear, as another maker's plate gives them."""
    t_s = times(n, fs_hz, start_s)
    load = np.column_stack(
        (650 + 30 * np.sin(5 * t_s), 40 * np.sin(t_s), 25 * np.cos(2 * t_s),
         12 * np.sin(7 * t_s), 60 * np.cos(6 * t_s))
    )  # fmt: skip
    load = without(load, list(gaps))
    return load_stream(name, t_s, load[:, 0], load[:, 1:3], fs_hz, name, load[:, 3:])


def insole(name="insole-left", n=500, fs_hz=100.0, start_s=0.0, gaps=()) -> Stream:
    t_s = times(n, fs_hz, start_s)
    forces_n = np.abs(
        np.column_stack((300 * np.sin(4 * t_s), 250 * np.cos(4 * t_s), 90 * np.sin(3 * t_s)))
    )
    return forces_stream(name, t_s, without(forces_n, list(gaps)), INSOLE, fs_hz, name)


def mat(sensors: int, name: str, n: int, fs_hz: float, start_s: float) -> Stream:
    """An insole of many sensors."""
    places_mm = np.column_stack((np.zeros(sensors), np.linspace(10, 250, sensors)))
    labels = tuple(map(str, range(sensors)))
    layout = SensorLayout("test mat", "insole", labels, places_mm, (95.0, 265.0))
    return forces_stream(
        name, times(n, fs_hz, start_s), np.full((n, sensors), 2.5), layout, fs_hz, name
    )


def inertial(name="insole-left-imu", n=500, fs_hz=100.0, start_s=0.0) -> Motion:
    t_s = times(n, fs_hz, start_s)
    turning = np.column_stack((np.sin(t_s), np.cos(t_s), 0.5 + 0 * t_s))
    return motion_stream(name, t_s, turning, 100 * turning[:, ::-1], fs_hz, name)


def events(*told: tuple[float, str, dict]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "t_s": [t_s for t_s, _, _ in told],
            "kind": [kind for _, kind, _ in told],
            "detail": pd.Series([detail for _, _, detail in told], dtype=object),
        }
    )


def session(*streams: Stream, motion=(), told=None, **more) -> Session:
    return imported_session(
        Path("recording.h5"), "test", streams, motion=motion, events=told, **more
    )


def renamed(stream: Stream, to: list[str]) -> Stream:
    """The same with other names of its sensors."""
    assert stream.description is not None
    layout = replace(stream.description.layout, labels=tuple(to))
    return replace(stream, description=replace(stream.description, layout=layout))


labels = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
"""Whatever somebody may call a sensor."""

names = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)
"""Whatever somebody may call a stream."""


def counted(name: str, n: int, fs_hz: float, start_s: float, gaps: list[slice]) -> Stream:
    """Sensors of which no gains are known."""
    counts = without(np.arange(3.0 * n).reshape(n, 3), gaps)
    return counts_stream(name, times(n, fs_hz, start_s), counts, INSOLE, fs_hz, name)


@st.composite
def recordings(draw: st.DrawFn, kinds=(plate, lab_plate, insole, counted)) -> Session:
    """One to three streams with names and gaps of any kind, as short as one sample."""
    made = []
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        n = draw(st.integers(1, 40))
        fs_hz = draw(st.sampled_from([50.0, 80.0, 100.0]))
        start_s = draw(st.sampled_from([0.0, 0.125, 7.25]))
        gaps = [
            slice(first, first + length)
            for first, length in draw(
                st.lists(st.tuples(st.integers(0, 39), st.integers(1, 40)), max_size=3)
            )
        ]
        stream = draw(st.sampled_from(kinds))(name, n, fs_hz, start_s, gaps)
        if stream.layout is not None:
            size = len(stream.layout.labels)
            stream = renamed(stream, draw(st.lists(labels, min_size=size, max_size=size)))
        made.append(stream)
    told = [
        (draw(st.floats(-1, 800)), draw(names), {draw(names): draw(names)})
        for _ in range(draw(st.integers(0, 3)))
    ]
    return session(*made, told=events(*sorted(told, key=lambda each: each[0])))
