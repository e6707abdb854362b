"""Canvases to draw on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.project import Progress, Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import view_of
from tests.strategies import parameters_for


@pytest.fixture
def empty(qtbot: QtBot) -> Iterator[CanvasView]:
    yield view_of(qtbot, Project())


@pytest.fixture
def drawn(qtbot: QtBot) -> Iterator[CanvasView]:
    """2-3-1, untouched."""
    yield view_of(qtbot, Project.create(Topology.parse("2-3-1")))


@pytest.fixture
def trained(qtbot: QtBot) -> Iterator[CanvasView]:
    """2-4-2 as if it had been trained."""
    project = Project.create(Topology.parse("2-4-2", hidden="tanh"))
    network = project.network.with_parameters(parameters_for(project.topology, 3))
    yield view_of(qtbot, replace(project, network=network, progress=Progress(7)))


@pytest.fixture
def listening() -> Iterator[None]:
    """As if a screen reader were there."""
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(before)
