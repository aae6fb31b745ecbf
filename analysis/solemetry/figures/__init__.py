# SPDX-License-Identifier: Apache-2.0
"""Pictures of standing, walking, feet and days: each function returns a Matplotlib figure."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
