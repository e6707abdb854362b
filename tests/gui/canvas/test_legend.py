"""The scale that the ink of connections is told against."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.legend import paint_legend, scale_text
from bpstudio.gui.theme import DARK, LIGHT, Theme


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_the_legend_has_a_wedge_for_each_sign(qtbot: QtBot, theme: Theme) -> None:
    image = QImage(300, 40, QImage.Format.Format_RGB32)
    image.fill(theme.color("surface"))
    painter = QPainter(image)
    paint_legend(painter, theme, QRectF(0, 0, 300, 40), 1.5)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(40, 300)
    places = []
    for token in ("negative", "positive"):
        color = QColor(theme.color(token)).rgb()
        _, columns = np.nonzero(pixels == color)
        assert len(columns) > 20
        heights = [np.count_nonzero(pixels[:, c] == color) for c in sorted(set(columns))]
        # It grows from the middle to the end of the scale.
        assert heights == sorted(heights, reverse=token == "negative")
        places.append(columns.mean())
    assert places[0] < places[1]


def test_that_the_ends_of_the_scale_are_short_numbers() -> None:
    assert [scale_text(x) for x in (0.8, 1.0, 12.0, 0.0025)] == ["0.8", "1", "12", "0.0025"]
