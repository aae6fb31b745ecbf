# SPDX-License-Identifier: Apache-2.0
"""What ``--json`` prints, beside what is written down of it with each verb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from solemetry_host.cli import app

ONLY_OF_SOME = {("person today", "order")}


def verbs() -> dict[str, Any]:
    """All verbs there are, asked of the program itself."""
    found = {}
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {f"{name} {one}": of for one, of in inner.items()} if inner else {name: command}
    return found


def assert_as_written(verb: str, told: Any) -> None:
    """Each key is written down, and what is written down is there."""
    paths = [re.findall(r"\[\]|[^.\[\]]+", name) for name in verbs()[verb].tells]
    assert not list(differences(verb, told, paths))


def differences(verb: str, told: Any, written: list[list[str]]) -> Iterator[object]:
    heads: dict[str, list[list[str]]] = {}
    for head, *rest in filter(None, written):
        heads.setdefault(head, []).append(rest)
    if not heads:
        return
    (first, *_) = heads
    if first == "[]" or not first.islower():
        values = told if first == "[]" else told.values()
        assert values, f"{verb}: nothing to compare with {first}"
        for value in values:
            yield from differences(verb, value, heads[first])
        return
    named = {head for head in heads if head != "*"}
    yield from {head for head in named - set(told) if (verb, head) not in ONLY_OF_SOME}
    if named == set(heads):
        yield from set(told) - named
    for head in set(heads) & set(told):
        yield from differences(verb, told[head], heads[head])
