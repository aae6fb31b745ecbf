# SPDX-License-Identifier: Apache-2.0
"""A whole folder of recordings, analysed by many workers into one table."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from solemetry.cohort.done import Done, open_done
from solemetry.cohort.one_file import (
    Choices,
    Failure,
    Recording,
    analysis_version,
    analyze_file,
    unpacked,
)
from solemetry.cohort.table import require_pyarrow, write_failures, write_table
from solemetry.cohort.workers import WorkerDied, local_workers, shared_out, workers_at
from solemetry.errors import FileError
from solemetry.gait.conventions import get as contact_rules
from solemetry.sway.conventions import get as sway_convention

if TYPE_CHECKING:
    from distributed import Client

Progress = Callable[[int, int], None]

_DIED = (
    "The HDF5 library dies of it, or finds no end in it: it is damaged.",
    "Restore it from a copy.",
)
_NO_TEXT = ("Its name is no text.", "Rename it.")


@dataclass(frozen=True)
class Cohort:
    """What came of a folder.

    Attributes
    ----------
    table : Path
        Parquet: one row for each stream and foot.
    failures_table : Path
        CSV: the files that are not in it, and why.
    rows : int
        Of the table.
    analyzed, done_before : int
        Files that were analysed now; that did not have to be.
    failures : tuple of Failure
    """

    table: Path
    failures_table: Path
    rows: int
    analyzed: int
    done_before: int
    failures: tuple[Failure, ...]


def analyze_folder(
    folder: str | os.PathLike[str],
    table: str | os.PathLike[str],
    choices: Choices | None = None,
    *,
    match: str = "*",
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Cohort:
    """Analyse every recording under a folder, and write one table.

    What is done is kept beside the table, in ``NAME.done.sqlite``. Killed and run again, it goes
    on where it was; run again later, it analyses what is new or has changed: another size or time
    of change of the file, other choices, another version of the analysis. The table is the same
    whatever way it came about. What cannot be analysed is listed in ``NAME.failed.csv``, and
    tried again the next time.

    Parameters
    ----------
    folder : path
        Looked through to its depths; hidden files and linked folders are left out.
    table : path
        ``NAME.parquet``.
    choices : Choices, optional
        By default every measure, the rarer ones too.
    match : str
        Only files whose path below the folder is like this: ``*.h5``.
    workers : int, optional
        Processes on this computer; by default one for each core.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers are used instead.
    progress : callable, optional
        Told ``(files through, files in all)``.

    Raises
    ------
    FileError
        When the folder is not there or has no such file; when another batch writes that table, or
        it cannot be written.
    UnknownConventionError, UnknownContactRulesError
        When a convention is not known.
    UnavailableError
        When Dask or pyarrow is not installed.
    SolemetryError
        When the scheduler does not answer or goes away.

    Notes
    -----
    Workers are new processes: a script that calls this does so under
    ``if __name__ == "__main__":``.
    """
    require_pyarrow()
    choices = choices or Choices()
    sway_convention(choices.convention)
    if choices.gait_convention is not None:
        contact_rules(choices.gait_convention)
    folder, table = Path(folder).resolve(), Path(table).resolve()
    if table.suffix != ".parquet":
        raise FileError(f"{table} is no name of a Parquet file.", "Call it NAME.parquet.")
    done_file, failures_table = (table.with_suffix(end) for end in (".done.sqlite", ".failed.csv"))
    keys, failures = _found(folder, match, choices, own=(table, done_file, failures_table))
    _make_folder(table.parent)
    with open_done(done_file) as done:
        known = done.keys()
        missing = [name for name, key in keys.items() if known.get(name) != key]
        before = len(keys) - len(missing)
        tell = progress or (lambda through, of: None)
        tell(before, len(keys))
        if missing:
            with _client(workers, scheduler, folder, len(missing)) as client:
                outcomes = _analyzed(client, folder, missing, keys, choices, done)
                for through, failure in enumerate(outcomes, before + 1):
                    failures += [failure] if failure else []
                    tell(through, len(keys))
        failed = {of.path for of in failures}
        present = [name for name in keys if name not in failed]
        rows = write_table(
            table,
            lambda: map(unpacked, done.rows(present)),
            {"solemetry": analysis_version(), "choices": json.dumps(asdict(choices))},
        )
        write_failures(failures_table, failures)
    return Cohort(
        table=table,
        failures_table=failures_table,
        rows=rows,
        analyzed=len(missing) - len(failed & set(missing)),
        done_before=before,
        failures=tuple(failures),
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"The folder {folder} cannot be made: {error.strerror}.", "Choose another one."
        ) from None


def _client(
    workers: int | None, scheduler: str | None, folder: Path, tasks: int
) -> AbstractContextManager[Client]:
    if scheduler is not None:
        return workers_at(scheduler, folder)
    return local_workers(workers, at_most=tasks)


def _analyzed(
    client: Client,
    folder: Path,
    names: Sequence[str],
    keys: Mapping[str, str],
    choices: Choices,
    done: Done,
) -> Iterator[Failure | None]:
    """Have files analysed and keep their rows; tell after each file whether it failed."""
    tasks = [Recording(str(folder / name), name) for name in names]
    work = partial(analyze_file, choices=choices, wanted_version=analysis_version())
    for task, answer in shared_out(client, work, tasks):
        match answer:
            case bytes():
                done.keep(task.name, keys[task.name], answer)
                yield None
            case WorkerDied():
                yield Failure(task.name, *_DIED)
            case failure:
                yield failure


def _found(
    folder: Path, match: str, choices: Choices, own: Collection[Path]
) -> tuple[dict[str, str], list[Failure]]:
    """Find the files of a cohort, by name with the key of what they are now, and the unusable."""
    if not folder.is_dir():
        raise FileError(f"There is no folder {folder}.", "Check its name.")
    keys: dict[str, str] = {}
    failures: list[Failure] = []
    for path in _files(folder, own, failures):
        name = path.relative_to(folder).as_posix()
        if not fnmatch(name, match):
            continue
        if not _is_text(name):
            failures.append(Failure(os.fsencode(name).decode(errors="replace"), *_NO_TEXT))
            continue
        try:
            state = path.stat()
        except OSError as error:
            failures.append(_unreadable(name, error))
            continue
        if not stat.S_ISREG(state.st_mode):
            continue
        said = [state.st_size, state.st_mtime_ns, asdict(choices), analysis_version()]
        keys[name] = json.dumps(said)
    if not keys and not failures:
        raise FileError(f"There is no file like {match} in {folder}.", "Choose another folder.")
    return dict(sorted(keys.items())), failures


def _files(folder: Path, own: Collection[Path], failures: list[Failure]) -> Iterator[Path]:
    """Give what lies below a folder but for hidden files and those of the table itself."""

    def closed(error: OSError) -> None:
        name = Path(error.filename).relative_to(folder).as_posix()
        failures.append(_unreadable(name, error))

    for place, folders, files in os.walk(folder, onerror=closed):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(place, name) for name in files if not name.startswith(".")):
            # SQLite and an unfinished table put files of their own beside these.
            of_table = any(path.parent == of.parent and path.name.startswith(of.name) for of in own)
            if not of_table:
                yield path


def _unreadable(name: str, error: OSError) -> Failure:
    why = error.strerror or str(error)
    return Failure(name, f"{why}.", "Is it a link to something that is gone? May you read it?")


def _is_text(name: str) -> bool:
    """Whether a name has no bytes that are of no character."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
