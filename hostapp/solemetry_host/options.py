# SPDX-License-Identifier: Apache-2.0
"""Options that several verbs of the command have."""

from __future__ import annotations

from typing import Annotated

import typer

Calibrations = Annotated[
    list[str] | None,
    typer.Option(
        "--calibration",
        help="Calibration (JSON): FILE, or STREAM=FILE for one of several devices, as "
        "insole-left=FILE. Without it, the newest that is kept of a device, else data-sheet gains.",
    ),
]
Places = Annotated[
    list[str] | None,
    typer.Option(
        "--place",
        help="Where one of two plates stands: plate-2:x=520;y=0;turn=90 (mm, degrees clockwise)",
    ),
]
Convention = Annotated[
    str,
    typer.Option(
        help="Named set of choices: solemetry, bmclab, schubert2014, prieto1996, quijoux2021, "
        "french90."
    ),
]
GaitConvention = Annotated[
    str | None,
    typer.Option(
        help="When a foot is down: insole, plate, treadmill or moticon. Without: by the device."
    ),
]
