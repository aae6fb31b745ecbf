# SPDX-License-Identifier: Apache-2.0
"""Virtual people and virtual boards, made of nothing but Python."""
