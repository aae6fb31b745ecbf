# SPDX-License-Identifier: Apache-2.0
"""Where the load is on the feet: how near to the edge, shared how, on one leg, after a landing."""
