"""Cutting connections, and bringing them back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt

from bpstudio.gui.canvas.bundle import Bundle, bundle
from bpstudio.gui.canvas.gestures.base import Gesture, Modifier
from bpstudio.gui.canvas.selection import Key
from bpstudio.model.arrays import BoolArray
from bpstudio.model.wiring import prune, restore
from bpstudio.model.words import counted

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class Crossings:
    """The connections of one kind, there or pruned, that a stroke has crossed."""

    def __init__(self, view: CanvasView, pruned: bool) -> None:
        topology = view.document.project.topology
        self._bundles: dict[Key, Bundle] = {}
        for link in topology.links:
            if link.mask is not None or not pruned:
                self._bundles[link.key] = bundle(topology, view.places, link.key, pruned)
        self._hit = {key: np.zeros(one.shape, dtype=bool) for key, one in self._bundles.items()}

    def cross(self, start: QPointF, end: QPointF) -> None:
        """Add what the stroke from start to end crosses."""
        for key, one in self._bundles.items():
            self._hit[key] |= one.crossed((start.x(), start.y()), (end.x(), end.y()))

    def touch(self, pos: QPointF, reach: float) -> None:
        """Add what lies within reach above or below a point."""
        self.cross(pos - QPointF(0, reach), pos + QPointF(0, reach))

    @property
    def count(self) -> int:
        return sum(int(hit.sum()) for hit in self._hit.values())

    def bundles(self) -> list[Bundle]:
        """The curves of what was crossed."""
        chosen = self.connections()
        return [replace(self._bundles[key], kept=hit.copy()) for key, hit in chosen.items()]

    def connections(self) -> dict[Key, BoolArray]:
        """What was crossed, as flags in the shape of each link."""
        return {key: hit for key, hit in self._hit.items() if hit.any()}


class Cut(Gesture):
    """Drag across connections: what is crossed is cut; begun with Shift, pruned ones come back instead.

    A click takes what is in the ring of the pointer.
    """

    def __init__(self, view: CanvasView, start: QPointF, restoring: bool) -> None:
        super().__init__(view, start)
        self._restoring = restoring
        self._trail = [start]
        self._crossed = Crossings(view, pruned=restoring)

    def begin(self) -> None:
        if self._restoring:
            # What can be restored has to be seen first.
            self.view.drawing.reveal_pruned(True)

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        if pos != self._trail[-1]:
            self._crossed.cross(self._trail[-1], pos)
            self._trail.append(pos)
        super().move(pos, modifiers)

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        style = (
            ("accent", Qt.PenStyle.SolidLine)
            if self._restoring
            else ("warning", Qt.PenStyle.DashLine)
        )
        trace = self.view.drawing.trace
        trace.show_connections(self._crossed.bundles(), *style, self._trail)
        self.view.drawing.ghost.show_ghost([], self._name, pos)

    def cancel(self) -> None:
        super().cancel()
        if self._restoring:
            self.view.drawing.reveal_pruned(False)

    @property
    def _name(self) -> str:
        verb = "Restore" if self._restoring else "Cut"
        return f"{verb} {counted(self._crossed.count, 'connection')}"

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        if self.is_click(pos):
            self._crossed.touch(pos, self.view.reach)
        chosen = self._crossed.connections()
        if chosen:
            change = restore if self._restoring else prune
            self.view.editor.edit(self._name, lambda project: change(project, chosen))
