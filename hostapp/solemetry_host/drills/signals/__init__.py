# SPDX-License-Identifier: Apache-2.0
"""What drills may ask for, worked out of whatever devices are there."""
