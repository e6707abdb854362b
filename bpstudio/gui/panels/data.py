"""The data panel: the gallery of samples, own files, the split, and what the columns are."""

from __future__ import annotations

import weakref

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

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
        self._asked: tuple[float, int] | None = None
        self._recipes: list[tuple[weakref.ref[Dataset], tuple[float, int]]] = []
        inside = self._make_parts(themes)
        self.body.addWidget(ColumnScroll(inside))
        whole = self.layout()
        assert whole is not None
        margins = whole.contentsMargins()
        # The scroll bar has its place in the margin at the right.
        margins.setRight(margins.right() - GUTTER)
        whole.setContentsMargins(margins)
        self.header_layout.setContentsMargins(0, 0, GUTTER, 0)
        self._show_controls()

    def _make_parts(self, themes: ThemeHolder) -> QWidget:
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
        self.open_button = QPushButton("Open a file…")
        self.open_button.setObjectName("openDataButton")
        self.open_button.setAccessibleName("Open a file with data")
        self.open_button.setToolTip("Open data or a project, or drop them on the window (Ctrl+O)")
        self.open_button.clicked.connect(self.open_requested)
        self.paint_button = QPushButton("Paint points")
        self.paint_button.setObjectName("paintButton")
        self.paint_button.setToolTip("Paint points on the plane, or erase them (Ctrl+P)")
        self.paint_button.clicked.connect(self.paint_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP // 2)
        buttons.addWidget(self.open_button, 1)
        buttons.addWidget(self.paint_button, 1)
        column.addLayout(buttons)
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
        return inside

    # What is shown

    def refresh(self) -> None:
        dataset = self.project.dataset
        if dataset is self._dataset:
            return
        self._dataset = dataset
        rows = "" if dataset is None else f"{number_text(len(dataset))} rows"
        self.set_aside(rows)
        name = dataset.name if dataset is not None and dataset.name in SAMPLES else ""
        self._made = self._recipe(dataset, name)
        self._sample = name
        self.gallery.show_dataset(dataset)
        self._show_controls()
        self.columns.show_dataset(dataset)

    def _recipe(self, dataset: Dataset | None, name: str) -> tuple[float, int]:
        """Noise and seed that data were made with; undo brings back those of the data before."""
        if dataset is None or not name:
            return 0.0, 0
        self._recipes = [(ref, made) for ref, made in self._recipes if ref() is not None]
        known = [made for ref, made in self._recipes if ref() is dataset]
        if known:
            return known[0]
        # Another sample comes with its own noise and the first seed; a split changes neither.
        made = self._asked or (
            self._made if name == self._sample else (SAMPLES[name].noise or 0.0, 0)
        )
        self._asked = None
        self._recipes.append((weakref.ref(dataset), made))
        return made

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
            self._asked = noise, seed
            self.regenerate_requested.emit(self._sample, noise, size, seed)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
