# SPDX-License-Identifier: Apache-2.0
"""An insole's front end as a netlist for ngspice, joined by the wires and parts that are soldered.

It knows nothing of the closed form that the app inverts: multiplexer, amplifier and resistors are
parts here, and what they make of a cell is for ngspice to find. Give numbers as 2.2k or 2200; what
a resistor says on its body, 2k2, is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from build import Build
from wiring import BOARD, soldered, wires

OP_AMP = Path(__file__).parent / "circuits" / "op-amp.lib"

JOULE_PER_KELVIN = 1.380649e-23
ROOM_K = 300.15
"""What ngspice takes for the temperature, 27 degrees C."""

OPEN_LOOP_GAIN = 4e5
"""Of a CMOS amplifier at rest, 112 dB."""


def netlist(build: Build, cells: Sequence[float | str], on_ohm: float) -> str:
    """Return the circuit; add sources, an analysis and ``.end``.

    Of the outside it needs two voltages: ``channel``, the number that the firmware writes to the
    select pins, and ``disabled``, 0 or 1. The output is ``out``.

    Parameters
    ----------
    build : Build
    cells : sequence of float or str
        Resistance of each cell, ohm; a text is an expression of ngspice.
    on_ohm : float
        Of a switch of the multiplexer.
    """
    nets = _Nets(build)
    return "\n".join([
        f"* {build.facts['title']}: the front end",
        "* SPDX-License-Identifier: CERN-OHL-P-2.0",
        f"* Made from hardware/{build.folder}; edit that, then run: make hardware",
        *_board(build, nets),
        *(f"RS{n} {nets[f'S{n} 1']} {nets[f'S{n} 2']} R = {{{ohm}}}"
          for n, ohm in enumerate(cells, start=1)),
        *_multiplexer(build, nets, on_ohm),
        *_amplifier(build, nets),
        *_soldered(build, nets),
    ]) + "\n"


def sweep(build: Build) -> str:
    """Return the circuit with every channel under the same rising force, ready to run."""
    film = build.device["film"]
    cell = f"{film['one_newton_ohm']:g} * pow(max(V(force), 1m), -{film['steepness']:g})"
    last = max(cell["mux"] for cell in build.device["cell"])
    return f"""\
{netlist(build, [cell] * len(build.device["cell"]), build.device["mux"]["on_ohm"])}
Vforce force 0 1
Vchannel channel 0 0
Vdisabled disabled 0 0
.dc Vforce 0.5 {build.sensor["range_n"]:g} 0.5 Vchannel 0 {last} 1
.print dc V(channel) V(out)
.end
"""


class _Nets:
    """The name of the net that a pin is on; ``A1 IO4`` is a part and its pin."""

    def __init__(self, build: Build) -> None:
        self._of: dict[str, str] = {
            f"{BOARD} GND": "0", f"{BOARD} 3V3": "supply",
            f"{BOARD} {build.device['adc']['cells']}": "out",
        }
        for wire in wires(build):
            self._join(f"{wire.start} {wire.start_pin}", f"{wire.end} {wire.end_pin}")

    def __getitem__(self, pin: str) -> str:
        return self._of.setdefault(pin, pin.replace(" ", "_").replace("+", "p").replace("-", "n"))

    def _join(self, start: str, end: str) -> None:
        if start in self._of:
            start, end = end, start
        gone, stays = self[start], self[end]
        self._of = {pin: stays if net == gone else net for pin, net in self._of.items()}


def _board(build: Build, nets: _Nets) -> Iterator[str]:
    """Give the supply, and the levels of the pins by which the firmware picks a channel."""
    mux, volts = build.device["mux"], build.device["adc"]["reference_v"]
    yield f"Vsupply supply 0 {volts:g}"
    for bit, pin in enumerate(mux["select"]):
        net, power = nets[f"{BOARD} {pin}"], 2**bit
        yield (f"B{net} {net} 0 V = {volts:g} * "
               f"(floor(V(channel) / {power}) - 2 * floor(V(channel) / {2 * power}))")
    net = nets[f"{BOARD} {mux['enable']}"]
    yield f"B{net} {net} 0 V = {volts:g} * V(disabled)"


def _multiplexer(build: Build, nets: _Nets, on_ohm: float) -> Iterator[str]:
    part = build.part_with("on_ohm")
    half = f"V({nets['U1 VCC']}, {nets['U1 GND']}) / 2"
    for channel in range(part["channels"]):
        asked = " * ".join([
            f"(V({nets['U1 EN']}) < {half} ? 1 : 0)",
            *(f"(V({nets[f'U1 S{bit}']}) {'>' if channel >> bit & 1 else '<'} {half} ? 1 : 0)"
              for bit in range(4)),
        ])
        yield f"Bpick{channel} pick{channel} 0 V = {asked}"
        yield (f"RU{channel} {nets[f'U1 C{channel}']} {nets['U1 SIG']} "
               f"R = {{V(pick{channel}) > 0.5 ? {on_ohm:g} : 1g}}")
    yield f"Ccommon {nets['U1 SIG']} 0 {part['common_pf']:g}p"


def _amplifier(build: Build, nets: _Nets) -> Iterator[str]:
    part = build.refs["U2"]
    noise_v2_per_hz = (part["noise_nv_per_sqrt_hz"] * 1e-9) ** 2
    yield (f".param bandwidth={part['bandwidth_hz']:g} slew={part['slew_v_per_us'] * 1e6:g} "
           f"drop={part['rail_drop_v']:g} gain={OPEN_LOOP_GAIN:g} "
           f"noise_ohm={noise_v2_per_hz / (4 * JOULE_PER_KELVIN * ROOM_K):.6g}")
    yield OP_AMP.read_text("utf-8").rstrip()
    pins = (nets[f"U2 {pin}"] for pin in ("IN+", "IN-", "OUT", "V+", "V-"))
    yield f"XU2 {' '.join(pins)} opamp"


def _soldered(build: Build, nets: _Nets) -> Iterator[str]:
    for part in soldered(build):
        facts = build.refs[part.ref]
        value = f"{facts['ohm']:g}" if "ohm" in facts else f"{facts['nf']:g}n"
        yield f"{part.ref} {nets[part.one]} {nets[part.other]} {value}"
