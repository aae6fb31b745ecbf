# SPDX-License-Identifier: Apache-2.0
"""Bringing insoles and plates onto one time by the sync gesture, three quick heel raises."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
