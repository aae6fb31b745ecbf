# SPDX-License-Identifier: Apache-2.0
"""Write docs/command-line.md of what the command says of itself; `--check` tells if it is stale."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from solemetry_host.cli import Solemetry, app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "command-line.md"

_BEGIN = """\
# The command line

All that can be typed. This page is made from the program (by `tools/command_line.py`);
`solemetry --help` and `solemetry VERB --help` say the same.

## For all verbs

| exit code | what it means |
|---|---|
| 0 | done |
| 1 | it could not be done, or what was checked is not well; stderr says why, and what to do |
| 2 | it was typed wrongly: a verb, an option or a value that does not exist, something missing |
| 130 | broken off with Ctrl-C |

- **`--json`** prints one JSON document on stdout and nothing else. Its keys stay; new ones may
  come. A number without a value is `null`. Errors stay sentences on stderr.
- **Progress** is shown on stderr where that is a terminal, and not with `--json`; stdout holds only
  the outcome.
- **Files** that are there already stay as they are when a verb fails. A recording that is broken
  off leaves a `.partial.h5`, for `solemetry repair`.
- **A device** is a URL: `serial:/dev/ttyACM0` or `serial:COM3` on a cable, `ble:left`, `ble:right`
  or `ble:NAME` for an insole, `ble:insoles` for both, `sim:plate` and `sim:insoles` for virtual
  ones, `replay:FILE.h5` for a recording, `lsl:NAME` for a stream of another program.
- **The Tab key** completes verbs, options, devices, drills, people and formats, in bash, zsh, fish
  and PowerShell: `solemetry --install-completion`, then a new terminal. `--show-completion` prints
  the script instead.

In the tables of what `--json` prints, `[].name` is a key of each item of a list, `a.b` a key inside
another; words in capitals stand for names that differ, `*` for all there are.
"""


def page() -> str:
    """Return the whole page."""
    root: Any = get_command(app)
    context = typer.Context(root, info_name="solemetry")
    parts = [_BEGIN]
    for heading, of in Solemetry.headings.items():
        parts.append(f"## {heading}\n")
        for name in (name for name in root.commands if root.commands.part_of(name) in of):
            command = root.commands[name]
            if hasattr(command, "commands"):
                parts.append(f"### {name}\n\n{command.help}\n")
                parts += [
                    "\n".join(_verb(inner, f"{name} {inner.name}", context, "####"))
                    for inner in command.commands.values()
                ]
            else:
                parts.append("\n".join(_verb(command, name, context, "###")))
    return "\n".join(parts)


def _verb(command: Any, name: str, context: typer.Context, depth: str) -> Iterator[str]:
    context = typer.Context(command, info_name=name, parent=context)
    yield f"{depth} {name}\n"
    yield f"{command.help}\n"
    yield "".join(f"    {example}\n" for example in command.examples)
    records = [of.get_help_record(context) for of in command.params]
    yield from _table("| typed | what it is |", [one for one in records if one])
    yield from _table("| `--json` | what it is |", list(command.tells.items()))


def _table(head: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield head
        yield "|---|---|"
        for name, words in rows:
            code = name.replace("|", "\\|")
            yield f"| `{code}` | {_plain(' '.join(words.split()))} |"
        yield ""


def _plain(words: str) -> str:
    """With links to other pages, without what Markdown would take for a column or a tag."""
    plain = words.replace("|", "\\|").replace("<", "&lt;")
    return re.sub(r"docs/([a-z-]+)\.md", r"[\1](\1.md)", plain)


def main() -> None:
    """Write the page, or say that it is stale."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text("utf-8") != page():
        sys.exit("docs/command-line.md is stale. Run: .venv/bin/python tools/command_line.py")


if __name__ == "__main__":
    main()
