# SPDX-License-Identifier: Apache-2.0
"""The first page: who practises, what is next, what today holds, how the devices are."""
