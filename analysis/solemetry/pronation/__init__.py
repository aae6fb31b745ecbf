# SPDX-License-Identifier: Apache-2.0
"""Load and centre of pressure between the medial and the lateral side, against one's own past."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
