"""The numbers of one update, as the engine computes them: what every derivation quotes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from bpstudio.engines.base import State, weight_positions
from bpstudio.engines.choice import create_engine
from bpstudio.engines.forward import forward
from bpstudio.engines.optimizers import STEPS, clip_norm
from bpstudio.engines.reference import deltas, parameter_gradient
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.functions import ACTIVATIONS, LOSSES, Loss
from bpstudio.model.network import Network, net_input
from bpstudio.model.topology import LayerBlock, Topology


@dataclass(frozen=True, eq=False)
class Values:
    """One update of ``network`` from the rows X (rows, inputs) and Y (rows, outputs), in float64.

    ``slots`` are the optimizer's vectors before it. Raises ValueError where network, rows and loss do
    not go together.
    """

    network: Network
    X: FloatArray
    Y: FloatArray
    config: TrainingConfig
    slots: dict[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        topology = self.topology
        topology.validate()
        output = topology.output
        self.loss.check_output(output.activation, output.id)
        x, y = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (self.X, self.Y))
        if x.shape != (len(y), topology.input.size) or y.shape[1] != output.size or not len(x):
            raise ValueError(
                f"The network {topology} needs rows of {topology.input.size} inputs and "
                f"{output.size} targets, but X and Y have shapes {x.shape} and {y.shape}."
            )
        object.__setattr__(self, "X", x)
        object.__setattr__(self, "Y", y)
        vector = self.network.parameters.astype(np.float64)
        object.__setattr__(self, "network", self.network.with_parameters(vector))

    @property
    def topology(self) -> Topology:
        return self.network.topology

    @property
    def rows(self) -> int:
        return len(self.X)

    @property
    def loss(self) -> Loss:
        return LOSSES[self.config.loss]

    def block(self, layer: str) -> LayerBlock:
        """Where a layer after the input keeps its parameters."""
        return self.topology.blocks[self.topology.position(layer) - 1]

    # Forward

    @cached_property
    def outputs(self) -> list[FloatArray]:
        """Outputs of every layer, each (rows, neurons): (2), (14), (22)."""
        return forward(self.topology, self.network.parameters, self.X)

    @cached_property
    def nets(self) -> list[FloatArray]:
        """Net inputs z with the bias, of every layer but the input: (22)."""
        return self._nets(self.network.parameters)

    @cached_property
    def sums(self) -> list[FloatArray]:
        """Net inputs without the bias, alpha and beta: (3), (13)."""
        vector = self.network.parameters.copy()
        for block in self.topology.blocks:
            vector[block.start : block.stop] = 0.0
        return self._nets(vector)

    def _nets(self, vector: FloatArray) -> list[FloatArray]:
        return [net_input(block, vector, self.outputs) for block in self.topology.blocks]

    @cached_property
    def errors(self) -> FloatArray:
        """E of each row, (rows,): (1)."""
        return self.loss.value(self.outputs[-1], self.Y)

    # Backward

    @cached_property
    def residuals(self) -> FloatArray:
        """dE/dy_hat, (rows, outputs): (7)."""
        return self.loss.gradient(self.outputs[-1], self.Y)

    @cached_property
    def deltas(self) -> list[FloatArray]:
        """dE/dz of every layer but the input, each (rows, neurons): (24) to (26)."""
        return deltas(self.topology, self.network.parameters, self.outputs, self.Y, self.loss)

    def slopes(self, layer: str) -> FloatArray:
        """f'(z), (rows, neurons): (8), (16). ValueError for softmax, which has no such factor."""
        position = self.topology.position(layer)
        derivative = ACTIVATIONS[self.topology.layers[position].activation].derivative
        if derivative is None:
            raise ValueError(f"The softmax of layer '{layer}' has no slope neuron by neuron.")
        return derivative(self.outputs[position])

    @cached_property
    def backs(self) -> list[FloatArray]:
        """dE/dx of every layer, each (rows, neurons): (18), (19), the bracket of (26)."""
        result = [np.zeros_like(x) for x in self.outputs]
        for block, delta in zip(reversed(self.topology.blocks), reversed(self.deltas), strict=True):
            for b in block.incoming:
                weights = self.network.parameters[b.start : b.stop].reshape(b.shape)
                result[b.source] += delta @ weights
        return result

    # The update

    @cached_property
    def mean_gradient(self) -> FloatArray:
        """dE/dparameters, mean over the rows, (parameters,), without penalties: (6), (15), (23)."""
        return parameter_gradient(self.topology, self.outputs, self.deltas)

    @property
    def l2_in_gradient(self) -> float:
        """How much L2 adds to the gradient; AdamW shrinks the weights instead."""
        optimizer = STEPS.get(self.config.optimizer)
        return 0.0 if optimizer is not None and optimizer.decoupled else self.config.l2

    @cached_property
    def gradient(self) -> FloatArray:
        """The mean gradient with the penalties' part, (parameters,)."""
        w = self.network.parameters * weight_positions(self.topology)
        return self.mean_gradient + self.config.l1 * np.sign(w) + self.l2_in_gradient * w

    @cached_property
    def gradient_length(self) -> float:
        """The norm of the gradient over what may change: what clipping looks at."""
        free = self.topology.free
        return float(np.linalg.norm(self.gradient if free is None else self.gradient[free]))

    @property
    def is_clipped(self) -> bool:
        """Whether the update shortens the gradient."""
        limit = self.config.clip
        return limit is not None and self.config.optimizer != "lm" and self.gradient_length > limit

    @cached_property
    def taken(self) -> FloatArray:
        """What the optimizer takes as the gradient, clipped, 0 for what is held, (parameters,)."""
        gradient = self.gradient.copy()
        if self.topology.free is not None:
            gradient[~self.topology.free] = 0.0
        clip_norm(gradient, self.config.clip)
        return gradient

    @cached_property
    def updated(self) -> State:
        """The engine's own state after the update. ValueError where it would not be finite."""
        config = replace(self.config, batch_size="all", dtype="float64", engine="reference")
        state = State.start(self.network.parameters, self.slots, "float64")
        engine = create_engine(self.topology, self.X, self.Y, config, state)
        if engine.advance(np.arange(self.rows)) < self.rows:
            raise ValueError(
                "The update would leave a loss or a weight that is not finite: "
                "make the learning rate smaller."
            )
        return state

    @cached_property
    def changes(self) -> FloatArray:
        """The step of every parameter, (parameters,): (4), (10), (12), (20)."""
        updated = self.updated
        if self.config.optimizer == "sgd":
            # What was added, before the sum rounded it.
            steps: FloatArray = -self.config.learning_rate * self.taken
        elif self.config.optimizer == "momentum":
            steps = updated.slots["velocity"]
        else:
            steps = updated.parameters - self.network.parameters
        free = self.topology.free
        return steps if free is None else steps * free
