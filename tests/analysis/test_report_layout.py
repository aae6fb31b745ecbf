# SPDX-License-Identifier: Apache-2.0
"""Reports on paper, their tables, places among people, and what a notebook shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import exported
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import solemetry as sm
from solemetry.analysis import analyze, find_hold, find_walk
from solemetry.errors import FileError, UnavailableError
from solemetry.report import (
    Page,
    Part,
    Row,
    Stood,
    Table,
    as_html,
    lab_table,
    write_lab_table,
    write_page,
    write_report,
)
from solemetry.report.among_people import among_people
from solemetry.report.tables import by_foot, numbers
from solemetry.report.tables import number as written

PUBLISHED = "posture/bds_raw/BDS00001.txt"
VOID = {"meta", "img", "br", "!doctype"}


class Nesting(HTMLParser):
    """Refuses a tag that is closed elsewhere than where it was opened."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def nests(html):
    parser = Nesting()
    parser.feed(html)
    return parser.open == []


def long_page(rows=120):
    heads = ("Measure", "Value", "Unit")
    lines = tuple(Row(f"Measure {n}", (f"{n}.5", "mm/s")) for n in range(rows))
    table = Table("Many numbers", heads, frozenset({"Value"}), lines)
    return Page("Report", "A title", [("Person", "P01")], ["note"], [Part("Part", tables=[table])])


def pdf_tool(name, *arguments):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not there: install poppler-utils")
    return subprocess.run(
        [name, *map(str, arguments)], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="module")
def published(real_data):
    return sm.open(real_data(PUBLISHED))


# ---- on paper


@pytest.mark.parametrize(("paper", "points"), [("A4", (595, 842)), ("letter", (612, 792))])
def test_a_pdf_has_the_paper_that_was_asked_for(tmp_path, paper, points):
    path = write_page(long_page(3), tmp_path / "a.pdf", paper)
    told = re.search(r"Page size: +([\d.]+) x ([\d.]+)", pdf_tool("pdfinfo", path))
    assert [round(float(each)) for each in told.groups()] == list(points)


def test_a_long_table_goes_on_with_its_heads_and_loses_no_line(tmp_path):
    path = write_page(long_page(), tmp_path / "a.pdf")
    *pages, after = pdf_tool("pdftotext", "-layout", path, "-").split("\f")
    assert after == ""
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert re.search(rf"A title +{number} ?/ ?{len(pages)}\s*$", page)
        assert ("Measure 1" not in page) or re.search(r"Measure +Value +Unit", page)
    values = re.findall(r"Measure (\d+) +\1\.5 +mm/s", "".join(pages))
    assert values == [str(n) for n in range(120)]


def test_the_same_page_prints_to_the_same_words_as_it_shows(standing_session, tmp_path):
    session = sm.open(standing_session)
    html = write_report(session, tmp_path / "a.html").read_text("utf-8")
    printed = pdf_tool("pdftotext", "-layout", write_report(session, tmp_path / "a.pdf"), "-")
    values = re.findall(r'<td class="number">([\d.]+)</td><td>mm/s</td>', html)
    assert len(values) >= 3
    for value in values:
        assert re.search(rf"\b{re.escape(value)} +mm/s", printed), value
    assert nests(html)


def test_without_weasyprint_html_is_named_as_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(UnavailableError, match="browser"):
        write_page(long_page(1), tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


def test_what_others_wrote_into_a_part_is_shown_not_run():
    page = as_html(Page("R", "<b>t", [("a", "<i>")], ["<u>"], [Part("<s>", notes=["<script>"])]))
    assert nests(page)
    for tag in ("<b>t", "<i>", "<u>", "<s>", "<script>"):
        assert tag not in page


def shown(html):
    """Name and first numbers of each line of a report's tables."""
    lines = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    named = [(re.search(r"<code>(.*?)</code>", line), line) for line in lines]
    return [
        (name[1], re.findall(r'<td class="number">([^<]*)</td>', line))
        for name, line in named
        if name
    ]


def rounds_to(value, text):
    """Whether a number is what is printed, to half of the last digit."""
    digits, _, exponent = text.partition("e")
    last = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
    return abs(value - float(text)) <= 0.5000001 * last


@given(st.floats(-1e9, 1e9))
def test_three_digits_of_a_number_are_printed_however_small_it_is(value):
    text = written(value)
    assert float(text) == pytest.approx(value, rel=0.005, abs=1e-300)
    assert rounds_to(value, text)


@given(st.lists(st.floats(1e-3, 1e6), min_size=1), st.sampled_from((-1, 1)))
def test_numbers_to_compare_have_the_same_decimals_and_three_digits_at_the_least(sizes, sign):
    values = [sign * size for size in sizes]
    texts = numbers(values)
    assert len({len(text.partition(".")[2]) for text in texts}) == 1
    for value, text in zip(values, texts, strict=True):
        assert rounds_to(value, text)
        assert float(text) == pytest.approx(value, rel=0.005)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_mean_is_printed_as_finely_as_its_spread(mean, sd):
    entry = {"value": mean, "sd": sd, "unit": "N", "n": 30, "valid": True, "note": "",
             "definition": ""}  # fmt: skip
    value, spread = by_foot("t", {"left": {"peak_n": entry}}).rows[0].cells[0].split(" ± ")
    assert rounds_to(mean, value)
    assert float(spread) == pytest.approx(sd, rel=0.05)
    assert len(value.partition(".")[2]) == len(spread.partition(".")[2])


@pytest.mark.parametrize("convention", ["solemetry", "bmclab"])
def test_page_table_and_analysis_say_the_same_of_standing(published, tmp_path, convention):
    html = write_report(published, tmp_path / "a.html", convention).read_text("utf-8")
    told = analyze(published, convention, "should")["sway"]["plate"]
    table = lab_table(published, convention).set_index(["subject", "measure"])["value"]
    found = [(name, texts[0]) for name, texts in shown(html) if name in told]
    assert len(found) > 10
    for name, text in found:
        assert rounds_to(told[name]["value"], text), name
        assert table["sway", name] == told[name]["value"]


def test_page_table_and_analysis_say_the_same_of_a_walk(real_data, tmp_path):
    session = sm.open(real_data("gait/moticon_opengo/230927_102114.txt"))
    html = write_report(session, tmp_path / "a.html").read_text("utf-8")
    feet = analyze(session)["gait"]["feet"]
    table = lab_table(session).set_index(["subject", "of", "measure"])["value"]
    each_foot = html.partition("<h3>Each foot</h3>")[2].partition("</table>")[0]
    found = shown(each_foot)
    assert len(found) > 8
    for name, texts in found:
        for foot, text in zip(("left", "right"), texts, strict=False):
            value = feet[foot][name]["value"]
            assert rounds_to(value, text.partition(" ")[0]), name
            assert table["gait feet", foot, name] == value


def test_what_was_there_stays_when_a_page_cannot_be_written(tmp_path, monkeypatch):
    path = write_page(long_page(3), tmp_path / "a.html")
    before = path.read_bytes()

    def full(self, content):
        with self.open("wb") as file:
            file.write(content[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileError, match="No space left"):
        write_page(long_page(9), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_recording_is_never_taken_for_a_page_or_a_table(standing_session):
    session = sm.open(standing_session)
    before = standing_session.read_bytes()
    with pytest.raises(FileError, match=r"NAME\.html or NAME\.pdf"):
        write_report(session, standing_session)
    with pytest.raises(FileError, match=r"NAME\.csv or NAME\.parquet"):
        write_lab_table(lab_table(session), standing_session)
    assert standing_session.read_bytes() == before


def test_a_page_is_html_whatever_is_in_a_name(tmp_path):
    session = exported.session(exported.lab_plate(n=1000), subject={"participant_id": "P\x01\x1f"})
    session = replace(session, path=Path("bad\udcff.txt"))
    html = write_report(session, tmp_path / "a.html").read_text("utf-8")
    assert re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f]", html) == []
    assert "<h1>bad\ufffd.txt</h1>" in html
    assert set(lab_table(session)["file"]) == {"bad\ufffd.txt"}
    # Only paper knows these; to a browser, and to a validator, they are no CSS.
    assert "string-set" not in html


def test_of_next_to_nothing_there_is_a_page_without_a_picture_of_it(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in (1, 2):
            session = exported.session(exported.lab_plate(n=n))
            stood = Stood("open", "firm", age=33)
            html = write_report(session, tmp_path / "a.html", stood=stood).read_text("utf-8")
            assert html.count("<img") == 1
            assert "No reference ranges: There is no sway to place." in html


def test_too_slow_a_stream_has_a_page_that_says_so(tmp_path):
    session = exported.session(exported.lab_plate(n=300, fs_hz=5.0))
    html = write_report(session, tmp_path / "a.html").read_text("utf-8")
    assert "takes more than 20 samples a second; lab has 5" in html
    assert "<h3>Loading</h3>" in html


def test_what_could_be_analysed_comes_first(tmp_path):
    # Without gains there are no forces, and nothing more to be said of them.
    unknown = exported.counted("insole-left", 300, 100.0, 0.0, [])
    session = exported.session(unknown, exported.lab_plate(n=3000))
    html = write_report(session, tmp_path / "a.html").read_text("utf-8")
    assert re.findall("<h2>(.*?)</h2>", html) == ["lab", "insole-left"]
    first, last = html.split("<h2>insole-left</h2>")
    assert "What these sensors cannot tell" in first
    assert "What these sensors cannot tell" not in last
    assert "Data quality" in last


def test_the_events_of_hours_do_not_fill_a_page(tmp_path):
    told = exported.events(*((n / 100, f"kind-{n}", {}) for n in range(500)))
    session = exported.session(exported.lab_plate(), told=told)
    html = write_report(session, tmp_path / "a.html").read_text("utf-8")
    assert html.count("kind-") == 200
    assert "300 more are not shown" in html


# ---- among reference people


def test_a_published_trial_lies_where_its_authors_numbers_put_it(published, tmp_path):
    page = write_report(
        published, tmp_path / "a.html", stood=Stood("open", "firm", age=33)
    ).read_text("utf-8")
    assert "Among reference people" in page
    assert "People aged 18 to 39, eyes open, firm surface." in page
    # Area and velocity of this trial as its authors published them: 0.9447 cm2, 0.6202 cm/s.
    for value, unit in (("94.5", "mm²"), ("6.20", "mm/s")):
        assert re.search(rf">{value}</td><td class=\"number\">[^<]*</td><td>{unit}<", page)
    assert "Santos and Duarte" in page


@pytest.mark.parametrize(
    ("stood", "why"),
    [
        (None, "whether the eyes were open"),
        (Stood("open", "firm"), "does not tell the age"),
        (Stood("open", "firm", age=12), "no reference range for an age of 12"),
        (Stood("open", "firm", stance="one foot", age=33), "the stance is"),
    ],
)
def test_nobody_is_placed_among_people_measured_otherwise(published, tmp_path, stood, why):
    page = write_report(published, tmp_path / "a.html", stood=stood).read_text("utf-8")
    assert "<h3>Among reference people</h3>" not in page
    assert re.search(f"No reference ranges: .*{why}", page)


def test_one_foot_is_not_placed_among_people_on_two(real_data, tmp_path):
    session = sm.open(real_data("posture/pds_two_plates/PDS13OR1grf.txt"))
    html = write_report(
        session, tmp_path / "a.html", stood=Stood("open", "firm", age=33)
    ).read_text("utf-8")
    assert "<h3>Among reference people</h3>" not in html
    assert "plate-left bears only part of the load, plate-right the rest" in html
    assert "plate-right bears only part of the load, plate-left the rest" in html


def test_insoles_on_a_plate_take_nothing_from_it():
    # A minute, as the people stood.
    session = exported.session(
        exported.lab_plate(n=6000), exported.insole("insole-left"), exported.insole("insole-right")
    )
    on_plate, left, _ = (
        among_people(session, stream, find_hold(session, stream), Stood("open", "firm", age=33))
        for stream in session.streams.values()
    )
    assert isinstance(on_plate, Table)
    assert "This person: 33 years." in on_plate.said_of_all
    assert "insole-left bears only part of the load" in left


# ---- the table of a laboratory


def test_the_table_has_every_number_of_the_analysis_with_its_unit(standing_session):
    session = sm.open(standing_session)
    table = lab_table(session)
    result = analyze(session, level="should")
    sway = table[table["subject"] == "sway"].set_index("measure")
    assert set(sway.index) == set(result["sway"]["plate"])
    for measure, entry in result["sway"]["plate"].items():
        row = sway.loc[measure]
        expected = np.nan if entry["value"] is None else entry["value"]
        assert row["value"] == pytest.approx(expected, nan_ok=True)
        assert (row["unit"], row["valid"], row["convention"]) == (
            entry["unit"], entry["valid"], "solemetry",
        )  # fmt: skip
    assert (table["definition"] != "").all()
    assert (table.loc[table["value"].notna(), "unit"] != "").all()
    assert set(table["participant_id"]) == {"P01"}


def test_the_table_of_a_walk_tells_whose_foot_and_which_region(real_data):
    session = sm.open(real_data("gait/moticon_opengo/230927_102114.txt"))
    table = lab_table(session)
    assert not table.duplicated(["subject", "of", "measure"]).any()
    assert {"left", "right"} <= set(table.loc[table["subject"] == "gait feet", "of"])
    regions = table[table["subject"] == "regions"]
    assert "insole-left, hallux" in set(regions["of"])
    walk = find_walk(session)
    told = table.set_index(["subject", "of", "measure"])["value"]
    stance_s = walk.steps.groupby("foot")["stance_s"].mean()
    assert told["gait feet", "left", "stance_s"] == pytest.approx(stance_s["left"])


@pytest.mark.parametrize(
    ("name", "read"), [("a.csv", pd.read_csv), ("a.parquet", pd.read_parquet)]
)
def test_pandas_reads_the_table_back(standing_session, tmp_path, name, read):
    table = lab_table(sm.open(standing_session))
    back = read(write_lab_table(table, tmp_path / name))
    assert list(back.columns) == list(table.columns)
    pd.testing.assert_series_equal(back["value"], table["value"])
    assert list(back["unit"].fillna("").astype(str)) == list(table["unit"])


def test_a_table_that_cannot_be_written_says_so(standing_session, tmp_path):
    table = lab_table(sm.open(standing_session))
    for name in ("a.csv", "a.parquet"):
        with pytest.raises(FileError, match=r"cannot be written: (?!None)"):
            write_lab_table(table, tmp_path / "none" / name)


# ---- notebooks


def test_a_notebook_shows_a_session_and_its_stream(standing_session):
    session = sm.open(standing_session)
    html = session._repr_html_()
    assert nests(html)
    assert "<td>plate</td><td>cells</td><td>4</td>" in html
    assert "test weights" in html
    assert "Rows lost" in session.stream._repr_html_()


def test_a_notebook_shows_what_people_typed_and_does_not_run_it(simulated, tmp_path):
    path = simulated.Plate(simulated.standing, source="<b>me</b>").write(tmp_path / "a.h5")
    session = sm.open(path)
    for html in (session._repr_html_(), session.stream._repr_html_()):
        assert "<b>me" not in html
        assert "&lt;b&gt;me" in html


def test_a_notebook_shows_a_walk_with_what_speaks_against_it(real_data):
    html = find_walk(sm.open(real_data("gait/bmc/Gait.c3d")))._repr_html_()
    assert nests(html)
    assert "convention plate" in html
    assert "<th>Valid</th>" in html


def test_what_has_no_page_prints_on_a_line_not_its_numbers(real_data):
    session = sm.open(real_data("gait/moticon_opengo/230927_102114.txt"))
    walk = find_walk(session)
    for result in (session, *session.streams.values(), *session.motion.values(), walk,
                   *walk.loads.values(), *walk.gait_lines.values(), walk.butterfly):  # fmt: skip
        line = repr(result)
        assert line.startswith(type(result).__name__ + "(")
        assert "array(" not in line
        assert "\n" not in line
        assert len(line) < 1000
    assert "t_s=<ndarray 1751>" in repr(session.streams["insole-left"])
