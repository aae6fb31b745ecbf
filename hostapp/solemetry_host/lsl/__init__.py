# SPDX-License-Identifier: Apache-2.0
"""Lab Streaming Layer: streams of other programs come in, streams of this one go out."""
