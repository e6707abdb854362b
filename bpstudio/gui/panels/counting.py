"""Counts hits and misses for the confusion matrix: a large network's a few rows at a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from bpstudio.explain.outputs import Counting
from bpstudio.model.dataset import Dataset
from bpstudio.model.network import Network

TURN_PRODUCTS = 20_000_000
"""Weights times rows in one turn: a few milliseconds."""
TURN_MS = 12


class Counter(QObject):
    """``counted`` brings a Confusion: at once where it is little work or other data than before.

    While a large network is counted, the newest of the later ones waits.
    """

    counted = Signal(object)

    def __init__(self, most: int, parent: QObject) -> None:
        super().__init__(parent)
        self._most = most
        self._rows: tuple[Dataset, int] | None = None
        self._counting: Counting | None = None
        self._waiting: Network | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_MS)
        self._timer.timeout.connect(self._turn)

    def count(self, network: Network, dataset: Dataset, part: int) -> None:
        """Count on a part of the split."""
        same = self._rows is not None and self._rows[0] is dataset and self._rows[1] == part
        if same and self._counting is not None:
            self._waiting = network
            return
        self._rows, self._waiting = (dataset, part), None
        self._counting = Counting(network, dataset, part, self._most)
        self._advance(self._rows_of(network) if same else self._most)

    @staticmethod
    def _rows_of(network: Network) -> int:
        return max(16, TURN_PRODUCTS // max(network.parameters.size, 1))

    def _advance(self, rows: int) -> None:
        if self._counting is None:
            return
        result = self._counting.step(rows)
        if result is None:
            self._timer.start()
            return
        self._counting = None
        self._timer.stop()
        self.counted.emit(result)

    def _turn(self) -> None:
        if self._counting is not None:
            self._advance(self._rows_of(self._counting.network))
        if self._counting is None and self._waiting is not None and self._rows is not None:
            network, self._waiting = self._waiting, None
            self.count(network, *self._rows)
