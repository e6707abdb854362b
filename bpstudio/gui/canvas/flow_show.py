"""Shows on a drawing what flows through the network while a run or a step goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from bpstudio.explain.flow import Flow, flow_of
from bpstudio.gui.canvas.flow import REACH, Direction, FlowClock
from bpstudio.gui.canvas.layout import columns
from bpstudio.gui.canvas.raster import Strokes
from bpstudio.gui.canvas.selection import Key
from bpstudio.model.arrays import FloatArray

if TYPE_CHECKING:
    from bpstudio.gui.canvas.drawing import Drawing

FULL_SHARE = 0.6
"""What flows has full ink from this share of the largest: the strongest few would hide the others."""


class FlowShow(QObject):
    """A wave of values forward and of deltas back: in the links what each of them carries, and around
    each neuron, as it arrives there, its output or its delta."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__(drawing)
        self._drawing = drawing
        self.flow: Flow | None = None
        """What the wave that is on its way carries."""
        self._direction: Direction | None = None
        self.enabled = True
        self.clock = FlowClock(self)
        self.clock.begun.connect(self._on_begun)
        self.clock.moved.connect(self._on_moved)

    def show_running(self, running: bool) -> None:
        """A run or a step has begun or ended."""
        if self.enabled:
            self.clock.run(running)

    def set_enabled(self, enabled: bool) -> None:
        """Switch it on for what comes, or off at once."""
        self.enabled = enabled
        if not enabled:
            self.clock.stop()

    def _on_begun(self) -> None:
        drawing = self._drawing
        self.flow, self._direction = flow_of(drawing.project, drawing.row), None
        xs = [place.x for place in drawing.places.values()]
        if self.flow is None or len(xs) < 2:
            self.clock.stop()
            return
        steps = max(columns(drawing.project.topology).values(), default=1)
        self.clock.span(min(xs), max(xs), steps)

    def _on_moved(self) -> None:
        wave = self.clock.wave
        picture = self._drawing.picture
        if wave is None or self.flow is None:
            picture.set_wave(None, REACH)
            picture.flow(())
            self._direction = None
        else:
            if wave[0] is not self._direction:
                self._direction = wave[0]
                forward = wave[0] is Direction.FORWARD
                picture.flow(self._strokes(self.flow.carried if forward else self.flow.returned))
            picture.set_wave(wave[1], REACH)
        self._pulse()

    def _strokes(self, values: Mapping[Key, FloatArray]) -> list[Strokes]:
        """What every connection carries, against the largest of all."""
        items = self._drawing.bundles
        scale = max((float(np.nan_to_num(np.abs(v)).max()) for v in values.values()), default=0.0)
        full = scale * FULL_SHARE or 1.0
        return [Strokes(item.bundle, values[key], full, item.pen) for key, item in items.items()]

    def _pulse(self) -> None:
        """Let the wave light the neurons that it passes."""
        for layer_id, item in self._drawing.layers.items():
            light = self.clock.light_at(item.place.x) if self.flow is not None else None
            values = None if light is None else self._values(light[0], layer_id)
            if light is None or values is None or len(values) != item.place.size:
                item.set_pulse(None, 0.0, False)
            else:
                item.set_pulse(values, light[1], light[0] is Direction.BACKWARD)

    def _values(self, direction: Direction, layer_id: str) -> FloatArray | None:
        """Outputs or deltas of a layer from -1 to 1; None where there are none."""
        if direction is Direction.FORWARD:
            answer = self._drawing.answers.get(layer_id)
            return None if answer is None else answer.values
        deltas = self.flow.deltas.get(layer_id) if self.flow is not None else None
        if deltas is None:
            return None
        largest = float(np.nan_to_num(np.abs(deltas)).max(initial=0.0))
        shares: FloatArray = deltas / (largest or 1.0)
        return shares
