# SPDX-License-Identifier: Apache-2.0
"""What somebody can choose, and how well this computer keeps up."""
