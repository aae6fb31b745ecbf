# SPDX-License-Identifier: Apache-2.0
"""What a device noticed, in a sentence for people: what, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Level = Literal["info", "warning", "error"]

_OF_A_SENSOR: dict[str, tuple[Level, str]] = {
    "sensor_silent": (
        "error", "Sensor {where} gives no data. Check its wires and its amplifier's power."
    ),
    "sensor_back": ("info", "Sensor {where} gives data again."),
    "readout_dropped": (
        "warning",
        "A value of sensor {where} came damaged and was dropped. If it happens often, keep its "
        "wires short and away from mains.",
    ),
    "at_an_end": (
        "error",
        "Sensor {where} stands at an end of its range. Check its wires, above all the white and "
        "green ones, and that nothing presses on it.",
    ),
    "in_range": ("info", "Sensor {where} is within its range again."),
    "given_up": (
        "error",
        "Sensor {where} did not come back after a restart and is given up until the next power-on. "
        "Check its wires, or replace its amplifier.",
    ),
}

_RESTARTS: dict[str, tuple[Level, str]] = {
    "brown-out": (
        "warning",
        "The device started again, as its supply had dipped. Use a shorter cable or a stronger "
        "supply.",
    ),
    "watchdog": (
        "warning",
        "The device restarted itself, as its program or a sensor hung. If it happens again, check "
        "the sensors' wires.",
    ),
    "crash": ("warning", "The device's program crashed and started again. Update its firmware."),
}

_MEMORIES = {1: "calibration", 2: "settings", 3: "count of restarts"}


def event_in_words(
    kind: str, detail: Mapping[str, Any], labels: Sequence[str]
) -> tuple[Level, str] | None:
    """Return how serious a device's event is, and a sentence; None for other kinds of events.

    Parameters
    ----------
    kind : str
        Of the event, as recorded.
    detail : mapping
        Its ``argument`` is the channel, a count, or what else the kind calls for.
    labels : sequence of str
        Names of the device's sensors.
    """
    argument = int(detail.get("argument", 0))
    if kind in _OF_A_SENSOR:
        level, text = _OF_A_SENSOR[kind]
        where = labels[argument] if argument < len(labels) else f"number {argument + 1}"
        return level, text.format(where=where)
    match kind:
        case "device_restarted":
            cause = str(detail.get("cause", "unknown"))
            return _RESTARTS.get(cause, ("info", f"The device started again ({cause})."))
        case "brown_out_detector_off":
            return "warning", (
                "The board's brown-out detector is off: a dip of its supply could damage what it "
                "remembers. Set the fuse: see docs/flashing.md."
            )
        case "rows_out_of_order":
            return "info", (
                f"{int(detail.get('rows', 0))} rows came twice or late and were left out; those "
                "that are missing are counted."
            )
        case "frames_dropped_by_device":
            return "warning", (
                f"The device could not send {argument} pieces of data in time; rows are missing. "
                "Check the cable or the distance, or choose a lower rate."
            )
        case "memory_damaged":
            what = _MEMORIES.get(argument, f"record {argument}")
            return "warning", (
                f"The {what} in the device's memory was damaged; an older copy is in use. "
                "Write it again, and replace the board if it comes back."
            )
        case "battery_low":
            volts = f" ({argument / 1000:.2f} V)" if argument else ""
            return "warning", f"The battery is low{volts}. Charge it soon."
        case "log_ended":
            return "error", (
                f"Logging of run {argument} ended: the memory is full or cannot be written. "
                "Download what is there, then erase it."
            )
        case "mtu_too_small":
            return "error", (
                f"The radio link carries only {argument} bytes at a time; 64 are needed. "
                "Use another Bluetooth adapter, or update its driver."
            )
        case "run_cut_off":
            return "warning", (
                "The run has no end: its power was cut, or its memory was full. "
                "What was written until then is here."
            )
        case "start_missing":
            return "warning", (
                "The first block of the run is damaged or missing, so what the device says of "
                "itself is not known. Download the run again."
            )
        case "block_damaged":
            return "warning", (
                f"Block {detail.get('block')} of the log {detail.get('why')}; its rows are "
                "missing. Download the run again; if it stays so, replace the memory card."
            )
        case "imu_silent":
            return "warning", "The inertial sensor gives no data. Restart the device."
        case "self_test_fault":
            return "warning", "The device's last self-test found a fault. Run it again."
    return None
