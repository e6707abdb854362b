"""The plane to paint on: a brush that puts labelled points, or takes them away, stroke by stroke."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from bpstudio.gui.panels.surface_view import SurfaceView
from bpstudio.gui.panels.symbols import draw_symbol
from bpstudio.gui.theme import ThemeHolder, signed_color
from bpstudio.model.arrays import FloatArray

LEAST_SPACING, POINTS_PER_STEP = 7.0, 14.0
"""Pixels between two dabs of a stroke, and pixels of the brush's radius for each of a dab's points."""
LEAST_ERASER = 5.0
KEY_STEP, FINE_STEP = 0.05, 0.01
"""How far an arrow key moves the brush, as a share of the plane."""
MOVES = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}


@dataclass(frozen=True)
class Brush:
    """What a stroke does: the class it paints (-1: a number, ``shade`` -1 to 1), or ``erase``.

    ``radius`` is a share of the plane's width; 0 puts one point after the other.
    """

    label: int = 0
    shade: float = 1.0
    radius: float = 0.08
    erase: bool = False


@dataclass(frozen=True, eq=False)
class Stroke:
    """A stroke in raw units: points to put (n, 2), or where an eraser went, with its two radii."""

    places: FloatArray
    erase: bool
    radii: tuple[float, float] = (0.0, 0.0)


class PaintView(SurfaceView):
    """``painted(stroke)`` at the end of each stroke; ``class_asked(number)`` for a digit key.

    Left paints, right or Shift erases, Escape gives a stroke up. By keys: arrows move the brush (with
    Shift by little), Enter puts points, Delete takes them away, + and − change the brush.
    """

    painted = Signal(object)
    class_asked = Signal(int)
    size_asked = Signal(int)

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__(themes)
        self.setObjectName("paintView")
        self.setAccessibleName("Plane to paint points on")
        self.setToolTip(
            "Drag to paint, with the right button or Shift to erase.\nKeys: arrows move, Enter paints, "
            "Delete erases, digits choose the class, + and − the brush."
        )
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.brush = Brush()
        self._rng = np.random.default_rng(0)
        self._at: QPointF | None = None
        self._erasing: bool | None = None
        self._places: list[tuple[float, float]] = []

    @property
    def drawing(self) -> bool:
        """Whether a stroke has begun."""
        return self._erasing is not None

    # Places

    def value_at(self, at: QPointF) -> tuple[float, float]:
        """The raw point of the plane at a place of this widget, at most at its border."""
        plane, square = self._plane, self.square
        if plane is None:
            return 0.0, 0.0
        along = min(max((at.x() - square.left()) / square.width(), 0.0), 1.0)
        up = min(max((square.bottom() - at.y()) / square.height(), 0.0), 1.0)
        return (
            plane.x[0] + along * (plane.x[1] - plane.x[0]),
            plane.y[0] + up * (plane.y[1] - plane.y[0]),
        )

    def _radius(self, erase: bool) -> float:
        """Of the brush, in pixels."""
        radius = self.brush.radius * self.square.width()
        return max(radius, LEAST_ERASER) if erase else radius

    # Strokes

    def _begin(self, at: QPointF, erase: bool) -> None:
        if self._plane is None:
            return
        self._erasing, self._places, self._at = erase, [], at
        self._dab(at)

    def _dab(self, at: QPointF) -> None:
        """Put points under the brush, or note where the eraser is."""
        if self._erasing:
            self._places.append(self.value_at(at))
            return
        radius = self._radius(False)
        count = max(1, round(radius / POINTS_PER_STEP))
        for _ in range(count):
            away = radius * float(np.sqrt(self._rng.uniform()))
            angle = float(self._rng.uniform(0, 2 * np.pi))
            place = QPointF(at.x() + away * np.cos(angle), at.y() + away * np.sin(angle))
            self._places.append(self.value_at(place))

    def _end(self) -> None:
        if self._erasing is None:
            return
        erase, places = self._erasing, np.array(self._places)
        radii = (0.0, 0.0)
        if erase and self._plane is not None:
            share = self._radius(True) / self.square.width()
            (x0, x1), (y0, y1) = self._plane.x, self._plane.y
            radii = share * (x1 - x0), share * (y1 - y0)
        self._give_up()
        self.painted.emit(Stroke(places, erase, radii))

    def _give_up(self) -> None:
        self._erasing, self._places = None, []
        self.update()

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left, right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
        if event.button() not in (left, right) or self.drawing:
            return
        margin = 6
        if not self.square.adjusted(-margin, -margin, margin, margin).contains(event.position()):
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._begin(event.position(), event.button() == right or shift or self.brush.erase)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if not self.drawing or self._at is None:
            self._at = at
            self.update()
            return
        spacing = max(LEAST_SPACING, self._radius(bool(self._erasing)) / 2)
        way = at - self._at
        length = float(np.hypot(way.x(), way.y()))
        steps = int(length // spacing)
        for k in range(steps):
            self._dab(self._at + way * ((k + 1) * spacing / length))
        if steps:
            self._at = self._at + way * (steps * spacing / length)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.drawing and not event.buttons():
            self._end()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.drawing and not self.hasFocus():
            self._at = None
            self.update()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Escape and self.drawing:
            self._give_up()
        elif key in MOVES:
            self._move(*MOVES[key], FINE_STEP if fine else KEY_STEP)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press(False)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._press(True)
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.class_asked.emit(key - Qt.Key.Key_1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.size_asked.emit(1)
        elif key == Qt.Key.Key_Minus:
            self.size_asked.emit(-1)
        else:
            super().keyPressEvent(event)

    def _move(self, across: float, up: float, step: float) -> None:
        square = self.square
        at = self._at if self._at is not None else square.center()
        x = min(max(at.x() + across * step * square.width(), square.left()), square.right())
        y = min(max(at.y() - up * step * square.height(), square.top()), square.bottom())
        self._at = QPointF(x, y)
        self.update()

    def _press(self, erase: bool) -> None:
        self._begin(self._at if self._at is not None else self.square.center(), erase)
        self._end()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._themes.theme
        erase = self.brush.erase if self._erasing is None else self._erasing
        if not erase:
            color = self._color()
            for x, y in self._places:
                draw_symbol(
                    painter, theme, self.place_of(x, y), self.brush.label, 3.2, False, color,
                    theme.color("secondary") if self.brush.label < 0 else None,
                )  # fmt: skip
        elif self._erasing:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("surface", 0.55))
            radius = self._radius(True)
            for x, y in self._places:
                painter.drawEllipse(self.place_of(x, y), radius, radius)
        if self._at is not None:
            self._draw_brush(painter, self._at, erase)
        painter.end()

    def _color(self) -> QColor | None:
        if self.brush.label >= 0:
            return None
        return signed_color(self._themes.theme, self.brush.shade, 1.0)

    def _draw_brush(self, painter: QPainter, at: QPointF, erase: bool) -> None:
        """A ring of two tones, so that it is seen on every colour; dashed for the eraser."""
        theme = self._themes.theme
        radius = max(self._radius(erase), 3.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("surface"), 3))
        painter.drawEllipse(at, radius, radius)
        style = Qt.PenStyle.DashLine if erase else Qt.PenStyle.SolidLine
        painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "text"), 1.4, style))
        painter.drawEllipse(at, radius, radius)
