# SPDX-License-Identifier: Apache-2.0
"""The image leaves room on the board, and the documents say how much."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import board
import pytest


def sizes(image: Path) -> tuple[int, int]:
    """Return bytes of flash and of RAM, the stack not counted, as avr-size has them."""
    done = subprocess.run(["avr-size", str(image)], capture_output=True, text=True, check=True)
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    return text + data, data + bss


def test_the_readme_tells_the_size_of_the_image(uno_image: Path) -> None:
    text = (board.FIRMWARE / "README.md").read_text("utf-8")
    for what, used, of in zip(("flash", "RAM"), sizes(uno_image), (32256, 2048), strict=True):
        row = rf"\| {what} \| (\d+) bytes, (\d+) % \| {of} \| 60 % \|"
        said = re.search(row, text)
        assert said is not None
        # A compiler of another version may differ a little.
        assert int(said[1]) == pytest.approx(used, rel=0.02)
        assert int(said[2]) == round(100 * int(said[1]) / of)


@pytest.mark.parametrize(("limit", "built"), [("60", True), ("41", False), ("10", False)])
def test_an_image_above_the_limit_is_not_built(
    limit: str, built: bool, uno_image: Path, tmp_path: Path
) -> None:
    """Links the objects that are there again, into another folder."""
    build = tmp_path / "build"
    build.mkdir()
    objects = [uno_image.parent / name for name in ("arduino", "avr", "libarduino.a")]
    with board.nobody_builds("uno"):
        subprocess.run(["cp", "-a", *objects, build], check=True)
    done = subprocess.run(
        ["make", "-s", "-C", str(board.FIRMWARE), f"BUILD={build}", f"LIMIT={limit}",
         str(build / uno_image.name)],
        capture_output=True, text=True, check=False,
    )
    assert (done.returncode == 0) is built
    assert (build / uno_image.name).exists() is built
    assert "bytes of flash" in done.stdout
    assert (f"more than {limit} % of flash or RAM" in done.stderr) is not built
