# SPDX-License-Identifier: Apache-2.0
"""Where the sensors of other makers' insoles lie: tables with their source and licence."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
