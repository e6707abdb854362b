"""A hand that does anything, at any moment: whatever it does, the canvas stays true to the document."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import sample
from bpstudio.gui.canvas.card import CanvasCard
from bpstudio.gui.canvas.inspector_fields import Field
from bpstudio.gui.canvas.tools import Tool
from bpstudio.model.project import Progress, Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import card_of
from tests.gui.canvas.test_edit_sequences import digest
from tests.gui.hands import wheel
from tests.strategies import parameters_for

EVENTS, MOST_LAYERS = 250, 8
Key, Button, Modifier = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier
BUTTONS = (Button.LeftButton,) * 5 + (Button.MiddleButton, Button.RightButton)
MODIFIERS = (
    (Modifier.NoModifier,) * 5
    + (Modifier.ShiftModifier,) * 2
    + (Modifier.ControlModifier, Modifier.AltModifier)
)
KEYS = (
    Key.Key_Escape, Key.Key_Delete, Key.Key_F, Key.Key_F2, Key.Key_L, Key.Key_P, Key.Key_D, Key.Key_V,
    Key.Key_C, Key.Key_N, Key.Key_K, Key.Key_Return, Key.Key_Tab, Key.Key_Backtab, Key.Key_Left,
    Key.Key_Right, Key.Key_Up, Key.Key_Down, Key.Key_Plus, Key.Key_Minus, Key.Key_2,
)  # fmt: skip
HELD = Key.Key_X, Key.Key_Space, Key.Key_Alt, Key.Key_Shift
TYPED = "3", "0.5", "-1e-3", "none", "", "12", "2-4-3", "nan", "1e999"


class RandomHand:
    """What can be done to one card, each time in another order."""

    def __init__(self, card: CanvasCard, seed: int) -> None:
        self.canvas, self.card, self.rng = card.canvas, card, random.Random(seed)
        self.deeds: tuple[Callable[[], object], ...] = (
            self.press, self.press, self.move, self.move, self.move, self.release, self.release,
            self.turn_wheel, self.tap, self.tap, self.tap, self.hold, self.let_go, self.type,
            self.take_tool, self.menu, self.canvas.document.undo, self.redo, self.canvas.turn,
            self.duplicate, self.canvas.select_all, self.canvas.tidy,
        )  # fmt: skip

    def rest(self) -> None:
        """Let go of every button and key: other tests have hands too."""
        for button in set(BUTTONS):
            QTest.mouseRelease(self.canvas.viewport(), button)
        for key in HELD:
            QTest.keyRelease(self.canvas, key)

    def act(self) -> None:
        self.rng.choice(self.deeds)()
        QApplication.processEvents()

    def spot(self) -> QPoint:
        """In the viewport: anywhere, on a part of a layer, or on a connection."""
        rng, drawing, viewport = self.rng, self.canvas.drawing, self.canvas.viewport()
        kind, pos = rng.randrange(4), QPointF()
        if kind == 0 or not drawing.layers:
            return QPoint(rng.randrange(viewport.width()), rng.randrange(viewport.height()))
        item = rng.choice(list(drawing.layers.values()))
        if kind == 1:
            place = item.place
            side = rng.choice((0.0, place.tile / 2 + 4))
            pos = QPointF(place.x + side, place.y_of(rng.randrange(place.size)))
        elif kind == 2 or not drawing.bundles:
            pos = item.mapToScene(rng.choice((item.handle_rect, item.label_rect)).center())
        else:
            curves = rng.choice(list(drawing.bundles.values())).bundle
            ends = len(curves.source_ys), len(curves.target_ys)
            i, j = (rng.randrange(count) for count in ends)
            pos = QPointF(*curves.point(i, j, rng.random()))
        return self.canvas.mapFromScene(pos)

    def press(self) -> None:
        button, keys = self.rng.choice(BUTTONS), self.rng.choice(MODIFIERS)
        QTest.mousePress(self.canvas.viewport(), button, keys, self.spot())

    def move(self) -> None:
        QTest.mouseMove(self.canvas.viewport(), self.spot())

    def release(self) -> None:
        keys = self.rng.choice(MODIFIERS)
        QTest.mouseRelease(self.canvas.viewport(), Button.LeftButton, keys, self.spot())

    def turn_wheel(self) -> None:
        delta = self.rng.choice((120, -120, 30, -30, 1))
        keys = self.rng.choice((Modifier.NoModifier, Modifier.ControlModifier))
        wheel(self.canvas, self.spot(), delta, keys)

    def tap(self) -> None:
        keys = self.rng.choice((Modifier.NoModifier,) * 4 + (Modifier.ShiftModifier,))
        QTest.keyClick(self.canvas, self.rng.choice(KEYS), keys)
        # Digits in a row would soon be a very large layer.
        self.canvas.editor.sizing.begin_anew()

    def hold(self) -> None:
        QTest.keyPress(self.canvas, self.rng.choice(HELD))

    def let_go(self) -> None:
        QTest.keyRelease(self.canvas, self.rng.choice(HELD))

    def type(self) -> None:
        """Into a field of the inspector or that of the shape; entered, left, or left as it is."""
        fields = [field for field in self.card.findChildren(Field) if field.isVisible()]
        field = self.rng.choice(fields)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, self.rng.choice(TYPED))
        end = self.rng.choice((Key.Key_Return, Key.Key_Escape, None))
        if end is not None:
            QTest.keyClick(field, end)

    def take_tool(self) -> None:
        self.canvas.set_tool(self.rng.choice(list(Tool)))

    def menu(self) -> None:
        """Opened by key; an entry of it."""
        QTest.keyClick(self.canvas, Key.Key_F10, Modifier.ShiftModifier)
        popup = QApplication.activePopupWidget()
        if isinstance(popup, QMenu):
            for _ in range(self.rng.randrange(1, 12)):
                QTest.keyClick(popup, Key.Key_Down)
            QTest.keyClick(popup, self.rng.choice((Key.Key_Return, Key.Key_Escape)))
            popup.close()

    def duplicate(self) -> None:
        """As long as there are few layers: all of them, again and again, would be very many."""
        if len(self.canvas.places) <= MOST_LAYERS:
            self.canvas.clipboard.duplicate()

    def redo(self) -> None:
        if self.canvas.document.stack.canRedo():
            self.canvas.document.redo()


def check_that_the_canvas_is_true(card: CanvasCard) -> None:
    """What is drawn and selected is in the document; only a gesture in hand leaves a trace."""
    canvas, drawing = card.canvas, card.canvas.drawing
    topology = canvas.document.project.topology
    assert [(p.id, p.size) for p in canvas.places.values()] == [
        (layer.id, layer.size) for layer in topology.layers
    ]
    assert set(drawing.layers) == set(canvas.places)
    assert set(drawing.bundles) == {link.key for link in topology.links}
    assert canvas.selection == canvas.selection.within(topology)
    assert not (canvas.hand.busy and drawing.card.isVisible())
    if not canvas.hand.busy:
        assert not drawing.ghost.isVisible()
        items = drawing.layers.values()
        assert all(item.opacity() == 1.0 and not item.target for item in items)


@pytest.mark.parametrize("seed", range(3))
def test_that_whatever_a_hand_does_the_canvas_is_true_to_the_document(
    qtbot: QtBot, seed: int
) -> None:
    project = Project.create(Topology.parse("2-4-3-1").with_link("input", "output"), sample("xor"))
    network = project.network.with_parameters(parameters_for(project.topology, 3))
    card = card_of(qtbot, replace(project, network=network, progress=Progress(7)))
    document = card.canvas.document
    hand = RandomHand(card, seed)
    begun, last = digest(document.project), document.project
    try:
        for _ in range(EVENTS):
            hand.act()
            if document.project is not last:
                card.show_project(document.project)
                last = document.project
            check_that_the_canvas_is_true(card)
    finally:
        hand.rest()
    card.canvas.setFocus()
    card.canvas.hand.put_down()
    qtbot.waitUntil(lambda: card.canvas.is_exact, timeout=30_000)
    document.go_to(document.stack.count())
    assert document.stack.count() > 2
    digests = [digest(document.project)]
    while document.stack.canUndo():
        document.undo()
        digests.append(digest(document.project))
        check_that_the_canvas_is_true(card)
    assert digests[-1] == begun
    for expected in reversed(digests):
        assert digest(document.project) == expected
        hand.redo()
