"""The panel to paint data: a plane with the network's answers, a brush, and what it paints."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bpstudio.explain.outputs import target_limit
from bpstudio.explain.plane import Plane, plane_of
from bpstudio.gui.panels.base import Panel
from bpstudio.gui.panels.paint_view import Brush, PaintView, Stroke
from bpstudio.gui.panels.surface_picture import surface_picture
from bpstudio.gui.panels.symbols import Points, draw_symbol, points_of
from bpstudio.gui.segmented import Segmented
from bpstudio.gui.theme import GAP, Theme, ThemeHolder
from bpstudio.gui.widgets import IconButton, LabelledSlider, number_text, secondary_label
from bpstudio.model.dataset import Dataset
from bpstudio.model.painting import can_be_painted

WIDTH = 330
RESOLUTION = 64
LARGEST_BRUSH, BRUSH_STEP = 0.25, 0.01
BLANK = Plane((-1.0, 1.0), (-1.0, 1.0))
CLASS_NAMES = ("orange", "blue", "green", "pink", "yellow", "sky")
"""In the order of the theme's class colours."""
EMPTY_PLANES = {
    "2 classes": CLASS_NAMES[:2],
    "3 classes": CLASS_NAMES[:3],
    "4 classes": CLASS_NAMES[:4],
    "6 classes": CLASS_NAMES,
    "numbers": (),
}


class PaintPanel(Panel):
    """Asks for strokes on the data: ``stroked(stroke, value, classes)``; it never edits them itself.

    ``value`` is the class's index or a number in raw units; ``classes`` is None for the data as they
    are, else the names of the classes (none: numbers) of a plane that begins with this stroke.
    """

    stroked = Signal(object, float, object)
    close_requested = Signal()

    def __init__(self, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__("Paint points", themes, parent)
        self.setObjectName("paintPanel")
        self.setMinimumWidth(WIDTH)
        self._dataset: Dataset | None = None
        self._plane: Plane | None = None
        self._blank: tuple[str, ...] | None = None
        self._own = False
        self._ends = (-1.0, 1.0)
        self._checked: tuple[object, object, object] = (None, None, None)
        self._fits = False
        close = IconButton("close", "Close the painting", themes)
        close.setObjectName("closePaintButton")
        close.clicked.connect(self.close_requested)
        self.header_layout.addWidget(close)
        self.view = PaintView(themes)
        self.view.painted.connect(self._on_stroke)
        self.view.class_asked.connect(self._on_class_key)
        self.view.size_asked.connect(self._on_size_key)
        self._make_tools(themes)
        themes.listen(self._restyle)

    def _make_tools(self, themes: ThemeHolder) -> None:
        self.tool = Segmented("Tool", {"paint": "paint", "erase": "erase"}, themes, "Brush")
        self.label = Segmented("Class", {}, themes, "Class to paint (digits)")
        self.value = LabelledSlider(
            "Value", -1.0, 1.0, 0.01, _decimals, "The number that the painted points have"
        )
        self.size_slider = LabelledSlider(
            "Brush", 0.0, LARGEST_BRUSH, BRUSH_STEP, _percent, "Size of the brush (+ and −)"
        )
        self.size_slider.slider.setObjectName("brushSlider")
        self.size_slider.set_value(Brush.radius)
        self.tool.chosen.connect(self._on_tool)
        self.label.chosen.connect(self._on_tool)
        self.value.moved.connect(self._on_tool)
        self.size_slider.moved.connect(self._on_tool)
        tools = QHBoxLayout()
        tools.addWidget(self.tool)
        tools.addStretch(1)
        tools.addWidget(self.label)
        sliders = QHBoxLayout()
        sliders.setSpacing(2 * GAP)
        sliders.addWidget(self.size_slider, 1)
        sliders.addWidget(self.value, 1)
        self.hint: QLabel = secondary_label()
        self.hint.setWordWrap(True)
        self.kind = QComboBox()
        self.kind.setObjectName("emptyPlaneBox")
        self.kind.setAccessibleName("What an empty plane holds")
        self.kind.setToolTip("What the points of an empty plane stand for")
        for text, names in EMPTY_PLANES.items():
            self.kind.addItem(text, names)
        self.empty_button = QPushButton("Start an empty plane")
        self.empty_button.setObjectName("emptyPlaneButton")
        self.empty_button.setToolTip(
            "Paint new data; the first stroke takes the place of the old ones"
        )
        self.empty_button.clicked.connect(self.start_empty)
        foot = QHBoxLayout()
        foot.addWidget(self.kind)
        foot.addWidget(self.empty_button, 1)
        column = QVBoxLayout()
        column.setSpacing(GAP - 4)
        column.addLayout(tools)
        column.addWidget(self.view, 1)
        column.addWidget(self.hint)
        column.addLayout(sliders)
        column.addLayout(foot)
        self.body.addLayout(column)

    # What is shown

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that can be painted; none where points have a number."""
        if self._blank is not None:
            return self._blank
        return self._dataset.class_names if self._dataset is not None else ()

    def refresh(self) -> None:
        dataset = self.project.dataset
        if dataset is not self._dataset:
            self._take(dataset)
        if self._blank is None and self._plane is not None and dataset is not None:
            self._draw(dataset)

    def _take(self, dataset: Dataset | None) -> None:
        """Other data. After a stroke of one's own the plane stays, so that it does not creep."""
        before, self._dataset = self._plane, dataset
        own, self._own = self._own, False
        plane = plane_of(dataset) if can_be_painted(dataset) else None
        if plane is None or dataset is None:
            if self._blank is None:
                self._begin_blank(CLASS_NAMES[:2], "These data are no points of a plane. ")
            return
        if self._blank is not None and not own:
            return
        self._blank = None
        self._plane = _around(plane, before) if own and before is not None else plane
        names = [column.name for column in dataset.preparation.inputs]
        x, y = dataset.filled[:, 0], dataset.filled[:, 1]
        self.view.set_data(self._plane, (names[0], names[1]), points_of(dataset, x, y), ())
        self.set_aside(f"{number_text(len(dataset))} rows")
        ends = _range(dataset)
        if own:
            # What could be painted before can be painted still.
            ends = min(ends[0], self._ends[0]), max(ends[1], self._ends[1])
        self._offer(dataset.class_names, ends)
        self.hint.setText(HINT)

    def _draw(self, dataset: Dataset) -> None:
        project = self.project
        parts = (project.topology, project.dataset, project.config)
        if any(a is not b for a, b in zip(parts, self._checked, strict=True)):
            self._checked, self._fits = parts, project.problem() is None
        if not self._fits or self._plane is None:
            self.view.set_image(QImage())
            return
        with np.errstate(over="ignore", invalid="ignore"):
            network = self.project.network
            image = surface_picture(network, dataset, self._plane, RESOLUTION, self.theme)
        self.view.set_image(image)

    def start_empty(self) -> None:
        """An empty plane of the chosen kind; nothing changes before the first stroke."""
        self._begin_blank(tuple(self.kind.currentData()), "")
        self.view.setFocus()

    def _begin_blank(self, classes: tuple[str, ...], why: str) -> None:
        self._blank, self._plane = classes, BLANK
        self.view.set_data(BLANK, ("x", "y"), Points(), ())
        self.view.set_image(QImage())
        self.set_aside("empty")
        self.hint.setText(f"{why}The first stroke begins new data. {HINT}")
        self._offer(classes, (-1.0, 1.0))

    def _offer(self, classes: tuple[str, ...], ends: tuple[float, float]) -> None:
        """What can be painted: one of the classes, or a number of a range."""
        self.label.set_options({str(k): name for k, name in enumerate(classes)})
        self._colour_labels(self.theme)
        self.label.setVisible(bool(classes))
        self.value.setVisible(not classes)
        value, self._ends = self.painted_value, ends
        if not classes:
            low, high = ends
            self.value.set_value(2 * (min(max(value, low), high) - low) / (high - low) - 1)
        self._on_tool()

    def _colour_labels(self, theme: Theme) -> None:
        for key in self.label.options:
            button = self.label.button(key)
            button.setIcon(_symbol_icon(theme, int(key)))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _restyle(self, theme: Theme) -> None:
        self._colour_labels(theme)
        if self._dataset is not None and self.isVisible():
            self.refresh_now()

    # What people do

    @property
    def painted_value(self) -> float:
        """The class's index, or the number in raw units, that a stroke gives."""
        if self.classes:
            return float(self.label.value or 0)
        low, high = self._ends
        return low + (self.value.value + 1) / 2 * (high - low)

    def _on_tool(self, _choice: object = None) -> None:
        erase = self.tool.value == "erase"
        label = int(self.label.value or 0) if self.classes else -1
        self.view.brush = Brush(label, self._shade(), self.size_slider.value, erase)
        self.value.value_label.setText(f"{self.painted_value:.3g}" if not self.classes else "")
        self.view.update()

    def _shade(self) -> float:
        """The value as the surface colours it."""
        if self.classes or self._dataset is None or self._blank is not None:
            return self.value.value
        column = self._dataset.preparation.targets[0]
        encoded = column.encode(np.array([self.painted_value]))
        return float(encoded[0, 0]) / target_limit(self._dataset)

    def _on_stroke(self, stroke: Stroke) -> None:
        if stroke.erase and self._blank is not None:
            return
        self._own = True
        self.stroked.emit(stroke, self.painted_value, self._blank)

    def _on_class_key(self, number: int) -> None:
        if str(number) in self.label.options:
            self.label.set_value(str(number))
            self.tool.set_value("paint")
            self._on_tool()

    def _on_size_key(self, steps: int) -> None:
        size = self.size_slider.value + 2 * steps * BRUSH_STEP
        self.size_slider.set_value(min(max(size, 0.0), LARGEST_BRUSH))
        self._on_tool()


HINT = "Drag to paint; the right button or Shift erases."


def _around(plane: Plane, before: Plane) -> Plane:
    """The plane from before, wider only where points lie outside it."""

    def span(new: tuple[float, float], old: tuple[float, float]) -> tuple[float, float]:
        # ``new`` has a margin around the points: only what is beyond that moved.
        margin = 0.1 * (old[1] - old[0])
        return (
            new[0] if new[0] < old[0] - margin else old[0],
            new[1] if new[1] > old[1] + margin else old[1],
        )

    return Plane(span(plane.x, before.x), span(plane.y, before.y))


def _range(dataset: Dataset) -> tuple[float, float]:
    """Between which raw values the points of a regression lie."""
    target = dataset.filled[:, -1]
    low, high = float(target.min()), float(target.max())
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _symbol_icon(theme: Theme, label: int) -> QIcon:
    pixmap = QPixmap(28, 28)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_symbol(painter, theme, QPointF(7, 7), label, 4.6, False)
    painter.end()
    return QIcon(pixmap)


def _decimals(value: float) -> str:
    return f"{value:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share else "one point"
