# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

import solemetry as sm
from solemetry.errors import FileError
from solemetry.importers import read
from solemetry.signal import lowpass

HEADER = "Time[s]\tFx[N]\tFy[N]\tFz[N]\tMx[Nm]\tMy[Nm]\tMz[Nm]\tCOPx[cm]\tCOPy[cm]"


def lines(n=200):
    return [HEADER] + [
        f"{(k + 1) / 100:.3f}\t0\t0\t700.5\t0\t0\t0\t{-8 + k / 1000:.6f}\t{1 + k / 500:.6f}"
        for k in range(n)
    ]


def written(tmp_path, text, name="trial.txt"):
    path = tmp_path / name
    path.write_text(text if isinstance(text, str) else "\n".join(text) + "\n")
    return path


def test_a_text_file_becomes_a_session_with_named_axes_in_mm(tmp_path):
    session = sm.open(written(tmp_path, lines()))
    stream = session.stream
    assert (stream.name, stream.kind, stream.fs_hz, stream.rows) == ("plate", "load", 100.0, 200)
    np.testing.assert_allclose(stream.cop_mm[0], (10.0, -80.0))  # ML is COPy, AP is COPx
    np.testing.assert_allclose(stream.force_n, 700.5)
    np.testing.assert_allclose(stream.t_s[[0, -1]], (0.01, 2.0))
    assert session.state == "imported"
    assert session.events.empty


@pytest.mark.parametrize("name", ["trial.h5", "trial", "trial.csv"])
def test_the_name_of_a_file_does_not_matter(tmp_path, name):
    assert sm.open(written(tmp_path, lines(), name)).stream.rows == 200


def test_a_session_is_known_by_its_content_too(standing_session):
    moved = standing_session.rename(standing_session.with_name("data.bin"))
    assert sm.open(str(moved)).state == "complete"
    with pytest.raises(FileError, match="a session already"):
        read(moved)


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path):
    path = tmp_path / "trial.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines()).encode() + b"\r\n\r\n")
    assert sm.open(path).stream.rows == 200


def test_missing_lines_and_values_are_missing_samples(tmp_path):
    text = lines()
    text[50] = text[50].replace("700.5", "NaN")
    del text[100:110]
    stream = sm.open(written(tmp_path, text)).stream
    assert (stream.rows, stream.lost_rows, len(stream.force_n)) == (190, 10, 200)
    assert np.flatnonzero(np.isnan(stream.force_n)).tolist() == [49, *range(99, 109)]


def test_horizontal_force_is_that_of_the_ground(tmp_path):
    text = lines()
    text[1] = text[1].replace("\t0\t0\t700.5", "\t3\t-2\t700.5")  # on the plate: fwd 3, left 2
    shear_n = sm.open(written(tmp_path, text)).stream.shear_n
    assert shear_n[0].tolist() == [2.0, -3.0]


def test_a_file_without_one_of_the_horizontal_forces_has_none(tmp_path):
    text = [line.replace("Fy[N]", "other") for line in lines()]
    assert sm.open(written(tmp_path, text)).stream.shear_n is None


@pytest.mark.parametrize("trial", ["BDS00001", "BDS00007", "BDS00037", "BDS00043"])
def test_in_real_standing_the_ground_pushes_back_whoever_leans_over_it(real_data, trial):
    # An inverted pendulum: the fast part of the centre of pressure runs ahead of the body, and
    # the ground pushes the body away from it (Winter 1998).
    stream = sm.open(real_data(f"posture/bds_raw/{trial}.txt")).stream
    shear_n, cop_mm = (lowpass(x, 100.0, 5.0) for x in (stream.shear_n, stream.cop_mm))
    fast_mm = cop_mm - lowpass(cop_mm, 100.0, 0.3)
    for axis in range(2):
        assert np.corrcoef(shear_n[:, axis], fast_mm[:, axis])[0, 1] < -0.8


def changed(line, old, new):
    text = lines()
    text[line - 1] = text[line - 1].replace(old, new)
    return text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed(1, "COPx[cm]", "COPx[mm]"), r"line 1: .*COPx\[cm\]"),
        (changed(1, "Fz[N]\t", ""), r"line 1: .*Fz\[N\]"),
        (changed(7, "700.5", "700,5"), r"line 7, column Fz\[N\]: .700,5.*decimal point"),
        (changed(9, "\t700.5", ""), "line 9: 8 columns instead of 9"),
        (changed(9, "700.5", "inf"), r"line 9, column Fz\[N\]: .*infinite"),
        (changed(20, "0.190", "0.194"), "line 20: the time steps"),
        (changed(20, "0.190", "0.150"), "line 20: the time steps"),
        (changed(20, "0.190", "nan"), "line 20: the time steps"),
        (lines(3), "only 3 samples"),
        ([HEADER], "only 0 samples"),
        ([*lines(), "2.010\t0\t0"], "line 202: 3 columns instead of 9"),
    ],
)
def test_a_damaged_file_is_refused_with_the_line_and_what_to_do(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(FileError, match=message) as refusal:
        sm.open(path)
    assert str(path) in refusal.value.problem
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("x\ty\n1,5\t2,5\n", "of no kind that can be opened.*Known are"),
        ("\x00\x01\x02" * 500, "of no kind"),
    ],
)
def test_a_file_of_no_known_kind_is_refused(tmp_path, text, message):
    with pytest.raises(FileError, match=message):
        sm.open(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(FileError, match="no file"):
            sm.open(path)


@pytest.mark.parametrize(
    "name",
    ["posture/acuna_1000Hz/eyesOpen_1.csv", "posture/peoheidja_xy/test_shiny.txt",
     "posture/ttb_liddy/example_cop.mat"],
)  # fmt: skip
def test_real_files_of_other_kinds_are_refused_not_misread(real_data, name):
    with pytest.raises(FileError, match="of no kind"):
        sm.open(real_data(name))
