# SPDX-License-Identifier: Apache-2.0
"""The live view: what the devices feel, as it happens."""
