# SPDX-License-Identifier: Apache-2.0
"""How far somebody is, and what to practise next."""
