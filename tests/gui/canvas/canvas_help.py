"""What the tests of the canvas share: a view of a project, and where things are in it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.card import CanvasCard
from bpstudio.gui.canvas.layout import STROKE_PER_NEURON
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.document import Document
from bpstudio.gui.theme import ThemeHolder
from bpstudio.model.project import Project
from tests.gui.hands import NO_KEYS, drag

ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def view_of(qtbot: QtBot, project: Project, themes: ThemeHolder | None = None) -> CanvasView:
    view = CanvasView(Document(project), themes or ThemeHolder())
    qtbot.addWidget(view)
    view.document.shown_changed.connect(view.show_project)
    view.resize(900, 640)
    view.show()
    qtbot.waitExposed(view)
    view.setFocus()
    return view


def card_of(qtbot: QtBot, project: Project, width: int = 900) -> CanvasCard:
    """The canvas with its tools and its inspector, in the active window."""
    document = Document(project)
    card = CanvasCard(document, ThemeHolder())
    qtbot.addWidget(card)
    document.shown_changed.connect(card.canvas.show_project)
    card.resize(width, 640)
    card.show()
    card.activateWindow()
    qtbot.waitExposed(card)
    return card


def shape(view: CanvasView) -> str:
    return str(view.document.project.topology)


def stroke(
    view: CanvasView, x: float, neurons: int, keys: Qt.KeyboardModifier | None = None
) -> None:
    half = (neurons - 1) * STROKE_PER_NEURON / 2
    drag(view, (x, -half), (x, half + 6), keys or Qt.KeyboardModifier.NoModifier)


def neuron(view: CanvasView, layer: str, k: int) -> tuple[float, float]:
    """Where a neuron is."""
    place = view.places[layer]
    return place.x, place.y_of(k)


def middle(view: CanvasView, layer: str) -> tuple[float, float]:
    """The neuron in the middle of a layer."""
    return neuron(view, layer, view.places[layer].size // 2)


def edge(view: CanvasView, layer: str) -> tuple[float, float]:
    """On a layer's edge, beside its neurons."""
    place = view.places[layer]
    return place.x + place.tile / 2 + 3, float(place.slots[0])


def keys(view: CanvasView, *pressed: Qt.Key, held: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Press and release keys, one after the other."""
    for key in pressed:
        QTest.keyClick(view, key, held)


def picture(view: CanvasView) -> np.ndarray:
    """What is seen in the view, in pixels of the screen: (rows, columns, 4), blue first."""
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8).copy()
    return flat.reshape(image.height(), image.width(), 4)


def gap(view: CanvasView, left: str, right: str) -> float:
    return (view.places[left].x + view.places[right].x) / 2


def across(view: CanvasView, source: str, target: str) -> list[tuple[float, float]]:
    """A stroke across all connections of a link, from above to below."""
    x = gap(view, source, target)
    return [(x, -500.0), (x, 500.0)]


def on_connection(
    view: CanvasView, source: str, i: int, target: str, j: int, share: float = 0.5
) -> tuple[float, float]:
    """A point on a connection, a share of the way along it."""
    return view.drawing.bundles[source, target].bundle.point(i, j, share)
