# SPDX-License-Identifier: Apache-2.0
"""What a body looks like, drawn without a screen: shaded, with its edges."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from printed.solids import STL_HEAD, STL_ROW

Floats = NDArray[np.float64]

SIZE_PX = 360
FINER = 2
"""Points a pixel, each way; averaged in the end."""

FROM = np.array([-0.55, -0.75, 0.9])
LIGHT = np.array([-0.75, -0.3, 1.0])
"""Where the eye and the light are."""

PAPER, BRIGHTEST, DARKEST, LINE = 255.0, 235.0, 95.0, 40.0
GREYS = 24
"""How many a picture is packed in."""


@cache
def png(stl: bytes) -> bytes:
    """Return a picture of a body, seen from the front, the left and above."""
    rows = np.frombuffer(stl, STL_ROW, offset=STL_HEAD)
    rows = rows[rows["normal"] @ FROM > 0]
    normals = rows["normal"].astype(float)
    depth, seen = _nearest(rows["corners"].astype(float) @ _axes().T)
    image = _edged(_shades(normals)[seen], depth, normals[seen])
    fine = image.reshape(len(image) // FINER, FINER, -1, FINER).mean(axis=(1, 3))
    file = io.BytesIO()
    Image.fromarray(fine.round().astype(np.uint8)).quantize(GREYS).save(file, "PNG", optimize=True)
    return file.getvalue()


def same(one: bytes, other: bytes) -> bool:
    """Whether two pictures show the same, whatever wrote them."""
    grey = [np.asarray(Image.open(io.BytesIO(file)).convert("L"), dtype=float)
            for file in (one, other)]
    return grey[0].shape == grey[1].shape and float(np.abs(grey[0] - grey[1]).mean()) < 0.5


def _axes() -> Floats:
    """Rows: to the right, upwards, and towards the eye."""
    eye = FROM / np.linalg.norm(FROM)
    right = np.cross((0, 0, 1), eye)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(eye, right), eye])


def _nearest(triangles: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return depth and triangle of what is nearest at each point; -1 where there is nothing."""
    flat = triangles[:, :, :2]
    low, high = flat.min(axis=(0, 1)), flat.max(axis=(0, 1))
    fine = SIZE_PX * FINER
    scale = 0.94 * fine / (high - low).max()
    wide, tall = (np.ceil((high - low) * scale / FINER + 8).astype(int) * FINER)
    corners = (flat - (low + high) / 2) * scale + (wide / 2, tall / 2)
    depth, seen = np.full((tall, wide), -np.inf), np.full((tall, wide), -1)
    for number, (corner, away) in enumerate(zip(corners, triangles[:, :, 2], strict=True)):
        (x0, y0), (x1, y1) = corner.min(axis=0), corner.max(axis=0)
        columns = np.arange(int(x0), int(x1) + 2)
        rows = np.arange(int(y0), int(y1) + 2)
        shares = _shares(corner, columns[None, :] + 0.5, rows[:, None] + 0.5)
        here = np.tensordot(away, shares, axes=1)
        window = np.s_[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
        nearer = (shares.min(axis=0) > -1e-9) & (here > depth[window])
        depth[window][nearer], seen[window][nearer] = here[nearer], number
    return depth[::-1], seen[::-1]


def _shares(corner: Floats, x: Floats, y: Floats) -> Floats:
    """Barycentric coordinates of points in a triangle, (3, ...)."""
    (ax, ay), (bx, by), (cx, cy) = corner
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    b = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
    c = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
    return np.stack([1 - b - c, b, c])


def _shades(normals: Floats) -> Floats:
    lit = np.clip(normals @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1)
    return np.append(DARKEST + (BRIGHTEST - DARKEST) * lit, PAPER)


def _edged(image: Floats, depth: Floats, normals: Floats) -> Floats:
    """Draw a line where the surface breaks off or bends sharply."""
    edge = np.zeros(image.shape, dtype=bool)
    far = np.where(np.isfinite(depth), depth, -1e3)
    for here, there in ((np.s_[:-1, :], np.s_[1:, :]), (np.s_[:, :-1], np.s_[:, 1:])):
        breaks = np.abs(far[there] - far[here]) > 1.0
        bends = (normals[there] * normals[here]).sum(axis=-1) < 0.8
        edge[here] |= breaks | (bends & np.isfinite(depth[there]) & np.isfinite(depth[here]))
    return np.where(edge, LINE, image)
