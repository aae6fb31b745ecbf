# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import count
from typing import Any

import tomlkit
from drill_page import example
from hypothesis import given
from hypothesis import strategies as st

from solemetry_host.drills.files.toml_lines import Place, lines_of

KEYS = st.text(st.sampled_from("abc.-_ #=[]{}\"'ü\\"), min_size=1, max_size=4)
SHAPES = st.recursive(
    st.just(None),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def leaves(told: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    inner = told.items() if isinstance(told, dict) else enumerate(told)
    for step, value in inner:
        if isinstance(value, dict | list):
            yield from leaves(value, (*place, step))
        else:
            yield (*place, step), value


def numbered(shape: Any, number: Iterator[int]) -> Any:
    """The shape with a value in each leaf that stands in no other place of the text."""
    if isinstance(shape, dict):
        return {key: numbered(inner, number) for key, inner in shape.items()}
    if isinstance(shape, list):
        return [numbered(inner, number) for inner in shape]
    return f"# [it {next(number)}] \" ' ="


@given(st.dictionaries(KEYS, SHAPES, max_size=5), st.booleans())
def test_each_value_is_found_on_the_line_where_it_stands(shape: dict, spread: bool) -> None:
    text = tomlkit.dumps(numbered(shape, count()))
    if spread:  # over lines, with remarks between
        text = text.replace(", ", ",\n# remark ] } \"\n ")
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # an inline table must not be spread
        return
    lines = lines_of(text)
    for place, value in leaves(told):
        which = value[value.index("[it") : value.index("]") + 1]
        assert which in text.splitlines()[lines[place] - 1]


def test_tables_of_arrays_are_counted() -> None:
    lines = lines_of(
        "[[phase]]\n"
        "id = 'a'\n"
        "[[phase]]\n"
        "id = 'b'  # [[phase]]\n"
        "done = [\n"
        "  { op = '<', value = 1 },\n"
        "\n"
        "  { op = ']', value = '''\n"
        "[[phase]]''' } ]\n"
        "[phase.target]\n"
        'shape."of it".all = 1\n'
        "[[phase.hours]]\n"
    )
    assert lines["phase", 0] == 1
    assert lines["phase", 1, "id"] == 4
    assert lines["phase", 1, "done", 0, "value"] == 6
    assert lines["phase", 1, "done", 1, "value"] == 8
    assert lines["phase", 1, "target", "shape", "of it", "all"] == 11
    assert lines["phase", 1, "hours", 0] == 12


def test_every_place_of_a_real_file_has_a_line_with_its_key() -> None:
    text = example()
    lines = lines_of(text)
    written = text.splitlines()
    for place, _ in leaves(tomllib.loads(text)):
        key = next(step for step in reversed(place) if isinstance(step, str))
        if not isinstance(place[-1], int):
            assert key in written[lines[place] - 1]
