# SPDX-License-Identifier: Apache-2.0
"""Pictures of walking show what they are given, in its place and in its size."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure

import solemetry as sm
from solemetry import figures
from solemetry.analysis import Walk, find_walk

OURS = sm.SensorLayout.builtin("insole-16-esp32s3")


@pytest.fixture(scope="module")
def walk(real_data: Callable[[str], Path]) -> Walk:
    return find_walk(sm.open(real_data("gait/moticon_opengo/230927_102114.txt")))


def png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=50)
    return file.getvalue()


def test_every_picture_of_a_walk_can_be_drawn_and_saved(walk: Walk) -> None:
    layouts = {foot: of.layout for foot, of in walk.loads.items()}
    pictures = [
        figures.draw_force_curves(walk.curves_n),
        figures.draw_regions(walk.summaries["regions"]),
        figures.draw_pressure({foot: (of.area_mm2, of) for foot, of in layouts.items()}),
        figures.draw_gait_lines(walk.gait_lines, layouts),
        figures.draw_butterfly(walk.butterfly),
    ]
    for picture in pictures:
        assert isinstance(picture, Figure)
        assert png(picture).startswith(b"\x89PNG")


def test_the_force_curve_is_the_mean_and_its_band_one_sd() -> None:
    curves_n = {"left": np.array([np.full(101, 600.0), np.full(101, 800.0)])}
    ax = figures.draw_force_curves(curves_n).axes[0]
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([700.0] * 101)
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    # Of 600 and 800 the SD is 141.4.
    assert (band.min(), band.max()) == pytest.approx((558.6, 841.4), abs=0.1)
    relative = figures.draw_force_curves(curves_n, body_weight_n=700.0).axes[0]
    assert relative.lines[0].get_ydata()[50] == pytest.approx(1.0)
    assert "body weights" in relative.get_ylabel()


def test_bars_are_of_regions_and_not_of_their_sums(walk: Walk) -> None:
    regions = walk.summaries["regions"]
    ax = figures.draw_regions(regions, "impulse_share").axes[0]
    names = [label.get_text().replace(" ", "_") for label in ax.get_yticklabels()]
    assert set(names) == set(OURS.regions)
    widths = [bar.get_width() for bar in ax.patches]
    # All the load of a foot is in its regions, each once.
    assert sum(widths[: len(names)]) == pytest.approx(1)
    assert widths[names.index("hallux")] == regions.value["left", "hallux", "impulse_share"]


def test_the_feet_stay_apart_on_grey_paper(walk: Walk) -> None:
    left, right = figures.draw_force_curves(walk.curves_n).axes[0].lines
    assert left.get_linestyle() != right.get_linestyle()
    bars = figures.draw_regions(walk.summaries["regions"]).axes[0].containers
    grey = []
    for container in bars[1::2]:  # before each stand its whiskers
        *rgb, opaque = container.patches[0].get_facecolor()
        # Luma of ITU-R BT.601, on white.
        grey.append(1 - opaque * (1 - np.dot(rgb, (0.299, 0.587, 0.114))))
    assert abs(grey[0] - grey[1]) > 0.2


def test_an_unknown_feature_names_the_known_ones(walk: Walk) -> None:
    with pytest.raises(ValueError, match="peak_kpa"):
        figures.draw_regions(walk.summaries["regions"], "beauty")


def cells_of(figure: Figure) -> PatchCollection:
    return next(of for of in figure.axes[0].collections if isinstance(of, PatchCollection))


def test_each_cell_of_a_pressure_map_lies_in_its_place_with_its_value() -> None:
    values = np.arange(16.0)
    cells = cells_of(figures.draw_pressure({"right": (values, OURS)}))
    middles = np.array([path.get_extents().get_points().mean(axis=0) for path in cells.get_paths()])
    np.testing.assert_allclose(middles, OURS.xy_mm, atol=1e-6)
    assert cells.get_array().tolist() == values.tolist()
    assert cells.cmap.name == "cividis"


def test_cells_of_a_dense_plate_cover_their_area_and_the_untouched_are_left_out() -> None:
    grid = np.stack(np.meshgrid(np.arange(8) * 5.0, np.arange(20) * 5.0), -1).reshape(-1, 2)
    plate = replace(
        OURS, kind="plate", labels=tuple(map(str, range(160))), xy_mm=grid, regions=(),
        area_mm2=np.full(160, 25.0),
    )  # fmt: skip
    values = np.where(grid[:, 1] > 40, 100.0, 0.0)
    paths = cells_of(figures.draw_pressure({"right": (values, plate)})).get_paths()
    assert len(paths) == (values > 0).sum()
    assert paths[0].get_extents().size.tolist() == pytest.approx([5.0, 5.0])


def test_values_that_do_not_fit_the_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="16 cells"):
        figures.draw_pressure({"left": (np.zeros(4), OURS)})
    with pytest.raises(ValueError, match="no foot"):
        figures.draw_pressure({})


def test_gait_lines_of_the_left_foot_are_drawn_as_seen_from_above(walk: Walk) -> None:
    for n, (foot, outward) in enumerate((("left", -1.0), ("right", 1.0))):
        ax = figures.draw_gait_lines(walk.gait_lines).axes[n]
        mean = walk.gait_lines[foot].over_length_mm
        drawn = ax.lines[-1]
        np.testing.assert_allclose(drawn.get_xdata(), outward * mean["lateral_mm"])
        np.testing.assert_allclose(drawn.get_ydata(), mean["along_mm"])
        # As many thin lines as steps.
        assert len(ax.lines) == 1 + len(walk.gait_lines[foot].lines_mm)


def test_the_cross_of_a_butterfly_is_the_mean_crossing(walk: Walk) -> None:
    ax = figures.draw_butterfly(walk.butterfly).axes[0]
    x_mm, y_mm = ax.lines[-1].get_data()
    summary = walk.butterfly.summary.value
    assert (x_mm[0], y_mm[0]) == pytest.approx(
        (summary["lateral_symmetry_mm"], summary["ap_position_mm"]), abs=1e-6
    )
