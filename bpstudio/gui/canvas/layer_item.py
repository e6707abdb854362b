"""A layer on the canvas: its neurons or its strip, its names, and the handles that change its size."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas import neuron_paint as neurons
from bpstudio.gui.canvas.layer_paint import (
    MOST_ENLARGED,
    handles_enlarged,
    paint_button,
    paint_count,
    paint_grip,
    words_enlarged,
)
from bpstudio.gui.canvas.layer_shape import (
    BUTTON,
    HANDLE,
    MOST_WORDS,
    NAME_GAP,
    NAME_HEIGHT,
    NAME_WIDTH,
    LayerShape,
)
from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.pens import screen_pen
from bpstudio.gui.canvas.sprite import Motion, Sprite
from bpstudio.gui.canvas.turn import level, scale_of
from bpstudio.gui.theme import TEXT_SIZE, TITLE_SIZE, Theme, text_font
from bpstudio.model.arrays import FloatArray

FINE_ROWS = 2.0
"""Rows of a strip lower than this, in scene pixels, blend into each other."""
Align = Qt.AlignmentFlag


class LayerItem(LayerShape):
    """Paints what it is given and knows nothing of documents or gestures."""

    def __init__(self, place: LayerPlace, title: str, label_y: float, motion: Motion) -> None:
        super().__init__(place, title, label_y)
        self.theme: Theme | None = None
        self.frozen = False
        self.selected = False
        self.hovered = False
        self.target = False
        self.neuron: int | None = None
        self.part = ""
        """The part under the pointer."""
        self.lit: int | None = None
        """The neuron under the pointer."""
        self._images: FloatArray | None = None
        self._pictures: dict[int, QImage] = {}
        self._smooth = True
        self._strip: QImage | None = None
        self._colors: list[QColor] = []
        self._biases: FloatArray | None = None
        self._scale = 1.0
        self._pulse: tuple[FloatArray, float, bool] | None = None
        self._motion = motion
        self._column, self._words = Sprite(), Sprite()
        self.setZValue(2)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    # What it shows

    def set_state(
        self,
        images: FloatArray | None,
        values: FloatArray | None,
        biases: FloatArray | None,
        scale: float,
        smooth: bool = True,
    ) -> None:
        """Live values of all its neurons: ``images`` (neurons, rows, columns) and ``values``
        (neurons,), both from -1 to 1, ``biases`` (neurons,) against the weights' scale.

        ``smooth`` images have no visible cells.
        """
        assert self.theme is not None
        self._images, self._strip, self._colors = None, None, []
        self._pictures.clear()
        self._smooth = smooth
        if self.place.folded:
            # Rows of a strip turn with it, and a picture that lies on its side would mislead.
            detailed = self.place.spacing >= neurons.LEAST_PICTURE and not self.turned
            self._strip = neurons.strip_image(self.theme, images if detailed else None, values)
        elif images is not None:
            self._images = images
        elif values is not None:
            self._colors = neurons.value_colors(self.theme, values)
        self._biases, self._scale = biases, scale
        self._column.forget()
        self.update()

    def renew(self) -> None:
        """Something about it has changed that is seen."""
        self._column.forget()
        self._words.forget()
        self.update()

    def set_pulse(self, values: FloatArray | None, strength: float, backward: bool) -> None:
        """Light the neurons as a wave passes: ``values`` (neurons,) from -1 to 1, outputs or, on the
        way ``backward``, deltas; ``strength`` 0 to 1."""
        if values is None and self._pulse is None:
            return
        self._pulse = None if values is None else (values, strength, backward)
        self.update()

    # Painting

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self.theme
        if theme is None:
            return
        exposed = option.exposedRect
        # Each part has a picture of its own: one of both would be empty almost everywhere.
        for sprite, bounds, paint in (
            (self._column, self.column_rect(MOST_ENLARGED), self._paint_column),
            (self._words, self.words_rect(MOST_ENLARGED), self._paint_words),
        ):
            seen = exposed.intersected(bounds)
            if seen.isEmpty():
                continue
            if widget is None:
                paint(painter, seen)
            else:
                sprite.draw(painter, bounds, seen, self._motion, paint)
        if self._pulse is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_pulse(painter, theme, self.visible_in(exposed), *self._pulse)

    def _paint_column(self, painter: QPainter, exposed: QRectF) -> None:
        """Its neurons, their names and its handles, but not the wave that passes."""
        theme = self.theme
        assert theme is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_body(painter, theme)
        visible = self.visible_in(exposed)
        if self.place.folded:
            self._paint_strip(painter, theme)
        else:
            for index in visible:
                rect = self.neuron_rect(index)
                if not self.turned:
                    self._paint_neuron(painter, theme, index, rect)
                    continue
                with level(painter, rect.center()):
                    self._paint_neuron(painter, theme, index, rect.translated(-rect.center()))
        enlarged = self.names_enlarged(words_enlarged(painter.worldTransform()))
        self._paint_names(painter, theme, visible, enlarged)
        self._paint_handles(painter, theme)

    def _paint_body(self, painter: QPainter, theme: Theme) -> None:
        """What surrounds its neurons: the edge from which a link of the whole layer is drawn."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.selected or self.target:
            painter.setPen(screen_pen(painter, theme.color("accent"), 2.0 if self.target else 1.5))
            painter.setBrush(theme.color("accent", 0.16 if self.target else 0.08))
        elif self.frozen:
            # A fence: nothing inside learns.
            painter.setPen(screen_pen(painter, theme.color("secondary"), 1.2, Qt.PenStyle.DashLine))
        elif self.hovered:
            painter.setPen(screen_pen(painter, theme.color("secondary", 0.5), 1.2))
        else:
            return
        painter.drawRoundedRect(self.body, 12, 12)

    def _paint_neuron(self, painter: QPainter, theme: Theme, index: int, rect: QRectF) -> None:
        chosen = 2.5 if index == self.neuron else 1.5 if index == self.lit else 0.0
        square = self._images is not None
        bias = None if self._biases is None else float(self._biases[index])
        if square:
            neurons.paint_picture(painter, rect, self._picture(theme, index), self._smooth)
            neurons.paint_border(painter, theme, rect, chosen)
            if bias is not None:
                neurons.paint_gauge(painter, theme, rect, bias, self._scale)
            return
        color = self._colors[index] if self._colors else theme.color("zero")
        if bias is not None:
            grow = neurons.RING_GAP + neurons.RING_WIDTH
            rect = rect.adjusted(grow / 2, grow / 2, -grow / 2, -grow / 2)
            neurons.paint_ring(painter, theme, rect, bias, self._scale)
        neurons.paint_disc(painter, theme, rect, color, chosen)

    def _picture(self, theme: Theme, index: int) -> QImage:
        """A neuron's picture, made when it is first seen: most of a large layer never are."""
        if index not in self._pictures:
            assert self._images is not None
            self._pictures[index] = neurons.picture(theme, self._images[index])
        return self._pictures[index]

    def _paint_pulse(
        self,
        painter: QPainter,
        theme: Theme,
        visible: range,
        values: FloatArray,
        strength: float,
        backward: bool,
    ) -> None:
        if self.place.folded:
            neurons.paint_strip_pulse(painter, theme, self.strip_rect, values, strength, backward)
            return
        for index in visible:
            rect, value = self.neuron_rect(index), float(values[index])
            square = self._images is not None
            neurons.paint_pulse(painter, theme, rect, value, strength, backward, square)

    def _paint_strip(self, painter: QPainter, theme: Theme) -> None:
        rect = self.strip_rect
        shape = neurons.rounded(rect, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("zero"))
        painter.drawPath(shape)
        if self._strip is not None:
            painter.save()
            painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
            # Rows of colour have edges; pictures, and rows finer than pixels, have none.
            blurred = self._smooth or self.place.spacing < FINE_ROWS
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, blurred)
            painter.drawImage(rect, self._strip)
            painter.restore()
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        for index in {self.neuron, self.lit} - {None}:
            assert index is not None
            row = self.neuron_rect(index)
            spare = max(0.0, 4.0 - row.height()) / 2
            width = 2.0 if index == self.neuron else 1.2
            painter.setPen(screen_pen(painter, theme.color("accent"), width))
            painter.drawRoundedRect(row.adjusted(-3, -spare, 3, spare), 2, 2)
        with level(painter, rect.center()):
            size = min(MOST_ENLARGED, 1 / scale_of(painter.worldTransform()))
            painter.scale(size, size)
            paint_count(painter, theme, self.place.size)

    def _paint_names(
        self, painter: QPainter, theme: Theme, visible: range, enlarged: float
    ) -> None:
        painter.setFont(text_font(TEXT_SIZE))
        painter.setPen(theme.color("secondary"))
        metrics = QFontMetricsF(painter.font())
        width = min(self.place.spacing - 4, NAME_WIDTH) if self.turned else NAME_WIDTH
        side = -1 if self.names_left else 1
        x = side * (self.place.tile / 2 + (4 if self.turned else NAME_GAP))
        if self.turned:
            rect = QRectF(-width / 2, 0 if self.names_left else -NAME_HEIGHT, width, NAME_HEIGHT)
            align = Align.AlignCenter
        elif self.names_left:
            rect, align = QRectF(-width, -10, width, 20), Align.AlignRight | Align.AlignVCenter
        else:
            rect, align = QRectF(0, -10, width, 20), Align.AlignLeft | Align.AlignVCenter
        for index in range(max(visible.start, 0), min(visible.stop, len(self.named))):
            text = metrics.elidedText(self.names[index], Qt.TextElideMode.ElideRight, width)
            with level(painter, QPointF(x, self.place.y_of(index))):
                painter.scale(enlarged, enlarged)
                painter.drawText(rect, align, text)

    def _paint_words(self, painter: QPainter, _exposed: QRectF) -> None:
        """Its title and subtitle."""
        theme, enlarged = self.theme, words_enlarged(painter.worldTransform())
        assert theme is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        across = Align.AlignLeft if self.turned else Align.AlignHCenter
        left, top = (0, -20) if self.turned else (-MOST_WORDS / 2, 0)
        rect = QRectF(left, top, MOST_WORDS, 20)
        with level(painter, QPointF(0, self.label_y)):
            painter.scale(enlarged, enlarged)
            painter.setFont(text_font(TITLE_SIZE, bold=True))
            painter.setPen(theme.color("accent" if self.selected else "text"))
            metrics = QFontMetricsF(painter.font())
            title = metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, across | Align.AlignTop, title)
            painter.setFont(text_font(TEXT_SIZE))
            painter.setPen(theme.color("secondary"))
            painter.drawText(rect.translated(0, 20), across | Align.AlignTop, self.subtitle)

    def _paint_handles(self, painter: QPainter, theme: Theme) -> None:
        active, grown = self.hovered or self.selected, handles_enlarged(painter.worldTransform())
        signs = ["minus", "plus"]
        if self.foldable:
            signs.append("fold" if not self.place.folded else "unfold")
        for k, sign in enumerate(signs):
            part = ("minus", "plus", "fold")[k]
            state = "hot" if part == self.part else "active" if active else ""
            with level(painter, self.button_rect(k - 1, grown).center()):
                painter.scale(grown, grown)
                half = BUTTON / 2
                paint_button(painter, theme, QRectF(-half, -half, BUTTON, BUTTON), sign, state)
        if active:
            painter.save()
            painter.translate(0, self.place.bottom + 5 + HANDLE * grown / 2)
            paint_grip(painter, theme, grown, self.part == "handle")
            painter.restore()
