"""Marks that are as wide on the screen however it is zoomed or scaled."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from bpstudio.gui.canvas.pens import screen_pen


@pytest.mark.parametrize("pixel", [1.0, 2.0])
@pytest.mark.parametrize("zoom", [0.25, 6.0])
def test_that_a_mark_is_so_many_pixels_wide_at_any_zoom_and_on_any_screen(
    pixel: float, zoom: float
) -> None:
    image = QImage(round(40 * pixel), round(40 * pixel), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(pixel)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.scale(zoom, zoom)
    painter.setPen(screen_pen(painter, QColor("black"), 4.0))
    painter.drawLine(QPointF(-500, 20 / zoom), QPointF(500, 20 / zoom))
    painter.end()
    values = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    column = values[:, image.width() // 2, 0]
    assert (column < 128).sum() / pixel == pytest.approx(4, abs=1 / pixel)
