# SPDX-License-Identifier: Apache-2.0
"""``solemetry analyze``: the numbers of a recording."""

from __future__ import annotations

from typing import Annotated

import typer

from solemetry_host.commands.options import (
    AsJson,
    ByConvention,
    ByGaitConvention,
    Convention,
    Recording,
)
from solemetry_host.commands.progress import progress
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json

app = part()


@verb(
    app, "analyze",
    "solemetry analyze session.h5",
    "solemetry analyze session.h5 --convention prieto1996 --all --json",
    tells={
        "file": "the recording",
        "convention": "whose choices sway was computed by",
        "hold": "the part that was analysed, or null",
        "sway": "by stream, then by measure",
        "loading": "by stream, then by measure; regions: by stream, region and measure",
        "gait": "of a walk: convention, streams, trial, feet, symmetry; else why_not",
        "quality": "how good the recording is, by stream",
        "unavailable": "measures that the stream cannot give, with why",
        "notes": "what a reader should know",
    },
)  # fmt: skip
def analyze(
    file: Recording,
    convention: ByConvention = Convention.solemetry,
    gait_convention: ByGaitConvention = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every measure, the rarer ones and the quality too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute sway, loading and gait of a recording, each number with its method."""
    import solemetry
    from solemetry.analysis import analyze as analyze_session
    from solemetry.sway.battery import core_features
    from solemetry_host.analysis_tables import print_analysis

    with progress(f"Analysing {file.name}", as_json):
        result = analyze_session(
            solemetry.open(file), convention.value, "should" if every else "must",
            gait_convention and gait_convention.value,
        )
    if as_json:
        print_json(result)
    else:
        print_analysis(result, None if every else core_features(convention.value))
