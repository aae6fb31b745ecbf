# SPDX-License-Identifier: Apache-2.0
from . import baseline as baseline
from . import excursion as excursion
from . import indices as indices
from .baseline import CAUTION as CAUTION
from .baseline import Walk as Walk
from .baseline import against_baseline as against_baseline
from .excursion import Excursion as Excursion
from .excursion import excursion_index as excursion_index
from .excursion import excursion_of as excursion_of
from .indices import MEASURES as MEASURES
from .indices import describe_steps as describe_steps
