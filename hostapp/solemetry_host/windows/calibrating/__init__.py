# SPDX-License-Identifier: Apache-2.0
"""Calibrating plates and insoles, step by step, with a map of what is off where."""
