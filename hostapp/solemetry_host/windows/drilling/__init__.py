# SPDX-License-Identifier: Apache-2.0
"""Drills: choosing one, getting ready, doing it, and how it went."""
