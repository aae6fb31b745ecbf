# SPDX-License-Identifier: Apache-2.0
"""Looking back: recordings, what they show at each moment, what a span measures, what changes."""
