"""Formulas as sharp pictures: drawn at once while that takes no longer than a part of a frame, else in a
thread of their own; kept for the next time."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QTransform
from PySide6.QtSvg import QSvgRenderer

from bpstudio.explain.formula_box import Box
from bpstudio.explain.formula_image import MARGIN, formula_box, svg_size
from bpstudio.explain.glyphs import Glyph, is_loaded

LOOK_MS = 20
AT_ONCE_SECONDS = 0.015
"""So long a view may wait for its pictures: half a frame."""
MOST_PICTURES = 3000
"""Pictures kept; one of a number takes some 20 KB at 200 %."""


class FormulaKey(NamedTuple):
    """What makes a picture: LaTeX, height of its letters in pixels, colour, and device pixels each."""

    latex: str
    size: float
    color: str
    scale: float


@dataclass(frozen=True, eq=False)
class FormulaPicture:
    """A formula's picture, ``width`` by ``height`` pixels; its letters stand ``baseline`` pixels below
    the upper edge. ``image`` is None where there is nothing to draw or the formula cannot be read.
    ``spots`` are the marked parts, each with its number."""

    image: QImage | None
    width: float
    height: float
    baseline: float
    spots: tuple[tuple[int, QRectF], ...] = ()


class _Bench:
    """What thread and window share. No QObject: the thread may be the last to let go of it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pictures: OrderedDict[FormulaKey, FormulaPicture] = OrderedDict()
        self.wanted: dict[str, deque[FormulaKey]] = {}
        self.thread: threading.Thread | None = None
        self.news = False

    def work(self) -> None:
        """Draw what is wanted, until nothing is."""
        while (key := self._next()) is not None:
            self.keep(key, drawn(key))
            self.news = True

    def keep(self, key: FormulaKey, picture: FormulaPicture) -> None:
        with self.lock:
            self.pictures[key] = picture
            while len(self.pictures) > MOST_PICTURES:
                self.pictures.popitem(last=False)

    def _next(self) -> FormulaKey | None:
        """The first that any view waits for; without one the thread ends."""
        with self.lock:
            for waiting in self.wanted.values():
                while waiting:
                    key = waiting.popleft()
                    if key not in self.pictures:
                        return key
            self.thread = None
            return None


class FormulaStore(QObject):
    """Keeps pictures, and has those drawn that are missing.

    ``ready`` tells that some of what was asked for has come. Each view asks under its own name, and what
    it asked for before and does not need any more is never drawn. The thread lives while there is work.
    """

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = _Bench()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def picture(self, key: FormulaKey) -> FormulaPicture | None:
        """The picture, if it is there."""
        bench = self._bench
        with bench.lock:
            found = bench.pictures.get(key)
            if found is not None:
                bench.pictures.move_to_end(key)
            return found

    def want(self, owner: str, keys: Iterable[FormulaKey]) -> bool:
        """Have these drawn, in this order, for a view; True if all are there now."""
        bench = self._bench
        with bench.lock:
            missing = deque(k for k in dict.fromkeys(keys) if k not in bench.pictures)
        self._draw_at_once(missing)
        with bench.lock:
            bench.wanted[owner] = missing
            if missing and bench.thread is None:
                bench.thread = threading.Thread(target=bench.work, name="bpstudio formulas")
                bench.thread.start()
            waits = bool(missing)
        if waits:
            self._timer.start()
        return not waits

    def _draw_at_once(self, missing: deque[FormulaKey]) -> None:
        """Draw the first of these, as many as can be while somebody waits."""
        ends = time.perf_counter() + AT_ONCE_SECONDS
        while missing and is_loaded() and time.perf_counter() < ends:
            key = missing.popleft()
            self._bench.keep(key, drawn(key))

    def forget(self, owner: str) -> None:
        """A view has gone: what it asked for is not drawn."""
        with self._bench.lock:
            self._bench.wanted.pop(owner, None)

    def close(self) -> None:
        """Draw nothing more, and wait for the one that is being drawn."""
        with self._bench.lock:
            self._bench.wanted.clear()
            thread = self._bench.thread
        self._timer.stop()
        if thread is not None:
            thread.join()

    def _look(self) -> None:
        bench = self._bench
        with bench.lock:
            news, bench.news = bench.news, False
            idle = bench.thread is None
        if idle:
            self._timer.stop()
        if news:
            self.ready.emit()


def drawn(key: FormulaKey) -> FormulaPicture:
    """A formula's picture, drawn now: some 0.3 ms. Any thread."""
    try:
        box = formula_box(key.latex)
    except ValueError:
        return FormulaPicture(None, 0.0, 0.0, 0.0)
    size, baseline = key.size, (box.above + MARGIN) * key.size
    width, height = box.width * size, baseline + (box.below + MARGIN) * size
    image = _image(box, key, width, height, baseline) if box.inks or box.bars else None
    spots = tuple(
        (s.number, QRectF(s.x * size, baseline + s.y * size, s.width * size, s.height * size))
        for s in box.spots
    )
    return FormulaPicture(image, width, height, baseline, spots)


def _image(box: Box, key: FormulaKey, width: float, height: float, baseline: float) -> QImage:
    scale, em = key.scale, key.size * key.scale
    image = _empty_image(width, height, scale)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    color, y = QColor(key.color), baseline * scale
    for ink in box.inks:
        size = ink.scale * em
        painter.setTransform(QTransform(size, 0, 0, size, ink.x * em, y + ink.y * em))
        painter.fillPath(_outline(ink.glyph), color)
    painter.resetTransform()
    for bar in box.bars:
        # Lines that lie between two rows of pixels would be grey.
        thick = max(1.0, round(bar.height * em))
        top = round(y + (bar.y + bar.height / 2) * em - thick / 2)
        painter.fillRect(QRectF(bar.x * em, top, bar.width * em, thick), color)
    painter.end()
    image.setDevicePixelRatio(scale)
    return image


@lru_cache(maxsize=1000)
def _outline(glyph: Glyph) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for command, corners in glyph.curves:
        points = [QPointF(x, y) for x, y in corners]
        if command == "M":
            path.closeSubpath()
            path.moveTo(points[0])
        elif command == "L":
            path.lineTo(points[0])
        elif command == "Q":
            path.quadTo(points[0], points[1])
        else:
            path.cubicTo(points[0], points[1], points[2])
    path.closeSubpath()
    return path


def svg_image(svg: str, scale: float) -> QImage:
    """An SVG as an image with ``scale`` device pixels for each of its pixels. Any thread."""
    image = _empty_image(*svg_size(svg), scale)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(scale)
    return image


def _empty_image(width: float, height: float, scale: float) -> QImage:
    size = max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale))
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image
