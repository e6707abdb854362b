"""Projects for the tests of panels, and a look at what was painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from bpstudio.files.samples import sample, sample_proposal
from bpstudio.gui.theme import LIGHT, Theme, signed_color
from bpstudio.model.dataset import Column, Dataset
from bpstudio.model.history import History
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal
from bpstudio.training.session import train


def project_on(name: str, epochs: int = 0) -> Project:
    """A sample with the network that suits it, trained for some epochs."""
    dataset = sample(name)
    return _trained(dataset, sample_proposal(name, dataset), epochs)


def regression(columns: int = 3) -> Project:
    """An untrained network on scaled columns and one number to predict."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, columns))
    values = np.column_stack([X, 100 + 10 * X[:, 0]])
    inputs = [Column(f"c{k}", scaling="standardise") for k in range(columns)]
    target = Column("price", scaling="standardise")
    dataset = Dataset.prepare("prices", inputs, [target], values, validation=0.25)
    return _trained(dataset, proposal(dataset), 0)


def _trained(dataset: Dataset, proposed: object, epochs: int) -> Project:
    project = Project.create(proposed.topology, dataset, proposed.config)
    if not epochs:
        return project
    result = train(project.network, dataset, replace(proposed.config, epochs=epochs))
    return project.trained(result.network, result.progress, result.history)


def history_of(
    train_loss: Sequence[float], validation_loss: Sequence[float] | None = None
) -> History:
    """A record with these losses after epochs 0, 1, …"""
    nothing = np.full(len(train_loss), np.nan)
    validation = nothing if validation_loss is None else np.array(validation_loss)
    return History(np.arange(len(train_loss)), np.array(train_loss), validation, nothing, nothing)


def pixel(widget: QWidget, point: QPointF) -> QColor:
    """The colour that is painted at a point of a widget."""
    return widget.grab().toImage().pixelColor(point.toPoint())


def signed(value: float, limit: float, theme: Theme = LIGHT) -> QColor:
    """The colour that stands for a signed value."""
    return signed_color(theme, value, limit)
