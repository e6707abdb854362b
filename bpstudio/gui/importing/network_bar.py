"""What network the data will get: hidden layers kept or proposed, the output's activation, the loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from bpstudio.gui.theme import GAP
from bpstudio.gui.widgets import secondary_label
from bpstudio.model.adoption import Adoption, Wish, suits
from bpstudio.model.functions import ACTIVATIONS, LOSSES

KEEP = {False: "as proposed", True: "keep my hidden layers"}


class NetworkBar(QWidget):
    """``changed(wish)`` when people want another network than the data suggest."""

    changed = Signal(object)

    def __init__(self, wish: Wish) -> None:
        super().__init__()
        self.setObjectName("networkBar")
        self._wish = wish
        activations = {name: entry.label for name, entry in ACTIVATIONS.items()}
        losses = {name: entry.label for name, entry in LOSSES.items()}
        self.keep = _box("keepBox", "Network", "Whether the hidden layers stay as they are", KEEP)
        self.activation = _box("outputBox", "Output", "Activation of the output layer", activations)
        self.loss = _box(
            "importLossBox", "Loss", "How far the outputs are from the targets", losses
        )
        self.shape = QLabel()
        self.shape.setObjectName("shapeLabel")
        self.shape.setProperty("kind", "title")
        self.reason = secondary_label()
        self.reason.setObjectName("proposalLabel")
        self.reason.setWordWrap(True)
        self.reason.setMinimumHeight(2 * self.reason.fontMetrics().lineSpacing())
        self.reason.setAlignment(Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        whole.addLayout(row)
        whole.addWidget(self.reason)
        whole.addStretch(1)
        for name, box in (("Network", self.keep), ("Output", self.activation), ("Loss", self.loss)):
            field = QVBoxLayout()
            field.setSpacing(2)
            caption = secondary_label(name)
            caption.setBuddy(box)
            field.addWidget(caption)
            field.addWidget(box)
            row.addLayout(field)
        row.addStretch(1)
        self.keep.activated.connect(self._on_keep)
        self.activation.activated.connect(self._on_activation)
        self.loss.activated.connect(self._on_loss)
        with QSignalBlocker(self.keep):
            self.keep.setCurrentIndex(self.keep.findData(wish.keep))

    @property
    def wish(self) -> Wish:
        return self._wish

    def show_adoption(self, adoption: Adoption | None) -> None:
        """What the network becomes; None while that is not known."""
        for box in (self.activation, self.loss):
            box.setEnabled(adoption is not None)
        if adoption is None:
            return
        output, loss = adoption.project.topology.output, adoption.project.config.loss
        with QSignalBlocker(self.activation), QSignalBlocker(self.loss):
            self.activation.setCurrentIndex(self.activation.findData(output.activation))
            self.loss.setCurrentIndex(self.loss.findData(loss))
        self.shape.setText(str(adoption.project.topology))
        self.reason.setText(adoption.reason)

    def wish_activation(self, name: str) -> None:
        """Another output activation; the loss follows if it must."""
        loss = self._wish.loss if self._wish.loss and suits(name, self._wish.loss) else None
        self._tell(replace(self._wish, activation=name, loss=loss))

    def _on_keep(self, _index: int) -> None:
        self._tell(replace(self._wish, keep=bool(self.keep.currentData())))

    def _on_activation(self, _index: int) -> None:
        self.wish_activation(str(self.activation.currentData()))

    def _on_loss(self, _index: int) -> None:
        loss, activation = str(self.loss.currentData()), str(self.activation.currentData())
        if not suits(activation, loss):
            activation = next(name for name in ACTIVATIONS if suits(name, loss))
        self._tell(replace(self._wish, activation=activation, loss=loss))

    def _tell(self, wish: Wish) -> None:
        self._wish = wish
        self.changed.emit(wish)


def _box(object_name: str, name: str, help: str, labels: Mapping[Any, str]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(object_name)
    box.setAccessibleName(name)
    box.setToolTip(help)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for key, label in labels.items():
        box.addItem(label, key)
    return box
