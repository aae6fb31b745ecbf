# SPDX-License-Identifier: Apache-2.0
"""Force plates in C3D files, against closed forms and against another reader of the format."""

from __future__ import annotations

import builtins

import c3d
import ezc3d
import numpy as np
import pytest

import solemetry as sm
from solemetry.errors import FileError, UnavailableError

POINT_HZ, ANALOG_HZ = 100, 1000
FRAMES = 60


def wrench(place_mm, force_n, turn_nmm=2000.0):
    """Force of the ground on a foot at a place on the top, and its moment about the middle there.

    In the plate's own frame, in which z points down; `place_mm` is ``(x, y)``.
    """
    arm_mm = np.array([*place_mm, 0.0])
    return np.asarray(force_n, float), np.cross(arm_mm, force_n) + np.array([0, 0, turn_nmm])


def channels(kind, place_mm, force_n, origin_mm):
    """What the sensors of a plate of this type say, by the definitions of the C3D manual.

    Type 1: force, place, free moment; 2 and 4: force and moment about the sensors, ORIGIN being
    the way from there to the middle of the top; 3: eight sums of Kistler's corners.
    """
    force_n, moment_nmm = wrench(place_mm, force_n)
    if kind == 1:
        return [*force_n, *place_mm, moment_nmm[2] - np.cross([*place_mm, 0], force_n)[2]]
    if kind in (2, 4):
        return [*force_n, *(moment_nmm + np.cross(origin_mm, force_n))]
    a_mm, b_mm, top_mm = np.abs(origin_mm)
    fx, fy, fz = force_n
    # Kistler: Mx = b (fz1 + fz2 - fz3 - fz4), My = a (-fz1 + fz2 + fz3 - fz4) about the sensors.
    mx, my, mz = moment_nmm + np.cross((0, 0, -top_mm), force_n)
    up = np.linalg.solve(
        [[1, 1, 1, 1], [b_mm, b_mm, -b_mm, -b_mm], [-a_mm, a_mm, a_mm, -a_mm], [1, -1, 1, -1]],
        [fz, mx, my, 0],
    )
    # Mz = b (-fx12 + fx34) + a (fy14 - fy23)
    twist = mz / (2 * (a_mm + b_mm))
    return [fx / 2 - twist, fx / 2 + twist, fy / 2 + twist, fy / 2 - twist, *up]


def write(path, samples, kinds, origin_mm, *, corners_mm=None, events=(), first_frame=0, **groups):
    """Write a C3D file of plates whose channels are `samples`, one ``(N, channels)`` for each."""
    file = ezc3d.c3d()
    counts = [plate.shape[1] for plate in samples]
    analog = np.hstack(samples)
    file["parameters"]["POINT"]["RATE"]["value"] = [POINT_HZ]
    file["parameters"]["POINT"]["LABELS"]["value"] = ["M"]
    file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    file["data"]["points"] = np.zeros((4, 1, len(analog) * POINT_HZ // ANALOG_HZ))
    labels = [f"C{k + 1}" for k in range(sum(counts))]
    file["parameters"]["ANALOG"]["RATE"]["value"] = [ANALOG_HZ]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = labels
    file["parameters"]["ANALOG"]["UNITS"]["value"] = ["N"] * len(labels)
    file["data"]["analogs"] = analog.T[None]
    most, at, channel = max(counts), 1, []
    for count in counts:
        channel.append([*range(at, at + count), *[0] * (most - count)])
        at += count
    if corners_mm is None:
        corners_mm = [square(600 * k) for k in range(len(samples))]
    told = {
        "USED": [len(samples)], "TYPE": kinds, "CHANNEL": np.array(channel).T,
        "CORNERS": np.stack(corners_mm, axis=-1).transpose(1, 0, 2),
        "ORIGIN": np.array([origin_mm] * len(samples), float).T, "ZERO": [1, 0],
    }  # fmt: skip
    if 4 in kinds:
        told["CAL_MATRIX"] = np.stack([np.eye(6)] * len(samples), axis=-1)
    for name, value in told.items():
        file["parameters"]["FORCE_PLATFORM"][name]["value"] = np.asarray(value)
    for group, values in groups.items():
        for name, value in values.items():
            file.add_parameter(group, name, value)
    if events:
        file.add_parameter("EVENT", "USED", [len(events)])
        file.add_parameter("EVENT", "LABELS", [label for _, _, label in events])
        file.add_parameter("EVENT", "CONTEXTS", [context for _, context, _ in events])
        file.add_parameter("EVENT", "TIMES", np.array([(0, t_s) for t_s, _, _ in events]).T)
    file["header"]["points"]["first_frame"] = first_frame
    file.write(str(path))
    return path


def square(x_mm=0.0):
    """Corners as the manual orders them, so that x is the lab's y, y its x, and z points down."""
    low, high = np.array([x_mm, 0, 0]), np.array([x_mm + 400, 600, 0])
    return np.array([(high[0], high[1], 0), (high[0], low[1], 0), (low[0], low[1], 0),
                     (low[0], high[1], 0)], float)  # fmt: skip


def in_lab(vector, corners):
    """Turn a vector of the plate's frame into the lab's, by the corners alone."""
    x = corners[0] - corners[1]
    y = corners[0] - corners[3]
    x, y = x / np.linalg.norm(x), y / np.linalg.norm(y)
    return np.column_stack((x, y, np.cross(x, y))) @ np.asarray(vector, float)


def standing(kind, force_n=(15.0, -40.0, -700.0), place_mm=(55.0, -80.0), origin_mm=(3, -5, -40)):
    row = channels(kind, place_mm, force_n, origin_mm)
    return np.tile(row, (FRAMES * ANALOG_HZ // POINT_HZ, 1))


def expected(force_n, place_mm, corners):
    return in_lab(force_n, corners), corners.mean(axis=0) + in_lab([*place_mm, 0], corners)


@pytest.mark.parametrize(
    ("kind", "origin_mm"),
    [(1, (0, 0, 0)), (2, (3, -5, -40)), (3, (120, 200, -54)), (4, (3, -5, -40))],
)
def test_where_a_known_force_acts_is_found_whatever_the_type_of_plate(tmp_path, kind, origin_mm):
    force_n, place_mm = (15.0, -40.0, -700.0), (55.0, -80.0)
    rows = standing(kind, force_n, place_mm, origin_mm)
    path = write(tmp_path / "t.c3d", [rows], [kind], origin_mm)
    stream = sm.open(path).stream
    lab_n, lab_mm = expected(force_n, place_mm, square())
    np.testing.assert_allclose(stream.force_n, 700.0, rtol=1e-6)
    # Nobody walks: the lab's x is to the right, its y forward.
    np.testing.assert_allclose(stream.cop_mm, np.tile(lab_mm[:2], (600, 1)), atol=1e-3)
    np.testing.assert_allclose(stream.shear_n, np.tile(lab_n[:2], (600, 1)), atol=1e-3)


def step(direction, start, stop, n=600):
    """One contact: force rises and falls, brakes first and then pushes along `direction`."""
    phase = np.linspace(0, 1, stop - start)
    rows = np.zeros((n, 3))
    rows[start:stop] = np.outer(-np.sin(2 * np.pi * phase) * 120, direction)
    rows[start:stop, 2] += -750 * np.sqrt(np.sin(np.pi * phase))
    return rows


@pytest.mark.parametrize(
    ("direction", "forward", "right"),
    [((1, 0), "+y", (1, 0)), ((-1, 0), "-y", (-1, 0)), ((0, 1), "+x", (0, -1)),
     ((0.2, -0.9), "-x", (0, 1))],
)  # fmt: skip
def test_forward_is_where_the_ground_pushes_a_walker(tmp_path, direction, forward, right):
    # The plate's x is the lab's y, its y the lab's x.
    forces_n = step((*direction, 0), 100, 500)
    rows = np.array([channels(2, (10, 20), force, (0, 0, -40)) for force in forces_n])
    session = sm.open(write(tmp_path / "t.c3d", [rows], [2], (0, 0, -40)))
    assert session.notes == (
        f"Forward is {forward} of the lab: there the ground pushes whoever walks.",
    )
    stream = session.stream
    first, second = stream.shear_n[100:300, 1], stream.shear_n[300:500, 1]
    assert first.mean() < -20
    assert second.mean() > 20
    lab_mm = square().mean(axis=0) + in_lab((10, 20, 0), square())
    np.testing.assert_allclose(np.nanmean(stream.cop_mm[:, 0]), lab_mm[:2] @ right, atol=1e-2)
    assert np.isnan(stream.cop_mm[:90]).all()


def test_several_plates_share_the_origin_of_the_lab(tmp_path):
    path = write(tmp_path / "t.c3d", [standing(2), standing(2)], [2, 2], (3, -5, -40))
    session = sm.open(path)
    assert list(session.streams) == ["plate-1", "plate-2"]
    first, second = (stream.cop_mm[0] for stream in session.streams.values())
    np.testing.assert_allclose(second - first, (600, 0), atol=1e-3)
    assert session.streams["plate-2"].info["type"] == 2
    np.testing.assert_allclose(session.streams["plate-2"].info["corners_mm"], square(600))


def test_a_trial_that_was_trimmed_keeps_its_time(tmp_path):
    path = write(tmp_path / "t.c3d", [standing(2)], [2], (0, 0, -40), first_frame=50)
    assert sm.open(path).stream.t_s[0] == pytest.approx(0.5)


def test_marks_are_events_and_names_of_persons_are_not_read(tmp_path):
    events = [(0.31, "Right", "Foot Off"), (0.12, "Left", "Foot Strike")]
    path = write(
        tmp_path / "t.c3d", [standing(2)], [2], (0, 0, -40), events=events,
        SUBJECTS={"NAMES": ["Erika Mustermann"]}, TRIAL={"DATE": ["2026"]},
    )  # fmt: skip
    session = sm.open(path)
    assert session.events.t_s.tolist() == pytest.approx([0.12, 0.31])
    assert session.events.detail[0] == {"label": "Foot Strike", "context": "Left"}
    assert session.meta["original"]["TRIAL"]["DATE"] == ["2026"]
    assert "Mustermann" not in str(session.meta) + str(session.subject)


def test_a_real_walk_agrees_with_another_reader(real_data):
    """Raw channels by the `c3d` package, then the manual's definition of type 4."""
    path = real_data("gait/bmc/Gait.c3d")
    session = sm.open(path)
    with path.open("rb") as handle:
        reader = c3d.Reader(handle)
        analog = np.concatenate([part for _, _, part in reader.read_frames()], axis=1)
        group = reader.get("FORCE_PLATFORM")
        channel = group.get("CHANNEL").int16_array
        corners, origin, matrix = (
            group.get(name).float_array for name in ("CORNERS", "ORIGIN", "CAL_MATRIX")
        )
    assert reader.analog_rate == 1000
    for k, stream in enumerate(session.streams.values()):
        # Fortran order in the file: the package gives the matrix transposed.
        sensed = matrix[k].T @ analog[channel[k] - 1]
        force_n, moment = sensed[:3], sensed[3:] - np.cross(origin[k], sensed[:3], axis=0)
        lab_n = in_lab(force_n, corners[k])
        np.testing.assert_allclose(stream.force_n, lab_n[2], atol=1e-3)
        np.testing.assert_allclose(stream.shear_n, np.stack((lab_n[1], -lab_n[0]), 1), atol=1e-3)
        loaded = stream.force_n >= 20
        assert (np.isnan(stream.cop_mm[:, 0]) == ~loaded).all()
        local = np.stack((-moment[1] / force_n[2], moment[0] / force_n[2], 0 * force_n[2]))
        lab_mm = corners[k].mean(axis=0)[:, None] + in_lab(local, corners[k])
        np.testing.assert_allclose(
            stream.cop_mm[loaded], np.stack((lab_mm[1], -lab_mm[0]), 1)[loaded], atol=0.01
        )
    # data/README: plates 799 and 855 N, contact 0.577 and 0.571 s.
    for stream, peak_n, contact_s in zip(
        session.streams.values(), (799, 855), (0.577, 0.571), strict=True
    ):
        assert stream.force_n.max() == pytest.approx(peak_n, abs=0.5)
        assert (stream.force_n >= 20).sum() / stream.fs_hz == pytest.approx(contact_s, abs=0.001)


def test_a_cut_file_is_refused(real_data, tmp_path):
    content = real_data("gait/bmc/Gait.c3d").read_bytes()
    path = tmp_path / "cut.c3d"
    for part in (0.001, 0.01, 0.1, 0.5, 0.9, 0.999):
        path.write_bytes(content[: int(len(content) * part)])
        with pytest.raises(FileError, match=r"cut\.c3d") as refusal:
            sm.open(path)
        assert refusal.value.remedy
    assert "ends after frame 486 of 487" in refusal.value.problem


def test_a_damaged_head_is_refused(real_data, tmp_path):
    content = bytearray(real_data("gait/bmc/Gait.c3d").read_bytes())
    content[520:1500] = bytes(range(250)) * 3 + bytes(230)
    path = tmp_path / "damaged.c3d"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"damaged\.c3d") as refusal:
        sm.open(path)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("there", "instead", "message"),
    [
        (b"GEN_SCALE", b"GEN_SCALI", "ANALOG:GEN_SCALE missing"),
        (b"DATA_START", b"DATA_STARS", "POINT:DATA_START missing"),
        (b"CHANNEL", b"CHANNEI", "FORCE_PLATFORM:CHANNEL does not fit 2 plates"),
        (b"CORNERS", b"CORNERZ", "FORCE_PLATFORM:CORNERS does not fit 2 plates"),
        (b"Y_SCREEN", b"Y SCREEN", "the parameter b'Y SCREEN' is damaged"),
    ],
)
def test_a_parameter_that_is_missing_is_told(real_data, tmp_path, there, instead, message):
    """Of most of these the library would die, and Python with it."""
    content = real_data("gait/bmc/Gait.c3d").read_bytes()
    path = tmp_path / "damaged.c3d"
    assert there in content
    path.write_bytes(content.replace(there, instead, 1))
    with pytest.raises(FileError, match=message) as refusal:
        sm.open(path)
    assert str(path) in refusal.value.problem


def test_corners_on_a_line_are_refused(tmp_path):
    flat = square()
    flat[:, 1] = 0
    path = write(tmp_path / "t.c3d", [standing(2)], [2], (0, 0, -40), corners_mm=[flat])
    with pytest.raises(FileError, match="corners of a plate lie on a line"):
        sm.open(path)


def test_a_file_without_plates_is_refused(tmp_path):
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [100]
    file["parameters"]["POINT"]["LABELS"]["value"] = ["M"]
    file["data"]["points"] = np.zeros((4, 1, 50))
    file.write(str(tmp_path / "markers.c3d"))
    with pytest.raises(FileError, match="holds no force plates"):
        sm.open(tmp_path / "markers.c3d")


def test_without_the_library_it_is_told_what_to_install(real_data, monkeypatch):
    there = builtins.__import__

    def not_there(name, *rest, **more):
        if name == "ezc3d":
            raise ImportError(name)
        return there(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", not_there)
    with pytest.raises(UnavailableError, match=r"ezc3d.*not installed.*solemetry\[c3d\]"):
        sm.open(real_data("gait/bmc/Gait.c3d"))
