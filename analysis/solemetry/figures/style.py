# SPDX-License-Identifier: Apache-2.0
"""How all pictures look."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from solemetry.errors import UnavailableError

# Okabe M, Ito K (2008): colours that stay apart for colour-blind eyes.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
INK, FAINT = "#333333", "#BBBBBB"

FOOT_COLORS = {"left": BLUE, "right": RED}
FOOT_LINES = {"left": "-", "right": "--"}
FOOT_SHADES = {"left": 0.9, "right": 0.5}
"""Blue and red are the same grey on paper, so the feet differ in line and shade too."""

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": "#EEEEEE",
    "legend.frameon": False,
    "date.converter": "concise",
    "svg.hashsalt": "solemetry",
}

P = ParamSpec("P")


def styled(draw: Callable[P, Any]) -> Callable[P, Any]:
    """Make a function that draws do it in this style, where Matplotlib is installed."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            import matplotlib as mpl
        except ImportError:
            raise UnavailableError(
                "Pictures need Matplotlib.", "Install solemetry[report]."
            ) from None
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def new_figure(width_in: float, height_in: float, columns: int = 1) -> tuple[Any, Any]:
    """Return a figure and its axes, ``(columns,)`` of them where there are several."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    return figure, figure.subplots(1, columns)


_MANY_POINTS = 20_000
"""Longer lines become pixels inside a vector graphic, which would grow huge."""


def draw_line(axes: Any, x: Any, y: Any, color: str, width: float, label: str = "") -> None:
    """Draw a line of however many points."""
    many = len(x) > _MANY_POINTS
    axes.plot(x, y, color=color, lw=width, label=label or None, rasterized=many)
