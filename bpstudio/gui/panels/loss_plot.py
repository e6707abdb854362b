"""Loss curves over the epochs, with pyqtgraph; the only place that knows how it is told things."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bpstudio.explain.scales import linear_ticks, log_ticks, loss_points, loss_range, thinned
from bpstudio.gui.theme import SMALL_SIZE, Theme, ThemeHolder, text_font
from bpstudio.gui.widgets import number_text
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import change_text
from bpstudio.model.history import History

CURVES = (("train_loss", "train", "positive"), ("validation_loss", "validation", "negative"))
"""History column, name and colour token of each curve."""
AXIS_WIDTH, AXIS_HEIGHT = 44, 20
LINE_WIDTH = 1
MOST_POINTS = 800
"""Points of a curve that are drawn: more cannot be told apart."""
LABEL_HEIGHT = 18
LABEL_SHARE = 0.3
"""The part of the width, at the right end, that the label of a curve keeps clear of."""


@dataclass
class _Curve:
    """One curve with its label, and what the mouse shows of it."""

    name: str
    token: str
    line: pg.PlotDataItem
    label: pg.TextItem
    mark: pg.ScatterPlotItem
    x: FloatArray = field(default_factory=lambda: np.zeros(0))
    y: FloatArray = field(default_factory=lambda: np.zeros(0))


class LossPlot(QWidget):
    """Draws a History; epochs to the right, losses up, linear or logarithmic."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._history = History()
        self._log = True
        self.plot = pg.PlotWidget()
        self.plot.setObjectName("lossPlot")
        self.plot.setAccessibleName("Loss over the epochs")
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self._prepare()
        self._curves = [self._curve(name, token) for _, name, token in CURVES]
        # Where settings were changed during a run: a small triangle on the epochs' axis.
        self._changes = pg.ScatterPlotItem(size=8, symbol="t1", pxMode=True)
        self._changes.setZValue(15)
        self.plot.addItem(self._changes, ignoreBounds=True)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._words = pg.TextItem(anchor=(0, 0))
        for item in (self._line, self._words):
            item.setZValue(20)
            item.hide()
            self.plot.addItem(item, ignoreBounds=True)
        self.plot.scene().sigMouseMoved.connect(self._on_mouse)
        self.plot.viewport().installEventFilter(self)
        themes.listen(self._restyle)

    def _prepare(self) -> None:
        """Leave of pyqtgraph's axes what one needs: numbers, and lines across."""
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.setMouseEnabled(False, False)
        item.hideButtons()
        item.getViewBox().setDefaultPadding(0)
        item.setContentsMargins(0, 6, 16, 0)
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(
                tickLength=0,
                tickFont=text_font(SMALL_SIZE),
                tickAlpha=255,
                hideOverlappingLabels=False,
            )
        item.getAxis("left").setWidth(AXIS_WIDTH)
        # An axis with lines leaves out the numbers at its ends: the lines come from the other side.
        item.showAxis("right")
        item.getAxis("right").setStyle(tickLength=0, showValues=False, tickAlpha=255)
        item.getAxis("right").setGrid(255)
        item.getAxis("right").setZValue(-10)
        item.getAxis("bottom").setHeight(AXIS_HEIGHT)

    def _curve(self, name: str, token: str) -> _Curve:
        line = pg.PlotDataItem(antialias=True)
        self.plot.addItem(line, ignoreBounds=True)
        line.setClipToView(True)
        line.setDownsampling(auto=True, method="peak")
        label = pg.TextItem(name, anchor=(1, 1))
        label.setFont(text_font(SMALL_SIZE))
        mark = pg.ScatterPlotItem(size=7, pxMode=True)
        for item in (label, mark):
            item.setZValue(10)
            item.hide()
            self.plot.addItem(item, ignoreBounds=True)
        return _Curve(name, token, line, label, mark)

    @property
    def log(self) -> bool:
        return self._log

    def set_log(self, log: bool) -> None:
        """A logarithmic scale for the losses, or a linear one."""
        self._log = log
        self.show_history(self._history)

    def curve(self, name: str) -> tuple[FloatArray, FloatArray]:
        """What is drawn of ``train`` or ``validation``: epochs and heights."""
        return next((c.x, c.y) for c in self._curves if c.name == name)

    def show_history(self, history: History) -> None:
        self._history = history
        for curve, (column, _, _) in zip(self._curves, CURVES, strict=True):
            curve.x, curve.y = loss_points(history.epoch, history.column(column), self._log)
            curve.line.setData(*thinned(curve.x, curve.y, MOST_POINTS))
        self._set_ranges()
        self._place_changes()
        self._place_labels()
        self._hide_hover()

    def _set_ranges(self) -> None:
        last = max(float(self._history.epoch[-1]) if len(self._history) else 0.0, 10.0)
        low, high = loss_range(np.concatenate([c.y for c in self._curves]), self._log)
        item = self.plot.getPlotItem()
        if all(c.y.size > 1 for c in self._curves):
            # Room for the name under the lower curve.
            curves = max(item.getViewBox().height() - LABEL_HEIGHT, LABEL_HEIGHT)
            low -= (high - low) * LABEL_HEIGHT / curves
        item.getViewBox().setRange(xRange=(0, last), yRange=(low, high), padding=0.004)
        ticks = log_ticks(low, high, 4) if self._log else linear_ticks(low, high, 5)
        places = np.log10(ticks) if self._log else ticks
        left = [(place, _tick_text(tick)) for place, tick in zip(places, ticks, strict=True)]
        item.getAxis("left").setTicks([left])
        item.getAxis("right").setTicks([left])
        whole = [t for t in linear_ticks(0, last, 4) if t == int(t)]
        item.getAxis("bottom").setTicks([[(t, number_text(int(t))) for t in whole]])

    @property
    def marks(self) -> list[float]:
        """The epochs at which a mark tells of changed settings."""
        return sorted({float(change.epoch) for change in self._history.changes})

    def _place_changes(self) -> None:
        if not self._history.changes and not len(self._changes.data):
            return
        box = self.plot.getPlotItem().getViewBox()
        (_, _), (low, high) = box.viewRange()
        # The triangle's middle, half its height above the axis.
        y = low + (high - low) * 5 / max(box.height(), 60)
        self._changes.setData(self.marks, [y] * len(self.marks))

    def _place_labels(self) -> None:
        """The upper curve's name above both curves at the right end, the lower one's below both."""
        shown = [c for c in self._curves if c.y.size > 1]
        for curve in self._curves:
            curve.label.setVisible(curve in shown)
        if not shown:
            return
        right = max(float(c.x[-1]) for c in shown)
        ends = np.concatenate([c.y[c.x >= right * (1 - LABEL_SHARE)] for c in shown])
        shown.sort(key=lambda c: float(np.median(c.y[c.x >= right * (1 - LABEL_SHARE)])))
        for curve in shown:
            below = curve is shown[0] and len(shown) > 1
            curve.label.setAnchor((1, 0) if below else (1, 1))
            curve.label.setPos(right, float(ends.min() if below else ends.max()))

    # The mouse

    def _on_mouse(self, place: QPointF) -> None:
        box = self.plot.getPlotItem().getViewBox()
        shown = [c for c in self._curves if c.x.size]
        if not shown or not box.sceneBoundingRect().contains(place):
            self._hide_hover()
            return
        x = float(box.mapSceneToView(place).x())
        epoch = float(shown[0].x[_nearest(shown[0].x, x)])
        words = [f"epoch {number_text(int(epoch))}"]
        for curve in shown:
            k = _nearest(curve.x, epoch)
            value = 10 ** float(curve.y[k]) if self._log else float(curve.y[k])
            words.append(f"{curve.name} {number_text(value)}")
            curve.mark.setData([float(curve.x[k])], [float(curve.y[k])])
            curve.mark.show()
        words += self._told_of(epoch)
        self._line.setPos(epoch)
        self._line.show()
        self._words.setText("\n".join(words))
        range_x, range_y = box.viewRange()
        right = epoch > (range_x[0] + range_x[1]) / 2
        self._words.setAnchor((1.04, 0) if right else (-0.04, 0))
        self._words.setPos(epoch, range_y[1])
        self._words.show()

    def _told_of(self, epoch: float) -> list[str]:
        """The learning rate, if it was not the same all along, and what was changed nearby."""
        history = self._history
        rates = history.learning_rate[np.isfinite(history.learning_rate)]
        words = []
        if rates.size and (rates != rates[0]).any():
            rate = float(history.learning_rate[_nearest(history.epoch, epoch)])
            words.append(f"learning rate {number_text(rate)}")
        # As near as a mark is wide.
        (left, right), _ = self.plot.getPlotItem().getViewBox().viewRange()
        near = 4 * (right - left) / max(self.plot.getPlotItem().getViewBox().width(), 60)
        words += [
            change_text(change)
            for change in history.changes
            if abs(change.epoch - epoch) <= max(near, 0.5)
        ]
        return words

    @property
    def hover_text(self) -> str:
        """What the mouse shows; empty when it shows nothing."""
        return str(self._words.toPlainText()) if self._words.isVisible() else ""

    def _hide_hover(self) -> None:
        for item in (self._line, self._words, *(c.mark for c in self._curves)):
            item.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hide_hover()
        return super().eventFilter(watched, event)

    # The look

    def _restyle(self, theme: Theme) -> None:
        item = self.plot.getPlotItem()
        self.plot.setBackground(theme.surface)
        for name in ("left", "bottom", "right"):
            axis = item.getAxis(name)
            axis.setPen(pg.mkPen(None))
            axis.setTickPen(pg.mkPen(theme.line, width=1))
            axis.setTextPen(theme.secondary)
        for curve in self._curves:
            color = theme.color(curve.token)
            curve.line.setPen(pg.mkPen(color, width=LINE_WIDTH))
            curve.label.setColor(color)
            curve.mark.setBrush(color)
            curve.mark.setPen(pg.mkPen(theme.surface, width=1))
        self._changes.setBrush(theme.color("secondary"))
        self._changes.setPen(pg.mkPen(theme.surface, width=1))
        self._line.setPen(pg.mkPen(theme.secondary, width=1))
        self._words.fill = pg.mkBrush(QColor(theme.surface))
        self._words.border = pg.mkPen(theme.line, width=1)
        self._words.setColor(theme.text)
        self._words.setFont(text_font(SMALL_SIZE))

    def plot_area(self) -> QRectF:
        """Where the curves are, in this widget."""
        scene = self.plot.getPlotItem().getViewBox().sceneBoundingRect()
        return QRectF(self.plot.mapFromScene(scene).boundingRect())


def _tick_text(value: float) -> str:
    return "0" if value == 0 else f"{value:.6g}" if 1e-5 <= abs(value) < 1e6 else f"{value:.0e}"


def _nearest(x: FloatArray, value: float) -> int:
    """Index of the entry of the rising ``x`` that is nearest to ``value``."""
    k = int(np.clip(np.searchsorted(x, value), 1, max(x.size - 1, 1)))
    if x.size == 1:
        return 0
    return k if abs(x[k] - value) < abs(x[k - 1] - value) else k - 1
