# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Butterfly
# The centre of pressure of both feet together, while walking. Where the two diagonals cross tells
# of symmetry, and how much the crossings spread of evenness. `SOLEMETRY_DATA` names the folder with
# the recording.

# %%
import os
from pathlib import Path

import solemetry as sm

build = Path("build")
build.mkdir(exist_ok=True)
data = Path(os.environ["SOLEMETRY_DATA"])
walk = sm.analysis.find_walk(sm.open(data / "gait/moticon_opengo/230927_102114.txt"))
print(walk.summaries["butterfly"][["value", "sd", "unit", "n", "valid"]].head(4))

# %% [markdown]
# Insoles do not know how far the feet are apart; the title says what is assumed.

# %%
sm.figures.draw_butterfly(walk.butterfly).savefig(build / "butterfly.svg")
