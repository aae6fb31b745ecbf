# SPDX-License-Identifier: Apache-2.0
"""What is shown, as a picture to print or to send: PNG, or SVG made of lines and letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6 import QtCore, QtGui, QtSvg

from solemetry.errors import FileError
from solemetry_host.windows.live.picture import Painter, Picture, pen_of, small_font
from solemetry_host.windows.look import theme

_SHARPNESS = 2
_MARGIN = 2 * theme.SPACE
_TITLE_PX = 30


def save_pictures(path: Path, title: str, pictures: Sequence[Sequence[Picture]]) -> Path:
    """Write pictures, row by row, with a title above.

    Parameters
    ----------
    path : Path
        Ends with ``.svg`` or ``.png``.
    title : str
    pictures : sequence of rows of Picture

    Raises
    ------
    FileError
        When it cannot be written.
    """
    width = max(sum(one.width() + theme.SPACE for one in row) for row in pictures)
    height = sum(max(one.height() for one in row) + theme.SPACE for row in pictures)
    top = theme.look().px(_TITLE_PX)
    size = QtCore.QSize(width + 2 * _MARGIN, height + top + 2 * _MARGIN)
    painted = _as_svg(size, title, pictures) if path.suffix == ".svg" else _as_png(
        size, title, pictures
    )
    try:
        path.write_bytes(painted)
    except OSError as error:
        raise FileError(
            f"{path} cannot be written: {error.strerror}.", "Choose another folder."
        ) from None
    return path


def _as_svg(size: QtCore.QSize, title: str, pictures: Sequence[Sequence[Picture]]) -> bytes:
    buffer = QtCore.QBuffer()
    buffer.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    vector = QtSvg.QSvgGenerator()
    vector.setOutputDevice(buffer)
    vector.setSize(size)
    vector.setViewBox(QtCore.QRect(QtCore.QPoint(0, 0), size))
    vector.setTitle(title)
    _paint(QtGui.QPainter(vector), size, title, pictures)
    return bytes(buffer.data().data())


def _as_png(size: QtCore.QSize, title: str, pictures: Sequence[Sequence[Picture]]) -> bytes:
    image = QtGui.QImage(size * _SHARPNESS, QtGui.QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SHARPNESS)
    _paint(QtGui.QPainter(image), size, title, pictures)
    buffer = QtCore.QBuffer()
    buffer.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _paint(
    painter: Painter, size: QtCore.QSize, title: str, pictures: Sequence[Sequence[Picture]]
) -> None:
    """Paint all of it, and end."""
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.fillRect(QtCore.QRect(QtCore.QPoint(0, 0), size), QtGui.QColor(theme.look().card))
    font = small_font()
    font.setPixelSize(theme.look().px(17))
    painter.setFont(font)
    painter.setPen(pen_of(theme.look().ink))
    painter.drawText(QtCore.QPointF(_MARGIN, _MARGIN + theme.look().px(12)), title)
    y = _MARGIN + theme.look().px(_TITLE_PX)
    for line in pictures:
        x = _MARGIN
        for one in line:
            painter.save()
            painter.translate(x, y)
            painter.setFont(small_font())
            one.paint_still(painter)
            painter.restore()
            painter.save()
            painter.translate(x, y)
            one.paint_moving(painter)
            painter.restore()
            x += one.width() + theme.SPACE
        y += max(one.height() for one in line) + theme.SPACE
    painter.end()
