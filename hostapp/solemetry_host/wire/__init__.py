# SPDX-License-Identifier: Apache-2.0
"""Bytes on a link and what they say: firmware/PROTOCOL.md, spoken from the host's side."""
