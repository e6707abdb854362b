"""The data panel: the gallery of samples, own files, the split, and what the columns are."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from bpstudio.files.samples import SAMPLES
from bpstudio.gui.panels.base import Panel
from bpstudio.gui.panels.columns import ColumnSection
from bpstudio.gui.panels.gallery import NARROW, WIDE, Gallery
from bpstudio.gui.panels.generator import GeneratorControls
from bpstudio.gui.panels.scroll import GUTTER, ColumnScroll
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.gui.widgets import LabelledSlider, number_text, secondary_label
from bpstudio.model.dataset import TRAIN, Dataset

WIDTH = 224
BELOW_GALLERY = 400
"""Height of what stands below the gallery: large tiles only where that stays in view."""
LEAST_SHARE = 0.1


class DataPanel(Panel):
    """Shows the data and asks for others; it never edits them itself.

    ``sample_chosen(name)``; ``own_chosen(dataset)``; ``open_requested()``; ``paint_requested()``;
    ``resplit_requested(train share)``; ``regenerate_requested(name, noise, size, seed)``.
    """

    sample_chosen = Signal(str)
    own_chosen = Signal(object)
    open_requested = Signal()
    paint_requested = Signal()
    resplit_requested = Signal(float)
    regenerate_requested = Signal(str, float, int, int)

    def __init__(self, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__("Data", themes, parent, flat=True)
        self.setObjectName("dataPanel")
        self.setFixedWidth(WIDTH)
        self._dataset: Dataset | None = None
        self._sample = ""
        self._made: tuple[float, int] = (0.0, 0)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        self.gallery = Gallery(themes)
        self.gallery.chosen.connect(self.sample_chosen)
        self.gallery.own_chosen.connect(self.own_chosen)
        column.addWidget(self.gallery)
        self.about: QLabel = secondary_label()
        self.about.setObjectName("aboutDataLabel")
        self.about.setWordWrap(True)
        column.addWidget(self.about)
        self.open_button = QPushButton("Open or drop a file…")
        self.open_button.setObjectName("openDataButton")
        self.open_button.setAccessibleName("Open a file with data")
        self.open_button.setToolTip("Open a table or a project (Ctrl+O)")
        self.open_button.clicked.connect(self.open_requested)
        column.addWidget(self.open_button)
        self.paint_button = QPushButton("Paint points")
        self.paint_button.setObjectName("paintButton")
        self.paint_button.setToolTip("Paint points on the plane, or erase them (Ctrl+P)")
        self.paint_button.clicked.connect(self.paint_requested)
        column.addWidget(self.paint_button)
        self.share = LabelledSlider(
            "Train share",
            LEAST_SHARE,
            1.0,
            0.01,
            _percent,
            "Rows to learn from; the others validate",
        )
        self.share.chosen.connect(self.resplit_requested)
        column.addWidget(self.share)
        self.generator = GeneratorControls()
        self.generator.changed.connect(self._on_generate)
        column.addWidget(self.generator)
        self.columns = ColumnSection(themes)
        column.addWidget(self.columns)
        column.addStretch(1)
        self.body.addWidget(ColumnScroll(inside))
        whole = self.layout()
        assert whole is not None
        margins = whole.contentsMargins()
        # The scroll bar has its place in the margin at the right.
        margins.setRight(margins.right() - GUTTER)
        whole.setContentsMargins(margins)
        self.header_layout.setContentsMargins(0, 0, GUTTER, 0)
        self._show_controls()

    # What is shown

    def refresh(self) -> None:
        dataset = self.project.dataset
        if dataset is self._dataset:
            return
        self._dataset = dataset
        rows = "" if dataset is None else f"{number_text(len(dataset))} rows"
        self.set_aside(rows)
        name = dataset.name if dataset is not None and dataset.name in SAMPLES else ""
        if name and name != self._sample:
            # Another sample comes with its own noise and the first seed.
            self._made = SAMPLES[name].noise or 0.0, 0
        self._sample = name
        self.gallery.show_dataset(dataset)
        self._show_controls()
        self.columns.show_dataset(dataset)

    def _show_controls(self) -> None:
        dataset, entry = self._dataset, SAMPLES.get(self._sample)
        self.about.setVisible(entry is not None)
        if entry is not None:
            source = "" if entry.source == "generated" else f" Source: {entry.source}."
            self.about.setText(f"{entry.description}{source}")
        size = 0
        if dataset is not None and entry is not None:
            size = len(dataset) if entry.inputs else dataset.preparation.input_size
        noise, seed = self._made
        self.generator.show_sample(self._sample, size, noise, seed)
        self.share.setVisible(dataset is not None)
        if dataset is not None:
            self.share.set_value(float((dataset.split == TRAIN).mean()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fits = self.gallery.height_in(WIDE) + BELOW_GALLERY <= self.height()
        self.gallery.set_columns(WIDE if fits else NARROW)

    # What people ask for

    def _on_generate(self, noise: float, size: int, seed: int) -> None:
        if self._sample:
            self._made = noise, seed
            self.regenerate_requested.emit(self._sample, noise, size, seed)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
