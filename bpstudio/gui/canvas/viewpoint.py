"""From where a view looks at the connections, and where a picture of them lies in it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from bpstudio.gui.canvas.darkroom import Picture
from bpstudio.gui.canvas.raster import Viewpoint
from bpstudio.gui.canvas.sprite import is_whole
from bpstudio.gui.canvas.turn import QUARTER, is_turned


def viewpoint_of(painter: QPainter) -> Viewpoint:
    """Where a painter of the scene looks from, in the pixels of its device.

    A turned scene is looked at as if it were not, and the picture turned then: its columns run up.
    """
    device = painter.device()
    pixel = device.devicePixelRatioF()
    transform = painter.worldTransform()
    columns, rows = round(device.width() * pixel), round(device.height() * pixel)
    if is_turned(transform):
        scale = -transform.m12() * pixel
        dx, dy = rows - transform.dy() * pixel, transform.dx() * pixel
        return Viewpoint(scale, dx, dy, rows, columns, pixel)
    scale = transform.m11() * pixel
    return Viewpoint(scale, transform.dx() * pixel, transform.dy() * pixel, columns, rows, pixel)


def whole_of(box: QRectF, size: float) -> Viewpoint:
    """A viewpoint that has all of a box in it, in a picture of this many pixels at most each way."""
    scale = size / max(box.width(), box.height(), 1.0)
    columns, rows = int(np.ceil(box.width() * scale)), int(np.ceil(box.height() * scale))
    return Viewpoint(scale, -box.left() * scale, -box.top() * scale, columns, rows)


def cropped(view: Viewpoint, box: QRectF, spare: int) -> Viewpoint:
    """The part of a view in which a box is, and ``spare`` device pixels around the view."""
    left = max(-spare, int(np.floor(box.left() * view.scale + view.dx)))
    top = max(-spare, int(np.floor(box.top() * view.scale + view.dy)))
    right = min(view.columns + spare, int(np.ceil(box.right() * view.scale + view.dx)))
    bottom = min(view.rows + spare, int(np.ceil(box.bottom() * view.scale + view.dy)))
    columns, rows = max(0, right - left), max(0, bottom - top)
    return Viewpoint(view.scale, view.dx - left, view.dy - top, columns, rows, view.pixel)


def suits(picture: Picture | None, view: Viewpoint, box: QRectF) -> bool:
    """Whether a picture, moved by whole pixels, is what a view shows of a box."""
    if picture is None or not _is_shifted(picture.view, view):
        return False
    seen = cropped(view, box, 0)
    left, top = view.dx - seen.dx, view.dy - seen.dy
    # Where the picture begins in this view.
    first, upper = view.dx - picture.view.dx, view.dy - picture.view.dy
    slack = 1e-6
    return (
        first <= left + slack
        and upper <= top + slack
        and first + picture.view.columns >= left + seen.columns - slack
        and upper + picture.view.rows >= top + seen.rows - slack
    )


def paint_picture(painter: QPainter, view: Viewpoint, picture: Picture | None) -> None:
    """Paint a picture where it belongs: as it is where the view was only moved, else scaled."""
    if picture is None:
        return
    drawn = picture.view
    painter.save()
    if _is_shifted(drawn, view):
        left, top = (view.dx - drawn.dx) / view.pixel, (view.dy - drawn.dy) / view.pixel
        turned = is_turned(painter.worldTransform())
        painter.resetTransform()
        if turned:
            painter.translate(0, view.columns / view.pixel)
            painter.rotate(QUARTER)
        painter.drawImage(QPointF(left, top), picture.image)
    else:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(picture.scene_rect, picture.image)
    painter.restore()


def _is_shifted(drawn: Viewpoint, view: Viewpoint) -> bool:
    """Whether the one is the other moved by a whole number of device pixels."""
    across, down = view.dx - drawn.dx, view.dy - drawn.dy
    same = drawn.scale == view.scale and drawn.pixel == view.pixel
    return same and is_whole(across, down)
