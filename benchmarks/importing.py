# SPDX-License-Identifier: Apache-2.0
"""How fast text of other programs is imported: ``python benchmarks/importing.py``.

Files of 50 MB, the rows or pictures of real recordings over and over with time running on; from
the file on the disk to the session. The recordings are not part of the project: SOLEMETRY_DATA
names their folder, as for the tests.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from timing import seconds

import solemetry as sm

BYTES = 50_000_000
RUNS = 3

DATA = Path(os.environ.get("SOLEMETRY_DATA", Path(__file__).parents[2] / "shared" / "data"))

Pieces = Iterator[bytes]


def rows(
    file: str,
    first: int,
    separator: bytes,
    time: Callable[[int], str],
    at: tuple[int, ...] = (0,),
) -> Callable[[], Pieces]:
    """Repeat a table: its first line of numbers, and how and in which columns time is written."""

    def repeated() -> Pieces:
        lines = (DATA / file).read_bytes().splitlines(keepends=True)
        yield from lines[:first]
        fields = [line.split(separator) for line in lines[first:-1]]
        for n in count():
            row = fields[n % len(fields)]
            for column in at:
                row[column] = time(n).encode()
            yield separator.join(row)

    return repeated


def emed() -> Pieces:
    """Pictures of a pressure plate, numbered on."""
    body = (DATA / "gait/pressuRe/emed_test.lst").read_bytes()
    head, *pages = re.split(rb"(?<=\n)(?=[ \t]*Page \d+)", body)
    pages = [page for page in pages if re.search(rb"Pict-No\.: *\d", page)]
    yield head
    for n in count():
        number = b"Pict-No.: %d" % (n + 1)
        yield re.sub(rb"Pict-No\.: *\d+", number, pages[n % len(pages)])


def fscan() -> Pieces:
    """Frames of an insole, a few less than fit, for the header says how many there are."""
    body = (DATA / "gait/footPress_fscan/FrasP01L.asf").read_bytes()
    head, *frames = re.split(rb"(?<=\n)(?=Frame \d+)", body[: body.rindex(b"@@")])
    wanted = int(0.99 * BYTES * len(frames)) // sum(map(len, frames))
    yield re.sub(rb"END_FRAME \d+", b"END_FRAME %d" % wanted, head)
    for n in range(wanted):
        yield re.sub(rb"^Frame \d+", b"Frame %d" % (n + 1), frames[n % len(frames)])
    yield b"@@\n"


def motive() -> Pieces:
    """Rows of a take, whose header says nothing of how many there are."""
    repeated = rows("posture/amti_motive/test.csv", 35, b",", lambda n: f"{n / 100:.6f}", (1,))
    return (line for line in repeated() if not line.startswith(b"Total"))


FORMATS: dict[str, Callable[[], Pieces]] = {
    "gaitpdb": rows("gait/physionet_gaitpdb/GaCo01_01.txt", 0, b"\t", lambda n: f"{n / 100:.4f}"),
    "Fukuchi": rows("gait/fukuchi2018_treadmill/WBDS04walkT05grf.txt", 1, b"\t",
                    lambda n: f"{n + 1}"),
    "Moticon": rows("gait/moticon_opengo/230927_102114.txt", 9, b"\t", lambda n: f"{n / 100:.2f}"),
    "loadsol": rows("gait/loadsol/test_poids.txt", 4, b"\t", lambda n: f"{n / 200:.3f}",
                    (0, 5, 12, 17)),
    "pedar": rows("gait/pressuRe/pedar_example.asc", 10, b"\t", lambda n: f"{(n + 1) / 100:.5f}"),
    "Stappone": rows("gait/pressuRe/stappone_example.csv", 1, b",",
                     lambda n: f"{1768494979568 + 16 * n}", (1,)),
    "emed": emed,
    "F-Scan": fscan,
    "BDS": rows("posture/bds_raw/BDS00001.txt", 1, b"\t", lambda n: f"{(n + 1) / 100:.3f}"),
    "PDS": rows("posture/pds_two_plates/PDS13OR1grf.txt", 1, b"\t", lambda n: f"{n / 100:.6f}"),
    "Motive": motive,
    "BMC force": rows("gait/bmc/jump1.txt", 1, b"\t", lambda n: f"{n / 450}"),
}  # fmt: skip


def write(path: Path, pieces: Pieces) -> None:
    """Write until there are enough bytes, or no more pieces."""
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            if file.tell() >= BYTES:
                break


def report_importing() -> None:
    if not DATA.exists():
        print("import: set SOLEMETRY_DATA to the folder of real recordings")
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, pieces in FORMATS.items():
            path = Path(folder) / "big.txt"
            write(path, pieces())
            took_s = min(seconds(lambda path=path: sm.open(path)) for _ in range(RUNS))
            size = path.stat().st_size / 1e6
            print(f"{name + ', 50 MB':34} {took_s:9.2f} s   {size / took_s:7.0f} MB/s")


if __name__ == "__main__":
    report_importing()
