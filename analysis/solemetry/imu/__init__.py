# SPDX-License-Identifier: Apache-2.0
"""What an inertial sensor under the foot adds to the forces: how fast the foot turns."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
