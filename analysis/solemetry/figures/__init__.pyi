# SPDX-License-Identifier: Apache-2.0
from .foot_pressure import draw_pressure as draw_pressure
from .force_over_stance import draw_force_curves as draw_force_curves
from .gait_lines import draw_butterfly as draw_butterfly
from .gait_lines import draw_gait_lines as draw_gait_lines
from .region_bars import draw_regions as draw_regions
