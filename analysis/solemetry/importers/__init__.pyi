# SPDX-License-Identifier: Apache-2.0
from . import bds as bds
from .opening import open as open  # noqa: A004 - `sm.open`
from .opening import read as read
