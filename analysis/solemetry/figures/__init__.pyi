# SPDX-License-Identifier: Apache-2.0
from .foot_pressure import draw_pressure as draw_pressure
from .force_over_stance import draw_force_curves as draw_force_curves
from .gait_lines import draw_butterfly as draw_butterfly
from .gait_lines import draw_gait_lines as draw_gait_lines
from .over_days import draw_over_days as draw_over_days
from .region_bars import draw_regions as draw_regions
from .sway_path import draw_sway_over_time as draw_sway_over_time
from .sway_path import draw_sway_path as draw_sway_path
