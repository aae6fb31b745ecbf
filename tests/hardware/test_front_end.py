# SPDX-License-Identifier: Apache-2.0
"""An insole's front end: ngspice solves what is soldered, the app inverts a closed form.

ngspice runs as a process of its own on a netlist of wires and parts, and says nothing where it
failed; so every run has to say as many rows as were asked for.
"""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import circuit
from budget import STAND_INS_OHM, front_end, insole_numbers
from build import Build
from solemetry import Calibration, DeviceDescription
from solemetry_host.sim.insole import VirtualInsole

ROOT = Path(__file__).parents[2]
INSOLES = {name: Build.read(ROOT / "hardware" / name) for name in ("insole", "insole_8")}
OPEN = 1e9
"""A cell that nobody presses, ohm."""

AT_REST = "Vchannel channel 0 0\nVdisabled disabled 0 0\n"

Floats = NDArray[np.float64]
Ngspice = Callable[[str, int], Floats]


@pytest.fixture(scope="module")
def ngspice() -> Ngspice:
    """Return what a netlist prints: rows of index, sweep and what was asked for."""
    program = shutil.which("ngspice")
    if program is None:
        pytest.skip("solving circuits needs ngspice")

    def run(netlist: str, rows: int) -> Floats:
        done = subprocess.run([program, "-b", "/dev/stdin"], input=netlist, capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        found = [line.split() for line in done.stdout.splitlines() if re.match(r"\d+\t", line)]
        assert len(found) >= rows
        return np.array(found, dtype=float)

    return run


def cells(build: Build, **ohm_at: float) -> list[float]:
    """Cells of which those on the named channels, ``c3=200.0``, are pressed."""
    return [ohm_at.get(f"c{cell['mux']}", OPEN) for cell in build.device["cell"]]


# ---- at rest -------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", INSOLES)
def test_the_circuit_that_is_soldered_gives_what_the_closed_form_says(
    folder: str, ngspice: Ngspice
) -> None:
    """Every channel from half a newton to the end of the range, by the file that builders get."""
    made = ROOT / "hardware" / folder / "made" / "front-end.cir"
    build, channels = INSOLES[folder], len(INSOLES[folder].device["cell"])
    found = ngspice(made.read_text("utf-8"), 200 * channels)
    force_n, channel, volts = found[:, 1:].T
    assert (force_n.min(), force_n.max()) == (0.5, build.sensor["range_n"])
    assert np.unique(channel).tolist() == list(range(channels))
    stage = front_end(build.text)
    np.testing.assert_allclose(volts, stage.volts(stage.siemens(force_n)), rtol=0, atol=1e-3)
    # That is a measure only if leaving the multiplexer out would not pass it.
    without = replace(stage, on_ohm=0.0)
    off_v = without.volts(without.siemens(force_n)) - volts
    assert off_v[force_n >= 2].min() > 1e-3
    assert off_v[force_n == 50].min() > 0.3


def test_each_channel_reads_its_own_cell_while_all_are_pressed(ngspice: Ngspice) -> None:
    build = INSOLES["insole"]
    stage = front_end(build.text)
    force_n = np.array([2.0 + 6 * cell["mux"] for cell in build.device["cell"]])
    ohm = (1 / stage.siemens(force_n)).tolist()
    asked = f"{AT_REST}.dc Vchannel 0 15 1\n.print dc V(out)\n.end\n"
    found = ngspice(circuit.netlist(build, ohm, stage.on_ohm) + asked, 16)
    channels = [cell["mux"] for cell in build.device["cell"]]
    read_n = stage.forces(found[channels, 2] / stage.reference_v * stage.last_code)
    np.testing.assert_allclose(read_n, force_n, rtol=1e-3)


@pytest.mark.parametrize("folder", INSOLES)
def test_with_no_channel_connected_it_is_the_baseline_of_the_firmware(
    folder: str, ngspice: Ngspice
) -> None:
    build = INSOLES[folder]
    pressed = circuit.netlist(build, [200.0] * len(build.device["cell"]), 90.0)
    asked = "Vchannel channel 0 0\nVdisabled disabled 0 1\n.dc Vchannel 0 7 1\n.print dc V(out)\n"
    volts = ngspice(f"{pressed}{asked}.end\n", 8)[:, 2]
    header = ROOT / "firmware" / "insole_esp32" / f"device_{len(build.device['cell'])}.h"
    baseline = re.search(r"BASELINE (\d+)", header.read_text("utf-8"))
    assert baseline
    np.testing.assert_allclose(volts / 3.3 * 4095, float(baseline[1]), atol=0.5)


@pytest.mark.parametrize("folder", INSOLES)
def test_builders_are_told_the_codes_that_stand_ins_have_in_the_circuit(
    folder: str, ngspice: Ngspice
) -> None:
    build = INSOLES[folder]
    table = (ROOT / "hardware" / folder / "made" / "jigs.md").read_text("utf-8")
    rows = re.findall(r"^\s*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", table, re.M)
    ohm, *told = np.array(rows, dtype=float).T
    assert set(ohm) == set(STAND_INS_OHM)
    pressed = cells(build, **{f"c{channel}": float(one) for channel, one in enumerate(ohm)})
    asked = f"{AT_REST}.dc Vchannel 0 4 1\n.print dc V(out)\n.end\n"
    for on_ohm, codes in zip((90.0, 110.0, 70.0), told, strict=True):
        volts = ngspice(circuit.netlist(build, pressed, on_ohm) + asked, 5)[:, 2]
        np.testing.assert_allclose(volts / 3.3 * 4095, codes, atol=0.8)


def test_codes_with_a_multiplexer_of_70_ohm_are_those_found_before_there_was_a_netlist() -> None:
    """454, 615, 1138, 1889 and 2781, by a circuit drawn by hand and solved by ngspice."""
    stage = replace(front_end(INSOLES["insole"].text), on_ohm=70.0)
    codes = [round(float(stage.codes(1 / ohm))) for ohm in STAND_INS_OHM]
    assert codes == [454, 615, 1138, 1889, 2781]


def test_the_output_ends_above_the_range_and_short_of_the_supply(ngspice: Ngspice) -> None:
    """With the least resistance of a multiplexer, for then the output is highest."""
    build = INSOLES["insole"]
    stage = replace(front_end(build.text), on_ohm=70.0)
    n = insole_numbers(build)
    pressed = circuit.netlist(build, ["V(ohm)", *cells(build)[1:]], 70.0)
    asked = f"{AT_REST}Vohm ohm 0 1\n.dc Vohm 10 1000 1\n.print dc V(out)\n.end\n"
    _, ohm, volts = ngspice(pressed + asked, 991).T
    np.testing.assert_allclose(volts, np.minimum(stage.volts(1 / ohm), 3.3 - 0.025), rtol=0,
                               atol=3e-3)
    at_range_v = np.interp(1 / float(stage.siemens(n["range_n"])), ohm, volts)
    assert at_range_v == pytest.approx(n["range_most_v"], abs=1e-3)
    assert at_range_v < n["adc_top_v"] - 0.1


def test_a_multiplexer_at_the_ends_of_its_spread_is_read_as_the_guide_says(
    ngspice: Ngspice,
) -> None:
    build = INSOLES["insole"]
    stage, n = front_end(build.text), insole_numbers(build)
    for on_ohm, says in ((70.0, n["on_least_percent"]), (110.0, n["on_most_percent"])):
        pressed = cells(build, c0=1 / float(stage.siemens(50.0)))
        asked = f"{AT_REST}.dc Vchannel 0 1 1\n.print dc V(out)\n.end\n"
        volts = ngspice(circuit.netlist(build, pressed, on_ohm) + asked, 2)[0, 2]
        read_n = float(stage.forces(volts / stage.reference_v * stage.last_code))
        assert 100 * (read_n / 50 - 1) == pytest.approx(says, abs=0.1)
        assert 5 < abs(says) < 8


# ---- resolution ----------------------------------------------------------------------------------


def test_a_code_is_as_many_newtons_as_the_guide_says(ngspice: Ngspice) -> None:
    n = insole_numbers(INSOLES["insole"])
    found = ngspice(circuit.sweep(INSOLES["insole"]), 3200)[:200]
    per_code_n = 3.3 / 4095 / np.gradient(found[:, 3], found[:, 1])
    for force_n, says_mn in ((1, "step_1n_mn"), (10, "step_10n_mn"), (99.5, "step_range_mn")):
        at = np.flatnonzero(found[:, 1] == force_n)[0]
        assert n[says_mn] == pytest.approx(1e3 * per_code_n[at], rel=0.02)


def test_the_circuits_own_noise_is_a_small_part_of_a_code(ngspice: Ngspice) -> None:
    """By hand: 28 nV per root hertz, times the gain, over pi/2 of 1 MHz through that gain."""
    build = INSOLES["insole"]
    ohm = 1 / float(front_end(build.text).siemens(100.0))
    asked = (f"{AT_REST}Vquiet quiet 0 dc 0 ac 1\n.control\nnoise v(out) Vquiet dec 20 1 10meg\n"
             'echo "0\t$&onoise_total"\nquit 0\n.endc\n.end\n')
    found = ngspice(circuit.netlist(build, cells(build, c0=ohm), 90.0) + asked, 1)
    gain = 1 + 2200 / (ohm + 90)
    by_hand_v = 28e-9 * gain * math.sqrt(math.pi / 2 * 1e6 / gain)
    assert found[0, 1] == pytest.approx(by_hand_v, rel=0.03)
    assert found[0, 1] < 0.25 * 3.3 / 4095


@pytest.mark.parametrize("folder", INSOLES)
@given(data=st.data())
def test_what_a_cell_feels_the_app_reads_within_half_a_code(
    folder: str, data: st.DataObject
) -> None:
    device = DeviceDescription.from_toml(INSOLES[folder].text)
    channels = len(device.layout.labels)
    force_n = np.array(data.draw(st.lists(
        st.floats(0.5, INSOLES[folder].sensor["range_n"]), min_size=channels, max_size=channels)))

    def felt(t_s: Floats) -> tuple[Floats, Floats]:
        return np.tile(force_n, (len(t_s), 1)), np.zeros((len(t_s), 6))

    codes, _ = VirtualInsole(device, felt, noise_codes=0.0).rows(np.arange(1), np.arange(1))
    zero = np.full(channels, 372.0)
    app = Calibration(zero, np.ones(channels), "made up", front_end=device.front_end)
    # Half a code of the cell, and what half a code of the zero makes of no force.
    slack_n = 1e-3 * np.array([_half_a_code_mn(force) for force in force_n]) + 0.01
    assert (np.abs(app.forces(codes)[0] - force_n) <= slack_n).all()
    ignoring = replace(device.front_end, on_ohm=0.0) if device.front_end else None
    off_n = replace(app, front_end=ignoring).forces(codes)[0] - force_n
    pressed = force_n > 10
    assert (off_n[pressed] < -slack_n[pressed]).all()


def _half_a_code_mn(force_n: float) -> float:
    """Ohm's law, differenced: no more than one part in a hundred off at this step."""
    def code(newtons: float) -> float:
        return 4095 / 3.3 * 0.3 * (1 + 2200 / (10_000 * newtons**-0.85 + 90))

    step_n = 1e-3 * force_n
    return 1.02 * 0.5 * 1e3 * step_n / (code(force_n + step_n) - code(force_n))


# ---- from one channel to the next ----------------------------------------------------------------


def slower(build: Build, share: float) -> Build:
    """With an amplifier that has so much of its bandwidth and slope."""
    catalogue = deepcopy(build.catalogue)
    for fact in ("bandwidth_hz", "slew_v_per_us"):
        catalogue["part"]["op-amp"][fact] *= share
    return replace(build, catalogue=catalogue)


@pytest.mark.parametrize(("before_ohm", "after_ohm"),
                         [(OPEN, 200.0), (200.0, OPEN), (1.0, 200.0), (1.0, OPEN)])
def test_after_a_switch_the_output_is_there_before_the_firmware_looks(
    before_ohm: float, after_ohm: float, ngspice: Ngspice
) -> None:
    """From nothing to the end of the range and back, and from an output at its end.

    With the multiplexer that lets it swing furthest, and an amplifier of four fifths of the typical
    speed; a typical one is there after 15 us. There is to within half a code.
    """
    scan = (ROOT / "firmware" / "drivers" / "insole_scan.h").read_text("utf-8")
    waits = re.search(r"kSettleUs = (\d+)", scan)
    assert waits
    ends_v = settled_v(ngspice, [before_ohm, after_ohm], 100.0, 1.0)
    for after_us, speed in ((float(waits[1]), 0.8), (15.0, 1.0)):
        there_v = settled_v(ngspice, [before_ohm, after_ohm], after_us, speed)
        assert abs(there_v - ends_v) < 0.5 * 3.3 / 4095
    # And it takes a while: what is looked at is not the circuit at rest.
    if after_ohm != OPEN:
        assert abs(settled_v(ngspice, [before_ohm, after_ohm], 2.0, 1.0) - ends_v) > 0.1


def settled_v(ngspice: Ngspice, ohm: Sequence[float], after_us: float, speed: float) -> float:
    """Output so long after the switch from channel 0 to 1."""
    build = slower(INSOLES["insole"], speed)
    asked = ("Vdisabled disabled 0 0\nVchannel channel 0 PWL(0 0 10u 0 10.05u 1)\n"
             f".tran 0.05u {10.05 + after_us}u 0 0.1u\n.print tran V(out)\n.end\n")
    pressed = cells(build, c0=ohm[0], c1=ohm[1])
    return float(ngspice(circuit.netlist(build, pressed, 70.0) + asked, 20)[-1, 2])
