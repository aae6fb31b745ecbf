# SPDX-License-Identifier: Apache-2.0
"""docs/dependencies.md names every locked package once, with the licence that it gives itself."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
LOCKED = set(re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE))
PAGE = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

# What a package says of itself holds one of these words where the page names this licence.
WORDS = {
    "Apache-2.0": ["apache"],
    "BSD": ["bsd"],
    "ISC": ["isc"],
    "GPL-3.0-only": ["gplv3", "gpl-3.0"],
    "LGPL-3.0-only": ["lgpl-3.0"],
    "MIT": ["mit"],
    "MPL-1.1": ["mpl 1.1"],
    "MPL-2.0": ["mpl 2.0", "mpl-2.0"],
    "PSF-2.0": ["python software foundation", "psf-2.0"],
}
COPYLEFT = re.compile(r"GPL|MPL")
SPOKEN_OF = {"pyphen", "pyside6-essentials", "shiboken6"}


def sections() -> dict[str, dict[str, str]]:
    """Package and licence of each row, by heading."""
    found = {}
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        rows = re.findall(r"^\| ([\w.-]+) \| ([^|]+?) \|", body, re.MULTILINE)
        found[heading] = {package: licence for package, licence in rows if package != "package"}
    return found


def listed() -> list[tuple[str, str]]:
    return [row for rows in sections().values() for row in rows.items()]


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(requirement).name) for requirement in requirements}


def test_the_page_and_the_lock_name_the_same_packages() -> None:
    packages = [package for package, _ in listed()]
    assert len(packages) == len(set(packages))
    assert set(packages) == LOCKED


def test_each_package_stands_where_it_is_needed() -> None:
    extras = dict(PROJECT["optional-dependencies"])
    development = names(extras.pop("dev"))
    notebook = names(PROJECT["dependencies"])
    extra = names([one for requirements in extras.values() for one in requirements]) - notebook
    assert sections()["What a notebook needs"].keys() == notebook
    assert sections()["Extras"].keys() == extra
    assert sections()["Development"].keys() == development - notebook - extra


@pytest.mark.parametrize(("package", "licence"), listed())
def test_the_licence_is_the_one_that_the_package_names(package: str, licence: str) -> None:
    try:
        said = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        assert re.match(r"winrt|pyobjc|brotlicffi", package), "Run `make demo`: it is locked."
        return  # of another system: not here to be asked
    expression = said.get("License-Expression")
    if expression:
        assert licence == expression
        return
    free = [c for c in said.get_all("Classifier") or [] if c.startswith("License ::")]
    words = " ".join([said.get("License") or "", *free]).lower()
    if words.strip():
        kind = "BSD" if licence.startswith("BSD") else licence
        assert any(word in words for word in WORDS[kind])


def _needed_at_run_time() -> set[str]:
    """What the core and the extras need, and what that needs, as far as it is installed here."""
    extras = {k: v for k, v in PROJECT["optional-dependencies"].items() if k != "dev"}
    waiting = names([*PROJECT["dependencies"], *(one for some in extras.values() for one in some)])
    needed: set[str] = set()
    while waiting:
        package = waiting.pop()
        needed.add(package)
        try:
            requirements = metadata.requires(package) or []
        except metadata.PackageNotFoundError:
            continue
        here = [one for one in requirements if _holds(Requirement(one))]
        waiting |= names(here) - needed
    return needed


def _holds(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def test_at_run_time_nothing_is_copyleft_but_what_the_page_speaks_of() -> None:
    licence = dict(listed())
    needed = _needed_at_run_time()
    assert len(needed) > 40
    assert {one for one in needed if COPYLEFT.search(licence[one])} == SPOKEN_OF
