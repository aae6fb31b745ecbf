# SPDX-License-Identifier: Apache-2.0
"""The verbs of the ``solemetry`` command, by what they are for; `solemetry_host.cli` lists them.

Each module says what can be typed and how what came of it is told. The work itself is done
elsewhere, and is loaded when it is asked for: help and completion come at once.
"""
