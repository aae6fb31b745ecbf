# SPDX-License-Identifier: Apache-2.0
"""What the schema has against a file, in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from solemetry_host.drills.files.finding import Finding, perhaps
from solemetry_host.drills.files.toml_lines import Place

_KINDS = {
    "float_type": "a number",
    "finite_number": "a number with an end",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "tuple_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
}

_PATTERNS = {
    r"^level\.[a-z_]+$": 'the name of a number that the levels set, such as "level.reach_pct"',
    r"^[a-z0-9][a-z0-9-]*$": 'small letters, digits and hyphens, such as "my-short-foot"',
    r"^[a-z][a-z0-9_]*$": 'small letters, digits and _, such as "roll_out"',
}


def in_words(error: ValidationError, told: dict[str, Any], model: type[BaseModel]) -> list[Finding]:
    """Return one finding for each place of the file that the schema refuses.

    Parameters
    ----------
    error : ValidationError
    told : dict
        What the file says.
    model : type
        What it was read as.
    """
    details = error.errors(include_url=False)
    return [
        _finding(place, list(group), model)
        for place, group in groupby(details, lambda detail: _place_in(told, detail))
    ]


def _place_in(told: Any, detail: ErrorDetails) -> Place:
    """Return the place in the file: pydantic also names which alternative it tried."""
    place: Place = ()
    for step in detail["loc"]:
        inside = isinstance(told, dict) and step in told
        inside |= isinstance(told, list | tuple) and isinstance(step, int) and step < len(told)
        if inside:
            place, told = (*place, step), told[step]
    return (*place, detail["loc"][-1]) if detail["type"] == "missing" else place


def _finding(place: Place, details: list[ErrorDetails], model: type[BaseModel]) -> Finding:
    detail = details[0]
    name = str(place[-1]) if place else "the file"
    match detail["type"]:
        case "missing":
            return Finding(place, f"{name} is missing.", _add(name))
        case "extra_forbidden":
            names = tuple(_names_beside(place, model))
            return Finding(place, f"{name} means nothing here.", perhaps(name, names))
        case "literal_error" if len(details) == 1:
            known = tuple(re.findall(r"'([^']*)'", detail["ctx"]["expected"]))
            remedy = perhaps(str(detail["input"]), known)
            remedy = remedy or f"It has to be {detail['ctx']['expected']}."
            return Finding(place, f"{name} cannot be {_shown(detail['input'])}.", remedy)
        case "too_short":
            return Finding(place, f"{name} is empty.", "At least one entry is needed.")
        case "value_error":
            said = str(detail["ctx"]["error"]).rstrip(".")
            return Finding(place, f"{said[:1].upper()}{said[1:]}.", "Put that right.")
        case _:
            wanted = " or ".join(dict.fromkeys(map(_wanted, details)))
            return Finding(
                place, f"{name} is {_shown(detail['input'])}.", f"It has to be {wanted}."
            )


def _wanted(detail: ErrorDetails) -> str:
    said = detail["msg"].removeprefix("Input should be ")
    if detail["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(detail["ctx"]["pattern"], said)
    return _KINDS.get(detail["type"], said)


def _add(name: str) -> str:
    whole = {
        "safety": 'Every drill says when to stop: [safety] stop_if = ["sharp_pain", "dizzy"].',
        "basis": 'Say where the number comes from: "own", "default", "seed:..." or "lit:...".',
        "source": 'Say where it comes from: [[source]] key = "own", says = "...".',
        "text": 'Give it a title at least: [text.en] title = "...".',
    }
    return whole.get(name, f"Add: {name} = ...")


def _names_beside(place: Place, model: type[BaseModel]) -> Iterator[str]:
    """Give what may stand beside the last of `place`, as files write it."""
    models = {model}
    for step in place[:-1]:
        models = {
            inner
            for outer in models
            for name, field in outer.model_fields.items()
            if step in (name, field.alias)
            for inner in _models_in(field.annotation)
        } or models  # a position, or a name of the file's own
    for one in models:
        yield from (field.alias or name for name, field in one.model_fields.items())


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return set().union(*(_models_in(inner) for inner in get_args(annotation)))


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:37]}..."
