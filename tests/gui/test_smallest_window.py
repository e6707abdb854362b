"""The smallest window: nothing lies on anything else, and no number loses its digits."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

import bpstudio as bp
from bpstudio.files.samples import sample
from bpstudio.gui.app import MINIMUM_SIZE
from bpstudio.gui.bars import SettingsBar
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.main_window import MainWindow
from bpstudio.gui.settings import SettingBox
from bpstudio.model.project import Project
from tests.gui.windows import closed, opened


def place(window: MainWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize(("name", "shape"), [("circles", "2-5-3-1"), ("iris", "4-8-3")])
def test_that_in_the_smallest_window_everything_has_its_own_place(
    qtbot: QtBot, name: str, shape: str
) -> None:
    window = opened(qtbot, Project.create(bp.Topology.parse(shape), sample(name)))
    try:
        window.resize(*MINIMUM_SIZE)
        qtbot.waitUntil(lambda: (window.width(), window.height()) == MINIMUM_SIZE)
        cards = [
            window.canvas_card,
            window.loss_panel,
            window.output_panel,
            window.heatmap_panel,
            window.explain_panel,
            window.message_panel,
        ]
        for one, other in combinations(cards, 2):
            met = place(window, one).intersected(place(window, other))
            assert met.isEmpty(), (type(one).__name__, type(other).__name__, met)
        boxes = window.findChild(SettingsBar).findChildren(SettingBox)
        for box in (box for box in boxes if box.isVisible()):
            assert box.control.width() <= box.width(), box.control.objectName()
            if isinstance(box.control, QComboBox):
                assert box.control.width() >= box.control.minimumWidth()
        top = window.top_bar
        for figure in (top.train_loss, top.validation_loss, top.accuracy):
            figure.set_value("0.000238")
            qtbot.waitUntil(lambda figure=figure: figure.width() >= figure.sizeHint().width())
            assert place(window, figure).right() < place(window, top).right()
    finally:
        closed(window)


def test_that_a_weight_that_is_too_long_for_its_field_shows_its_first_digits(qtbot: QtBot) -> None:
    window = opened(qtbot, Project.create(bp.Topology.parse("2-2-1"), sample("xor")))
    try:
        window.resize(*MINIMUM_SIZE)
        window.canvas.editor.set_weight(("input", 0, "hidden1", 0), -0.123456)
        window.canvas.select(Selection(connection=("input", 0, "hidden1", 0)))
        field = window.canvas_card.inspector.connection.weight
        assert field.text() == "−0.123456"
        assert field.cursorPosition() == 0
    finally:
        closed(window)
