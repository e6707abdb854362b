"""Where neurons, connections and what is selected are on a drawing, in scene pixels."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from bpstudio.gui.canvas.bundle import bundle
from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.selection import Connection, Neuron, Selection
from bpstudio.gui.canvas.traces import paths_of


def neuron_rect(drawing: Drawing, neuron: Neuron) -> QRectF:
    """Around a neuron; on a strip its row of it."""
    item = drawing.layers[neuron[0]]
    return item.neuron_rect(neuron[1]).translated(item.scenePos())


def connection_rect(drawing: Drawing, connection: Connection) -> QRectF:
    """Around a connection, a pruned one too."""
    source, i, target, j = connection
    curves = bundle(drawing.project.topology, drawing.places, (source, target))
    return paths_of(curves.curves(np.array([i]), np.array([j]))).boundingRect()


def selection_rect(drawing: Drawing, selection: Selection) -> QRectF:
    """Around the part of what is selected that is looked at, else around all of it."""
    selection = selection.within(drawing.project.topology)
    if selection.lone_connection is not None:
        return connection_rect(drawing, selection.lone_connection)
    if selection.neurons:
        return neuron_rect(drawing, selection.neuron or min(selection.neurons))
    rects = [drawing.layers[i].covered for i in selection.layers]
    rects += [drawing.bundles[key].sceneBoundingRect() for key in selection.links]
    around = QRectF()
    for rect in rects:
        around = around.united(rect)
    return around
