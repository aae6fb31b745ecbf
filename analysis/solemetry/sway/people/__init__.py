# SPDX-License-Identifier: Apache-2.0
"""One value among those of others, and among those of the same person."""
