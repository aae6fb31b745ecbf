# SPDX-License-Identifier: Apache-2.0
"""`solemetry analyze` of a walk, for machines and for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from solemetry_host.cli import app

WALK = "gait/moticon_opengo/230927_102114.txt"


def analyze(*arguments: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, ["analyze", *map(str, arguments)])


def test_gait_and_regions_of_a_walk_with_units(real_data: Callable[[str], Path]) -> None:
    done = analyze(real_data(WALK), "--gait-convention", "moticon", "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["gait"]["activity"] == "walking"
    assert result["gait"]["convention"] == "moticon"
    # The vendor's own cadence of this walk, in strides.
    assert result["gait"]["trial"]["cadence_strides"]["value"] == pytest.approx(46.13, abs=0.5)
    assert result["gait"]["trial"]["f1_n"]["unit"] == "N"
    regions = result["loading"]["regions"]["insole-left"]
    assert regions["hallux"]["peak_kpa"]["unit"] == "kPa"
    assert regions["whole"]["impulse_share"]["value"] == pytest.approx(1)


def test_a_walk_as_tables_for_people(real_data: Callable[[str], Path]) -> None:
    few = analyze(real_data(WALK)).stdout
    said = (
        "walking, convention insole", "stance_s", "gait line", "push_off_hallux_percent",
        "insole-left: regions", "met1", "symmetry", "not angles of the foot",
    )  # fmt: skip
    assert [words for words in said if words not in " ".join(few.split())] == []
    assert "loading_rate_3_12_n_s" not in few
    assert "sway" not in few
    everything = analyze(real_data(WALK), "--all").stdout
    assert "loading_rate_3_12_n_s" in everything
    assert "no sway" in " ".join(everything.split())


def test_standing_says_that_it_is_no_gait(real_data: Callable[[str], Path]) -> None:
    done = analyze(real_data("posture/bds_raw/BDS00001.txt"))
    assert done.exit_code == 0
    assert "No gait. Nobody walks" in done.stdout


def test_an_unknown_gait_convention_names_the_known_ones(
    real_data: Callable[[str], Path],
) -> None:
    done = analyze(real_data(WALK), "--gait-convention", "mine")
    assert done.exit_code == 2
    assert "insole" in done.output
