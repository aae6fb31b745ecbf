# SPDX-License-Identifier: Apache-2.0
"""Write the people that reference ranges are made of, from the published table of trials.

``python tools/reference_people.py BDSinfoCOP.csv`` writes the table in the package; ``--check``
only says whether it is stale. The published table has one row for each trial: Subject, Age, Vision,
Surface, and the authors' COParea (cm2), COPvelo (cm/s) and COPmfreq (Hz).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

TABLE = Path(__file__).resolve().parents[1] / "analysis/solemetry/sway/people/reference_people.csv"
HEAD = """\
# Postural sway of 163 people: the median of each one's trials, under the convention bmclab.
# Made by tools/reference_people.py from the table of trials (BDSinfoCOP) of
# Santos DA, Duarte M (2016), A public data set of human balance evaluations, PeerJ 4:e2648,
# https://doi.org/10.7717/peerj.2648, licence CC BY 4.0,
# https://creativecommons.org/licenses/by/4.0/
# Changed: medians over the trials of a person, mm instead of cm, six digits. Same licence.
"""
# Published name, our name and unit, ours in theirs.
MEASURES = [
    ("COParea", "ellipse_area_95_mm2", 100.0),
    ("COPvelo", "mean_velocity_mm_s", 10.0),
    ("COPmfreq", "mean_frequency_hz", 1.0),
]


def people(trials: pd.DataFrame) -> pd.DataFrame:
    """One row for each person, eyes and surface: age, number of trials, medians."""
    named = trials.rename(
        columns={"Subject": "person", "Age": "age", "Vision": "eyes", "Surface": "surface"}
    )
    named["age"] = named["age"].round(2)
    named["eyes"] = named["eyes"].str.lower()
    named["surface"] = named["surface"].str.lower()
    of_one = named.groupby(["person", "age", "eyes", "surface"])
    table = pd.DataFrame({"trials": of_one.size()})
    for theirs, ours, factor in MEASURES:
        table[ours] = of_one[theirs].median() * factor
    return table.reset_index()


def main() -> int:
    """Write or check the table; 0 when all is well."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("trials", type=Path, help="the published table of trials, CSV")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args()
    text = HEAD + people(pd.read_csv(options.trials)).to_csv(
        index=False, float_format="%.6g", lineterminator="\n"
    )
    if not options.check:
        TABLE.write_text(text, encoding="utf-8")
    elif TABLE.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{TABLE} is stale: run this without --check.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
