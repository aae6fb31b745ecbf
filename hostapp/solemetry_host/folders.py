# SPDX-License-Identifier: Apache-2.0
"""Where this program keeps what is a person's own."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_documents_path


def usual_library() -> Path:
    """Return the folder of people, recordings, calibrations and own drills; it need not be there.

    ``$SOLEMETRY_LIBRARY``, or ``Solemetry`` in the documents.
    """
    named = os.environ.get("SOLEMETRY_LIBRARY")
    return Path(named) if named else user_documents_path() / "Solemetry"
