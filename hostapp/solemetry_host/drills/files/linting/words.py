# SPDX-License-Identifier: Apache-2.0
"""Words that judge somebody's health."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from solemetry_host.drills.files.finding import Finding
from solemetry_host.drills.files.toml_lines import Place
from solemetry_host.drills.files.wording import INSTEAD, diagnostic_words

_FOR_COACHES = {"source", "basis", "cite", "check"}
"""What is told of a source is in the source's words, and for coaches."""


def word_findings(told: Mapping[str, Any]) -> Iterator[Finding]:
    """Find diagnostic words in all that a person reads of a file, be it sound or not."""
    for place, text in _texts(told, ()):
        for word in diagnostic_words(text):
            yield Finding(place, f"{word!r} judges somebody's health.", INSTEAD)


def _texts(told: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(told, str):
        yield place, told
    elif isinstance(told, Mapping):
        for key, inner in told.items():
            if key not in _FOR_COACHES:
                yield from _texts(inner, (*place, key))
    elif isinstance(told, list):
        for number, inner in enumerate(told):
            yield from _texts(inner, (*place, number))
