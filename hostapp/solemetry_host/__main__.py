# SPDX-License-Identifier: Apache-2.0
"""``python -m solemetry_host`` is the ``solemetry`` command."""

from solemetry_host.cli import main

main()
