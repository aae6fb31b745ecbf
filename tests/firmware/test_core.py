# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import board
import pytest

CORE_PARTS = [file.stem for file in (board.FIRMWARE / "tests" / "core").glob("test_*.c")]


def needs(*commands: str, packages: str) -> None:
    if not all(map(shutil.which, ("make", *commands))):
        pytest.skip(f"needs the packages {packages}")


def test_the_core_obeys_the_vectors_under_sanitizers() -> None:
    needs("gcc", packages="gcc, make")
    assert re.search(r"core: \d{5} checks, 0 failed", board.make("core", "test-host"))


def test_the_core_obeys_the_vectors_on_a_riscv() -> None:
    needs("riscv64-unknown-elf-gcc", "qemu-system-riscv32",
          packages="gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf, qemu-system-misc")
    assert re.search(r"core: \d{5} checks, 0 failed", board.make("core", "test-rv32"))


def test_every_part_of_the_core_obeys_the_vectors_on_an_atmega328p() -> None:
    lacking = board.missing_tools()
    if lacking:
        pytest.skip(f"the simulated processor needs the packages {lacking}")
    printed = board.make("core", "test-avr")
    for part in CORE_PARTS:
        assert f"ATmega328P, {part.removeprefix('test_')}:" in printed
    assert len(re.findall(r"core: [1-9]\d* checks, 0 failed", printed)) == len(CORE_PARTS)


def test_every_line_of_the_core_is_run() -> None:
    needs("gcc", "gcov", packages="gcc, make")
    assert re.search(r"core: (\d+) of \1 lines run, 0 not", board.make("core", "coverage"))


def test_a_line_of_the_core_that_is_not_run_is_told(tmp_path: Path) -> None:
    needs("gcc", "gcov", packages="gcc, make")
    firmware = tmp_path / "firmware"
    for folder in ("core", "tests/core", "tests/fuzz", "vectors"):
        shutil.copytree(board.FIRMWARE / folder, firmware / folder)
    shutil.copy(board.FIRMWARE / "tests" / "vectors_to_c.py", firmware / "tests")
    shutil.copy(board.FIRMWARE / "Makefile", firmware)
    source = firmware / "core" / "src" / "sm_crc16.c"
    source.write_text(source.read_text("utf-8") + "int nobody(void);\nint nobody(void) {\n"
                      "    return 1;\n}\n", "utf-8")
    done = subprocess.run(
        ["make", "-s", "-C", str(firmware), "coverage", f"PYTHON={sys.executable}"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode != 0
    assert re.search(r"sm_crc16\.c\.gcov:\d+: +return 1;", done.stdout)


def test_no_input_that_fuzzing_makes_breaks_the_core() -> None:
    """Briefly, and the same each time; ``make fuzz`` goes on for minutes."""
    needs("clang", packages="clang, libclang-rt-14-dev")
    runs = re.findall(r"number_of_executed_units: (\d+)", board.make("core", "fuzz-short"))
    assert len(runs) == 4
    assert all(int(count) >= 10_000 for count in runs)


def test_the_image_leaves_room_on_the_board(uno_image: object) -> None:
    """An ATmega328P has 32 kB of flash (half a kB for the boot loader) and 2 kB of RAM."""
    done = subprocess.run(
        ["avr-size", str(board.IMAGE)], capture_output=True, text=True, check=True
    )
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    assert text + data < 32256
    assert data + bss < 1024
