"""What all items share that mark things wherever they are."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem

from bpstudio.gui.theme import Theme

FAR = 1e6
"""Farther than any neuron of a layer that is unfolded, in scene pixels."""


class Anywhere(QGraphicsItem):
    """An item that may paint anywhere, in the tokens of a theme; nothing before it has one."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme | None = None

    def boundingRect(self) -> QRectF:
        # Not the scene's own rectangle: that may ask every item for its bounds, this one too.
        return QRectF(-FAR, -FAR, 2 * FAR, 2 * FAR)
