# SPDX-License-Identifier: Apache-2.0
"""The command as somebody types it, in the process of the tests: what it loads is there already.

How it is started, and what it loads then, are proved by tests of their own.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from solemetry_host import log
from solemetry_host.cli import main


def solemetry(*arguments: str | Path, answers: str = "") -> CompletedProcess[str]:
    """Run ``solemetry``, give the answers it asks for; return how it ended and what it said."""
    typed = ["solemetry", *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(log, "begin", lambda: None)
        patch.setattr(sys, "argv", typed)
        patch.setattr(sys, "stdin", io.StringIO(answers))
        with pytest.raises(SystemExit) as left:
            main()
    assert isinstance(left.value.code, int)
    assert "unexpected" not in err.getvalue()
    return CompletedProcess(typed, left.value.code, out.getvalue(), err.getvalue())
