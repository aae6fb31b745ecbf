# SPDX-License-Identifier: Apache-2.0
from .makers import MOTICON_SIZES as MOTICON_SIZES
from .makers import PEDAR_MM as PEDAR_MM
from .makers import loadsol as loadsol
from .makers import moticon as moticon
from .makers import pedar as pedar
from .makers import stappone as stappone
