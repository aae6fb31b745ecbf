# SPDX-License-Identifier: Apache-2.0
"""Drills, plans and norms as files: read strictly, and told in plain words what is wrong."""
