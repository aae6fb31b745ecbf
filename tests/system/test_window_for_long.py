# SPDX-License-Identifier: Apache-2.0
"""The whole app with its window open and everything recorded: an hour of it in `make soak`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import window_for_long

import solemetry
from solemetry.session import verify


@pytest.mark.parametrize(
    "minutes", [0.25, pytest.param(60, marks=[pytest.mark.soak, pytest.mark.timeout(4500)])]
)
def test_nothing_is_lost_and_nothing_grows_while_the_window_is_open(
    minutes: float, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, window_for_long.__file__, str(minutes), str(tmp_path)],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["overflowed"] == 0
    assert found["messages"] == []
    # A computer that tests other things at the same time may draw less often than 60 times.
    assert found["paints_hz"] > 25
    latency = found["latency_p95_ms"]
    assert latency["paint"] < 100
    memory = found["memory_mb"]
    # From a quarter of the time on: what keeps a minute of latencies has filled up by then.
    assert memory[-1] - memory[5] < 5 if minutes >= 60 else memory[-1] < 500
    path = Path(found["recording"])
    assert verify(path).whole
    session = solemetry.open(path)
    assert set(session.streams) == {"plate", "insole-left", "insole-right"}
    for name, stream in session.streams.items():
        assert (name, stream.lost_rows) == (name, 0)
        assert stream.rows > minutes * 60 * 75
