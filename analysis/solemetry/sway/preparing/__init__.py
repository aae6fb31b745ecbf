# SPDX-License-Identifier: Apache-2.0
"""What comes before a measure: cutting, resampling, looking at the quality and the noise."""
