# SPDX-License-Identifier: Apache-2.0
from .recording import analyze as analyze
from .standing import Hold as Hold
from .standing import find_hold as find_hold
from .two_feet import walk_of as walk_of
from .walk import FootLoads as FootLoads
from .walk import Walk as Walk
from .walking import find_walk as find_walk
