# SPDX-License-Identifier: Apache-2.0
"""Many recordings as one table: a row for each stream and each foot."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
