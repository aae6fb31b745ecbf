# SPDX-License-Identifier: Apache-2.0
"""`verify` tells each kind of damage by what it is, and finds nothing where there is none."""

from __future__ import annotations

import os
import re

import h5py
import numpy as np
import pytest

from solemetry.session import finish, verify
from solemetry.session.format import CLOCK, EXCHANGE


@pytest.fixture
def recording(simulated, tmp_path):
    """A packed recording with a loss, a restart, a clock and exchanges."""
    boots = (
        simulated.Boot(0.0, 20.0, lost_rows=range(400, 480)),
        simulated.Boot(21.0, 10.0, boot_id=2),
    )
    path = simulated.Plate(simulated.ramps, boots).write(tmp_path / "run.partial.h5")
    with h5py.File(path, "r+") as file:
        stream = file["streams/plate"]
        seen = stream["samples"][:][100::80]
        clock = np.zeros(len(seen), CLOCK)
        clock["t_dev_us"] = seen["t_dev_us"]
        clock["offset_ns"] = seen["t_host_ns"] - 1000 * seen["t_dev_us"]
        clock["segment"], clock["half_width_ns"] = seen["boot_id"] - 1, -1
        exchanges = np.zeros(3, EXCHANGE)
        for name, at in zip(EXCHANGE.names, (10, 4, 5, 30), strict=True):
            exchanges[name] = at + 1000 * np.arange(3)
        del stream["clock"]
        stream["clock"], stream["exchanges"] = clock, exchanges
    return finish(path)


def change(path, table, entry, fields):
    with h5py.File(path, "r+") as file:
        rows = file[f"streams/plate/{table}"][:]
        for name, value in fields.items():
            rows[name][entry] = value
        file[f"streams/plate/{table}"][...] = rows


def test_a_whole_recording_has_no_problems_and_its_losses_are_facts(recording):
    verdict = verify(recording)
    assert verdict.whole, verdict.problems
    assert "2320 rows, 80 lost" in verdict.facts[0]


@pytest.mark.parametrize(
    ("table", "row", "fields", "told"),
    [
        ("samples", 700, {"index": 3}, "samples: from entry 700"),
        ("samples", 700, {"t_host_ns": 0}, "samples: from entry 700"),
        ("samples", 700, {"t_dev_us": 1}, "samples: from entry 700"),
        ("samples", 700, {"conversion": (11, 12, 12, 12)}, "channel 1 stands still"),
        ("samples", 700, {"age_us": (0, 0, 0, 90_000)}, "channel 4 counts on, but"),
        ("gaps", 0, {"lost": 79}, "before row 400 the index says that 80 .* the gaps say 79"),
        ("gaps", 0, {"row": 401}, "before row 400 the index says that 80 .* the gaps say 0"),
        ("gaps", 1, {"row": 9999}, "gaps: one is before row 9999, but there are 2320 rows"),
        ("gaps", 0, {"row": 2000}, "gaps: they are out of order"),
        ("clock", 4, {"offset_ns": 7 * 10**15}, "clock: entry 4 is the arrival of none"),
        ("clock", 3, {"segment": 9}, "clock: its segments are out of order"),
        ("exchanges", 1, {"heard_ns": 1}, "exchanges: in entry 1 an answer came before"),
        ("exchanges", 2, {"answered_us": 0}, "exchanges: in entry 2 an answer came before"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_by_table_and_place(recording, table, row, fields, told):
    change(recording, table, row, fields)
    (problem,) = verify(recording).problems
    assert "plate" in problem
    assert re.search(told, problem), problem


@pytest.mark.parametrize("table", ["samples", "gaps", "clock", "exchanges", "zeros"])
def test_a_flipped_bit_in_any_table_is_found_by_its_checksum(recording, table):
    with h5py.File(recording) as file:
        chunk = file[f"streams/plate/{table}"].id.get_chunk_info(0)
    with recording.open("r+b") as file:
        file.seek(chunk.byte_offset + chunk.size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    assert f"streams/plate/{table} cannot be read" in verify(recording).problems[0]


def test_a_recording_that_was_not_finished_is_told(simulated, tmp_path):
    plate = simulated.Plate(simulated.ramps, state="recording")
    problems = verify(plate.write(tmp_path / "a.partial.h5")).problems
    assert problems == ("The recording was not finished.",)
