# SPDX-License-Identifier: Apache-2.0
"""Recordings and results as pages to read, print and keep, and as the table of a laboratory."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
