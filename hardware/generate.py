# SPDX-License-Identifier: Apache-2.0
"""From each ``device.toml`` to all that is made of it, and the checks of it all.

The firmware's header, the app's copy, and what a builder needs: bill, wiring, templates, guides.
``python hardware/generate.py`` writes them; ``--check`` only says what is wrong or stale.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import circuit
import drawings
import wiring
from budget import front_end
from build import Build, bill_csv, check_bill
from crosscheck import check_files
from guides import check_words, written
from jigs import check_jigs
from licences import check_licences, named_licences
from limits import check_limits
from printed import bodies, picture
from printed.fit import check_printed
from printed.gauges import check_bodies
from printed.pod import Pod
from printed.solids import stl
from rules import Document, check
from solemetry.device import DeviceDescription, geometry_hash

Content = str | bytes

ROOT = Path(__file__).resolve().parents[1]
APP_COPIES = "analysis/solemetry/devices"
HEADERS = {
    ("uno", "HX711", 4): "firmware/plate_uno/device.h",
    ("esp32", "HX711", 4): "firmware/plate_esp32/device_hx711.h",
    ("esp32", "ADS131M04", 4): "firmware/plate_esp32/device_ads131m04.h",
    ("esp32-s3", "ESP32", 16): "firmware/insole_esp32/device_16.h",
    ("esp32-s3", "ESP32", 8): "firmware/insole_esp32/device_8.h",
}
"""Where the firmware of a board, its ADC and its number of cells looks."""

BOARDS = {"uno": "SM_BOARD_UNO", "esp32": "SM_BOARD_ESP32", "esp32-s3": "SM_BOARD_ESP32_S3"}
ADCS = {"HX711": "SM_ADC_HX711", "ADS131M04": "SM_ADC_ADS131M04", "ESP32": "SM_ADC_ESP32"}
"""What INFO calls them: sm_records.h."""


def main(arguments: list[str]) -> int:
    """Write what is made, or with ``--check`` compare; 0 when all is well."""
    only_check = "--check" in arguments
    faults = list(check_typed(ROOT))
    files = {} if faults else all_made(ROOT)
    stale = _write(files, only_check)
    orphans = [] if faults else sorted(_made(ROOT) - files.keys())
    if not faults and not stale:
        faults = list(disagreements(ROOT))
    for line in faults:
        print(line)
    for path in stale:
        print(f"{_short(path)} is stale; run: make hardware")
    for path in orphans:
        print(f"{_short(path)} has no device.toml any more; delete it")
    return 1 if faults or stale or orphans else 0


def check_typed(root: Path, folder: str = "*") -> Iterator[str]:
    """Faults of all that people type; where there are none, everything can be made of it.

    `folder` is a device's under ``hardware/``, to look at no other.
    """
    hardware = root / "hardware"
    yield from check_licences(hardware)
    yield from check_words(hardware / "guides")
    owned: set[Path] = set()
    for source in _devices(root, folder):
        for fault in _check_device(root, source, owned):
            yield f"{source.relative_to(root).as_posix()}: {fault}"


def _check_device(root: Path, source: Path, owned: set[Path]) -> Iterator[str]:
    """Faults of one device; `owned` are the files of those before it, and then its own too."""
    faults = [*check(source.read_text("utf-8"))] or [*check_bill(source.parent)]
    if faults:
        yield from faults
        return
    build = Build.read(source.parent)
    try:
        yield from check_limits(build)
        yield from check_printed(build)
        yield from check_jigs(build)
    except KeyError as missing:
        yield f"bom: no part states {missing}, which is needed. Add it to parts.toml, or the part."
        return
    if _key(build.device) not in HEADERS:
        yield (f"cell: no firmware is for {len(build.device['cell'])} cells on "
               f"{build.device['board']}. Take 8 or 16 of an insole.")
        return
    # Two devices of one board or one id would overwrite each other's files.
    for path in (_header(root, build.device), _app_copy(root, build.device)):
        if path in owned:
            yield (f"board, id: {path.relative_to(root).as_posix()} is made from another "
                   "device.toml too. Change that one, or give this one an id and a row in "
                   "HEADERS of its own.")
        owned.add(path)


def all_made(root: Path) -> dict[Path, Content]:
    """Every file that is made, by path."""
    files: dict[Path, Content] = {}
    for source in _devices(root):
        files |= generated(root, Build.read(source.parent))
    return files


def disagreements(root: Path, folder: str = "*") -> Iterator[str]:
    """Where files that are made contradict each other, whatever they are made from.

    `folder` is a device's under ``hardware/``, to look at no other.
    """
    for source in _devices(root, folder):
        header = _header(root, Build.read(source.parent).device).read_text("utf-8")
        nameless = named_licences((source.parent / "made").iterdir())
        for fault in (*check_files(header, source.parent), *check_bodies(source.parent),
                      *(f"{path.name}: {fault}" for path, fault in nameless)):
            yield f"hardware/{source.parent.name}: {fault}"


def generated(root: Path, build: Build) -> dict[Path, Content]:
    """Every file made of a device, by path."""
    source = f"hardware/{build.folder}/device.toml"
    made = root / "hardware" / build.folder / "made"
    return {
        _header(root, build.device): firmware_header(build.text, source),
        _app_copy(root, build.device): (
            f"# Generated copy of {source}; edit that one.\n{build.text}"
        ),
    } | {made / name: content for name, content in _for_builders(root, build).items()}


def _for_builders(root: Path, build: Build) -> dict[str, Content]:
    made_from = f"# Made from hardware/{build.folder}; edit that, then run: make hardware\n"
    licence = "# SPDX-License-Identifier: CERN-OHL-P-2.0\n"
    files: dict[str, Content] = {
        "bom.csv": bill_csv(build),
        "harness.yml": f"{licence}{made_from}{wiring.harness(build)}",
        **written(build, root / "hardware" / "guides"),
    }
    for name, body in bodies(build).items():
        files[f"{name}.stl"] = stl(body)
        files[f"figure-{name}.png"] = picture.png(stl(body))
    if build.device["kind"] == "plate":
        return files | {
            "drilling.svg": drawings.drilling_template(build),
            "figure-underside.svg": drawings.underside(build),
            "figure-stack.svg": drawings.stack(build),
        }
    sizes = build.facts["sizes"]
    return files | {
        "figure-cells.svg": drawings.cells_figure(build),
        "figure-front-end.svg": drawings.front_end(build),
        "figure-pod.svg": drawings.pod_layout(build, Pod.of(build)),
        "front-end.cir": circuit.sweep(build),
    } | {
        f"template-eu{size}.svg": drawings.insole_template(build, size)
        for size in range(sizes["least"], sizes["most"] + 1)
    }


def firmware_header(text: str, source: str) -> str:
    """C header with what the firmware has to know of the device."""
    doc = tomllib.loads(text)
    lines = (_plate_lines if doc["kind"] == "plate" else _insole_lines)(text)
    cells = "\n".join(
        f" *   {number} {cell['name']}: {_wiring(cell)}at ({cell['x']:g}, {cell['y']:g}) mm"
        for number, cell in enumerate(doc["cell"])
    )
    return f"""\
/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from {source}; edit that file, then run: make hardware
 *
{cells} */
#ifndef SM_DEVICE_H
#define SM_DEVICE_H

#define SM_DEVICE_ID "{doc["id"]}"
#define SM_GEOMETRY_HASH 0x{geometry_hash(doc):08X}UL
#define SM_BOARD {BOARDS[doc["board"]]}
#define SM_ADC {ADCS[doc["adc"]["chip"]]}
#define SM_CHANNELS {len(doc["cell"])}
#define SM_RATE_MHZ {round(doc["adc"]["rate_hz"] * 1000)}UL /* rows per second, in thousandths */
#define SM_ADC_BITS {int(doc["adc"]["bits"])}
{chr(10).join(lines)}

#endif
"""


def _wiring(cell: Document) -> str:
    if "dout" in cell:
        return f"DOUT {cell['dout']}, SCK {cell['sck']}, "
    return f"multiplexer {cell['mux']}, " if "mux" in cell else ""


def _plate_lines(text: str) -> list[str]:
    doc = tomllib.loads(text)
    cells = doc["cell"]
    counts_per_n = DeviceDescription.from_toml(text).nominal_counts_per_n
    gains = [round(1000 * 2**24 / counts) for counts in counts_per_n]
    lines = [
        f"#define SM_ADC_GAIN {int(doc['adc']['gain'])}",
        "/* By the data sheets, where no calibration is stored; see \"On-device COP\" in "
        "PROTOCOL.md. */",
        f"#define SM_NOMINAL_GAIN {_list(gains)} /* mN per 2^24 counts */",
        f"#define SM_CELL_X_UM {_list(round(1000 * cell['x']) for cell in cells)}",
        f"#define SM_CELL_Y_UM {_list(round(1000 * cell['y']) for cell in cells)}",
    ]
    if doc["board"] == "uno":
        first = cells[0]
        lines += [
            f"#define SM_DOUT_FIRST_BIT {_pin(first['dout'])} /* of port D, channel 0 */",
            f"#define SM_SCK_FIRST_BIT {_pin(first['sck']) - 8} /* of port B, channel 0 */",
        ]
    elif doc["adc"]["chip"] == "HX711":
        lines += [
            f"#define SM_DOUT_PINS {_list(_pin(cell['dout']) for cell in cells)}",
            f"#define SM_SCK_PINS {_list(_pin(cell['sck']) for cell in cells)}",
        ]
    else:
        lines += [f"#define SM_PIN_{name.upper()} {_pin(pin)}"
                  for name, pin in doc["pins"].items()]
        lines.append(f"#define SM_CLKIN_HZ {round(doc['adc']['clkin_hz'])}UL")
    return lines


def _insole_lines(text: str) -> list[str]:
    doc = tomllib.loads(text)
    baseline = round(float(front_end(text).codes(0.0)))
    lines = [
        f"#define SM_PIN_CELLS {_pin(doc['adc']['cells'])} /* the front end's output */",
        f"#define SM_FRONT_END_BASELINE {baseline} /* its code with no cell connected */",
        f"#define SM_PIN_MUX_SELECT {_list(map(_pin, doc['mux']['select']))}",
        f"#define SM_PIN_MUX_ENABLE {_pin(doc['mux']['enable'])} /* low: connected */",
        f"#define SM_CELL_MUX {_list(cell['mux'] for cell in doc['cell'])}",
        f"#define SM_PIN_BATTERY {_pin(doc['battery']['pin'])}",
        f"#define SM_BATTERY_DIVIDER_MILLI {round(1000 * doc['battery']['divider'])}",
    ]
    if "imu" in doc:
        lines += [f"#define SM_PIN_{name.upper()} {_pin(doc['imu'][name])}"
                  for name in ("sda", "scl")]
        lines += [f"#define SM_ACCEL_G {doc['imu']['accel_g']}",
                  f"#define SM_GYRO_DPS {doc['imu']['gyro_dps']}"]
    if "card" in doc:
        lines += [f"#define SM_PIN_SD_{name.upper()} {_pin(pin)}"
                  for name, pin in doc["card"].items()]
    return lines


# ---- small change --------------------------------------------------------------------------


def _devices(root: Path, folder: str = "*") -> list[Path]:
    return sorted((root / "hardware").glob(f"{folder}/device.toml"))


def _made(root: Path) -> set[Path]:
    """Every file that looks made."""
    return {*(root / APP_COPIES).glob("*.toml"), *(root / "hardware").glob("*/made/*")}


def _key(doc: Document) -> tuple[str, str, int]:
    return doc["board"], doc["adc"]["chip"], len(doc["cell"])


def _header(root: Path, doc: Document) -> Path:
    return root / HEADERS[_key(doc)]


def _app_copy(root: Path, doc: Document) -> Path:
    return root / APP_COPIES / f"{doc['id']}.toml"


def _write(files: dict[Path, Content], only_check: bool) -> list[Path]:
    stale = [path for path, content in files.items() if not _fresh(path, content)]
    if only_check:
        return stale
    for path in stale:
        put(path, files[path])
        print(f"wrote {_short(path)}")
    return []


def _fresh(path: Path, content: Content) -> bool:
    if not path.exists():
        return False
    if isinstance(content, str):
        return path.read_text("utf-8") == content
    # Another release of a library packs a picture in other bytes.
    there = path.read_bytes()
    return there == content or (path.suffix == ".png" and picture.same(there, content))


def put(path: Path, content: Content) -> None:
    """Write a file that is made, and the folder it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _pin(name: str) -> int:
    return int(name.lstrip("DIO"))


def _list(numbers: Iterable[int]) -> str:
    return "{" + ", ".join(map(str, numbers)) + "}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
