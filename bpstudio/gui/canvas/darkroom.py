"""Draws pictures of many connections off the GUI thread: the latest order wins."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QImage

from bpstudio.gui.canvas.raster import Strokes, Viewpoint, kernel_ready, load_kernel, rasterise
from bpstudio.gui.canvas.raster_numpy import Array

NICENESS = 19
"""Drawing gives way to training and to the window."""
REST = 1.0
"""After a picture the thread rests for so many times as long as it took: where two threads of a
processor share one core, a run would lose by every moment of drawing."""


@dataclass(frozen=True, eq=False)
class Order:
    """What to draw, from where, and in which colours (``rasterise``)."""

    strokes: tuple[Strokes, ...]
    view: Viewpoint
    inks: Array


class Picture:
    """Connections as they are seen from a viewpoint."""

    def __init__(self, order: Order, pixels: Array) -> None:
        self.order = order
        self.view = order.view
        # The image shares the memory of the pixels.
        self._pixels = pixels
        rows, columns = pixels.shape
        self.image = QImage(
            pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied
        )
        self.image.setDevicePixelRatio(order.view.pixel)

    @property
    def scene_rect(self) -> QRectF:
        """The part of the scene that it shows."""
        view = self.view
        return QRectF(
            -view.dx / view.scale,
            -view.dy / view.scale,
            view.columns / view.scale,
            view.rows / view.scale,
        )


def take_picture(order: Order) -> Picture | None:
    """Draw at once; None where there is nothing to see."""
    pixels = rasterise(order.strokes, order.view, order.inks)
    return None if pixels is None or not pixels.size else Picture(order, pixels)


class Darkroom(QObject):
    """Takes orders, one at a time, each kind on its own; ``done`` brings the kind and the Picture.

    ``warm`` tells that the compiled kernel is there, after ``warm_up`` or the first order. The thread
    lives only while there is something to do, and ends with the object.
    """

    done = Signal(str, object)
    warm = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = _Work(self)
        self.destroyed.connect(self._work.close)

    def order(self, kind: str, order: Order) -> None:
        """Draw this instead of what of the kind is waiting."""
        self._work.put(kind, order)

    def warm_up(self) -> None:
        """Have the compiled kernel fetched."""
        self._work.start()

    def cancel(self, kind: str) -> None:
        """Forget what of the kind is waiting or being drawn."""
        self._work.cancel(kind)

    @property
    def busy(self) -> bool:
        """Whether something is waiting or being drawn."""
        return self._work.busy

    def close(self) -> None:
        """Stop, and wait for the thread's end."""
        self._work.close()


class _Work:
    """The orders and the thread, without the QObject, which may go while the thread still draws."""

    def __init__(self, room: Darkroom) -> None:
        self._send, self._tell = room.done.emit, room.warm.emit
        self._lock = threading.Lock()
        self._orders: dict[str, Order] = {}
        self._begun: Order | None = None
        self._begun_kind = ""
        self._thread: threading.Thread | None = None
        self._closed = False
        self._ended = threading.Event()

    @property
    def busy(self) -> bool:
        with self._lock:
            return self._begun is not None or bool(self._orders)

    def put(self, kind: str, order: Order) -> None:
        with self._lock:
            if self._closed:
                return
            self._orders.pop(kind, None)
            self._orders[kind] = order
            self._begin()

    def start(self) -> None:
        with self._lock:
            if not self._closed:
                self._begin()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="bpstudio-connections")
            self._thread.start()

    def cancel(self, kind: str) -> None:
        with self._lock:
            self._orders.pop(kind, None)
            if self._begun_kind == kind:
                self._begun = None

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._ended.set()
            self._orders.clear()
            self._begun = None
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            if not kernel_ready() and load_kernel(lambda: self._closed):
                with self._lock:
                    if not self._closed:
                        self._tell()
            while (order := self._take()) is not None:
                began = time.perf_counter()
                self._draw(order)
                self._ended.wait(REST * (time.perf_counter() - began))
        finally:
            with self._lock:
                self._begun = None
                if self._thread is threading.current_thread():
                    self._thread = None

    def _take(self) -> Order | None:
        """The order that has waited longest; without one the thread is over."""
        with self._lock:
            if self._closed or not self._orders:
                self._thread = None
                return None
            self._begun_kind = next(iter(self._orders))
            self._begun = self._orders.pop(self._begun_kind)
            return self._begun

    def _draw(self, order: Order) -> None:
        kind = self._begun_kind

        def stopped() -> bool:
            return self._begun is not order

        pixels = rasterise(order.strokes, order.view, order.inks, stopped)
        with self._lock:
            # A cancelled one is not delivered; and after ``close`` the receiver is gone.
            if self._begun is order:
                self._begun = None
                if pixels is not None and pixels.size:
                    # A view that is deleted may be gone before its ``destroyed`` has reached us.
                    with contextlib.suppress(RuntimeError):
                        self._send(kind, Picture(order, pixels))
