# SPDX-License-Identifier: Apache-2.0
"""CSV and Parquet, read back by the standard library, by pandas and by pyarrow."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import exported
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from hypothesis import given, settings

import solemetry as sm

MIXED = exported.session(
    exported.plate(gaps=[slice(40, 52)], unloaded=[slice(0, 20)]),
    exported.lab_plate(gaps=[slice(7, 8)]),
    exported.insole(),
    motion=[exported.inertial()],
    told=exported.events((1.5, "hold_start", {}), (4.0, "marked", {"label": "Füße, \"links\""})),
    subject={"participant_id": "p-7k3", "mass_kg": 71.4},
    start_utc="2026-01-02T03:04:05+00:00",
)


def read(path: Path) -> pd.DataFrame:
    """Numbers by the standard library; an empty field is none."""
    with path.open(newline="", encoding="utf-8") as file:
        names, *rows = list(csv.reader(file))
    numbers = [[float(field or "nan") for field in row] for row in rows]
    return pd.DataFrame(numbers, columns=names)


def test_every_number_of_a_csv_file_is_what_was_recorded(tmp_path):
    written = sm.export(MIXED, "csv", tmp_path / "out")
    assert [path.name for path in written.files] == [
        "plate.csv", "lab.csv", "insole-left.csv", "insole-left-imu.csv", "events.csv",
        "about.json",
    ]  # fmt: skip
    lab = read(tmp_path / "out" / "lab.csv")
    stream = MIXED.streams["lab"]
    assert list(lab) == ["t_s", "force_n", "cop_ml_mm", "cop_ap_mm", "shear_ml_n", "shear_ap_n"]
    np.testing.assert_array_equal(lab.t_s, stream.t_s)
    np.testing.assert_array_equal(lab.force_n, stream.force_n)
    np.testing.assert_array_equal(lab[["cop_ml_mm", "cop_ap_mm"]], stream.cop_mm)
    np.testing.assert_array_equal(lab[["shear_ml_n", "shear_ap_n"]], stream.shear_n)
    plate = read(tmp_path / "out" / "plate.csv")
    cells = plate[[f"force_{label}_n" for label in ("FL", "FR", "RL", "RR")]]
    np.testing.assert_array_equal(cells, MIXED.streams["plate"].forces_n)
    inertial = read(tmp_path / "out" / "insole-left-imu.csv")
    motion = MIXED.motion["insole-left-imu"]
    np.testing.assert_array_equal(inertial.iloc[:, 1:4], motion.acceleration_g)
    np.testing.assert_array_equal(inertial.iloc[:, 4:], motion.turn_rate_dps)


def test_what_is_missing_is_an_empty_field_at_its_time(tmp_path):
    sm.export(MIXED, "csv", tmp_path / "out")
    with (tmp_path / "out" / "plate.csv").open(newline="") as file:
        names, *rows = list(csv.reader(file))
    assert rows[40] == ["1.0", *[""] * (len(names) - 1)]
    assert [row[names.index("force_n")] == "" for row in rows] == [40 <= k < 52 for k in range(400)]
    # Nobody stands there: a force, but no centre of pressure.
    assert rows[5][1:4] == ["6.0", "", ""]


def test_events_keep_their_details(tmp_path):
    sm.export(MIXED, "csv", tmp_path / "out")
    with (tmp_path / "out" / "events.csv").open(newline="", encoding="utf-8") as file:
        _, *rows = list(csv.reader(file))
    assert [(float(t_s), kind, json.loads(detail)) for t_s, kind, detail in rows] == [
        (1.5, "hold_start", {}), (4.0, "marked", {"label": "Füße, \"links\""})
    ]  # fmt: skip


def test_what_there_is_to_know_stands_beside_the_tables(tmp_path):
    sm.export(MIXED, "csv", tmp_path / "out")
    told = json.loads((tmp_path / "out" / "about.json").read_text("utf-8"))
    assert told["subject"] == {"participant_id": "p-7k3", "mass_kg": 71.4}
    assert told["axes"] == "x to the person's right, y forward, z up"
    assert told["start_utc"] == "2026-01-02T03:04:05+00:00"
    assert told["tables"]["lab"]["columns"]["cop_ml_mm"]["unit"] == "mm"
    assert told["tables"]["plate"]["sensors"]["xy_mm"] == exported.CORNERS_MM.tolist()
    for table in told["tables"].values():
        assert all(column["unit"] for column in table["columns"].values())


def test_gaps_are_told_with_their_reasons(tmp_path, simulated):
    recorded = simulated.Plate(
        simulated.standing, boots=(simulated.Boot(0.5, 6.0, lost_rows=range(100, 107)),)
    )
    written = sm.export(sm.open(recorded.write(tmp_path / "s.h5")), "csv")
    assert written.files[0] == tmp_path / "s-csv" / "plate.csv"
    told = json.loads((tmp_path / "s-csv" / "about.json").read_text("utf-8"))["tables"]["plate"]
    assert (told["lost_rows"], told["calibration"]["source"]) == (7, "test weights")
    assert [(gap["lost"], gap["reason"]) for gap in told["gaps"]] == [(7, "lost")]
    frame = read(written.files[0])
    # A grid point needs the conversions of both sides.
    assert 7 <= frame.force_n.isna().iloc[3:-3].sum() <= 9
    assert any("Raw counts" in note for note in written.notes)


def test_parquet_keeps_numbers_units_and_what_there_is_to_know(tmp_path):
    written = sm.export(MIXED, "parquet", tmp_path / "out")
    assert [path.name for path in written.files] == [
        "plate.parquet", "lab.parquet", "insole-left.parquet", "insole-left-imu.parquet",
        "events.parquet",
    ]  # fmt: skip
    table = pq.read_table(tmp_path / "out" / "plate.parquet")
    stream = MIXED.streams["plate"]
    units = {field.name: field.metadata[b"unit"].decode() for field in table.schema}
    assert units == {"t_s": "s", "force_n": "N", "cop_ml_mm": "mm", "cop_ap_mm": "mm",
                     **{f"force_{label}_n": "N" for label in ("FL", "FR", "RL", "RR")}}  # fmt: skip
    assert table["force_n"].null_count == 12
    frame = pd.read_parquet(tmp_path / "out" / "plate.parquet")
    np.testing.assert_array_equal(frame.t_s, stream.t_s)
    np.testing.assert_array_equal(frame.force_n, stream.force_n)
    np.testing.assert_array_equal(frame[["cop_ml_mm", "cop_ap_mm"]], stream.cop_mm)
    np.testing.assert_array_equal(frame.iloc[:, 4:], stream.forces_n)
    assert json.loads(table.schema.metadata[b"solemetry"])["subject"]["mass_kg"] == 71.4
    told = pd.read_parquet(tmp_path / "out" / "events.parquet")
    assert told.t_s.tolist() == [1.5, 4.0]
    assert json.loads(told.detail[1]) == {"label": "Füße, \"links\""}


@given(exported.recordings())
@settings(max_examples=15, deadline=None)
def test_any_recording_comes_back_from_its_tables(recording):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        as_csv = sm.export(recording, "csv", folder / "csv").files[:-2]
        as_parquet = sm.export(recording, "parquet", folder / "parquet").files[:-1]
        for stream, text, binary in zip(
            recording.streams.values(), as_csv, as_parquet, strict=True
        ):
            table = pq.read_table(binary)
            columns = [column.to_numpy() for column in table.columns]
            whole = stream.counts is None
            np.testing.assert_array_equal(columns[0], stream.t_s)
            if whole:
                np.testing.assert_array_equal(columns[1], stream.force_n)
                np.testing.assert_array_equal(np.transpose(columns[2:4]), stream.cop_mm)
            sensors = stream.forces_n if whole else stream.counts
            if sensors is not None:
                np.testing.assert_array_equal(np.transpose(columns[4 if whole else 1 :]), sensors)
            frame = read(text)
            assert len(set(frame)) == len(frame.columns) == table.num_columns
            np.testing.assert_array_equal(frame, np.transpose(columns))
        json.loads((folder / "csv" / "about.json").read_text("utf-8"))
