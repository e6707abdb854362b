"""The forward pass in NumPy, formula by formula."""

from __future__ import annotations

from bpstudio.model.arrays import FloatArray
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.network import net_input
from bpstudio.model.topology import Topology


def forward(topology: Topology, vector: FloatArray, X: FloatArray) -> list[FloatArray]:
    """Outputs of every layer in topological order, each (samples, neurons), the input's first."""
    outputs = [X]
    for block in topology.blocks:
        # (22), and for one hidden layer (3) and (13): z = W x + b, summed over the incoming links.
        z = net_input(block, vector, outputs)
        # (22), and for one hidden layer (2) and (14), (21): x = f(z).
        outputs.append(ACTIVATIONS[block.layer.activation](z))
    return outputs
