# SPDX-License-Identifier: Apache-2.0
from .choosing import FORMATS as FORMATS
from .choosing import export as export
from .written import Written as Written
