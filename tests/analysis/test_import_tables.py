# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.errors import FileError
from solemetry.importers.tables import (
    WHITE_SPACE,
    TextFile,
    read_table,
    read_text,
    sampling_rate,
)

NAMES = ("a", "b", "c")


def read(tmp_path, text, separator="\t", **choices):
    path = tmp_path / "table.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    choices = {"min_rows": 1, "names": NAMES} | choices
    return read_table(read_text(path), 1, choices.pop("names"), separator, **choices)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("1\t2.5\t3\n4\t5\t-6e-1\n", {}),
        ("1\t2.5\t3\r\n4\t5\t-6e-1\r\n", {}),
        ("1\t2.5\t3\n\n4\t5\t-0.6", {}),
        ("\ufeff1\t2.5\t3\n4\t5\t-0.6\n", {}),
        ("1\t2.5\t3\n4\t5\t-0.6\n".encode("utf-16"), {}),
        ("1\t2,5\t3\n4\t5\t-0,6\n", {"decimal": ","}),
        ("1;2,5;3\n4;5;-0,6\n", {"decimal": ",", "separator": ";"}),
        ("  1 2.5\t 3 \n4   5 -0.6\n", {"separator": WHITE_SPACE}),
        ("1\tleft\t2.5\t3\n4\tright\t5\t-0.6\n", {"names": ("a", "side", "b", "c"), "only": NAMES}),
        ("1,2.5,3,\n4,5,-0.6,\n", {"names": (*NAMES, ""), "only": NAMES, "separator": ","}),
        ('"1"\t2.5\t3\n4\t5\t"-0.6"\n', {}),
    ],
)  # fmt: skip
def test_the_same_numbers_in_many_writings(tmp_path, text, choices):
    separator = choices.pop("separator", "\t")
    table = read(tmp_path, text, separator, **choices)
    np.testing.assert_array_equal(table.values, [[1, 2.5, 3], [4, 5, -0.6]])
    assert table.names == NAMES
    assert not table.notes


@pytest.mark.parametrize("word", ["NaN", "nan", "", "-"])
def test_what_is_missing_is_nan(tmp_path, word):
    table = read(tmp_path, f"1\t2\t3\n4\t{word}\t6\n", missing=("", "-"))
    np.testing.assert_array_equal(table["b"], [2, np.nan])


@pytest.mark.parametrize(
    ("text", "choices", "message"),
    [
        ("1\t2\t3\n4\t5x\t6\n", {}, "line 2, column b: '5x' is no number.* decimal point"),
        ("1\t2\t3\n4\t\t6\n", {}, "line 2, column b: '' is no number"),
        ("1\t2\t3\n4\t1_0\t6\n", {}, "line 2, column b: '1_0'"),
        ("1\t2\t3\n4\t5\tinf\n", {}, "line 2, column c: 'inf' is infinite"),
        ("1\t2\t3\n4\t5\t1e999\n", {}, "line 2, column c: '1e999' is infinite"),
        ("1\t2\t3\n\n\n4\t5\n", {}, "line 4: 2 columns instead of 3.*cut short"),
        ("1\t2\t3\n4\t5\t6\t7\n", {}, "line 2: 4 columns instead of 3"),
        ("1\t2\t3\t4\n5\t6\t7\t8\n", {}, "line 1: 4 columns instead of 3"),
        ("1;2;3\n4;5;6\n", {}, "line 1: 1 columns instead of 3"),
        ("1\t2\t3\n4\t\n", {"missing": ("",)}, "line 2: 2 columns"),
        ("1\t2\tx\n4\t5\n", {"only": ("a", "b")}, "line 2: 2 columns"),
        ("1\t2\t3\n4\t5.5\t6\n", {"decimal": ","}, "line 2, column b: '5.5'.* decimal comma"),
        ("1\t2\t3\n4\t5,5\t6\n", {}, "line 2, column b: '5,5'.* decimal point"),
        ("1\t2\t3\n", {"min_rows": 2}, "only 1 samples"),
        ("", {}, "only 0 samples"),
        (b"1\t2\t3\n4\t\x00\x00\n", {}, "line 2: .*bytes of zero"),
        (b"1\t2\t3\n4\t\xff\xfe\t6\n", {}, "line 2, column b"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path, text, choices, message):
    with pytest.raises(FileError, match=message) as refusal:
        read(tmp_path, text, **choices)
    assert str(tmp_path / "table.txt") in refusal.value.problem
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("last", "whole"),
    [("4\t5\t6.25", True), ("4\t5\t60.25", True), ("4\t5\t6.2", False), ("4\t5\t6", False),
     ("4\t5\t6.25\n", True), ("4\t5\t6.2\n", True)],
)  # fmt: skip
def test_a_last_line_cut_in_its_last_number_is_left_out(tmp_path, last, whole):
    table = read(tmp_path, "0\t0\t0.25\n" * 20 + last)
    assert len(table.values) == 20 + whole
    assert bool(table.notes) is not whole


def test_whole_numbers_are_cut_where_they_are_shorter(tmp_path):
    assert len(read(tmp_path, "1\t2\t300\n" * 20 + "1\t2\t30").values) == 20
    assert len(read(tmp_path, "1\t2\t300\n" * 20 + "1\t2\t300").values) == 21


def test_a_fault_far_down_a_long_file_has_its_line(tmp_path):
    rows = ["1.5\t2.5\t3.5"] * 600_000
    rows[577_776] = "1.5\t2.5\tO.5"
    with pytest.raises(FileError, match=r"line 577777, column c: 'O\.5' is no number"):
        read(tmp_path, "\n".join(rows) + "\n")


def test_a_part_of_a_file_ends_where_it_is_told_to(tmp_path):
    table = read(tmp_path, "1\t2\t3\n4\t5\t6\n\nsummary of it all\n", end_line=3)
    np.testing.assert_array_equal(table.values, [[1, 2, 3], [4, 5, 6]])


numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)


@given(
    st.lists(st.tuples(numbers, numbers, numbers), min_size=2, max_size=20),
    st.sampled_from("\t,;"),
)
def test_every_number_is_read_to_its_last_bit(rows, separator):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    table = read_table(
        TextFile("memory", text.getvalue().encode()), 1, NAMES, separator, min_rows=1
    )
    np.testing.assert_array_equal(table.values, rows)


def times(tmp_path, t_s):
    text = "".join(f"{t:.4f}\t0\t0\n" for t in t_s)
    table = read(tmp_path, text)
    return sampling_rate(table, table["a"])


@pytest.mark.parametrize("rate_hz", [50, 62.5, 100, 450, 1000])
def test_the_rate_follows_from_times(tmp_path, rate_hz):
    assert times(tmp_path, np.arange(2000) / rate_hz) == pytest.approx(rate_hz, rel=1e-4)


def test_missing_lines_do_not_change_the_rate(tmp_path):
    assert times(tmp_path, np.delete(np.arange(500) / 100, slice(100, 200))) == 100.0


@pytest.mark.parametrize("wrong", [0.194, 0.15, np.nan])
def test_times_that_do_not_step_alike_are_refused_with_the_line(tmp_path, wrong):
    t_s = np.arange(1, 100) / 100
    t_s[18] = wrong
    with pytest.raises(FileError, match=r"line 19: the time steps from 0\.18 s"):
        times(tmp_path, t_s)
