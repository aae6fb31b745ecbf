# SPDX-License-Identifier: Apache-2.0
"""Makes the vectors that the C core and the host are both tested against.

By independent parts only: the cobs package, the standard library's CRC, struct and fractions.
``python firmware/vectors/make_vectors.py`` writes the files; ``--check`` compares.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cop
import frames
import memory

FOLDER = Path(__file__).parent


def documents() -> dict[str, dict[str, Any]]:
    return {
        "frames.json": {
            "about": "Frames of firmware/PROTOCOL.md. wire_hex holds the closing zero. "
            "Made by make_vectors.py.",
            "frames": frames.sound_frames(),
            "damaged": frames.damaged_frames(),
        },
        "cop.json": {
            "about": "Rows, calibrations and the COP record that is to come of them, in exact "
            "fractions. Made by make_vectors.py.",
            "cop": cop.cases(),
        },
        "memory.json": {
            "about": "Slots and log blocks as they stand in a device's memory. "
            "Made by make_vectors.py.",
            "slots": memory.slots(),
            "superblocks": memory.superblocks(),
            "blocks": memory.blocks(),
        },
    }


def main(arguments: list[str]) -> int:
    stale = 0
    for name, document in documents().items():
        file = FOLDER / name
        text = json.dumps(document, indent=1) + "\n"
        if "--check" not in arguments:
            file.write_text(text, "utf-8")
        elif not file.exists() or file.read_text("utf-8") != text:
            stale += 1
            print(f"{name} is stale; run make_vectors.py")
    return stale > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
