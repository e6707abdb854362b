"""What the data panel asks for and what becomes of it: sizes, splits, and one step each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import sample
from bpstudio.gui.data_actions import with_train_share
from bpstudio.gui.dialogs.training_form import TrainingForm
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.dataset import TEST, TRAIN
from bpstudio.model.editing import set_activation
from tests.gui.windows import closed, opened

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = opened(qtbot)
    yield window
    closed(window)


def test_that_a_tile_gives_the_network_its_sizes_and_says_why(window: MainWindow) -> None:
    QTest.mouseClick(window.data_panel.gallery.tiles["iris"], LEFT)
    project = window.document.project
    assert (project.topology.input.size, project.topology.output.size) == (4, 3)
    assert project.problem() is None
    assert window.document.stack.count() == 1
    assert "softmax" in window.message_panel.messages[-1].line


def test_that_another_size_makes_so_many_rows_in_one_step(window: MainWindow) -> None:
    box = window.data_panel.generator.size_box
    for _ in range(3):
        QTest.keyClick(box, Qt.Key.Key_Up)
    dataset = window.document.project.dataset
    assert dataset is not None and len(dataset) == box.value() > 260
    assert (dataset.split == TRAIN).mean() == pytest.approx(0.75, abs=0.01)
    assert window.document.stack.count() == 1


def test_that_undo_brings_back_noise_and_seed_of_the_data_before(window: MainWindow) -> None:
    made = window.data_panel.generator
    for _ in range(2):
        QTest.keyClick(made.seed, Qt.Key.Key_Up)
    QTest.keyClick(made.noise.slider, Qt.Key.Key_Right)
    assert (made.seed.value(), made.noise.value) == (2, pytest.approx(0.045))
    QTest.keyClick(window.data_panel.share.slider, Qt.Key.Key_Left)
    assert (made.seed.value(), made.noise.value) == (2, pytest.approx(0.045))
    window.document.go_to(0)
    assert (made.seed.value(), made.noise.value) == (0, pytest.approx(0.04))
    window.redo()
    assert made.seed.value() == 2


def test_that_more_bits_give_the_network_more_inputs(window: MainWindow) -> None:
    QTest.mouseClick(window.data_panel.gallery.tiles["parity"], LEFT)
    QTest.keyClick(window.data_panel.generator.size_box, Qt.Key.Key_Up)
    project = window.document.project
    assert project.topology.input.size == 4
    assert project.dataset is not None and len(project.dataset) == 16
    assert project.problem() is None


def test_that_test_rows_stay_as_many_when_the_train_share_changes() -> None:
    data = sample("iris", validation=0.2, test=0.3)
    after = with_train_share(data, 0.6, 0)
    assert (after.split == TEST).sum() == (data.split == TEST).sum()
    assert (after.split == TRAIN).mean() == pytest.approx(0.6, abs=0.01)


def test_that_the_rows_of_a_test_file_are_never_trained_on() -> None:
    data = sample("iris", validation=0.2, test=0.3)
    data = data.with_split(data.split, "file")
    after = with_train_share(data, 0.6, 0)
    assert ((after.split == TEST) == (data.split == TEST)).all()
    assert (after.split == TRAIN).mean() == pytest.approx(0.6, abs=0.01)


def test_that_own_data_come_back_by_their_tile(window: MainWindow) -> None:
    dataset = window.document.project.dataset
    assert dataset is not None
    own = replace(dataset, name="mine")
    window.document.edit("Own", lambda project: replace(project, dataset=own))
    QTest.mouseClick(window.data_panel.gallery.tiles["moons"], LEFT)
    QTest.mouseClick(window.data_panel.gallery.own_tile, LEFT)
    assert window.document.project.dataset == own
    assert window.document.stack.undoText() == "Data mine"


def test_that_the_training_form_says_what_suits_the_data_and_fills_it_in(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.choose_sample("iris")
    window.edit("tanh", lambda p: set_activation(p, ["output"], "tanh"))
    window.edit("loss", lambda p: p.with_config(replace(p.config, loss="squared_error", epochs=7)))
    steps = window.document.stack.count()

    def accept() -> None:
        form = QApplication.activeModalWidget()
        assert isinstance(form, TrainingForm) and form.proposal_line is not None
        assert "3 classes" in form.proposal_line.label.text()
        QTest.mouseClick(form.proposal_line.button, LEFT)
        form.accept()

    QTimer.singleShot(0, accept)
    window.edit_settings()
    project = window.document.project
    assert project.topology.output.activation == "softmax"
    assert project.config.loss == "categorical_cross_entropy"
    assert project.config.epochs > 7
    assert window.document.stack.count() == steps + 1
