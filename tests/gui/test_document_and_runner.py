"""The document and the runner, without any widget: edits, runs, and how they meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import starter
from bpstudio.gui.document import Document
from bpstudio.gui.runner import Runner
from bpstudio.model.config import TrainingConfig
from bpstudio.model.editing import insert_layer, resize_layers
from bpstudio.model.project import Project
from bpstudio.training.session import train

LONG = 10_000_000


@pytest.fixture
def project() -> Project:
    made = starter("circles")
    return made.with_config(replace(made.config, epochs=LONG))


@pytest.fixture
def document(project: Project) -> Document:
    return Document(project)


@pytest.fixture
def runner(document: Document, qtbot: QtBot) -> Iterator[Runner]:
    runner = Runner(document)
    yield runner
    runner.stop()


def wait_for_epoch(qtbot: QtBot, document: Document, epoch: int) -> None:
    qtbot.waitUntil(lambda: document.shown.epoch >= epoch, timeout=10_000)


def pause(qtbot: QtBot, runner: Runner) -> None:
    with qtbot.waitSignal(runner.state_changed, timeout=10_000):
        runner.pause()


def test_that_an_edit_is_undone_and_redone_by_name(project: Project) -> None:
    document = Document(project)
    document.edit("Resize", lambda p: resize_layers(p, {"hidden1": 7}))
    assert str(document.project.topology) == "2-7-3-1"
    assert document.stack.undoText() == "Resize"
    assert not document.is_clean
    document.undo()
    assert document.project == project
    assert document.is_clean
    document.redo()
    assert str(document.project.topology) == "2-7-3-1"


def test_that_an_edit_that_changes_nothing_is_no_step(project: Project) -> None:
    document = Document(project)
    document.edit("Resize", lambda p: resize_layers(p, {"hidden1": 5}))
    assert not document.stack.canUndo()


def test_that_a_refused_edit_changes_nothing(project: Project) -> None:
    document = Document(project)
    with pytest.raises(ValueError, match="hidden9"):
        document.edit("Resize", lambda p: resize_layers(p, {"hidden9": 5}))
    assert document.project is project
    assert not document.stack.canUndo()


def test_that_a_run_shows_live_weights_and_a_pause_keeps_them_as_one_step(
    runner: Runner, document: Document, qtbot: QtBot, project: Project
) -> None:
    runner.play()
    assert runner.running
    wait_for_epoch(qtbot, document, 3)
    assert document.project is project, "weights that move during a run are no edit"
    pause(qtbot, runner)
    assert document.project.epoch >= 3
    assert len(document.project.history) == document.project.epoch + 1
    assert document.stack.count() == 1
    runner.play()
    wait_for_epoch(qtbot, document, document.project.epoch + 2)
    pause(qtbot, runner)
    assert document.stack.count() == 1, "a run that was paused and resumed is one step"
    document.undo()
    assert document.project == project


def test_that_a_paused_and_resumed_run_gives_the_bits_of_an_uninterrupted_one(
    runner: Runner, document: Document, qtbot: QtBot, project: Project
) -> None:
    for _ in range(3):
        runner.step_epoch()
        qtbot.waitUntil(lambda: not runner.running, timeout=10_000)
    for _ in range(2):
        runner.step_sample()
        qtbot.waitUntil(lambda: not runner.running, timeout=10_000)
    assert (document.project.epoch, document.project.progress.position) == (3, 8)
    runner.step_epoch()
    qtbot.waitUntil(lambda: not runner.running, timeout=10_000)
    assert project.dataset is not None
    direct = train(project.network, project.dataset, replace(project.config, epochs=4))
    assert document.project.network.parameters.tobytes() == direct.network.parameters.tobytes()


def test_that_the_learning_rate_changes_during_a_run_without_a_restart(
    runner: Runner, document: Document, qtbot: QtBot
) -> None:
    runner.play()
    wait_for_epoch(qtbot, document, 2)
    document.edit("Rate", lambda p: p.with_config(replace(p.config, learning_rate=0.01)))
    assert runner.running
    assert document.stack.count() == 1, "only the rate's step: nothing was stopped and kept"
    wait_for_epoch(qtbot, document, document.shown.epoch + 2)
    assert document.shown.config.learning_rate == 0.01
    pause(qtbot, runner)
    assert document.project.config.learning_rate == 0.01
    assert document.project.epoch > 2


def test_that_a_drawn_layer_during_a_run_keeps_what_was_learned_and_the_run_goes_on(
    runner: Runner, document: Document, qtbot: QtBot
) -> None:
    runner.play()
    wait_for_epoch(qtbot, document, 2)
    document.edit("Grow", lambda p: resize_layers(p, {"hidden1": 6}))
    assert runner.running
    assert document.project.epoch >= 2, "the run's result was kept before the edit"
    wait_for_epoch(qtbot, document, document.project.epoch + 1)
    assert str(document.shown.topology) == "2-6-3-1"


def test_that_undo_during_a_run_stops_it_and_brings_back_the_weights_from_before(
    runner: Runner, document: Document, qtbot: QtBot, project: Project
) -> None:
    runner.play()
    wait_for_epoch(qtbot, document, 2)
    document.undo()
    assert not runner.running
    assert document.project == project
    document.redo()
    assert document.project.epoch >= 2


def test_that_an_edit_while_paused_is_what_the_next_run_starts_from(
    runner: Runner, document: Document, qtbot: QtBot
) -> None:
    runner.step_epoch()
    qtbot.waitUntil(lambda: not runner.running, timeout=10_000)
    document.edit("Insert", lambda p: insert_layer(p, 2, "hidden1"))
    runner.step_epoch()
    qtbot.waitUntil(lambda: not runner.running, timeout=10_000)
    assert str(document.project.topology) == "2-5-2-3-1"
    assert document.project.epoch == 2


def test_that_a_project_that_cannot_be_trained_says_why(qtbot: QtBot) -> None:
    runner = Runner(Document(Project()))
    with qtbot.waitSignal(runner.message) as said:
        runner.play()
    assert "layer" in said.args[0]
    assert not runner.running


def test_that_a_diverging_run_keeps_the_last_finite_weights_and_says_so(
    qtbot: QtBot, project: Project
) -> None:
    wild = replace(project.config, learning_rate=900.0, loss="squared_error", epochs=LONG)
    topology = project.topology.with_activation("output", "linear").with_activation(
        "hidden1", "relu"
    )
    document = Document(replace(project, config=wild).with_new_weights(topology))
    runner = Runner(document)
    with qtbot.waitSignal(runner.message, timeout=10_000) as said:
        runner.play()
    assert said.args[1] is True
    assert "learning rate" in said.args[0]
    assert np.isfinite(document.project.network.parameters).all()
    assert not runner.running


def test_that_a_run_ends_after_its_epochs(qtbot: QtBot, project: Project) -> None:
    document = Document(project.with_config(replace(project.config, epochs=2)))
    runner = Runner(document)
    with qtbot.waitSignal(runner.message, timeout=10_000):
        runner.play()
    assert document.project.epoch == 2
    assert isinstance(document.project.config, TrainingConfig)


def test_that_edits_of_one_drag_are_one_step_but_never_swallow_what_was_saved(
    project: Project, document: Document
) -> None:
    for size in (6, 7, 8):
        document.edit(
            "Resize", lambda p, size=size: resize_layers(p, {"hidden1": size}), merge="drag"
        )
    assert document.stack.count() == 1
    document.stack.setClean()
    document.edit("Resize", lambda p: resize_layers(p, {"hidden1": 9}), merge="drag")
    assert document.stack.count() == 2 and not document.is_clean
    document.undo()
    assert document.is_clean
    document.undo()
    assert document.project == project
    document.edit("Other", lambda p: resize_layers(p, {"hidden1": 2}))
    assert not document.stack.canRedo() and not document.is_clean


def test_that_merged_edits_that_come_back_to_where_they_began_are_no_step(
    project: Project, document: Document
) -> None:
    document.edit("Resize", lambda p: resize_layers(p, {"hidden1": 9}), merge="drag")
    document.edit("Resize", lambda _: project, merge="drag")
    assert document.stack.count() == 0 and document.is_clean
    document.edit("Other", lambda p: resize_layers(p, {"hidden1": 2}))
    document.undo()
    assert document.project is project


def test_that_a_run_forgets_what_was_undone_before_it_so_redo_never_stops_it(
    runner: Runner, document: Document, qtbot: QtBot
) -> None:
    document.edit("Resize", lambda p: resize_layers(p, {"hidden1": 9}))
    document.stack.setClean()
    document.undo()
    assert document.stack.canRedo()
    runner.play()
    assert not document.stack.canRedo()
    wait_for_epoch(qtbot, document, 1)
    document.redo()
    assert runner.running and str(document.shown.topology) == "2-5-3-1"
    assert not document.is_clean, "what was saved is not there any more"


def test_that_a_run_that_cannot_begin_leaves_what_can_be_redone(
    runner: Runner, document: Document
) -> None:
    document.edit("Resize", lambda p: resize_layers(p, {"hidden1": 9}))
    document.edit("Resize", lambda p: resize_layers(p, {"input": 7}))
    document.edit("Resize", lambda p: resize_layers(p, {"hidden1": 2}))
    document.undo()
    runner.play()
    assert not runner.running and document.stack.redoText() == "Resize"
