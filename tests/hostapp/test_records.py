# SPDX-License-Identifier: Apache-2.0
"""Records mean what firmware/vectors says they mean."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solemetry.errors import DeviceError
from solemetry_host.wire import log, plate
from solemetry_host.wire.records import Ack, DeviceEvent, Info, Record, TimeAnswer, Type, encode
from solemetry_host.wire.stream import StreamDecoder

VECTORS = json.loads(
    (Path(__file__).parents[2] / "firmware" / "vectors" / "frames.json").read_text()
)["frames"]


def of_type(*types: int) -> list[Any]:
    chosen = [v for v in VECTORS if v["type"] in types]
    assert chosen, f"no vectors of type {types}"
    return [pytest.param(v, id=v["name"]) for v in chosen]


def payload_of(vector: dict) -> bytes:
    return bytes.fromhex(vector["payload_hex"])


@pytest.mark.parametrize("vector", of_type(Type.INFO))
def test_info(vector: dict) -> None:
    fields, info = vector["fields"], Info.parse(payload_of(vector))
    assert info.firmware == ".".join(map(str, fields["firmware"]))
    assert info.kind == {1: "plate", 2: "insole"}[fields["kind"]]
    assert (info.channels, info.bits, info.gain) == tuple(
        fields[name] for name in ("channels", "bits", "gain")
    )
    assert info.rate_hz == fields["rate_mhz"] / 1000
    assert (info.boot_id, info.geometry_hash) == (fields["boot_id"], fields["geometry_hash"])
    assert info.device_id == fields["id"]
    assert info.calibration == fields["calibration"]
    assert (info.accel_g, info.gyro_dps) == (fields["accel_g"], fields["gyro_dps"])
    assert info.side == ("", "left", "right")[fields["side"]]
    assert ("cop" in info.features) == bool(fields["features"] & 1)
    assert ("imu" in info.features) == bool(fields["features"] & 8)


@pytest.mark.parametrize("vector", of_type(Type.INFO))
def test_info_of_an_older_image_ends_behind_any_field_after_the_id(vector: dict) -> None:
    payload, whole = payload_of(vector), Info.parse(payload_of(vector))
    id_ends = 24 + len(vector["fields"]["id"])
    none = replace(whole, calibration=0, features=(), accel_g=0, gyro_dps=0, side="")
    there: dict[str, Any] = {}
    for length, name in ((0, ""), (2, "calibration"), (4, "features"), (5, "accel_g"),
                         (7, "gyro_dps"), (8, "side")):
        there |= {name: getattr(whole, name)} if name else {}
        assert Info.parse(payload[: id_ends + length]) == replace(none, **there)
    for length in range(1, id_ends):
        with pytest.raises(DeviceError, match="too few"):
            Info.parse(payload[:length])


@pytest.mark.parametrize("vector", of_type(Type.ACK, Type.TIME, Type.EVENT))
def test_answers_and_events(vector: dict) -> None:
    payload, fields = payload_of(vector), vector["fields"]
    if vector["type"] == Type.ACK:
        ack = Ack.parse(payload)
        assert ack is not None
        assert (ack.command_seq, ack.command, ack.status) == (
            fields["command_seq"], fields["command"], fields["status"]
        )
        assert ack.trailing == payload[4:]
    elif vector["type"] == Type.TIME:
        answer = TimeAnswer.parse(payload)
        assert answer == TimeAnswer(
            fields["command_seq"], fields["received_us"], fields["sent_us"]
        )
    else:
        event = DeviceEvent.parse(payload)
        assert event is not None
        assert (event.t_us, event.argument) == (fields["t_us"], fields["argument"])
        assert not event.kind.startswith("event_")


@pytest.mark.parametrize("vector", of_type(Type.CALIBRATION))
def test_calibrations(vector: dict) -> None:
    fields, stored = vector["fields"], plate.StoredCalibration.parse(payload_of(vector))
    assert stored is not None
    assert (stored.counter, stored.taken_s) == (fields["counter"], fields["taken_s"])
    assert [[c.gain, c.x_um, c.y_um] for c in stored.cells] == fields["cells"]
    assert stored.to_bytes() == payload_of(vector)[4:]


@pytest.mark.parametrize("vector", of_type(Type.SELF_TEST))
def test_self_tests(vector: dict) -> None:
    fields, found = vector["fields"], plate.SelfTest.parse(payload_of(vector))
    assert found is not None
    assert found.command_seq == fields["command_seq"]
    assert [[c.mean, c.spread] for c in found.channels] == [r[1:] for r in fields["results"]]
    assert [c.well for c in found.channels] == [r[0] == 0 for r in fields["results"]]


@pytest.mark.parametrize("vector", of_type(Type.COP))
def test_the_devices_own_cop(vector: dict) -> None:
    fields, cop = vector["fields"], plate.DeviceCop.parse(payload_of(vector))
    assert cop is not None
    assert (cop.index, cop.t_us, cop.boot_id) == tuple(
        fields[name] for name in ("index", "t_us", "boot_id")
    )
    assert cop.force_n == fields["fz_mn"] / 1000
    if fields["flags"] & 1:
        assert all(map(math.isnan, cop.cop_mm))
    else:
        assert cop.cop_mm == (fields["x_um"] / 1000, fields["y_um"] / 1000)
    assert ("not tared" in cop.remarks) == bool(fields["flags"] & 8)


@pytest.mark.parametrize("vector", of_type(Type.LOG_RUN, Type.LOG_DATA))
def test_log_records(vector: dict) -> None:
    fields = vector["fields"]
    if vector["type"] == Type.LOG_RUN:
        run = log.LogRun.parse(payload_of(vector))
        assert run is not None
        assert (run.epoch, run.run, run.blocks, run.utc_s) == tuple(
            fields[name] for name in ("epoch", "run", "blocks", "utc_s")
        )
        assert run.state == ("being written", "ended", "cut off")[fields["state"]]
    else:
        data = log.LogData.parse(payload_of(vector))
        assert data == log.LogData(
            fields["run"], fields["block"], fields["offset"], bytes.fromhex(fields["bytes_hex"])
        )


@pytest.mark.parametrize("vector", of_type(Type.SAMPLES))
def test_samples_come_apart_into_rows(vector: dict) -> None:
    fields = vector["fields"]
    rows = StreamDecoder(4).push(bytes.fromhex(vector["wire_hex"])).samples
    n = len(fields["counts"])
    assert len(rows) == n
    triples = rows["counts"].reshape(-1, 3).tolist()
    signed = [int.from_bytes(bytes(triple), "little", signed=True) for triple in triples]
    assert signed == [count for row in fields["counts"] for count in row]
    assert rows["index"].tolist() == [(fields["index"] + k) % 2**32 for k in range(n)]
    assert rows["conversion"][:, 0].tolist() == [
        (fields["conversion"] + k) % 256 for k in range(n)
    ]
    assert set(rows["flags"].tolist()) == {fields["flags"]}
    assert not rows["age"].any()
    since = (rows["t_us"].astype(int) - fields["t_us"]) % 2**32
    assert since.tolist() == pytest.approx(
        [fields["span_us"] * k / max(n - 1, 1) for k in range(n)], abs=1
    )


@pytest.mark.parametrize("vector", of_type(Type.ROWS))
def test_rows_of_an_insole_are_unpacked(vector: dict) -> None:
    fields = vector["fields"]
    rows = StreamDecoder(fields["channels"]).push(bytes.fromhex(vector["wire_hex"])).rows
    assert rows["cells"].tolist() == fields["cells"]
    assert rows["imu"].tolist() == (fields.get("imu") or [[-32768] * 6] * len(fields["cells"]))
    since = (rows["t_us"].astype(int) - fields["t0_us"]) % 2**32
    assert since.tolist() == [fields["period_us"] * k for k in range(len(rows))]
    assert rows["index"].tolist() == [
        (fields["index"] + k) % 2**32 for k in range(len(rows))
    ]


def commands() -> Iterator[tuple[Type, Callable[[dict], bytes]]]:
    yield Type.COMMAND_RATE, lambda f: plate.rate_payload(f["mhz"] / 1000, f["rows"])
    yield Type.COMMAND_LOG_READ, lambda f: log.log_read_payload(f["run"], f["block"], f["count"])
    yield Type.COMMAND_LOG_ERASE, lambda f: log.u32_payload(f["epoch"])
    yield Type.COMMAND_LOG_START, lambda f: log.u32_payload(f["utc_s"])
    yield Type.COMMAND_START, lambda f: plate.start_payload(cop=bool(f["streams"] & 2))
    yield Type.COMMAND_CAL_WRITE, lambda f: plate.StoredCalibration(
        f["taken_s"], tuple(plate.StoredCell(*cell) for cell in f["cells"])
    ).to_bytes()


@pytest.mark.parametrize(
    ("type_", "payload"), list(commands()), ids=lambda value: getattr(value, "name", "")
)
def test_commands_are_written_as_devices_read_them(type_: Type, payload: Any) -> None:
    ours = [
        v for v in VECTORS
        if v["type"] == type_ and v["fields"]["status"] == 0 and "newer" not in v["name"]
        and v["fields"].get("streams", 1) & 1
    ]  # fmt: skip
    checked = 0
    for vector in ours:
        written = payload(vector["fields"])
        shorter = min(len(written), len(payload_of(vector)))
        assert written[:shorter] == payload_of(vector)[:shorter]
        # What a vector leaves off is what a device takes for it.
        assert not any(written[shorter:]) or type_ == Type.COMMAND_START
        checked += shorter > 0
    assert checked


@pytest.mark.parametrize(
    "parse",
    [Ack.parse, TimeAnswer.parse, DeviceEvent.parse, plate.StoredCalibration.parse,
     plate.SelfTest.parse, plate.DeviceCop.parse, log.LogRun.parse, log.LogData.parse],
)  # fmt: skip
def test_a_record_that_is_too_short_is_none(parse: Callable[[bytes], object]) -> None:
    assert parse(b"") is None
    assert parse(b"\1") is None


def test_a_frame_by_hand_is_the_frame_of_the_encoder() -> None:
    # CRC-16/CCITT-FALSE of 84 01 00, worked out bit by bit; the zero is stuffed.
    crc = 0xFFFF
    for byte in (0x84, 0x01, 0x00):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    assert encode(Type.COMMAND_TIME, 1) == b"\x03\x84\x01\x03" + struct.pack("<H", crc) + b"\0"
    (record,) = StreamDecoder(4).push(encode(Type.COMMAND_TIME, 1)).records
    assert record == Record(0x84, 1, b"")
