# SPDX-License-Identifier: Apache-2.0
"""Drawings of a device, SVG: templates to print 1:1, and the figures of the guides.

Lengths are millimetres of the thing itself. SVG counts y downwards, so y is drawn as -y.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from build import MARK_MM, Build
from printed.pod import Pod
from solemetry.calibrating import marked_points, other_places
from solemetry.device import DeviceDescription, SensorLayout

MARGIN_MM = 25.0
BAR_MM = 100.0

OUTLINE = (
    (0.00, 0.000), (0.34, 0.010), (0.56, 0.045), (0.66, 0.100), (0.64, 0.170), (0.62, 0.270),
    (0.66, 0.380), (0.74, 0.480), (0.84, 0.570), (0.93, 0.650), (0.90, 0.730), (0.78, 0.820),
    (0.55, 0.905), (0.20, 0.965), (-0.25, 0.997), (-0.55, 0.995), (-0.80, 0.960), (-0.92, 0.890),
    (-0.95, 0.800), (-0.95, 0.700), (-0.86, 0.600), (-0.70, 0.500), (-0.60, 0.400), (-0.57, 0.280),
    (-0.60, 0.170), (-0.62, 0.100), (-0.54, 0.045), (-0.34, 0.010),
)
"""Of a right insole, drawn from hand: share of half the width (lateral is +) and of the length. It
says where paper is cut; the shoe's own insole decides."""


def drilling_template(build: Build) -> str:
    """Return where a plate's cells are screwed on, and the marked points, seen from above."""
    layout = DeviceDescription.from_toml(build.text).layout
    width, depth = layout.size_mm
    sensor = build.sensor
    bolts = [
        _circle(x + bolt_x, y + bolt_y, 2.0, "bolt")
        for x, y in layout.xy_mm.tolist() for bolt_x, bolt_y in build.bolts_mm
    ]
    cells = [
        _circle(x, y, sensor["bolt_circle_mm"] / 2 + 4, "cell") + _cross(x, y, 25)
        + _text(x, y + 22, f"{name} ({x:g}, {y:g})")
        for name, (x, y) in zip(layout.labels, layout.xy_mm.tolist(), strict=True)
    ]
    marks = [
        _cross(x, y, MARK_MM) + _text(x, y + 9, f"{number}: ({x:.0f}, {y:.0f})")
        for number, (x, y) in enumerate(marked_points(layout).tolist(), start=1)
    ]
    others = [
        _slanting_cross(x, y, MARK_MM) + _text(
            x + beside, y - 2, f"other {number}: ({x:.0f}, {y:.0f})",
            anchor="start" if beside > 0 else "end")
        for number, spots in enumerate(other_places(layout), start=1) for x, y in spots
        # Words stand outside of two that belong together, so that none meets another's cross.
        for beside in (math.copysign(MARK_MM + 1, x if len(spots) > 1 else -x),)
    ]
    body = [
        _box(-width / 2, depth / 2, width, depth),
        *bolts, *marks, *others, f'<g id="plate">{"".join(cells)}</g>',
        _text(0, depth / 2 - 12, "front, seen from above; upright crosses: marked points; "
                                 "slanting ones: other places"),
        _bar(-BAR_MM / 2, -depth / 2 + 12),
    ]
    return _svg(build, -width / 2, width / 2, -depth / 2, depth / 2, body)


def insole_template(build: Build, size_eu: int) -> str:
    """Return where cells go in a pair of insoles of one size: the right one, and its mirror."""
    device = DeviceDescription.from_toml(build.text).sized(size_eu)
    width, length = device.layout.size_mm
    away = width / 2 + 10
    feet = []
    for name, sign in (("left", -1), ("right", 1)):
        layout = device.as_used(device.rate_hz, name).layout
        feet.append(
            f'<g id="{name}" transform="translate({sign * away:.4g} 0)">'
            f"{_outline(layout, mirrored=sign < 0)}{_cells(build, layout)}"
            f"{_text(0, length + 6, f'{name}, EU {size_eu}, {length:.0f} mm, seen from above')}</g>"
        )
    body = [*feet, _bar(-BAR_MM / 2, -15)]
    return _svg(build, -2 * away, 2 * away, -20, length + 10, body)


def underside(build: Build) -> str:
    """Return the plate from below, where left and right change sides: names, chips, cables."""
    layout = DeviceDescription.from_toml(build.text).layout
    width, depth = layout.size_mm
    body = [_box(-width / 2, depth / 2, width, depth), _box(-60, 35, 120, 70),
            _text(0, 0, f"box: A1, {', '.join(ref for ref in build.refs if ref[0] in 'UY')}"),
            _text(0, depth / 2 - 14, "front, seen from below")]
    for number, (name, (x, y)) in enumerate(
        zip(layout.labels, layout.xy_mm.tolist(), strict=True), start=1
    ):
        seen = -x
        body += [
            _circle(seen, y, 19, "seen"),
            _text(seen, y, f"LC{number} {name}"),
            _line(seen * 0.9, y * 0.86, math.copysign(58, seen), math.copysign(30, y)),
            _text(seen * 0.6, y * 0.62, f"W{number}"),
            _circle(seen * 0.8, y * 0.72, 3, "clip"),
        ]
    return _svg(build, -width / 2, width / 2, -depth / 2, depth / 2, body)


def stack(build: Build) -> str:
    """Return a corner of a plate from the side, its heights to scale."""
    top = build.device["top"]["thickness"]
    sensor, steel = build.sensor, build.part_with("face_mm")
    cup = build.part_of_body("foot-cup")["height_mm"]
    half = sensor["body_mm"] / 2
    layers = [("top", top, -80.0, 60.0)]
    for key in build.facts["stack"]["parts"]:
        part = build.catalogue["part"][key]
        layers.append((part["name"].split(",")[0], part["height_mm"], -half, half))
    body, below = [], 0.0
    for name, height, left, right in layers:
        drawn = height - (sensor["dome_mm"] if "load cell" in name else 0)
        body += [
            _box(left, -below, right - left, drawn),
            _text(82, -(below + height / 2) - 1.5, f"{name}, {height:g} mm", anchor="start"),
        ]
        below += height
    rim = steel["face_mm"] / 2 + 4
    body += [
        f'<path d="M-6 {below - sensor["dome_mm"]:g} Q0 {below + sensor["dome_mm"]:g} '
        f'6 {below - sensor["dome_mm"]:g}"/>',
        _box(-steel["face_mm"] / 2, -below, steel["face_mm"], steel["height_mm"]),
        _box(-rim, -below, 2 * rim, cup),
        _text(82, -below - cup / 2 - 1.5, f"foot cup with its steel disc, {cup:g} mm",
              anchor="start"),
        _line(72, 0, 72, -below),
        _text(-84, -below / 2, f"h = {below:g} mm", anchor="end"),
    ]
    return _svg(build, -130, 200, -below - 12, 4, body)


def pod_layout(build: Build, pod: Pod) -> str:
    """Return where modules lie in the case and in the lid, both open and as they are printed.

    Each is drawn about the middle of its body, the plug end at the left.
    """
    long, wide = pod.length, pod.width
    apart = wide + 34
    sides = []
    for number, (name, places) in enumerate((("pod-case", pod.floor), ("pod-lid", pod.lid))):
        modules = []
        for ref, (x, y, _), (length, width, height) in places:
            # A lid that lies on its outer face has been turned over about its long side.
            low = y - wide / 2 if name == "pod-case" else wide / 2 - y - width
            modules.append(
                f'<rect class="module" id="{name}-{ref}" x="{x - long / 2:.3f}" '
                f'y="{-low - width:.3f}" width="{length:g}" height="{width:g}"/>'
                + (_text(x - long / 2 + length / 2, low + width / 2 - 1.5,
                         f"{ref}, {height:g} high" if length > 30 else ref)
                   if length > 10 else
                   _text(x - long / 2 - 1.5, low + width / 2 - 1.5, ref, anchor="end"))
            )
        sides.append(
            f'<g id="{name}" transform="translate(0 {number * apart:g})">'
            f"{_box(-long / 2, wide / 2, long, wide)}{''.join(modules)}"
            f"{''.join(_circle(x - long / 2, y - wide / 2, 2, 'screw') for x, y in pod.posts)}"
            f"{_text(0, wide / 2 + 10, f'{name}, {long:.1f} x {wide:.1f} mm inside')}</g>"
        )
    body = [*sides, _text(-long / 2 - 8, 0, "plug", anchor="end"),
            _text(long / 2 + 8, 0, "up the leg", anchor="start")]
    return _svg(build, -long / 2 - 10, long / 2 + 20, -apart - wide / 2, wide / 2 + 12, body)


def cells_figure(build: Build) -> str:
    """Return a right insole with its cells and their channels."""
    layout = DeviceDescription.from_toml(build.text).layout
    width, length = layout.size_mm
    body = [_outline(layout, mirrored=False), _cells(build, layout)]
    for cell, (x, y) in zip(build.device["cell"], layout.xy_mm.tolist(), strict=True):
        side = math.copysign(1, x) if abs(x) > 1 else 1
        body += [_line(x, y, side * 62, y), _text(
            side * 64, y - 1.5, f"{cell['region']}: C{cell['mux']}",
            anchor="start" if side > 0 else "end")]
    return _svg(build, -width - 30, width + 30, 0, length, body)


def front_end(build: Build) -> str:
    """Return the way of a cell's signal to the converter, drawn as blocks."""
    doc = build.device
    stage = doc["front_end"]
    blocks = (
        ("cell", "R falls with force"), ("U1 multiplexer", f"{doc['mux']['chip']}"),
        ("U2 op-amp", f"R1 {stage['rf_ohm']:g} ohm"),
        ("A1 ADC", f"{doc['adc']['cells']}, {doc['adc']['bits']} bits"),
    )
    body = []
    for number, (name, what) in enumerate(blocks):
        x = 70 * number
        body += [_box(x, 14, 56, 28), _text(x + 28, 3, name), _text(x + 28, -6, what)]
        if number:
            body.append(_line(x - 14, 0, x, 0))
    body += [_line(28, -14, 28, -24), _text(28, -30, "other leg: GND"),
             _text(168, -24, f"{stage['vref_v']:g} V at IN+ from R2, R3; U1 has "
                             f"{doc['mux']['on_ohm']:g} ohm"),
             _text(168, -31, f"out = {stage['vref_v']:g} V x (1 + R1 / (R + U1))")]
    return _svg(build, 0, 270, -32, 18, body)


# ---- small change --------------------------------------------------------------------------------


def _svg(build: Build, left: float, right: float, low: float, high: float,
         body: Iterable[str]) -> str:
    x, y = left - MARGIN_MM, -high - MARGIN_MM
    wide, tall = right - left + 2 * MARGIN_MM, high - low + 2 * MARGIN_MM
    lines = "\n".join(body)
    return (
        "<!-- SPDX-License-Identifier: CERN-OHL-P-2.0 -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}mm" height="{tall:g}mm" '
        f'viewBox="{x:g} {y:g} {wide:g} {tall:g}" font-family="sans-serif" font-size="5" '
        'fill="none" stroke="#000" stroke-width="0.35">\n'
        f"<title>{build.device['id']} rev {build.device['revision']}</title>\n"
        f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{tall:g}" '
        'fill="#fff" stroke="none"/>\n'
        f"{lines}\n</svg>\n"
    )


def _cells(build: Build, layout: SensorLayout) -> str:
    diameter = build.device["cell"][0]["diameter"]
    return "".join(
        _circle(x, y, diameter / 2, "cell") + _cross(x, y, 3)
        + _text(x, y - diameter / 2 - 4.5, f"S{number}")
        for number, (x, y) in enumerate(layout.xy_mm.tolist(), start=1)
    )


def _outline(layout: SensorLayout, *, mirrored: bool) -> str:
    width, length = layout.size_mm
    half = -width / 2 if mirrored else width / 2
    points = [(half * x, -length * y) for x, y in OUTLINE]
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
               for a, b in zip(points, points[1:] + points[:1], strict=True)]
    start = middles[-1]
    curve = " ".join(f"Q{p[0]:.1f} {p[1]:.1f} {m[0]:.1f} {m[1]:.1f}"
                     for p, m in zip(points, middles, strict=True))
    return f'<path d="M{start[0]:.1f} {start[1]:.1f} {curve} Z"/>'


def _bar(x: float, y: float) -> str:
    return (
        f'<line id="bar-100-mm" x1="{x:g}" y1="{-y:g}" x2="{x + BAR_MM:g}" y2="{-y:g}"/>'
        + _text(x + BAR_MM / 2, y - 7, "100 mm: measure it on the print")
    )


def _circle(x: float, y: float, radius: float, kind: str) -> str:
    # Every digit: what reads the drawing holds it against the firmware's numbers.
    return f'<circle class="{kind}" cx="{x!r}" cy="{-y!r}" r="{radius:g}"/>'


def _box(left: float, top: float, width: float, height: float) -> str:
    return f'<rect x="{left:g}" y="{-top:g}" width="{width:g}" height="{height:g}" rx="2"/>'


def _cross(x: float, y: float, arm: float) -> str:
    return _line(x - arm, y, x + arm, y) + _line(x, y - arm, x, y + arm)


def _slanting_cross(x: float, y: float, arm: float) -> str:
    reach = arm / math.sqrt(2)
    return (_line(x - reach, y - reach, x + reach, y + reach)
            + _line(x - reach, y + reach, x + reach, y - reach))


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.2f}" y1="{-y1:.2f}" x2="{x2:.2f}" y2="{-y2:.2f}"/>'


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return (f'<text x="{x:.1f}" y="{-y:.1f}" text-anchor="{anchor}" fill="#000" '
            f'stroke="none">{words}</text>')
