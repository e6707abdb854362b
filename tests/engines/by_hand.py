"""Back-propagation once more, in plain Python floats and loops: what the engines are held against.

Nothing here uses the code under test but the topology's own description. One sum at a time, so that
every line can be compared with the derivation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import exp, log, log1p, tanh

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology

Values = dict[str, list[float]]


def sigmoid(z: float) -> float:
    return 1.0 / (1.0 + exp(-z))


def sigmoid_slope(z: float) -> float:
    return sigmoid(z) * (1.0 - sigmoid(z))


FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "sigmoid": (sigmoid, sigmoid_slope),
    "tanh": (tanh, lambda z: 1.0 - tanh(z) ** 2),
    "relu": (lambda z: max(z, 0.0), lambda z: 1.0 if z > 0 else 0.0),
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z: 1.0 if z > 0 else 0.01),
    "linear": (lambda z: z, lambda z: 1.0),
    "softplus": (lambda z: max(z, 0.0) + log1p(exp(-abs(z))), sigmoid),
}
"""Each activation with its derivative, both of the net input."""


# One hidden layer, weight by weight: formulas (1) to (20)


@dataclass
class OneHidden:
    """A d-q-l network of sigmoids and one sample, with the letters of the derivation.

    ``v[i][h]``, ``gamma[h]``, ``w[h][j]``, ``theta[j]``, ``x[i]``, ``y[j]``.
    """

    v: list[list[float]]
    gamma: list[float]
    w: list[list[float]]
    theta: list[float]
    x: list[float]
    y: list[float]

    @classmethod
    def random(cls, seed: int, d: int = 3, q: int = 4, outputs: int = 2) -> OneHidden:
        rng = np.random.default_rng(seed)
        drawn = [
            rng.normal(size=s).tolist() for s in ((d, q), q, (q, outputs), outputs, d, outputs)
        ]
        return cls(*drawn)

    def alpha(self, h: int) -> float:
        """(13), without the bias."""
        return sum(self.v[i][h] * self.x[i] for i in range(len(self.x)))

    def b(self, h: int) -> float:
        """(14)."""
        return sigmoid(self.alpha(h) + self.gamma[h])

    def beta(self, j: int) -> float:
        """(3), without the bias."""
        return sum(self.w[h][j] * self.b(h) for h in range(len(self.gamma)))

    def y_hat(self, j: int) -> float:
        """(2)."""
        return sigmoid(self.beta(j) + self.theta[j])

    def error(self) -> float:
        """(1)."""
        return 0.5 * sum((self.y_hat(j) - self.y[j]) ** 2 for j in range(len(self.y)))

    def output_term(self, j: int) -> float:
        """(7) times (8)."""
        return (self.y_hat(j) - self.y[j]) * sigmoid_slope(self.beta(j) + self.theta[j])

    def hidden_bracket(self, h: int) -> float:
        """(19), the bracket of (20)."""
        return sum(self.output_term(j) * self.w[h][j] for j in range(len(self.y)))

    def hidden_slope(self, h: int) -> float:
        """(16)."""
        return sigmoid_slope(self.alpha(h) + self.gamma[h])

    def network(self) -> Network:
        """The same network as bpstudio's value."""
        d, q, outputs = len(self.x), len(self.gamma), len(self.theta)
        network = Network.create(Topology.parse(f"{d}-{q}-{outputs}"))
        for h in range(q):
            network.biases["hidden1"][h] = self.gamma[h]
            for i in range(d):
                network.weights["input", "hidden1"][h, i] = self.v[i][h]
        for j in range(outputs):
            network.biases["output"][j] = self.theta[j]
            for h in range(q):
                network.weights["hidden1", "output"][j, h] = self.w[h][j]
        return network

    @property
    def X(self) -> FloatArray:
        return np.array([self.x])

    @property
    def Y(self) -> FloatArray:
        return np.array([self.y])


# Any network: formulas (22) to (26) and the general case


@dataclass
class Parts:
    """What one sample, or the mean of several, gives: by layer id and by link."""

    z: Values = field(default_factory=dict)
    x: Values = field(default_factory=dict)
    delta: Values = field(default_factory=dict)
    error: float = 0.0


def forward(network: Network, row: Sequence[float]) -> Parts:
    """(22), with the general case's sum over incoming links and its masks."""
    parts = Parts()
    topology = network.topology
    parts.x[topology.input.id] = [float(value) for value in row]
    for layer in topology.layers[1:]:
        z = []
        for k in range(layer.size):
            total = float(network.biases[layer.id][k])
            for link in topology.links:
                if link.target == layer.id:
                    for i, value in enumerate(parts.x[link.source]):
                        if link.mask is None or link.mask[k, i]:
                            total += float(network.weights[link.key][k, i]) * value
            z.append(total)
        parts.z[layer.id] = z
        if layer.activation == "softmax":
            powers = [exp(value - max(z)) for value in z]
            parts.x[layer.id] = [power / sum(powers) for power in powers]
        else:
            parts.x[layer.id] = [FUNCTIONS[layer.activation][0](value) for value in z]
    return parts


def error(loss: str, y_hat: Sequence[float], y: Sequence[float]) -> float:
    """(1), or one of the cross-entropies."""
    pairs = list(zip(y_hat, (float(value) for value in y), strict=True))
    if loss == "squared_error":
        return 0.5 * sum((p - t) ** 2 for p, t in pairs)
    if loss == "binary_cross_entropy":
        return -sum(t * log(p) + (1.0 - t) * log(1.0 - p) for p, t in pairs)
    return -sum(t * log(p) for p, t in pairs)


def backward(network: Network, row: Sequence[float], target: Sequence[float], loss: str) -> Parts:
    """(24) to (26), with the general case's sum over outgoing links."""
    parts = forward(network, row)
    topology = network.topology
    output = topology.output
    y_hat, y = parts.x[output.id], [float(value) for value in target]
    parts.error = error(loss, y_hat, y)
    if loss != "squared_error":
        parts.delta[output.id] = [p - t for p, t in zip(y_hat, y, strict=True)]
    elif output.activation == "softmax":
        mixed = sum((p - t) * p for p, t in zip(y_hat, y, strict=True))
        parts.delta[output.id] = [p * (p - t - mixed) for p, t in zip(y_hat, y, strict=True)]
    else:
        slope = FUNCTIONS[output.activation][1]
        parts.delta[output.id] = [
            (p - t) * slope(z) for p, t, z in zip(y_hat, y, parts.z[output.id], strict=True)
        ]
    for layer in reversed(topology.hidden):
        slope = FUNCTIONS[layer.activation][1]
        deltas = []
        for k in range(layer.size):
            bracket = 0.0
            for link in topology.links:
                if link.source == layer.id:
                    for j, delta in enumerate(parts.delta[link.target]):
                        if link.mask is None or link.mask[j, k]:
                            bracket += float(network.weights[link.key][j, k]) * delta
            deltas.append(bracket * slope(parts.z[layer.id][k]))
        parts.delta[layer.id] = deltas
    return parts


def gradient(network: Network, X: FloatArray, Y: FloatArray, loss: str) -> list[float]:
    """dE/dparameters, mean over the samples, in the order of design section 2."""
    topology = network.topology
    samples = [backward(network, row, y, loss) for row, y in zip(X, Y, strict=True)]
    result: list[float] = []
    for layer in topology.layers[1:]:
        for link in topology.links:
            if link.target != layer.id:
                continue
            for j in range(layer.size):
                for i in range(topology.layer(link.source).size):
                    kept = link.mask is None or bool(link.mask[j, i])
                    terms = [s.delta[layer.id][j] * s.x[link.source][i] for s in samples]
                    result.append(sum(terms) / len(samples) if kept else 0.0)
        for j in range(layer.size):
            mean = sum(s.delta[layer.id][j] for s in samples) / len(samples)
            result.append(mean if layer.bias else 0.0)
    return result


def may_change(topology: Topology) -> list[bool]:
    """For each parameter in order: whether training may change it."""
    result: list[bool] = []
    for layer in topology.layers[1:]:
        for link in topology.links:
            if link.target != layer.id:
                continue
            for j in range(layer.size):
                for i in range(topology.layer(link.source).size):
                    pruned = link.mask is not None and not link.mask[j, i]
                    locked = link.locked is not None and bool(link.locked[j, i])
                    result.append(not (pruned or locked or layer.frozen))
        result += [layer.bias and not layer.frozen] * layer.size
    return result


def is_weight(topology: Topology) -> list[bool]:
    """For each parameter in order: a weight that is there (True), or a bias or pruned (False)."""
    result: list[bool] = []
    for layer in topology.layers[1:]:
        for link in topology.links:
            if link.target == layer.id:
                shape = layer.size, topology.layer(link.source).size
                mask = np.ones(shape, dtype=bool) if link.mask is None else link.mask
                result += [bool(kept) for kept in mask.ravel()]
        result += [False] * layer.size
    return result
