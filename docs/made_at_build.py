# SPDX-License-Identifier: Apache-2.0
"""What the manual makes when it is built: the examples with their output, the demo's window."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

DOCS = Path(__file__).resolve().parent
GALLERY = DOCS / "gallery"
_CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make pages and pictures before Sphinx looks for them."""
    app.connect("config-inited", lambda app, config: _make())
    return {"parallel_read_safe": True}


def _make() -> None:
    _draw_the_window(DOCS / "pictures" / "build")
    for example in sorted(GALLERY.glob("*.py")):
        _write_example(example, GALLERY / "build" / f"{example.stem}.md")


def _draw_the_window(folder: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    demo = [sys.executable, "-m", "solemetry_host", "demo", "--seconds", "10", "--out", str(folder)]
    subprocess.run(demo, env=environment, check=True, stdout=subprocess.DEVNULL)


def _write_example(example: Path, page: Path) -> None:
    """Run an example cell by cell; its words, code, output and pictures make a page.

    One that needs recordings which are not here is shown without its output, and says so.
    """
    page.parent.mkdir(exist_ok=True)
    source = example.read_text("utf-8")
    runs = "SOLEMETRY_DATA" not in source or "SOLEMETRY_DATA" in os.environ
    namespace = {"__name__": "__main__", "__file__": str(example)}
    parts = []
    with contextlib.chdir(GALLERY):
        for kind, cell in _cells(source):
            if "[markdown]" in kind:
                parts.append(re.sub(r"^# ?", "", cell, flags=re.MULTILINE))
                continue
            parts.append(f"```python\n{cell}\n```")
            if runs:
                parts += _run(cell, example, namespace)
    if not runs:
        logging.getLogger(__name__).info("%s: without output, no SOLEMETRY_DATA", example.name)
        parts.append("*Built without the recordings that this needs, so without its output.*")
    parts.append(f"The file: [{example.name}](../{example.name})")
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _cells(source: str) -> list[tuple[str, str]]:
    # The first piece is what stands before the first cell: the licence.
    _, *pieces = _CELL.split(source)
    return [(kind, cell.strip()) for kind, cell in zip(pieces[::2], pieces[1::2], strict=True)]


def _run(cell: str, example: Path, namespace: dict[str, str]) -> list[str]:
    before = _pictures()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.parse(cell), str(example), "exec"), namespace)
    shown = [f"```text\n{printed.getvalue().rstrip()}\n```"] if printed.getvalue().strip() else []
    made = [path for path, when in _pictures().items() if before.get(path) != when]
    return shown + [f"![{path.stem.replace('_', ' ')}]({path.name})" for path in made]


def _pictures() -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in sorted((GALLERY / "build").glob("*.svg"))}
