"""A picture of cells, as large as there is room."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bpstudio.gui.theme import ThemeHolder


class ImageView(QWidget):
    """Shows an image with its cells square and sharp."""

    def __init__(self, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("neuronImage")
        self._themes = themes
        self._image = QImage()

    @property
    def image(self) -> QImage:
        return self._image

    def set_image(self, image: QImage, name: str) -> None:
        """Show this image; ``name`` is what those hear who cannot see it."""
        self._image = image
        self.setAccessibleName(name)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        cell = min(self.width() / self._image.width(), self.height() / self._image.height())
        place = QRectF(0, 0, cell * self._image.width(), cell * self._image.height())
        place.moveCenter(QRectF(self.rect()).center())
        painter = QPainter(self)
        painter.drawImage(place, self._image)
        painter.setPen(QPen(self._themes.theme.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()
