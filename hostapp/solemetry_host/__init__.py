# SPDX-License-Identifier: Apache-2.0
"""The host app: devices, the live engine, recording, windows, and the ``solemetry`` command."""
