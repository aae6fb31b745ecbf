# SPDX-License-Identifier: Apache-2.0
"""The few shapes that bodies are made of, and how one becomes a file."""

from __future__ import annotations

import struct

import numpy as np
from manifold3d import CrossSection, JoinType, Manifold

Solid = Manifold

SEGMENTS = 48
"""Sides of a circle: a rod of 40 mm is 0.04 mm off round."""

CLEARANCE_MM = {"M3": 3.4, "M4": 4.5, "M5": 5.5, "M6": 6.6, "M8": 9.0}
"""Hole that lets a bolt through (ISO 273, medium)."""

PLAY_MM = 0.3
"""A side, between a printed pocket and what lies in it."""

STL_HEAD = 84
STL_ROW = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
"""Binary STL: bytes before the triangles, and one of them."""


def rod(diameter: float, height: float, at: tuple[float, float, float] = (0, 0, 0)) -> Solid:
    """Return an upright cylinder, by the middle of its lower end."""
    return Manifold.cylinder(height, diameter / 2, circular_segments=SEGMENTS).translate(at)


def block(size: tuple[float, float, float], at: tuple[float, float, float] = (0, 0, 0)) -> Solid:
    """Return a box, by its lowest corner."""
    return Manifold.cube(size).translate(at)


def rounded(long: float, wide: float, radius: float) -> CrossSection:
    """Return a rectangle about the middle, its corners rounded."""
    inner = CrossSection.square((long - 2 * radius, wide - 2 * radius), center=True)
    return inner.offset(radius, JoinType.Round, circular_segments=SEGMENTS // 2)


def disc(diameter: float, at: tuple[float, float]) -> CrossSection:
    """Return a circle by its middle."""
    return CrossSection.circle(diameter / 2, circular_segments=SEGMENTS).translate(at)


def stl(solid: Solid) -> bytes:
    """Return a body as binary STL, in whole micrometres and an order of its own.

    So the same body is the same file, in whatever order the library lists its triangles.
    """
    mesh = solid.to_mesh64()
    corners = np.round(np.asarray(mesh.vert_properties)[:, :3], 3) + 0.0
    faces = np.asarray(mesh.tri_verts, dtype=np.int64)
    # Number the corners by their place; begin each triangle with its first; then sort triangles.
    order = np.lexsort(corners.T[::-1])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    faces, corners = rank[faces], corners[order]
    start = faces.argmin(axis=1)
    faces = np.stack([faces[np.arange(len(faces)), (start + n) % 3] for n in range(3)], axis=1)
    triangles = corners[faces[np.lexsort(faces.T[::-1])]]
    rows = np.zeros(len(triangles), dtype=STL_ROW)
    across = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    rows["normal"] = across / np.linalg.norm(across, axis=1, keepdims=True)
    rows["corners"] = triangles
    title = b"SPDX-License-Identifier: CERN-OHL-P-2.0; lengths in mm"
    return title.ljust(80) + struct.pack("<I", len(rows)) + rows.tobytes()
