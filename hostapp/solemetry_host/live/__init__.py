# SPDX-License-Identifier: Apache-2.0
"""The live engine: from blocks to numbers on a screen and rows in a file."""
