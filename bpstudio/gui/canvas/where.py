"""Where what is selected is on a drawing, in scene pixels."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.selection import Selection


def selection_rect(drawing: Drawing, selection: Selection) -> QRectF:
    """Around the part of what is selected that is looked at, else around all of it."""
    selection = selection.within(drawing.project.topology)
    if selection.lone_connection is not None:
        return drawing.connection_path(selection.lone_connection).boundingRect()
    if selection.neurons:
        return drawing.neuron_rect(selection.neuron or min(selection.neurons))
    rects = [drawing.layers[i].covered for i in selection.layers]
    rects += [drawing.bundles[key].sceneBoundingRect() for key in selection.links]
    around = QRectF()
    for rect in rects:
        around = around.united(rect)
    return around
