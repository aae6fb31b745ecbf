# SPDX-License-Identifier: Apache-2.0
"""Each text format: what it becomes, and how it is refused when it is damaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

import solemetry as sm
from solemetry.errors import FileError
from solemetry.importers.formats import FORMATS, HEAD_BYTES

ROWS = 40


def gaitpdb() -> list[str]:
    """One row: time, 8 sensors of the left, 8 of the right, their totals."""
    lines = []
    for k in range(ROWS):
        left = [10.0 + k + 0.25 * s for s in range(8)]
        right = [50.0 - k + 0.5 * s for s in range(8)]
        row = [k / 100, *left, *right, sum(left), sum(right)]
        lines.append("\t".join(f"{value:.2f}" for value in row))
    return lines


def fukuchi() -> list[str]:
    header = [f"{name}{belt}" for belt in (1, 2)
              for name in ("Fx", "Fy", "Fz", "COPx", "COPy", "COPz", "Ty")]  # fmt: skip
    rows = [
        f"{k + 1}\t-30.50\t{500 + k:.2f}\t10.25\t{2000 - k:.2f}\t0\t1180.50\t100.25"
        "\t-0\t-0\t-0\t2149\t0\t1465.70\t0.00"
        for k in range(ROWS)
    ]
    return ["\t".join(["Time", *header]), *rows]


def motive() -> list[str]:
    head = ["Format Version,1.0,", "Take Name,somebody,",
            "Capture Start Time,05 Jan 2021 10:47:06 +0100,", f"Total Exported Frames,{ROWS},",
            "Coordinate Space,Local,", "Device Name,AMTI 3265 3265,", "", ""]  # fmt: skip
    names = "MocapFrame, MocapTime, DeviceFrame, Fx, Fy, Fz, Mx, My, Mz, Cx, Cy, Cz"
    rows = [
        f"{k},{k / 100:.6f},{k},1.000000,-8.000000,{580 + k:.6f},-37.000000,-12.000000,"
        f"3.000000,{0.02 + k / 1000:.6f},-0.064000,0.000000"
        for k in range(ROWS)
    ]
    return [*head, names, *rows]


def pds() -> list[str]:
    names = ["Time"]
    names += [f"{side}GRF{net}_{axis}" for side, net in (("R", ""), ("L", ""), ("", "NET"))
              for axis in "XYZ"]  # fmt: skip
    names += [f"{side}COP{net}_{axis}" for side, net in (("R", ""), ("L", ""), ("", "NET"))
              for axis in "XYZ"]  # fmt: skip
    rows = [
        f"{k / 100:.6f}\t-0.9\t{270 + k:.6f}\t-11.1\t2.6\t{360 - k:.6f}\t10.6\t1.7\t630.0\t-0.5"
        f"\t0.209\t0.0\t0.086\t{0.22 + k / 1e4:.6f}\t0.0\t-0.087\t0.215\t0.0\t-0.012\t1.50\t-1.25"
        for k in range(ROWS)
    ]
    return ["\t".join([*names, "RFREEMOMENT_Y", "LFREEMOMENT_Y"]), *rows]


def force() -> list[str]:
    return ["Time[s]\tGRF[N]", *(f"{k / 450}\t{700 + k}.25" for k in range(ROWS))]


@dataclass(frozen=True)
class Sample:
    """A small whole file, and where numbers of it stand."""

    make: Callable[[], list[str]]
    source: str
    separator: str
    first_row: int  # its line
    needed: int  # a column that it cannot do without

    def bytes(self) -> bytes:
        return ("\n".join(self.make()) + "\n").encode()


SAMPLES = {
    "gaitpdb": Sample(gaitpdb, "PhysioNet gaitpdb text", "\t", 1, 3),
    "fukuchi": Sample(fukuchi, "Fukuchi text of ground reaction forces", "\t", 2, 2),
    "motive": Sample(motive, "Motive force plate export (csv)", ",", 10, 5),
    "pds": Sample(pds, "two force plates as text of the PDS data set", "\t", 2, 5),
    "force": Sample(force, "BMC text of vertical force", "\t", 2, 1),
}


@pytest.fixture(params=SAMPLES.values(), ids=SAMPLES)
def sample(request):
    return request.param


def written(tmp_path, content):
    path = tmp_path / "trial.txt"
    path.write_bytes(content if isinstance(content, bytes) else "\n".join(content).encode() + b"\n")
    return path


def opened(tmp_path, content):
    return sm.open(written(tmp_path, content))


def opened_or_refused(path):
    try:
        return sm.open(path)
    except FileError as refusal:
        return refusal


# ---- all of them -----------------------------------------------------------------------------


def test_a_file_is_known_by_its_content_and_by_one_format_only(sample, tmp_path):
    path = written(tmp_path, sample.bytes())
    head = path.read_bytes()[:HEAD_BYTES]
    assert [kind.name for kind in FORMATS if kind.recognize(head)] == [sample.source]
    session = sm.open(path)
    assert session.state == "imported"
    assert session.meta["source"] == sample.source
    assert session.meta["source_file"] == "trial.txt"
    assert all(stream.rows == ROWS for stream in session.streams.values())


def test_line_ends_and_marks_of_other_systems_do_not_matter(sample, tmp_path):
    plain = opened(tmp_path, sample.bytes())
    text = sample.bytes().decode()
    for writing in ("\ufeff" + text, text.replace("\n", "\r\n"), text + "\n\n"):
        other = opened(tmp_path, writing.encode())
        for name, stream in plain.streams.items():
            np.testing.assert_array_equal(other.streams[name].force_n, stream.force_n)
            np.testing.assert_array_equal(other.streams[name].cop_mm, stream.cop_mm)


def test_cut_at_any_byte_it_is_refused_or_lacks_whole_rows_only(sample, tmp_path):
    content = sample.bytes()
    whole = opened(tmp_path, content)
    start = len("\n".join(sample.make()[: sample.first_row + 15]))
    places = [*range(0, start, 7), *range(start, start + 150), *range(len(content) - 150,
                                                                      len(content))]  # fmt: skip
    refused = 0
    for place in places:
        path = written(tmp_path, content[:place])
        part = opened_or_refused(path)
        if isinstance(part, FileError):
            assert str(path) in part.problem
            assert part.remedy
            refused += 1
            continue
        for name, stream in part.streams.items():
            rows = len(stream.force_n)
            assert ROWS - rows >= (place < len(content) - 1)
            np.testing.assert_array_equal(stream.force_n, whole.streams[name].force_n[:rows])
            np.testing.assert_array_equal(stream.cop_mm, whole.streams[name].cop_mm[:rows])
    assert refused > 0


def test_a_letter_in_any_number_is_told_with_line_and_column(sample, tmp_path):
    lines = sample.make()
    width = len(lines[-1].split(sample.separator))
    for column in range(width):
        for at in (sample.first_row - 1, sample.first_row + 20):
            damaged = list(lines)
            fields = damaged[at].split(sample.separator)
            fields[column] = fields[column].replace(fields[column][-1], "O")
            damaged[at] = sample.separator.join(fields)
            with pytest.raises(FileError, match=f"line {at + 1}, column .* is no number"):
                opened(tmp_path, damaged)


def test_a_missing_or_added_field_is_told_with_its_line(sample, tmp_path):
    lines = sample.make()
    at = sample.first_row + 20
    for damaged in (lines[at].rpartition(sample.separator)[0], lines[at] + sample.separator + "1"):
        with pytest.raises(FileError, match=rf"line {at + 1}: \d+ columns instead of \d+"):
            opened(tmp_path, [*lines[:at], damaged, *lines[at + 1 :]])


def test_a_missing_column_is_refused(sample, tmp_path):
    lines = sample.make()
    for at in range(max(sample.first_row - 2, 0), len(lines)):
        fields = lines[at].split(sample.separator)
        del fields[sample.needed]
        lines[at] = sample.separator.join(fields)
    # Without names the columns are known by their number alone, and so the format is.
    by_name = r"line \d+: the column\(s\) \w+ are missing|of no kind"
    with pytest.raises(FileError, match=by_name) as refusal:
        opened(tmp_path, lines)
    assert refusal.value.remedy


def test_another_separator_is_refused(sample, tmp_path):
    lines = sample.make()
    message = r"line \d+: (there is one column only|1 columns instead of)"
    with pytest.raises(FileError, match=message) as refusal:
        opened(tmp_path, [line.replace(sample.separator, ";") for line in lines])
    assert refusal.value.remedy
    at = sample.first_row + 20
    lines[at] = lines[at].replace(sample.separator, ";")
    with pytest.raises(FileError, match=f"line {at + 1}: 1 columns instead"):
        opened(tmp_path, lines)


@pytest.mark.parametrize("content", [b"", b"\x00" * 4096, bytes(range(256)) * 16])
def test_an_empty_and_a_binary_file_are_refused(tmp_path, content):
    with pytest.raises(FileError, match=r"is empty|of no kind") as refusal:
        opened(tmp_path, content)
    assert refusal.value.remedy


def test_zeros_that_a_crash_left_in_a_file_are_told(sample, tmp_path):
    content = sample.bytes()
    with pytest.raises(FileError, match=r"line \d+: .*bytes of zero"):
        opened(tmp_path, content[:-200] + b"\x00" * 200)


def test_time_that_goes_back_is_told_with_its_line(sample, tmp_path):
    lines = sample.make()
    at = sample.first_row + 20
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    with pytest.raises(FileError, match=f"line {at + 2}: the time steps"):
        opened(tmp_path, lines)


def test_time_that_leaps_beyond_all_measure_is_refused(tmp_path):
    lines = pds()
    for at in range(30, len(lines)):
        lines[at] = f"{1e6 + at / 100:.6f}\t" + lines[at].partition("\t")[2]
    with pytest.raises(FileError, match=r"irregular \(0\.28 s, then 1e\+06 s"):
        opened(tmp_path, lines)


@pytest.mark.parametrize("name", ["gaitpdb", "fukuchi", "pds", "force"])
def test_missing_lines_are_missing_samples(name, tmp_path):
    sample = SAMPLES[name]
    lines = sample.make()
    at = sample.first_row + 20
    del lines[at : at + 5]
    for stream in opened(tmp_path, lines).streams.values():
        assert (stream.rows, stream.lost_rows, len(stream.force_n)) == (ROWS - 5, 5, ROWS)
        assert np.flatnonzero(np.isnan(stream.force_n)).tolist() == list(range(21, 26))


# ---- gaitpdb ---------------------------------------------------------------------------------


def test_gaitpdb_is_two_insoles_of_eight_sensors(tmp_path):
    session = opened(tmp_path, gaitpdb())
    left, right = session.streams["insole-left"], session.streams["insole-right"]
    assert (left.kind, left.forces_n.shape) == ("cells", (ROWS, 8))
    np.testing.assert_allclose(left.forces_n[0], 10 + 0.25 * np.arange(8), atol=0.005)
    np.testing.assert_allclose(right.forces_n[-1], 50 - 39 + 0.5 * np.arange(8), atol=0.005)
    # Sensor 1 is under the heel, 8 under the toes; 2 is outside on either foot.
    for stream, outwards in ((left, -1), (right, 1)):
        place = stream.layout.xy_mm
        assert place[0, 1] == place[:, 1].min()
        assert place[7, 1] == place[:, 1].max()
        assert np.sign(place[1, 0] - place[2, 0]) == outwards
        assert stream.layout.regions == (
            "heel", "midfoot_lateral", "midfoot_medial", "midfoot_lateral", "midfoot_medial",
            "forefoot_lateral", "forefoot_medial", "toes",
        )  # fmt: skip


def test_gaitpdb_totals_are_checked(tmp_path):
    lines = gaitpdb()
    fields = lines[12].split("\t")
    fields[3] = "99.00"
    lines[12] = "\t".join(fields)
    with pytest.raises(FileError, match=r"line 13, column total left: .* but the sensors make"):
        opened(tmp_path, lines)


def test_a_real_walk_of_gaitpdb(real_data):
    path = real_data("gait/physionet_gaitpdb/GaCo01_01.txt")
    session = sm.open(path)
    totals = np.loadtxt(path, usecols=(17, 18))
    for name, total in zip(("insole-left", "insole-right"), totals.T, strict=True):
        stream = session.streams[name]
        # Summed by the authors, printed to 0.01 N.
        np.testing.assert_allclose(stream.force_n, total, atol=1e-9)
        assert stream.fs_hz == pytest.approx(100, rel=1e-3)
        assert stream.t_s[-1] == pytest.approx(121.17, abs=0.01)
        # In walking a foot rolls from heel to toes.
        assert np.nanquantile(stream.cop_mm[:, 1], 0.95) > 180
        assert np.nanquantile(stream.cop_mm[:, 1], 0.05) < 80


# ---- Fukuchi ---------------------------------------------------------------------------------


def test_fukuchi_is_a_load_stream_for_each_belt(tmp_path):
    session = opened(tmp_path, fukuchi())
    left, right = session.streams["belt-left"], session.streams["belt-right"]
    assert left.fs_hz == right.fs_hz == 300.0  # Fukuchi 2018
    assert left.t_s[[0, -1]].tolist() == [0.0, pytest.approx(39 / 300)]
    np.testing.assert_allclose(left.force_n, 500 + np.arange(ROWS))
    assert left.cop_mm[3].tolist() == [1180.5, 1997.0]
    assert left.shear_n[0].tolist() == [10.25, -30.5]
    assert np.isnan(right.cop_mm).all()  # nothing stands on it


@pytest.mark.parametrize("trial", ["05", "07"])
def test_on_a_real_treadmill_each_foot_is_braked_and_then_pushed(real_data, trial):
    session = sm.open(real_data(f"gait/fukuchi2018_treadmill/WBDS04walkT{trial}grf.txt"))
    assert list(session.streams) == ["belt-left", "belt-right"]
    for name, medially in (("belt-left", 1), ("belt-right", -1)):
        stream = session.streams[name]
        loaded = stream.force_n > 400
        # On a belt the foot travels backwards, so brakes where it lands, in front.
        front = stream.cop_mm[:, 1] > np.nanmedian(stream.cop_mm[:, 1])
        assert stream.shear_n[loaded & front, 1].mean() < -10
        assert stream.shear_n[loaded & ~front, 1].mean() > 10
        # The ground pushes a walker's foot towards the midline.
        assert medially * stream.shear_n[loaded, 0].mean() > 0
    left, right = (np.nanmean(stream.cop_mm[:, 0]) for stream in session.streams.values())
    assert left < right


def test_overground_files_have_more_plates_than_belts(tmp_path):
    lines = fukuchi()
    third = "\t".join(f"{n}3" for n in ("Fx", "Fy", "Fz", "COPx", "COPy", "COPz", "Ty"))
    lines = [lines[0] + "\t" + third, *(line + "\t1\t100\t1\t1\t0\t1\t0" for line in lines[1:])]
    assert list(opened(tmp_path, lines).streams) == ["plate-1", "plate-2", "plate-3"]


# ---- Motive ----------------------------------------------------------------------------------


def test_motive_is_a_plate_with_what_the_head_told(tmp_path):
    session = opened(tmp_path, motive())
    stream = session.stream
    assert (stream.name, stream.fs_hz) == ("plate", 100.0)
    np.testing.assert_allclose(stream.cop_mm[5], (25.0, -64.0))
    np.testing.assert_allclose(stream.force_n, 580 + np.arange(ROWS))
    assert session.meta["original"]["Device Name"] == "AMTI 3265 3265"
    assert session.meta["start_utc"] == "2021-01-05T09:47:06+00:00"
    assert any("does not tell how the person stood" in note for note in session.notes)


def test_a_real_export_of_motive(real_data):
    session = sm.open(real_data("posture/amti_motive/test.csv"))
    stream = session.stream
    assert (stream.rows, stream.fs_hz) == (15605, 100.0)
    silent = stream.force_n == 0
    assert silent.sum() == 7
    assert np.isnan(stream.cop_mm[silent]).all()
    assert not np.isnan(stream.cop_mm[~silent]).any()
    assert any(note.startswith("In 7 rows") for note in session.notes)


def test_rows_that_the_head_counts_and_that_are_not_there_are_told(tmp_path):
    with pytest.raises(FileError, match="30 rows, but its head tells of 40"):
        opened(tmp_path, motive()[:-10])


def test_a_head_without_names_of_columns_is_told(tmp_path):
    with pytest.raises(FileError, match="line 9: no line up to here begins with MocapFrame"):
        opened(tmp_path, [*motive()[:8], "x"])


# ---- PDS and vertical force ------------------------------------------------------------------


def test_pds_is_a_plate_under_each_foot(tmp_path):
    session = opened(tmp_path, pds())
    left, right = session.streams["plate-left"], session.streams["plate-right"]
    np.testing.assert_allclose(left.cop_mm[5], (-87.0, 220.5))
    np.testing.assert_allclose(right.cop_mm[5], (86.0, 209.0))
    np.testing.assert_allclose(left.force_n[5], 355)
    assert right.shear_n[0].tolist() == [-11.1, -0.9]


def test_two_real_plates_carry_what_is_published_of_both(real_data):
    path = real_data("posture/pds_two_plates/PDS13OR1grf.txt")
    session = sm.open(path)
    names = path.read_text().partition("\n")[0].split("\t")
    told = np.loadtxt(path, skiprows=1)
    both = sum(stream.force_n for stream in session.streams.values())
    np.testing.assert_allclose(both, told[:, names.index("GRFNET_Y")], atol=1e-5)
    cop_mm = sum(s.force_n[:, None] * s.cop_mm for s in session.streams.values()) / both[:, None]
    net_m = told[:, [names.index("COPNET_Z"), names.index("COPNET_X")]]
    np.testing.assert_allclose(cop_mm, net_m * 1000, atol=0.01)


def test_a_real_jump_has_force_and_no_centre_of_pressure(real_data):
    stream = sm.open(real_data("gait/bmc/jump1.txt")).stream
    assert (stream.rows, stream.fs_hz) == (4500, 450.0)
    assert np.isnan(stream.cop_mm).all()
    in_the_air = np.abs(stream.force_n) < 5
    assert in_the_air.any()
    assert stream.force_n.max() > 1000
