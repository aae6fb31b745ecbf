# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import shutil
import subprocess
import sys

import board
import pytest


def test_the_c_core_obeys_the_vectors_and_survives_damage_under_sanitizers() -> None:
    if not (shutil.which("gcc") and shutil.which("make")):
        pytest.skip("the C core's tests need gcc and make")
    done = subprocess.run(
        ["make", "-s", "-C", str(board.FIRMWARE), "test", f"PYTHON={sys.executable}"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout
    assert "0 mistaken" in done.stdout


def test_the_shared_vectors_are_fresh() -> None:
    script = board.FIRMWARE / "vectors" / "make_vectors.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_image_leaves_room_on_the_board(uno_image: object) -> None:
    """An ATmega328P has 32 kB of flash (half a kB for the boot loader) and 2 kB of RAM."""
    done = subprocess.run(
        ["avr-size", str(board.IMAGE)], capture_output=True, text=True, check=True
    )
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    assert text + data < 32256
    assert data + bss < 1024
