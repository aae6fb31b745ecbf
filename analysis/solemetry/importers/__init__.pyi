# SPDX-License-Identifier: Apache-2.0
from . import bds as bds
from . import mapped as mapped
from . import tables as tables
from .opening import open as open  # noqa: A004 - `sm.open`
from .opening import read as read
from .together import read_together as read_together
