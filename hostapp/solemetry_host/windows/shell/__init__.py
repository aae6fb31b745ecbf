# SPDX-License-Identifier: Apache-2.0
"""The one window: its pages, what they share, and what it remembers."""
