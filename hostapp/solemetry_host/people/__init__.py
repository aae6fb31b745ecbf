# SPDX-License-Identifier: Apache-2.0
"""People: who practises, what they agreed to, how it went; all of it in small readable files."""
