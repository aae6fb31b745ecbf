# SPDX-License-Identifier: Apache-2.0
from .aligning import Aligned as Aligned
from .aligning import align as align
from .aligning import applied as applied
from .aligning import apply as apply
from .aligning import stored as stored
from .gesture import Gesture as Gesture
from .gesture import SyncError as SyncError
from .gesture import scan as scan
from .lag import Lag as Lag
from .lag import estimate_lag as estimate_lag
from .measuring import Synchronisation as Synchronisation
from .measuring import measure as measure
from .measuring import synchronise as synchronise
from .track import Track as Track
from .track import load_of_counts as load_of_counts
