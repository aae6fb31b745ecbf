# SPDX-License-Identifier: Apache-2.0
"""Printed bodies, measured by another library and by closed forms; and the pictures of them."""

from __future__ import annotations

import copy
import io
import math
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from manifold3d import Manifold, Mesh64
from PIL import Image

from build import Build
from printed import MAKERS, picture, pod
from printed.solids import CLEARANCE_MM, Solid, stl

HARDWARE = Path(__file__).parents[2] / "hardware"
FOLDERS = sorted(path.parent.name for path in HARDWARE.glob("*/device.toml"))
BUILDS = {name: Build.read(HARDWARE / name) for name in FOLDERS}
BODIES = [(folder, name) for folder in ("plate", "insole") for name in BUILDS[folder].bodies]


def solid_of(folder: str, name: str) -> Solid:
    return MAKERS[name](BUILDS[folder])


def read(content: bytes) -> trimesh.Trimesh:
    return trimesh.load(io.BytesIO(content), file_type="stl")


# ---- shapes --------------------------------------------------------------------------------------


def test_a_spacer_is_a_disc_with_three_holes() -> None:
    body = read((HARDWARE / "plate" / "made" / "spacer.stl").read_bytes())
    # ISO 273, medium, for M4: 4.5 mm. Circles are drawn with corners, so a little is missing.
    expected = math.pi / 4 * 4.0 * (38.0**2 - 3 * 4.5**2)
    assert body.volume == pytest.approx(expected, rel=0.005)
    assert body.euler_number == 2 - 2 * 3


def test_a_cup_is_a_disc_with_one_open_side() -> None:
    body = read((HARDWARE / "plate" / "made" / "foot-cup.stl").read_bytes())
    assert body.euler_number == 2
    # By Archimedes: as much water as steel, its play and the lip take the place of.
    full = trimesh.convex.convex_hull(body).volume
    assert full - body.volume == pytest.approx(math.pi / 4 * 25.6**2 * (3 + 1), rel=0.005)


def test_holes_for_bolts_are_those_of_the_standard() -> None:
    """ISO 273:1979, medium series."""
    assert CLEARANCE_MM == {"M3": 3.4, "M4": 4.5, "M5": 5.5, "M6": 6.6, "M8": 9.0}


@pytest.mark.parametrize(("folder", "name"), BODIES)
def test_a_file_is_the_body_whatever_the_order_of_its_triangles(folder: str, name: str) -> None:
    solid = solid_of(folder, name)
    mesh, rng = solid.to_mesh64(), np.random.default_rng(8)
    corners, faces = np.asarray(mesh.vert_properties), np.asarray(mesh.tri_verts)
    names = rng.permutation(len(corners))
    other = Mesh64(corners[np.argsort(names)], names[rng.permutation(faces)].astype(np.uint64))
    assert stl(Manifold(other)) == stl(solid)
    assert read(stl(solid)).volume == pytest.approx(solid.volume(), rel=1e-4)


def test_a_bill_gets_the_bodies_it_asks_for() -> None:
    asked = {name: set(build.bodies) for name, build in BUILDS.items()}
    assert set.union(*asked.values()) == set(MAKERS)
    for name, bodies in asked.items():
        files = {path.stem for path in (HARDWARE / name / "made").glob("*.stl")}
        assert files == bodies
    assert BUILDS["plate"].bodies == {"spacer": 4, "foot-cup": 3, "mass-foot": 1}


# ---- the pod -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(4, 60), st.floats(4, 40), st.floats(2, 12)),
                min_size=7, max_size=7))
def test_modules_of_any_size_lie_in_the_pod_and_beside_each_other(
    sizes: list[tuple[float, float, float]],
) -> None:
    build = copy.deepcopy(BUILDS["insole"])
    for ref, size in zip(("A1", "SW1", "U1", "U2", "U3", "U4", "BT1"), sizes, strict=True):
        build.refs[ref]["size_mm"] = list(size)
    made = pod.Pod.of(build)
    for side in (made.floor, made.lid):
        for place in side:
            x, y, z = place.at
            assert min(x, y, z) >= 0
            assert x + place.size[0] <= made.length + 1e-9
            assert y + place.size[1] <= made.width + 1e-9
        for one, other in combinations(side, 2):
            gaps = [max(a.at[axis] - b.at[axis] - b.size[axis]
                        for a, b in ((one, other), (other, one))) for axis in (0, 1)]
            assert max(gaps) >= pod.BETWEEN_MM
    above = max(place.at[2] + place.size[2] for place in made.floor)
    assert min(place.at[2] for place in made.lid) - above >= pod.WIRES_MM - 1e-9


def test_a_larger_battery_makes_a_larger_pod() -> None:
    build = copy.deepcopy(BUILDS["insole"])
    was = pod.lid(build).bounding_box()
    build.refs["BT1"]["size_mm"][1] += 20
    now = pod.lid(build).bounding_box()
    # The lid was 46.8 mm wide inside, for the floor's rows; the battery alone now asks for 51.6.
    assert now[4] - was[4] == pytest.approx((51.6 - 46.8) / 2)


# ---- pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("folder", "name"), BODIES)
def test_a_picture_covers_what_the_shadow_of_the_body_does(folder: str, name: str) -> None:
    solid = solid_of(folder, name)
    grey = np.asarray(Image.open(io.BytesIO(picture.png(stl(solid)))).convert("L"))
    rows, columns = (np.flatnonzero((grey < 250).any(axis=axis)) for axis in (1, 0))
    eye = picture.FROM / np.linalg.norm(picture.FROM)
    # Turned so that the eye is above, the library's own shadow is what the eye sees.
    right = np.cross((0, 0, 1), eye) / np.linalg.norm(np.cross((0, 0, 1), eye))
    turn = np.stack([right, np.cross(eye, right), eye])
    shadow = solid.transform(np.hstack([turn, np.zeros((3, 1))])).project()
    x0, y0, x1, y1 = shadow.bounds()
    wide, tall = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert wide / tall == pytest.approx((x1 - x0) / (y1 - y0), rel=0.02)
    share = (grey < 250).sum() / (wide * tall)
    assert share == pytest.approx(shadow.area() / ((x1 - x0) * (y1 - y0)), abs=0.02)


def test_pictures_of_two_bodies_are_not_the_same_and_another_packing_is() -> None:
    spacer, cup = (picture.png(stl(solid_of("plate", name))) for name in ("spacer", "foot-cup"))
    repacked = io.BytesIO()
    Image.open(io.BytesIO(spacer)).save(repacked, "PNG", compress_level=0)
    assert repacked.getvalue() != spacer
    assert picture.same(spacer, repacked.getvalue())
    assert not picture.same(spacer, cup)


@pytest.mark.parametrize("folder", FOLDERS)
def test_builders_are_shown_every_body(folder: str) -> None:
    made = HARDWARE / folder / "made"
    text = "".join((made / name).read_text("utf-8") for name in ("guide.md", "jigs.md"))
    for name in BUILDS[folder].bodies:
        assert f"`{name}.stl`" in text
        assert re.search(rf"!\[[^]]+\]\(figure-{name}\.png\)", text)
        assert (made / f"figure-{name}.png").is_file()


def test_bodies_and_pictures_are_light() -> None:
    files = [path for kind in ("stl", "png") for path in HARDWARE.glob(f"*/made/*.{kind}")]
    assert sum(path.stat().st_size for path in files) < 1e6
