# SPDX-License-Identifier: Apache-2.0
"""Whether every file says under which licence it is, and the text of that licence is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

SILENT = {".json", ".csv", ".png", ".txt", ".pyc"}
"""What has no place for a comment; LICENSE.md speaks for these, and licences for themselves."""

TEXTS = {
    "Apache-2.0": "../LICENSE",
    "CERN-OHL-P-2.0": "LICENSES/CERN-OHL-P-2.0.txt",
    "CC-BY-4.0": "LICENSES/CC-BY-4.0.txt",
}
"""Where each licence's text is, from this folder."""


def check_licences(hardware: Path) -> Iterator[str]:
    """Licences whose text is missing, and files that people write and that name none."""
    for licence, text in TEXTS.items():
        if text.startswith("LICENSES") and not (hardware / text).is_file():
            yield f"{text}: is missing, the text of {licence}. Put it there unchanged."
    typed = (path for path in hardware.rglob("*") if path.parent.name != "made")
    for path, fault in named_licences(typed):
        yield f"{path.relative_to(hardware).as_posix()}: {fault}"


def named_licences(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Find files that name no licence in their first lines, or one that is not known."""
    for path in sorted(paths):
        if path.suffix in SILENT or not path.is_file():
            continue
        named = re.search(rb"SPDX-License-Identifier: ([\w.-]+)", path.read_bytes()[:200])
        if named is None:
            yield path, ("names no licence. Begin it with SPDX-License-Identifier, as LICENSE.md "
                         "says.")
        elif named[1].decode() not in TEXTS:
            yield path, f"is under {named[1].decode()}, which LICENSE.md does not know."
