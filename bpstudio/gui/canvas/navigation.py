"""What part of the network the view shows: fitting, zooming, panning."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsView

from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.turn import in_scene, view_transform

MAX_FIT, FIT_MARGIN = 1.35, 10.0
LEGEND_ROOM = 16.0
"""Height that a fitted network leaves to the legend."""
LEAST_ZOOM, MOST_ZOOM = 0.05, 8.0
EMPTY = QRectF(-300, -200, 600, 400)
"""What a view of an empty canvas shows."""


class Navigation:
    """Moves one view over its drawing. ``fitted``: the whole network stays in view when it changes.

    ``moved`` is called whenever the view shows another part than before.
    """

    def __init__(self, view: QGraphicsView, drawing: Drawing) -> None:
        self._view = view
        self._drawing = drawing
        self.fitted = True
        self.moved: Callable[[], None] = _nobody

    @property
    def turned(self) -> bool:
        """Whether the network runs from bottom to top."""
        return self._drawing.turned

    @property
    def scale(self) -> float:
        """Screen pixels per scene pixel."""
        transform = self._view.transform()
        return math.hypot(transform.m11(), transform.m12())

    @property
    def seen(self) -> QRectF:
        """The part of the scene in view."""
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def look_at(self, pos: QPointF) -> None:
        """Bring a scene position into the middle."""
        self.pan_by(self.seen.center() - pos)

    def fit(self) -> None:
        """Show the whole network."""
        self.fitted = True
        rect = self._drawing.bounds() if self._drawing.layers else EMPTY
        rect = rect.adjusted(-FIT_MARGIN, -FIT_MARGIN, FIT_MARGIN, FIT_MARGIN)
        area = self._view.viewport().rect()
        across, up = rect.width(), rect.height()
        if self.turned:
            across, up = up, across
        scale = min(area.width() / across, (area.height() - LEGEND_ROOM) / up, MAX_FIT)
        scale = max(scale, LEAST_ZOOM)
        # The legend stands above.
        down = in_scene(0, -LEGEND_ROOM / 2 / scale, self.turned)
        self._place(scale, rect.center() + QPointF(*down))

    def _place(self, scale: float, middle: QPointF) -> None:
        # The scene is larger than any view of it, so that nothing keeps the middle from its place.
        reach = QPointF(8000, 8000)
        self._drawing.setSceneRect(QRectF(middle - reach, middle + reach))
        self._view.setTransform(view_transform(scale, self.turned))
        self._view.centerOn(middle)
        self._tell()

    def actual_size(self) -> None:
        """One scene pixel on one of the screen, around the middle of what is seen."""
        self.zoom(1 / self.scale, self._view.viewport().rect().center())

    def pan_pixels(self, dx: float, dy: float) -> None:
        """Move what is seen by screen pixels."""
        x, y = in_scene(dx, dy, self.turned)
        self.pan_by(QPointF(x / self.scale, y / self.scale))

    def zoom(self, factor: float, at: QPoint) -> None:
        """Zoom around a point of the viewport."""
        scale = min(max(self.scale * factor, LEAST_ZOOM), MOST_ZOOM)
        before = self._view.mapToScene(at)
        self._view.setTransform(view_transform(scale, self.turned))
        self.pan_by(self._view.mapToScene(at) - before)

    def pan_by(self, offset: QPointF) -> None:
        """Move what is seen by an offset in scene pixels."""
        self.fitted = False
        self._view.centerOn(self.seen.center() - offset)
        self._tell()

    def _tell(self) -> None:
        self._drawing.motion.go_on()
        self.moved()


def _nobody() -> None:
    """Nobody looks on."""
