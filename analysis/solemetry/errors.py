# SPDX-License-Identifier: Apache-2.0
"""Errors a person can act on: what went wrong, where, and what to do about it."""

from __future__ import annotations


class SolemetryError(Exception):
    """Something a user can put right; shown as two sentences, never as a traceback.

    Parameters
    ----------
    problem : str
        What is wrong, and where.
    remedy : str
        What to do about it.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}".strip()


class FileError(SolemetryError):
    """A file is missing, damaged, or not what it was taken for."""


class DeviceError(SolemetryError):
    """A device is missing, busy, or speaks something else."""


class RecordingError(SolemetryError):
    """A recording could not be started or had to end."""


class UnavailableError(SolemetryError):
    """A measure that these sensors or this recording cannot give."""
