# SPDX-License-Identifier: Apache-2.0
"""The first minutes with the app, shown once on virtual devices."""
