# SPDX-License-Identifier: Apache-2.0
"""Words that nothing here may say to a person: this measures, it does not judge health."""

from __future__ import annotations

import re

_DIAGNOSTIC = re.compile(
    r"""\b(
      diagnos\w* | patholog\w* | abnormal\w* | dysfunction\w* | deformit\w*
    | over-?\s?pronat\w* | under-?\s?pronat\w* | hyperpronat\w*
    | flat[-\s]?f(?:oo|ee)t\w* | fallen\sarch\w*
    | (?:fall|falling|injury)[-\s]risks? | risks?\sof\s(?:a\s)?(?:fall|falling|injury|injuries)
    | therap(?:y|ies|eutic\w*) | treatments? | treats? | cures?
    | prevents?\s(?:an?\s)?injur\w*
    | pathologisch\w* | krankhaft\w* | überpronation\w* | überpronier\w*
    | (?:platt|senk|knick)f(?:u(?:ß|ss)|ü(?:ß|ss)e)\w*
    | sturzrisik\w* | sturzgefahr\w* | verletzungsrisik\w* | verletzungsgefahr\w*
    | therapie\w* | therapeutisch\w* | behandlung\w* | behandelt | heilt | fehlstellung\w*
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

INSTEAD = (
    "Say what is measured and against what, such as: more load on the inner midfoot than in "
    "your usual sessions."
)
"""What to write in place of such a word."""


def diagnostic_words(text: str) -> list[str]:
    """Return the words of a text, English or German, that judge health or promise it."""
    return [match[0] for match in _DIAGNOSTIC.finditer(text)]
