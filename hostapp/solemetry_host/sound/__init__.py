# SPDX-License-Identifier: Apache-2.0
"""Feedback for the ear: what a tone says, how it is made, where it is played."""
