"""Back-propagation in NumPy, formula by formula: the oracle that every other engine is held against.

The numbers in parentheses are those of the derivation. Rows are samples throughout, so a layer's outputs
are (samples, neurons) and the W x of (22) is written x W^T.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bpstudio.engines.base import (
    Evaluation,
    Rows,
    State,
    Watch,
    batch_rows,
    one_by_one,
    weight_positions,
)
from bpstudio.engines.evaluation import evaluate
from bpstudio.engines.forward import forward
from bpstudio.engines.optimizers import STEPS, clip_norm, decoupled_decay
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.functions import ACTIVATIONS, LOSSES, Loss, choose
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology


def deltas(
    topology: Topology, vector: FloatArray, outputs: list[FloatArray], Y: FloatArray, loss: Loss
) -> list[FloatArray]:
    """delta = dE/dz (24) of every layer but the input, each (samples, neurons), in their order."""
    # (7), (8), (25): delta = dE/dy_hat * f'(z).
    last = loss.delta(ACTIVATIONS[topology.output.activation], outputs[-1], Y)
    return backward(topology, vector, outputs, last)


def backward(
    topology: Topology, vector: FloatArray, outputs: list[FloatArray], last: FloatArray
) -> list[FloatArray]:
    """The deltas of every layer but the input, in their order, from ``last``, the output layer's."""
    # dE/dx of each layer; the links that leave it add up in it, as in the sum over j of (18).
    gradients = [np.zeros_like(x) for x in outputs]
    result: list[FloatArray] = []
    for block in reversed(topology.blocks):
        if block.layer is topology.output:
            delta = last
        else:
            # (16), (26): delta = (W^T delta of the layers it feeds) * f'(z).
            activation = ACTIVATIONS[block.layer.activation]
            delta = activation.backward(outputs[block.index], gradients[block.index])
        for b in block.incoming:
            # (18), (19), the bracket of (20) and of (26); a pruned weight is 0 and carries nothing.
            gradients[b.source] += delta @ vector[b.start : b.stop].reshape(b.shape)
        result.append(delta)
    return result[::-1]


def parameter_gradient(
    topology: Topology, outputs: list[FloatArray], layer_deltas: list[FloatArray]
) -> FloatArray:
    """dE/dparameters, mean over the samples, in the layout of the parameter vector."""
    samples = len(outputs[0])
    gradient = np.empty(topology.parameter_count, dtype=outputs[0].dtype)
    for block, delta in zip(topology.blocks, layer_deltas, strict=True):
        for b in block.incoming:
            # (6), (9), (15), (17), (23): dE/dW = delta x^T, x being the output of the link's source.
            weights = delta.T @ outputs[b.source] / samples
            if b.link.mask is not None:
                weights *= b.link.mask
            gradient[b.start : b.stop] = weights.ravel()
        # (11) and its twin for hidden neurons: a bias is a weight from an output that is always 1.
        gradient[block.start : block.stop] = delta.mean(axis=0) if block.layer.bias else 0.0
    return gradient


def gradient(
    network: Network, X: FloatArray, Y: FloatArray, loss: str = "squared_error"
) -> FloatArray:
    """dE/dparameters: (parameters,), mean over the samples, in the layout of ``network.parameters``.

    X is (samples, inputs), Y (samples, outputs). Raises ValueError where the network, the shapes or the
    loss do not go together.
    """
    chosen = choose(LOSSES, loss, "Loss")
    output = network.topology.output
    network.topology.validate()
    chosen.check_output(output.activation, output.id)
    x, y = (np.atleast_2d(np.asarray(a, dtype=network.parameters.dtype)) for a in (X, Y))
    if x.shape != (len(y), network.topology.input.size) or y.shape[1] != output.size:
        raise ValueError(
            f"The network {network.topology} needs rows of {network.topology.input.size} inputs and "
            f"{output.size} targets, but X and Y have shapes {x.shape} and {y.shape}."
        )
    outputs = forward(network.topology, network.parameters, x)
    layer_deltas = deltas(network.topology, network.parameters, outputs, y, chosen)
    return parameter_gradient(network.topology, outputs, layer_deltas)


class ReferenceEngine:
    """The Engine in readable NumPy: standard, mini-batch and accumulated BP."""

    call_seconds = 0.003
    holds_interpreter = True
    interrupted = False

    def __init__(
        self, topology: Topology, X: FloatArray, Y: FloatArray, config: TrainingConfig, state: State
    ) -> None:
        self.topology = topology
        self.X = X
        self.Y = Y
        self.config = config
        self.state = state
        self.interrupt: Callable[[], bool] = lambda: False
        self._held = None if topology.free is None else ~topology.free
        self._is_weight = weight_positions(topology)

    def advance(self, order: IntArray) -> int:
        """See ``Engine.advance``."""
        batch = batch_rows(self.config, len(self.X))
        # Overflow is no accident here but a result: it is looked for below, and reported.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for start in range(0, len(order), batch):
                if not self._update(order[start : start + batch]):
                    return start
        return len(order)

    def _update(self, rows: IntArray) -> bool:
        """One update; False, with nothing changed, if it would leave what is not finite."""
        state, config = self.state, self.config
        loss = LOSSES[config.loss]
        outputs = forward(self.topology, state.parameters, self.X[rows])
        Y = self.Y[rows]
        if not np.isfinite(loss.value(outputs[-1], Y)).all():
            return False
        layer_deltas = deltas(self.topology, state.parameters, outputs, Y, loss)
        gradient = parameter_gradient(self.topology, outputs, layer_deltas)
        before = State(state.parameters.copy(), {k: v.copy() for k, v in state.slots.items()})
        self._step(gradient)
        if not np.isfinite(state.parameters).all():
            state.parameters[:] = before.parameters
            state.slots = before.slots
            return False
        if self._held is not None:
            # Not a bit of what is held changes, not even the sign of a 0.
            state.parameters[self._held] = before.parameters[self._held]
        return True

    def _step(self, gradient: FloatArray) -> None:
        """(4), (5), (10), (12), (20), (23): against the gradient, by the learning rate."""
        config = self.config
        optimizer = STEPS[config.optimizer]
        self._add_penalties(gradient, 0.0 if optimizer.decoupled else config.l2)
        if self._held is not None:
            gradient[self._held] = 0
        clip_norm(gradient, config.clip)
        if optimizer.decoupled:
            decoupled_decay(self.state, config, self._is_weight)
        optimizer.step(self.state, gradient, config)

    def _add_penalties(self, gradient: FloatArray, l2: float) -> None:
        """Gradient of l1 sum|w| + l2/2 sum w^2, over weights and not biases."""
        w = self.state.parameters
        if self.config.l1:
            gradient += self.config.l1 * np.sign(w) * self._is_weight
        if l2:
            gradient += l2 * w * self._is_weight

    def measure(self, X: FloatArray, Y: FloatArray, labels: IntArray | None) -> Evaluation:
        """See ``Engine.measure``."""
        return evaluate(self.topology, self.state.parameters, X, Y, self.config.loss, labels)

    def epochs(
        self, orders: IntArray, rates: FloatArray, parts: tuple[Rows, Rows], watch: Watch
    ) -> tuple[FloatArray, int]:
        """See ``Engine.epochs``."""
        return one_by_one(self, orders, rates, parts, watch, self.state.parameters)
