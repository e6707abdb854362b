"""Items that may paint anywhere in the scene."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem

from bpstudio.gui.theme import Theme

FAR = 1e6


class EverywhereItem(QGraphicsItem):
    """Above the network at some ``depth``, in the colours of a ``theme``."""

    def __init__(self, depth: float) -> None:
        super().__init__()
        self.theme: Theme | None = None
        self.setZValue(depth)

    def boundingRect(self) -> QRectF:
        # Not the scene's own rectangle: that may ask every item for its bounds, this one too.
        return QRectF(-FAR, -FAR, 2 * FAR, 2 * FAR)
