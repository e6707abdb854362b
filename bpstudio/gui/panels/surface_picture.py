"""The answers of a network over a plane as an image, and the legend that says what is on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from bpstudio.explain.numbers import with_minus
from bpstudio.explain.outputs import decision_values, likeliest, target_limit, target_values
from bpstudio.explain.plane import Plane, responses
from bpstudio.gui.panels.images import rgb_image
from bpstudio.gui.panels.surface_view import Entry
from bpstudio.gui.panels.symbols import FILLED, HOLLOW
from bpstudio.gui.theme import Theme, signed_colors
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.dataset import TRAIN, Dataset
from bpstudio.model.network import Network

MOST_CLASSES = 8


def surface_picture(
    network: Network,
    dataset: Dataset,
    plane: Plane,
    resolution: int,
    theme: Theme,
    neuron: tuple[str, int] | None = None,
) -> QImage:
    """What a neuron answers; without one, the output: of several classes the likeliest's colour."""
    topology = network.topology
    answers = responses(network, dataset, plane, resolution)
    output = topology.output
    if neuron is None and output.size > 1 and dataset.class_names:
        colors = class_colors(theme, *likeliest(answers[output.id]))
    else:
        layer_id, index = neuron or (output.id, 0)
        is_decision = layer_id == output.id and bool(dataset.class_names)
        activation = topology.layer(layer_id).activation
        if layer_id == topology.input.id:
            activation = "linear"
        is_number = layer_id == output.id and not dataset.class_names
        limit = target_limit(dataset) if is_number else None
        values = decision_values(answers[layer_id][index], activation, is_decision, limit)
        colors = signed_colors(theme, values, 1.0)
    return rgb_image(colors[::-1])


def class_colors(theme: Theme, label: IntArray, lead: FloatArray) -> FloatArray:
    """Colours (…, 3) uint8: from zero's colour, undecided, to the full one of the class."""
    count = int(label.max(initial=0)) + 1
    tones = [theme.color("zero"), *(theme.class_color(k) for k in range(count))]
    table = np.array([(c.red(), c.green(), c.blue()) for c in tones], dtype=float)
    share = np.clip(lead, 0.0, 1.0)[..., None]
    colors: FloatArray = np.round(table[0] + (table[1 + label] - table[0]) * share)
    return colors.astype(np.uint8)


def legend_of(dataset: Dataset) -> tuple[Entry, ...]:
    """The classes by symbol, or the ends of the scale; then filled and hollow points."""
    names = dataset.class_names
    if names:
        entries = [Entry(name, label=k) for k, name in enumerate(names[:MOST_CLASSES])]
        if len(names) > MOST_CLASSES:
            entries.append(Entry(f"… {len(names) - MOST_CLASSES} more", token="surface"))
    else:
        limit = target_limit(dataset)
        ends = np.repeat([[limit], [0.0], [-limit]], dataset.preparation.output_size, axis=1)
        values = target_values(dataset, ends)[:, 0]
        entries = [
            Entry(with_minus(f"{value:.3g}"), token=token)
            for value, token in zip(values, ("positive", "zero", "negative"), strict=True)
        ]
    entries.append(Entry(FILLED))
    if (dataset.split != TRAIN).any():
        entries.append(Entry(HOLLOW, hollow=True))
    return tuple(entries)
