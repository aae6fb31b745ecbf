# SPDX-License-Identifier: Apache-2.0
"""XDF, the format of the Lab Streaming Layer's recorder: a stream of each table, and the events.

Written by the specification of XDF 1.0 (github.com/sccn/xdf/wiki/Specifications): chunks of
length, tag and content. Each sample has its time: session time, on which the clocks of all devices
have been brought together already. So all clock offsets are 0; they are there to say so. What is
missing is NaN, and not left out: readers even times out by counting samples.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np
from numpy.typing import NDArray

from solemetry.exporting.about import events_as_text, software, subject_of
from solemetry.exporting.columns import AXES, Table, tables
from solemetry.exporting.written import Written, legible, new_file
from solemetry.session.model import Session, Stream

Floats = NDArray[np.float64]

EVENTS = "events"
SAMPLES_AT_ONCE = 1000
OFFSET_EVERY_S = 5.0


class _Tag(IntEnum):
    FILE_HEADER = 1
    STREAM_HEADER = 2
    SAMPLES = 3
    CLOCK_OFFSET = 4
    STREAM_FOOTER = 6


_TYPES = {
    "force": "Force",
    "place": "COP",
    "sensor force": "Force",
    "counts": "RawCounts",
    "acceleration": "Acceleration",
    "turn rate": "TurnRate",
}
"""Of channels, by the kind of the column; of a stream that of its first channel."""


def write(session: Session, out: Path) -> Written:
    """Write a new file ``out``.

    Raises
    ------
    FileError
        When the file is there already, or cannot be written.
    """
    with new_file(out) as path, path.open("wb") as file:
        file.write(b"XDF:")
        file.write(_chunk(_Tag.FILE_HEADER, _file_header(session)))
        for number, table in enumerate(tables(session), 1):
            file.writelines(_stream_chunks(number, table, session.streams.get(table.name)))
        file.writelines(_event_chunks(len(session.streams) + len(session.motion) + 1, session))
    return Written((out,), ("Why samples are missing is not in the file.",))


# ---- what a stream is made of ----------------------------------------------------------------


def _stream_chunks(number: int, table: Table, stream: Stream | None) -> Iterator[bytes]:
    values = np.ascontiguousarray(table.values[:, 1:], "<f8")
    rows = np.empty(
        len(values), [("stamped", "u1"), ("t_s", "<f8"), ("values", "<f8", values.shape[1:])]
    )
    rows["stamped"], rows["t_s"], rows["values"] = 8, table.t_s, values
    pieces = (
        (len(piece), piece.tobytes())
        for piece in (
            rows[at : at + SAMPLES_AT_ONCE] for at in range(0, len(rows), SAMPLES_AT_ONCE)
        )
    )
    return _chunks(number, _stream_header(table, stream), pieces, table.t_s)


def _event_chunks(number: int, session: Session) -> Iterator[bytes]:
    events = events_as_text(session)
    t_s = events.t_s.to_numpy(float)
    rows = [
        b"\x08" + struct.pack("<d", at) + _text(kind) + _text(detail)
        for at, kind, detail in zip(t_s, events.kind, events.detail, strict=True)
    ]
    header, _ = _header(EVENTS, "Markers", 0.0, "string", [
        ("kind", "", "Marker"), ("detail", "JSON", "Marker")
    ])  # fmt: skip
    return _chunks(number, header, [(len(rows), b"".join(rows))] if rows else [], t_s)


def _chunks(
    number: int, header: Element, pieces: Iterable[tuple[int, bytes]], t_s: Floats
) -> Iterator[bytes]:
    """Header, clock offsets, samples and footer of one stream."""
    yield _chunk(_Tag.STREAM_HEADER, _xml(header), number)
    if len(t_s):
        for at in np.append(np.arange(t_s[0], t_s[-1], OFFSET_EVERY_S), t_s[-1]):
            yield _chunk(_Tag.CLOCK_OFFSET, struct.pack("<dd", at, 0.0), number)
    for count, samples in pieces:
        yield _chunk(_Tag.SAMPLES, _length(count) + samples, number)
    footer = Element("info")
    if len(t_s):
        SubElement(footer, "first_timestamp").text = repr(float(t_s[0]))
        SubElement(footer, "last_timestamp").text = repr(float(t_s[-1]))
    SubElement(footer, "sample_count").text = str(len(t_s))
    yield _chunk(_Tag.STREAM_FOOTER, _xml(footer), number)


def _chunk(tag: _Tag, content: bytes, stream: int | None = None) -> bytes:
    whose = b"" if stream is None else struct.pack("<I", stream)
    return _length(2 + len(whose) + len(content)) + struct.pack("<H", tag) + whose + content


def _length(value: int) -> bytes:
    """Return a number of variable length: how many bytes it has, then these."""
    if value < 2**8:
        return struct.pack("<BB", 1, value)
    if value < 2**32:
        return struct.pack("<BI", 4, value)
    return struct.pack("<BQ", 8, value)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _length(len(encoded)) + encoded


# ---- headers ---------------------------------------------------------------------------------


def _file_header(session: Session) -> bytes:
    info = Element("info")
    SubElement(info, "version").text = "1.0"
    if start_utc := session.meta.get("start_utc"):
        SubElement(info, "datetime").text = str(start_utc)
    SubElement(info, "software").text = software()
    SubElement(info, "axes").text = AXES
    subject = SubElement(info, "subject")
    for name, value in subject_of(session).items():
        SubElement(subject, name).text = str(value)
    return _xml(info)


def _stream_header(table: Table, stream: Stream | None) -> Element:
    columns = table.columns[1:]
    told = [(column.name, column.unit, _TYPES[column.kind]) for column in columns]
    header, channels = _header(table.name, told[0][2], table.rate_hz, "double64", told)
    if stream is not None and stream.layout is not None:
        sensors = [
            channel
            for channel, column in zip(channels, columns, strict=True)
            if column.kind in ("sensor force", "counts")
        ]
        for channel, place_mm in zip(sensors, stream.layout.xy_mm, strict=True):
            location = SubElement(channel, "location")
            for axis, mm in zip("XY", place_mm, strict=True):
                SubElement(location, axis).text = f"{mm:.10g}"
            SubElement(location, "unit").text = "millimeters"
    return header


def _header(
    name: str, type_: str, rate_hz: float, format_: str, channels: Sequence[tuple[str, str, str]]
) -> tuple[Element, list[Element]]:
    """Return the header of a stream, and in it each channel, with its label, unit and type."""
    info = Element("info")
    SubElement(info, "name").text = name
    SubElement(info, "type").text = type_
    SubElement(info, "channel_count").text = str(len(channels))
    SubElement(info, "nominal_srate").text = repr(float(rate_hz))
    SubElement(info, "channel_format").text = format_
    described = SubElement(info, "desc")
    SubElement(described, "manufacturer").text = "Solemetry"
    there = SubElement(described, "channels")
    made = [SubElement(there, "channel") for _ in channels]
    for channel, texts in zip(made, channels, strict=True):
        for key, text in zip(("label", "unit", "type"), texts, strict=True):
            SubElement(channel, key).text = text
    return info, made


def _xml(info: Element) -> bytes:
    return b'<?xml version="1.0"?>' + legible(tostring(info, "unicode")).encode()
