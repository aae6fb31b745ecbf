# SPDX-License-Identifier: Apache-2.0
"""Recordings in the formats of other programs: see docs/exporting.md."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
