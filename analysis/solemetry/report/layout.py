# SPDX-License-Identifier: Apache-2.0
"""What a report is made of, and how it becomes one HTML or PDF file that needs nothing else."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from solemetry.errors import FileError, UnavailableError
from solemetry.exporting.written import legible, whole_file
from solemetry.figures.style import STYLE

Facts = Sequence[tuple[str, str]]
Paper = Literal["A4", "letter"]

NOT_MEDICAL = (
    "This page describes movement. Solemetry is not a medical device; it does not diagnose, treat "
    "or predict injury. Home-built sensors can be wrong: check calibration."
)


@dataclass(frozen=True)
class Picture:
    """A picture of the page: its source, and what it shows for those who cannot see it."""

    uri: str
    caption: str
    wide: bool


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes
    ----------
    label : str
        In words.
    cells : tuple of str
        One for each head but the first.
    name : str
        What the program calls it; empty where it has no such name.
    remarks : tuple of str
        Below the label: how it is defined.
    valid : bool
        What is not is printed paler.
    """

    label: str
    cells: tuple[str, ...]
    name: str = ""
    remarks: tuple[str, ...] = ()
    valid: bool = True


@dataclass(frozen=True)
class Table:
    """Numbers under one title.

    Attributes
    ----------
    title : str
    heads : tuple of str
        The first is that of the labels.
    numbers : frozenset of str
        Heads whose cells stand to the right, digit under digit.
    rows : tuple of Row
    said_of_all : str
        Below the title.
    footnotes : tuple of str
        Below the table; a cell points at one by its letter.
    """

    title: str
    heads: tuple[str, ...]
    numbers: frozenset[str]
    rows: tuple[Row, ...]
    said_of_all: str = ""
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A section: of a stream, a walk, a drill, a measure over time."""

    name: str
    facts: Facts = ()
    notes: Sequence[str] = ()
    first: Sequence[Row] = ()
    """Shown large, above the pictures: lines of its tables, the value and the unit of each."""
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    more: Sequence[tuple[str, Facts]] = ()
    """Further facts, behind the tables, each under a title of its own."""


@dataclass(frozen=True)
class Page:
    """A whole report.

    Attributes
    ----------
    kind : str
        What sort of report, above the title.
    title : str
    facts, notes
    parts : sequence of Part
    closing : sequence of str
        Below everything.
    """

    kind: str
    title: str
    facts: Facts
    notes: Sequence[str]
    parts: Sequence[Part]
    closing: Sequence[str] = (NOT_MEDICAL,)


def write_page(page: Page, path: str | os.PathLike[str], paper: Paper = "A4") -> Path:
    """Write a report.

    Parameters
    ----------
    page : Page
    path : path
        ``.pdf`` makes pages to print, ``.html`` a page for a browser; replaced if it exists.
    paper : {"A4", "letter"}
        Of a PDF; HTML takes the paper of the printer.

    Raises
    ------
    UnavailableError
        When a library that it needs is not installed.
    FileError
        When the name ends otherwise, or the file cannot be written.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (".html", ".htm", ".pdf"):
        raise FileError(f"{path} is no name of a page.", "Call it NAME.html or NAME.pdf.")
    text = as_html(page)
    content = _as_pdf(text, paper) if ending == ".pdf" else text.encode()
    with whole_file(path) as whole:
        whole.write_bytes(content)
    return path


def as_html(page: Page) -> str:
    """Return a report as HTML.

    Raises
    ------
    UnavailableError
        When Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError:
        raise UnavailableError(
            "Reports need Jinja2 and Matplotlib.", "Install solemetry[report]."
        ) from None
    files = resources.files("solemetry.report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((files / "page.html.j2").read_text("utf-8"))
    style = (files / "page.css").read_text("utf-8")
    return legible(template.render(page=page, style=style))


def as_picture(figure: Any, caption: str) -> Picture:
    """Make a picture of a Matplotlib figure: vector graphics inside a data URI."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    # Without a date, and names by our own style, so that the same recording gives the same page.
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", dpi=150, metadata={"Date": None})
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    wide = figure.get_figwidth() > 2 * figure.get_figheight()
    return Picture(f"data:image/svg+xml;base64,{encoded}", caption, wide)


def _as_pdf(text: str, paper: Paper) -> bytes:
    try:
        from weasyprint import CSS, HTML
    except (ImportError, OSError):  # the second: without Pango, which it draws letters with
        raise UnavailableError(
            "PDF needs WeasyPrint and the Pango library.",
            "Run: pip install 'solemetry[pdf]', on Debian also: apt install libpangoft2-1.0-0. "
            "Or write HTML, and print it from a browser.",
        ) from None
    # Browsers do not know the title of a page in its margin, so it is not in the page itself.
    paper_only = CSS(
        string=f"@page {{ size: {paper}; @bottom-left {{ content: string(title); }} }}"
        "h1 { string-set: title content(); }"
    )
    return bytes(HTML(string=text).write_pdf(stylesheets=[paper_only]))
