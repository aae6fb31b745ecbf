# SPDX-License-Identifier: Apache-2.0
"""The report's pictures of a stream and of a walk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.analysis.standing import Hold
from solemetry.analysis.walk import Walk
from solemetry.errors import UnavailableError
from solemetry.figures.foot_pressure import draw_pressure
from solemetry.figures.force_over_stance import draw_force_curves
from solemetry.figures.gait_lines import draw_butterfly, draw_gait_lines
from solemetry.figures.region_bars import draw_regions
from solemetry.figures.style import BLUE, FAINT, GREEN, INK, RED, STYLE, draw_line, new_figure
from solemetry.figures.sway_path import draw_sway_over_time, draw_sway_path
from solemetry.foot import FootRegistration
from solemetry.report.layout import Picture, as_picture
from solemetry.session.model import Stream
from solemetry.signal import lowpass
from solemetry.sway.conventions import SOLEMETRY

Floats = NDArray[np.float64]

_CUTOFF_HZ = SOLEMETRY.filter.cutoff_hz or 10.0


def draw(stream: Stream, hold: Hold | None, feet: dict[str, FootRegistration]) -> list[Picture]:
    """Draw trace, sway over time and force over time of one stream."""
    try:
        import matplotlib as mpl
    except ImportError:
        raise UnavailableError(
            "Reports need Jinja2 and Matplotlib.", "Install solemetry[report]."
        ) from None
    if not np.isfinite(stream.force_n).any():
        return []
    with mpl.rc_context(STYLE):
        pictures = [_force(stream, hold)]
        cop_mm = _path(stream, hold)
        if hold is not None and cop_mm is not None:
            over_time = draw_sway_over_time(hold.of(stream.t_s), cop_mm)
            caption = f"Centre of pressure over time, {_CUTOFF_HZ:g} Hz low-pass."
            pictures.insert(0, as_picture(over_time, caption))
            if stream.layout is not None or feet:
                pictures.insert(0, _where(cop_mm, stream, feet))
            pictures.insert(0, _trace(cop_mm))
    return pictures


def draw_walk(walk: Walk) -> list[Picture]:
    """Draw force over stance and, where there are cells, what is under the feet of a walk."""
    pictures = [as_picture(
        draw_force_curves(walk.curves_n),
        "Mean vertical force over stance of each foot; the band is one standard deviation.",
    )]  # fmt: skip
    if "regions" in walk.summaries:
        pictures.append(as_picture(
            draw_regions(walk.summaries["regions"]),
            "Largest force under each region: mean of the steps and one standard deviation.",
        ))  # fmt: skip
    largest_kpa = {
        foot: (1e3 * np.nanmax(of.forces_n, axis=0, initial=0.0) / of.layout.area_mm2, of.layout)
        for foot, of in walk.loads.items()
        if of.forces_n is not None and of.layout is not None and of.layout.area_mm2 is not None
    }
    if largest_kpa:
        pictures.append(as_picture(
            draw_pressure(largest_kpa, what="largest pressure"),
            "Largest pressure on each cell in the whole recording, seen from above.",
        ))  # fmt: skip
    if walk.gait_lines:
        layouts = {foot: of.layout for foot, of in walk.loads.items() if of.layout is not None}
        pictures.append(as_picture(
            draw_gait_lines(walk.gait_lines, layouts),
            "Way of the centre of pressure under each foot: every step, their mean and one "
            "standard deviation, within the rim of the insole's cells.",
        ))  # fmt: skip
    if walk.butterfly is not None:
        pictures.append(as_picture(
            draw_butterfly(walk.butterfly),
            "Centre of pressure of both feet together, and where its diagonals cross.",
        ))  # fmt: skip
    return pictures


def _path(stream: Stream, hold: Hold | None) -> Floats | None:
    """Return the path of somebody who stands, low-passed; None where there is none to draw."""
    if hold is None or hold.walked or stream.fs_hz <= 2 * _CUTOFF_HZ:
        return None
    cop_mm = lowpass(hold.of(stream.cop_mm), stream.fs_hz, _CUTOFF_HZ)
    return cop_mm if np.isfinite(cop_mm).any() else None


def _trace(cop_mm: Floats) -> Picture:
    return as_picture(
        draw_sway_path(cop_mm),
        f"Path of the centre of pressure, {_CUTOFF_HZ:g} Hz low-pass, around its mean (blue) and "
        "the ellipse expected to hold 95 % of it (red).",
    )


def _where(cop_mm: Floats, stream: Stream, feet: dict[str, FootRegistration]) -> Picture:
    """Draw where on the plate that was."""
    figure, axes = new_figure(3.4, 3.4)
    if stream.layout is not None:
        width, depth = stream.layout.size_mm
        axes.plot(width / 2 * np.array([-1, 1, 1, -1, -1]),
                  depth / 2 * np.array([-1, -1, 1, 1, -1]), color=INK, lw=1.0)
        axes.plot(*stream.layout.xy_mm.T, "s", color=FAINT, ms=6)
        for label, (x, y) in zip(stream.layout.labels, stream.layout.xy_mm, strict=True):
            axes.annotate(label, (x, y), (0, 6 if y < 0 else -14), textcoords="offset points",
                          ha="center", color="#777777", fontsize=7)
    for foot in feet.values():
        axes.fill(*foot.outline_mm().T, facecolor="#F4F4F4", edgecolor=INK, lw=0.8)
    draw_line(axes, cop_mm[:, 0], cop_mm[:, 1], BLUE, 0.6)
    axes.plot(*np.nanmean(cop_mm, axis=0), "+", color=RED, ms=9, mew=1.6)
    axes.set(aspect="equal", xlabel="left  –  right, mm", ylabel="back  –  front, mm")
    axes.margins(0.06)
    what = "the plate, seen from above" if stream.layout else "the axes of the recording"
    outlines = " Foot outlines are schematic." if feet else ""
    return as_picture(figure, f"The same path on {what}; the cross is its mean.{outlines}")


def _force(stream: Stream, hold: Hold | None) -> Picture:
    """Draw the force over the whole recording, with what was analysed."""
    figure, axes = new_figure(7.2, 1.5)
    for start_s, end_s in hold.spans_s if hold else ():
        axes.axvspan(start_s, end_s, color=GREEN, alpha=0.12, lw=0)
    draw_line(axes, stream.t_s, stream.force_n, INK, 0.9)
    axes.grid(axis="y")
    axes.set(xlabel="time, s", ylabel="force, N")
    axes.margins(x=0.0)
    top = float(np.nanmax(stream.force_n))
    axes.set_ylim(min(0.0, float(np.nanmin(stream.force_n))), 1.1 * max(top, 1.0))
    caption = "Vertical force over the whole recording; the analysed part is shaded."
    return as_picture(figure, caption)
