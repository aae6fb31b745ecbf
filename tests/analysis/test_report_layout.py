# SPDX-License-Identifier: Apache-2.0
"""Reports on paper, their tables, places among people, and what a notebook shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import solemetry as sm
from solemetry.analysis import analyze, find_walk
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
        assert row["definition"]
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
    with pytest.raises(FileError, match="cannot be written"):
        write_lab_table(lab_table(sm.open(standing_session)), tmp_path / "none" / "a.csv")


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
