"""What an item of the scene looks like, painted once and shown again while the view moves.

Painting by Qt costs a call for every disc, ring and word. A view that pans or zooms shows the same
things elsewhere, so their picture is moved with it, scaled if need be, and painted anew when it rests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QElapsedTimer, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap, QTransform

from bpstudio.gui.canvas.turn import is_turned, scale_of

REST_MS = 80
"""The view rests when it has not moved for this long."""
TURN_MS = 15
"""On the move at most one picture is made anew in this time, in each frame one: none waits for two."""
CHANGE_MS = 120
"""On the move a picture of what has changed since is made anew after this time at the earliest."""
MARGIN = 96
"""How far beyond what is seen a picture reaches, in device pixels: so far a view pans without paint."""
WHOLE_PIXELS, MOST_PIXELS = 250_000, 12_000_000
"""Up to so many pixels the picture has all of the item, and up to so many there is one at all."""
STRETCH, FAR = 2.0, 4.0
"""A picture should not be shown more than so many times larger or smaller than it is, and is not, even
if others have to be painted first."""

Paint: TypeAlias = Callable[[QPainter, QRectF], None]
"""Paints a part of an item, in its own coordinates."""


class Motion(QObject):
    """Whether a view is on the move; ``rested`` tells that it is not any more.

    On the move pictures are made anew one by one, so that no frame has to wait for all of them.
    """

    rested = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.rested)
        self._made = QElapsedTimer()

    def go_on(self) -> None:
        """The view has moved."""
        self._rest.start()

    @property
    def moving(self) -> bool:
        return self._rest.isActive()

    @property
    def turn_is_free(self) -> bool:
        """Whether a picture that could wait may be made now."""
        return not self._made.isValid() or self._made.elapsed() >= TURN_MS

    def take_turn(self) -> None:
        """A picture is made now: others wait, if they can."""
        self._made.start()


class Sprite:
    """The picture of one item."""

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None
        self._stale = False
        self._made = QElapsedTimer()
        self._from = QTransform()
        """From the item to the device, when the picture was made."""
        self._corner = 0.0, 0.0
        self._area = QRectF()
        """What of the item is in the picture."""

    def forget(self) -> None:
        """The item looks different now."""
        self._stale = True

    def draw(
        self, painter: QPainter, bounds: QRectF, exposed: QRectF, motion: Motion, paint: Paint
    ) -> None:
        """Draw what is ``exposed`` of an item with these bounds: as it is, unless the view moves.

        ``paint`` paints the item itself; it is not kept, for a picture must not keep its item alive.
        """
        pixel = painter.device().devicePixelRatioF()
        device = painter.worldTransform() * QTransform.fromScale(pixel, pixel)
        exposed = exposed.intersected(bounds)
        covered = self._pixmap is not None and self._area.contains(exposed)
        shifted = _shifted(self._from, device)
        stands = shifted or (motion.moving and _alike(self._from, device, FAR))
        if self._pixmap is None or not stands or self._is_due(covered, device, motion):
            motion.take_turn()
            self._make(painter.worldTransform(), pixel, bounds, exposed, paint)
            shifted = True
        pixmap = self._pixmap
        if pixmap is None:
            paint(painter, exposed)
            return
        painter.save()
        painter.resetTransform()
        if shifted:
            left = self._corner[0] + round(device.dx() - self._from.dx())
            top = self._corner[1] + round(device.dy() - self._from.dy())
            target = QRectF(left, top, pixmap.width(), pixmap.height())
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            target = device.mapRect(self._area)
        scaled = QTransform.fromScale(1 / pixel, 1 / pixel).mapRect(target)
        painter.drawPixmap(scaled, pixmap, QRectF(pixmap.rect()))
        painter.restore()

    def _is_due(self, covered: bool, device: QTransform, motion: Motion) -> bool:
        """Whether a picture that could stand in is made anew all the same. On the move one that shows
        too little waits for its turn like the others: what is new at an edge is seen a frame later."""
        changed = self._stale and (not motion.moving or self._made.elapsed() >= CHANGE_MS)
        due = changed or not covered or not _alike(self._from, device, STRETCH)
        return due and (not motion.moving or motion.turn_is_free)

    def _make(
        self, world: QTransform, pixel: float, bounds: QRectF, exposed: QRectF, paint: Paint
    ) -> None:
        """Paint the picture: of all, or of a little more than what is exposed, or none at all."""
        self._pixmap = None
        device = world * QTransform.fromScale(pixel, pixel)
        rect = device.mapRect(bounds).toAlignedRect()
        if rect.width() * rect.height() > WHOLE_PIXELS:
            seen = device.mapRect(exposed).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
            rect = seen.toAlignedRect().intersected(rect)
        if rect.isEmpty() or rect.width() * rect.height() > MOST_PIXELS:
            return
        pixmap = QPixmap(rect.size())
        pixmap.setDevicePixelRatio(pixel)
        pixmap.fill(Qt.GlobalColor.transparent)
        back, _ = device.inverted()
        self._area = back.mapRect(QRectF(rect))
        painter = QPainter(pixmap)
        offset = QTransform.fromTranslate(-rect.left() / pixel, -rect.top() / pixel)
        painter.setWorldTransform(world * offset)
        paint(painter, self._area)
        painter.end()
        self._pixmap, self._from, self._corner = pixmap, device, (rect.left(), rect.top())
        self._stale = False
        self._made.start()


def _shifted(before: QTransform, now: QTransform) -> bool:
    """Whether the one is the other moved by whole pixels."""
    across, down = now.dx() - before.dx(), now.dy() - before.dy()
    same = (before.m11(), before.m12(), before.m21(), before.m22()) == (
        now.m11(), now.m12(), now.m21(), now.m22(),
    )  # fmt: skip
    return same and is_whole(across, down)


def is_whole(*pixels: float) -> bool:
    """Whether a picture moved by so many pixels is still sharp."""
    return all(abs(count - round(count)) < 1e-6 for count in pixels)


def _alike(before: QTransform, now: QTransform, most: float) -> bool:
    """Whether a picture from the one can stand in for the other: as turned, and about as large, or
    ``most`` times larger or smaller."""
    if is_turned(before) != is_turned(now):
        return False
    old, new = scale_of(before), scale_of(now)
    return old > 0 and 1 / most <= new / old <= most
