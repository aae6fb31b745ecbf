# SPDX-License-Identifier: Apache-2.0
"""Faults put into a real walk: what is measured stays within bounds, or is marked.

The walk is two minutes of PhysioNet's gaitpdb, 187 whole steps with four turns.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import walks

from solemetry import gait

FEET = ("left", "right")
TIMES = ("stance_s", "swing_s", "stride_s", "step_s", "double_support_s")
FORCES = ("f1_n", "fmin_n", "f2_n", "peak_n", "mean_n", "impulse_ns")


@pytest.fixture(scope="module")
def cells(real_data: Callable[[str], Path]) -> dict[str, np.ndarray]:
    return walks.gaitpdb(real_data("gait/physionet_gaitpdb/GaCo01_01.txt"))


@pytest.fixture(scope="module")
def feet(cells: dict[str, np.ndarray]) -> walks.Feet:
    return {foot: cells[foot].sum(axis=1) for foot in FEET}


@pytest.fixture(scope="module")
def clean(feet: walks.Feet) -> gait.Gait:
    return gait.analyze(feet["left"], feet["right"], 100)


def change(found: gait.Gait, clean: gait.Gait, name: str) -> float:
    """Share by which the mean over all steps has changed."""
    return abs(found.trial.value[name] / clean.trial.value[name] - 1)


@pytest.mark.parametrize("reads", [np.nan, 0.0], ids=["missing", "zero"])
@pytest.mark.parametrize("samples", [5, 9])
def test_dropouts_in_mid_stance(
    feet: walks.Feet, clean: gait.Gait, reads: float, samples: int
) -> None:
    rng = np.random.default_rng(1)
    broken = {foot: force.copy() for foot, force in feet.items()}
    for foot in FEET:
        whole = clean.contacts[(clean.contacts.foot == foot) & clean.contacts.accepted]
        for start, stop in whole[["start", "stop"]].to_numpy()[::3]:
            first = round(start + rng.uniform(0.2, 0.7) * (stop - start))
            broken[foot][first : first + samples] = reads
    found = gait.analyze(broken["left"], broken["right"], 100)
    assert found.trial.value["n_contacts_left"] == clean.trial.value["n_contacts_left"]
    assert found.trial.value["n_contacts_right"] == clean.trial.value["n_contacts_right"]
    assert max(change(found, clean, name) for name in TIMES) < 0.001
    assert max(change(found, clean, name) for name in FORCES) < 0.01
    assert (found.contacts.bridged_s > 0).sum() >= 60
    assert any("of the readings missing" in note for note in found.notes)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rows", [1, 3, 6])
def test_one_packet_in_twenty_lost(
    feet: walks.Feet, clean: gait.Gait, seed: int, rows: int
) -> None:
    rng = np.random.default_rng(seed)
    broken = {}
    for foot, force in feet.items():
        lost = np.repeat(rng.random(len(force) // rows + 1) < 0.05, rows)[: len(force)]
        broken[foot] = np.where(lost, np.nan, force)
    found = gait.analyze(broken["left"], broken["right"], 100)
    for foot in FEET:
        before, after = (each.contacts[each.contacts.foot == foot] for each in (clean, found))
        whole = after[after.accepted]
        nearest = np.abs(np.subtract.outer(whole.on_s.to_numpy(), before.on_s.to_numpy())).min(1)
        # What is accepted is a step that there was; where its time was measured, it is the same.
        assert nearest.max() < 0.01 * (rows + 1)
        assert nearest[whole.on_known].max() < 0.003
        assert len(whole) > (0.98 if rows < 6 else 0.85) * before.accepted.sum()
    assert max(change(found, clean, name) for name in TIMES[:-1]) < 0.02
    assert change(found, clean, "double_support_s") < 0.05
    assert max(change(found, clean, name) for name in FORCES) < 0.01


@pytest.mark.parametrize("cell", range(8))
def test_a_stuck_cell(
    cells: dict[str, np.ndarray], feet: walks.Feet, clean: gait.Gait, cell: int
) -> None:
    stuck = cells["left"].copy()
    stuck[:, cell] = np.percentile(stuck[:, cell], 95)
    found = gait.analyze(stuck.sum(axis=1), cells["right"].sum(axis=1), 100)
    assert found.trial.value["n_missed_or_invented"] == 0
    assert change(found, clean, "stride_s") < 0.005
    assert change(found, clean, "step_s") < 0.005
    assert change(found, clean, "stance_s") < 0.02
    assert change(found, clean, "swing_s") < 0.03
    assert change(found, clean, "double_support_s") < 0.08
    # Its force cannot be had back, and what it stood at is said.
    load_n = feet["left"][feet["left"] > 20]
    share = np.percentile(cells["left"][:, cell], 95) / np.median(load_n)
    note = next(note for note in found.notes if note.startswith("left: zero"))
    assert ("is a cell stuck" in note) == (share > 0.1)


@pytest.mark.parametrize("late_s", [-0.05, 0.05])
def test_clocks_of_the_two_feet_apart(feet: walks.Feet, clean: gait.Gait, late_s: float) -> None:
    shifted = np.roll(feet["right"], round(late_s * 100))
    found = gait.analyze(feet["left"], shifted, 100)
    # Of one foot, and of both together, nothing changes.
    assert max(change(found, clean, name) for name in (*TIMES, *FORCES)) < 0.005
    # Between the feet all is wrong, and said to be.
    wrong_s = found.feet.value["right", "step_s"] - clean.feet.value["right", "step_s"]
    assert wrong_s == pytest.approx(late_s, abs=0.005)
    later = "right" if late_s > 0 else "left"
    assert any(f"the {later} foot's clock may be" in note for note in found.notes)
    assert not any("clock may be" in note for note in clean.notes)


def test_stopping_for_a_while(feet: walks.Feet, clean: gait.Gait) -> None:
    rng = np.random.default_rng(1)
    standing = {"left": 662.0, "right": 748.0}
    # In the first moment after six seconds at which both feet bear half or so.
    both = np.minimum(feet["left"], feet["right"])[600:]
    at = 600 + int(np.argmax(both > 300))
    stopped = {
        foot: np.concatenate((force[:at], standing[foot] + rng.normal(0, 4, 1000), force[at:]))
        for foot, force in feet.items()
    }
    found = gait.analyze(stopped["left"], stopped["right"], 100)
    assert found.trial.value["n_missed_or_invented"] == 0
    assert found.steps.stride_s.max() <= clean.steps.stride_s.max()
    assert max(change(found, clean, name) for name in (*TIMES, *FORCES)) < 0.005
    long = found.contacts[found.contacts.duration_s > 9]
    assert len(long) == 2
    assert not long.accepted.any()


def test_turning_is_not_averaged_into_walking(clean: gait.Gait) -> None:
    turns = clean.contacts[clean.contacts.reason.str.startswith("much longer")]
    assert len(turns) == 2
    assert turns.duration_s.min() > 2
    longest = clean.steps[clean.steps.accepted].stance_s.max()
    assert longest < 1.6 * clean.trial["median"]["stance_s"]
    assert any("standing, turning" in note for note in clean.notes)


@pytest.mark.parametrize("seed", range(5))
def test_a_turn_on_the_spot(feet: walks.Feet, clean: gait.Gait, seed: int) -> None:
    """The left foot pivots under all the weight while the right one taps the ground beside it."""
    rng = np.random.default_rng(seed)
    left = clean.contacts[(clean.contacts.foot == "left") & clean.contacts.accepted]
    right = clean.contacts[(clean.contacts.foot == "right") & clean.contacts.accepted]
    # In single support, so that the right foot is in the air before and after.
    at = int(left.start.iloc[30] + 0.5 * (left.stop.iloc[30] - left.start.iloc[30]))
    t_s = np.arange(240) / 100
    taps = sum(
        rng.uniform(150, 450) * np.clip(1 - ((t_s - tap_s) / 0.12) ** 2, 0, None)
        for tap_s in (0.5, 1.1 + rng.uniform(-0.1, 0.1), 1.8)
    )
    turned = {
        "left": 700 - taps + rng.normal(0, 15, 240),
        "right": taps + np.abs(rng.normal(0, 2, 240)),
    }
    pivoted = {
        foot: np.concatenate((force[:at], turned[foot], force[at:])) for foot, force in feet.items()
    }
    found = gait.analyze(pivoted["left"], pivoted["right"], 100)
    assert max(change(found, clean, name) for name in (*TIMES, *FORCES)) < 0.005
    pivot = found.contacts[(found.contacts.foot == "left") & (found.contacts.start < at)].iloc[-1]
    assert not pivot.accepted
    assert pivot.reason.startswith("much longer")
    tapped = found.contacts[(found.contacts.foot == "right")
                            & found.contacts.start.between(at, at + 239)]  # fmt: skip
    assert not tapped.accepted.any()
    assert found.trial.value["n_contacts_right"] == len(right)
    assert found.trial.value["n_missed_or_invented"] == 0


def test_a_stumble(feet: walks.Feet, clean: gait.Gait) -> None:
    whole = clean.contacts[(clean.contacts.foot == "left") & clean.contacts.accepted]
    toe_off, heel = int(whole.stop.iloc[20]), int(whole.start.iloc[21])
    tripped = feet["left"].copy()
    # The foot touches the ground in mid-swing, for 120 ms and with half the weight.
    middle = (toe_off + heel) // 2
    tripped[middle - 6 : middle + 6] = 500
    found = gait.analyze(tripped, feet["right"], 100)
    assert max(change(found, clean, name) for name in (*TIMES, *FORCES)) < 0.005
    touched = found.contacts[found.contacts.on_s.between(toe_off / 100, heel / 100 - 0.05)]
    assert touched.reason.str.startswith("much shorter").tolist() == [True]
    assert any("a stumble" in note for note in found.notes)


def test_a_step_not_recorded_at_all_is_noticed_from_the_other_foot(
    feet: walks.Feet, clean: gait.Gait
) -> None:
    whole = clean.contacts[(clean.contacts.foot == "left") & clean.contacts.accepted]
    lost = feet["left"].copy()
    lost[int(whole.start.iloc[20]) - 5 : int(whole.stop.iloc[20]) + 5] = 0
    found = gait.analyze(lost, feet["right"], 100)
    assert found.trial.value["n_missed_or_invented"] == 1
    assert any("missed or invented" in note for note in found.notes)
    assert max(change(found, clean, name) for name in (*TIMES, *FORCES)) < 0.005
