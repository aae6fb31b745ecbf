# SPDX-License-Identifier: Apache-2.0
"""Making an instrument of a plate or an insole: zero, known weights, noise, and a verdict."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
