# SPDX-License-Identifier: Apache-2.0
"""What the first page tells: who is there, what today holds, how the devices are, what is next."""
