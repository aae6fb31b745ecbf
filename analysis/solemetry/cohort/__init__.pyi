# SPDX-License-Identifier: Apache-2.0
from .one_file import Choices as Choices
from .one_file import Failure as Failure
from .rows import rows_of as rows_of
from .whole_folder import Cohort as Cohort
from .whole_folder import analyze_folder as analyze_folder
