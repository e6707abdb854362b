"""The gallery: a tile for every sample, with its picture, and what the one in use is."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from bpstudio.files.samples import SAMPLES
from bpstudio.gui.panels.tile import DataTile, OwnTile, SampleTile
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.model.dataset import Dataset

WIDE, NARROW = 2, 3
"""Columns of large tiles, and of small ones where there is little height."""


class Gallery(QWidget):
    """``chosen(name)`` when another tile is clicked than the one that is marked; ``own_chosen(dataset)``
    for the data that people brought last, which keep a tile."""

    chosen = Signal(str)
    own_chosen = Signal(object)

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self.setObjectName("gallery")
        self.setAccessibleName("Samples")
        self._marked, self._own = "", False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP - 4)
        self._grid.setVerticalSpacing(GAP // 2)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.tiles: dict[str, SampleTile] = {}
        for entry in SAMPLES.values():
            tile = self.tiles[entry.name] = SampleTile(entry, themes)
            self._group.addButton(tile)
        self.own_tile = OwnTile(themes)
        self._group.addButton(self.own_tile)
        self._group.buttonClicked.connect(self._on_tile)
        # Reading the tables takes longer than a frame: the window is painted first.
        self._loading = QTimer(self)
        self._loading.setInterval(0)
        self._loading.timeout.connect(self._load_next)
        self._columns = 0
        self.set_columns(WIDE)

    @property
    def columns(self) -> int:
        return self._columns

    def set_columns(self, columns: int) -> None:
        """Lay the tiles out in so many columns."""
        if columns == self._columns:
            return
        self._columns = columns
        for k, tile in enumerate([*self.tiles.values(), self.own_tile]):
            tile.set_small(columns > WIDE)
            self._grid.addWidget(tile, k // columns, k % columns)

    def height_in(self, columns: int) -> int:
        """How high the gallery is in so many columns."""
        rows = -(-(len(self.tiles) + 1) // columns)
        tile = next(iter(self.tiles.values()))
        return rows * (tile.height_of(columns > WIDE) + self._grid.verticalSpacing())

    def load_now(self) -> None:
        """Make the pictures that are still missing."""
        for tile in self.tiles.values():
            if not tile.loaded:
                tile.load()
        self._loading.stop()

    def _load_next(self) -> None:
        missing = [tile for tile in self.tiles.values() if not tile.loaded]
        if missing:
            missing[0].load()
        if len(missing) <= 1:
            self._loading.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not all(tile.loaded for tile in self.tiles.values()):
            self._loading.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._loading.stop()

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Mark the sample in use, or show the tile of own data."""
        own = dataset is not None and dataset.name not in SAMPLES
        if own and dataset is not None:
            self.own_tile.show_dataset(dataset)
        self._marked = dataset.name if dataset is not None and not own else ""
        self._own = own
        self._mark()

    def _mark(self) -> None:
        self._group.setExclusive(False)
        for key, tile in self.tiles.items():
            tile.setChecked(key == self._marked)
        self.own_tile.setChecked(self._own)
        self._group.setExclusive(True)

    def _on_tile(self, tile: DataTile) -> None:
        if isinstance(tile, SampleTile) and tile.name != self._marked:
            self.chosen.emit(tile.name)
        elif tile is self.own_tile and not self._own:
            self.own_chosen.emit(tile.dataset())
        # What was refused is not marked.
        self._mark()
