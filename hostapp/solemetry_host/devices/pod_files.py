# SPDX-License-Identifier: Apache-2.0
"""A run of a pod's memory on disk: its blocks while it is fetched, its session when it is there."""

from __future__ import annotations

from pathlib import Path

from solemetry.errors import RecordingError
from solemetry_host.devices.asking import Asker
from solemetry_host.devices.pod_download import Progress, download
from solemetry_host.devices.pod_log import blocks_in_file, read_run, write_run
from solemetry_host.wire.log import BLOCK_BYTES, LogRun

BLOCKS_SUFFIX = ".blocks"


def fetch_run(
    pod: Asker,
    run: LogRun,
    folder: Path,
    subject: str = "",
    progress: Progress = lambda here, of: None,
    insole_size_eu: float | None = None,
) -> Path:
    """Download a run of an insole, of what size it may be, and make a session of it.

    When the link breaks, what came stays in ``pod-EPOCH-RUN.blocks``; the next attempt goes on
    from there. The session is ``pod-EPOCH-RUN.h5``.

    Raises
    ------
    DeviceError
        When the link breaks or brings nothing more.
    FileError, RecordingError
        When no session can be made of it.
    """
    session = folder / f"pod-{run.epoch}-{run.run}.h5"
    if session.exists():
        raise RecordingError(
            f"{session} exists already.", "Move it away to download the run again."
        )
    kept = session.with_suffix(BLOCKS_SUFFIX)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        blocks = blocks_in_file(kept.read_bytes()) if kept.exists() else {}
    except OSError as error:
        raise _no_file(kept, error) from None
    try:
        download(pod, run, blocks, progress)
    finally:
        _keep(kept, blocks, run.blocks)
    path = write_run(read_run(blocks, run.blocks), session, subject, insole_size_eu)
    kept.unlink()
    return path


def _keep(path: Path, blocks: dict[int, bytes], count: int) -> None:
    blank = bytes(BLOCK_BYTES)
    try:
        path.write_bytes(b"".join(blocks.get(number, blank) for number in range(count)))
    except OSError as error:
        raise _no_file(path, error) from None


def _no_file(path: Path, error: OSError) -> RecordingError:
    return RecordingError(
        f"{path} cannot be written: {error.strerror or error}.",
        "Choose a folder you may write to, with room in it.",
    )
