# SPDX-License-Identifier: Apache-2.0
"""How the windows look: colours, type, spacing, and the parts that every page is made of."""
