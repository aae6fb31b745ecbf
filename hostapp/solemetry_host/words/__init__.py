# SPDX-License-Identifier: Apache-2.0
"""The words of the windows, in the language a person chose.

English stands where it is used, as in ``tr("Start")``; every other language in a ``.po`` file
beside this one, which any translator's editor opens. ``make words`` brings the files up to date.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import as_file, files
from io import BytesIO

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
"""What each language calls itself."""

_chosen = "en"


def choose(language: str) -> None:
    """Say everything in a language from now on; in English where it has no word.

    Raises
    ------
    ValueError
        When it is none of `LANGUAGES`.
    """
    global _chosen
    if language not in LANGUAGES:
        raise ValueError(f"{language} is none of {', '.join(LANGUAGES)}.")
    _chosen = language


def chosen() -> str:
    """Return the language that everything is said in."""
    return _chosen


def tr(text: str, /, **values: object) -> str:
    """Return a text in the chosen language, with values in the place of ``{names}``."""
    said = _catalogue(_chosen).gettext(text)
    return said.format(**values) if values else said


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """Return how a text goes of `n` things; ``{n}`` in it is the number."""
    return _catalogue(_chosen).ngettext(one, many, n).format(n=n, **values)


def mark(text: str) -> str:
    """Return a text as it is: `tr` says it in another language where it is shown."""
    return text


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    import polib  # type: ignore[import-untyped]

    with as_file(files(__name__) / f"{language}.po") as path:
        return GNUTranslations(BytesIO(polib.pofile(str(path)).to_binary()))
