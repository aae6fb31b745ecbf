# SPDX-License-Identifier: Apache-2.0
"""Reference ranges against the published trials and group table, and SciPy's own statistics."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import solemetry as sm
from solemetry.errors import UnavailableError
from solemetry.sway.people.reference_ranges import (
    AGE_BANDS,
    place,
    reference_range,
    reference_table,
)

TOOL = Path(__file__).resolve().parents[3] / "tools" / "reference_people.py"
AS_THEY = {"stance": "two feet", "duration_s": 60.0, "fs_hz": 100.0, "convention": "bmclab"}
# Our name, theirs, ours in theirs (cm2, cm/s, Hz).
MEASURES = [
    ("ellipse_area_95", "COParea", 1e-2),
    ("mean_velocity", "COPvelo", 1e-1),
    ("mean_frequency", "COPmfreq", 1.0),
]
# Printed in the authors' notebook: mean and SD over people of the median of three trials.
GROUPS = {
    ("Old", "closed", "firm"): [(2.763, 2.650), (1.222, 0.559), (0.324, 0.121)],
    ("Old", "closed", "foam"): [(26.884, 12.219), (4.375, 1.111), (0.357, 0.073)],
    ("Old", "open", "firm"): [(2.906, 3.348), (1.130, 0.489), (0.296, 0.106)],
    ("Old", "open", "foam"): [(20.102, 6.908), (3.595, 0.719), (0.335, 0.078)],
    ("Young", "closed", "firm"): [(2.860, 2.385), (0.956, 0.376), (0.246, 0.078)],
    ("Young", "closed", "foam"): [(14.931, 6.230), (3.135, 1.055), (0.346, 0.089)],
    ("Young", "open", "firm"): [(2.492, 2.149), (0.870, 0.301), (0.234, 0.079)],
    ("Young", "open", "foam"): [(12.893, 5.945), (2.384, 0.734), (0.270, 0.081)],
}
PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference-ranges.md"
JUDGEMENTS = r"normal|healthy|risk|good|bad|poor|impair|better|worse|patholog|deficit|should"


@pytest.fixture(scope="module")
def published(real_data):
    return pd.read_csv(real_data("posture/bds_golden/bds_published.csv"))


def test_the_table_in_the_package_is_made_from_the_published_trials(real_data):
    trials = real_data("posture/bds_golden/bds_published.csv")
    done = subprocess.run(
        [sys.executable, str(TOOL), str(trials), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_table_in_the_package_names_its_source_and_licence():
    table = resources.files("solemetry.sway.people") / "reference_people.csv"
    head = table.read_text("utf-8")
    for named in ("Santos DA, Duarte M (2016)", "10.7717/peerj.2648", "CC BY 4.0", "Changed"):
        assert named in head


@pytest.mark.parametrize(("group", "eyes", "surface"), GROUPS)
def test_the_people_give_the_published_group_table(group, eyes, surface):
    # The authors' young are below 60, their old from 60 on.
    bands = [ages for ages in AGE_BANDS if (ages[0] >= 60) == (group == "Old")]
    for (ours, _, factor), (mean, sd) in zip(
        MEASURES, GROUPS[group, eyes, surface], strict=True
    ):
        people = factor * np.concatenate(
            [reference_range(ours, low, eyes, surface).people for low, _ in bands]
        )
        assert round(people.mean(), 3) == pytest.approx(mean, abs=1e-9)
        assert round(people.std(ddof=1), 3) == pytest.approx(sd, abs=1e-9)


def test_percentiles_and_numbers_are_those_of_the_published_trials(published):
    for low, below in AGE_BANDS:
        for eyes in ("open", "closed"):
            for surface in ("firm", "foam"):
                chosen = published[
                    published.Age.between(low, below, inclusive="left")
                    & (published.Vision == eyes.title())
                    & (published.Surface == surface.title())
                ]
                for ours, theirs, factor in MEASURES:
                    people = chosen.groupby("Subject")[theirs].median() / factor
                    found = reference_range(ours, low, eyes, surface)
                    assert found.n == len(people)
                    expected = stats.mstats.mquantiles(
                        people, np.divide(found.percentiles, 100), alphap=0, betap=0
                    )
                    known = np.isfinite(found.values)
                    np.testing.assert_allclose(
                        np.array(found.values)[known], expected[known], rtol=1e-5
                    )


def test_every_range_prints_its_number_of_people():
    table = reference_table()
    assert len(table) == 3 * 2 * 2 * len(AGE_BANDS)
    firm = table[
        (table.feature == "mean_velocity") & (table.eyes == "open") & (table.surface == "firm")
    ].set_index("ages")
    assert firm.n.to_dict() == {"18-39": 80, "40-59": 7, "60-69": 34, "70-85": 42}
    assert firm.n.sum() == 163


def test_what_seven_people_cannot_show_is_not_shown():
    few = reference_range("mean_velocity", 50, "closed", "foam")
    assert [math.isnan(value) for value in few.values] == [True, False, False, False, True]
    assert few.note == "only 7 people aged 40 to 59 were measured"
    assert reference_range("mean_velocity", 30, "closed", "foam").note == ""
    placed = place([40.0] * 3, few, **AS_THEY, noise_floor_mm_s=0.0)
    assert "of 7 people" in placed.words
    assert placed.note == few.note
    assert placed.high - placed.low > 50


@given(st.floats(1.0, 200.0), st.sampled_from([20, 50, 65, 80]))
def test_a_place_and_its_interval_are_those_of_scipy(value, age):
    reference = reference_range("mean_velocity", age, "closed", "foam")
    placed = place(value, reference, **AS_THEY)
    assert placed.percentile == pytest.approx(
        stats.percentileofscore(reference.people, value, kind="mean")
    )
    below = int((reference.people < value).sum())
    if value not in reference.people:
        interval = stats.binomtest(below, reference.n).proportion_ci(0.95)
        assert (placed.low, placed.high) == pytest.approx(
            (100 * interval.low, 100 * interval.high), abs=1e-6
        )
    assert placed.words.startswith(f"{value:.4g} mm/s: higher than in {below} of {placed.n} ")


@given(st.floats(1.0, 100.0), st.floats(1.0, 100.0))
def test_a_larger_value_has_no_lower_place(one, other):
    reference = reference_range("mean_velocity", 30, "open", "firm")
    smaller, larger = (
        place(value, reference, **AS_THEY).percentile for value in sorted((one, other))
    )
    assert smaller <= larger


def test_one_of_the_people_stands_at_its_own_place():
    reference = reference_range("ellipse_area_95", 30, "open", "firm")
    for rank, value in enumerate(reference.people):
        placed = place([value] * 3, reference, **AS_THEY)
        assert placed.percentile == pytest.approx(100 * (rank + 0.5) / reference.n)
        assert placed.low < placed.percentile < placed.high


def test_of_several_trials_the_median_is_placed_and_fewer_than_three_are_noted():
    reference = reference_range("ellipse_area_95", 30, "open", "firm")
    three = place([150.0, 900.0, 160.0, np.nan], reference, **AS_THEY)
    assert three.value == 160.0
    assert three.note == ""
    one = place(160.0, reference, **AS_THEY)
    assert one.percentile == three.percentile
    assert one.note == "1 trial; of the people it is the median of 3"
    two = place([150.0, 160.0], reference, **AS_THEY)
    assert two.note == "2 trials; of the people it is the median of 3"


def test_a_described_trial_is_placed_as_its_published_value(real_data, published):
    stream = sm.open(real_data("posture/bds_raw/BDS00001.txt")).streams["plate"]
    table = sm.sway.describe(stream.cop_mm, stream.fs_hz, convention="bmclab")
    trial = published.set_index("Trial").loc["BDS00001"]
    for ours, theirs, factor in MEASURES:
        reference = reference_range(
            ours, trial.Age, trial.Vision.lower(), trial.Surface.lower()
        )
        row = table.loc[ours]
        placed = place(
            row["value"],
            reference,
            stance="two feet",
            duration_s=row["duration_s"],
            fs_hz=stream.fs_hz,
            convention=row["convention"],
        )
        assert placed.percentile == place(trial[theirs] / factor, reference, **AS_THEY).percentile
        assert reference.unit == row["unit"]


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"stance": "one foot"}, "the stance is 'one foot'"),
        ({"duration_s": 30.0}, "the trials last 30 s, theirs 60 s"),
        ({"duration_s": math.nan}, "the trials last nan s"),
        ({"fs_hz": 80.0}, "the rate is 80 Hz, theirs 100 Hz"),
        ({"convention": "solemetry"}, "the convention is 'solemetry', theirs 'bmclab'"),
    ],
)
def test_trials_measured_in_another_way_are_refused_with_the_reason(different, reason):
    reference = reference_range("mean_velocity", 30, "open", "firm")
    with pytest.raises(UnavailableError, match=re.escape(reason)) as refusal:
        place(10.0, reference, **(AS_THEY | different))
    assert "60 s" in refusal.value.remedy


def test_a_velocity_that_is_largely_noise_is_refused_and_an_unknown_noise_noted():
    reference = reference_range("mean_velocity", 30, "open", "firm")
    with pytest.raises(UnavailableError, match="the plate's own noise"):
        place(10.0, reference, **AS_THEY, noise_floor_mm_s=4.0)
    with pytest.raises(UnavailableError, match="the plate's own noise"):
        place(10.0, reference, **AS_THEY, noise_floor_mm_s=math.nan)
    assert place([10.0] * 3, reference, **AS_THEY, noise_floor_mm_s=1.0).note == ""
    assert "noise of the plate" in place([10.0] * 3, reference, **AS_THEY).note


def test_a_feature_an_age_or_a_word_that_has_no_people_is_refused():
    with pytest.raises(UnavailableError, match="range_ml"):
        reference_range("range_ml", 30, "open", "firm")
    for age in (17.9, 86.0, math.nan):
        with pytest.raises(UnavailableError, match="18 to 85 years"):
            reference_range("mean_velocity", age, "open", "firm")
    with pytest.raises(ValueError, match="eyes"):
        reference_range("mean_velocity", 30, "shut", "firm")
    with pytest.raises(ValueError, match="surface"):
        reference_range("mean_velocity", 30, "open", "sand")
    with pytest.raises(ValueError, match="percentiles"):
        reference_range("mean_velocity", 30, "open", "firm", percentiles=(0, 50))
    reference = reference_range("mean_velocity", 30, "open", "firm")
    with pytest.raises(ValueError, match="no value"):
        place([math.nan], reference, **AS_THEY)


def test_no_word_judges():
    for feature, _, _ in MEASURES:
        for low, _ in AGE_BANDS:
            reference = reference_range(feature, low, "closed", "foam")
            for value in (0.0, float(np.median(reference.people)), 1e6):
                placed = place(value, reference, **AS_THEY)
                assert not re.search(JUDGEMENTS, placed.words + placed.note + reference.note)


def test_people_cannot_be_changed_by_who_looks_at_them():
    reference = reference_range("mean_velocity", 30, "open", "firm")
    with pytest.raises(ValueError, match="read-only"):
        reference.people[0] = 0.0


def test_the_page_prints_the_numbers_of_people_that_there_are():
    table = reference_table()
    head, _, *rows = re.findall(r"^\| (?:ages|---|\d\d-).*$|^\|---.*$", PAGE.read_text(), re.M)[:6]
    conditions = [cell.strip().split(", ") for cell in head.split("|")[2:-1]]
    assert len(conditions) == len(rows) == 4
    for row in rows:
        ages, *counts = [cell.strip() for cell in row.split("|")[1:-1]]
        for (eyes, surface), count in zip(conditions, counts, strict=True):
            chosen = table[
                (table.ages == ages) & (table.eyes == eyes) & (table.surface == surface)
            ]
            assert set(chosen.n) == {int(count)}


def test_the_examples_of_the_page_print_what_it_says(capsys):
    names: dict[str, object] = {}
    for code in re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.M | re.S):
        said = " ".join(re.findall(r"^# (.*)$", code, re.M))
        exec(code, names)
        printed = " ".join(capsys.readouterr().out.split())
        assert said
        assert said in printed
