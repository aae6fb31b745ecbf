# SPDX-License-Identifier: Apache-2.0
"""How a foot is loaded: regions, pressures, shares between heel and toes, left and right."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
