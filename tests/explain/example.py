"""The worked example of the derivation."""

from __future__ import annotations

from bpstudio.explain.derivation import Derivation, explain
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology


def example_network() -> Network:
    """2-2-2, sigmoid everywhere, with the example's weights."""
    network = Network.create(Topology.parse("2-2-2"))
    network.weights["input", "hidden1"][:] = [[0.15, 0.20], [0.25, 0.30]]
    network.biases["hidden1"][:] = 0.35
    network.weights["hidden1", "output"][:] = [[0.40, 0.45], [0.50, 0.55]]
    network.biases["output"][:] = 0.60
    return network


def example() -> Derivation:
    return explain(example_network(), [0.05, 0.10], [0.01, 0.99], learning_rate=0.5)
