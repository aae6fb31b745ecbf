# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Files of other makers
# `sm.open` takes files of other programs as it takes one's own; here a laboratory's walk over force
# plates, a C3D file. `SOLEMETRY_DATA` names the folder with it, and `solemetry[c3d]` reads it.

# %%
import os
from pathlib import Path

import solemetry as sm

build = Path("build")
build.mkdir(exist_ok=True)
data = Path(os.environ["SOLEMETRY_DATA"])
session = sm.open(data / "gait/bmc/Gait.c3d")
print(session.meta["source"], {name: of.fs_hz for name, of in session.streams.items()})

# %% [markdown]
# What is known of a foot by its contact only is told by plate.

# %%
walk = sm.analysis.find_walk(session)
print(walk.contacts[["foot", "on_s", "off_s", "peak_n"]])

# %%
sm.figures.draw_force_curves(walk.curves_n).savefig(build / "files_of_others.svg")

# %% [markdown]
# From here it can be kept as a session, `solemetry import Gait.c3d`, or exported: `sm.export`.
