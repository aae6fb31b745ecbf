# SPDX-License-Identifier: Apache-2.0
"""WireViz, a program of others, reads each harness and counts what it is made of."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

HARDWARE = Path(__file__).parents[2] / "hardware"
FOLDERS = sorted(path.parent.name for path in HARDWARE.glob("*/device.toml"))
CODES = {"red": "RD", "black": "BK", "green": "GN", "white": "WH", "yellow": "YE", "blue": "BU",
         "orange": "OG", "violet": "VT"}
"""IEC 60757."""


@pytest.fixture(scope="module", params=FOLDERS)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what WireViz makes of a device's harness, and what we say of it."""
    if not shutil.which("dot"):
        pytest.skip("WireViz draws with graphviz; install graphviz")
    made = HARDWARE / request.param / "made"
    folder = tmp_path_factory.mktemp(request.param)
    for name in ("bom.csv", "wiring.md"):
        shutil.copy(made / name, folder / f"our-{name}")
    program = Path(sys.executable).with_name("wireviz")
    done = subprocess.run([program, "-f", "st", "-o", folder, made / "harness.yml"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def counted(folder: Path) -> list[dict[str, str]]:
    with (folder / "harness.bom.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def bought(folder: Path) -> list[dict[str, str]]:
    with (folder / "our-bom.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_it_counts_as_connectors_is_what_the_bill_buys(drawn: Path) -> None:
    bill = {row["name"]: row for row in bought(drawn)}
    connectors = [row for row in counted(drawn) if row["Description"].startswith("Connector, ")]
    assert len(connectors) >= 3
    for row in connectors:
        name = re.sub(r"^Connector, (.+), \d+ pins$", r"\1", row["Description"])
        assert sorted(bill[name]["refs"].split()) == sorted(row["Designators"].split(", "))
        assert bill[name]["qty"] == row["Qty"]


def test_the_wire_it_counts_is_that_of_the_table_to_solder_by(drawn: Path) -> None:
    metres = {ref: float(length) for row in bought(drawn) for ref in row["refs"].split()
              for length in re.findall(r", ([\d.]+) m$", row["name"])}
    ours: Counter[str] = Counter()
    table = (drawn / "our-wiring.md").read_text("utf-8")
    for cable, colour in re.findall(r"^\| (W\d+) \|.* (\w+) \|$", table, re.M):
        ours[CODES[colour]] += metres[cable]
    theirs = {row["Description"].removeprefix("Wire, "): float(row["Qty"])
              for row in counted(drawn) if row["Unit"] == "m"}
    assert theirs == pytest.approx(dict(ours))


def test_its_drawing_names_every_part_and_pin_of_the_table(drawn: Path) -> None:
    words = {text.strip() for text in ET.parse(drawn / "harness.svg").getroot().itertext()}
    rows = re.findall(r"^\| W\d+ \| (\S+) \| (\S+) \| (\S+) \| (\S+) \|",
                      (drawn / "our-wiring.md").read_text("utf-8"), re.M)
    assert len(rows) >= 25
    assert {word for row in rows for word in row} - words == set()
