# SPDX-License-Identifier: Apache-2.0
"""How a trajectory depends on its own past."""
