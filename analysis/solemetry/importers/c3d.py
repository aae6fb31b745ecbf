# SPDX-License-Identifier: Apache-2.0
"""Force plates in a C3D file: motion labs' own format, read with ezc3d.

Plates of type 1 to 4, and others as far as ezc3d knows them. ezc3d works out force, moment and
centre of pressure at the top of each plate in the frame of the lab, the height of the top over
the sensors taken into account (its issue #354; versions before 1.6 left that out). Markers and
other analog channels are not read, nor the names of persons.

C3D does not tell where forward is. Walking does: in each contact the ground first brakes, then
pushes. Forward is the lab's axis nearest to that change; where nobody walks, the lab's first
horizontal axis is to the right. A note says which it was.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N
from solemetry.errors import FileError, UnavailableError
from solemetry.importers.plates import cop_where_loaded
from solemetry.session.imported import imported_session
from solemetry.session.model import NO_EVENTS, Session, Stream
from solemetry.session.reading import load_stream
from solemetry.signal import finite_runs

Floats = NDArray[np.float64]

SOURCE = "C3D force platforms"

LEAST_PUSH = 0.03
"""Share of the vertical force by which the horizontal one must change from the first to the second
half of the contacts. In walking its peaks are some 20 % of body weight either way (Perry J,
Burnfield JM 2010, Gait Analysis); in standing it is nothing on average."""

LEAST_CONTACT_S = 0.1
"""What is shorter is no step."""

_BLOCK = 512
_KEY = 0x50
_PROCESSORS = (84, 85, 86)
_BIG_ENDIAN = 86
_MOST_BLOCKS = 256
_NEEDED = [
    *(("POINT", name) for name in ("USED", "SCALE", "RATE", "DATA_START", "FRAMES")),
    *(("ANALOG", name) for name in ("USED", "GEN_SCALE", "SCALE", "OFFSET", "RATE")),
    *(("FORCE_PLATFORM", name) for name in ("USED",)),
]
_MM_PER = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
_KEPT = ("MANUFACTURER", "TRIAL", "FORCE_PLATFORM")
_COPY_AGAIN = "It may be cut short or damaged: copy it again, or export it again."


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    if len(head) < _BLOCK or head[1] != _KEY or head[0] < 2:
        return False
    processor = (head[0] - 1) * _BLOCK + 3
    return processor >= len(head) or head[processor] in _PROCESSORS


def read(path: str | os.PathLike[str]) -> Session:
    """Read the force plates of a trial as a session with a ``load`` stream of each.

    One plate is ``plate``, several are ``plate-1`` and so on. All centres of pressure share the
    origin of the lab.

    Raises
    ------
    UnavailableError
        When ezc3d is not installed.
    FileError
        When the file is cut short or damaged, or holds no force plates.
    """
    path = Path(path)
    content = _content(path)
    plates = content["data"]["platform"]
    if not plates:
        raise FileError(
            f"{path} holds no force plates.", "Export the trial with its analog force channels."
        )
    rate_hz = float(content["header"]["analogs"]["frame_rate"])
    up, forward, note = _axes(path, plates, rate_hz)
    right = np.cross(forward, up)
    start_s = content["header"]["points"]["first_frame"] / content["header"]["points"]["frame_rate"]
    described = _plain(content, "FORCE_PLATFORM")

    def stream(number: int, plate: dict[str, Any]) -> Stream:
        name = f"plate-{number + 1}" if len(plates) > 1 else "plate"
        force_n = up @ plate["force"]
        place_mm = plate["center_of_pressure"] * _MM_PER[plate["unit_position"]]
        cop_mm = np.column_stack((right @ place_mm, forward @ place_mm))
        made = load_stream(
            name,
            start_s + np.arange(len(force_n)) / rate_hz,
            force_n,
            cop_where_loaded(cop_mm, force_n),
            rate_hz,
            str(path),
            np.column_stack((right @ plate["force"], forward @ plate["force"])),
        )
        made.info.update(type=described["TYPE"][number], corners_mm=_corners(plate).tolist())
        return made

    return imported_session(
        path,
        SOURCE,
        [stream(number, plate) for number, plate in enumerate(plates)],
        original={name: _plain(content, name) for name in _KEPT if name in content["parameters"]},
        events=_events(path, content["parameters"].get("EVENT", {})),
        notes=[note],
    )


def _content(path: Path) -> Any:
    try:
        import ezc3d
    except ImportError:
        raise UnavailableError(
            f"{path} is a C3D file, and ezc3d, which reads it, is not installed.",
            'Install it: pip install "solemetry[c3d]".',
        ) from None
    try:
        _check_parameters(path)
        plain = ezc3d.c3d(str(path))
        _check_length(path, plain)
        _check_plates(path, plain)
        return ezc3d.c3d(str(path), extract_forceplat_data=True)
    except (struct.error, IndexError):
        raise FileError(f"{path} ends amid its parameters.", _COPY_AGAIN) from None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise FileError(f"{path} cannot be read as C3D: {error}.", _COPY_AGAIN) from None


# ---- damage: of a file that is not whole ezc3d makes what it can, or dies of it --------------


def _check_parameters(path: Path) -> None:
    """Make sure that the parameters hang together, and that none is missing that ezc3d needs."""
    groups, parameters = _parameters(path)
    there = {(groups.get(number, ""), name) for number, name in parameters}
    missing = [f"{group}:{name}" for group, name in _NEEDED if (group, name) not in there]
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")


def _parameters(path: Path) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """Walk through groups and parameters as the C3D manual lays them out.

    Each has the length of its name, its group, its name, the way to the next one; then, of a
    parameter, its type (bytes of a value; -1: text), its dimensions and values; then a remark.

    Returns
    -------
    groups : dict
        Name of each group by its number.
    parameters : list
        Number of the group, and name.
    """
    groups: dict[int, str] = {}
    parameters: list[tuple[int, str]] = []
    with path.open("rb") as file:
        file.seek((file.read(1)[0] - 1) * _BLOCK)
        section = file.read(_MOST_BLOCKS * _BLOCK)
    order = _byte_order(section[3])
    at = 4
    while section[at]:
        length, group = struct.unpack("2b", section[at : at + 2])
        way = at + 2 + abs(length)
        name = section[at + 2 : way]
        (step,) = struct.unpack(f"{order}H", section[way : way + 2])
        end = way + 2
        if group > 0:
            kind = struct.unpack("b", section[end : end + 1])[0]
            sizes = section[end + 2 : end + 2 + section[end + 1]]
            end += 2 + len(sizes) + abs(kind) * math.prod(sizes)
            if kind not in (-1, 1, 2, 4):
                raise ValueError(f"the parameter {name!r} is of no type that there is")
        end += 1 + section[end]
        if not name.replace(b"_", b"").isalnum() or end > len(section):
            raise ValueError(f"the parameter {name!r} is damaged")
        if group < 0:
            groups[-group] = name.decode().upper()
        else:
            parameters.append((group, name.decode().upper()))
        if not step:
            break
        if way + step < end:
            raise ValueError(f"the parameter {name!r} ends after the next one begins")
        at = way + step
    return groups, parameters


def _check_plates(path: Path, content: Any) -> None:
    """Make sure that what ezc3d needs of the plates is there."""
    told = {name: np.asarray(value) for name, value in _plain_group(content, "FORCE_PLATFORM")}
    used = int(told.get("USED", np.zeros(1))[0])
    analogs = len(content["parameters"]["ANALOG"]["LABELS"]["value"])
    needed = {"TYPE": (used,), "CORNERS": (3, 4, used), "ORIGIN": (3, used)}
    if not used:
        return
    for name, shape in needed.items():
        if name not in told or told[name].shape != shape or not np.isfinite(told[name]).all():
            raise ValueError(f"FORCE_PLATFORM:{name} does not fit {used} plates")
    first, second, _, fourth = told["CORNERS"].transpose(1, 0, 2)
    if not np.cross(first - second, first - fourth, axis=0).any(axis=0).all():
        raise ValueError("the corners of a plate lie on a line")
    rates = [content["header"][name]["frame_rate"] for name in ("points", "analogs")]
    if not all(0 < rate < np.inf for rate in rates):
        raise ValueError(f"{rates[0]:g} and {rates[1]:g} samples per second are no rates")
    channel = told.get("CHANNEL", np.empty(0))
    if channel.ndim != 2 or channel.shape[1] != used or not (channel <= analogs).all():
        raise ValueError(f"FORCE_PLATFORM:CHANNEL does not fit {used} plates")


def _check_length(path: Path, content: Any) -> None:
    """Refuse a file that ends before its last frame: ezc3d reads what is there, and no word.

    Its first block tells, in words of two bytes: points and analog values in a frame, first and
    last frame, and at which block the frames begin.
    """
    with path.open("rb") as file:
        head = file.read(_BLOCK)
        file.seek((head[0] - 1) * _BLOCK + 3)
        order = _byte_order(file.read(1)[0])
    points, analogs, first, last = struct.unpack(f"{order}4H", head[2:10])
    (data_block,) = struct.unpack(f"{order}H", head[16:18])
    word = 4 if float(content["parameters"]["POINT"]["SCALE"]["value"][0]) < 0 else 2
    frames = last - first + 1
    in_frame, data_at = word * (4 * points + analogs), (data_block - 1) * _BLOCK
    there = path.stat().st_size
    if there < data_at + frames * in_frame:
        raise FileError(
            f"{path} ends after frame {max(0, there - data_at) // in_frame} of {frames}: it has "
            f"{there} bytes, not {data_at + frames * in_frame}.",
            _COPY_AGAIN,
        )


def _byte_order(processor: int) -> str:
    return ">" if processor == _BIG_ENDIAN else "<"


# ---- axes ------------------------------------------------------------------------------------


def _axes(path: Path, plates: list[dict[str, Any]], rate_hz: float) -> tuple[Floats, Floats, str]:
    """Find up and forward, each along an axis of the lab, and what to tell of forward."""
    for number, plate in enumerate(plates, 1):
        if plate["unit_force"] != "N" or plate["unit_position"] not in _MM_PER:
            raise FileError(
                f"{path}, plate {number}: its units are {plate['unit_force']} and "
                f"{plate['unit_position']}.",
                f"Export it with forces in N and positions in {', '.join(_MM_PER)}.",
            )
    a, b, _, d = _corners(plates[0])
    # The corners run so that a plate's own z points down.
    up = _nearest_axis(-np.cross(a - b, a - d))
    pushes = [_push(plate["force"], up, rate_hz) for plate in plates]
    push_n = sum((push for push, _ in pushes), np.zeros(3))
    load_n = sum(load for _, load in pushes)
    push_n = push_n - up * (up @ push_n)
    if load_n > 0 and np.linalg.norm(push_n) >= LEAST_PUSH * load_n:
        forward = _nearest_axis(push_n)
        why = "there the ground pushes whoever walks"
    else:
        first = np.roll(up, 1) if np.abs(up)[2] else np.eye(3)[0]
        forward = np.cross(up, np.abs(first))
        why = "nobody walks, so the lab's first horizontal axis is taken to the right"
    return up, forward, f"Forward is {_name(forward)} of the lab: {why}."


def _push(force_n: Floats, up: Floats, rate_hz: float) -> tuple[Floats, float]:
    """Force of the second halves of all contacts less that of the first, and what weighed on it."""
    vertical_n = up @ force_n
    push_n, load_n = np.zeros(3), 0.0
    for start, stop in finite_runs(vertical_n >= MIN_FORCE_N).tolist():
        middle = (start + stop) // 2
        whole = start > 0 and stop < len(vertical_n)
        if whole and stop - start >= LEAST_CONTACT_S * rate_hz:
            halves = force_n[:, middle:stop], force_n[:, start:middle]
            push_n += halves[0].sum(axis=1) - halves[1].sum(axis=1)
            load_n += float(vertical_n[start:stop].sum())
    return push_n, load_n


def _nearest_axis(direction: Floats) -> Floats:
    at = int(np.argmax(np.abs(direction)))
    axis = np.zeros(3)
    axis[at] = np.sign(direction[at])
    return axis


def _name(axis: Floats) -> str:
    at = int(np.argmax(np.abs(axis)))
    return f"{'+' if axis[at] > 0 else '-'}{'xyz'[at]}"


def _corners(plate: dict[str, Any]) -> Floats:
    """Return the corners of the top, (4, 3), mm."""
    corners_mm: Floats = plate["corners"].T * _MM_PER[plate["unit_position"]]
    return corners_mm


# ---- what else the file tells ----------------------------------------------------------------


def _events(path: Path, group: Any) -> pd.DataFrame:
    """Return the marks that somebody set in the trial: label and context."""
    if not {"LABELS", "TIMES"} <= set(group):
        return NO_EVENTS.copy()
    labels = list(group["LABELS"]["value"])
    times = np.asarray(group["TIMES"]["value"], dtype=float)
    if times.ndim != 2 or len(times) != 2 or times.shape[1] < len(labels):
        raise FileError(f"{path}: EVENT:TIMES does not fit {len(labels)} labels.", _COPY_AGAIN)
    minutes, seconds = times
    contexts = list(group["CONTEXTS"]["value"]) if "CONTEXTS" in group else [""] * len(labels)
    told = [
        {"label": label, "context": context}
        for label, context in zip(labels, contexts, strict=False)
    ]
    if not told:
        return NO_EVENTS.copy()
    events = pd.DataFrame(
        {"t_s": 60 * minutes[: len(told)] + seconds[: len(told)], "kind": "marked", "detail": told}
    )
    return events.sort_values("t_s", kind="stable", ignore_index=True)


def _plain_group(content: Any, name: str) -> Iterable[tuple[str, Any]]:
    group = content["parameters"].get(name, {})
    return ((key, one["value"]) for key, one in group.items() if key != "__METADATA__")


def _plain(content: Any, name: str) -> dict[str, Any]:
    """Parameters of a group as JSON can hold them."""
    return {
        key: value.tolist() if isinstance(value, np.ndarray) else list(value)
        for key, value in _plain_group(content, name)
    }
