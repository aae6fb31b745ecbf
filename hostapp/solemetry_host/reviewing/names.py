# SPDX-License-Identifier: Apache-2.0
"""What measures, parts of the foot and units are called on the screen."""

from __future__ import annotations

from solemetry_host.people.weekly import in_words
from solemetry_host.words import tr


def called(measure: str) -> str:
    """Return what a measure is called, in the chosen language where it is a usual one."""
    usual = _usual().get(measure)
    return usual or in_words(measure).partition(",")[0].removesuffix(" dps")  # the unit is beside


def unit_of(unit: str) -> str:
    """Write a unit as people do: ``mm2`` as mm², nothing where it is a pure number."""
    return "" if unit == "1" else unit.replace("mm2", "mm²").replace("mm3", "mm³")


def number(value: float | None) -> str:
    """Write a number with three digits that count, or a dash where there is none."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:.0f}"
    text = f"{value:#.3g}".removesuffix(".").replace("-", "−")
    return text if "e" not in text else f"{value:.2g}"


def clock(t_s: float) -> str:
    """Write a time of a recording: ``4.2 s`` under a minute, ``3:07.4``, ``2:03:07``."""
    if abs(t_s) < 60:
        return f"{t_s:z.1f} s"
    whole, tenths = divmod(round(abs(t_s) * 10), 10)
    minutes, seconds = divmod(whole, 60)
    sign = "−" if t_s < 0 else ""
    if minutes < 60:
        return f"{sign}{minutes}:{seconds:02}.{tenths}"
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def length(seconds: float) -> str:
    """Write how long a recording is: ``42 s``, ``2:10``, ``1:02:03``."""
    return clock(round(seconds)).replace(".0", "")


def _usual() -> dict[str, str]:
    return {
        "ellipse_area_95": tr("Sway area (95 % ellipse)"),
        "mean_velocity": tr("Mean speed of sway"),
        "mean_velocity_ml": tr("Mean speed, side to side"),
        "mean_velocity_ap": tr("Mean speed, front to back"),
        "path_length": tr("Path length"),
        "rms_distance": tr("RMS distance from the middle"),
        "rms_distance_ml": tr("RMS distance, side to side"),
        "rms_distance_ap": tr("RMS distance, front to back"),
        "mean_distance": tr("Mean distance from the middle"),
        "range_ml": tr("Range, side to side"),
        "range_ap": tr("Range, front to back"),
        "mean_ml": tr("Middle, side to side"),
        "mean_ap": tr("Middle, front to back"),
        "mean_frequency": tr("Mean frequency"),
        "hull_area": tr("Area of the hull"),
        "mean_force": tr("Mean force"),
        "left_share": tr("Load on the left"),
        "right_share": tr("Load on the right"),
        "front_share": tr("Load on the front"),
        "rear_share": tr("Load on the rear"),
        "missing": tr("Missing samples"),
        "measured_rate": tr("Measured rate"),
        "lost_rows": tr("Lost rows"),
        "clock_half_width": tr("Uncertainty of the time"),
        "cadence_steps": tr("Steps a minute"),
        "stride_s": tr("Stride time"),
        "step_s": tr("Step time"),
        "stance_s": tr("Stance time"),
        "swing_s": tr("Swing time"),
        "double_support_s": tr("Time on both feet"),
        "single_support_s": tr("Time on one foot"),
        "stance_percent": tr("Stance, share of the stride"),
        "double_support_percent": tr("Both feet, share of the stride"),
        "peak_n": tr("Largest force"),
        "mean_n": tr("Mean force"),
        "share": tr("Share of the load"),
        "hallux": tr("Great toe"),
        "lesser_toes": tr("Lesser toes"),
        "toes": tr("Toes"),
        "forefoot": tr("Forefoot"),
        "midfoot": tr("Midfoot"),
        "heel": tr("Heel"),
        "medial": tr("Inner side"),
        "lateral": tr("Outer side"),
        "whole": tr("Whole foot"),
    }
