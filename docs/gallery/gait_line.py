# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Gait line
# The way of the load under each foot, step by step, of a walk on Moticon insoles.
# `SOLEMETRY_DATA` names the folder with the recording.

# %%
import os
from pathlib import Path

import solemetry as sm

build = Path("build")
build.mkdir(exist_ok=True)
data = Path(os.environ["SOLEMETRY_DATA"])
walk = sm.analysis.find_walk(sm.open(data / "gait/moticon_opengo/230927_102114.txt"))
print(walk.summaries["gait_line"].loc["left", ["value", "sd", "unit", "n", "valid"]].head(6))

# %% [markdown]
# Thin lines are steps, the thick one their mean, the band one standard deviation.

# %%
layouts = {foot: of.layout for foot, of in walk.loads.items()}
sm.figures.draw_gait_lines(walk.gait_lines, layouts).savefig(build / "gait_line.svg")

# %% [markdown]
# What the regions of the foot bear.

# %%
sm.figures.draw_regions(walk.summaries["regions"]).savefig(build / "regions.svg")
