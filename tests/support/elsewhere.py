# SPDX-License-Identifier: Apache-2.0
"""Functions of other packages, called in a process of their own.

So a program under another licence, or one that warns and prints, stays a program of its own.
Numbers go through JSON, which keeps each bit of a float.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Sequence
from functools import reduce
from importlib import import_module
from typing import Any

import numpy as np

Call = tuple[str, Sequence[Any], dict[str, Any]]


def call_elsewhere(calls: Sequence[Call]) -> list[Any]:
    """Results of ``("package:name.of.function", args, keywords)``, each; arrays as lists."""
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(calls, default=np.ndarray.tolist),
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(done.stdout)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)


def _result(name: str, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    package, _, path = name.partition(":")
    function = reduce(getattr, path.split("."), import_module(package))
    return function(*(np.array(a) if isinstance(a, list) else a for a in args), **keywords)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps([_result(*call) for call in json.load(sys.stdin)], default=_plain))
