# SPDX-License-Identifier: Apache-2.0
"""Signals of drills, of loads whose answer is known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixes import FAST_PLATE, INSOLE, INSOLE_CALIBRATION, PLATE, Feeder, by_arrival

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.devices.source import Block, Item, Notice
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.catalogue import CATALOGUE, REGIONS, signal
from solemetry_host.drills.signals.imu import FootTilt
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.drills.signals.source import SignalSource
from solemetry_host.live.device import LiveDevice
from solemetry_host.live.engine import Engine
from solemetry_host.sim.plate import corner_loads

WEIGHT_N = 700.0
RIGHT = FootRegistration(side="right", heel_mm=(60.0, -100.0), axis_deg=0.0, length_mm=250.0)
LEFT = replace(RIGHT, side="left", heel_mm=(-60.0, -100.0))
BEGIN_S = 5.0

Path = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
"""Force and place, mm, of times."""


class Listening:
    """Takes readings while the engine runs."""

    def __init__(self, source: SignalSource) -> None:
        self.source = source
        self.readings: list[Reading] = []

    def block(self, device: LiveDevice, block: Block, feet: Any, arrived_ns: int) -> None:
        self.readings.extend(self.source.take(device, block, feet))

    def notice(self, notice: Notice) -> None:
        pass


def heard(
    items: Sequence[Item],
    feet: Sequence[FootRegistration] = (),
    side: Side = "right",
    posture: str = "",
    body: Body | None = None,
) -> list[Reading]:
    """Readings of items; their time is the true one, which begins at `BEGIN_S`."""
    engine = Engine()
    body = body or Body(WEIGHT_N, WEIGHT_N)
    listening = Listening(SignalSource(round(BEGIN_S * 1e9), body, posture, side))
    engine.follow(listening)
    for item in items:
        engine.take(item)
        if not isinstance(item, Block):
            for foot in feet:
                engine.command("foot", "plate", **vars(foot))
    return listening.readings


def plate(path: Path, description: Any = PLATE, seconds: float = 6.0, **options: Any) -> list[Item]:
    def load(t_s: np.ndarray) -> np.ndarray:
        force_n, ml_mm, ap_mm = np.broadcast_arrays(*path(t_s), t_s)[:3]
        places = np.column_stack((ml_mm, ap_mm))
        return corner_loads(force_n, places, description.layout.xy_mm)

    feeder = Feeder("plate", description, load, boots_at_s=0.4, drift=1e-4, **options)
    return [feeder.opened(), *feeder.blocks(BEGIN_S, BEGIN_S + seconds)]


def insole(side: str, cells: dict[str, float] | Callable[[np.ndarray], np.ndarray],
           seconds: float = 6.0) -> list[Item]:  # fmt: skip
    """An insole with a force on each of its cells, N, by region."""
    def load(t_s: np.ndarray) -> np.ndarray:
        if callable(cells):
            return cells(t_s)
        row = [cells.get(region, 0.0) for region in INSOLE.layout.regions]
        return np.tile(row, (len(t_s), 1))

    feeder = Feeder(f"insole-{side}", INSOLE, load, INSOLE_CALIBRATION, 1.1, side=side,
                    read_s=0.03)  # fmt: skip
    return [feeder.opened(), *feeder.blocks(BEGIN_S, BEGIN_S + seconds)]


def mixed(*streams: list[Item]) -> list[Item]:
    return [items[0] for items in streams] + by_arrival(*(items[1:] for items in streams))


def at_rest(force_n: float, ml_mm: float, ap_mm: float) -> Path:
    return lambda t_s: (np.full_like(t_s, force_n), np.array(ml_mm), np.array(ap_mm))


def stepping(*moments: tuple[float, float, float, float]) -> Path:
    """From second ... on (of readings): force, ml, ap."""
    def path(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        at = np.searchsorted([m[0] + BEGIN_S for m in moments], t_s, "right") - 1
        _, force, ml, ap = np.array(moments)[np.maximum(at, 0)].T
        return force, ml, ap

    return path


def values(readings: list[Reading], name: str) -> np.ndarray:
    return np.array([r.values[name] for r in readings])


# ---- a plate ------------------------------------------------------------------------------------


def test_a_place_on_the_plate_is_one_in_the_frame_of_the_foot() -> None:
    """By hand: the middle of the lever is 0.4125 foot lengths in front of the heel."""
    for foot, outwards in ((RIGHT, 1), (LEFT, -1)):
        middle_ml, middle_ap = foot.heel_mm[0], -100.0 + 0.4125 * 250
        at = at_rest(WEIGHT_N, middle_ml + outwards * 12.0, middle_ap - 20.0)
        late = heard(plate(at), [foot], side=foot.side)[-50:]
        assert values(late, "cop.ml_mm") == pytest.approx(12.0, abs=0.1)
        assert values(late, "cop.ap_mm") == pytest.approx(-20.0, abs=0.1)
        assert values(late, "fz.n") == pytest.approx(WEIGHT_N, abs=0.1)
        assert values(late, "fz.bw") == pytest.approx(1.0, abs=1e-3)
        assert values(late, "cop.speed") == pytest.approx(0.0, abs=0.5)


def test_a_turned_foot_turns_its_frame() -> None:
    turned = replace(RIGHT, axis_deg=30.0)
    ahead = turned.center_mm + 40 * np.array([np.sin(np.pi / 6), np.cos(np.pi / 6)])
    (last,) = heard(plate(at_rest(WEIGHT_N, *ahead)), [turned])[-1:]
    assert last.values["cop.ml_mm"] == pytest.approx(0.0, abs=0.1)
    assert last.values["cop.ap_mm"] == pytest.approx(40.0, abs=0.1)


def test_without_a_registered_foot_nothing_is_in_its_frame() -> None:
    late = heard(plate(at_rest(WEIGHT_N, 30.0, 0.0)))[-10:]
    unregistered = {name for reading in late for name in reading.values}
    assert {"fz.n", "fz.bw", "cop.speed", "circle.turned_deg"} <= unregistered
    needing = {name for name, each in CATALOGUE.items() if "foot" in each.needs}
    assert not unregistered & needing


def test_without_a_weight_nothing_is_in_body_weights() -> None:
    late = heard(plate(at_rest(WEIGHT_N, 60.0, 0.0)), [RIGHT], body=Body())[-10:]
    needing = {name for name, each in CATALOGUE.items() if "weight" in each.needs}
    assert not needing & {name for reading in late for name in reading.values}


def test_an_empty_plate_has_no_place() -> None:
    late = heard(plate(at_rest(5.0, 0.0, 0.0)), [RIGHT])[-10:]
    assert {name for reading in late for name in reading.values} == {
        "fz.n", "fz.bw", "touchdown", "stance.single"
    }  # fmt: skip
    assert not values(late, "stance.single").any()


@pytest.mark.parametrize("description", [PLATE, FAST_PLATE])
def test_speeds_are_those_of_the_place(description: Any) -> None:
    """A steady walk of the pressure: 30 mm/s outwards and 40 forward make 50."""
    def path(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        s = t_s - BEGIN_S
        return np.full_like(s, WEIGHT_N), 30 * s, 40 * s - 80

    readings = heard(plate(path, description, seconds=3.0), [RIGHT])
    steady = [r for r in readings if r.t_s > 1.0]
    assert np.mean(values(steady, "cop.speed")) == pytest.approx(50.0, rel=0.01)
    assert np.mean(values(steady, "cop.speed_ml")) == pytest.approx(30.0, rel=0.01)
    left = heard(plate(path, description, seconds=3.0), [LEFT], side="left")[-1]
    assert left.values["cop.speed_ml"] == pytest.approx(30.0, rel=0.05), "a speed has no sign"


@pytest.mark.parametrize(("description", "hz"), [(PLATE, 80), (FAST_PLATE, 100)])
def test_readings_come_sixty_times_a_second_or_more_and_in_order(
    description: Any, hz: float
) -> None:
    readings = heard(plate(at_rest(WEIGHT_N, 0.0, 0.0), description))
    t_s = np.array([r.t_s for r in readings])
    assert len(t_s) / np.ptp(t_s) == pytest.approx(hz, rel=0.02)
    assert (np.diff(t_s) >= 0).all()
    assert t_s[0] < 0.05


@pytest.mark.parametrize("description", [PLATE, FAST_PLATE])
def test_the_filter_delays_a_slow_movement_by_22_ms(description: Any) -> None:
    """A Butterworth of order 2 at 10 Hz delays by sqrt(2) / (2 pi 10 Hz) where it is slow."""
    def path(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return np.full_like(t_s, WEIGHT_N), 20 * np.sin(2 * np.pi * t_s), np.array(0.0)

    readings = heard(plate(path, description), [replace(RIGHT, heel_mm=(0.0, -100.0))])
    late = [r for r in readings if r.t_s > 2]
    t_s, ml = np.array([r.t_s for r in late]), values(late, "cop.ml_mm")
    lag = np.arange(0, 0.06, 0.0005)
    true = 20 * np.sin(2 * np.pi * (t_s + BEGIN_S - lag[:, None]))
    found_s = lag[np.abs(true - ml).mean(axis=1).argmin()]
    # Times are known to a read's least delay, a tenth of a millisecond and more.
    assert found_s == pytest.approx(np.sqrt(2) / (20 * np.pi), abs=0.0025)


@settings(max_examples=10, deadline=None)
@given(reads_s=st.lists(st.floats(0.004, 0.4), min_size=1, max_size=4))
def test_signals_do_not_depend_on_how_rows_were_cut(reads_s: list[float]) -> None:
    def path(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return np.full_like(t_s, WEIGHT_N), 60 + 10 * np.sin(5 * t_s), 20 * np.cos(3 * t_s)

    (opened, *blocks) = plate(path, seconds=2.0, read_s=0.01, late_s=0.0)
    rows = np.concatenate([block.rows for block in blocks])
    expected = {r.values["cop.ml_mm"] for r in heard([opened, *blocks], [RIGHT])}
    cuts, at = [], 0.0
    while at < 2.0:
        at += reads_s[len(cuts) % len(reads_s)]
        cuts.append(int(at * 80))
    parts = [part for part in np.split(rows, [c for c in cuts if c < len(rows)]) if len(part)]
    again = [Block("plate", int(part["t_host_ns"][-1]), part) for part in parts]
    found = {r.values["cop.ml_mm"] for r in heard([opened, *again], [RIGHT])}
    assert found == expected


def test_a_hole_is_not_bridged_and_the_filter_begins_anew_behind_it() -> None:
    def path(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return np.full_like(t_s, WEIGHT_N), np.where(t_s < 7.5, 60.0, 90.0), np.array(0.0)

    (opened, *blocks) = plate(path)
    kept = [b for b in blocks if not 7.0e9 < b.t_host_ns < 8.0e9]
    readings = heard([opened, *kept], [RIGHT])
    ml = {r.t_s: r.values["cop.ml_mm"] for r in readings if "cop.ml_mm" in r.values}
    assert not [t_s for t_s in ml if 2.05 < t_s < 2.95]
    assert [v for t_s, v in ml.items() if t_s > 2.9] == pytest.approx([30.0] * 242, abs=0.1)


# ---- stances ------------------------------------------------------------------------------------

ON_FOOT, BETWEEN = (60.0, 0.0), (0.0, 0.0)


def changes(readings: list[Reading], name: str) -> list[tuple[float, bool]]:
    """When a signal that holds or not became what."""
    out: list[tuple[float, bool]] = []
    for reading in readings:
        if name in reading.values and (not out or out[-1][1] != reading.values[name]):
            out.append((reading.t_s, bool(reading.values[name])))
    return out


def test_who_lifts_a_foot_stands_on_the_other_until_it_comes_down_on_the_plate() -> None:
    path = stepping((0, 700, *BETWEEN), (1, 700, *ON_FOOT), (4, 700, *BETWEEN))
    readings = heard(plate(path), [RIGHT])
    single, touched = (changes(readings, name) for name in ("stance.single", "touchdown"))
    assert [holds for _, holds in single] == [False, True, False]
    assert [holds for _, holds in touched] == [False, True]
    assert single[1][0] == pytest.approx(1.0, abs=0.1)
    assert touched[1][0] == pytest.approx(4.13, abs=0.05), "0.1 s outside, and the filter's delay"


@pytest.mark.parametrize(
    ("lost_n", "for_s", "touched"),
    [(0.12 * 700, 0.3, True), (0.08 * 700, 1.0, False), (0.12 * 700, 0.1, False)],
    ids=["a hand takes load", "too little to be told", "a moment only"],
)
def test_a_hand_is_seen_by_what_it_takes(lost_n: float, for_s: float, touched: bool) -> None:
    path = stepping((0, 700, *ON_FOOT), (2, 700 - lost_n, *ON_FOOT), (2 + for_s, 700, *ON_FOOT))
    found = [t_s for t_s, holds in changes(heard(plate(path), [RIGHT]), "touchdown") if holds]
    assert bool(found) == touched
    if touched:
        assert found[0] == pytest.approx(2.15, abs=0.03)


def test_a_hop_is_a_touch_down_at_once() -> None:
    path = stepping((0, 700, *ON_FOOT), (2, 850, *ON_FOOT), (2.05, 700, *ON_FOOT))
    (at_s,) = [t_s for t_s, down in changes(heard(plate(path), [RIGHT]), "touchdown") if down]
    assert at_s == pytest.approx(2.0, abs=0.03)


def test_on_both_feet_a_step_off_is_a_touch_down_and_nobody_stands_on_one() -> None:
    path = stepping((0, 700, *BETWEEN), (2, 500, *BETWEEN))
    readings = heard(plate(path), [LEFT, RIGHT], posture="double")
    assert not values(readings, "stance.single").any()
    assert [holds for _, holds in changes(readings, "touchdown")] == [False, True]


def test_the_load_on_each_foot_comes_of_the_lever_between_them() -> None:
    """A quarter of the way from the right foot to the left one: a quarter of the load is left."""
    readings = heard(plate(at_rest(700, 30.0, 3.125)), [LEFT, RIGHT], side="both")
    assert readings[-1].values["load.left_pct"] == pytest.approx(25.0, abs=0.1)
    assert readings[-1].values["cop.ml_mm"] == pytest.approx(30.0, abs=0.1), "right is +"


# ---- reach --------------------------------------------------------------------------------------

SQUARE = FunctionalBase(np.array([(-20.0, -50), (20, -50), (20, 50), (-20, 50)]), measured=True)


@pytest.mark.parametrize(
    ("place", "pct", "angle", "lateral"),
    [((0.0, 25.0), 50.0, 0.0, 0.0), ((20.0, 0.0), 100.0, 90.0, 100.0),
     ((-10.0, 0.0), 50.0, 270.0, -50.0), ((0.0, -60.0), 120.0, 180.0, 0.0),
     ((10.0, 10.0), 50.0, 45.0, 50.0)],
)  # fmt: skip
@pytest.mark.parametrize("foot", [LEFT, RIGHT])
def test_reach_is_the_way_to_the_edge_of_the_own_base(
    foot: FootRegistration, place: tuple[float, float], pct: float, angle: float, lateral: float
) -> None:
    """Of a rectangle by hand; the left foot mirrors the right one."""
    outwards = 1 if foot.side == "right" else -1
    at = foot.center_mm + np.array([outwards * place[0], place[1]])
    body = Body(WEIGHT_N, bases={foot.side: SQUARE})
    last = heard(plate(at_rest(700, *at), seconds=1.0), [foot], foot.side, body=body)[-1].values
    assert last["reach.pct"] == pytest.approx(pct, abs=0.5)
    assert (last["reach.angle_deg"] - angle + 180) % 360 - 180 == pytest.approx(0.0, abs=0.6)
    assert last["reach.lateral_pct"] == pytest.approx(lateral, abs=0.6)


@given(
    corners=st.lists(st.tuples(st.floats(-50, 50), st.floats(-90, 90)), min_size=3, max_size=12),
    turn=st.floats(0, 2 * np.pi),
)
def test_who_stands_on_the_edge_reaches_all_of_it(
    corners: list[tuple[float, float]], turn: float
) -> None:
    """Of any loops: on the edge 100 %, and half way there half of it."""
    try:
        base = FunctionalBase.from_loops(np.array(corners))
    except SolemetryError:
        return
    if base.area_cm2 < 0.1:
        return
    direction = np.array([np.sin(turn), np.cos(turn)])
    edge = base.center_mm + base.radius_mm(direction) * direction
    assert base.reach_pct(edge) == pytest.approx(100.0, rel=1e-6)
    assert base.reach_pct((edge + base.center_mm) / 2) == pytest.approx(50.0, rel=1e-6)
    again = FunctionalBase.from_dict(base.to_dict())
    assert again.reach_pct(edge) == base.reach_pct(edge)


def test_the_model_of_a_base_is_small_and_is_said_to_be_a_model() -> None:
    """23 % of a footprint (Millard & Sloot 2025); from 60 on 58 % of that area."""
    late = heard(plate(at_rest(700, *ON_FOOT), seconds=1.0), [RIGHT])[-1]
    assert "reach.pct" in late.values
    source = Body()
    from solemetry.sway.stance.support import base_area
    from solemetry_host.drills.signals.frame import Frame

    young = source.base_of(Frame.of(RIGHT))
    old = Body(age=70).base_of(Frame.of(RIGHT))
    assert not young.measured
    assert 100 * young.area_cm2 * 100 / base_area(RIGHT.outline_mm()) == pytest.approx(18, abs=8)
    assert old.area_cm2 / young.area_cm2 == pytest.approx(0.58, abs=0.04)
    both = Body().base_of(Frame.of(LEFT, RIGHT))
    assert np.ptp(both.polygon_mm[:, 0]) == pytest.approx(120 + np.ptp(young.polygon_mm[:, 0]))
    assert np.ptp(both.polygon_mm[:, 1]) == pytest.approx(np.ptp(young.polygon_mm[:, 1]))


# ---- circles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "foot"), [("right", RIGHT), ("left", LEFT)])
@pytest.mark.parametrize("outwards", [1, -1])
def test_a_circle_is_counted_from_rest_to_rest(
    side: Side, foot: FootRegistration, outwards: int
) -> None:
    """One turn and a half in nine seconds, to the outside or the inside, oval."""
    sign = outwards * (1 if side == "right" else -1)

    def path(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        turn = sign * 3 * np.pi * np.clip((t_s - BEGIN_S - 2) / 9, 0, 1)
        return np.full_like(t_s, 300.0), 20 * np.sin(turn), 12 * np.cos(turn)

    readings = heard(plate(path, seconds=13.0), [foot], side)
    turned = {r.t_s: r.values["circle.turned_deg"] for r in readings}
    assert not any(v for t_s, v in turned.items() if 0.5 < t_s < 1.9)
    at_its_end = [v for t_s, v in turned.items() if 11.1 < t_s < 11.5]
    assert at_its_end == pytest.approx(np.full(len(at_its_end), outwards * 540.0), abs=8)
    round_ = [r.values["circle.roundness"] for r in readings if 9 < r.t_s < 11]
    assert round_ == pytest.approx(np.full(len(round_), 0.6), abs=0.03)
    assert not any(v for t_s, v in turned.items() if t_s > 12.5), "rested"


# ---- insoles ------------------------------------------------------------------------------------

CELLS = {"hallux": 4.0, "lesser_toes": 1.0, "met1": 8.0, "met2": 6.0, "met3": 2.0, "met4": 3.0,
         "met5": 5.0, "midfoot_medial": 1.5, "midfoot_lateral": 2.5, "heel_medial": 10.0,
         "heel_lateral": 12.0}  # fmt: skip


def test_shares_are_those_of_the_cells_under_each_region() -> None:
    """By hand: two cells each under lesser toes, both midfoot halves and both heel halves."""
    total = 4 + 2 * 1 + 8 + 6 + 2 + 3 + 5 + 2 * (1.5 + 2.5 + 10 + 12)
    expected = {
        "hallux": 4, "toes_lesser": 2, "mt1": 8, "mt23": 8, "mt5": 8, "midfoot_medial": 3,
        "midfoot_lateral": 5, "heel_medial": 20, "heel_lateral": 24, "rearfoot": 44, "midfoot": 8,
        "forefoot": 30, "medial": 4 + 8 + 3 + 20, "lateral": 2 + 8 + 5 + 24,
    }  # fmt: skip
    assert set(expected) == set(REGIONS)
    for side in ("left", "right"):
        last = heard(insole(side, CELLS), side=side)[-1].values
        for region, force_n in expected.items():
            assert last[f"share.{region}"] == pytest.approx(force_n / total, abs=2e-3), region
            assert last[f"{side}.share.{region}"] == last[f"share.{region}"]
        other = "left" if side == "right" else "right"
        assert not any(name.startswith(other) for name in last)


def test_of_a_drill_on_the_other_foot_an_insole_says_only_whose_it_is() -> None:
    last = heard(insole("left", CELLS), side="right")[-1].values
    assert not [name for name in last if name.startswith("share.")]
    assert "left.share.mt1" in last


def test_two_insoles_tell_how_the_load_lies_on_both_feet() -> None:
    light = {region: force / 3 for region, force in CELLS.items()}
    items = mixed(insole("left", light), insole("right", CELLS))
    body = Body(insole_weight_n=2 * 92.0)
    last = heard(items, side="both", body=body)[-1].values
    total = sum(CELLS.values()) + 1 + 1.5 + 2.5 + 10 + 12
    assert last["load.left_pct"] == pytest.approx(25.0, abs=0.1)
    assert "fz.n" not in last, "most of a load goes beside the cells"
    assert last["fz.bw"] == pytest.approx(total * 4 / 3 / 184, rel=2e-3)
    assert last["share.mt1"] == pytest.approx(8 / total, abs=2e-3)


def test_a_foot_lifted_and_put_down_is_seen_by_the_other_insole() -> None:
    def left(t_s: np.ndarray) -> np.ndarray:
        down = (t_s < BEGIN_S + 2) | (t_s > BEGIN_S + 4)
        return np.where(down, 3.0, 0.0)[:, None] * np.ones(16)

    def right(t_s: np.ndarray) -> np.ndarray:
        return 6.0 - left(t_s)

    items = mixed(insole("left", left), insole("right", right))
    for body in (Body(), Body(insole_weight_n=96.0)):
        readings = heard(items, side="right", body=body)
        assert [h for _, h in changes(readings, "stance.single")] == [False, True, False]
        (down_s,) = [t_s for t_s, holds in changes(readings, "touchdown") if holds]
        assert down_s == pytest.approx(4.1, abs=0.15)


def test_a_plate_sets_the_pace_and_what_an_insole_felt_last_is_with_it() -> None:
    items = mixed(plate(at_rest(700, *ON_FOOT)), insole("right", CELLS))
    readings = heard(items, [RIGHT])
    assert len(readings) == pytest.approx(6 * 80, abs=10)
    assert {"cop.ml_mm", "share.mt1"} <= set(readings[-1].values)
    assert readings[-1].values["fz.n"] == pytest.approx(700, abs=0.2), "the plate's, not the cells'"


def test_what_is_not_felt_any_more_is_not_there() -> None:
    """The plate falls silent after two seconds: a moment later the insole sets the pace."""
    items = [
        item
        for item in mixed(plate(at_rest(700, *ON_FOOT)), insole("right", CELLS))
        if not (item.stream == "plate" and item.t_host_ns > 7e9)
    ]
    readings = heard(items, [RIGHT])
    late = [r for r in readings if r.t_s > 2.5]
    assert len(late) == pytest.approx(3.5 * 100, abs=10)
    assert not any("cop.ml_mm" in r.values for r in late)
    assert all("share.mt1" in r.values for r in late)
    assert max(np.diff([r.t_s for r in readings])) < 0.4


# ---- a tilted foot ------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "outwards"), [("right", 1), ("left", -1)])
def test_a_slow_roll_and_a_raised_heel_are_told_as_they_are(side: Any, outwards: int) -> None:
    """About y to the right, and about x with the toes down: what gravity and gyroscope feel."""
    tilt, t_s = FootTilt(side), np.arange(0, 6, 0.01)
    roll = np.radians(np.where(t_s < 1, 0, 10 * (1 - np.cos(np.pi * (t_s - 1)))))
    turn_dps = np.degrees(np.gradient(roll, t_s))
    angles = []
    for at_s, angle, rate in zip(t_s, roll, turn_dps, strict=True):
        tilt.push(at_s, [-np.sin(angle), 0.0, np.cos(angle)], [0.0, rate, 0.0])
        angles.append(tilt.values())
    assert "imu.roll_deg" not in angles[20], "it has not rested yet"
    rested = [(value, np.degrees(angle)) for value, angle in zip(angles, roll, strict=True)
              if "imu.roll_deg" in value]  # fmt: skip
    for value, true_deg in rested:
        assert value["imu.roll_deg"] == pytest.approx(outwards * true_deg, abs=0.3)
        assert value["imu.heel_pitch_deg"] == pytest.approx(0.0, abs=0.1)
    assert max(v["imu.roll_speed"] for v, _ in rested) == pytest.approx(10 * np.pi, rel=0.01)
    heel = FootTilt(side)
    for at_s, angle, rate in zip(t_s, roll, turn_dps, strict=True):
        heel.push(at_s, [0.0, -np.sin(angle), np.cos(angle)], [-rate, 0.0, 0.0])
        if "imu.heel_pitch_deg" in heel.values():
            up = heel.values()["imu.heel_pitch_deg"]
            assert up == pytest.approx(np.degrees(angle), abs=0.3)


def test_a_drifting_gyroscope_is_held_by_gravity() -> None:
    """Two degrees per second for a minute would be 120 degrees; half a second of it is left."""
    tilt = FootTilt("right")
    for at_s in np.arange(0, 60, 0.01):
        tilt.push(at_s, [0.0, 0.0, 1.0], [0.0, 2.0 if at_s > 1 else 0.0, 0.0])
    assert abs(tilt.values()["imu.roll_deg"]) < 1.1


# ---- the catalogue ------------------------------------------------------------------------------


def test_a_wrong_name_is_answered_with_what_is_like_it() -> None:
    with pytest.raises(SolemetryError, match=r"no signal 'share.heel'.*share.heel_medial"):
        signal("share.heel")
    assert signal("cop.ml_mm").unit == "mm"


def test_every_signal_that_is_read_is_in_the_catalogue_and_every_one_is_read() -> None:
    items = mixed(plate(at_rest(700, *ON_FOOT)), insole("left", CELLS), insole("right", CELLS))
    one = heard(items, [LEFT, RIGHT], side="right")[-1].values
    both = heard(items, [LEFT, RIGHT], side="both")[-1].values
    read = set(one) | set(both)
    made_by_the_run = {name for name, each in CATALOGUE.items() if each.sensed_by == ("run",)}
    assert read == set(CATALOGUE) - made_by_the_run
    for name, value in (one | both).items():
        assert isinstance(value, bool) == (not CATALOGUE[name].is_number), name
        assert np.isfinite(value)
