"""What part of the network the view shows: fitting, zooming, panning."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMarginsF, QPoint, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsView

from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.layer_paint import words_enlarged
from bpstudio.gui.canvas.turn import in_scene, scale_of, view_transform

ZOOM_STEP = 1.25
MAX_FIT, FIT_MARGIN = 1.35, 10.0
FIT_EDGE = 2.0
"""What a fitted network leaves free at each side, in screen pixels, where its own margin is less."""
LEGEND_ROOM = 16.0
"""Height that a fitted network leaves to the legend."""
LEAST_ZOOM, MOST_ZOOM = 0.05, 8.0
"""Zooming out goes on until the whole network is seen, however large it is."""
ROOM = QRectF(-4_000_000, -4_000_000, 8_000_000, 8_000_000)
"""The scene, larger than any view of it, so that nothing keeps a view from its place."""
REVEALED = 24.0
"""Room around what is brought into view, in screen pixels."""
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
        drawing.setSceneRect(ROOM)

    @property
    def turned(self) -> bool:
        """Whether the network runs from bottom to top."""
        return self._drawing.turned

    @property
    def scale(self) -> float:
        """Screen pixels per scene pixel."""
        return scale_of(self._view.transform())

    @property
    def seen(self) -> QRectF:
        """The part of the scene in view."""
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def shows_all(self, slack: float) -> bool:
        """Whether the whole network is in view, but for so many screen pixels."""
        whole = self._drawing.bounds_with(words_enlarged(self._view.transform()))
        spare = slack / self.scale
        return self.seen.adjusted(-spare, -spare, spare, spare).contains(whole)

    def look_at(self, pos: QPointF) -> None:
        """Bring a scene position into the middle."""
        self.pan_by(self.seen.center() - pos)

    def fit(self) -> None:
        """Show the whole network."""
        self.fitted = True
        scale, whole = self._fitting()
        # The legend stands above.
        down = in_scene(0, -LEGEND_ROOM / 2 / scale, self.turned)
        self._look(scale)
        self._view.centerOn(whole.center() + QPointF(*down))
        self._tell()

    def _fitting(self) -> tuple[float, QRectF]:
        """The scale at which the whole network is seen, and where that is."""
        margin = QMarginsF(FIT_MARGIN, FIT_MARGIN, FIT_MARGIN, FIT_MARGIN)
        if not self._drawing.layers:
            return self._scale_for(EMPTY + margin), EMPTY + margin
        scale = self._scale_for(self._drawing.bounds() + margin)
        # The smaller the rest, the larger the words beside it.
        words = words_enlarged(view_transform(scale, self.turned))
        whole = self._drawing.bounds_with(words) + margin
        return self._scale_for(whole), whole

    def _scale_for(self, rect: QRectF) -> float:
        """The scale at which a part of the scene fills the view."""
        area = self._view.viewport().rect()
        across, up = rect.width(), rect.height()
        if self.turned:
            across, up = up, across
        # A view that is not laid out yet may have no height.
        width, height = (
            max(room - 2 * FIT_EDGE, 1.0) for room in (area.width(), area.height() - LEGEND_ROOM)
        )
        return min(width / across, height / up, MAX_FIT)

    def actual_size(self) -> None:
        """One scene pixel on one of the screen, around the middle of what is seen."""
        self._zoom_middle(1 / self.scale)

    def zoom_in(self) -> None:
        """Show the middle of the view larger."""
        self._zoom_middle(ZOOM_STEP)

    def zoom_out(self) -> None:
        """Show more of the network, smaller."""
        self._zoom_middle(1 / ZOOM_STEP)

    def _zoom_middle(self, factor: float) -> None:
        self.zoom(factor, self._view.viewport().rect().center())

    def pan_pixels(self, dx: float, dy: float) -> None:
        """Move what is seen by screen pixels."""
        x, y = in_scene(dx, dy, self.turned)
        self.pan_by(QPointF(x / self.scale, y / self.scale))

    def zoom(self, factor: float, at: QPoint) -> None:
        """Zoom around a point of the viewport."""
        least = min(LEAST_ZOOM, self._fitting()[0])
        scale = min(max(self.scale * factor, least), MOST_ZOOM)
        before = self._view.mapToScene(at)
        self._look(scale)
        self.pan_by(self._view.mapToScene(at) - before)

    def _look(self, scale: float) -> None:
        """Show the scene at a scale."""
        transform = view_transform(scale, self.turned)
        self._view.setTransform(transform)
        self._drawing.look_through(transform)

    def pan_by(self, offset: QPointF) -> None:
        """Move what is seen by an offset in scene pixels."""
        self.fitted = False
        self._view.centerOn(self.seen.center() - offset)
        self._tell()

    def reveal(self, rect: QRectF) -> None:
        """Bring a part of the scene into view, with no more of a move than that takes."""
        seen, room = self.seen, REVEALED / self.scale
        if self.fitted or seen.contains(rect):
            return
        inner = seen.adjusted(room, room, -room, -room)
        x = _into(inner.left(), inner.right(), rect.left(), rect.right())
        y = _into(inner.top(), inner.bottom(), rect.top(), rect.bottom())
        if x or y:
            self.pan_by(QPointF(x, y))

    def _tell(self) -> None:
        self._drawing.motion.go_on()
        self.moved()


def _into(low: float, high: float, start: float, end: float) -> float:
    """How far a stretch has to go to lie in another; one that is longer, to be seen at all."""
    if end - start > high - low:
        return 0.0 if start < high and end > low else (low + high - start - end) / 2
    return max(low - start, 0.0) + min(high - end, 0.0)


def _nobody() -> None:
    """Nobody looks on."""
