# SPDX-License-Identifier: Apache-2.0
"""Drills: what is asked for, what is sensed of it, and how it went."""
