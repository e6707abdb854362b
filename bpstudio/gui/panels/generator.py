"""How a generated sample is made: its noise, size and seed."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from bpstudio.files.samples import SAMPLES
from bpstudio.gui.theme import GAP
from bpstudio.gui.widgets import LabelledSlider, secondary_label

MOST_NOISE = 0.5
LARGEST_SEED, LARGEST_SIZE = 9999, 20_000
FIELD_WIDTH = 58


class GeneratorControls(QWidget):
    """``changed(noise, size, seed)`` when people ask for other points; hidden where nothing is made."""

    changed = Signal(float, int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("generatorControls")
        self.noise = LabelledSlider(
            "Noise", 0.0, MOST_NOISE, 0.005, _decimals, "How far the points are scattered"
        )
        self.noise.slider.setObjectName("noiseSlider")
        self.noise.chosen.connect(self._on_changed)
        self.size_box = _field("Size", "sizeEdit", "How many rows to make (arrow keys or wheel)")
        self.seed = _field(
            "Seed", "seedEdit", "Another seed scatters the points anew (arrow keys or wheel)"
        )
        self.seed.setRange(0, LARGEST_SEED)
        self.size_box.valueChanged.connect(self._on_changed)
        self.seed.valueChanged.connect(self._on_changed)
        self.size_caption = secondary_label("Size")
        self._seed_caption = secondary_label("Seed")
        self.size_caption.setBuddy(self.size_box)
        self._seed_caption.setBuddy(self.seed)
        row = QHBoxLayout()
        row.setSpacing(GAP // 2)
        row.addWidget(self.size_caption)
        row.addWidget(self.size_box)
        row.addStretch(1)
        row.addWidget(self._seed_caption)
        row.addWidget(self.seed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.noise)
        column.addLayout(row)

    def show_sample(self, name: str, size: int, noise: float | None, seed: int) -> None:
        """Show how the data in use were made; ``size`` is their rows, of the parity their bits."""
        entry = SAMPLES.get(name)
        generated = entry is not None and entry.size is not None
        self.setVisible(generated)
        if entry is None or not generated:
            return
        scattered = entry.noise is not None
        self.noise.setVisible(scattered)
        self._seed_caption.setVisible(scattered)
        self.seed.setVisible(scattered)
        self.size_caption.setText("Bits" if not entry.inputs else "Rows")
        self.size_box.setAccessibleName(self.size_caption.text())
        self.noise.set_value(noise or 0.0)
        with QSignalBlocker(self.size_box), QSignalBlocker(self.seed):
            self.size_box.setRange(entry.sizes[0], min(entry.sizes[1], LARGEST_SIZE))
            self.size_box.setSingleStep(max(1, size // 10 if entry.inputs else 1))
            self.size_box.setValue(size)
            self.seed.setValue(seed)

    def _on_changed(self, _value: float) -> None:
        self.changed.emit(self.noise.value, self.size_box.value(), self.seed.value())


def _field(name: str, object_name: str, help: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(object_name)
    box.setKeyboardTracking(False)
    box.setAccessibleName(name)
    box.setToolTip(help)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    box.setFixedWidth(FIELD_WIDTH)
    return box


def _decimals(value: float) -> str:
    return f"{value:.3f}"
