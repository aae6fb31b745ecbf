# SPDX-License-Identifier: Apache-2.0
"""A drill on real or virtual devices, from what is asked before it to its result."""
