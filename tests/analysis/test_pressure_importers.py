# SPDX-License-Identifier: Apache-2.0
"""Files of pressure insoles and plates, against what their makers wrote into them."""

from __future__ import annotations

import random

import numpy as np
import openpyxl
import pytest

import solemetry as sm
from solemetry import layouts, loading
from solemetry.errors import FileError, UnavailableError
from solemetry.importers.formats import FORMATS
from solemetry.session import write_imported

WALK = "gait/moticon_opengo/230927_102114.txt"
EVENTS = "gait/moticon_opengo/walk_with_manual_events.txt"
PEDAR = "gait/pressuRe/pedar_example.asc"
EMED = "gait/pressuRe/emed_test.lst"
STAPPONE = "gait/pressuRe/stappone_example.csv"
FSCAN = "gait/footPress_fscan/FrasP01L.asf"
LOADSOL = "gait/loadsol/test_poids.txt"
ALL = (WALK, EVENTS, PEDAR, EMED, STAPPONE, FSCAN, LOADSOL)


def told_by(path, separator="\t", names_line=9):
    """Columns of a text file, by name, as the maker wrote them; empty fields are NaN."""
    lines = path.read_text("utf-8", errors="replace").split("\n")
    names = lines[names_line - 1].removeprefix("# ").split(separator)
    rows = [line.split(separator) for line in lines[names_line:] if line.strip()]

    def number(field):
        try:
            return float(field)
        except ValueError:
            return np.nan

    width = len(names)
    rows = [[*row, *[""] * width][:width] for row in rows]
    return {name: np.array([number(row[n]) for row in rows]) for n, name in enumerate(names)}


def opened(path):
    """The session, or what it was refused with."""
    try:
        return sm.open(path), None
    except FileError as refusal:
        return None, refusal


def cells_of(stream):
    return stream.counts if stream.forces_n is None else stream.forces_n


def damaged(tmp_path, path, old, new, count=1):
    """A copy with something else in it."""
    body = path.read_bytes()
    assert old in body
    copy = tmp_path / path.name
    copy.write_bytes(body.replace(old, new, count))
    return copy


def in_line(tmp_path, path, line, change):
    """A copy of which one line is changed."""
    lines = path.read_bytes().split(b"\n")
    lines[line - 1] = change(lines[line - 1])
    copy = tmp_path / path.name
    copy.write_bytes(b"\n".join(lines))
    return copy


# ---- every format ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_file_is_known_by_its_content_and_by_one_format_only(real_data, name):
    head = real_data(name).read_bytes()[:8192]
    assert sum(form.recognize(head) for form in FORMATS) == 1
    session = sm.open(real_data(name))
    assert session.state == "imported"
    assert session.meta["source_file"] == real_data(name).name
    for stream in session.streams.values():
        assert stream.kind == "cells"
        assert stream.layout is not None
        assert cells_of(stream).shape == (len(stream.t_s), len(stream.layout.labels))
    for motion in session.motion.values():
        stream = session.streams[motion.name.removesuffix("-imu")]
        np.testing.assert_array_equal(motion.t_s, stream.t_s)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("change", [
    pytest.param(lambda body: body.replace(b"\r", b"").replace(b"\n", b"\r\n"), id="CRLF"),
    pytest.param(lambda body: body.replace(b"\r", b""), id="LF"),
    pytest.param(lambda body: b"\xef\xbb\xbf" + body, id="byte order mark"),
])  # fmt: skip
def test_line_ends_and_a_byte_order_mark_do_not_matter(real_data, tmp_path, name, change):
    path = tmp_path / "copy"
    path.write_bytes(change(real_data(name).read_bytes()))
    copy, session = sm.open(path), sm.open(real_data(name))
    for stream, same in zip(copy.streams.values(), session.streams.values(), strict=True):
        np.testing.assert_array_equal(cells_of(stream), cells_of(same))
        np.testing.assert_array_equal(stream.t_s, same.t_s)
    assert len(copy.events) == len(session.events)
    assert list(copy.motion) == list(session.motion)


@pytest.mark.parametrize("name", ALL)
def test_what_was_imported_opens_again_as_it_was(real_data, tmp_path, name):
    session = sm.open(real_data(name))
    again = sm.open(write_imported(tmp_path / "a.h5", session))
    for stream, same in zip(again.streams.values(), session.streams.values(), strict=True):
        np.testing.assert_array_equal(cells_of(stream), cells_of(same))
        np.testing.assert_array_equal(stream.force_n, same.force_n)
        np.testing.assert_array_equal(stream.layout.xy_mm, same.layout.xy_mm)
        assert stream.layout.regions == same.layout.regions
        assert (stream.info, stream.notes) == (same.info, same.notes)
    assert again.meta["original"] == session.meta["original"]


@pytest.mark.parametrize("name", ALL)
def test_a_file_cut_anywhere_is_refused_or_gives_what_stands_before_the_cut(
    real_data, tmp_path, name
):
    body = real_data(name).read_bytes()
    whole = sm.open(real_data(name))
    chance = random.Random(name)
    cuts = [chance.randrange(1, len(body)) for _ in range(12)] + [len(body) - 3]
    for cut in cuts:
        piece = tmp_path / f"{cut}-{real_data(name).name}"
        piece.write_bytes(body[:cut])
        session, refusal = opened(piece)
        if session is None:
            assert str(piece) in refusal.problem
            assert refusal.remedy
            continue
        for stream in session.streams.values():
            cells, full = cells_of(stream), cells_of(whole.streams[stream.name])
            shared = {label: n for n, label in enumerate(whole.streams[stream.name].layout.labels)}
            at = [shared[label] for label in stream.layout.labels]
            assert 0 < len(cells) <= len(full)
            np.testing.assert_array_equal(cells, full[: len(cells), at])


@pytest.mark.parametrize("name", ALL)
def test_a_letter_in_a_number_is_refused_with_its_line(real_data, tmp_path, name):
    body = real_data(name).read_bytes()
    at = body.rindex(b"0", 0, len(body) * 2 // 3)
    path = tmp_path / real_data(name).name
    path.write_bytes(body[:at] + b"x" + body[at + 1 :])
    line = body.count(b"\n", 0, at) + 1
    with pytest.raises(FileError, match=rf"line {line}\b") as refusal:
        sm.open(path)
    assert str(path) in refusal.value.problem


@pytest.mark.parametrize("name", [WALK, PEDAR, FSCAN])
def test_the_load_of_a_walk_leaves_the_ground_in_front_and_medially(real_data, name):
    for stream in sm.open(real_data(name)).streams.values():
        stands = np.nan_to_num(stream.force_n) > 150
        starts = np.flatnonzero(~stands[:-1] & stands[1:]) + 1
        stops = np.array([start + np.argmin(stands[start:]) for start in starts])
        whole = stops - starts > 10
        assert whole.sum() >= 5
        to_medial = (1, 1) if stream.name == "insole-left" else (-1, 1)
        middle, end = np.mean(
            [
                [np.nanmean(stream.cop_mm[start + int(a * n) : start + int(b * n)], axis=0)
                 for a, b in ((0.35, 0.6), (0.9, 1.0))]
                for start, n in zip(starts[whole], (stops - starts)[whole], strict=True)
            ], axis=0,
        ) * to_medial  # fmt: skip
        assert end[0] > middle[0] + 3
        assert end[1] > middle[1] + 20


# ---- Moticon -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "size"), [(WALK, 7), (EVENTS, 3)])
@pytest.mark.parametrize("side", ["left", "right"])
def test_moticon_forces_are_pressure_times_area_and_make_the_makers_total(
    real_data, name, size, side
):
    told = told_by(real_data(name), names_line=9 if name == WALK else 10)
    stream = sm.open(real_data(name)).streams[f"insole-{side}"]
    rows = np.searchsorted(stream.t_s, told["time"] - 0.001)
    total_n = told[f"{side} total force[N]"]
    np.testing.assert_allclose(stream.force_n[rows], total_n, rtol=1e-12)
    area_cm2 = layouts.moticon(side, size).area_mm2 / 100
    pressure = np.column_stack([told[f"{side} pressure {n}[N/cm²]"] for n in range(1, 17)])
    there = np.isfinite(total_n)
    assert np.abs(pressure @ area_cm2 - total_n)[there].max() < 0.75  # rounded to 1 N
    back = 1e3 * stream.forces_n[rows] / stream.layout.area_mm2 / 10
    loaded = total_n > 100
    np.testing.assert_allclose(back[loaded], pressure[loaded], rtol=0.005)


@pytest.mark.parametrize("name", [WALK, EVENTS])
@pytest.mark.parametrize("side", ["left", "right"])
def test_moticon_centres_of_pressure_are_the_makers(real_data, name, side):
    told = told_by(real_data(name), names_line=9 if name == WALK else 10)
    stream = sm.open(real_data(name)).streams[f"insole-{side}"]
    rows = np.searchsorted(stream.t_s, told["time"] - 0.001)
    width_mm, length_mm = stream.layout.size_mm
    along = stream.cop_mm[rows, 1] / length_mm - 0.5
    medial = stream.cop_mm[rows, 0] / width_mm * (1 if side == "left" else -1)
    theirs = [told[f"{side} center of pressure {axis}[-0.5...+0.5]"] for axis in "XY"]
    given = (theirs[0] != 0) & np.isfinite(theirs[0])  # it is (0, 0) below 50 N
    assert given.sum() > 250
    np.testing.assert_allclose(along[given], theirs[0][given], atol=1e-3)
    np.testing.assert_allclose(medial[given], theirs[1][given], atol=1e-3)


@pytest.mark.parametrize("side", ["left", "right"])
def test_moticon_pressures_are_those_of_the_makers_report(real_data, side):
    path = real_data("gait/moticon_opengo/gait_report_230927_10_21_14.xlsx")
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    report = {row[0]: np.array(row[1:17], dtype=float) for row in rows
              if row[0] in (f"Mean ({side}) (N/cm²)", f"Maximum ({side}) (N/cm²)")}  # fmt: skip
    stream = sm.open(real_data(WALK)).streams[f"insole-{side}"]
    pressure = 1e3 * stream.forces_n / stream.layout.area_mm2 / 10
    np.testing.assert_allclose(
        np.nanmean(pressure, axis=0), report[f"Mean ({side}) (N/cm²)"], rtol=1e-3
    )
    np.testing.assert_allclose(
        np.nanmax(pressure, axis=0), report[f"Maximum ({side}) (N/cm²)"], atol=0.02
    )


def test_moticon_brings_motion_gaps_and_what_the_file_says(real_data):
    session = sm.open(real_data(WALK))
    assert session.meta["original"]["Size"] == "7"
    assert session.meta["original"]["Sensor insoles"] == "Left SN5968, Right SN9171"
    left, right = session.streams["insole-left"], session.streams["insole-right"]
    assert (left.fs_hz, left.info["size"], left.info["side"]) == (100.0, 7, "left")
    # The left insole was first heard after 0.5 s; the right one was lost 0.05 s before the end.
    assert np.flatnonzero(~np.isnan(left.force_n))[0] == 50
    assert np.flatnonzero(~np.isnan(right.force_n))[-1] == len(right.t_s) - 6
    still = session.motion["insole-right-imu"]
    np.testing.assert_allclose(np.linalg.norm(still.acceleration_g[:100], axis=1), 1, atol=0.03)
    np.testing.assert_allclose(still.acceleration_g[0], [-0.189453, 0.047852, 0.972168])
    np.testing.assert_allclose(still.turn_rate_dps[0], [-2.45, -3.43, 2.38])


def test_moticon_steps_and_events_become_events(real_data):
    steps = sm.open(real_data(WALK)).events
    assert len(steps) == 28  # 14 steps, each with its begin and its end
    assert steps.t_s.is_monotonic_increasing
    assert steps.iloc[0].t_s == 3.0
    assert steps.iloc[0].detail == {"column": "left steps[]", "value": "11.00", "label": ""}
    by_hand = sm.open(real_data(EVENTS))
    assert by_hand.events.iloc[0].detail == {
        "column": "Left Events[]", "value": "1.00", "label": "Event"
    }  # fmt: skip
    assert by_hand.meta["start_utc"].startswith("2022-09-15T13:58:36.241")


def test_moticon_areas_of_a_size_that_is_not_known_follow_from_the_total(real_data, tmp_path):
    path = damaged(tmp_path, real_data(WALK), b"# Size: 7", b"# Size: 5")
    stream, known = (sm.open(p).streams["insole-left"] for p in (path, real_data(WALK)))
    np.testing.assert_allclose(stream.layout.area_mm2, known.layout.area_mm2, rtol=0.02)
    np.testing.assert_allclose(stream.force_n, known.force_n)
    assert any("size 5" in note for note in stream.notes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"# Size: 7\n", b"", "size of the insoles is not told"),
        (b"# Size: 7", b"# Size: 3", "total force.*N, but the pressures make"),
        (b"right pressure 4[N/cm", b"right pressure 4[kPa", "line 9: .*right pressure 4"),
        (b"# time\t", b"# Zeit\t", "names the columns"),
        (b"\n0.05\t", b"\n0.55\t", "line 16: the time steps"),
        (b"\t509.00\t", b"\t599.00\t", "line 10, column right total force"),
    ],
)
def test_a_damaged_moticon_export_is_refused(real_data, tmp_path, old, new, message):
    with pytest.raises(FileError, match=message):
        sm.open(damaged(tmp_path, real_data(WALK), old, new))


def test_moticon_regions_follow_a_foot_that_rolls_over(real_data):
    stream = sm.open(real_data(WALK)).streams["insole-left"]
    step = slice(300, 398)  # the first step of the maker's report: 3.000 to 3.971 s
    table = loading.describe_steps(
        stream.forces_n, stream.layout, stream.fs_hz, np.array([[step.start, step.stop]])
    ).set_index("region")
    assert table.peak_n["whole"] == pytest.approx(np.nanmax(stream.force_n[step]))
    peaks_s = table.time_to_peak_s
    assert peaks_s["heel"] < peaks_s["midfoot"] < peaks_s["forefoot"] < peaks_s["toes"] + 0.1
    assert table.bridged_share["whole"] == pytest.approx(1 / 98)
    assert 0 < loading.arch_index_force(stream.forces_n[step], stream.layout) < 0.5


# ---- pedar -------------------------------------------------------------------------------------


def test_pedar_forces_are_those_of_a_walking_person(real_data):
    session = sm.open(real_data(PEDAR))
    left, right = session.streams["insole-left"], session.streams["insole-right"]
    table = np.loadtxt(real_data(PEDAR), skiprows=10)
    area_mm2 = np.genfromtxt(
        real_data("layouts/pedar99_sensor_area_mm2.csv"), delimiter=",", names=True
    )["y"]
    np.testing.assert_allclose(left.force_n, table[:, 1:100] @ area_mm2 / 1e3)
    np.testing.assert_allclose(right.force_n, table[:, 100:] @ area_mm2 / 1e3)
    assert (round(left.force_n.max()), round(right.force_n.max())) == (850, 988)
    assert session.meta["original"]["sensor type"] == "y-1865l-1870r-pxf306-11mar2021"
    assert session.meta["original"]["date/time"] == "25.04.23 10.49"


@pytest.mark.parametrize("side", ["left", "right"])
def test_load_under_a_pedar_runs_from_heel_to_toes(real_data, side):
    stream = sm.open(real_data(PEDAR)).streams[f"insole-{side}"]
    loads = loading.regions(stream.forces_n, stream.layout)
    np.testing.assert_allclose(loads["whole"], stream.force_n)
    stands = stream.force_n > 200
    starts = np.flatnonzero(~stands[:-1] & stands[1:])[:-1] + 1
    stops = np.array([start + np.argmin(stands[start:]) for start in starts])
    assert len(starts) >= 8  # strides of 1.29 s in 15 s, the first and the last one cut
    assert (stream.cop_mm[starts, 1] < stream.cop_mm[stops - 1, 1] - 60).all()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"y-1865l", b"q-1865l", "size 'q'"),
        (b"in  kPa", b"in  psi", "psi.*kPa"),
        (b"\t     99\t\n", b"\t\n", "line 10: 197 cells"),
        (b"time[secs]", b"Zeit", "is missing"),
        (b"     0.05000\t", b"     0.03000\t", "line 15: the time"),
    ],
)
def test_a_damaged_pedar_export_is_refused(real_data, tmp_path, old, new, message):
    with pytest.raises(FileError, match=message):
        sm.open(damaged(tmp_path, real_data(PEDAR), old, new))


# ---- emed --------------------------------------------------------------------------------------


def test_emed_forces_are_those_that_each_page_says(real_data):
    plate = sm.open(real_data(EMED)).streams["plate"]
    lines = real_data(EMED).read_text("latin-1").splitlines()
    said_n = [float(line.split()[-1]) for line in lines if line.startswith("Force")]
    assert len(said_n) == len(plate.t_s) == 106
    np.testing.assert_allclose(plate.force_n, said_n, atol=0.006)
    assert plate.info["pressure_unit"] == "kPa"
    assert plate.layout.size_mm == (320, 475)  # 64 x 95 cells of 5 mm
    assert (plate.fs_hz, plate.t_s[-1]) == (100.0, pytest.approx(1.05))


def test_emed_columns_count_to_the_right_and_rows_downwards(real_data):
    plate = sm.open(real_data(EMED)).streams["plate"]
    places = dict(zip(plate.layout.labels, plate.layout.xy_mm, strict=True))
    np.testing.assert_allclose(places["40,31"] - places["40,30"], (5, 0))
    np.testing.assert_allclose(places["41,30"] - places["40,30"], (0, -5))
    np.testing.assert_allclose(places["48,32"], (-2.5, 0))  # next to the middle of 64 x 95
    # In the first picture the heel's row 79 and column 29 carry most of their column and row.
    assert plate.cop_mm[1, 1] < plate.cop_mm[100, 1] - 150


def emed_file(path, pictures, unit_kpa=1.0, force=True):
    """An export as the maker's program writes it, of pressures in kPa."""
    text = ""
    for n, kpa in enumerate(pictures, 1):
        rows, columns = kpa.shape
        names = [*range(11, 11 + columns), *(["Force"] if force else [])]
        cell_n = kpa * 25e-3
        text += (
            f"\n\t\t\t\tPage {n}\n\n\tFile: a.dat \tMatrix: 64x95 \n\tSensor area: 0.25 cm2\t"
            "Time/picture:20.0 ms\n\tSensor size: 0.500x0.500 cm\n"
            f"\tPict-No.: {n}  Force[N]=sum\n\n\t" + "\t".join(map(str, names)) + "\n"
        )
        for row in range(rows):
            values = [f"{value / unit_kpa:.4f}" for value in kpa[row]]
            sums = [f"{cell_n[row].sum():.2f}"] if force else []
            text += "\t".join([str(21 + row), *values, *sums]) + "\n"
        if force:
            sums = [*cell_n.sum(axis=0), cell_n.sum()]
            text += "\t".join(["Force", *(f"{value:.2f}" for value in sums)]) + "\n"
        text += "\f"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("unit_kpa", "unit"), [(1.0, "kPa"), (10.0, "N/cm2"), (6.894757, "psi"), (0.1333224, "mmHg")]
)
def test_the_unit_of_an_emed_export_follows_from_its_forces(tmp_path, unit_kpa, unit):
    kpa = np.random.default_rng(5).uniform(0, 300, (12, 6, 5))
    plate = sm.open(emed_file(tmp_path / "a.lst", kpa, unit_kpa)).streams["plate"]
    assert plate.info["pressure_unit"] == unit
    np.testing.assert_allclose(plate.forces_n, kpa.reshape(12, -1) * 25e-3, atol=1e-4)
    assert plate.fs_hz == 50.0


def test_pages_of_the_largest_picture_are_left_out(tmp_path):
    kpa = np.random.default_rng(5).uniform(0, 300, (12, 6, 5))
    path = emed_file(tmp_path / "a.lst", kpa)
    last = path.read_text().split("\f")[-2].replace("Page 12", "Page 13")
    path.write_text(path.read_text() + last.replace("Pict-No.: 12", "MPP") + "\f")
    assert len(sm.open(path).streams["plate"].t_s) == 12


def test_an_emed_export_without_forces_is_taken_to_be_in_kpa(tmp_path):
    kpa = np.random.default_rng(5).uniform(0, 300, (12, 6, 5))
    plate = sm.open(emed_file(tmp_path / "a.lst", kpa, force=False)).streams["plate"]
    np.testing.assert_allclose(plate.force_n, kpa.sum(axis=(1, 2)) * 25e-3, rtol=1e-4)
    assert any("taken to be kPa" in note for note in plate.notes)


def test_parts_of_an_emed_picture_are_put_together(tmp_path):
    kpa = np.random.default_rng(6).uniform(50, 300, (12, 6, 5))
    whole = emed_file(tmp_path / "whole.lst", kpa).read_text()
    other = emed_file(tmp_path / "other.lst", kpa[:, :, :3]).read_text()
    shifted = other.replace("\t11\t12\t13\t", "\t16\t17\t18\t")
    pages = [page for pair in zip(whole.split("\f"), shifted.split("\f"), strict=True)
             for page in pair]
    path = tmp_path / "parts.lst"
    path.write_text("\f".join(pages))
    plate = sm.open(path).streams["plate"]
    both = np.concatenate((kpa, kpa[:, :, :3]), axis=2).reshape(12, -1) * 25e-3
    np.testing.assert_allclose(plate.forces_n, both, atol=1e-5)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"Time/picture:10.0 ms", b"Time/picture:ten ms", "Time/picture"),
        (b"Matrix: 64x95", b"Matrix: 64", "Matrix"),
        (b"Pict-No.: 2 ", b"Pict-No.: 0 ", "line 69: picture 0 comes after 1"),
        (b"\n78\t0.00\t", b"\n78\t5.00\t", "line 2: the cells of this page make 39.7.*39.63"),
        (b"\n79\t", b"\n97\t", "picture 1 is not whole"),
    ],
)
def test_a_damaged_emed_export_is_refused(real_data, tmp_path, old, new, message):
    with pytest.raises(FileError, match=message):
        sm.open(damaged(tmp_path, real_data(EMED), old, new))


# ---- loadsol -----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["left", "right"])
def test_loadsol_zones_make_the_makers_total(real_data, side):
    device = {"left": "PGV247-L", "right": "PGV244-R"}[side]
    told = told_by(real_data(LOADSOL), names_line=3)
    total_n = told[device][1:]  # the first line is that of units
    heard = told[f"{device}::heel"][1:] != -1
    stream = sm.open(real_data(LOADSOL)).streams[f"insole-{side}"]
    assert (stream.fs_hz, len(stream.force_n)) == (200.0, len(total_n))
    np.testing.assert_allclose(stream.force_n[heard], total_n[heard], atol=0.002)
    assert np.isnan(stream.force_n[~heard]).all()
    assert (~heard).any()
    loads = loading.regions(stream.forces_n, stream.layout)
    np.testing.assert_allclose(loads["heel"][heard], told[f"{device}::heel"][1:][heard])
    np.testing.assert_allclose(loads["medial"][heard], told[f"{device}::medial"][1:][heard])


def test_loadsol_brings_motion_in_g_and_degrees(real_data):
    session = sm.open(real_data(LOADSOL))
    told = told_by(real_data(LOADSOL), names_line=3)
    motion = session.motion["insole-left-imu"]
    np.testing.assert_allclose(motion.acceleration_g[:, 0], told["PGV247-L::xAcc"][1:])
    np.testing.assert_allclose(
        motion.turn_rate_dps[:, 2], told["PGV247-L::zGyro"][1:] * 180 / np.pi
    )
    norm_g = np.linalg.norm(motion.acceleration_g, axis=1)
    assert np.nanmedian(norm_g) == pytest.approx(1, abs=0.02)


def test_a_damaged_loadsol_export_is_refused(real_data, tmp_path):
    path = real_data(LOADSOL)
    with pytest.raises(FileError, match=r"line 5, column PGV247-L: 299\.55 N, but its zones make"):
        sm.open(damaged(tmp_path, path, b"\t294.550\t", b"\t299.550\t"))
    with pytest.raises(FileError, match=r"line 3: .*PGV247-L::heel"):
        sm.open(damaged(tmp_path, path, b"PGV247-L::heel", b"PGV247-L::hell"))
    with pytest.raises(FileError, match="line 7: the time"):
        sm.open(damaged(tmp_path, path, b"\n0.010\t", b"\n0.910\t"))


# ---- F-Scan ------------------------------------------------------------------------------------


def test_f_scan_forces_are_pressure_times_area(real_data):
    session = sm.open(real_data(FSCAN))
    (stream,) = session.streams.values()
    lines = real_data(FSCAN).read_text().splitlines()
    start = lines.index("Frame 100") + 1
    fields = [line.split(",") for line in lines[start : start + 60]]
    kpa = np.array([float(field) for row in fields for field in row if field != "B"])
    np.testing.assert_allclose(stream.forces_n[99], kpa * 25.8064e-3)
    assert len(kpa) == len(stream.layout.labels) < 60 * 21
    assert (stream.name, stream.fs_hz, len(stream.t_s)) == ("insole-left", 31.25, 205)
    assert session.meta["original"]["COMMENTS"] == "overground walk p10"
    assert session.meta["original"]["CALIBRATION_MODE_1"] == "Walk"


def test_load_under_an_f_scan_runs_from_heel_to_toes(real_data):
    stream = sm.open(real_data(FSCAN)).stream
    stands = stream.force_n > 200
    starts = np.flatnonzero(~stands[:-1] & stands[1:]) + 1
    stops = np.flatnonzero(stands[:-1] & ~stands[1:])
    stops = stops[np.searchsorted(stops, starts[0]) :]
    pairs = list(zip(starts, stops, strict=False))
    assert len(pairs) >= 4
    for start, stop in pairs:
        assert stream.cop_mm[stop, 1] - stream.cop_mm[start, 1] > 60
    loads = loading.regions(stream.forces_n, stream.layout)
    np.testing.assert_allclose(loads["whole"], stream.force_n)
    # The arch is medial: under a left insole that is to the right.
    assert loads["midfoot_lateral"].sum() > loads["midfoot_medial"].sum()
    with pytest.raises(UnavailableError, match="bare foot"):
        loading.find_footprint(stream.forces_n, stream.layout)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"UNITS KPa", b"UNITS RAW", "RAW.*alibrate"),
        (b"SECONDS_PER_FRAME 0.032", b"SECONDS_PER_FRAME 0", "SECONDS_PER_FRAME"),
        (b"END_FRAME 205", b"END_FRAME 206", "205 frames; its header promises 1 to 206"),
        (b"ROW_SPACING 5.08 mm", b"ROW_SPACING 0.2 in", "not in mm"),
        (b"ASCII_DATA", b"", "no line ASCII_DATA"),
        (b"Frame 17\r\nB", b"Frame 17\r\n0", "frame 17 is not whole"),
    ],
)
def test_a_damaged_f_scan_export_is_refused(real_data, tmp_path, old, new, message):
    with pytest.raises(FileError, match=message):
        sm.open(damaged(tmp_path, real_data(FSCAN), old, new))


def test_a_frame_that_lacks_a_line_is_refused_with_its_line(real_data, tmp_path):
    lines = real_data(FSCAN).read_bytes().split(b"\n")
    at = lines.index(b"Frame 9\r")
    del lines[at + 31]
    path = tmp_path / "a.asf"
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(FileError, match=r"line \d+: frame 9 is not whole"):
        sm.open(path)


def test_an_f_scan_movie_of_an_unknown_side_needs_to_be_told(real_data, tmp_path):
    path = damaged(tmp_path, real_data(FSCAN), b"FrasP01L.fsx", b"FrasP01.fsx", count=2)
    stream = sm.open(path).stream
    assert stream.name == "insole"
    with pytest.raises(UnavailableError, match="which foot"):
        loading.regions(stream.forces_n, stream.layout)
    told = loading.regions(stream.forces_n, stream.layout, "left")
    known = sm.open(real_data(FSCAN)).stream
    np.testing.assert_array_equal(told, loading.regions(known.forces_n, known.layout))


# ---- Stappone ----------------------------------------------------------------------------------


def test_stappone_stays_in_counts_and_brings_motion(real_data):
    session = sm.open(real_data(STAPPONE))
    stream, motion = session.streams["insole-left"], session.motion["insole-left-imu"]
    told = told_by(real_data(STAPPONE), ",", 1)
    np.testing.assert_array_equal(stream.counts[:, 4], told["pressure_05"])
    assert stream.forces_n is None
    assert np.isnan(stream.force_n).all()
    assert any("no forces" in note for note in stream.notes)
    assert (stream.fs_hz, stream.rows, stream.lost_rows) == (62.5, 4575, 0)
    assert session.meta["start_utc"].startswith("2026-01-15T16:36:19.568")
    # At rest in the beginning: 1 g, and no turn to speak of.
    norm_g = np.linalg.norm(motion.acceleration_g[:100], axis=1)
    np.testing.assert_allclose(norm_g, 1, atol=0.02)
    assert np.abs(np.median(motion.turn_rate_dps[:100], axis=0)).max() < 3


def test_a_corrupt_line_of_stappone_is_a_missing_sample(real_data, tmp_path):
    path = in_line(tmp_path, real_data(STAPPONE), 12, lambda line: line.rstrip()[:-1] + b"1")
    stream = sm.open(path).streams["insole-left"]
    assert np.flatnonzero(np.isnan(stream.counts[:, 0])).tolist() == [10]


def test_both_insoles_of_a_stappone_file_are_told_apart(real_data, tmp_path):
    lines = real_data(STAPPONE).read_bytes().splitlines()
    rows = [line for one in lines[1:101] for line in (one, b"2" + one[1:])]
    path = tmp_path / "both.csv"
    path.write_bytes(b"\n".join([lines[0], *rows]) + b"\n")
    session = sm.open(path)
    assert list(session.streams) == ["insole-left", "insole-right"]
    left, right = session.streams.values()
    np.testing.assert_array_equal(left.counts, right.counts)
    np.testing.assert_allclose(left.layout.xy_mm * (-1, 1), right.layout.xy_mm)


@pytest.mark.parametrize(
    ("line", "old", "new", "message"),
    [
        (1, b"pressure_07", b"pressure_7", "line 1: .*pressure_07"),
        (9, b"1,17", b"3,17", "line 9, column sole_id"),
        (9, b"1,17684", b"1,17685", "line 9: the time|line 10: the time"),
        (9, b",0,0,0,", b",0,0,", "line 9: 23 columns instead of 24"),
    ],
)
def test_a_damaged_stappone_file_is_refused(real_data, tmp_path, line, old, new, message):
    path = in_line(tmp_path, real_data(STAPPONE), line, lambda text: text.replace(old, new, 1))
    with pytest.raises(FileError, match=message):
        sm.open(path)
