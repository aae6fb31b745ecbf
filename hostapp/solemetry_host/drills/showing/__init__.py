# SPDX-License-Identifier: Apache-2.0
"""What a person sees and hears of a drill."""
