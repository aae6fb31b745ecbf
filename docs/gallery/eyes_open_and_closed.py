# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Eyes open against closed
# One person of Santos and Duarte (2016, CC BY 4.0) on a firm plate: a minute with the eyes open, a
# minute with them closed. `SOLEMETRY_DATA` names the folder with these recordings.

# %%
import os
from pathlib import Path

import numpy as np

import solemetry as sm

build = Path("build")
build.mkdir(exist_ok=True)
published = np.load(Path(os.environ["SOLEMETRY_DATA"], "posture/bds_golden/bds_cop.npz"))
trials = dict(zip(published["trial"], 1e-5 * published["cop_e6cm"], strict=True))
# There the first column is front to back, here it is left to right.
cop_mm = {"eyes open": trials["BDS00001"][:, ::-1], "eyes closed": trials["BDS00004"][:, ::-1]}

# %% [markdown]
# Drawn to one scale, the two can be held against each other.

# %%
reach_mm = 1.1 * max(np.abs(each - each.mean(axis=0)).max() for each in cop_mm.values())
for eyes, path_mm in cop_mm.items():
    figure = sm.figures.draw_sway_path(path_mm, reach_mm, eyes)
    figure.savefig(build / f"{eyes.replace(' ', '_')}.svg")

# %% [markdown]
# The Romberg quotient is closed over open. Of single trials there is no interval: three of each
# give one. The convention is the one under which the values were published.

# %%
speed = {
    eyes: sm.sway.describe(path_mm, 100.0, "bmclab").at["mean_velocity", "value"]
    for eyes, path_mm in cop_mm.items()
}
print(sm.sway.romberg_quotient(speed["eyes open"], speed["eyes closed"]))

# %%
people = sm.sway.reference_range("mean_velocity", age=33, eyes="open", surface="firm")
placed = sm.sway.place(
    speed["eyes open"], people, stance="two feet", duration_s=60, fs_hz=100, convention="bmclab"
)
print(placed.words)
