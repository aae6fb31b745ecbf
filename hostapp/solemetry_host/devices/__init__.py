# SPDX-License-Identifier: Apache-2.0
"""Devices: a URL opens a `Source`, and a source gives blocks of samples.

``serial:PORT`` a board, ``sim:plate`` a virtual one, ``replay:FILE`` a recording.
"""
