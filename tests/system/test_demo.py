# SPDX-License-Identifier: Apache-2.0
"""The demo as a newcomer runs it, on a screen and without one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

import solemetry


def run_demo(folder: Path, command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [*command, sys.executable, "-m", "solemetry_host", "demo", "--out", str(folder)],
        capture_output=True, text=True, check=False, timeout=120, env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert re.search(r"good +ok", done.stdout)
    assert re.search(r"toes_lesser +failed: toes are clawing", done.stdout)
    return done.stdout


def without_screen() -> dict[str, str]:
    return {name: value for name, value in os.environ.items()
            if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}


def check_what_it_made(folder: Path) -> None:
    session = solemetry.open(folder / "session.h5")
    stream = session.streams["plate"]
    assert stream.lost_rows == 0
    sway = solemetry.analysis.analyze(session)["sway"]["plate"]
    assert sway["ellipse_area_95"]["valid"]
    assert sway["mean_velocity"]["duration_s"] == pytest.approx(20, abs=0.5)
    assert 2 < sway["ellipse_area_95"]["value"] / 100 < 20
    assert set(session.feet) == {"right"}

    page = (folder / "report.html").read_text()
    assert page.count("<svg") + page.count("data:image") >= 3
    assert "not a medical device" in page.lower()
    assert not re.search(r"(src|href)=[\"']https?:", page)

    picture = QImage(str(folder / "window.png")).convertToFormat(QImage.Format.Format_RGB32)
    assert (picture.width(), picture.height()) >= (1000, 600)
    pixels = np.frombuffer(picture.constBits(), np.uint32) & 0xFFFFFF
    for colour in (0x0072B2, 0xE69F00, 0xD55E00):  # trail, ellipse, where it is now
        assert (pixels == colour).sum() > 100


def test_without_a_screen_it_draws_to_memory_and_writes_the_picture(tmp_path: Path) -> None:
    said = run_demo(tmp_path, [], without_screen())
    assert "without a screen" in said
    for name in ("session.h5", "report.html", "window.png"):
        assert str(tmp_path / name) in said
    check_what_it_made(tmp_path)


def test_on_a_screen_it_opens_the_window(tmp_path: Path) -> None:
    if shutil.which("xvfb-run") is None:
        pytest.skip("a virtual screen needs the package xvfb")
    said = run_demo(tmp_path, ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24"], without_screen())
    assert "in a window" in said
    check_what_it_made(tmp_path)
