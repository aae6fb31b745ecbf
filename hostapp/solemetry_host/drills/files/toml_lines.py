# SPDX-License-Identifier: Apache-2.0
"""Where in a TOML text each value stands: the standard reader gives values without places."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

Place = tuple[str | int, ...]
"""Keys and positions from the top, as ``("phase", 2, "done", 0)``."""

_NOTHING = re.compile(r"(?:\s|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")


def lines_of(text: str) -> dict[Place, int]:
    """Return the line, from 1, of every table and every value.

    Parameters
    ----------
    text : str
        What `tomllib` has read without an error; of anything else the lines mean nothing.
    """
    return _Walk(text).lines


class _Walk:
    """One way through a text, from the top to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Place, int] = {(): 1}
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._last_of: dict[Place, int] = {}
        table: Place = ()
        while self._more():
            if self._past("[["):
                table = self._table(self._keys(), one_more=True)
                self._past("]]")
            elif self._past("["):
                table = self._table(self._keys(), one_more=False)
                self._past("]")
            else:
                self._pair(table)

    def _table(self, keys: list[str], one_more: bool) -> Place:
        """Return the place of a header; of an array of tables its last one is meant."""
        place: Place = ()
        for number, key in enumerate(keys, 1):
            place = (*place, key)
            if one_more and number == len(keys):
                self._last_of[place] = self._last_of.get(place, -1) + 1
            self._note(place)
            if place in self._last_of:
                place = (*place, self._last_of[place])
        self._note(place)
        return place

    def _pair(self, table: Place) -> None:
        line_at = self.at
        place = table
        for key in self._keys():
            place = (*place, key)
            self._note(place, line_at)
        self._past("=")
        self._value(place)

    def _value(self, place: Place) -> None:
        if self._past("["):
            number = 0
            while self._more() and not self._past("]"):
                self._note((*place, number))
                self._value((*place, number))
                self._past(",")
                number += 1
        elif self._past("{"):
            while self._more() and not self._past("}"):
                self._pair(place)
                self._past(",")
        else:
            found = _STRING.match(self.text, self.at) or _BARE_VALUE.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)

    def _keys(self) -> list[str]:
        keys = []
        while self._more():
            if quoted := _STRING.match(self.text, self.at):
                keys.append(tomllib.loads(f"it = {quoted[0]}")["it"])
                self.at = quoted.end()
            elif bare := _BARE_KEY.match(self.text, self.at):
                keys.append(bare[0])
                self.at = bare.end()
            if not self._past("."):
                break
        return keys

    def _more(self) -> bool:
        """Pass over blanks and comments; whether anything comes after."""
        if blank := _NOTHING.match(self.text, self.at):
            self.at = blank.end()
        return self.at < len(self.text)

    def _past(self, mark: str) -> bool:
        """Pass over `mark`, if that is what comes next; whether it was."""
        self._more()
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def _note(self, place: Place, at: int | None = None) -> None:
        line = bisect_left(self._line_ends, self.at if at is None else at) + 1
        self.lines.setdefault(place, line)
