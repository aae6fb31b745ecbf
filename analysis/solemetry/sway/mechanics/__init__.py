# SPDX-License-Identifier: Apache-2.0
"""What the centre of pressure says of the body above it, with and without horizontal force."""
