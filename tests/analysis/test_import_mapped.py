# SPDX-License-Identifier: Apache-2.0
"""Tables of any program, read with a column map."""

from __future__ import annotations

import numpy as np
import pytest

from solemetry.errors import FileError
from solemetry.importers import read

PLATE = """
[time]
column = "Time"

[streams.plate]
force = { column = "Fz", unit = "N" }
cop_ml = { column = "X", unit = "mm" }
cop_ap = { column = "Y", unit = "mm" }
"""


SHEAR = """
shear_ml = { column = "X", unit = "N" }
shear_ap = { column = "Y", unit = "N" }
"""


def lines(n=50, header="Time,Fz,X,Y"):
    return [header, *(f"{k / 100:.2f},{700 + k},{k / 4:.2f},{-k / 2:.2f}" for k in range(n))]


def opened(tmp_path, text, column_map):
    table, told = tmp_path / "table.csv", tmp_path / "map.toml"
    table.write_text("\n".join(text) + "\n")
    told.write_text(column_map)
    return read(table, told)


def test_a_table_becomes_a_plate(tmp_path):
    session = opened(tmp_path, lines(), PLATE)
    stream = session.stream
    assert (stream.name, stream.kind, stream.fs_hz, stream.rows) == ("plate", "load", 100.0, 50)
    np.testing.assert_allclose(stream.force_n, 700 + np.arange(50))
    np.testing.assert_allclose(stream.cop_mm[20], (5, -10))
    assert session.state == "imported"
    assert session.meta["original"]["column_map"]["time"] == {"column": "Time"}
    assert session.meta["original"]["head"] == ["Time,Fz,X,Y"]


@pytest.mark.parametrize(
    ("unit", "newtons"),
    [("N", 1.0), ("kN", 1000.0), ("kg", 9.80665), ("lbf", 0.45359237 * 9.80665)],
)
def test_units_of_force(tmp_path, unit, newtons):
    stream = opened(tmp_path, lines(), PLATE.replace('"N"', f'"{unit}"')).stream
    np.testing.assert_allclose(stream.force_n[3], 703 * newtons, rtol=1e-12)


@pytest.mark.parametrize(("unit", "mm"), [("mm", 1), ("cm", 10), ("m", 1000), ("in", 25.4)])
def test_units_of_length(tmp_path, unit, mm):
    stream = opened(tmp_path, lines(), PLATE.replace('"mm"', f'"{unit}"')).stream
    np.testing.assert_allclose(stream.cop_mm[20], (5 * mm, -10 * mm))


@pytest.mark.parametrize(("unit", "rate_hz"), [("s", 100), ("ms", 1e5), ("us", 1e8)])
def test_units_of_time(tmp_path, unit, rate_hz):
    told = PLATE.replace('column = "Time"', f'column = "Time"\nunit = "{unit}"')
    assert opened(tmp_path, lines(), told).stream.fs_hz == pytest.approx(rate_hz)


def test_signs_turn_axes_round(tmp_path):
    told = PLATE.replace('column = "X", unit', 'column = "X", sign = -1, unit')
    np.testing.assert_allclose(opened(tmp_path, lines(), told).stream.cop_mm[20], (-5, -10))


def test_without_a_time_column_the_rate_is_told(tmp_path):
    told = "rate_hz = 250\n" + PLATE.replace('[time]\ncolumn = "Time"', "")
    stream = opened(tmp_path, lines(), told).stream
    assert stream.fs_hz == 250.0
    np.testing.assert_allclose(stream.t_s[:3], (0, 0.004, 0.008))


def test_time_in_samples_takes_the_rate(tmp_path):
    text = [f"{k},{700 + k},{k},{k}" for k in range(50)]
    del text[20:25]
    told = "rate_hz = 250\n" + PLATE.replace('"Time"', '"Time"\nunit = "samples"')
    stream = opened(tmp_path, ["Time,Fz,X,Y", *text], told).stream
    assert (stream.fs_hz, stream.rows, stream.lost_rows) == (250.0, 45, 5)
    assert stream.t_s[-1] == pytest.approx(49 / 250)


def test_columns_without_names_go_by_number(tmp_path):
    told = PLATE.replace('"Time"', "1").replace('"Fz"', "2").replace('"X"', "3").replace('"Y"', "4")
    stream = opened(tmp_path, lines()[1:], "header_line = 0\n" + told).stream
    np.testing.assert_allclose(stream.cop_mm[20], (5, -10))
    # A name that stands twice is none: the number tells which.
    text = lines(header="Time,Fz,X,X")
    stream = opened(tmp_path, text, PLATE.replace('"X"', "3").replace('"Y"', "4")).stream
    np.testing.assert_allclose(stream.cop_mm[20], (5, -10))
    with pytest.raises(FileError, match="no one column 'X'"):
        opened(tmp_path, text, PLATE.replace('"Y"', "4"))


@pytest.mark.parametrize("separator", ["\t", ";", " "])
def test_separator_and_decimal_comma(tmp_path, separator):
    text = [line.replace(",", separator).replace(".", ",") for line in lines()]
    name = {"\t": "tab", " ": "space"}.get(separator, separator)
    for told in ("", f'separator = "{name}"\n'):
        stream = opened(tmp_path, text, told + 'decimal = ","\n' + PLATE).stream
        np.testing.assert_allclose(stream.cop_mm[19], (4.75, -9.5))


def test_a_head_and_a_line_of_units_are_passed_over(tmp_path):
    text = ["Trial of today", "", *lines()[:1], "s,N,mm,mm", *lines()[1:]]
    session = opened(tmp_path, text, "header_line = 3\nfirst_line = 5\n" + PLATE)
    assert session.stream.rows == 50
    assert session.meta["original"]["head"] == ["Trial of today", "", "Time,Fz,X,Y", "s,N,mm,mm"]


def test_text_in_other_columns_and_empty_fields(tmp_path):
    text = [line + (",remark" if k % 3 else ",") for k, line in enumerate(lines())]
    text[11] = "0.10,,2.50,-5.00,"
    stream = opened(tmp_path, text, 'missing = [""]\n' + PLATE).stream
    assert np.flatnonzero(np.isnan(stream.force_n)).tolist() == [10]


def test_the_horizontal_force_is_kept(tmp_path):
    stream = opened(tmp_path, lines(), PLATE + SHEAR).stream
    np.testing.assert_allclose(stream.shear_n[20], (5, -10))


def test_a_real_table_with_decimal_commas_and_no_time(real_data, tmp_path):
    told = tmp_path / "map.toml"
    told.write_text(
        'decimal = ","\nrate_hz = 50\n[streams.plate]\n'
        'cop_ml = { column = "X - Global", unit = "mm" }\n'
        'cop_ap = { column = "Y - Global", unit = "mm" }\n'
    )
    path = real_data("posture/peoheidja_xy/test_shiny.txt")
    stream = read(path, told).stream
    plain = np.loadtxt(path.read_text().replace(",", ".").splitlines(), skiprows=1)
    np.testing.assert_array_equal(stream.cop_mm, plain)
    assert np.isnan(stream.force_n).all()


def test_a_real_plate_with_its_axes_turned(real_data, tmp_path):
    told = tmp_path / "map.toml"
    told.write_text(
        '[time]\ncolumn = "Time"\n[streams.plate]\nforce = { column = "Fz", unit = "N" }\n'
        'cop_ml = { column = "CoPy", unit = "m" }\ncop_ap = { column = "CoPx", unit = "m" }\n'
    )
    stream = read(real_data("posture/acuna_1000Hz/eyesOpen_1.csv"), told).stream
    assert (stream.fs_hz, stream.rows) == (1000.0, 32000)
    np.testing.assert_allclose(stream.cop_mm[0], (91.165, 2.584))
    np.testing.assert_allclose(stream.force_n[0], 899.429474)


CELLS = """
rate_hz = 100
[streams.insole-right]
kind = "insole"
size_mm = [90, 260]
sensors = [
    { column = "Fz", unit = "N", name = "heel", x_mm = 0, y_mm = 30 },
    { column = "X", unit = "kg", x_mm = -10, y_mm = 230 },
]
"""


def test_sensors_at_known_places(tmp_path):
    stream = opened(tmp_path, lines(), CELLS).stream
    assert (stream.kind, stream.name) == ("cells", "insole-right")
    assert stream.layout.labels == ("heel", "X")
    np.testing.assert_array_equal(stream.layout.xy_mm, [(0, 30), (-10, 230)])
    heel_n, toe_n = 740.0, 10 * 9.80665
    np.testing.assert_allclose(stream.force_n[40], heel_n + toe_n)
    np.testing.assert_allclose(
        stream.cop_mm[40, 1], (heel_n * 30 + toe_n * 230) / (heel_n + toe_n)
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("streams = 3", "top: streams = 3 is of the wrong kind"),
        ("[streams]", "streams: there is no stream"),
        (PLATE.replace('"Fz"', '"Force"'), r"streams\.plate\.force: .*'Force'.*Time, Fz, X, Y"),
        (PLATE.replace('"Fz"', "9"), r"streams\.plate\.force: .*no one column 9"),
        (PLATE.replace('"N"', '"pounds"'), "unit = 'pounds' is not known.*lbf"),
        (PLATE.replace('unit = "N"', "sign = 2"), "sign = 2 is neither"),
        (PLATE.replace(', unit = "N"', ""), "unit is missing"),
        (PLATE.replace("cop_ap", "cop_up"), r"streams\.plate: cop_up means nothing here.*cop_ap"),
        (PLATE + "colour = 3", r"streams\.plate: colour means nothing here"),
        (PLATE.replace("cop_ap =", "shear_ap ="), "cop_ml and cop_ap go together"),
        ("decimals = 3\n" + PLATE, "top: decimals means nothing here"),
        ("decimal = ';'\n" + PLATE, "decimal = ';' is not known"),
        ("rate_hz = -5\n" + PLATE, "rate_hz = -5 is no rate"),
        (PLATE.replace('[time]\ncolumn = "Time"', ""), "neither a time column nor rate_hz"),
        (PLATE.replace('"Time"', '"Time"\nunit = "samples"'), "rate_hz is missing"),
        (PLATE.replace("streams.plate", 'streams."a/b"'), "'a/b' is no name"),
        ("rate_hz = 9\n[streams.plate]", "top: it tells of no column"),
        ("rate_hz = 9\n[streams.plate]" + SHEAR, "neither a force nor a centre of pressure"),
        (CELLS.replace("[90, 260]", "[90]"), "size_mm is no width and depth"),
        (CELLS.replace("x_mm = 0, ", ""), r"sensors\[0\]: x_mm is missing"),
        (CELLS.replace('"insole"', '"sock"'), "kind = 'sock' is not known"),
        ("[time\n", "is not valid TOML.*line 1"),
    ],
)  # fmt: skip
def test_a_wrong_map_is_told_with_its_place(tmp_path, wrong, message):
    with pytest.raises(FileError, match=message) as refusal:
        opened(tmp_path, lines(), wrong)
    assert "map.toml" in refusal.value.problem
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("line", "old", "new", "message"),
    [
        (9, "707", "7O7", "line 9, column Fz: '7O7' is no number"),
        (9, ",707", "", "line 9: 3 columns instead of 4"),
        (9, ",", ";", "line 9: 1 columns instead of 4"),
        (9, "0.07", "0.02", "line 9: the time steps"),
    ],
)
def test_a_damaged_table_is_told_with_its_line(tmp_path, line, old, new, message):
    text = lines()
    text[line - 1] = text[line - 1].replace(old, new)
    with pytest.raises(FileError, match=message) as refusal:
        opened(tmp_path, text, PLATE)
    assert "table.csv" in refusal.value.problem
    assert refusal.value.remedy


def test_files_that_are_not_there_are_told(tmp_path):
    (tmp_path / "map.toml").write_text(PLATE)
    with pytest.raises(FileError, match=r"none\.csv cannot be read"):
        read(tmp_path / "none.csv", tmp_path / "map.toml")
    (tmp_path / "table.csv").write_text("x")
    with pytest.raises(FileError, match=r"none\.toml cannot be read"):
        read(tmp_path / "table.csv", tmp_path / "none.toml")
