# SPDX-License-Identifier: Apache-2.0
from .page import write_report as write_report
