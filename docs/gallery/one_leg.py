# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # On one leg
# A simulated person stands on the right leg for half a minute. The foot's place on the plate was
# entered, so the load can be shared out between heel and forefoot.

# %%
from pathlib import Path

import numpy as np

import solemetry as sm
from solemetry_host.sim.person import ONE_LEG, Person

build = Path("build")
build.mkdir(exist_ok=True)
t_s = np.arange(0.0, 30.0, 0.01)
force_n, cop_mm = Person(ONE_LEG, steps_on_s=-5.0, seed=2).load(t_s)
foot = sm.foot.FootRegistration("right", heel_mm=(15.0, -105.0), axis_deg=0.0, length_mm=255.0)

# %% [markdown]
# Forefoot and rearfoot from one centre of pressure is a lever model; insoles measure it.

# %%
print(f"forefoot share, lever model: {np.nanmean(foot.forefoot_share(cop_mm)):.0%}")
sway = sm.sway.describe(cop_mm, fs_hz=100.0)
print(sway.loc[["ellipse_area_95", "mean_velocity"], ["value", "unit", "valid", "note"]])

# %%
sm.figures.draw_sway_path(cop_mm, title="right leg").savefig(build / "one_leg.svg")
