# SPDX-License-Identifier: Apache-2.0
"""The page tells all that a file may hold, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from drill_page import PAGE
from pydantic import BaseModel

from solemetry_host.drills.files.drill import Drill, Feedback, Phase
from solemetry_host.drills.signals.catalogue import CATALOGUE, CELLS, SUMS

TEXT = PAGE.read_text("utf-8")


def models(one: Any) -> Iterator[type[BaseModel]]:
    if isinstance(one, type) and issubclass(one, BaseModel):
        yield one
        for field in one.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(one):
        yield from models(inner)


FIELDS = sorted({field.alias or name for model in models(Drill)
                 for name, field in model.model_fields.items()})  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_told(name: str) -> None:
    assert re.search(rf"\b{name}\b", TEXT)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_signal_is_told_with_its_unit(name: str) -> None:
    if "share." in name:
        region = name.rpartition(".")[2]
        assert f"`{region}`" in TEXT
        assert {*CELLS, *SUMS} >= {region}
        return
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |"))
    assert row.split("|")[3].strip() == CATALOGUE[name].unit


@pytest.mark.parametrize(
    "word",
    [word for field in (Phase.model_fields["do"], Feedback.model_fields["concurrent"],
                        Feedback.model_fields["schedule"], Drill.model_fields["kind"],
                        Drill.model_fields["sides"]) for word in get_args(field.annotation)],
)  # fmt: skip
def test_every_choice_is_told(word: str) -> None:
    assert word in TEXT
