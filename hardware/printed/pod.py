# SPDX-License-Identifier: Apache-2.0
"""The ankle pod of an insole: a case for boards, and a lid that carries the battery.

Boards lie in pockets of the floor, which is towards the skin; the battery in one of the lid, away
from it. ``build.toml`` says which lies where, in rows from the plug end, which hangs down, upwards.

x runs up the leg from the inner face of the plug end, y across, z away from the skin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from manifold3d import CrossSection

from build import Build
from printed.solids import CLEARANCE_MM, PLAY_MM, Solid, block, disc, rod, rounded

WALL_MM = 2.0
POCKET_MM = 2.0
"""Depth of a pocket; as much plastic is under it."""

BETWEEN_MM = 1.6
"""The least between two pockets."""

WIRES_MM = 4.0
"""Height left for wires, between the highest board and what hangs from the lid."""

CORNER_MM = 3.0
POST_MM, POST_IN_MM, POST_OUT_MM = 9.0, 6.0, 3.5
"""Diameter of a screw's post; how far inside the ends it stands, and how far outside the sides."""

EAR_MM = (34.0, 9.0, 4.0)
SLOT_MM = 4.0
"""What the strap goes through: long, wide, high; and its slot's width."""

PLUG_MM = (13.0, 9.0)
"""Opening for the hood of a USB plug: wide, high."""

LEVER_MM = (8.0, 4.0)
"""Opening for the switch."""

CABLE_MM = 4.0
"""Height of the slot for the sole's cable."""


class Place(NamedTuple):
    """Where a module lies: its lowest corner, and its size, both (x, y, z)."""

    ref: str
    at: tuple[float, float, float]
    size: tuple[float, float, float]


@dataclass(frozen=True)
class Pod:
    """The pod's inside, and what lies where in it.

    Attributes
    ----------
    length, width : float
        Of the inside.
    height : float
        Of the case, floor included and lid not.
    floor, lid : list of Place
        Modules with the pod closed.
    """

    length: float
    width: float
    height: float
    floor: list[Place]
    lid: list[Place]

    @classmethod
    def of(cls, build: Build) -> Pod:
        """Lay the rows of ``build.toml`` out, as narrow as they go."""
        rows = {
            side: [[(ref, tuple(build.refs[ref]["size_mm"])) for ref in row] for row in named]
            for side, named in build.facts["pod"].items()
        }
        every = [row for side in rows.values() for row in side]
        length = max(sum(_pocket(size[0]) for _, size in row) + BETWEEN_MM * (len(row) - 1)
                     for row in every)
        width = max(sum(_widest(row) for row in side) + BETWEEN_MM * (len(side) - 1)
                    for side in rows.values())
        tall = {side: max(size[2] for row in named for _, size in row)
                for side, named in rows.items()}
        # What is under the boards is as thick as a pocket of the lid is deep: the two cancel.
        height = tall["floor"] + WIRES_MM + tall["lid"]
        hanging = height + POCKET_MM
        return cls(
            length, width, height,
            [Place(ref, (x, y, POCKET_MM), size)
             for ref, x, y, size in _laid(rows["floor"], length)],
            [Place(ref, (x, y, hanging - size[2]), size)
             for ref, x, y, size in _laid(rows["lid"], length)],
        )

    @property
    def posts(self) -> list[tuple[float, float]]:
        """Where the lid is screwed on."""
        return [(x, y) for x in (POST_IN_MM, self.length - POST_IN_MM)
                for y in (-POST_OUT_MM, self.width + POST_OUT_MM)]

    def place(self, ref: str) -> Place:
        """Return where a module of the floor lies."""
        return next(place for place in self.floor if place.ref == ref)


def case(build: Build) -> Solid:
    """Return the case: pockets, openings, posts with holes for threaded inserts, strap ears."""
    pod, screw = Pod.of(build), build.part_with("insert_mm")
    floor = 2 * POCKET_MM
    body = _outline(pod, pod.height)
    body -= block((pod.length, pod.width, pod.height), (0, 0, floor))
    for place in pod.floor:
        body -= _pocket_of(place, POCKET_MM)
    for x, y in pod.posts:
        deep = screw["insert_deep_mm"]
        body -= rod(screw["insert_mm"], deep + 1, (x, y, pod.height - deep))
    for opening in _openings(build, pod):
        body -= opening
    return _standing(body + _ears(pod))


def lid(build: Build) -> Solid:
    """Return the lid, its outer face down as it is printed."""
    pod, screw = Pod.of(build), build.part_with("insert_mm")
    plate = _outline(pod, 2 * POCKET_MM)
    for place in pod.lid:
        plate -= _pocket_of(place._replace(at=(*place.at[:2], -1.0)), POCKET_MM + 1)
    for x, y in pod.posts:
        plate -= rod(CLEARANCE_MM[screw["thread"]], 2 * POCKET_MM + 2, (x, y, -1))
    return _standing(plate.rotate((180, 0, 0)))


# ---- the layout ----------------------------------------------------------------------------------


def _laid(
    rows: list[list[tuple[str, tuple[float, float, float]]]], length: float
) -> list[tuple[str, float, float, tuple[float, float, float]]]:
    """Return reference, x, y and size of each: a row begins at the plug end, ends at the other."""
    laid, y = [], 0.0
    for row in rows:
        free = length - sum(_pocket(size[0]) for _, size in row)
        x = 0.0
        for ref, size in row:
            laid.append((ref, x + PLAY_MM, y + PLAY_MM, size))
            x += _pocket(size[0]) + free / max(len(row) - 1, 1)
        y += _widest(row) + BETWEEN_MM
    return laid


def _pocket(size: float) -> float:
    return size + 2 * PLAY_MM


def _widest(row: list[tuple[str, tuple[float, float, float]]]) -> float:
    return max(_pocket(size[1]) for _, size in row)


# ---- shapes --------------------------------------------------------------------------------------


def _outline(pod: Pod, height: float) -> Solid:
    walls = rounded(pod.length + 2 * WALL_MM, pod.width + 2 * WALL_MM, CORNER_MM)
    outline = walls.translate((pod.length / 2, pod.width / 2))
    for post in pod.posts:
        outline += disc(POST_MM, post)
    return outline.extrude(height)


def _pocket_of(place: Place, height: float) -> Solid:
    (x, y, z), (long, wide, _) = place.at, place.size
    return block((_pocket(long), _pocket(wide), height), (x - PLAY_MM, y - PLAY_MM, z))


def _openings(build: Build, pod: Pod) -> list[Solid]:
    """Through the ends: plug, sole cable, switch."""
    board, mux, switch = (pod.place(ref) for ref in ("A1", "U1", "SW1"))
    floor = 2 * POCKET_MM
    lever = switch.at[2] + (switch.size[2] - LEVER_MM[1]) / 2
    return [
        _through(-WALL_MM, _middle(board), PLUG_MM[0], POCKET_MM, PLUG_MM[1]),
        _through(-WALL_MM, _middle(mux), build.part_with("width_mm")["width_mm"] + 1, floor + 1,
                 CABLE_MM),
        _through(pod.length, _middle(switch), LEVER_MM[0], lever, LEVER_MM[1]),
    ]


def _through(x: float, y: float, wide: float, z: float, high: float) -> Solid:
    return block((WALL_MM + 1, wide, high), (x - 0.5, y - wide / 2, z))


def _middle(place: Place) -> float:
    return place.at[1] + place.size[1] / 2


def _ears(pod: Pod) -> Solid:
    long, wide, high = EAR_MM
    # One bar across below the case, and the case's own floor cut out of it: an ear on each side.
    across = pod.width + 2 * (WALL_MM + wide)
    ears = rounded(long, across, CORNER_MM) - rounded(long + 1, pod.width + WALL_MM, 0.1)
    for side in (-1, 1):
        slot = CrossSection.square((long - 6, SLOT_MM), center=True)
        ears -= slot.translate((0, side * (across - wide) / 2))
    return ears.extrude(high).translate((pod.length / 2, pod.width / 2, 0))


def _standing(body: Solid) -> Solid:
    """Return a body about the middle of the pod, on z = 0."""
    x0, y0, z0, x1, y1, _ = body.bounding_box()
    return body.translate((-(x0 + x1) / 2, -(y0 + y1) / 2, -z0))
