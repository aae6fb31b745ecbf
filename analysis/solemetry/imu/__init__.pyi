# SPDX-License-Identifier: Apache-2.0
from . import mounting as mounting
from . import steps as steps
from . import swings as swings
from .mounting import FootRates as FootRates
from .mounting import Mounting as Mounting
from .mounting import foot_rates as foot_rates
from .mounting import mounting_of as mounting_of
from .steps import MEASURES as MEASURES
from .steps import describe_steps as describe_steps
from .swings import StrideAgreement as StrideAgreement
from .swings import stride_agreement as stride_agreement
from .swings import swing_peaks as swing_peaks
