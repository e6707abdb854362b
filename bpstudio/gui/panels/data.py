"""The data panel: the gallery of samples, own files, the split, and what the columns are."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bpstudio.files.samples import SAMPLES
from bpstudio.gui.panels.base import Panel
from bpstudio.gui.panels.columns import ColumnList
from bpstudio.gui.panels.tile import SampleTile
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.gui.widgets import LabelledSlider, number_text, secondary_label
from bpstudio.model.dataset import TRAIN, Dataset

WIDTH, COLUMNS = 224, 2
LEAST_SHARE, MOST_NOISE = 0.1, 0.5
LARGEST_SEED = 9999


class DataPanel(Panel):
    """Shows the data and asks for others; it never edits them itself.

    ``sample_chosen(name)``; ``open_requested()``; ``resplit_requested(train share)``;
    ``regenerate_requested(name, noise, seed)``.
    """

    sample_chosen = Signal(str)
    open_requested = Signal()
    resplit_requested = Signal(float)
    regenerate_requested = Signal(str, float, int)

    def __init__(self, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__("Data", themes, parent, flat=True)
        self.setObjectName("dataPanel")
        self.setFixedWidth(WIDTH)
        self._dataset: Dataset | None = None
        self._sample = ""
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(self._gallery(themes))
        self.open_button = QPushButton("Open or drop a file…")
        self.open_button.setAccessibleName("Open a file with data")
        self.open_button.setToolTip("Open a table or a project (Ctrl+O)")
        self.open_button.clicked.connect(self.open_requested)
        column.addWidget(self.open_button)
        self._add_controls(column)
        self.columns = ColumnList(themes)
        column.addWidget(self.columns)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(area)
        self._show_controls()

    def _gallery(self, themes: ThemeHolder) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP - 4)
        grid.setVerticalSpacing(GAP // 2)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.tiles: dict[str, SampleTile] = {}
        for k, entry in enumerate(SAMPLES.values()):
            tile = self.tiles[entry.name] = SampleTile(entry, themes)
            self._group.addButton(tile)
            grid.addWidget(tile, k // COLUMNS, k % COLUMNS)
        self._group.buttonClicked.connect(self._on_tile)
        return grid

    def _add_controls(self, column: QVBoxLayout) -> None:
        self.share = LabelledSlider(
            "Train share",
            LEAST_SHARE,
            1.0,
            0.01,
            _percent,
            "Rows to learn from; the others validate",
        )
        self.share.chosen.connect(self.resplit_requested)
        self.noise = LabelledSlider(
            "Noise", 0.0, MOST_NOISE, 0.005, _decimals, "How far the points are scattered"
        )
        self.noise.chosen.connect(self._on_generate)
        self.seed = QSpinBox()
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setKeyboardTracking(False)
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("Another seed scatters the points anew (arrow keys or wheel)")
        self.seed.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.seed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.seed.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.seed.setFixedWidth(64)
        self.seed.valueChanged.connect(self._on_generate)
        self._seed_row = QWidget()
        row = QHBoxLayout(self._seed_row)
        row.setContentsMargins(0, 0, 0, 0)
        caption: QLabel = secondary_label("Seed")
        caption.setBuddy(self.seed)
        row.addWidget(caption)
        row.addStretch(1)
        row.addWidget(self.seed)
        for widget in (self.share, self.noise, self._seed_row):
            column.addWidget(widget)

    # What is shown

    def refresh(self) -> None:
        dataset = self.project.dataset
        if dataset is self._dataset:
            return
        self._dataset = dataset
        rows = "" if dataset is None else f"{number_text(len(dataset))} rows"
        self.set_aside(rows)
        self._mark()
        self._show_controls()
        self.columns.show_dataset(dataset)

    def _mark(self) -> None:
        """Mark the sample in use; none where the data come from elsewhere."""
        name = self._dataset.name if self._dataset is not None else ""
        self._group.setExclusive(False)
        for key, tile in self.tiles.items():
            tile.setChecked(key == name)
        self._group.setExclusive(True)
        if name in SAMPLES and name != self._sample:
            # Another sample comes with its own noise and the first seed.
            self.noise.set_value(SAMPLES[name].noise or 0.0)
            with QSignalBlocker(self.seed):
                self.seed.setValue(0)
        self._sample = name if name in SAMPLES else ""

    def _show_controls(self) -> None:
        entry = SAMPLES.get(self._sample)
        generated = entry is not None and entry.generate is not None
        self.noise.setVisible(generated and entry is not None and entry.noise is not None)
        self._seed_row.setVisible(self.noise.isVisibleTo(self))
        self.share.setVisible(self._dataset is not None)
        if self._dataset is not None:
            self.share.set_value(float((self._dataset.split == TRAIN).mean()))

    # What people ask for

    def _on_tile(self, tile: SampleTile) -> None:
        if tile.name != self._sample:
            self.sample_chosen.emit(tile.name)
        # What was refused is not marked.
        self._mark()

    def _on_generate(self, _value: float) -> None:
        if self._sample:
            self.regenerate_requested.emit(self._sample, self.noise.value, self.seed.value())


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _decimals(value: float) -> str:
    return f"{value:.3f}"
