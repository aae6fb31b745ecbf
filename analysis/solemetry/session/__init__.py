# SPDX-License-Identifier: Apache-2.0
"""Session files: reading, packing, mending. The format is in docs/session-format.md."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
