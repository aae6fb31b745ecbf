# SPDX-License-Identifier: Apache-2.0
"""Looking back: recordings, spans and their measures, comparisons, trends."""
