"""What suits the data, said at the top of the training form, with a button that fills it in."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from bpstudio.gui.theme import GAP
from bpstudio.model.config import TrainingConfig, with_optimizer
from bpstudio.model.proposal import Proposal

NAMES = ("loss", "learning_rate", "batch_size", "epochs", "l2")
"""The settings that follow from the data."""


class ProposalLine(QWidget):
    """A sentence why, and ``chosen(config)`` when people want the settings that suit the data.

    ``taken`` says whether they did: the output layer then follows too.
    """

    chosen = Signal(object)

    def __init__(self, proposed: Proposal) -> None:
        super().__init__()
        self.proposed = proposed
        self.taken = False
        self.label = QLabel(proposed.reason)
        self.label.setObjectName("proposalLabel")
        self.label.setWordWrap(True)
        self.button = QPushButton("Use what suits the data")
        self.button.setObjectName("useProposalButton")
        self.button.setToolTip(
            "Fill in the loss, rate, batch, epochs and penalty that suit the data; the output follows"
        )
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)

    def _on_clicked(self) -> None:
        self.taken = True
        self.chosen.emit(self.proposed.config)


def suited_values(proposed: TrainingConfig, optimizer: str) -> dict[str, object]:
    """The settings that suit the data, with the usual values of the optimizer that is chosen."""
    config, _ = with_optimizer(proposed, optimizer, (), proposed)
    return {name: getattr(config, name) for name in NAMES}
