# SPDX-License-Identifier: Apache-2.0
"""What PlatformIO, arduino-cli and the manual say of a board agrees, and agrees with hardware/."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
MANUAL = (ROOT / "docs" / "flashing.md").read_text("utf-8")
SKETCHES = {
    "plate_uno": ("uno", "uno", "arduino:avr:uno"),
    "plate_esp32": ("esp32", "esp32dev", "esp32:esp32:esp32"),
    "insole_esp32": ("esp32-s3", "esp32-s3-devkitc-1", "esp32:esp32:esp32s3"),
}
"""By sketch: the board's name in device.toml, in PlatformIO and in arduino-cli."""

OURS = r'#include [<"]((?:sm_|plate_|hx711|ads131|log_|imu_|insole_|reset_)\S*\.h)[>"]'


def platformio(sketch: str) -> configparser.ConfigParser:
    config = configparser.ConfigParser(inline_comment_prefixes=(";",))
    config.read(FIRMWARE / sketch / "platformio.ini")
    return config


def environments(sketch: str) -> dict[str, dict[str, str]]:
    config = platformio(sketch)
    common = dict(config["env"]) if "env" in config else {}
    return {name.removeprefix("env:"): common | dict(config[name])
            for name in config.sections() if name.startswith("env:")}


def profiles(sketch: str) -> dict[str, Any]:
    text = (FIRMWARE / sketch / "sketch.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["profiles"]
    return found


def library_name(folder: Path) -> str:
    lines = (folder / "library.properties").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)["name"]


def test_every_sketch_has_its_settings() -> None:
    assert {file.parent.name for file in FIRMWARE.glob("*/*.ino")} == set(SKETCHES)
    for sketch in SKETCHES:
        assert (FIRMWARE / sketch / f"{sketch}.ino").is_file()  # the Arduino IDE insists


@pytest.mark.parametrize("sketch", SKETCHES)
def test_boards_are_those_of_the_descriptions(sketch: str) -> None:
    board, in_platformio, in_cli = SKETCHES[sketch]
    described = {tomllib.loads(file.read_text("utf-8"))["board"]
                 for file in (ROOT / "hardware").glob("*/device.toml")
                 if file.parent.name.split("_")[0] == sketch.split("_")[0]}
    assert board in described
    assert all(env["board"] == in_platformio for env in environments(sketch).values())
    assert all(profile["fqbn"].startswith(in_cli) for profile in profiles(sketch).values())


@pytest.mark.parametrize("sketch", SKETCHES)
def test_both_tools_use_the_same_libraries(sketch: str) -> None:
    for env in environments(sketch).values():
        for profile in profiles(sketch).values():
            ours, theirs = set(), set()
            for line in env["lib_deps"].strip().splitlines():
                if line.strip().startswith("symlink://"):
                    ours.add((FIRMWARE / sketch / line.strip().removeprefix("symlink://")).resolve())
                else:
                    theirs.add(tuple(re.findall(r"(?:.*/)?(\S+) @ ([\d.]+)", line)[0]))
            dirs = {(FIRMWARE / sketch / library["dir"]).resolve()
                    for library in profile["libraries"] if isinstance(library, dict)}
            named = {tuple(re.findall(r"(\S+) \(([\d.]+)\)", library)[0])
                     for library in profile["libraries"] if isinstance(library, str)}
            assert ours == dirs == {FIRMWARE / "core", FIRMWARE / "drivers"}
            assert theirs == named


def test_the_manual_names_every_environment_profile_and_library() -> None:
    for sketch in SKETCHES:
        for name in [*environments(sketch), *profiles(sketch)]:
            assert f" {name} " in MANUAL or f"firmware/{name} " in MANUAL, name
    for folder in ("core", "drivers"):
        assert library_name(FIRMWARE / folder) in MANUAL


def test_includes_of_the_sketches_are_found_in_the_two_libraries() -> None:
    for sketch in SKETCHES:
        for file in [*(FIRMWARE / sketch).glob("*.ino"), *(FIRMWARE / sketch).glob("*.h")]:
            for name in re.findall(OURS, file.read_text("utf-8")):
                places = [FIRMWARE / sketch, FIRMWARE / "core" / "src", FIRMWARE / "drivers"]
                assert any((place / name).is_file() for place in places), (file, name)


def test_links_run_at_the_rates_of_the_protocol() -> None:
    protocol = (FIRMWARE / "PROTOCOL.md").read_text("utf-8")
    for name, rate in (("plate_uno", 500_000), ("plate_esp32_hx711", 500_000),
                       ("plate_esp32_ads131m04", 2_000_000)):
        sketch = "plate_uno" if name == "plate_uno" else "plate_esp32"
        assert int(environments(sketch)[name]["monitor_speed"]) == rate
        assert f"{rate:,} baud".replace(",", " ") in protocol


def test_the_converter_is_chosen_by_the_same_flag_everywhere() -> None:
    flag = "SM_PLATE_ADS131M04"
    assert environments("plate_esp32")["plate_esp32_ads131m04"]["build_flags"] == f"-D{flag}"
    assert "build_flags" not in environments("plate_esp32")["plate_esp32_hx711"]
    assert f"extra_flags=-D{flag}" in MANUAL
    assert f"extra_flags=-D{flag}" in (FIRMWARE / "plate_esp32" / "sketch.yaml").read_text("utf-8")
    assert flag in (FIRMWARE / "plate_esp32" / "plate_esp32.ino").read_text("utf-8")
