# SPDX-License-Identifier: Apache-2.0
"""Where the centre of pressure was, how it travelled, and how often it turned."""
