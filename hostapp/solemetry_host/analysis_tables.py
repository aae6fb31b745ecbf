# SPDX-License-Identifier: Apache-2.0
"""An analysis as tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

Rows = Mapping[str, dict[str, Any]]

WALKING = {
    "trial": (
        "cadence_steps", "stride_s", "step_s", "stance_s", "swing_s", "double_support_s",
        "single_support_s", "flight_s", "stance_percent", "double_support_percent", "f1_n",
        "fmin_n", "f2_n", "peak_n", "loading_rate_20_80_n_s", "impulse_ns", "push_off_impulse_ns",
    ),
    "gait_line": ("length_mm", "width_mm", "length_percent", "width_percent", "max_speed_mm_s"),
    "roll_over": (
        "first_heel_percent", "first_midfoot_percent", "first_forefoot_percent",
        "strike_index_percent", "heel_off_percent", "forefoot_on_percent",
        "push_off_hallux_percent", "push_off_met1_percent", "push_off_met2_3_percent",
        "push_off_met4_5_percent",
    ),
}  # fmt: skip
"""What is printed of a walk unless everything is asked for; of other subjects, all."""

REGIONS = (
    "peak_n", "time_to_peak_share", "impulse_share", "contact_area_mm2", "peak_kpa",
    "pti_peak_kpa_s", "mean_n", "share",
)  # fmt: skip


def print_analysis(result: dict[str, Any], only: list[str] | None = None) -> None:
    """Print what `solemetry.analysis.analyze` gave.

    Parameters
    ----------
    result : dict
    only : list of str, optional
        Of the sway these measures, and of the rest the usual ones; everything without it.
    """
    console = Console()
    console.print(result["file"], style="bold", highlight=False)
    for stream, features in result["sway"].items():
        _print_sway(console, stream, features, only)
    _print_gait(console, result["gait"], every=only is None)
    loading = dict(result["loading"])
    for stream, regions in loading.pop("regions").items():
        _print_regions(console, stream, regions, every=only is None)
    for stream, facts in loading.items():
        if facts:
            _print_facts(console, f"{stream}: loading", facts)
    if only is None:
        _print_quality(console, result)
    for note in result["notes"]:
        console.print(f"Note: {note}", highlight=False)


def _print_sway(console: Console, stream: str, features: Rows, only: list[str] | None) -> None:
    if not features:
        return
    first = next(iter(features.values()))
    table = _table(
        f"{stream}: sway, convention {first['convention']}, {first['duration_s']:.1f} s, "
        f"n = {first['n']}"
    )
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("note")
    for name, row in features.items():
        if only is None or name in only:
            table.add_row(name, _in_words(row["value"]), row["unit"], row["note"])
    console.print(table)


def _print_gait(console: Console, gait: dict[str, Any], every: bool) -> None:
    if gait["activity"] is None:
        console.print(f"No gait. {gait['why_not']}", highlight=False)
        return
    title = f"{gait['activity']}, convention {gait['convention']}"
    feet, symmetry = gait["feet"], gait["symmetry"]
    table = _table(f"{title}: means of {', '.join(gait['streams'].values())}")
    table.add_column("measure")
    for heading in (*feet, "all", "SD", "n", "symmetry %"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    for name, row in gait["trial"].items():
        if every or name in WALKING["trial"]:
            sides = (foot.get(name, {}).get("value") for foot in feet.values())
            index = symmetry.get(name, {}).get("symmetry_index")
            values = map(_in_words, (*sides, row["value"], row["sd"], row["n"], index))
            table.add_row(name, *values, row["unit"])
    console.print(table)
    for subject in ("gait_line", "roll_over", "pronation", "imu", "print"):
        if subject in gait:
            shown = None if every else WALKING.get(subject)
            _print_by_foot(console, f"{subject.replace('_', ' ')}", gait[subject], shown)
    if "butterfly" in gait:
        _print_by_foot(console, "butterfly", {"both": gait["butterfly"]}, None)
        placement = next(iter(gait["butterfly"].values()))["placement"]
        console.print(f"Gait: butterfly: {placement}", highlight=False)
    few = gait["trial"]["stance_s"]["note"]
    for note in (*gait["notes"], *([few] if few else [])):
        console.print(f"Gait: {note}", highlight=False)


def _print_by_foot(
    console: Console, title: str, feet: Mapping[str, Rows], shown: tuple[str, ...] | None
) -> None:
    table = _table(title)
    table.add_column("measure")
    for foot in feet:
        table.add_column(foot, justify="right")
        table.add_column("SD", justify="right")
        table.add_column("n", justify="right")
    table.add_column("unit")
    first = next(iter(feet.values()))
    for name, row in first.items():
        if shown is None or name in shown:
            rows = [foot.get(name, {}) for foot in feet.values()]
            values = (of.get(key) for of in rows for key in ("value", "sd", "n"))
            table.add_row(name, *map(_in_words, values), "" if row["unit"] == "1" else row["unit"])
    console.print(table)


def _print_regions(
    console: Console, stream: str, regions: Mapping[str, Rows], every: bool
) -> None:
    first = next(iter(regions.values()))
    measures = [name for name in first if every or name in REGIONS]
    table = _table(f"{stream}: regions, means")
    table.add_column("region", no_wrap=True)
    for name in measures:
        unit = first[name]["unit"]
        heading = name if unit == "1" else f"{name}, {unit}"
        table.add_column(heading, justify="right", overflow="fold")
    for region, rows in regions.items():
        table.add_row(region, *(_in_words(rows[name]["value"]) for name in measures))
    console.print(table)


def _print_quality(console: Console, result: dict[str, Any]) -> None:
    for stream, fields in result["quality"].items():
        if fields:
            _print_facts(console, f"{stream}: quality", fields)
        for measure, why in result["unavailable"][stream].items():
            console.print(f"{stream}: no {measure}. {why}", highlight=False)


def _print_facts(console: Console, title: str, facts: Rows) -> None:
    table = Table(title=title, title_justify="left", show_header=False)
    for name, fact in facts.items():
        value = _in_words(fact["value"])
        of = f"of {fact['of']}" if fact.get("of") else ""
        note = f"({fact['note']})" if fact.get("note") else ""
        unit = "" if fact["unit"] == "1" else fact["unit"]
        table.add_row(name, " ".join(part for part in (value, unit, of, note) if part))
    console.print(table)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left")


def _in_words(value: float | bool | str | None) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case int():
            return str(value)
        case _:
            return f"{value:.4g}"
