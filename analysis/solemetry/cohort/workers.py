# SPDX-License-Identifier: Apache-2.0
"""Workers that share the files of a cohort: processes of this computer, or those of a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from solemetry.errors import SolemetryError, UnavailableError

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
Answer = TypeVar("Answer")

IN_FLIGHT = 128
"""So many messages are out at a time: memory does not grow with the cohort."""

MOST_IN_A_MESSAGE, LEAST_MESSAGES = 4, 64
"""A message costs 7 ms; with too few of them, workers are idle at the end."""

_SURROUNDINGS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.worker.profile.enabled": False,
    "distributed.nanny.pre-spawn-environ": {
        f"{library}_NUM_THREADS": 1 for library in ("OMP", "MKL", "OPENBLAS")
    },
}
"""Of our own workers. At the first death it is found out, with nothing beside it, whose fault it
was. Dask's own habit of giving memory back at once costs a quarter more time."""

PATIENCE_S = 30.0
"""So long a scheduler may take to answer, and to have a worker."""

GO_ON = "What is done is kept: run the same again, and it goes on."


class WorkerDied:
    """The process died of a task, again when nothing else ran."""


@contextmanager
def local_workers(count: int | None, at_most: int) -> Iterator[Client]:
    """Start processes of this computer, one thread each, and end them afterwards.

    Parameters
    ----------
    count : int or None
        None: as many as there are cores.
    at_most : int
        More would have nothing to do.

    Raises
    ------
    UnavailableError
        When Dask is not installed.
    """
    _require_dask()
    import dask.config
    from dask.system import CPU_COUNT
    from distributed import Client, LocalCluster

    with (
        dask.config.set(_SURROUNDINGS),
        LocalCluster(
            n_workers=min(count or CPU_COUNT, at_most),
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def workers_at(address: str, folder: Path) -> Iterator[Client]:
    """Use the workers of a scheduler that runs already.

    Parameters
    ----------
    address : str
        ``tcp://HOST:PORT`` or ``HOST:PORT``.
    folder : Path
        Where the recordings lie; each worker must see it there.

    Raises
    ------
    UnavailableError
        When Dask is not installed.
    SolemetryError
        When nobody answers there, there are no workers, or they do not see the folder.
    """
    _require_dask()
    from distributed.utils import silence_logging_cmgr

    with silence_logging_cmgr(logging.CRITICAL), _client_of(address) as client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            raise SolemetryError(
                f"The scheduler at {address} has no workers.",
                f"Start some: dask worker {address} --nthreads 1",
            ) from None
        blind = [worker for worker, sees in client.run(folder.is_dir).items() if not sees]
        if blind:
            raise SolemetryError(
                f"The worker {blind[0]} does not see {folder}.",
                "Put the recordings where all workers find them under the same name.",
            )
        yield client


def _client_of(address: str) -> Client:
    from distributed import Client

    try:
        return Client(address, timeout=PATIENCE_S)
    except (OSError, ValueError, ImportError) as error:
        raise SolemetryError(
            f"No Dask scheduler answers at {address}: {str(error) or type(error).__name__}.",
            "Start one with `dask scheduler`; it says its address.",
        ) from None


def _require_dask() -> None:
    try:
        import distributed  # noqa: F401 - only whether it is there
    except ImportError:
        raise UnavailableError(
            "Dask, which shares the work out, is not installed.",
            "Run: pip install 'solemetry[cohort]'",
        ) from None


def shared_out(
    client: Client, work: Callable[[T], Answer], tasks: Sequence[T]
) -> Iterator[tuple[T, Answer | WorkerDied]]:
    """Have workers do tasks; give each with its answer, in the order in which they come.

    A task whose worker died is done again when all others are through, with nothing beside it:
    then it is known whether it was that task.

    Parameters
    ----------
    client : distributed.Client
    work : callable
    tasks : sequence

    Raises
    ------
    SolemetryError
        When the scheduler is gone, or a worker cannot do such work at all.
    """
    at_once = min(max(len(tasks) // LEAST_MESSAGES, 1), MOST_IN_A_MESSAGE)
    suspects = []
    for task, answer in _answers(client, work, tasks, IN_FLIGHT, at_once):
        if isinstance(answer, WorkerDied):
            suspects.append(task)
        else:
            yield task, answer
    yield from _answers(client, work, suspects, in_flight=1, at_once=1)


def _answers(
    client: Client, work: Callable[[T], Answer], tasks: Sequence[T], in_flight: int, at_once: int
) -> Iterator[tuple[T, Answer | WorkerDied]]:
    from distributed import CancelledError, KilledWorker, as_completed

    to_do = iter(tasks)
    tasks_of = {}

    def submitted(count: int) -> list[Future[list[Answer]]]:
        futures = []
        for _ in range(count):
            if some := list(islice(to_do, at_once)):
                future = client.submit(_each, work, some, pure=False)
                tasks_of[future.key] = some
                futures.append(future)
        return futures

    try:
        coming = as_completed(submitted(in_flight), with_results=True, raise_errors=False)
        for future, answers in coming:
            some = tasks_of.pop(future.key)
            if future.status == "finished":
                yield from zip(some, answers, strict=True)
            elif future.status != "error":
                raise CancelledError(future.status)
            elif isinstance(error := future.exception(), KilledWorker):
                yield from ((task, WorkerDied()) for task in some)
            else:
                raise error
            coming.update(submitted(1))
    except SolemetryError:
        raise
    except (CancelledError, OSError) as error:
        raise SolemetryError(
            f"The scheduler is gone: {str(error) or type(error).__name__}.", GO_ON
        ) from None
    except ImportError as error:
        raise SolemetryError(
            f"A worker cannot do it: {error}.",
            "Install the same solemetry[cohort] on every worker.",
        ) from None


def _each(work: Callable[[T], Answer], tasks: Sequence[T]) -> list[Answer]:
    return [work(task) for task in tasks]
