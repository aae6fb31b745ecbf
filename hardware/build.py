# SPDX-License-Identifier: Apache-2.0
"""A device to be built: what it is, and the parts, tools and hours it takes."""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rules import Document, check_schema

COLUMNS = ("refs", "qty", "category", "name", "spec", "critical", "alternative",
           "eur_each", "eur", "prices_of")

MARK_MM = 6.0
"""Half the width of a cross at a marked point, as it is drawn."""


@dataclass(frozen=True)
class Line:
    """One line of the bill of materials: the places of a part."""

    refs: tuple[str, ...]
    part: Document


@dataclass(frozen=True)
class Build:
    """A device's description, its ``build.toml``, and the catalogue of parts they name.

    Attributes
    ----------
    folder : str
        Its name under ``hardware/``.
    text : str
        The ``device.toml``, as it was read.
    device, facts, catalogue : dict
        ``device.toml``, ``build.toml`` and ``parts.toml``.
    """

    folder: str
    text: str
    device: Document
    facts: Document
    catalogue: Document

    @classmethod
    def read(cls, folder: Path) -> Build:
        """Read a device's folder; the parts lie beside it."""
        text = (folder / "device.toml").read_text("utf-8")
        facts, catalogue = (
            tomllib.loads(path.read_text("utf-8"))
            for path in (folder / "build.toml", folder.parent / "parts.toml")
        )
        return cls(folder.name, text, tomllib.loads(text), facts, catalogue)

    @property
    def lines(self) -> list[Line]:
        """The bill of materials."""
        parts = self.catalogue["part"]
        return [Line(expanded(row["refs"]), parts[row["part"]]) for row in self.facts["bom"]]

    @property
    def refs(self) -> dict[str, Document]:
        """The part at each reference."""
        return {ref: line.part for line in self.lines for ref in line.refs}

    @property
    def sensor(self) -> Document:
        """The part that the cells are."""
        return next(
            (line.part for line in self.lines if line.part["category"] == "sensor"), {}
        )

    @property
    def tools(self) -> list[Document]:
        """The tools, in the order of ``build.toml``."""
        return [self.catalogue["tool"][key] for key in self.facts["tools"]]

    @property
    def cost_eur(self) -> float:
        """What all parts cost together; jigs are optional, and no part of the device."""
        return sum(len(line.refs) * float(line.part["eur"]) for line in self.lines
                   if line.part["category"] != "jig")

    @property
    def hours(self) -> float:
        """A person's hours; the printer works alone."""
        hours: dict[str, float] = self.facts["hours"]
        return sum(hours.values()) - hours["print"]

    @property
    def bodies(self) -> dict[str, int]:
        """How often each body is printed."""
        return {name: len(line.refs)
                for line in self.lines for name in line.part.get("bodies", ())}

    @property
    def bolts_mm(self) -> list[tuple[float, float]]:
        """Where the bolts of a load cell are, about its middle."""
        radius, bolts = self.sensor["bolt_circle_mm"] / 2, self.sensor["bolts"]
        return [(radius * math.cos(turn), radius * math.sin(turn))
                for turn in (math.tau * n / bolts for n in range(bolts))]

    def part_of_body(self, name: str) -> Document:
        """Return the part that a body is printed for."""
        return next(line.part for line in self.lines if name in line.part.get("bodies", ()))

    def part_with(self, fact: str) -> Document:
        """Return the first part of the bill that states a fact.

        Raises
        ------
        KeyError
            When none does.
        """
        for line in self.lines:
            if fact in line.part:
                return line.part
        raise KeyError(fact)


def expanded(refs: str) -> tuple[str, ...]:
    """Return the references that ``LC1-LC4`` or ``A1`` stands for; none when it is neither."""
    match = re.fullmatch(r"([A-Z]+)(\d+)(?:-([A-Z]+)(\d+))?", refs)
    if match is None or match[3] not in (None, match[1]):
        return ()
    first, last = int(match[2]), int(match[4] or match[2])
    return tuple(f"{match[1]}{number}" for number in range(first, last + 1))


def check_bill(folder: Path) -> Iterator[str]:
    """Faults of ``build.toml`` and of the parts it names, without which nothing can be made."""
    documents, faults = {}, []
    for kind, path in (("parts", folder.parent / "parts.toml"), ("build", folder / "build.toml")):
        try:
            documents[kind] = tomllib.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            faults.append(f"{path.name}: is missing. Write one as hardware/plate has it.")
        except tomllib.TOMLDecodeError as error:
            faults.append(f"{path.name}: not TOML: {error}. Correct that line.")
        else:
            faults += [f"{path.name}: {fault}" for fault in check_schema(documents[kind], kind)]
    yield from faults or _check_names(documents["build"], documents["parts"])


def _check_names(facts: Document, catalogue: Document) -> Iterator[str]:
    """Parts and tools that are named and not there, and places with two parts."""
    rows, parts = facts["bom"], catalogue["part"]
    named = {
        "bom": [row["part"] for row in rows],
        "stack": [facts["stack"]["top"], *facts["stack"]["parts"]] if "stack" in facts else [],
        "reference": list(facts.get("reference", {}).values()),
    }
    for place, keys in named.items():
        for key in keys:
            if key not in parts:
                yield f"{place}: parts.toml has no {key!r}. Add it, or correct it."
    refs = [ref for row in rows for ref in expanded(row["refs"]) or ("nothing",)]
    if "nothing" in refs:
        yield "bom: refs that stand for nothing. Write A1, or LC1-LC4."
    for ref in sorted({ref for ref in refs if refs.count(ref) > 1}):
        yield f"bom: {ref} is there twice. Give each piece one reference."
    for key in facts["tools"]:
        if key not in catalogue["tool"]:
            yield f"tools: parts.toml has no tool {key!r}. Add it, or correct it."


def bill_csv(build: Build) -> str:
    """Return the bill of materials as a table for a shop, CSV."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for line in build.lines:
        part, qty = line.part, len(line.refs)
        table.writerow([
            " ".join(line.refs), qty, part["category"], part["name"], part["spec"],
            "yes" if part["critical"] else "no", part["alternative"],
            f"{part['eur']:.2f}", f"{qty * part['eur']:.2f}", build.catalogue["prices_of"],
        ])
    return out.getvalue()
