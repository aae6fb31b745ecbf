# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import solemetry as sm
from solemetry import SensorLayout, layouts, loading
from solemetry.errors import SolemetryError, UnavailableError
from solemetry.loading.masks import REGIONS, SUMS

OURS = SensorLayout.builtin("insole-16-esp32s3")
INSOLES = [
    OURS,
    layouts.moticon("left", 7),
    layouts.pedar("right", "y"),
    layouts.stappone("left"),
    layouts.loadsol("right"),
]
FS_HZ = 100.0


def named(layout):
    return pytest.param(layout, id=layout.name)


def pressed(layout, kpa, samples=1):
    """Forces of the same pressure under every cell."""
    return np.tile(np.asarray(layout.area_mm2) * kpa / 1e3, (samples, 1))


def row_of(table, region, step=0):
    return table[(table.step == step) & (table.region == region)].iloc[0]


# ---- regions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", [named(layout) for layout in INSOLES])
@given(seed=st.integers(0, 2**32 - 1))
def test_regions_add_up_to_the_whole(layout, seed):
    forces_n = np.random.default_rng(seed).uniform(0, 200, (5, len(layout.labels)))
    loads = loading.regions(forces_n, layout)
    parts = [name for name in REGIONS if name in layout.regions]
    np.testing.assert_allclose(loads[parts].sum(axis=1), forces_n.sum(axis=1))
    np.testing.assert_allclose(loads["whole"], forces_n.sum(axis=1))
    bands = [name for name in ("toes", "forefoot", "midfoot", "heel") if name in loads]
    np.testing.assert_allclose(loads[bands].sum(axis=1), loads["whole"])
    for name in set(SUMS) & set(loads) - set(layout.regions):
        of = [part for part in SUMS[name] if part in layout.regions]
        np.testing.assert_allclose(loads[name], loads[of].sum(axis=1))


def test_a_sample_does_not_depend_on_how_many_there_are():
    forces_n = np.random.default_rng(1).uniform(0, 100, (500, 16))
    whole = loading.regions(forces_n, OURS)
    pieces = [loading.regions(forces_n[k : k + 7], OURS) for k in range(0, 500, 7)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole.to_numpy())


def test_a_missing_cell_takes_only_its_own_region_away():
    forces_n = np.ones((1, 16))
    forces_n[0, OURS.regions.index("met2")] = np.nan
    loads = loading.regions(forces_n, OURS).iloc[0]
    missing = set(loads.index[loads.isna()])
    assert missing == {"met2", "forefoot", "medial", "whole"}


def test_the_mask_finds_the_regions_that_the_drawing_of_our_insole_names():
    bare = replace(OURS, regions=())
    assert loading.with_regions(np.zeros((1, 16)), bare, "right").regions == OURS.regions
    mirrored = replace(bare, xy_mm=bare.xy_mm * (-1, 1))
    assert loading.with_regions(np.zeros((1, 16)), mirrored, "left").regions == OURS.regions


def test_few_cells_are_named_after_the_whole_that_they_stand_for():
    # A heel, two pairs in the middle, a pair under the forefoot and one toe, as gaitpdb has them.
    right = SensorLayout(
        name="eight",
        kind="insole",
        labels=tuple("12345678"),
        xy_mm=np.array([(0, 30), (20, 85), (-20, 85), (20, 130), (-20, 130), (20, 180), (-20, 180),
                        (0, 235)], dtype=float),
        size_mm=(90.0, 265.0),
    )  # fmt: skip
    assert loading.with_regions(np.zeros((1, 8)), right, "right").regions == (
        "heel", "midfoot_lateral", "midfoot_medial", "midfoot_lateral", "midfoot_medial",
        "forefoot_lateral", "forefoot_medial", "toes",
    )  # fmt: skip
    loads = loading.regions(np.full((1, 8), 10.0), right, "right").iloc[0]
    assert loads[["heel", "midfoot", "forefoot", "toes", "whole"]].tolist() == [10, 40, 20, 10, 80]
    shares = loading.shares(np.full((1, 8), 10.0), right, "right").iloc[0]
    assert shares[["heel", "toes", "front"]].tolist() == [0.125, 0.125, 0.75]


def test_the_mask_agrees_with_the_cells_that_another_program_counts_to_each_region():
    # Cells by number as in the third pedar mask of pressuRe 0.2.7 (MIT). Row 9 (55 to 59) is left
    # out: it lies on the line between midfoot and forefoot, and counts to either.
    theirs = {
        "heel_medial": [1, 2, 6, 7, 8, 13, 14, 15, 20, 21, 22],
        "heel_lateral": [3, 4, 5, 9, 10, 11, 12, 16, 17, 18, 19, 23, 24, 25, 26],
        "midfoot_medial": [27, 28, 29, 34, 35, 36, 41, 42, 43, 48, 49, 50],
        "midfoot_lateral": [30, 31, 32, 33, 37, 38, 39, 40, 44, 45, 46, 47, 51, 52, 53, 54],
        "met1": [62, 63, 69, 70, 76, 77],
        "met2 met3": [64, 65, 66, 71, 72, 73, 78, 79, 80],
        "met4 met5": [60, 61, 67, 68, 74, 75],
        "hallux": [83, 84, 90, 91, 96],
        "lesser_toes": [81, 82, 85, 86, 87, 88, 89, 92, 93, 94, 95, 97, 98, 99],
    }
    for side in ("left", "right"):
        ours = layouts.pedar(side, "y").regions
        pairs = [(ours[cell - 1], names.split()) for names, cells in theirs.items()
                 for cell in cells]
        assert len(pairs) == 94
        assert sum(region in names for region, names in pairs) >= 0.94 * len(pairs)


def test_a_plate_of_four_cells_shows_no_regions():
    plate = SensorLayout.builtin("plate-hx711-uno")
    with pytest.raises(UnavailableError, match="4 cells"):
        loading.regions(np.ones((10, 4)), plate)


def test_an_insole_that_names_no_regions_needs_its_side():
    with pytest.raises(UnavailableError, match="which foot"):
        loading.regions(np.ones((10, 16)), replace(OURS, regions=()))


def test_forces_that_do_not_fit_the_layout_are_refused():
    with pytest.raises(ValueError, match=r"\(T, 16\)"):
        loading.regions(np.ones((10, 15)), OURS)
    odd = replace(OURS, regions=("sole", *OURS.regions[1:]))
    with pytest.raises(UnavailableError, match="sole"):
        loading.regions(np.ones((10, 16)), odd)


def test_shares_say_where_the_load_is():
    forces_n = np.zeros((3, 16))
    forces_n[0, OURS.regions.index("heel_medial")] = 300
    forces_n[0, OURS.regions.index("met5")] = 100
    forces_n[1, :] = 1.0  # 16 N: too little to share
    forces_n[2] = np.nan
    shares = loading.shares(forces_n, OURS)
    assert shares.iloc[0].to_dict() == pytest.approx(
        {"heel": 0.75, "midfoot": 0, "forefoot": 0.25, "toes": 0, "front": 0.25, "lateral": 0.25}
    )
    assert shares.iloc[1:].isna().all(axis=None)


# ---- steps -----------------------------------------------------------------------------------


def test_uniform_pressure_is_peak_and_mean_and_its_integral_is_pressure_times_time():
    table = loading.describe_steps(pressed(OURS, 80.0, 60), OURS, FS_HZ, np.array([[10, 60]]))
    for _, row in table.iterrows():
        assert row.peak_kpa == pytest.approx(80)
        assert row.mean_kpa == pytest.approx(80)
        for integral in (row.pti_peak_kpa_s, row.pti_cell_kpa_s, row.pti_mean_kpa_s):
            assert integral == pytest.approx(80 * 0.5)
        assert row.contact_share == 1
    whole = row_of(table, "whole")
    assert whole.contact_area_mm2 == pytest.approx(OURS.area_mm2.sum())
    assert whole.impulse_ns == pytest.approx(0.08 * OURS.area_mm2.sum() * 0.5)
    parts = table[table.region.isin(OURS.regions)]
    assert parts.impulse_share.sum() == pytest.approx(1)


def test_load_that_wanders_from_cell_to_cell_tells_the_integrals_apart():
    # Two heel cells of the same area, 100 kPa for 0.1 s one after the other: the region's peak is
    # 100 kPa for 0.2 s, each cell's for 0.1 s, and over the area of one cell it is 100 kPa again.
    first, second = (n for n, region in enumerate(OURS.regions) if region == "heel_medial")
    kpa = np.zeros((40, 16))
    kpa[5:15, first] = kpa[15:25, second] = 100.0
    forces_n = kpa * OURS.area_mm2 / 1e3
    row = row_of(loading.describe_steps(forces_n, OURS, FS_HZ, np.array([[0, 40]])), "heel")
    assert row.pti_peak_kpa_s == pytest.approx(20)
    assert row.pti_cell_kpa_s == pytest.approx(10)
    assert row.pti_mean_kpa_s == pytest.approx(20)
    assert row.contact_share == pytest.approx(0.5)
    assert row.contact_area_mm2 == pytest.approx(OURS.area_mm2[first])
    assert row.mean_kpa == pytest.approx(100)


@given(seed=st.integers(0, 2**32 - 1))
def test_no_cell_has_a_larger_integral_than_the_regions_peak(seed):
    kpa = np.random.default_rng(seed).gamma(0.5, 40, (80, 16))
    forces_n = kpa * OURS.area_mm2 / 1e3
    table = loading.describe_steps(forces_n, OURS, FS_HZ, np.array([[0, 30], [35, 80]]))
    assert (table.pti_cell_kpa_s <= table.pti_peak_kpa_s * (1 + 1e-12)).all()
    assert (table.mean_kpa.dropna() * table.contact_area_mm2 / 1e3 <= table.peak_n * 50).all()
    for _, step in table.groupby("step"):
        of = step.set_index("region").impulse_ns
        bands = of[["toes", "forefoot", "midfoot", "heel"]].sum()
        assert bands == pytest.approx(of["whole"])


def test_a_triangle_of_force_has_the_impulse_and_the_time_of_its_peak():
    # 0 to 200 N in 0.2 s and back in 0.4 s: the impulse is 200 * 0.6 / 2 = 60 Ns.
    t_s = np.arange(200) / FS_HZ
    force_n = np.interp(t_s, (0.5, 0.7, 1.1), (0, 200, 0))
    forces_n = np.zeros((200, 16))
    forces_n[:, OURS.regions.index("hallux")] = force_n
    table = loading.describe_steps(forces_n, OURS, FS_HZ, np.array([[50, 110]]))
    row = row_of(table, "hallux")
    assert row.impulse_ns == pytest.approx(60)
    assert row.peak_n == pytest.approx(200)
    assert row.time_to_peak_s == pytest.approx(0.2)
    assert row.time_to_peak_share == pytest.approx(1 / 3)
    assert row.impulse_share == pytest.approx(1)
    assert row_of(table, "heel").impulse_share == 0
    assert np.isnan(row_of(table, "heel").time_to_peak_s)


def test_many_steps_are_described_as_each_by_itself():
    rng = np.random.default_rng(3)
    forces_n = rng.gamma(0.5, 40, (20_000, 16))
    starts = np.arange(0, 19_900, 110)
    contacts = np.column_stack((starts, starts + rng.integers(40, 80, len(starts))))
    table = loading.describe_steps(forces_n, OURS, FS_HZ, contacts)
    assert len(table) == len(contacts) * table.region.nunique()
    for step in (0, 63, 64, len(contacts) - 1):
        start, stop = contacts[step]
        alone = loading.describe_steps(
            forces_n[start:stop], OURS, FS_HZ, np.array([[0, stop - start]])
        )
        np.testing.assert_array_equal(
            table[table.step == step].drop(columns=["step", "region"]).to_numpy(),
            alone.drop(columns=["step", "region"]).to_numpy(),
        )


def test_short_gaps_are_bridged_and_said_to_be():
    # A triangle of force is its own bridge, but for a gap on its top.
    force_n = np.interp(np.arange(100), (10, 50, 90), (0, 400, 0))
    forces_n = np.tile(force_n[:, None] / 16, (1, 16))
    contacts = np.array([[10, 90]])
    whole = row_of(loading.describe_steps(forces_n, OURS, FS_HZ, contacts), "whole")
    forces_n[20:24] = forces_n[70] = np.nan
    bridged = row_of(loading.describe_steps(forces_n, OURS, FS_HZ, contacts), "whole")
    assert bridged.bridged_share == pytest.approx(5 / 80)
    assert whole.bridged_share == 0
    for name in ("peak_n", "impulse_ns", "pti_peak_kpa_s", "contact_area_mm2"):
        assert bridged[name] == pytest.approx(whole[name])


def test_a_step_with_a_long_gap_has_no_values():
    forces_n = pressed(OURS, 50.0, 100)
    forces_n[20:30] = np.nan
    forces_n[70:, OURS.regions.index("met1")] = np.nan
    contacts = np.array([[0, 40], [40, 60], [60, 100]])
    table = loading.describe_steps(forces_n, OURS, FS_HZ, contacts).drop(columns="step")
    values = table.drop(columns="region").isna().all(axis=1).to_numpy().reshape(3, -1)
    names = table.region.astype(str).to_numpy().reshape(3, -1)[0]
    assert values[0].all()
    assert not values[1].any()
    assert set(names[values[2]]) == {"met1", "forefoot", "medial", "whole"}


def test_pressures_are_missing_where_areas_are_not_known():
    zones = layouts.loadsol("left")
    table = loading.describe_steps(np.full((50, 3), 100.0), zones, FS_HZ, np.array([[0, 50]]))
    assert row_of(table, "whole").impulse_ns == pytest.approx(150)
    assert row_of(table, "heel").impulse_share == pytest.approx(1 / 3)
    assert table.peak_kpa.isna().all()


def test_cells_in_a_shoe_are_in_contact_above_20_kpa():
    forces_n = np.concatenate([pressed(OURS, 19.0, 10), pressed(OURS, 21.0, 10)])
    contacts = np.array([[0, 10], [10, 20]])
    table = loading.describe_steps(forces_n, OURS, FS_HZ, contacts)
    assert [row_of(table, "whole", step).contact_share for step in (0, 1)] == [0, 1]
    without = row_of(table, "heel", 0)
    assert (without.peak_kpa, without.contact_area_mm2) == (pytest.approx(19), 0)
    assert without[["mean_kpa", "pti_mean_kpa_s"]].isna().all()
    lower = loading.describe_steps(forces_n, OURS, FS_HZ, contacts, contact_kpa=10)
    assert row_of(lower, "whole", 0).contact_share == 1


@pytest.mark.parametrize(
    "contacts",
    [[[0, 0]], [[5, 3]], [[-1, 5]], [[0, 11]], [[0.0, 5.0]], [0, 5], [[0, 5, 9]]],
)
def test_contacts_that_are_no_ranges_are_refused(contacts):
    with pytest.raises(ValueError, match=r"[Cc]ontact"):
        loading.describe_steps(np.ones((10, 16)), OURS, FS_HZ, np.array(contacts))


def test_no_steps_make_an_empty_table():
    table = loading.describe_steps(np.ones((10, 16)), OURS, FS_HZ, np.empty((0, 2), int))
    assert table.empty
    assert {"step", "region", "peak_n", "pti_mean_kpa_s"} <= set(table)


# ---- prints and the arch index ----------------------------------------------------------------

PITCH_MM = 5.0


def plate_of(columns=70, rows=70):
    x, y = np.meshgrid(np.arange(columns) * PITCH_MM, np.arange(rows) * PITCH_MM)
    places = np.column_stack((x.ravel(), y.ravel()))
    return SensorLayout(
        name="mat",
        kind="plate",
        labels=tuple(str(n) for n in range(len(places))),
        xy_mm=places,
        size_mm=(columns * PITCH_MM, rows * PITCH_MM),
        area_mm2=np.full(len(places), PITCH_MM**2),
    )


def rolled_over(layout, inside, forward=(0.0, 1.0)):
    """Forces of a step of 20 samples, the load moving forwards over the cells inside."""
    along = layout.xy_mm @ np.asarray(forward)
    low, high = along[inside].min(), along[inside].max()
    place = (along - low) / (high - low)
    steps = np.linspace(0, 1, 20)
    kpa = 200 * np.exp(-(((place - steps[:, None]) / 0.2) ** 2)) * inside
    return kpa * layout.area_mm2 / 1e3


def sole(layout, arch=0.0, turn_deg=0.0, mirrored=False):
    """A rectangle of 60 x 180 mm, of whose middle third a medial part `arch` is not touched."""
    turn = np.radians(turn_deg)
    forward = np.array([np.sin(turn), np.cos(turn)])
    right = np.array([np.cos(turn), -np.sin(turn)])
    off = layout.xy_mm - layout.xy_mm.mean(axis=0)
    along, lateral = off @ forward + 90, (off @ right) * (-1 if mirrored else 1) + 30
    inside = (along > 0) & (along < 180) & (lateral > 0) & (lateral < 60)
    hollow = (along > 60) & (along < 120) & (lateral < 60 * arch)
    return inside & ~hollow, forward


@pytest.mark.parametrize(("arch", "index"), [(0.0, 1 / 3), (0.5, 0.2), (0.75, 0.25 / 2.25)])
@pytest.mark.parametrize("turn_deg", [0, 90, 180])
def test_the_arch_index_of_a_cut_rectangle_is_that_of_its_thirds(arch, index, turn_deg):
    mat = plate_of()
    inside, forward = sole(mat, arch, turn_deg)
    foot = loading.find_footprint(rolled_over(mat, inside, forward), mat, "right")
    assert foot.length_mm == pytest.approx(180)
    assert foot.width_mm == pytest.approx(60)
    assert loading.arch_index_area(foot) == pytest.approx(index, abs=1e-9)


@pytest.mark.parametrize("turn_deg", [20, -35, 160])
def test_the_arch_index_does_not_mind_how_the_foot_points(turn_deg):
    mat = plate_of()
    inside, forward = sole(mat, 0.5, turn_deg)
    foot = loading.find_footprint(rolled_over(mat, inside, forward), mat, "right")
    assert foot.forward @ forward > np.cos(np.radians(3))
    assert loading.arch_index_area(foot) == pytest.approx(0.2, abs=0.015)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_side_of_a_print_is_told_by_its_arch(mirrored):
    mat = plate_of()
    inside, forward = sole(mat, 0.5, 25, mirrored)
    forces_n = rolled_over(mat, inside, forward)
    foot = loading.find_footprint(forces_n, mat)
    assert foot.side == ("left" if mirrored else "right")
    loads = loading.regions(forces_n, mat)
    assert loads.midfoot_lateral.sum() > 3 * loads.midfoot_medial.sum()


def test_toes_do_not_count_to_the_arch_index():
    mat = plate_of()
    inside, forward = sole(mat, 0.5)
    along = mat.xy_mm[:, 1] - mat.xy_mm[inside, 1].min()
    middle = mat.xy_mm[inside, 0].mean()
    toes = (along > 185) & (along < 215) & (np.abs(mat.xy_mm[:, 0] - middle) < 29)
    foot = loading.find_footprint(rolled_over(mat, inside | toes, forward), mat, "right")
    assert foot.toes[toes].all()
    assert not foot.toes[inside].any()
    assert loading.arch_index_area(foot) == pytest.approx(0.2, abs=1e-9)


def test_what_is_no_print_is_refused_with_the_reason():
    mat = plate_of()
    inside, forward = sole(mat)
    step = rolled_over(mat, inside, forward)
    with pytest.raises(UnavailableError, match="which foot it is"):
        loading.find_footprint(step, mat)
    with pytest.raises(UnavailableError, match="cells were pressed"):
        loading.find_footprint(step * 0.01, mat, "right")
    with pytest.raises(UnavailableError, match="stays where it is"):
        loading.find_footprint(np.tile(step.max(axis=0), (20, 1)), mat, "right")
    with pytest.raises(UnavailableError, match="mm long"):
        loading.find_footprint(rolled_over(mat, mat.xy_mm[:, 1] < 60, (1.0, 0.0)) * 5,
                               plate_of(140, 35), "right")  # fmt: skip
    with pytest.raises(UnavailableError, match="print"):
        loading.find_footprint(np.ones((20, 99)), layouts.pedar("left", "y"), "left")
    with pytest.raises(UnavailableError, match="pressed"):
        loading.find_footprint(np.full((20, len(mat.labels)), np.nan), mat, "right")


def test_the_force_form_of_the_arch_index_is_the_midfoots_part_of_the_impulse():
    forces_n = np.zeros((10, 16))
    for name, force_n in (("heel_lateral", 50), ("midfoot_lateral", 10), ("met1", 40),
                          ("hallux", 500)):
        forces_n[:, OURS.regions.index(name)] = force_n
    forces_n[3] = np.nan
    assert loading.arch_index_force(forces_n, OURS) == pytest.approx(0.1)
    assert np.isnan(loading.arch_index_force(np.zeros((10, 16)), OURS))


def test_the_print_of_an_emed_plate(real_data):
    session = sm.open(real_data("gait/pressuRe/emed_test.lst"))
    plate = session.streams["plate"]
    foot = loading.find_footprint(plate.forces_n, plate.layout)
    assert foot.side == "right"
    assert 250 < foot.length_mm < 290
    # 0.235 to 0.239 by a quick construction of another hand; Cavanagh and Rodgers found 0.21 to
    # 0.26 in the middle half of 107 feet.
    assert 0.22 < loading.arch_index_area(foot) < 0.25
    table = loading.describe_steps(
        plate.forces_n, plate.layout, plate.fs_hz, np.array([[0, len(plate.t_s)]])
    ).set_index("region")
    assert table.peak_n["whole"] == pytest.approx(819, abs=0.5)
    # The heel is loaded first and the hallux last; the midfoot carries least.
    peaks_s = table.time_to_peak_s
    assert peaks_s["heel"] < peaks_s["midfoot"] < peaks_s["met5"] < peaks_s["hallux"]
    bands = table.impulse_share[["toes", "midfoot", "heel", "forefoot"]]
    assert bands.sum() == pytest.approx(1)
    assert bands["heel"] > 0.3
    assert bands["forefoot"] > 0.3
    assert table.peak_kpa["whole"] == pytest.approx(370)


# ---- both feet ---------------------------------------------------------------------------------


def test_the_right_share_of_two_feet():
    left_n, right_n = np.array([300.0, 0.0, 5.0, np.nan]), np.array([100.0, 500.0, 5.0, 300.0])
    np.testing.assert_allclose(loading.right_share(left_n, right_n), [0.25, 1.0, np.nan, np.nan])


def test_the_net_centre_of_two_plates_is_that_which_the_laboratory_published(real_data):
    # dos Santos 2017: forces in N, Y up; centres in m, X forwards, Z to the right.
    path = real_data("posture/pds_two_plates/PDS13OR1grf.txt")
    names = path.read_text().splitlines()[0].split("\t")
    column = dict(zip(names, np.loadtxt(path, skiprows=1).T, strict=True))
    net_mm = loading.net_center_of_pressure(
        [column["LGRF_Y"], column["RGRF_Y"]],
        [1e3 * np.column_stack((column[f"{side}COP_Z"], column[f"{side}COP_X"])) for side in "LR"],
    )
    published_mm = 1e3 * np.column_stack((column["COPNET_Z"], column["COPNET_X"]))
    np.testing.assert_allclose(net_mm, published_mm, atol=0.01)


def test_a_plate_without_load_counts_for_nothing_and_a_missing_one_for_everything():
    forces_n = [np.array([400.0, 400.0, 5.0]), np.array([0.0, np.nan, 5.0])]
    cops_mm = [np.array([(10.0, 0.0)] * 3), np.full((3, 2), np.nan)]
    net_mm = loading.net_center_of_pressure(forces_n, cops_mm, [(-100.0, 0.0), (100.0, 0.0)])
    np.testing.assert_allclose(net_mm, [(-90, 0), (np.nan, np.nan), (np.nan, np.nan)])
    with pytest.raises(ValueError, match="as many centres"):
        loading.net_center_of_pressure(forces_n, cops_mm[:1])


# ---- layouts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [
    lambda side: layouts.moticon(side, 5), lambda side: layouts.pedar(side, "vw"),
    layouts.stappone, layouts.loadsol,
])  # fmt: skip
def test_a_left_insole_is_the_mirror_of_the_right_one(make):
    left, right = make("left"), make("right")
    np.testing.assert_allclose(left.xy_mm * (-1, 1), right.xy_mm)
    assert left.regions == right.regions
    hallux = [n for n, region in enumerate(left.regions) if region in ("hallux", "forefoot_medial")]
    assert (left.xy_mm[hallux, 0] > 0).all()
    width_mm, length_mm = left.size_mm
    assert (np.abs(left.xy_mm[:, 0]) <= width_mm / 2 + 1).all()
    assert ((left.xy_mm[:, 1] > 0) & (left.xy_mm[:, 1] < length_mm)).all()


def test_the_layouts_are_those_of_their_sources(real_data):
    table = np.genfromtxt(real_data("layouts/moticon16_derived.csv"), delimiter=",", skip_header=4)
    insole = layouts.moticon("left", 7)
    np.testing.assert_allclose(insole.xy_mm / insole.size_mm - (0, 0.5), table[:, [2, 1]])
    np.testing.assert_allclose(insole.area_mm2, 100 * table[:, 3])
    np.testing.assert_allclose(layouts.moticon("left", 3).area_mm2, 100 * table[:, 4])
    areas = np.genfromtxt(
        real_data("layouts/pedar99_sensor_area_mm2.csv"), delimiter=",", names=True
    )
    for size in ("u", "v", "w", "x", "y", "uw", "xw", "vw"):
        np.testing.assert_allclose(layouts.pedar("left", size).area_mm2, areas[size])


def test_a_size_that_is_not_known_is_refused():
    with pytest.raises(SolemetryError, match="size 'q'"):
        layouts.pedar("left", "q")
