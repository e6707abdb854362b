"""The gradient check as a picture: a cell for each weight, coloured by how far both gradients differ."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from bpstudio.explain.gradient_check import GradientCheck
from bpstudio.gui.theme import GAP, SMALL_SIZE, Theme, ThemeHolder, sequential_colors, text_font
from bpstudio.model.arrays import FloatArray

LEAST = 1e-12
"""Differences below this have the colour of nothing."""
LARGEST_CELL, SMALLEST_CELL, LABEL = 22.0, 2.0, 18.0


class ErrorMap(QWidget):
    """One picture per link, rows the target's neurons, columns the source's, the biases beside them."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self.setObjectName("gradientErrorMap")
        self.setAccessibleName("How far both gradients differ, per weight")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._themes = themes
        self._check: GradientCheck | None = None
        self._maps: list[tuple[QRectF, str, FloatArray, float]] = []
        self._height = 60.0
        themes.listen(self._on_theme)

    def _on_theme(self, _theme: Theme) -> None:
        self.update()

    def show_check(self, check: GradientCheck) -> None:
        """Show how a check came out."""
        self._check = check
        lines = [f"{name}: {largest:.1e}" for name, _, _, largest in check.parts()]
        self.setAccessibleDescription("; ".join(lines))
        self._lay_out()

    def _errors(self) -> list[tuple[str, FloatArray]]:
        check = self._check
        if check is None:
            return []
        found = []
        label = check.topology.label
        for link in check.topology.links:
            name = f"{label(link.source)} → {label(link.target)}"
            found.append((name, check.link_errors(link.source, link.target)))
        for layer in check.topology.layers[1:]:
            found.append((f"biases {label(layer.id)}", check.bias_errors(layer.id)[:, None]))
        return found

    def _lay_out(self) -> None:
        self._maps = []
        metrics = QFontMetricsF(text_font(SMALL_SIZE))
        x = y = tallest = 0.0
        width = max(self.width(), 200)
        for name, errors in self._errors():
            rows, columns = errors.shape
            side = min(LARGEST_CELL, max(SMALLEST_CELL, 170 / max(rows, 1)))
            side = min(side, max(SMALLEST_CELL, (width - 10) / max(columns, 1)))
            wide = max(columns * side, metrics.horizontalAdvance(name))
            if x and x + wide > width:
                x, y, tallest = 0.0, y + tallest + LABEL + GAP, 0.0
            rect = QRectF(x, y, columns * side, rows * side)
            self._maps.append((rect, name, errors, side))
            x += wide + 2 * GAP
            tallest = max(tallest, rect.height())
        self._height = y + tallest + LABEL + 4
        self.setFixedHeight(round(self._height))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(420, round(self._height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = self._themes.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for rect, name, errors, side in self._maps:
            self._paint_cells(painter, theme, rect, errors, side)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect)
            painter.setFont(text_font(SMALL_SIZE))
            painter.setPen(theme.color("secondary"))
            painter.drawText(QPointF(rect.left(), rect.bottom() + LABEL - 4), name)
        painter.end()

    def _paint_cells(
        self, painter: QPainter, theme: Theme, rect: QRectF, errors: FloatArray, side: float
    ) -> None:
        assert self._check is not None
        gap = 1.0 if side > 5 else 0.0
        colors = sequential_colors(theme, share(errors, self._check.tolerance))
        for j, i in np.ndindex(errors.shape):
            cell = QRectF(rect.left() + i * side, rect.top() + j * side, side - gap, side - gap)
            value = float(errors[j, i])
            if math.isnan(value):
                painter.setPen(QPen(theme.color("secondary", 0.5), 1))
                painter.drawLine(cell.bottomLeft(), cell.topRight())
                continue
            red, green, blue = (int(c) for c in colors[j, i])
            wrong = value > self._check.tolerance
            color = theme.color("warning") if wrong else theme.color("surface")
            if not wrong:
                color.setRgb(red, green, blue)
            painter.fillRect(cell, color)
            if wrong and side > 5:
                # Never colour alone: what does not hold is crossed out.
                painter.setPen(QPen(theme.color("surface"), 1.5))
                painter.drawLine(cell.topLeft(), cell.bottomRight())
                painter.drawLine(cell.bottomLeft(), cell.topRight())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def words_at(self, point: QPointF) -> str:
        """What the cell at a point says; "" beside them all."""
        for rect, name, errors, side in self._maps:
            if rect.contains(point):
                j = min(int((point.y() - rect.top()) / side), errors.shape[0] - 1)
                i = min(int((point.x() - rect.left()) / side), errors.shape[1] - 1)
                value = errors[j, i]
                said = "nothing can be said" if math.isnan(value) else f"{value:.1e}"
                where = f"{j + 1}" if name.startswith("biases") else f"{i + 1} → {j + 1}"
                return f"{name}, {where}: {said}"
        return ""


def share(errors: FloatArray, tolerance: float) -> FloatArray:
    """0 for what is rounding alone to 1 for the tolerance, by orders of magnitude."""
    with np.errstate(divide="ignore"):
        logs = np.log10(np.maximum(np.nan_to_num(errors), LEAST))
    low, high = math.log10(LEAST), math.log10(tolerance)
    result: FloatArray = np.clip((logs - low) / (high - low), 0.0, 1.0)
    return result
