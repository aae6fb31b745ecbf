# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # A drill of one's own
# A drill is a text file. It is checked, then done by simulated people, well and badly, before
# anybody stands on a plate for it.

# %%
from pathlib import Path

from matplotlib.figure import Figure

from solemetry_host.drills.files.checking import check
from solemetry_host.drills.simulated.asking import Asking
from solemetry_host.drills.simulated.faults import GOOD, faults
from solemetry_host.drills.simulated.trials import Trial, attempt

build = Path("build")
build.mkdir(exist_ok=True)
file = build / "forefoot-still.toml"
file.write_text("""
schema = 1
id = "forefoot-still"
version = 1
kind = "drill"
family = "my-drills"
sides = "each"

[text.en]
title = "Still on the forefoot"

[sensors]
best = ["insole"]

[dose]
sets = 1
reps = 3
rest_s = 5
basis = "own"

[[phase]]
id = "hold"
do = "hold"
hold_s = 3.0
max_s = 15.0
on_timeout = "fail"

[[phase.within]]
signal = "share.forefoot"
op = ">="
value = 0.55
basis = "own"
reason = "more to the front"

[score]
primary = { metric = "hold.time_s", better = "higher" }

[safety]
stop_if = ["pain"]

[[source]]
key = "own"
says = "Own experience."
""")
checked = check(file)
for finding in checked.findings:
    print(finding)

# %% [markdown]
# Each way of doing it, and how it is graded.

# %%
drill = checked.use()
ways = (GOOD, *faults(Asking(drill, 1)))
results = {way.name: attempt(drill, 1, Trial(way, ("insole",)), rate_hz=30.0) for way in ways}
for way, result in results.items():
    print(f"{way:40} {result.status:12} {result.reason}")

# %%
figure = Figure(figsize=(6.0, 0.4 + 0.3 * len(results)), layout="constrained")
axes = figure.subplots()
held_s = [max((m.get("hold.time_s", 0.0) for m in (r.measures for r in result.outcome.reps)),
              default=0.0) for result in results.values()]  # fmt: skip
axes.barh(list(results), held_s)
axes.invert_yaxis()
axes.set_xlabel("held, s")
figure.savefig(build / "own_drill.svg")
