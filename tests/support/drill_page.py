# SPDX-License-Identifier: Apache-2.0
"""The drill of the manual's page, as a coach would copy it from there."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "write-a-drill.md"


def example() -> str:
    """The whole drill of the page."""
    block = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    return block[1]
