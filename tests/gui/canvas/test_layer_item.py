"""How layers look: pictures, rings, names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import sample
from bpstudio.gui.canvas import neuron_paint
from bpstudio.gui.canvas.layer_paint import words_enlarged
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.theme import DARK, LIGHT, Theme
from bpstudio.model.dataset import Dataset
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import picture, view_of
from tests.gui.hands import click


def ring(theme: Theme, bias: float) -> np.ndarray:
    """Where the ring of a bias has the colour of its sign: (60, 60)."""
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(theme.color("surface"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    neuron_paint.paint_ring(painter, theme, QRectF(10, 10, 40, 40), bias, 2.0)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(60, 60)
    color = QColor(theme.color("positive" if bias > 0 else "negative")).rgb()
    return pixels == color


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_the_ring_of_a_bias_tells_sign_and_magnitude(qtbot: QtBot, theme: Theme) -> None:
    half, quarter, negative = ring(theme, 1.0), ring(theme, 0.5), ring(theme, -1.0)
    # Positive runs clockwise from the top: the right half, negative the left one.
    assert half[:, 30:].sum() > 20 and half[:, :28].sum() < 5
    assert negative[:, :30].sum() > 20 and negative[:, 32:].sum() < 5
    assert quarter.sum() == pytest.approx(half.sum() / 2, rel=0.35)
    assert not ring(theme, float("nan")).any()


def shown(view: CanvasView, rect: QRectF) -> np.ndarray:
    """What is seen of a part of the scene, (rows, columns, 3)."""
    place = view.mapFromScene(rect).boundingRect()
    return picture(view)[place.top() : place.bottom(), place.left() : place.right(), :3].astype(int)


def test_that_a_neuron_shows_its_answer_over_the_plane(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("2-3-1"), sample("circles")))
    item = view.drawing.layers["input"]
    middle = item.place.tile / 4
    for neuron, axis in ((0, 1), (1, 0)):
        rect = item.neuron_rect(neuron).translated(item.place.x, 0)
        pixels = shown(view, rect.adjusted(middle, middle, -middle, -middle))
        blue_minus_red = (pixels[..., 0] - pixels[..., 2]).mean(axis=1 - axis)
        # The first input grows to the right, the second one upward; blue is positive.
        grows = blue_minus_red if axis == 1 else blue_minus_red[::-1]
        assert grows[-1] - grows[0] > 60
        assert np.all(np.diff(grows) > -12)


def test_that_only_pictures_that_are_seen_are_made(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    picture = neuron_paint.picture

    def counted(theme: Theme, values: np.ndarray) -> QImage:
        made.append(values)
        return picture(theme, values)

    monkeypatch.setattr(neuron_paint, "picture", counted)
    project = Project.create(Topology.parse("2-300-1"), sample("circles"))
    view = view_of(qtbot, project)
    view.navigation.actual_size()
    view.editor.fold("hidden1")
    view.navigation.actual_size()
    made.clear()
    view.drawing.show_project(project.with_parameters(-project.network.parameters))
    view.viewport().grab()
    assert 0 < len(made) < 100


def test_that_inputs_and_classes_have_their_names(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("4-8-3"), sample("iris")))
    layers = view.drawing.layers
    assert list(layers["input"].names)[:1] == ["sepal_length"]
    assert list(layers["output"].names) == ["setosa", "versicolor", "virginica"]
    place = view.places["output"]
    beside = QRectF(place.x + place.tile / 2 + 10, place.slots[0] - 8, 60, 16)
    assert np.any(shown(view, beside) < 200)


def test_that_other_data_of_the_same_shape_bring_their_names(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("2-3-1"), sample("circles")))
    other = Dataset.from_arrays(np.eye(2), np.ones((2, 1)), input_names=["width", "height"])
    view.document.edit("Other data", lambda project: replace(project, dataset=other))
    assert list(view.drawing.layers["input"].names) == ["width", "height"]
    view.document.undo()
    assert list(view.drawing.layers["input"].names) == ["x", "y"]


def test_that_words_can_be_read_however_small_the_network_becomes(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("2-3-1"), sample("circles")))
    item = view.drawing.layers["hidden1"]
    widths = []
    for scale in (1.0, 0.6):
        view.navigation.zoom(scale / view.navigation.scale, view.viewport().rect().center())
        qtbot.waitUntil(lambda: view.is_exact, timeout=20_000)
        title = QRectF(item.place.x - 60, item.label_y, 120, 16)
        ground = view.drawing.theme.color("surface")
        pixels = shown(view, title)
        dark = np.abs(pixels - [ground.blue(), ground.green(), ground.red()]).sum(axis=2) > 200
        widths.append(np.ptp(np.flatnonzero(dark.any(axis=0))))
    assert widths[1] > 0.8 * widths[0]


@pytest.mark.parametrize(("zoom", "least", "most"), [(0.5, 15, 27), (1.0, 18, 27), (6.0, 18, 28)])
def test_that_buttons_can_be_hit_from_afar_and_do_not_cover_what_is_near(
    qtbot: QtBot, zoom: float, least: float, most: float
) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("2-3-1"), sample("circles")))
    view.navigation.zoom(zoom / view.navigation.scale, view.viewport().rect().center())
    item = view.drawing.layers["hidden1"]
    rect = item.plus_rect
    size = rect.width() * view.navigation.scale
    assert least <= size <= most
    view.centerOn(item.mapToScene(rect.center()))
    # Its rim too is seen there, and takes the press.
    rim = (
        item.mapToScene(rect.center()).x(),
        item.mapToScene(rect.topLeft()).y() + rect.height() / 9,
    )
    click(view, *rim)
    assert str(view.document.project.topology) == "2-4-1"


def test_that_a_frozen_layer_is_told_by_word_and_by_a_fence(qtbot: QtBot) -> None:
    project = Project.create(Topology.parse("2-3-1"), sample("circles"))
    view = view_of(qtbot, project)
    item = view.drawing.layers["hidden1"]
    # The layer's lower edge, where no connection is.
    body = item.body.translated(item.place.x, 0)
    edge = QRectF(body.left() + 12, body.bottom() - 2, body.width() - 24, 4)
    free = shown(view, edge)
    view.editor.set_options({"hidden1"}, frozen=True)
    assert view.drawing.layers["hidden1"].subtitle.endswith("frozen")
    darker = (free.sum(axis=2) - shown(view, edge).sum(axis=2)).max(axis=0) > 150
    # Dashes, and gaps between them.
    assert 0.3 < darker.mean() < 0.9


def test_that_names_of_neurons_side_by_side_can_be_read(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("2-3-1"), sample("circles")))
    view.turn()
    view.navigation.zoom(0.5 / view.navigation.scale, view.viewport().rect().center())
    item = view.drawing.layers["input"]
    y, left = item.place.y_of(0), item.place.x - item.place.tile / 2
    # Below the neuron, which on a turned canvas is to its left in the scene.
    ink = shown(view, QRectF(left - 24, y - 15, 23, 30)).sum(axis=2) < 600
    rows = np.flatnonzero(ink.any(axis=1))
    assert rows[-1] - rows[0] >= 4


@pytest.mark.parametrize("size", [(330, 250), (460, 330), (900, 640)])
def test_that_the_names_of_a_fitted_network_are_seen_whole(
    qtbot: QtBot, size: tuple[int, int]
) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("13-8-3"), sample("wine")))
    view.resize(*size)
    view.navigation.fit()
    words = words_enlarged(view.transform())
    assert view.navigation.seen.contains(view.drawing.bounds_with(words))
