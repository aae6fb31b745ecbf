# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Clock balance
# A drill: the load is brought to each hour of a clock and held there. A simulated person does it
# well; `solemetry drill run clock-balance --device sim:plate` does it live.

# %%
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.showing.results import clock_words, farthest_by_hour, result_lines
from solemetry_host.drills.simulated.faults import GOOD
from solemetry_host.drills.simulated.trials import Trial, attempt

build = Path("build")
build.mkdir(exist_ok=True)
drill = Shelf().drill("clock-balance")
done = attempt(drill, 1, Trial(GOOD, ("plate", "insole")))
print("\n".join(result_lines(drill, done.outcome)))

# %% [markdown]
# How far each hour was reached, in percent of the person's own base.

# %%
figure = Figure(figsize=(3.6, 3.6), layout="constrained")
axes = figure.subplots(subplot_kw={"projection": "polar"})
axes.set_theta_zero_location("N")
axes.set_theta_direction(-1)
for side in ("left", "right"):
    farthest = farthest_by_hour(rep for rep in done.outcome.reps if rep.side == side)
    turn = 2 * np.pi * np.array(list(farthest)) / 12
    axes.plot(np.append(turn, turn[0]), [*farthest.values(), next(iter(farthest.values()))],
              "-o", ms=4, label=side)  # fmt: skip
axes.set_xticks(turn, [clock_words(hour) for hour in farthest])
axes.set_ylim(0, 100)
axes.legend(loc="lower left")
figure.savefig(build / "clock_balance.svg")
