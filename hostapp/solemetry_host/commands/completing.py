# SPDX-License-Identifier: Apache-2.0
"""What the Tab key offers. Nothing is opened, loaded or asked that would take a while."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

_DRILLS = Path(__file__).parents[1] / "drills" / "library"

_VIRTUAL = ("sim:plate", "sim:insoles")
_OVER_THE_AIR = ("ble:insoles", "ble:left", "ble:right")
_OPEN = ("replay:", "lsl:")
"""What has to be gone on with by hand, or by files."""


def devices(incomplete: str) -> list[str]:
    """Return URLs of devices: ports that are there, virtual ones, recordings to replay."""
    scheme, colon, rest = incomplete.partition(":")
    if colon and scheme == "replay":
        return [f"replay:{path}" for path in _recordings(rest)]
    return [*(f"serial:{port}" for port in _ports()), *_VIRTUAL, *_OVER_THE_AIR, *_OPEN]


def drills(incomplete: str) -> list[str]:
    """Return the ids of the drills that ship, and of those in one's own folder."""
    return sorted({*_ids(_DRILLS), *_ids(_library() / "drills")})


def people(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return pseudonyms; names stay in their files."""
    library = ctx.params.get("library") or _library()
    return sorted(path.name for path in (Path(library) / "people").glob("p-*") if path.is_dir())


@contextlib.contextmanager
def whole_words_of_bash() -> Iterator[None]:
    """Let bash complete ``sim:pl``: it takes words apart at colons, and wants only the end back."""
    words, at = os.environ["COMP_WORDS"].split("\n"), int(os.environ["COMP_CWORD"])
    whole = [""]
    for number, word in enumerate(words[: at + 1]):
        before = words[number - 1] if number else ""
        if word.startswith(":") or (word and before.endswith(":")):
            whole[-1] += word
        else:
            whole.append(word)
    os.environ["COMP_WORDS"] = "\n".join(whole[1:])
    os.environ["COMP_CWORD"] = str(len(whole) - 2)
    typed = whole[-1]
    given = len(typed) - len(words[at].lstrip(":")) if ":" in typed else 0
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            yield
    finally:
        for line in printed.getvalue().splitlines():
            sys.stdout.write(f"{line[given:]}\n")


def _library() -> Path:
    from solemetry_host.folders import usual_library

    return usual_library()


def _ports() -> list[str]:
    try:
        from serial.tools import list_ports
    except ImportError:  # `solemetry` without [live]
        return []
    return [port.device for port in list_ports.comports()]


def _recordings(typed: str) -> list[str]:
    """Return session files and folders whose path begins as typed."""
    head, name = os.path.split(typed)
    with contextlib.suppress(OSError):
        return [
            os.path.join(head, f"{path.name}/" if path.is_dir() else path.name)
            for path in sorted(Path(head).iterdir())
            if path.name.startswith(name) and (path.suffix == ".h5" or path.is_dir())
        ]
    return []


def _ids(folder: Path) -> list[str]:
    return [path.stem for path in folder.glob("*.toml")]
