# SPDX-License-Identifier: Apache-2.0
"""Windows: they draw snapshots and pass on what a person asks for; they compute nothing."""
