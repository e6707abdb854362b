"""Linking by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QKeyEvent

from bpstudio.gui.canvas.gestures.base import Gesture
from bpstudio.gui.canvas.gestures.link import leaves, link_ends, linking, reaches
from bpstudio.gui.canvas.turn import ARROWS, in_scene
from bpstudio.gui.canvas.walking import JUMPS
from bpstudio.model.wiring import connection_refusal

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Key = Qt.Key


class LinkByKeys(Gesture):
    """From a layer or one of its neurons: arrows along the network choose the layer where the link
    shall end, those across it, and Home, End, Page Up and Page Down, one of its neurons; Enter links,
    Escape leaves it."""

    def __init__(self, view: CanvasView, source: str, neuron: int | None) -> None:
        place = view.places[source]
        super().__init__(view, QPointF(place.x, place.y if neuron is None else place.y_of(neuron)))
        self.source, self.neuron = source, neuron
        ids = list(view.places)
        self._ids = ids
        self._at = (ids.index(source) + 1) % len(ids)
        self._end: int | None = None

    def begin(self) -> None:
        # They would stay where they are while the pointer goes on.
        self.view.hover.hide()
        self._show()

    @property
    def _target(self) -> str:
        return self._ids[self._at]

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; False if it means nothing here."""
        key = event.key()
        if key in (Key.Key_Return, Key.Key_Enter):
            self.view.hand.put_down()
            link_ends(self.view, self.source, self.neuron, self._target, self._end)
            return True
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if key not in ARROWS and key not in JUMPS:
            return False
        along, across = in_scene(*ARROWS.get(key, (0, 0)), self.view.navigation.turned)
        if along:
            self._at, self._end = (self._at + round(along)) % len(self._ids), None
        elif self.neuron is not None:
            self._end = self._beside(JUMPS.get(key, round(across)))
        self._show()
        return True

    def _beside(self, step: int) -> int | None:
        """The neuron so many further on; None, all of the layer, is in front of the first."""
        k = (-1 if self._end is None else self._end) + step
        return None if k < 0 else min(k, self.view.places[self._target].size - 1)

    def _show(self) -> None:
        view, target = self.view, self._target
        topology = view.document.project.topology
        why = connection_refusal(topology, self.source, self.neuron, target, self._end)
        text = why or linking(topology, self.source, self.neuron, target, self._end) + " · Enter"
        place = view.places[target]
        line = (
            leaves(view, self.source, self.neuron, self.start.y()),
            reaches(view, target, self._end),
        )
        # Where the network is larger than the view, the end comes into it.
        view.navigation.reveal(QRectF(line[1], QSizeF(1, 1)))
        beside = QPointF(place.x + place.tile / 2, line[1].y())
        view.drawing.mark_target(None if why else target, self._end)
        view.drawing.ghost.show_ghost([line], text, beside, forbidden=why is not None)
        view.say(text)

    def cancel(self) -> None:
        super().cancel()
        self.view.drawing.mark_target(None)
