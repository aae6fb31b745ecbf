# SPDX-License-Identifier: Apache-2.0
"""A rotating log in the user's own state folder. It holds no measurements and no names."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

_KEPT_BYTES = 500_000


def log_file() -> Path:
    """Where the log is."""
    return user_log_path("solemetry", appauthor=False) / "solemetry.log"


def begin() -> None:
    """Send what this program has to log to the file; without a folder for it, nowhere."""
    logger = logging.getLogger("solemetry_host")
    if logger.handlers:
        return
    handler: logging.Handler
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(log_file(), maxBytes=_KEPT_BYTES, backupCount=2, delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
