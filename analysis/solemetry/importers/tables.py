# SPDX-License-Identifier: Apache-2.0
r"""Tables of numbers in text files: read fast, and where one cannot be read, with its line.

For every importer of a text format: `read_text` takes off byte order marks and other encodings,
`read_table` makes an array of the lines of numbers, `sampling_rate` finds the rate from a column
of times. All three raise a `FileError` that names file, line and column.

    file = read_text(path)
    table = read_table(file, first_line=2, names=file.line(1).split("\t"), separator="\t")
    rate_hz = sampling_rate(table, table["Time[s]"])
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import FileError

Floats = NDArray[np.float64]

MIN_ROWS = 10
"""Fewer samples are no recording."""

_ENCODINGS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_NOT_A_NUMBER = ("NaN", "nan", "NAN")
WHITE_SPACE = r"\s+"
"""As a separator: any run of spaces and tabs."""

_LOOK_BACK = 4096
"""Bytes of the lines that a last line without an end is compared with."""

_PIECE_BYTES = 1 << 22


def decode(raw: bytes) -> str:
    """Text of a file or of its first bytes: UTF-8 or, by its byte order mark, UTF-16.

    Bytes that are neither, such as a degree sign of an old Windows, become one odd letter each.
    """
    for mark, encoding in _ENCODINGS.items():
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    return raw.decode("utf-8", "replace")


def first_lines(head: bytes) -> list[str]:
    """Lines in the first bytes of a file, for telling its format; the last may be cut."""
    return decode(head).splitlines()


def fields_of(line: str) -> list[str]:
    """Fields of a line, whatever separates them: to tell a format even where that is wrong."""
    return re.split(r"[\t,; ]+", line.strip())


@dataclass(frozen=True, eq=False)
class TextFile:
    """A text file in memory, UTF-8 without a byte order mark.

    Attributes
    ----------
    path : Path
    body : bytes
    """

    path: Path
    body: bytes

    def lines(self, first_line: int = 1) -> Iterator[str]:
        """Lines from this one on (the first of a file is 1), without their ends."""
        with io.BytesIO(self.body) as body:
            body.seek(self.offset(first_line))
            for line in body:
                yield line.rstrip(b"\r\n").decode("utf-8", "replace")

    def line(self, number: int) -> str:
        """One line; empty beyond the end."""
        return next(self.lines(number), "")

    def head(self, count: int) -> list[str]:
        """Return the first lines, at most `count`."""
        return list(islice(self.lines(), count))

    def offset(self, line: int) -> int:
        """Bytes before a line."""
        at = 0
        for _ in range(line - 1):
            at = self.body.find(b"\n", at) + 1
            if at == 0:
                return len(self.body)
        return at


def read_text(path: str | os.PathLike[str]) -> TextFile:
    """Read a text file.

    Raises
    ------
    FileError
        When it cannot be read, or is no text.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.", "May you read it?") from None
    if not raw.startswith(tuple(_ENCODINGS)) and b"\x00" not in raw:
        return TextFile(path, raw)
    text = decode(raw)
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise FileError(
            f"{path}, line {line}: there is no text there, but bytes of zero.",
            "Was it cut short, or is it a binary file? Copy it again from where it came.",
        )
    return TextFile(path, text.encode())


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers of a text file.

    Attributes
    ----------
    file : TextFile
    first_line : int
        Line of the first row.
    names : tuple of str, length C
    values : (T, C) array
        What is missing is NaN.
    notes : tuple of str
        What a reader of the numbers should know.
    """

    file: TextFile
    first_line: int
    names: tuple[str, ...]
    values: Floats
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Floats:
        return self.values[:, self.names.index(name)]

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def line_of(self, row: int) -> int:
        """Line of a row; empty lines are no rows."""
        numbered = enumerate(self.file.lines(self.first_line), self.first_line)
        return next(islice((number for number, line in numbered if line.strip()), row, None))

    def place(self, row: int, name: str = "") -> str:
        """How an error calls a row and, if given, a column."""
        column = f", column {name}" if name else ""
        return f"{self.file.path}, line {self.line_of(row)}{column}"


def require_columns(file: TextFile, line: int, names: Sequence[str], wanted: Sequence[str]) -> None:
    """Make sure that a header has the columns that are needed.

    Raises
    ------
    FileError
        Names those that are missing.
    """
    if len(names) == 1 and len(wanted) > 1:
        raise FileError(
            f"{file.path}, line {line}: there is one column only, {names[0][:40]!r}.",
            "The columns are separated by something else: export the file as it was made.",
        )
    missing = [name for name in wanted if name not in names]
    if missing:
        raise FileError(
            f"{file.path}, line {line}: the column(s) {', '.join(missing)} are missing.",
            "This line names the columns; export the file again with all of them.",
        )


def read_table(
    file: TextFile,
    first_line: int,
    names: Sequence[str],
    separator: str,
    *,
    end_line: int | None = None,
    only: Sequence[str] | None = None,
    decimal: str = ".",
    missing: Sequence[str] = (),
    min_rows: int = MIN_ROWS,
) -> Table:
    """Read lines of numbers.

    A last line without a line end whose last number is shorter than those before was cut there:
    it is left out, and a note says so.

    Parameters
    ----------
    file : TextFile
    first_line : int
        Where the numbers begin.
    names : sequence of str
        One for each column of the file.
    separator : str
        One character, or `WHITE_SPACE`.
    end_line : int, optional
        The line after the last one; without it, they go to the end of the file.
    only : sequence of str, optional
        Columns to read; the others may hold text.
    decimal : {".", ","}
    missing : sequence of str
        What stands for a missing value, besides NaN; ``""`` is an empty field.
    min_rows : int

    Raises
    ------
    FileError
        When a line has more or fewer columns, a value is no number or is infinite, or there are
        too few rows.
    """
    wanted = tuple(only if only is not None else names)
    at = [list(names).index(name) for name in wanted]
    stop = None if end_line is None else file.offset(end_line)
    body = file.body[file.offset(first_line) : stop]
    form = _Form(list(names), at, separator, decimal, (*_NOT_A_NUMBER, *missing))
    body, notes = _without_cut_line(body, form) if stop is None else (body, ())
    parts, line = [np.empty((0, len(at)))], first_line
    for piece in _pieces(body):
        quick = _at_once(piece, form)
        parts.append(_line_by_line(piece, form, file.path, line) if quick is None else quick)
        line += piece.count(b"\n")
    values = np.concatenate(parts)
    if len(values) < min_rows:
        raise FileError(
            f"{file.path}, from line {first_line} on: there are only {len(values)} samples.",
            f"A recording has {min_rows} at the least; copy or export it again.",
        )
    return Table(file, first_line, wanted, values, notes)


def sampling_rate(table: Table, t_s: Floats) -> float:
    """Find the samples per second, to six digits, for times are often given in milliseconds.

    Whole lines may be missing: only steps that are no multiple of the usual one are irregular.

    Raises
    ------
    FileError
        When time does not rise in equal steps; names the line.
    """
    steps_s = np.diff(t_s)
    usual_s = float(np.median(steps_s))
    bad = ~(steps_s > 0)
    if usual_s > 0:
        multiple = steps_s / usual_s
        bad |= np.abs(multiple - np.rint(multiple)) > 0.25
    if bad.any():
        at = int(np.argmax(bad))
        raise FileError(
            f"{table.place(at + 1)}: the time steps from {t_s[at]:g} s to {t_s[at + 1]:g} s, "
            f"elsewhere by {usual_s:g} s.",
            "Sort the lines by time, or resample them onto equal steps.",
        )
    whole_steps = int(np.rint(steps_s / usual_s).sum())
    return float(f"{whole_steps / (t_s[-1] - t_s[0]):.6g}")


# ---- two ways to the same numbers ------------------------------------------------------------


@dataclass(frozen=True)
class _Form:
    """How a line is made up, and which of its columns are wanted."""

    names: list[str]
    at: list[int]
    separator: str
    decimal: str
    missing: tuple[str, ...]

    @property
    def by_white_space(self) -> bool:
        return self.separator == WHITE_SPACE

    @property
    def every_column(self) -> bool:
        return self.at == list(range(len(self.names)))

    def split(self, line: str) -> list[str]:
        return line.split() if self.by_white_space else line.split(self.separator)


def _pieces(body: bytes) -> Iterator[bytes]:
    """Yield whole lines, some megabytes at a time: only the piece with a fault is read slowly."""
    start = 0
    while start < len(body):
        end = body.find(b"\n", start + _PIECE_BYTES) + 1 or len(body)
        yield body[start:end]
        start = end


def _at_once(body: bytes, form: _Form) -> Floats | None:
    """All numbers of a piece; None where something is the matter."""
    import pandas as pd

    # The parser does not tell a short line where fields may be empty or are passed over.
    lenient = "" in form.missing or not form.every_column
    if not body.strip() or (lenient and not form.by_white_space and not _has_width(body, form)):
        return None
    try:
        frame = pd.read_csv(
            io.BytesIO(body),
            sep=form.separator,
            header=None,
            usecols=None if form.by_white_space or form.every_column else form.at,
            dtype=np.float64,
            decimal=form.decimal,
            keep_default_na=False,
            na_values=list(form.missing),
        )
        values: Floats = frame[form.at].to_numpy()
    except (ValueError, KeyError):  # the parser's own errors are of the first kind too
        return None
    as_told = frame.shape[1] in (len(form.names), len(form.at))
    return values if as_told and not np.isinf(values).any() else None


def _has_width(body: bytes, form: _Form) -> bool:
    letters = np.frombuffer(body if body.endswith(b"\n") else body + b"\n", np.uint8)
    marks = letters[(letters == ord(form.separator)) | (letters == ord("\n"))]
    ends = np.flatnonzero(marks == ord("\n"))
    return bool((np.diff(ends, prepend=-1) == len(form.names)).all())


def _line_by_line(body: bytes, form: _Form, path: Path, first_line: int) -> Floats:
    """Read the same slowly: whatever stops it has a line and a column."""
    rows = []
    for line, raw in enumerate(io.BytesIO(body), first_line):
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not text.strip():
            continue
        fields = form.split(text)
        if len(fields) != len(form.names):
            raise FileError(
                f"{path}, line {line}: {len(fields)} columns instead of {len(form.names)}.",
                "The file may be cut short there: remove the line, or copy the file again.",
            )
        row = []
        for column in form.at:
            try:
                row.append(_number(fields[column], form))
            except ValueError as error:
                raise FileError(
                    f"{path}, line {line}, column {form.names[column]}: {error}.",
                    f"Numbers have a decimal {_DECIMALS[form.decimal]}; a missing value is "
                    "written NaN.",
                ) from None
        rows.append(row)
    return np.array(rows, dtype=float).reshape(-1, len(form.at))


_DECIMALS = {".": "point", ",": "comma"}


def _number(field: str, form: _Form) -> float:
    word = field.strip().strip('"')
    if word in form.missing:
        return np.nan
    plain = word if form.decimal == "." else word.replace(".", "?").replace(",", ".")
    try:
        value = float(plain.replace("_", "?"))
    except ValueError:
        raise ValueError(f"{field!r} is no number") from None
    if not np.isfinite(value):
        raise ValueError(f"{field!r} is infinite or not written as NaN")
    return value


def _without_cut_line(body: bytes, form: _Form) -> tuple[bytes, tuple[str, ...]]:
    """Leave out a last line that ends in the middle of its last number, as far as one can tell.

    A line without an end is whole where its last number has as many decimals as those before
    it, or as many digits where they have none.
    """
    start = body.rfind(b"\n") + 1
    if start in (0, len(body)):
        return body, ()
    *before, last = (
        form.split(line.decode("utf-8", "replace"))
        for line in body[max(0, start - _LOOK_BACK) :].splitlines()[1:]
    )
    usual = [fields[-1].strip() for fields in before if len(fields) == len(last)]
    decimals = [len(number.partition(form.decimal)[2]) for number in (*usual, last[-1].strip())]
    digits = [len(number) for number in (*usual, last[-1].strip())]
    of = decimals if max(decimals) else digits
    if len(last) != len(form.names) or of[-1] == max(of):
        return body, ()
    return body[:start], ("The last line has no line end and is left out: it may be cut short.",)
