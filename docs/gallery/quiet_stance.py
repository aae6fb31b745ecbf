# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Quiet stance
# Somebody stands still for a minute. Here it is a simulated person; `sm.open("session.h5")` gives
# the same arrays of a recording: `stream.cop_mm`, `stream.fs_hz`.

# %%
from pathlib import Path

import numpy as np

import solemetry as sm
from solemetry_host.sim.person import TWO_LEGS, Person

build = Path("build")
build.mkdir(exist_ok=True)
person = Person(TWO_LEGS, steps_on_s=-5.0, seed=3)
t_s = np.arange(0.0, 60.0, 0.01)
force_n, cop_mm = person.load(t_s)

# %% [markdown]
# Every measure has its unit, its convention, how many samples it stands on, and if it is valid.

# %%
sway = sm.sway.describe(cop_mm, fs_hz=100.0)
print(sway[["value", "unit", "convention", "n", "valid"]].head(8))

# %%
sm.figures.draw_sway_path(cop_mm).savefig(build / "quiet_stance_path.svg")
sm.figures.draw_sway_over_time(t_s, cop_mm).savefig(build / "quiet_stance_over_time.svg")
