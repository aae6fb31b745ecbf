# SPDX-License-Identifier: Apache-2.0
"""A calibration on paper: what was done, what came of it, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from solemetry.calibrating import Record


def sheet(record: Record) -> str:
    """Return a record as a sheet that can be printed and signed."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Record) -> Iterator[str]:
    told, calibration = record.evidence, record.calibration
    side = f", {told['side']} side" if "side" in told else ""
    yield f"# Calibration of {record.device_id}{side}"
    yield ""
    yield f"Date {calibration.date or '________'}, geometry `{record.geometry_hash:08x}`, "
    yield f"by {calibration.source}. Serial ________ By ________ Temperature ____"
    yield from _points(record)
    yield from _verified(record)
    for name, words in (
        ("second_mass", "Second mass"), ("plate", "Plate"), ("plate_calibrated", "Its calibration"),
    ):  # fmt: skip
        if told.get(name):
            yield from ("", f"{words}: {told[name]}")
    if told.get("notes"):
        yield from ("", "## Notes", "", *(f"- {note}" for note in told["notes"]))
    yield from ("", "## Verdict", "")
    yield from (f"- {line}" for line in told.get("verdict", ["Not judged: it was broken off."]))
    yield from ("", "This is no certificate, and meets no clinical grade: see docs/calibrating.md.")


def _points(record: Record) -> Iterator[str]:
    told = record.evidence
    if "points_xy_mm" not in told:
        return
    yield from ("", "## Points", "", f"{told['mass_kg']:g} kg; method: {told['method']}.", "")
    names = ("point", "x, mm", "y, mm", "off across, mm", "off along, mm", "force off, %")
    rows = zip(
        told["points_xy_mm"], told["points_off_mm"], told["points_force_off_share"], strict=True
    )
    yield from _table(
        names,
        [
            [str(n), f"{x:.0f}", f"{y:.0f}", f"{ml:+.1f}", f"{ap:+.1f}", f"{100 * share:+.2f}"]
            for n, ((x, y), (ml, ap), share) in enumerate(rows, start=1)
        ],
    )
    yield from ("", "Each is off from what the fit to all the others says.")


def _verified(record: Record) -> Iterator[str]:
    verified = record.evidence.get("verified")
    if not verified:
        return
    yield from ("", "## Other places", "")
    names = ("place", "x, mm", "y, mm", "x measured", "y measured", "off, mm", "force off, N")
    yield from _table(
        names,
        [
            [
                str(one["number"]),
                *(f"{value:.0f}" for value in one["true_mm"]),
                *(f"{value:.1f}" for value in one["measured_mm"]),
                f"{one['off_mm']:.1f}",
                f"{one['force_error_n']:+.1f}",
            ]
            for one in verified
        ],
    )


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
