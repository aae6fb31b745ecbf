# SPDX-License-Identifier: Apache-2.0
"""What fuzzing begins with, from the shared vectors: ``seeds.py VECTORS FOLDER``."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path


def log_image(memory: dict) -> bytes:
    """As fuzz_log.c makes blocks of its input: the first 20 bytes of each."""
    blocks = [memory["superblocks"][0], memory["superblocks"][1], *memory["blocks"]]
    return b"".join(bytes.fromhex(block["block_hex"])[:19] + b"\0" for block in blocks)


def main(vectors: Path, folder: Path) -> None:
    document = json.loads((vectors / "frames.json").read_text("utf-8"))
    memory = json.loads((vectors / "memory.json").read_text("utf-8"))
    every = [bytes.fromhex(frame["wire_hex"]) for frame in document["frames"] + document["damaged"]]
    seeds = {
        "fuzz_receiver": [*every, every[0] + b"\0" + every[1] + every[2]],
        "fuzz_command": [
            struct.pack("<BH", frame["type"], frame["seq"]) + bytes.fromhex(frame["payload_hex"])
            for frame in document["frames"]
        ],
        "fuzz_slots": [b"\3" + bytes.fromhex(image["image_hex"]) for image in memory["slots"]],
        "fuzz_log": [log_image(memory)],
    }
    for target, images in seeds.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for i, image in enumerate(images):
            (folder / target / str(i)).write_bytes(image)


main(Path(sys.argv[1]), Path(sys.argv[2]))
