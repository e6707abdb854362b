"""A topology as the tables that the kernels read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpstudio.engines.kernels.width import VECTOR_BYTES
from bpstudio.model.topology import Topology

ACTIVATION_CODES = {
    name: code
    for code, name in enumerate(
        ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "softmax")
    )
}
LOSS_CODES = {
    name: code
    for code, name in enumerate(
        ("squared_error", "binary_cross_entropy", "categorical_cross_entropy")
    )
}
OPTIMIZER_CODES = {
    name: code
    for code, name in enumerate(
        ("sgd", "momentum", "nesterov", "rprop", "rmsprop", "adam", "adamw")
    )
}
SETTINGS = (
    "learning_rate", "share", "l1", "l2", "clip", "shrink", "momentum", "decay", "epsilon", "beta1",
    "beta2", "rprop_increase", "rprop_decrease", "rprop_lowest", "rprop_highest",
)  # fmt: skip
"""The numbers an update needs, in float64: ``share`` is what one row counts in the mean, ``clip``
infinite for none, ``shrink`` what is left of a weight by decoupled decay; the others are fields of
TrainingConfig."""
SETTING_PLACES = {name: place for place, name in enumerate(SETTINGS)}

LAYER_FIELDS, LINK_FIELDS = 6, 2


@dataclass(frozen=True)
class Plan:
    """``layers``: size, place in a row of values, place of the biases, first and last incoming link
    (places in ``links``), activation. ``links``: place of the source in ``layers``, place of the
    weights.

    ``stride`` is the length of a row of values, ``packed`` that of a link's weights laid out anew.
    """

    layers: NDArray[np.uintp]
    links: NDArray[np.uintp]
    count: int
    stride: int
    packed: int


def plan(topology: Topology, dtype: str) -> Plan:
    """The tables for one network in one precision."""
    lanes = VECTOR_BYTES // np.dtype(dtype).itemsize

    def padded(size: int) -> int:
        return -(-size // lanes) * lanes

    blocks = {block.index: block for block in topology.blocks}
    layers: list[list[int]] = []
    links: list[list[int]] = []
    offset = packed = 0
    for index, layer in enumerate(topology.layers):
        block, first = blocks.get(index), len(links) * LINK_FIELDS
        for b in block.incoming if block is not None else ():
            links.append([b.source * LAYER_FIELDS, b.start])
            packed = max(packed, padded(b.shape[0]) * padded(b.shape[1]))
        start = block.start if block is not None else 0
        code = ACTIVATION_CODES[layer.activation]
        layers.append([layer.size, offset, start, first, len(links) * LINK_FIELDS, code])
        offset += padded(layer.size)
    return Plan(_table(layers), _table(links), len(layers), offset, packed)


def _table(rows: list[list[int]]) -> NDArray[np.uintp]:
    return np.array(rows, dtype=np.uintp).ravel()
