# SPDX-License-Identifier: Apache-2.0
"""What is given out holds everything, names one version, and its pages can be followed."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"solemetry": "analysis", "solemetry_host": "hostapp"}
PAGES = ("README.md", "docs/quick-start.md")
NOT_PACKED = {".pyc"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def in_the_packages() -> set[str]:
    """Every file of both packages, as a wheel names it."""
    return {
        str(path.relative_to(ROOT / folder))
        for package, folder in PACKAGES.items()
        for path in (ROOT / folder / package).rglob("*")
        if path.is_file() and path.suffix not in NOT_PACKED
    }


def test_the_wheel_holds_every_file_of_both_packages_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    code = {name for name in inside if ".dist-info/" not in name}
    assert code == in_the_packages()
    assert {f"{package}/py.typed" for package in PACKAGES} <= code
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in inside)


def test_the_source_archive_holds_firmware_hardware_tests_and_manual(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        inside = {name.partition("/")[2] for name in packed.getnames()}
    for wanted in (
        "firmware/PROTOCOL.md", "hardware/plate/device.toml", "tests/conftest.py",
        "docs/index.md", "CITATION.cff", "LICENSES/Apache-2.0.txt", "requirements.lock",
    ):  # fmt: skip
        assert wanted in inside


def test_citation_and_changes_speak_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    newest = re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == project["version"]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_tells_to_type_is_a_shell_script(page: str) -> None:
    follower = runpy.run_path(str(ROOT / "tools" / "follow_readme.py"))
    text = (ROOT / page).read_text("utf-8")
    typed = follower["script"](text, follower["FOLLOWED"][page])
    assert "make demo" in typed
    checked = subprocess.run(["bash", "-n", "-c", typed], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    commands = [line for line in typed.splitlines() if line.startswith("solemetry ")]
    told = [line for line in text.splitlines() if line.startswith("solemetry ")]
    assert commands == told
