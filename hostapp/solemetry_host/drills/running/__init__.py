# SPDX-License-Identifier: Apache-2.0
"""A drill that runs: a function of its file, the person and what is sensed."""
