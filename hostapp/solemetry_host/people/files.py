# SPDX-License-Identifier: Apache-2.0
"""Small files that people may read and write themselves: read with plain words, written whole."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from solemetry.errors import FileError, SolemetryError
from solemetry.session.whole import sync_folder
from solemetry_host.drills.files.schema_words import in_words
from solemetry_host.drills.files.toml_lines import lines_of

M = TypeVar("M", bound="Written")

Words = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1)]
"""A short description, in small letters, so that the same is always written alike."""

Leg = Literal["left", "right"]


class Strict(BaseModel):
    """No field that is not known here, nothing changed once it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Written(Strict):
    """What stands in one file."""

    schema_version: Literal[1] = Field(default=1, alias="schema")


def read_toml(path: Path, model: type[M]) -> M:
    """Read one of the files.

    Raises
    ------
    FileError
        Where it cannot be read, with the place in it.
    """
    try:
        text = path.read_text("utf-8")
        told = tomllib.loads(text)
    except FileNotFoundError:
        raise FileError(f"{path} is not there.", "Restore it from a copy.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileError(f"{path} cannot be read: {error}.", "Put that place right.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.", "See who may.") from None
    try:
        return model.model_validate(told)
    except ValidationError as error:
        finding = in_words(error, told, model)[0]
        finding = replace(finding, line=lines_of(text).get(finding.place))
        where = f"{path}, {finding.where}" if finding.where else f"{path}"
        raise FileError(f"{where}: {finding.problem}", finding.remedy) from None


def checked(model: type[M], told: dict[str, Any]) -> M:
    """Make the content of a file of what somebody entered.

    Raises
    ------
    SolemetryError
        When something in it cannot be.
    """
    try:
        return model.model_validate(told)
    except ValidationError as error:
        finding = in_words(error, told, model)[0]
        raise SolemetryError(finding.problem, finding.remedy) from None


def write_toml(path: Path, content: Written) -> None:
    """Write one of the files; comments in it stay, but for those within a list that changes."""
    document = _as_it_is(path)
    told = content.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
    _update(document, {"schema": content.schema_version} | told)
    write_whole(path, tomlkit.dumps(document).encode())


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place whole or not at all.

    Raises
    ------
    OSError
        When it cannot be written; then nothing is left behind.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _update(table: dict[str, Any], told: dict[str, Any]) -> None:
    """Touch only what is another than before."""
    for name in set(table) - set(told):
        del table[name]
    for name, value in told.items():
        before = table.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            _update(before, value)
        elif before != value:
            table[name] = value


def _as_it_is(path: Path) -> tomlkit.TOMLDocument:
    """Read what is there now; of a file that is missing or cannot be read, nothing."""
    try:
        return tomlkit.parse(path.read_text("utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, tomlkit.exceptions.TOMLKitError):
        return tomlkit.document()
