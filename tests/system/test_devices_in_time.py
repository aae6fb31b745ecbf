# SPDX-License-Identifier: Apache-2.0
"""Devices are listed before somebody thinks that nothing happens."""

from __future__ import annotations

import json
import subprocess
import sys
import time


def test_the_command_lists_in_under_five_seconds_whatever_is_missing_here() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "solemetry_host", "devices", "--json"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    took_s = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    assert took_s < 5
    assert done.stderr == ""
    findings = json.loads(done.stdout)
    assert set(findings) == {"found", "remarks"}
