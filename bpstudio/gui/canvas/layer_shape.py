"""Where the parts of a layer on the canvas are: its neurons, its names, and the handles for its size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QGraphicsObject

from bpstudio.gui.canvas.layer_paint import MOST_ENLARGED
from bpstudio.gui.canvas.layout import MAX_SHOWN, LayerPlace
from bpstudio.gui.theme import TEXT_SIZE, TITLE_SIZE, text_font

BUTTON = 20.0
HANDLE = 14.0
NAME_GAP, NAME_WIDTH, NAME_HEIGHT = 14.0, 134.0, 16.0
OFTEN_ENLARGED = 1.25
"""How much words usually are enlarged: a view of the whole leaves room for that."""
MOST_WORDS = 160.0
"""Room for a title."""
NAME_LEAST = 30.0
"""Least distance of neurons side by side that have names."""


@lru_cache(maxsize=256)
def _longest(title: str, subtitle: str) -> float:
    """How long the longer one is: the scene asks for the bounds many times in a frame."""
    bold, plain = text_font(TITLE_SIZE, bold=True), text_font(TEXT_SIZE)
    texts = (title, bold), (subtitle, plain)
    return max(QFontMetricsF(font).horizontalAdvance(text) for text, font in texts)


class LayerShape(QGraphicsObject):
    """The parts of a layer in its own coordinates, where the layer's middle is x = 0."""

    def __init__(self, place: LayerPlace, title: str, label_y: float) -> None:
        super().__init__()
        self.place = place
        self.title = title
        self.subtitle = ""
        self.label_y = label_y
        self.names: Sequence[str] = ()
        self.names_left = True
        self.turned = False
        """Whether the view shows the scene from bottom to top: names then stand elsewhere."""
        self.grown = 1.0
        """How much its buttons and its handle are enlarged: a hand has to hit them from afar too."""
        self._measured: tuple[Sequence[str], float] = ((), 0.0)
        self.setPos(place.x, 0)

    def neuron_rect(self, index: int) -> QRectF:
        """Where a neuron is; on a strip its row of it."""
        tile, middle = self.place.tile, self.place.y_of(index)
        height = self.place.spacing if self.place.folded else tile
        return QRectF(-tile / 2, middle - height / 2, tile, height)

    @property
    def body(self) -> QRectF:
        half = max(self.place.tile / 2, 18.0) + 6
        return QRectF(-half, self.place.top - 6, 2 * half, 2 * self.place.half_height + 12)

    @property
    def strip_rect(self) -> QRectF:
        half = self.place.tile / 2
        return QRectF(-half, self.place.top, 2 * half, 2 * self.place.half_height)

    def button_rect(self, k: float, grown: float) -> QRectF:
        """Where a button above the neurons is, the k-th from their middle."""
        side, step = BUTTON * grown, (BUTTON + 8) * grown
        return QRectF(k * step + 4 * grown, self.place.top - side - 14, side, side)

    @property
    def minus_rect(self) -> QRectF:
        return self.button_rect(-1, self.grown)

    @property
    def plus_rect(self) -> QRectF:
        return self.button_rect(0, self.grown)

    @property
    def fold_rect(self) -> QRectF:
        """The button that folds or unfolds; empty where the layer fits anyway."""
        return self.button_rect(1, self.grown) if self.foldable else QRectF()

    @property
    def handle_rect(self) -> QRectF:
        grown = self.grown
        return QRectF(-16 * grown, self.place.bottom + 5, 32 * grown, HANDLE * grown)

    @property
    def label_rect(self) -> QRectF:
        if self.turned:
            return QRectF(-20, self.label_y, 40, MOST_WORDS)
        return QRectF(-MOST_WORDS / 2, self.label_y, MOST_WORDS, 40)

    @property
    def foldable(self) -> bool:
        """Whether the layer is too large to show every neuron without being asked."""
        return self.place.size > MAX_SHOWN

    def part_at(self, pos: QPointF) -> str | None:
        """Which part is at a scene position: minus, plus, fold, handle, label, body, or none."""
        local = self.mapFromScene(pos)
        for part, rect in (
            ("minus", self.minus_rect),
            ("plus", self.plus_rect),
            ("fold", self.fold_rect),
            ("handle", self.handle_rect),
            ("body", self.body),
            ("label", self.label_rect),
        ):
            if rect.contains(local):
                return part
        return None

    def boundingRect(self) -> QRectF:
        return self._extent(MOST_ENLARGED)

    @property
    def covered(self) -> QRectF:
        """What of the scene it usually covers."""
        return self.covers(OFTEN_ENLARGED)

    def covers(self, enlarged: float) -> QRectF:
        """What of the scene it covers if its words are so much enlarged."""
        return self.mapRectToScene(self._extent(enlarged))

    def _extent(self, enlarged: float) -> QRectF:
        """Where it paints, if words are enlarged."""
        return self.column_rect(enlarged).united(self.words_rect(enlarged))

    def column_rect(self, enlarged: float) -> QRectF:
        """Where its neurons, their names and its handles are."""
        buttons = (2 * BUTTON + 14 if self.foldable else BUTTON + 6) * enlarged
        left = right = max(self.body.right() + 6, buttons)
        if self.turned:
            left = right = max(left, self.place.tile / 2 + NAME_GAP + NAME_HEIGHT * enlarged)
        elif self.named:
            width = min(self._widest_name(), NAME_WIDTH) * self.names_enlarged(enlarged)
            side = max(left, self.place.tile / 2 + NAME_GAP + width + 4)
            left, right = (side, right) if self.names_left else (left, side)
        top = self.place.top - BUTTON * enlarged - 18
        return QRectF(-left, top, left + right, self.place.bottom + 8 + HANDLE * enlarged - top)

    def words_rect(self, enlarged: float) -> QRectF:
        """Where its title and subtitle are."""
        long = min(_longest(self.title, self.subtitle), MOST_WORDS) * enlarged + 8
        if self.turned:
            return QRectF(-20 * enlarged - 2, self.label_y, 40 * enlarged + 4, long)
        return QRectF(-long / 2, self.label_y, long, 40 * enlarged + 2)

    def names_enlarged(self, enlarged: float) -> float:
        """How much names are enlarged: side by side or below each other they need their room."""
        room = self.place.spacing / NAME_HEIGHT
        if self.turned:
            room = (self.place.spacing - 4) / max(self._widest_name(), 1.0)
        return max(1.0, min(enlarged, room))

    def _widest_name(self) -> float:
        """Measured once: the scene asks for the bounds many times in a frame."""
        if self._measured[0] is not self.names:
            metrics = QFontMetricsF(text_font(TEXT_SIZE))
            widest = max((metrics.horizontalAdvance(name) for name in self.names), default=0.0)
            self._measured = self.names, widest
        return self._measured[1]

    @property
    def named(self) -> range:
        """Indices of the neurons whose names are drawn: all of them, where there is room."""
        room = self.place.spacing >= (NAME_LEAST if self.turned else NAME_HEIGHT)
        fits = room and len(self.names) == self.place.size
        return range(self.place.size if fits else 0)

    def visible_in(self, exposed: QRectF) -> range:
        """Indices of the neurons in a part of the item."""
        place = self.place
        first = (exposed.top() - place.y) / place.spacing + (place.size - 1) / 2
        last = (exposed.bottom() - place.y) / place.spacing + (place.size - 1) / 2
        return range(max(0, int(first) - 1), min(place.size, int(last) + 3))
