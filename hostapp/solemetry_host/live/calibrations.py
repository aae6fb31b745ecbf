# SPDX-License-Identifier: Apache-2.0
"""The calibrations that are kept, and which of them is of a device that is there.

They lie in ``calibrations`` of the library folder, one file each, named after the device, its
geometry and the day. The newest that was accepted is used by itself. A device says what kind it is,
and not which one of that kind: two plates of one kind need ``--calibration``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path

from solemetry.calibrating import Record, read_record, write_record
from solemetry.device import DeviceDescription
from solemetry.errors import FileError
from solemetry_host.devices.source import Opened
from solemetry_host.folders import usual_library

VIRTUAL = "sim:"
NAME = "calibrations"


@dataclass(frozen=True)
class Which:
    """Of which device a calibration is.

    Attributes
    ----------
    device : DeviceDescription
    side : str
        Of an insole.
    where : str
        The URL it was met at. Virtual devices are told apart by it; a real one may come back at
        another port.
    """

    device: DeviceDescription
    side: str = ""
    where: str = ""

    @classmethod
    def of(cls, opened: Opened) -> Which:
        """Return which device was opened."""
        return cls(opened.description, opened.side, opened.where)

    @property
    def virtual(self) -> str:
        """What tells it from other virtual devices; empty of a real one."""
        return self.where if self.where.startswith(VIRTUAL) else ""

    def is_of(self, record: Record) -> bool:
        """Whether a record is of this kind of device, whatever its geometry then."""
        told = record.evidence
        return (record.device_id, told.get("side", ""), told.get("virtual", "")) == (
            self.device.id, self.side, self.virtual,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Kept:
    """A calibration in its file."""

    path: Path
    record: Record

    @property
    def accepted(self) -> bool:
        """Whether its verdict was good."""
        return bool(self.record.evidence.get("accepted", False))

    def age_days(self, today: date) -> int | None:
        """How old it is; None where it does not say."""
        try:
            return (today - date.fromisoformat(self.record.calibration.date)).days
        except ValueError:
            return None


@dataclass(frozen=True, eq=False)
class Found:
    """What there is for a device: a calibration, or why there is none that can be used."""

    kept: Kept | None = None
    why: str = ""


class Calibrations:
    """The calibrations of a folder.

    Parameters
    ----------
    folder : Path, optional
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or usual_library() / NAME

    @classmethod
    def of_library(cls, library: Path | None = None) -> Calibrations:
        """Return those of a library; without one, of the usual one."""
        return cls((library or usual_library()) / NAME)

    def all(self) -> tuple[list[Kept], list[FileError]]:
        """Every calibration, the oldest first; and what is the matter with damaged ones."""
        kept, damaged = [], []
        for path in sorted(self.folder.glob("*.json")):
            if path.name.startswith(_UNFINISHED):
                continue
            try:
                kept.append(Kept(path, read_record(path)))
            except FileError as error:
                damaged.append(error)
        kept.sort(key=lambda one: (one.record.calibration.date, _number(one.path)))
        return kept, damaged

    def find(self, which: Which) -> Found:
        """Return the newest of a device that was accepted, and is of its geometry."""
        kept, damaged = self.all()
        ours = [one for one in kept if which.is_of(one.record)]
        geometry = which.device.geometry_hash
        usable = [one for one in ours if one.accepted and one.record.geometry_hash == geometry]
        if usable:
            return Found(usable[-1])
        if any(one.accepted for one in ours):
            then = ours[-1].record.geometry_hash
            return Found(
                why=f"The calibration of {which.device.id} is of another geometry ({then:08x}; now "
                f"it is {geometry:08x}) and is not used. Calibrate it again."
            )
        if ours:
            return Found(
                why=f"The calibration of {which.device.id} was not accepted and is not used. "
                f"Calibrate it again, or give --calibration {ours[-1].path}."
            )
        return Found(why=str(damaged[-1]) if damaged else "")

    def keep(self, record: Record, which: Which) -> Kept:
        """Write a record into a file of its own.

        Raises
        ------
        FileError
            When it cannot be written.
        """
        evidence = {"side": which.side} if which.side else {}
        evidence |= {"virtual": which.virtual} if which.virtual else {}
        record = replace(record, evidence={**record.evidence, **evidence})
        self.make()
        names = filter(None, (record.device_id, which.side, f"{record.geometry_hash:08x}",
                              record.calibration.date))  # fmt: skip
        stem = "-".join(names)
        paths = (self.folder / f"{stem}{_ending(number)}.json" for number in count(1))
        path = next(path for path in paths if not path.exists())
        write_record(record, path)
        return Kept(path, record)

    def make(self) -> None:
        """Make the folder, and see that files can be written into it.

        Raises
        ------
        FileError
            When they cannot.
        """
        probe = self.folder / ".writable"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise FileError(
                f"Calibrations cannot be kept in {self.folder} ({error.strerror}).",
                "Choose another folder: set SOLEMETRY_LIBRARY, or see who may write there.",
            ) from None

    def unfinished(self, which: Which) -> Path:
        """Where a calibration of a device lies that was broken off."""
        names = (which.device.id, *re.findall(r"\w+", which.virtual))
        return self.folder / f"{_UNFINISHED}{'-'.join(names)}.json"


_UNFINISHED = "unfinished-"


def _ending(number: int) -> str:
    return f"-n{number}" if number > 1 else ""


def _number(path: Path) -> int:
    """Return which of its day it is."""
    _, of, number = path.stem.rpartition("-n")
    return int(number) if of and number.isdigit() else 1
