# SPDX-License-Identifier: Apache-2.0
"""A device as its ``device.toml`` describes it: sensors at known positions behind an ADC."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.brief import in_brief
from solemetry.errors import FileError, UnavailableError
from solemetry.front_end import FrontEnd

STANDARD_GRAVITY = 9.80665
"""Newtons per kilogram, by definition (CGPM 1901)."""

PARIS_POINT_MM = 20 / 3
"""Length that a step of one EU shoe size adds to a foot."""

SIZES_EU = (35, 48)
"""Smallest and largest insole that templates are made for."""

FOREIGN = "lsl:"
"""What the id of a device begins with that is only known by a stream of another program."""


@dataclass(frozen=True, eq=False)
class SensorLayout:
    """Force sensors at known positions: what a plate and an insole have in common.

    Attributes
    ----------
    name : str
        The device's id.
    kind : {"plate", "insole"}
    labels : tuple of str, length S
    xy_mm : (S, 2) float array
        Position of each sensor, ``(ml, ap)``: x to the right, y forward.
    size_mm : tuple of float
        Width (x) and depth (y) of the top surface, or of the insole's outline.
    regions : tuple of str, length S or 0
        The part of the foot under each sensor; none on a plate.
    area_mm2 : (S,) float array or None
        Sensing area of each; None on a plate.
    """

    name: str
    kind: Literal["plate", "insole"]
    labels: tuple[str, ...]
    xy_mm: NDArray[np.float64]
    size_mm: tuple[float, float]
    regions: tuple[str, ...] = ()
    area_mm2: NDArray[np.float64] | None = None

    @property
    def has_halves(self) -> bool:
        """Whether it is known where its middle is, so that halves of it mean anything."""
        return not self.name.startswith(FOREIGN)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which sensors lie in the right half."""
        return self.xy_mm[:, 0] > 0

    @property
    def front(self) -> NDArray[np.bool_]:
        """Which sensors lie in the front half; an insole's y begins at the heel."""
        middle_mm = self.size_mm[1] / 2 if self.kind == "insole" else 0.0
        return self.xy_mm[:, 1] > middle_mm

    @classmethod
    def builtin(cls, device_id: str) -> SensorLayout:
        """Layout of a device whose description ships with the package."""
        return DeviceDescription.builtin(device_id).layout


@dataclass(frozen=True, eq=False)
class DeviceDescription:
    """One ``device.toml``, read.

    Attributes
    ----------
    toml : str
        The text as it was read; recordings keep it.
    layout : SensorLayout
    rate_hz : float
        Nominal conversions per second of one channel.
    bits : int
        Bits of one raw count.
    delay_s : float
        How far the ADC's own filter lags behind the force, in seconds.
    nominal_counts_per_n : (S,) float array
        Counts per newton by the data sheets, before any calibration; NaN where no data sheet
        knows it, as of thin-film sensors in a shoe.
    geometry_hash : int
        32 bits that change with any value in the file; comments do not count.
    front_end : FrontEnd or None
        What makes codes of the forces on thin-film cells; None on a plate, and where it is not
        known.
    """

    toml: str
    layout: SensorLayout
    rate_hz: float
    bits: int
    delay_s: float
    nominal_counts_per_n: NDArray[np.float64]
    geometry_hash: int
    front_end: FrontEnd | None = None

    __repr__ = in_brief

    @property
    def id(self) -> str:
        """The device's id, the same as its layout's name."""
        return self.layout.name

    def as_used(self, rate_hz: float, side: str = "") -> DeviceDescription:
        """Return the device at the rate it runs at, and on the side it is worn on.

        The delay of an ADC's filter is so many conversions, whatever the rate. Insoles are drawn
        for the right foot; the left one is its mirror.
        """
        layout = self.layout
        if side == "left":
            layout = replace(layout, xy_mm=layout.xy_mm * (-1.0, 1.0))
        delay_s = self.delay_s * self.rate_hz / rate_hz
        return replace(self, layout=layout, rate_hz=rate_hz, delay_s=delay_s)

    def sized(self, size_eu: float) -> DeviceDescription:
        """Return the insole as it is made for another shoe size.

        Cells stand where the same parts of a longer foot are, and stay as large as they are. The
        size is written into the text, so that a recording keeps it.

        Raises
        ------
        UnavailableError
            Where the drawing has no size, as of a plate; for a size that no template is made for.
        """
        drawn_eu = tomllib.loads(self.toml).get("outline", {}).get("size_eu")
        if drawn_eu is None:
            raise UnavailableError(f"{self.id} has no shoe size.", "Only insoles of a drawing do.")
        least, most = SIZES_EU
        if not least <= size_eu <= most:
            raise UnavailableError(
                f"There is no insole of EU {size_eu:g}.", f"Give {least} to {most}."
            )
        if size_eu == drawn_eu:
            return self
        return self.from_toml(f"{self.toml}\n[as_made]\nsize_eu = {float(size_eu)}\n")

    @classmethod
    def from_toml(cls, text: str, where: str = "device.toml") -> DeviceDescription:
        """Read a device description.

        Parameters
        ----------
        text : str
            The TOML text.
        where : str
            What to call it in an error.

        Raises
        ------
        FileError
            When the text is not TOML or lacks what a description needs.
        """
        try:
            doc = tomllib.loads(text)
            return cls._from_document(doc, text)
        except tomllib.TOMLDecodeError as error:
            raise FileError(f"{where} is not valid TOML: {error}.", "Correct that line.") from None
        except KeyError as error:
            raise FileError(
                f"{where} lacks {error}.", "Compare it with hardware/plate/device.toml."
            ) from None
        except ValueError as error:
            raise FileError(f"{where}: {error}.", "Correct it.") from None

    @classmethod
    def builtin(cls, device_id: str) -> DeviceDescription:
        """Return the description of a device that ships with the package."""
        name = f"{device_id}.toml"
        file = resources.files("solemetry") / "devices" / name
        if not file.is_file():
            raise FileError(
                f"No description of a device called {device_id!r} is built in.",
                f"Known devices: {', '.join(builtin_devices())}.",
            )
        return cls.from_toml(file.read_text("utf-8"), name)

    @classmethod
    def _from_document(cls, doc: dict[str, Any], text: str) -> DeviceDescription:
        adc, insole = doc["adc"], doc["kind"] == "insole"
        layout = _insole_layout(doc) if insole else _plate_layout(doc)
        counts_per_n = (
            np.full(len(layout.labels), np.nan)
            if insole
            else np.array([_counts_per_newton(cell, adc) for cell in doc["cell"]])
        )
        return cls(
            toml=text,
            layout=layout,
            rate_hz=float(adc["rate_hz"]),
            bits=int(adc["bits"]),
            # An insole's ADC takes one look and has no filter.
            delay_s=0.0 if insole else adc["delay_conversions"] / adc["rate_hz"],
            nominal_counts_per_n=counts_per_n,
            geometry_hash=geometry_hash(doc),
            front_end=_front_end(doc) if insole else None,
        )


def geometry_hash(document: dict[str, Any]) -> int:
    """Return 32 bits that change with any value of a parsed ``device.toml``."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(canonical.encode()).digest()[:4], "big")


def builtin_devices() -> list[str]:
    """Return the ids of the devices whose descriptions ship with the package."""
    files = (resources.files("solemetry") / "devices").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def _plate_layout(doc: dict[str, Any]) -> SensorLayout:
    return SensorLayout(
        name=doc["id"],
        kind="plate",
        labels=tuple(cell["name"] for cell in doc["cell"]),
        xy_mm=_places(doc),
        size_mm=(doc["top"]["width"], doc["top"]["depth"]),
    )


def _insole_layout(doc: dict[str, Any]) -> SensorLayout:
    outline = doc["outline"]
    width_mm, length_mm = outline["width"], outline["length"]
    as_made = doc.get("as_made", outline)
    sizes = as_made["size_eu"] - outline["size_eu"] if "size_eu" in as_made else 0.0
    scale = 1 + sizes * PARIS_POINT_MM / length_mm
    return SensorLayout(
        name=doc["id"],
        kind="insole",
        labels=tuple(cell["name"] for cell in doc["cell"]),
        xy_mm=_places(doc) * scale,
        size_mm=(width_mm * scale, length_mm * scale),
        regions=tuple(cell["region"] for cell in doc["cell"]),
        area_mm2=np.array([np.pi / 4 * cell["diameter"] ** 2 for cell in doc["cell"]]),
    )


def _front_end(doc: dict[str, Any]) -> FrontEnd | None:
    """Return None for an insole described before its film and switches were."""
    if "film" not in doc:
        return None
    stage, film, adc = doc["front_end"], doc["film"], doc["adc"]
    return FrontEnd(
        vref_v=stage["vref_v"],
        rf_ohm=stage["rf_ohm"],
        on_ohm=doc["mux"]["on_ohm"],
        one_newton_ohm=film["one_newton_ohm"],
        steepness=film["steepness"],
        reference_v=adc["reference_v"],
        bits=int(adc["bits"]),
    )


def _places(doc: dict[str, Any]) -> NDArray[np.float64]:
    return np.array([(cell["x"], cell["y"]) for cell in doc["cell"]], dtype=float)


def _counts_per_newton(cell: dict[str, Any], adc: dict[str, Any]) -> float:
    """Return counts per newton of a bridge behind an ADC.

    The bridge gives mV/V * excitation at its capacity. Full scale is the ADC's own reference,
    or half the excitation (then it cancels), over the gain, either way from zero.
    """
    full_scale_v = adc.get("reference_v", 0.5 * adc["excitation_v"]) / adc["gain"]
    at_capacity_v = cell["mv_per_v"] * 1e-3 * adc["excitation_v"]
    capacity_n = cell["capacity_kg"] * STANDARD_GRAVITY
    return float(2 ** (adc["bits"] - 1) * at_capacity_v / full_scale_v / capacity_n)
