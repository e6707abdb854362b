"""The sentence under the canvas: what does not suit the data, and the click that mends it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import starter
from bpstudio.gui.document import Document
from bpstudio.gui.fit_row import FitRow
from bpstudio.gui.theme import ThemeHolder
from bpstudio.model.editing import set_activation
from tests.gui.panel_help import regression


class Fixture:
    """A row that observes a document on a regression."""

    def __init__(self, qtbot: QtBot) -> None:
        self.document = Document(regression())
        self.row = FitRow(self.edit, ThemeHolder())
        qtbot.addWidget(self.row)
        self.document.edited.connect(self.show)
        self.show()

    def edit(self, name: str, change: object) -> bool:
        self.document.edit(name, change)
        return True

    def show(self, *_projects: object) -> None:
        self.row.show_project(self.document.project)


@pytest.fixture
def fixture(qtbot: QtBot) -> Fixture:
    return Fixture(qtbot)


def give_tanh(fixture: Fixture) -> None:
    fixture.document.edit("tanh", lambda p: set_activation(p, ["output"], "tanh"))


def test_that_nothing_is_said_where_all_is_well(fixture: Fixture) -> None:
    assert not fixture.row.isVisible()


def test_that_targets_out_of_reach_are_named_with_two_remedies(fixture: Fixture) -> None:
    give_tanh(fixture)
    assert fixture.row.isVisible()
    assert "price" in fixture.row.label.text() and "tanh" in fixture.row.label.text()
    assert len(fixture.row.remedy_buttons) == 2
    assert not fixture.row.fit_button.isVisible()


def test_that_scaling_the_target_is_one_step(fixture: Fixture, qtbot: QtBot) -> None:
    give_tanh(fixture)
    qtbot.mouseClick(fixture.row.remedy_buttons[0], Qt.MouseButton.LeftButton)
    dataset = fixture.document.project.dataset
    assert dataset is not None
    train = dataset.targets[dataset.split == 0]
    assert 0.5 < np.abs(train).max() <= 1
    assert fixture.document.stack.count() == 2
    fixture.document.undo()
    assert fixture.row.isVisible()


def test_that_a_linear_output_is_the_other(fixture: Fixture, qtbot: QtBot) -> None:
    give_tanh(fixture)
    qtbot.mouseClick(fixture.row.remedy_buttons[1], Qt.MouseButton.LeftButton)
    assert fixture.document.project.topology.output.activation == "linear"
    assert not fixture.row.isVisible()
    assert np.isfinite(fixture.document.project.network.parameters).all()


def test_that_wrong_sizes_come_before_the_range(fixture: Fixture, qtbot: QtBot) -> None:
    give_tanh(fixture)
    other = starter("iris").dataset
    fixture.document.edit("iris", lambda p: type(p)(p.network, p.start, p.config, other))
    assert fixture.row.fit_button.isVisible()
    assert fixture.row.remedy_buttons == []
    qtbot.mouseClick(fixture.row.fit_button, Qt.MouseButton.LeftButton)
    assert fixture.document.project.topology.input.size == 4
