# SPDX-License-Identifier: Apache-2.0
"""Postural sway from the centre of pressure: a folder per question, a module per family."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
