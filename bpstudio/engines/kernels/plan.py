"""A topology as the tables that the kernels read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

CALL_CODES = {"online": 0, "batches": 1, "measure": 2}
CALL_WORDS = 40
"""What the kernel of whole epochs knows of a call: code, address and arguments."""

BLOCK = 256
"""Terms of a matrix product before its tiles are written: so much of it stays in the nearer caches."""

TILE_VECTORS = 3
"""Vectors of a row of a product that are worked on at once."""

MOVED_PARAMETERS = 1 << 15
"""Networks of up to so many parameters are worked on in a copy with room to spare."""

LAYER_FIELDS, LINK_FIELDS = 6, 4
NO_BACK, FIRST_BACK, MORE_BACK = range(3)


@dataclass(frozen=True)
class Plan:
    """The tables.

    ``layers``: size, place in a row of values, place of the biases, first and last incoming link (places
    in ``links``), activation. ``links``: place of the source in ``layers``, place of the weights, length
    of their rows, and whether the source wants its dE/dx, and is the first to get it.

    ``stride`` is the length of a row of values, ``length`` that of the vector worked on, ``moves`` each
    parameter's place there (empty: its own), ``panel`` the room for a block of a product.
    """

    layers: NDArray[np.uintp]
    links: NDArray[np.uintp]
    moves: NDArray[np.uintp]
    count: int
    stride: int
    length: int
    panel: int


def plan(topology: Topology, dtype: str, vector_bytes: int) -> Plan:
    """The tables for one network in one precision, for kernels with vectors of that many bytes."""
    lanes = vector_bytes // np.dtype(dtype).itemsize
    moving = topology.parameter_count <= MOVED_PARAMETERS

    def padded(size: int, to: int = lanes) -> int:
        return -(-size // to) * to

    offsets = np.cumsum([0, *(padded(layer.size) for layer in topology.layers)]).tolist()
    layers = [[topology.input.size, 0, 0, 0, 0, 0]]
    links: list[list[int]] = []
    moves: list[NDArray[np.int64]] = []
    start = 0
    for block in topology.blocks:
        first = len(links) * LINK_FIELDS
        for b in block.incoming:
            rows, columns = b.shape
            length = padded(columns) if moving else columns
            moves.append((start + np.arange(rows)[:, None] * length + np.arange(columns)).ravel())
            links.append([b.source * LAYER_FIELDS, start, length, MORE_BACK])
            # Rows of zeros after the last one spare the kernels the odd rows at the end.
            start += (padded(rows, lanes if b.source == 0 else 4) if moving else rows) * length
        last = len(links) * LINK_FIELDS
        code = ACTIVATION_CODES[block.layer.activation]
        layers.append([block.layer.size, offsets[block.index], start, first, last, code])
        moves.append(start + np.arange(block.layer.size))
        start += padded(block.layer.size) if moving else block.layer.size
    _mark_first(layers, links)
    stride = offsets[-1]
    if stride // lanes % 2 == 0:
        stride += lanes  # an odd number of cache lines: the rows then share no places in the cache
    places = np.concatenate(moves).astype(np.uintp) if moving else np.zeros(0, np.uintp)
    panel = BLOCK * TILE_VECTORS * lanes
    return Plan(_table(layers), _table(links), places, len(layers), stride, start, panel)


def _mark_first(layers: list[list[int]], links: list[list[int]]) -> None:
    """Going back from the output, the first link to give a layer its dE/dx; the input wants none."""
    seen: set[int] = set()
    for layer in reversed(layers):
        for link in links[layer[3] // LINK_FIELDS : layer[4] // LINK_FIELDS]:
            source = link[0]
            if source == 0:
                link[3] = NO_BACK
            elif source not in seen:
                link[3] = FIRST_BACK
                seen.add(source)


def _table(rows: list[list[int]]) -> NDArray[np.uintp]:
    return np.array(rows, dtype=np.uintp).ravel()
