"""The output panel: what the network answers, in the picture that suits its data."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from bpstudio.explain.neurons import neuron_image
from bpstudio.explain.outputs import (
    Confusion,
    answer_curve,
    fit_of,
    output_title,
    target_values,
    views_of,
)
from bpstudio.explain.plane import Plane, plane_of
from bpstudio.gui.fitting_label import FittingLabel
from bpstudio.gui.panels.base import FRAME_BUDGET, Panel
from bpstudio.gui.panels.confusion_view import ConfusionView
from bpstudio.gui.panels.counting import Counter
from bpstudio.gui.panels.image_view import ImageView
from bpstudio.gui.panels.images import rgb_image
from bpstudio.gui.panels.surface_picture import legend_of, surface_picture
from bpstudio.gui.panels.surface_view import SurfaceView
from bpstudio.gui.panels.symbols import Points, points_of
from bpstudio.gui.panels.xy_view import Line, XYView, padded
from bpstudio.gui.segmented import Segmented
from bpstudio.gui.theme import Theme, ThemeHolder, signed_colors
from bpstudio.gui.widgets import number_text, percent_text, secondary_label
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import SPLIT_NAMES, TRAIN, VALIDATION, Dataset

VIEW_LABELS = {
    "surface": "surface",
    "curve": "curve",
    "confusion": "confusion",
    "scatter": "scatter",
}
RESOLUTIONS = (16, 24, 32, 48, 64, 96, 128)
FINE_RESOLUTION, SETTLED_MS, FINE_SECONDS = 200, 250, 0.05
MOST_LIVE_ROWS = 4096
LINE_TOKENS = ("text", "positive", "negative", "accent", "secondary")


class OutputPanel(Panel):
    """Surface, curve, confusion matrix or scatter; what cannot be shown is said in a sentence.

    ``show_neuron`` lends the surface to another neuron. The surface's resolution follows the time that
    it takes, and becomes fine when the network stands still.
    """

    def __init__(self, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__("Output", themes, parent)
        self.setObjectName("outputPanel")
        self._dataset: Dataset | None = None
        self._plane: Plane | None = None
        self._neuron: tuple[str, int] | None = None
        self._resolution = 64
        self._checked: tuple[object, object, object] = (None, None, None)
        self._problem: str | None = None
        self._shown_view = "words"
        self._make_parts(themes)
        self._counter = Counter(MOST_LIVE_ROWS, self)
        self._counter.counted.connect(self._on_counted)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._refine)
        themes.listen(self._restyle)

    def _make_parts(self, themes: ThemeHolder) -> None:
        self.view = Segmented("Picture of the output", {}, themes)
        self.view.chosen.connect(self._on_chosen)
        self.header_layout.insertWidget(1, self.view)
        self.surface = SurfaceView(themes)
        self.confusion = ConfusionView(themes)
        self.xy = XYView(themes)
        self.image = ImageView(themes)
        self.words = secondary_label()
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        for widget in (self.words, self.surface, self.confusion, self.xy, self.image):
            self._stack.addWidget(widget)
        self.part = Segmented("Rows of the confusion matrix", {}, themes)
        self.part.chosen.connect(self._on_chosen)
        self.note = FittingLabel()
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.part)
        foot.addStretch(1)
        foot.addWidget(self.note)
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(self._foot)

    def show_neuron(self, layer_id: str | None, index: int | None = None) -> None:
        """Show what one neuron answers over the plane, or its weights from an image; None: the output
        again."""
        neuron = None if layer_id is None or index is None else (layer_id, index)
        if neuron != self._neuron:
            self._neuron = neuron
            self.show_project(self.project)

    @property
    def shown_view(self) -> str:
        """One of VIEW_LABELS, ``image`` for a neuron's weights, or ``words`` if nothing can be shown."""
        return self._shown_view

    # What is to be seen

    def refresh(self) -> None:
        self._check()
        dataset = self.project.dataset
        if self._problem is not None or dataset is None:
            self._say(self._problem or "There are no data yet.")
            return
        if dataset is not self._dataset:
            self._take_dataset(dataset)
        weights = self._weights_of_neuron()
        view = "surface" if self._lent() else "image" if weights is not None else self.view.value
        self._shown_view = view
        self._foot.setVisible(view == "confusion")
        show = {
            "surface": self._show_surface,
            "image": self._show_image,
            "curve": self._show_curve,
            "confusion": self._show_confusion,
            "scatter": self._show_scatter,
        }[view]
        # Weights that grow without bounds are the run's to report; here they only saturate.
        with np.errstate(over="ignore", invalid="ignore"):
            show(dataset)

    def _check(self) -> None:
        """Ask what keeps the project from being trained, when something that matters is another."""
        project = self.project
        parts = (project.topology, project.dataset, project.config)
        if any(a is not b for a, b in zip(parts, self._checked, strict=True)):
            self._checked, self._problem = parts, project.problem()

    def _lent(self) -> bool:
        """Whether another neuron's surface is shown for the moment."""
        if self._neuron is None or self._plane is None:
            return False
        layer_id, index = self._neuron
        topology = self.project.topology
        return layer_id in topology and index < topology.layer(layer_id).size

    def _weights_of_neuron(self) -> FloatArray | None:
        """The weights that the neuron pointed at has from an image."""
        if self._neuron is None or self._neuron[0] not in self.project.topology:
            return None
        return neuron_image(self.project, *self._neuron)

    def _say(self, sentence: str) -> None:
        self.words.setText(sentence)
        self.words.setAccessibleName(sentence)
        self._stack.setCurrentWidget(self.words)
        self._shown_view = "words"
        self._foot.hide()
        self.view.hide()
        self.set_aside("")

    def _take_dataset(self, dataset: Dataset) -> None:
        self._dataset, self._plane = dataset, plane_of(dataset)
        views = views_of(dataset)
        if tuple(views) != self.view.options:
            # The first suits data of another kind best; what was chosen belongs to those before.
            self.view.set_options({name: VIEW_LABELS[name] for name in views})
            self.view.set_value(views[0])
        parts = [SPLIT_NAMES[p] for p in (VALIDATION, TRAIN) if dataset.rows(p).size]
        self.part.set_options({name: name for name in parts})
        if self._plane is not None:
            x, y = dataset.filled[:, 0], dataset.filled[:, 1]
            names = (dataset.preparation.inputs[0].name, dataset.preparation.inputs[1].name)
            points = points_of(dataset, x, y)
            self.surface.set_data(self._plane, names, points, legend_of(dataset))

    def _on_chosen(self, _choice: str) -> None:
        self.refresh_now()

    def _show(self, widget: QWidget, aside: str) -> None:
        self._stack.setCurrentWidget(widget)
        self.view.setVisible(len(self.view.options) > 1)
        self.set_aside(aside)

    # The pictures

    def _show_surface(self, dataset: Dataset) -> None:
        self._draw_surface(dataset, self._resolution)
        self._show(self.surface, self._surface_title(dataset))
        self._settled.start()

    def _draw_surface(self, dataset: Dataset, resolution: int) -> None:
        if self._plane is None:
            return
        neuron = self._neuron if self._lent() else None
        network, theme = self.project.network, self.theme
        image = surface_picture(network, dataset, self._plane, resolution, theme, neuron)
        self.surface.set_image(image)

    def _surface_title(self, dataset: Dataset) -> str:
        topology = self.project.topology
        if self._neuron is None or not self._lent():
            return output_title(dataset)
        layer_id, index = self._neuron
        if layer_id == topology.output.id:
            return output_title(dataset, index)
        if layer_id == topology.input.id:
            return dataset.preparation.input_names[index]
        return topology.neuron_label(layer_id, index)

    def refresh_now(self) -> None:
        super().refresh_now()
        if self._stack.currentWidget() is self.surface:
            self._adapt(self.refresh_seconds)

    def _adapt(self, seconds: float) -> None:
        """A coarser surface after work that took too long, a finer one after quick work."""
        at = RESOLUTIONS.index(self._resolution)
        if seconds > FRAME_BUDGET and at > 0:
            self._resolution = RESOLUTIONS[at - 1]
        elif seconds < FRAME_BUDGET / 4 and at + 1 < len(RESOLUTIONS):
            self._resolution = RESOLUTIONS[at + 1]

    def _refine(self) -> None:
        """Once nothing has moved for a moment, draw finely if that is quick enough."""
        growth = (FINE_RESOLUTION / self._resolution) ** 2
        quick = self.refresh_seconds * growth < FINE_SECONDS
        if quick and self._shown_view == "surface" and self._dataset and self.isVisible():
            self._draw_surface(self._dataset, FINE_RESOLUTION)

    def _show_image(self, _dataset: Dataset) -> None:
        weights = self._weights_of_neuron()
        if weights is None or self._neuron is None:
            return
        layer_id, index = self._neuron
        name = self.project.topology.neuron_label(layer_id, index)
        colors = signed_colors(self.theme, weights, 1.0)
        self.image.set_image(rgb_image(colors), f"Weights from the image to {name}")
        self._show(self.image, f"weights of {name}")

    def _show_confusion(self, dataset: Dataset) -> None:
        part = SPLIT_NAMES.index(self.part.value)
        self._counter.count(self.project.network, dataset, part)
        self._show(self.confusion, dataset.preparation.targets[0].name)

    def _on_counted(self, result: Confusion) -> None:
        if self._dataset is None:
            return
        self.confusion.show_confusion(result, self._dataset.class_names)
        of_all = "" if result.rows == result.total else f" of {number_text(result.total)}"
        accuracy = percent_text(result.accuracy)
        self.note.setText(f"{accuracy} of {number_text(result.rows)}{of_all} rows right")

    def _show_curve(self, dataset: Dataset) -> None:
        curve = answer_curve(self.project.network, dataset)
        targets = target_values(dataset, dataset.targets)
        lines = [
            Line(curve.x, curve.y[:, k], LINE_TOKENS[k % len(LINE_TOKENS)])
            for k in range(curve.y.shape[1])
        ]
        points = points_of(dataset, dataset.filled[:, 0], targets[:, 0])
        names = (dataset.preparation.inputs[0].name, dataset.preparation.output_names[0])
        ranges = (float(curve.x[0]), float(curve.x[-1])), padded(targets)
        self.xy.setAccessibleName("The network's curve through the data")
        self.xy.show_values(points, lines, names, ranges)
        self._show(self.xy, output_title(dataset))

    def _show_scatter(self, dataset: Dataset) -> None:
        fit = fit_of(self.project.network, dataset)
        both = padded(fit.true)
        points = Points(fit.true, fit.predicted, np.full(fit.true.size, -1), fit.held_out)
        diagonal = Line(np.array(both), np.array(both), "secondary", 1.0)
        self.xy.setAccessibleName("Predicted over true values")
        self.xy.show_values(points, [diagonal], ("true", "predicted"), (both, both))
        held_out = bool(fit.held_out.any())
        words = f"R² {fit.r_squared(held_out):.3f}"
        self._show(self.xy, f"{output_title(dataset)}   {words}")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._settled.stop()

    def _restyle(self, _theme: Theme) -> None:
        if self.isVisible() and self._dataset is not None:
            self.refresh_now()
