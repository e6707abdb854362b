"""Pictures of items: moved with the view, painted anew when something changed or the view rests."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas import sprite
from bpstudio.gui.canvas.sprite import FAR, MARGIN, Motion, Sprite

BOUNDS = QRectF(0, 0, 4000, 3000)


class Item:
    """Something with an edge in the middle, that counts how often it is painted."""

    def __init__(self) -> None:
        self.painted = 0
        self.color = QColor("red")
        self.sprite = Sprite()
        self.owner = QObject()
        self.motion = Motion(self.owner)

    def paint(self, painter: QPainter, exposed: QRectF) -> None:
        self.painted += 1
        painter.fillRect(QRectF(50, 50, 100, 100), self.color)

    def seen(self, scale: float = 1.0, dx: float = 0.0, dy: float = 0.0) -> np.ndarray:
        """What a device of 200 x 160 shows of it, (160, 200, 4)."""
        image = QImage(200, 160, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        painter.translate(dx, dy)
        painter.scale(scale, scale)
        exposed = QRectF(-dx / scale, -dy / scale, 200 / scale, 160 / scale)
        self.sprite.draw(painter, BOUNDS, exposed, self.motion, self.paint)
        painter.end()
        return np.frombuffer(image.constBits(), np.uint8).reshape(160, 200, 4).copy()


def test_that_a_view_that_pans_paints_nothing_anew(qtbot: QtBot) -> None:
    item = Item()
    at_first = item.seen()
    moved = item.seen(dx=-30, dy=20)
    assert item.painted == 1
    assert np.array_equal(moved[40:150, 10:120], at_first[20:130, 40:150])
    # Beyond what was painted there is more of the item.
    item.seen(dx=-30 - MARGIN)
    assert item.painted == 2


def test_that_a_view_that_zooms_scales_the_picture_until_it_rests(qtbot: QtBot) -> None:
    item = Item()
    item.seen()
    item.motion.go_on()
    moving = item.seen(scale=1.21)
    assert item.painted == 1
    with qtbot.waitSignal(item.motion.rested):
        pass
    exact = item.seen(scale=1.21)
    assert item.painted == 2
    assert np.mean(moving != exact) < 0.05 and exact.any()
    # Turned, or much larger, the picture cannot stand in.
    item.motion.go_on()
    item.seen(scale=1.21 * FAR * 1.01)
    assert item.painted == 3


def test_that_what_has_changed_is_painted_at_once_at_rest_and_in_turn_on_the_move(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, other = Item(), Item()
    other.motion = item.motion
    for one in (item, other):
        one.seen()
        one.color = QColor("blue")
        one.sprite.forget()
    assert item.seen()[100, 100].tolist() == [255, 0, 0, 255] and item.painted == 2
    item.sprite.forget()
    item.motion.go_on()
    # As often as there is a turn, and not sooner after the last time.
    for turn, change, painted in ((0, 1_000_000, (2, 1)), (0, 0, (3, 1)), (1_000_000, 0, (3, 1))):
        monkeypatch.setattr(sprite, "TURN_MS", turn)
        monkeypatch.setattr(sprite, "CHANGE_MS", change)
        item.seen(dx=1)
        assert (item.painted, other.painted) == painted
    other.seen(dx=1)
    assert other.painted == 1
    monkeypatch.setattr(sprite, "TURN_MS", 0)
    assert other.seen(dx=1)[100, 100].tolist() == [255, 0, 0, 255] and other.painted == 2


def test_that_an_item_larger_than_memory_is_painted_without_a_picture(qtbot: QtBot) -> None:
    item = Item()
    vast = QRectF(0, 0, 40_000, 40_000)
    image = QImage(20, 20, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.scale(0.01, 0.01)
    painter.scale(100, 100)
    for _ in range(2):
        item.sprite.draw(painter, vast, vast, item.motion, item.paint)
    painter.end()
    assert item.painted == 2


def test_that_a_small_item_is_painted_whole(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sprite, "WHOLE_PIXELS", 4000 * 3000)
    item = Item()
    item.seen()
    item.seen(dx=-30 - MARGIN)
    item.seen(dx=-2000)
    assert item.painted == 1
