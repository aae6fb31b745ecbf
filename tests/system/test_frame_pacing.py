# SPDX-License-Identifier: Apache-2.0
"""How evenly a window is painted. How fast is for `solemetry bench frames` to say, on a computer
that does nothing else; here it is shown to measure what it says."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6 import QtCore, QtWidgets

from solemetry_host.devices.url import open_sources
from solemetry_host.live.station import Station
from solemetry_host.windows.app import live_window
from solemetry_host.windows.frame_pacing import frame_pacing, pacing


@pytest.mark.usefixtures("qapp")
def test_a_hanging_interface_is_noticed(tmp_path: Path) -> None:
    window, page = live_window(lambda _: Station(lambda: open_sources("sim:plate")), tmp_path)
    window.show()
    window.desk.connect_to(())
    for at_ms in (600, 1200):
        QtCore.QTimer.singleShot(at_ms, lambda: time.sleep(0.25))
    found = pacing(window, page.pictures.front, 2.0)
    window.close()
    assert found.hung >= 2
    assert found.gap_max_ms > 250
    # Two pauses among a hundred frames say nothing of the usual one.
    assert 1e3 / found.paints_hz < 100


def test_each_layout_is_measured_and_nothing_is_left_behind(
    qapp: QtWidgets.QApplication,
) -> None:
    found = frame_pacing(("insoles", "both"), ((1100, 700),), 0.5, settles_s=0.5)
    assert list(found) == ["insoles, 1100 x 700", "both, 1100 x 700"]
    for paced in found.values():
        assert paced.turns >= 3
        assert 0 < paced.draw_p50_ms <= paced.draw_p99_ms
        assert 1e3 / paced.paints_hz <= paced.gap_p99_ms <= paced.gap_max_ms
    assert not [w for w in qapp.topLevelWidgets() if w.isVisible()]
