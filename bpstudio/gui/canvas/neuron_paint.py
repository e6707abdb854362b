"""How neurons look: a disc with its bias as a ring, a picture of what it answers, or a strip of many."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from bpstudio.gui.canvas.pens import screen_pen
from bpstudio.gui.panels.images import rgb_image
from bpstudio.gui.theme import Theme, signed_colors
from bpstudio.model.arrays import FloatArray

RING_WIDTH, RING_GAP = 2.6, 2.0
"""The ring of a bias around its neuron, in scene pixels at full size."""
GAUGE = 5.5
"""Radius of a bias's gauge at the corner of a picture."""
LEAST_PICTURE = 3.0
"""Rows of a strip lower than this, in scene pixels, show a colour rather than a picture."""
PULSE_WIDTH, PULSE_GAP = 2.5, 4.0
"""The halo of a neuron that a wave has reached."""
_CIRCLE = 360 * 16


def rounded(rect: QRectF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path


def neuron_radius(tile: float) -> float:
    """How round the corners of a neuron's picture are."""
    return min(8.0, tile / 4)


def picture(theme: Theme, values: FloatArray) -> QImage:
    """Signed values (rows, columns) from -1 to 1 as an image, row 0 at the bottom."""
    return rgb_image(signed_colors(theme, values[::-1], 1.0))


def edge(painter: QPainter, theme: Theme, chosen: float) -> QPen:
    """The outline of a neuron; a ``chosen`` one's is so many screen pixels wide."""
    if chosen:
        return screen_pen(painter, theme.color("accent"), chosen)
    # A neuron near 0 has the colour of its ground: its edge shows where it is.
    return QPen(theme.color("secondary", 0.5), 1)


def paint_border(painter: QPainter, theme: Theme, rect: QRectF, chosen: float) -> None:
    """The outline of a neuron's picture."""
    painter.setPen(edge(painter, theme, chosen))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = neuron_radius(rect.width())
    painter.drawRoundedRect(rect, radius, radius)


def paint_picture(painter: QPainter, rect: QRectF, image: QImage, smooth: bool) -> None:
    """A neuron's picture with round corners; its cells can be seen where it is not ``smooth``."""
    painter.save()
    painter.setClipPath(rounded(rect, neuron_radius(rect.width())), Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(rect, image)
    painter.restore()


def paint_disc(painter: QPainter, theme: Theme, rect: QRectF, color: QColor, chosen: float) -> None:
    """A neuron's activation as the colour of a disc, with its outline."""
    painter.setPen(edge(painter, theme, chosen))
    painter.setBrush(color)
    painter.drawEllipse(rect)


def value_colors(theme: Theme, values: FloatArray) -> list[QColor]:
    """The colours of activations from -1 to 1."""
    return [QColor(*color) for color in signed_colors(theme, values, 1.0).tolist()]


def sign_color(theme: Theme, value: float) -> QColor:
    """The full colour of a sign."""
    return theme.color("positive" if value > 0 else "negative")


def paint_ring(painter: QPainter, theme: Theme, rect: QRectF, bias: float, scale: float) -> None:
    """A bias as a ring around a disc: colour is its sign and so is the way it runs from the top,
    clockwise for positive; how far round is its magnitude, all the way at ``scale``."""
    size = min(1.0, rect.width() / 30)
    grow = (RING_GAP + RING_WIDTH / 2) * size
    around = rect.adjusted(-grow, -grow, grow, grow)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("line"), RING_WIDTH * size))
    painter.drawEllipse(around)
    share = _share(bias, scale)
    if share:
        pen = QPen(sign_color(theme, bias), RING_WIDTH * size)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(around, _CIRCLE // 4, round(-share * _CIRCLE))


def paint_gauge(painter: QPainter, theme: Theme, rect: QRectF, bias: float, scale: float) -> None:
    """The same as a small pie at the lower left corner of a neuron's picture."""
    radius = min(GAUGE, max(2.5, rect.width() / 8))
    middle = rect.bottomLeft() + QPointF(1, -1)
    pie = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
    painter.setPen(QPen(theme.color("surface"), 1.5))
    painter.setBrush(theme.color("line"))
    painter.drawEllipse(pie)
    share = _share(bias, scale)
    if share:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(sign_color(theme, bias))
        inner = pie.adjusted(0.75, 0.75, -0.75, -0.75)
        painter.drawPie(inner, _CIRCLE // 4, round(-share * _CIRCLE))


def _share(bias: float, scale: float) -> float:
    """Signed share of a full turn, 0 for what is no number."""
    if not math.isfinite(bias) or scale <= 0:
        return 0.0
    return max(-1.0, min(1.0, bias / scale))


def strip_image(
    theme: Theme, images: FloatArray | None, values: FloatArray | None
) -> QImage | None:
    """All neurons of a folded layer under each other: their pictures, else a row of colour for each.

    ``images`` (neurons, rows, columns) and ``values`` (neurons,) are from -1 to 1.
    """
    if images is not None:
        upright = images[:, ::-1]
        return rgb_image(signed_colors(theme, upright.reshape(-1, upright.shape[2]), 1.0))
    if values is not None:
        return rgb_image(signed_colors(theme, np.asarray(values)[:, None], 1.0))
    return None


def paint_pulse(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    value: float,
    strength: float,
    backward: bool,
    square: bool,
) -> None:
    """A wave at a neuron: a halo in the colour of what it brings, dashed on the way back."""
    if not math.isfinite(value):
        return
    color = sign_color(theme, value)
    color.setAlphaF(strength * (0.25 + 0.75 * min(abs(value), 1.0)))
    style = Qt.PenStyle.DotLine if backward else Qt.PenStyle.SolidLine
    painter.setPen(QPen(color, PULSE_WIDTH, style))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    halo = rect.adjusted(-PULSE_GAP, -PULSE_GAP, PULSE_GAP, PULSE_GAP)
    if square:
        radius = neuron_radius(rect.width()) + PULSE_GAP
        painter.drawRoundedRect(halo, radius, radius)
    else:
        painter.drawEllipse(halo)


def paint_strip_pulse(
    painter: QPainter,
    theme: Theme,
    strip: QRectF,
    values: FloatArray,
    strength: float,
    backward: bool,
) -> None:
    """A wave at a strip: what it brings to each neuron, beside it where the wave goes on."""
    image = strip_image(theme, None, values)
    if image is None:
        return
    x = strip.left() - 2 * PULSE_GAP if backward else strip.right() + PULSE_GAP
    painter.save()
    painter.setOpacity(strength)
    painter.drawImage(QRectF(x, strip.top(), PULSE_GAP, strip.height()), image)
    painter.restore()
