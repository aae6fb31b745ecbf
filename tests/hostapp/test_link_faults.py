# SPDX-License-Identifier: Apache-2.0
"""Whatever a link does to frames: no row is taken twice, and each that is missing is counted."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from broken_link import (
    INSOLE_ROWS,
    Heard,
    ScriptedTransport,
    insole_frame,
    insole_link,
    insole_notification,
    listen,
    plate_frame,
    sample,
)
from hypothesis import given
from hypothesis import strategies as st
from plain_decoder import SAMPLE, encode

from solemetry_host.devices.bluetooth import framed

FRAMES = 60


@dataclass(frozen=True)
class Fate:
    """What becomes of one frame."""

    kind: str = "sound"
    late: int = 0
    """So many frames overtake it, or its second copy."""
    at: int = 0
    flip: int = 1


fates = st.builds(
    Fate,
    st.sampled_from(["sound"] * 6 + ["lost", "late", "twice", "hit"]),
    st.integers(0, 12), st.integers(0, 10**6), st.integers(1, 255),
)  # fmt: skip


def hit(frame: bytes, fate: Fate) -> bytes:
    """Change one byte of a frame, but not into a zero, which would make two of it."""
    at = fate.at % (len(frame) - 1)
    flip = fate.flip if frame[at] != fate.flip else fate.flip ^ 0xFF or 1
    return frame[:at] + bytes([frame[at] ^ flip]) + frame[at + 1 :]


def arrivals(plan: list[Fate], frame_of: Callable[[int], bytes]) -> list[tuple[int, bytes]]:
    """What comes out of the link: number of the frame, -1 if it is damaged, and its bytes."""
    out: list[tuple[float, int, bytes]] = []
    for number, fate in enumerate(plan):
        frame = frame_of(number)
        if fate.kind == "hit":
            out.append((number, -1, hit(frame, fate)))
        elif fate.kind == "late":
            out.append((number + fate.late + 0.5, number, frame))
        elif fate.kind != "lost":
            out.append((number, number, frame))
        if fate.kind == "twice":
            out.append((number + fate.late + 0.5, number, frame))
    return [(number, frame) for _, number, frame in sorted(out, key=lambda each: each[0])]


def in_order(numbers: list[int]) -> list[int]:
    """Those of the arrivals that come after all that came before them."""
    kept: list[int] = []
    for number in numbers:
        if number >= 0 and (not kept or number > kept[-1]):
            kept.append(number)
    return kept


def cut(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(at % (len(stream) + 1) for at in cuts), len(stream)]
    return [stream[start:stop] for start, stop in pairwise(edges)]


def check_account(heard: Heard, numbers: list[int], rows_a_frame: int) -> None:
    expected = in_order(numbers)
    if not expected:
        assert not heard.blocks
        return
    rows = heard.rows
    wanted = [number * rows_a_frame + k for number in expected for k in range(rows_a_frame)]
    assert rows["index"].tolist() == wanted
    # The counts say which row it is: none bears the values of another.
    np.testing.assert_array_equal(rows["counts"][:, 0], np.array(wanted) % 4095)
    lost = int((np.diff(rows["index"].astype(np.int64)) - 1).sum())
    sent = (expected[-1] - expected[0] + 1) * rows_a_frame
    assert len(rows) + lost == sent
    out_of_order = sum(notice.detail["rows"] for notice in heard.told("rows_out_of_order"))
    sound = [number for number in numbers if number >= 0]
    assert out_of_order == (len(sound) - len(expected)) * rows_a_frame
    assert sum(n.detail["frames"] for n in heard.told("link_damage")) == numbers.count(-1)
    assert (np.diff(rows["t_dev_us"]) > 0).all()
    assert (np.diff(rows["t_host_ns"]) >= 0).all()


@given(st.lists(fates, min_size=1, max_size=FRAMES), st.lists(st.integers(0, 10**6), max_size=40))
def test_every_row_of_a_plate_is_delivered_once_or_known_to_be_missing(
    plan: list[Fate], cuts: list[int]
) -> None:
    came = arrivals(plan, plate_frame)
    stream = b"".join(frame for _, frame in came)
    heard = listen(ScriptedTransport(cut(stream, cuts)))
    check_account(heard, [number for number, _ in came], 1)


@given(st.lists(fates, min_size=1, max_size=FRAMES), st.lists(st.integers(1, 5), min_size=1))
def test_every_row_of_an_insole_is_delivered_once_or_known_to_be_missing(
    plan: list[Fate], at_once: list[int]
) -> None:
    came = arrivals(plan, insole_frame)
    reads, at = [], 0
    while at < len(came):
        many = at_once[len(reads) % len(at_once)]
        reads.append(b"".join(frame for _, frame in came[at : at + many]))
        at += many
    heard = listen(insole_link(reads))
    check_account(heard, [number for number, _ in came], INSOLE_ROWS)


@pytest.mark.parametrize("left", [0, 1, 2, 3, 10, 17, 18, 200])
def test_a_notification_that_is_cut_short_gives_no_rows(left: int) -> None:
    short = framed(insole_notification(1)[:left])
    heard = listen(insole_link([insole_frame(0), short, insole_frame(2)]))
    assert heard.rows["index"].tolist() == [*range(6), *range(12, 18)]


def test_the_index_and_the_time_go_on_past_their_wraps_with_a_gap_between() -> None:
    near, late = 2**32 - 3, 2**32 + 40
    frames = [
        encode(SAMPLE, 0, sample(index, t_us=index * 12_500 + 2**31))
        for index in (near, near + 1, near + 2, 2**32, late, late + 1)
    ]
    rows = listen(ScriptedTransport(frames)).rows
    assert rows["index"].tolist() == [near, near + 1, near + 2, 0, 40, 41]
    steps = np.diff(rows["t_dev_us"])
    assert steps.tolist() == [12_500] * 3 + [40 * 12_500, 12_500]


def test_a_gap_in_which_the_time_wraps_keeps_its_length() -> None:
    last = 2**32 - 5_000
    frames = [
        encode(SAMPLE, 0, sample(index, t_us=last + step))
        for index, step in ((10, 0), (90, 80 * 12_500))
    ]
    assert np.diff(listen(ScriptedTransport(frames)).rows["t_dev_us"]).tolist() == [1_000_000]


def test_a_row_from_before_a_restart_that_comes_after_it_is_late_and_no_restart() -> None:
    order = [(7, 100), (7, 101), (8, 0), (7, 102), (8, 1), (8, 2)]
    frames = [encode(SAMPLE, 0, sample(index, boot_id=boot)) for boot, index in order]
    heard = listen(ScriptedTransport(frames))
    rows = heard.rows
    assert list(zip(rows["boot_id"].tolist(), rows["index"].tolist(), strict=True)) == [
        (7, 100), (7, 101), (8, 0), (8, 1), (8, 2)
    ]  # fmt: skip
    assert [notice.detail["rows"] for notice in heard.told("rows_out_of_order")] == [1]


@pytest.mark.parametrize("reached", [300, 50_000])
def test_a_device_that_restarts_without_counting_it_is_heard_again_within_seconds(
    reached: int,
) -> None:
    before = [plate_frame(index) for index in range(reached, reached + 10)]
    after = [plate_frame(index) for index in range(400)]
    heard = listen(ScriptedTransport(before + after))
    indices = heard.rows["index"].tolist()
    assert indices[:10] == list(range(reached, reached + 10))
    begun = indices[10]
    assert begun <= 100
    assert indices[10:] == list(range(begun, 400))
    dropped = sum(notice.detail["rows"] for notice in heard.told("rows_out_of_order"))
    assert dropped == begun


def test_a_device_whose_count_of_boots_falls_back_has_restarted_each_time() -> None:
    boots = [7, 8, 7, 8, 8, 9]
    frames = [encode(SAMPLE, 0, sample(index, boot_id=boot))
              for boot in boots for index in range(300)]
    given = listen(ScriptedTransport(frames)).rows["boot_id"].astype(int)
    assert np.count_nonzero(np.diff(given)) == len(boots) - 1


def test_flags_of_all_ones_are_passed_on_as_they_came() -> None:
    frames = [encode(SAMPLE, k, sample(k, flags=0xFF)) for k in range(20)]
    assert set(listen(ScriptedTransport(frames)).rows["flags"].tolist()) == {0xFF}


def test_records_of_unknown_types_and_empty_ones_are_passed_over() -> None:
    strange = [encode(type_, 0, payload) for type_ in (0x0F, 0x7F, 0xFF, 2, 3, 4, 5, 6, 0x11, 0x13)
               for payload in (b"", b"\xff", bytes(40))]  # fmt: skip
    heard = listen(ScriptedTransport([plate_frame(0), *strange, plate_frame(1)]))
    assert heard.rows["index"].tolist() == [0, 1]
    assert not heard.told("link_lost")


def test_too_short_a_sample_is_no_row() -> None:
    short = encode(SAMPLE, 0, sample(1)[:-1])
    longer = encode(SAMPLE, 0, sample(2) + struct.pack("<H", 7))  # of a later minor version
    heard = listen(ScriptedTransport([plate_frame(0), short, longer]))
    assert heard.rows["index"].tolist() == [0, 2]
