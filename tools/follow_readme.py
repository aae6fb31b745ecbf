# SPDX-License-Identifier: Apache-2.0
"""Follow the README and the manual's quick start word by word, in a fresh clone.

`python3 tools/follow_readme.py [PAGE ...]`: the `sh` blocks of a page are typed into one shell, its
`python` blocks (quick start only) into Python. The first command that fails ends it. Only the
standard library is used, for a newcomer has nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The README's Python speaks of recordings that a newcomer has not made yet.
FOLLOWED = {"README.md": ("sh",), "docs/quick-start.md": ("sh", "python")}
_BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """Kind and text of each block that is followed, in order."""
    return [(kind, text) for kind, text in _BLOCK.findall(page) if kind in kinds]


def script(page: str, kinds: tuple[str, ...]) -> str:
    """One shell script of all that a page tells to type."""
    lines = ["set -euo pipefail"]
    for kind, text in blocks(page, kinds):
        if kind == "python":
            lines.append(f"python - <<'END_OF_BLOCK'\n{text}END_OF_BLOCK")
        else:
            lines += ["set -x", text, "{ set +x; } 2>/dev/null"]
    return "\n".join(lines) + "\n"


def follow(name: str, home: Path) -> None:
    """Clone the project and do what a page says, with no recordings or people of before."""
    clone = home / "solemetry"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    typed = script((clone / name).read_text("utf-8"), FOLLOWED[name])
    environment = {
        **os.environ,
        "SOLEMETRY_LIBRARY": str(home / "library"),
        "SOLEMETRY_PREFERENCES": str(home / "preferences.toml"),
    }
    subprocess.run(["bash", "-c", typed], cwd=clone, env=environment, check=True)


def main() -> None:
    """Follow the pages that are named, or all."""
    for name in sys.argv[1:] or FOLLOWED:
        with tempfile.TemporaryDirectory() as home:
            try:
                follow(name, Path(home))
            except subprocess.CalledProcessError as stopped:
                sys.exit(f"{name} cannot be followed: see above ({stopped.returncode}).")
        print(f"{name}: followed to its end.")


if __name__ == "__main__":
    main()
