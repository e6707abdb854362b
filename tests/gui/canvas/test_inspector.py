"""What is selected, in fields: what they show, and what typing into them does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import bpstudio as bp
from bpstudio.explain.slope import slope_of, weight_position
from bpstudio.files.samples import starter
from bpstudio.gui.canvas import gradient_label
from bpstudio.gui.canvas.card import CanvasCard
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.widgets import signed_text
from bpstudio.model.dataset import TRAIN
from bpstudio.model.editing import set_upward
from bpstudio.model.project import Progress, Project
from tests.gui.canvas.canvas_help import card_of
from tests.strategies import parameters_for

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def card(qtbot: QtBot) -> Iterator[CanvasCard]:
    """The starter's 2-5-3-1 as if it had been trained."""
    project = starter("circles")
    network = project.network.with_parameters(parameters_for(project.topology, 3))
    trained = replace(project, network=network, progress=Progress(7))
    yield card_of(qtbot, trained, width=800)


def part(card: CanvasCard, name: str) -> QWidget:
    found = card.findChild(QWidget, name)
    assert found is not None and found.isVisible(), name
    assert found.accessibleName() and found.toolTip(), name
    return found


def type_into(card: CanvasCard, name: str, text: str) -> None:
    field = part(card, name)
    assert isinstance(field, QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def choose(card: CanvasCard, name: str, data: str) -> None:
    box = part(card, name)
    assert isinstance(box, QComboBox)
    box.setFocus()
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_that_a_layers_options_are_shown_and_each_change_is_one_named_step(
    card: CanvasCard,
) -> None:
    card.canvas.select(Selection(frozenset({"hidden1"})))
    before = card.canvas.document.project
    size = part(card, "layerSizeEdit")
    assert isinstance(size, QLineEdit) and size.text() == "5"
    type_into(card, "layerNameEdit", "edges")
    choose(card, "layerActivationBox", "relu")
    choose(card, "layerInitialiserBox", "zeros")
    for name in ("layerFrozenBox", "layerBiasBox"):
        box = part(card, name)
        assert isinstance(box, QCheckBox)
        box.click()
    layer = card.canvas.document.project.topology.layer("hidden1")
    assert (layer.name, layer.activation, layer.initialiser) == ("edges", "relu", "zeros")
    assert layer.frozen and not layer.bias
    stack = card.canvas.document.stack
    names = [stack.text(k) for k in range(stack.count())]
    assert names == [
        "Rename to edges", "Activation ReLU", "Initialiser zeros", "Freeze", "Without biases",
    ]  # fmt: skip
    network = card.canvas.document.project.network
    for key, weights in network.weights.items():
        assert weights.tobytes() == before.network.weights[key].tobytes()
    type_into(card, "layerSizeEdit", "9")
    assert str(card.canvas.document.project.topology) == "2-9-3-1"


def test_that_several_layers_are_changed_together(card: CanvasCard) -> None:
    card.canvas.select(Selection(frozenset({"hidden1", "hidden2"})))
    name, size = part(card, "layerNameEdit"), part(card, "layerSizeEdit")
    assert not name.isEnabled()
    assert isinstance(size, QLineEdit) and size.text() == ""
    choose(card, "layerActivationBox", "sigmoid")
    topology = card.canvas.document.project.topology
    assert {layer.activation for layer in topology.hidden} == {"sigmoid"}
    assert card.canvas.document.stack.count() == 1


def test_that_softmax_for_a_hidden_layer_is_refused_and_does_not_stay_in_view(
    card: CanvasCard, qtbot: QtBot
) -> None:
    card.canvas.select(Selection(frozenset({"hidden1"})))
    with qtbot.waitSignal(card.canvas.message) as said:
        choose(card, "layerActivationBox", "softmax")
    assert "output" in said.args[0]
    box = part(card, "layerActivationBox")
    assert isinstance(box, QComboBox) and box.currentData() == "tanh"


def gradient_text(card: CanvasCard, project: Project | None = None) -> str:
    """What the inspector says of the gradient from input 2 to the third hidden neuron."""
    project = project or card.canvas.document.project
    assert project.dataset is not None
    position = weight_position(project.topology, "input", 1, "hidden1", 2)
    rows = project.dataset.rows(TRAIN)
    X, Y = project.dataset.inputs[rows], project.dataset.targets[rows]
    assert project.config.l1 == project.config.l2 == 0
    slope = float(bp.gradient(project.network, X, Y, project.config.loss)[position])
    return f"∂E/∂w {signed_text(slope)} · mean of {len(rows)} rows"


def test_that_a_gradient_of_many_rows_begins_with_some_and_follows_the_weights(
    card: CanvasCard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, label = card.canvas.document.project, card.inspector.connection.gradient
    few = 7
    monkeypatch.setattr(gradient_label, "QUICK_VALUES", few * project.topology.parameter_count + 1)
    monkeypatch.setattr(gradient_label, "REST_MS", 1)
    card.canvas.select(Selection(connection=("input", 1, "hidden1", 2)))
    assert label.text() == "∂E/∂w …"
    qtbot.waitUntil(lambda: label.text() == gradient_text(card), timeout=20_000)
    # While the weights move, a part of the rows is enough, and that is said.
    moved = project.with_parameters(project.network.parameters * 2)
    card.canvas.document.show(moved)
    rows = gradient_text(card).split()[-2]
    qtbot.waitUntil(lambda: label.text().endswith(f"mean of 7 of {rows} rows"), timeout=20_000)
    position = weight_position(project.topology, "input", 1, "hidden1", 2)
    slope = slope_of(moved, position, few)
    assert slope is not None and slope.rows == few
    assert signed_text(slope.value) in label.text()
    # They stand still again.
    card.canvas.document.show(project)
    qtbot.waitUntil(lambda: label.text() == gradient_text(card), timeout=20_000)


def test_that_what_is_pruned_or_cannot_be_trained_has_no_gradient(
    card: CanvasCard, qtbot: QtBot
) -> None:
    label = card.inspector.connection.gradient
    card.canvas.select(Selection(connection=("input", 1, "hidden1", 2)))
    assert label.isVisible()
    part(card, "cutConnectionButton").click()  # type: ignore[attr-defined]
    assert not label.isVisible()
    part(card, "cutConnectionButton").click()  # type: ignore[attr-defined]
    assert label.isVisible()
    card.canvas.document.edit("", lambda p: replace(p, dataset=None))
    qtbot.waitUntil(lambda: label.text() == "∂E/∂w –", timeout=20_000)


def test_that_a_connections_weight_and_gradient_are_shown_and_the_weight_can_be_set(
    card: CanvasCard, qtbot: QtBot
) -> None:
    card.canvas.select(Selection(connection=("input", 1, "hidden1", 2)))
    page = card.inspector.connection
    qtbot.waitUntil(lambda: page.gradient.text() == gradient_text(card), timeout=20_000)
    assert page.title.text() == "input · 2 → hidden 1 · 3"
    type_into(card, "weightEdit", "-0.25")
    assert card.canvas.document.project.network.weights["input", "hidden1"][2, 1] == -0.25
    assert card.canvas.document.stack.undoText() == "Weight -0.25"


@pytest.mark.parametrize("text", ["fast", "nan", "inf", "1e999"])
def test_that_nonsense_is_refused_with_a_sentence_and_the_weight_stays(
    card: CanvasCard, qtbot: QtBot, text: str
) -> None:
    before = card.canvas.document.project
    card.canvas.select(Selection(connection=("input", 1, "hidden1", 2)))
    with qtbot.waitSignal(card.canvas.message):
        type_into(card, "weightEdit", text)
    assert card.canvas.document.project is before
    field = part(card, "weightEdit")
    assert isinstance(field, QLineEdit) and field.text() != text


def test_that_a_connection_is_locked_cut_and_restored(card: CanvasCard) -> None:
    card.canvas.select(Selection(connection=("input", 1, "hidden1", 2)))
    box, cut = part(card, "weightLockedBox"), part(card, "cutConnectionButton")
    assert isinstance(box, QCheckBox) and isinstance(cut, QPushButton)
    box.click()
    locked = card.canvas.document.project.topology.link("input", "hidden1").locked
    assert locked is not None and np.argwhere(locked).tolist() == [[2, 1]]
    QTest.mouseClick(cut, LEFT)
    mask = card.canvas.document.project.topology.link("input", "hidden1").mask
    assert mask is not None and not mask[2, 1]
    assert cut.text() == "Restore"
    assert not part(card, "weightEdit").isEnabled()
    QTest.mouseClick(cut, LEFT)
    assert card.canvas.document.project.topology.link("input", "hidden1").mask is None


def test_that_a_neurons_bias_can_be_set_and_the_neuron_deleted(card: CanvasCard) -> None:
    card.canvas.select(Selection.of_neurons(("hidden1", 3)))
    type_into(card, "neuronBiasEdit", "1.5")
    assert card.canvas.document.project.network.biases["hidden1"][3] == 1.5
    QTest.mouseClick(part(card, "deleteNeuronButton"), LEFT)
    assert str(card.canvas.document.project.topology) == "2-4-3-1"
    assert card.canvas.selection == Selection()


def test_that_a_link_is_counted_locked_and_restored(card: CanvasCard) -> None:
    card.canvas.select(Selection(connection=("input", 1, "hidden1", 2)))
    QTest.keyClick(card.canvas, Qt.Key.Key_X)
    card.canvas.select(Selection(links=frozenset({("input", "hidden1")})))
    assert card.inspector.links._count.text() == "9 of 10 connections"
    box = part(card, "linkLockedBox")
    assert isinstance(box, QCheckBox)
    box.click()
    locked = card.canvas.document.project.topology.link("input", "hidden1").locked
    assert locked is not None and locked.sum() == 9
    QTest.mouseClick(part(card, "restoreLinkButton"), LEFT)
    assert card.canvas.document.project.topology.link("input", "hidden1").mask is None


def test_that_f2_and_a_double_click_on_the_name_lead_to_the_name(
    card: CanvasCard, qtbot: QtBot
) -> None:
    card.activateWindow()
    card.canvas.select(Selection(frozenset({"hidden2"})))
    card.canvas.setFocus()
    QTest.keyClick(card.canvas, Qt.Key.Key_F2)
    field = part(card, "layerNameEdit")
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClicks(field, "edges")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(card.canvas.hasFocus)
    assert not card.canvas.document.stack.canUndo()
    QTest.keyClick(card.canvas, Qt.Key.Key_F2)
    QTest.keyClicks(field, "corners")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(card.canvas.hasFocus)
    assert card.canvas.document.project.topology.label("hidden2") == "corners"
    assert card.canvas.document.stack.count() == 1


def test_that_live_weights_are_shown(card: CanvasCard) -> None:
    card.canvas.select(Selection(connection=("input", 0, "hidden1", 0)))
    document = card.canvas.document
    moved = document.project.network.copy()
    moved.weights["input", "hidden1"][0, 0] = 0.125
    document.show(replace(document.project, network=moved))
    field = part(card, "weightEdit")
    assert isinstance(field, QLineEdit) and field.text() == "0.125"


def test_that_the_input_shows_only_what_it_has(card: CanvasCard) -> None:
    names = "layerActivationBox", "layerInitialiserBox", "layerFrozenBox", "layerBiasBox"
    card.canvas.select(Selection(layers=frozenset({"hidden1"})))
    fields = [part(card, name) for name in names]
    card.canvas.select(Selection(layers=frozenset({"input"})))
    assert not any(field.isVisible() for field in fields)
    assert part(card, "layerSizeEdit").isVisible()


def test_that_an_empty_canvas_offers_nothing_to_click_or_cut(card: CanvasCard) -> None:
    button = part(card, "cutWeakButton")
    card.canvas.select_all()
    card.canvas.delete_selected()
    assert not card.canvas.places and not button.isVisible()
    card.canvas.document.undo()
    card.canvas.select(Selection())
    assert button.isVisible()


@pytest.mark.parametrize("undone", [True, False], ids=["undone", "another"])
def test_that_what_is_typed_and_not_entered_goes_with_what_was_selected(
    card: CanvasCard, qtbot: QtBot, undone: bool
) -> None:
    document, canvas = card.canvas.document, card.canvas
    canvas.editor.edit("Upward", lambda project: set_upward(project, True))
    turned = document.project
    canvas.select(Selection(frozenset({"hidden2"})))
    size = part(card, "layerSizeEdit")
    assert isinstance(size, QLineEdit)
    card.activateWindow()
    size.setFocus()
    qtbot.waitUntil(size.hasFocus)
    size.selectAll()
    QTest.keyClicks(size, "12")
    if undone:
        document.undo()
        assert document.stack.canRedo()
        document.redo()
    else:
        canvas.select(Selection(frozenset({"hidden1"})))
        assert size.text() == "5"
        canvas.setFocus()
    assert document.project is turned
