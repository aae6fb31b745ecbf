# SPDX-License-Identifier: Apache-2.0
"""Everything that a recording says: of standing, of walking, and as one dictionary."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
