# SPDX-License-Identifier: Apache-2.0
"""Force plates and pressure insoles: sway, loading and sessions, every number with its method.

>>> import solemetry as sm
>>> session = sm.open("session.h5")              # doctest: +SKIP
>>> plate = session.streams["plate"]             # doctest: +SKIP
>>> sm.sway.describe(plate.cop_mm, plate.fs_hz)  # doctest: +SKIP

Everything is loaded when it is first used; ``__init__.pyi`` lists what there is.
"""

from __future__ import annotations

from typing import Any

import lazy_loader

_attribute, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("solemetry")
    return _attribute(name)
