"""Cutting weak connections: a slider, what would go on the canvas, and what it costs in loss."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout

from bpstudio.explain.pruning import PruningCost, magnitudes, pruning_cost, threshold_for
from bpstudio.gui.background import Background, Task
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.theme import GAP
from bpstudio.gui.widgets import LabelledSlider, number_text, percent_text, secondary_label
from bpstudio.model.wiring import prune, weak_connections

STEP = 0.005
WIDTH = 340


class CutWeakDialog(QDialog):
    """Prunes the connections of a canvas' network that are weaker than a threshold.

    Nothing is cut before the button is pressed; Escape leaves no trace.
    """

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas.window())
        self.setObjectName("cutWeakDialog")
        self.setWindowTitle("Cut weak connections")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
        self.setStyleSheet(f"QDialog {{ background: {canvas.drawing.theme.surface}; }}")
        self._canvas = canvas
        self._project = canvas.document.project
        self._magnitudes = magnitudes(self._project)
        self._background = Background(self)
        self._background.done.connect(self._on_cost)
        self._background.failed.connect(self._on_failed)
        self.slider = LabelledSlider(
            "Weakest connections", 0.0, 0.95, STEP, percent_text, "What share of all goes"
        )
        self.slider.setObjectName("weakShareSlider")
        self.slider.moved.connect(self._on_moved)
        self.threshold_label = QLabel()
        self.threshold_label.setObjectName("weakThresholdLabel")
        self.cost_label = QLabel()
        self.cost_label.setObjectName("weakCostLabel")
        self.cost_label.setWordWrap(True)
        self.cost_label.setMinimumHeight(3 * self.fontMetrics().height())
        self.cost_label.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cut_button = QPushButton("Cut")
        self.cut_button.setObjectName("cutWeakNowButton")
        self.cut_button.setProperty("kind", "primary")
        buttons.addButton(self.cut_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        kept = self._project.topology.connection_count - len(self._magnitudes)
        stay = f" {kept:,} locked or frozen stay." if kept else ""
        hint = secondary_label(f"What would go is marked on the canvas.{stay}")
        hint.setObjectName("weakHintLabel")
        hint.setWordWrap(True)
        for widget in (self.slider, self.threshold_label, self.cost_label, hint, buttons):
            column.addWidget(widget)
        self.slider.set_value(0.2)
        self._on_moved(self.slider.value)
        self._place()

    @property
    def threshold(self) -> float:
        """Connections with weights of a smaller magnitude go."""
        return threshold_for(self._magnitudes, self.slider.value)

    def _place(self) -> None:
        """Below the canvas, on which what would go is marked; where the screen ends, in its corner."""
        corner = self._canvas.mapToGlobal(self._canvas.rect().bottomRight())
        x, below, height = corner.x() - WIDTH - GAP, corner.y() + 4 * GAP, self.sizeHint().height()
        fits = below + height <= self._canvas.screen().availableGeometry().bottom()
        self.move(QPoint(x, below if fits else corner.y() - height - GAP))

    def _on_moved(self, _share: float) -> None:
        threshold, project = self.threshold, self._project
        weak = weak_connections(project, threshold)
        count = sum(int(flags.sum()) for flags in weak.values())
        of = project.topology.connection_count
        self.threshold_label.setText(f"|w| < {threshold:.4g}: {count:,} of {of:,} connections")
        self.cut_button.setEnabled(count > 0)
        self._canvas.drawing.mark_connections(weak, "warning")
        self.cost_label.setText("What it costs: …")

        def work(task: Task) -> PruningCost | None:
            return pruning_cost(project, threshold, task.cancelled)

        self._background.start(work)

    def _on_cost(self, cost: PruningCost) -> None:
        before, after = cost.before, cost.after
        change = after.loss - before.loss
        words = (
            f"Loss on the {cost.part} rows:\n{number_text(before.loss)} → {number_text(after.loss)}"
        )
        if not math.isnan(change):
            words += f" ({'+' if change >= 0 else '−'}{number_text(abs(change))})"
        if not math.isnan(before.accuracy):
            words += f"\nAccuracy: {percent_text(before.accuracy)} → {percent_text(after.accuracy)}"
        self.cost_label.setText(words)

    def _on_failed(self, sentence: str) -> None:
        self.cost_label.setText(f"What it costs is not known: {sentence}")

    def done(self, result: int) -> None:
        self._background.close()
        self._canvas.drawing.trace.clear()
        if result == QDialog.DialogCode.Accepted:
            self._cut()
        super().done(result)

    def _cut(self) -> None:
        weak = weak_connections(self._project, self.threshold)
        count = sum(int(flags.sum()) for flags in weak.values())
        self._canvas.editor.edit(f"Cut {count:,} weak", lambda project: prune(project, weak))
