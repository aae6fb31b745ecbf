# SPDX-License-Identifier: Apache-2.0
"""Walking and running from the force under each foot: contacts, times, curves, symmetry."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
