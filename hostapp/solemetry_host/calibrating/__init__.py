# SPDX-License-Identifier: Apache-2.0
"""Calibrating a plate or an insole step by step: what to do, what is awaited, what came of it."""
