"""A row as the image that it is: the pixels of one row of a source."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpstudio.files.source import Source
from bpstudio.gui.panels.images import rgb_image
from bpstudio.gui.theme import SMALL_SIZE, Theme, sequential_colors, text_font
from bpstudio.model.arrays import FloatArray

SIDE, CAPTION = 120, 18


class RowImage(QWidget):
    """The picture of the row that is current in the table, with its targets below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._image = QImage()
        self._words = ""
        self.setObjectName("rowImage")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE + CAPTION)

    def show_row(self, source: Source | None, row: int, words: str) -> None:
        """Show a row counted from 0; nothing where the rows are no images."""
        pixels = None if source is None else pixels_of(source, row)
        self.setVisible(pixels is not None)
        if pixels is None:
            return
        self._image = rgb_image(sequential_colors(self._theme, pixels))
        self._words = words
        self.setAccessibleName(f"Image of {words}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        size = self._image.size().scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(QRectF(0, 0, size.width(), size.height()), self._image)
        painter.setFont(text_font(SMALL_SIZE))
        painter.setPen(self._theme.color("secondary"))
        below = QRectF(0, SIDE, self.width(), CAPTION)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, self._words)
        painter.end()


def pixels_of(source: Source, row: int) -> FloatArray | None:
    """(height, width) of a row's image, 0 to 1; None where the rows are no images."""
    if source.image_shape is None or not 0 <= row < source.rows:
        return None
    height, width = source.image_shape
    columns = source.columns[: height * width]
    if any(column.numbers is None for column in columns):
        return None
    values = np.array([float(c.numbers[row]) for c in columns if c.numbers is not None])
    bounds = columns[0].bounds
    low, high = bounds if bounds is not None else (float(values.min()), float(values.max()))
    scaled: FloatArray = (values.reshape(height, width) - low) / ((high - low) or 1.0)
    return scaled
