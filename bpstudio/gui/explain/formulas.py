"""Formulas as sharp pictures: drawn in a thread of their own, kept, and there at once the next time."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from bpstudio.explain.formula_image import formula_svg, svg_baseline, svg_size

LOOK_MS = 20
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
    the upper edge. ``image`` is None where there is nothing to draw or the formula cannot be read."""

    image: QImage | None
    width: float
    height: float
    baseline: float


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
            picture = drawn(key)
            with self.lock:
                self.pictures[key] = picture
                self.news = True
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
        """Have these drawn, in this order, for a view; True if all are there already."""
        bench = self._bench
        with bench.lock:
            missing = deque(k for k in dict.fromkeys(keys) if k not in bench.pictures)
            bench.wanted[owner] = missing
            if missing and bench.thread is None:
                bench.thread = threading.Thread(target=bench.work, name="bpstudio formulas")
                bench.thread.start()
            waits = bool(missing)
        if waits:
            self._timer.start()
        return not waits

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
    """A formula's picture, drawn now: 2 ms for a number, up to 60 for a long formula. Any thread."""
    try:
        svg = formula_svg(key.latex, key.size, key.color)
    except ValueError:
        return FormulaPicture(None, 0.0, 0.0, 0.0)
    width, height = svg_size(svg)
    image = svg_image(svg, key.scale) if "<path" in svg or "<rect" in svg else None
    return FormulaPicture(image, width, height, svg_baseline(svg))


def svg_image(svg: str, scale: float) -> QImage:
    """An SVG as an image with ``scale`` device pixels for each of its pixels. Any thread."""
    width, height = svg_size(svg)
    image = QImage(
        max(1, round(width * scale)),
        max(1, round(height * scale)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(scale)
    return image
