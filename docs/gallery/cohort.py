# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # A cohort
# Many recordings as one table. For a folder there is `solemetry batch FOLDER`, which shares the
# work out and goes on where it was stopped; its rows are those made here of six simulated people.

# %%
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import solemetry as sm
from solemetry_host.sim.person import ONE_LEG, TWO_LEGS, Person

build = Path("build")
build.mkdir(exist_ok=True)
t_s = np.arange(0.0, 30.0, 0.01)
rows = []
for seed in range(6):
    how, stance = (ONE_LEG, "one leg") if seed % 2 else (TWO_LEGS, "two legs")
    force_n, cop_mm = Person(how, steps_on_s=-5.0, seed=seed).load(t_s)
    file = build / f"cohort-{seed}.h5"
    file.unlink(missing_ok=True)
    sm.session.write_load(file, t_s, force_n, cop_mm, 100.0, subject={"participant_id": f"P{seed}"})
    session = sm.open(file)
    rows += [
        {name: cell.value for name, cell in row.items()} | {"stance": stance}
        for row in sm.cohort.rows_of(session, sm.analysis.analyze(session), file.name)
    ]
table = pd.DataFrame(rows)
print(table[["participant_id", "stance", "sway_ellipse_area_95", "sway_mean_velocity"]])

# %%
figure = Figure(figsize=(4.0, 3.0), layout="constrained")
axes = figure.subplots()
for stance, of in table.groupby("stance"):
    axes.plot(of["sway_mean_velocity"], of["sway_ellipse_area_95"], "o", label=stance)
axes.set(xlabel="mean velocity, mm/s", ylabel="95 % ellipse, mm²")
axes.legend()
figure.savefig(build / "cohort.svg")
