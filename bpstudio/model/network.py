"""A network: a topology and its one vector of parameters, with every matrix a view into it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.initialise import initial_parameters
from bpstudio.model.topology import LayerBlock, Topology


class Network:
    """Topology and parameters.

    ``parameters`` is the vector (1-D); ``weights[source, target]`` is a view of shape (target size,
    source size), rows as in W^(a) of (22); ``biases[layer]`` a view of shape (layer size,). Writing to a
    view writes to the vector, and the other way round.
    """

    __slots__ = ("biases", "parameters", "topology", "weights")

    def __init__(self, topology: Topology, parameters: FloatArray) -> None:
        parameters = np.asarray(parameters)
        if parameters.shape != (topology.parameter_count,):
            raise ValueError(
                f"The network {topology} has {topology.parameter_count} parameters, "
                f"but a vector of shape {parameters.shape} was given."
            )
        self.topology = topology
        self.parameters = parameters
        self.weights: Mapping[tuple[str, str], FloatArray] = MappingProxyType(
            {
                b.link.key: parameters[b.start : b.stop].reshape(b.shape)
                for block in topology.blocks
                for b in block.incoming
            }
        )
        self.biases: Mapping[str, FloatArray] = MappingProxyType(
            {b.layer.id: parameters[b.start : b.stop] for b in topology.blocks}
        )

    @classmethod
    def create(
        cls, topology: Topology, seed: int = 0, initialiser: str = "xavier_uniform"
    ) -> Network:
        """A network with starting weights: the same seed gives the same bits."""
        rng = np.random.default_rng([seed, WEIGHT_STREAM])
        return cls(topology, initial_parameters(topology, rng, initialiser))

    def __repr__(self) -> str:
        return f"<Network {self.topology}, {self.parameters.size} parameters>"

    def __eq__(self, other: object) -> bool:
        """Same topology and the same bits (so that -0.0 differs from 0.0 and NaN equals itself)."""
        if not isinstance(other, Network):
            return NotImplemented
        if self is other:
            return True
        mine, theirs = self.parameters, other.parameters
        return (
            self.topology == other.topology
            and mine.dtype == theirs.dtype
            and (mine is theirs or mine.tobytes() == theirs.tobytes())
        )

    __hash__ = None  # type: ignore[assignment]

    def with_parameters(self, parameters: FloatArray) -> Network:
        """The same topology with another vector."""
        return Network(self.topology, parameters)

    def copy(self) -> Network:
        """A network of its own, writable."""
        return self.with_parameters(self.parameters.copy())

    def forward(self, X: FloatArray) -> dict[str, FloatArray]:
        """Outputs of every layer by id, (samples, layer size): (2), (3), (13), (14), (22)."""
        self.topology.validate()
        x = self._checked(X)
        outputs: list[FloatArray] = [x]
        for block in self.topology.blocks:
            z = net_input(block, self.parameters, outputs)
            outputs.append(ACTIVATIONS[block.layer.activation](z))
        return {layer.id: y for layer, y in zip(self.topology.layers, outputs, strict=True)}

    def predict(self, X: FloatArray) -> FloatArray:
        """Outputs of the output layer: (samples, inputs) to (samples, outputs)."""
        return self.forward(X)[self.topology.output.id]

    def _checked(self, X: FloatArray) -> FloatArray:
        x = np.atleast_2d(np.asarray(X, dtype=self.parameters.dtype))
        size = self.topology.input.size
        if x.ndim != 2 or x.shape[1] != size:
            raise ValueError(
                f"The input layer has {size} neurons, but the rows have {x.shape[-1]} values."
            )
        return x

    def adapted(
        self,
        topology: Topology,
        seed: int = 0,
        names: Mapping[str, str] | None = None,
        initialiser: str = "xavier_uniform",
    ) -> Network:
        """This network's weights in an edited topology, so that an edit keeps what was learned.

        Weights of connections that exist in both are kept bit for bit. A new neuron gets starting
        weights for what comes in and zeros for what goes out, so the network's outputs stay as they
        were. ``names`` maps layer ids of this topology to those of the new one; a layer that is not
        in it keeps its id, or is gone if another one took that over.
        """
        now = _ids_now(self.topology, names)
        old_sizes = {now[x.id]: x.size for x in self.topology.layers if x.id in now}
        old_weights = {
            (now[s], now[t]): w for (s, t), w in self.weights.items() if s in now and t in now
        }
        old_biases = {now[i]: biases for i, biases in self.biases.items() if i in now}
        result = Network.create(topology, seed, initialiser)
        for (source, target), weights in result.weights.items():
            rows, columns = old_sizes.get(target, 0), old_sizes.get(source, 0)
            # From new neurons to old ones, and along a new link between old layers: nothing yet.
            weights[:rows, columns:] = 0.0
            old = old_weights.get((source, target))
            if old is None:
                weights[:rows, :columns] = 0.0
            else:
                r, c = min(rows, weights.shape[0]), min(columns, weights.shape[1])
                weights[:r, :c] = old[:r, :c]
            mask = topology.link(source, target).mask
            if mask is not None:
                weights[~mask] = 0.0
        for layer_id, biases in result.biases.items():
            if (old := old_biases.get(layer_id)) is not None:
                size = min(old.size, biases.size)
                biases[:size] = old[:size]
            if not topology.layer(layer_id).bias:
                biases[:] = 0.0
        return result


def origins(before: Topology, after: Topology, names: Mapping[str, str] | None = None) -> IntArray:
    """Where in the vector of ``before`` each parameter of an edited topology was: (parameters,), -1 for
    those that are new. ``names`` as for ``Network.adapted``, which keeps just these."""
    now = _ids_now(before, names)
    index = np.arange(before.parameter_count)
    old_links = {
        (now[b.link.source], now[b.link.target]): index[b.start : b.stop].reshape(b.shape)
        for block in before.blocks
        for b in block.incoming
        if b.link.source in now and b.link.target in now
    }
    old_biases = {
        now[block.layer.id]: index[block.start : block.stop]
        for block in before.blocks
        if block.layer.id in now
    }
    result = np.full(after.parameter_count, -1, dtype=np.intp)
    for block in after.blocks:
        for b in block.incoming:
            if (old := old_links.get(b.link.key)) is not None:
                new = result[b.start : b.stop].reshape(b.shape)
                r, c = min(len(old), len(new)), min(old.shape[1], new.shape[1])
                new[:r, :c] = old[:r, :c]
        if (old := old_biases.get(block.layer.id)) is not None:
            size = min(old.size, block.layer.size)
            result[block.start : block.start + size] = old[:size]
    return result


def _ids_now(before: Topology, names: Mapping[str, str] | None) -> dict[str, str]:
    """Ids of layers before an edit and after it, of those that are still there."""
    names = names or {}
    taken = set(names.values())
    return {
        x.id: names.get(x.id, x.id) for x in before.layers if x.id in names or x.id not in taken
    }


WEIGHT_STREAM, SHUFFLE_STREAM, SPLIT_STREAM, SAMPLE_STREAM = range(4)
"""Second entry of a generator's seed, so that one seed serves several purposes independently."""


def net_input(block: LayerBlock, vector: FloatArray, outputs: list[FloatArray]) -> FloatArray:
    """z^(a) = sum over incoming links of (M * W) x^(s), plus b^(a): formulas (3), (13), (22).

    ``outputs[s]`` holds layer s's outputs, (samples, size). A pruned weight is 0 in the vector, so the
    mask needs no product here.
    """
    z = np.zeros((outputs[0].shape[0], block.layer.size), dtype=vector.dtype)
    for b in block.incoming:
        z += outputs[b.source] @ vector[b.start : b.stop].reshape(b.shape).T
    z += vector[block.start : block.stop]
    return z
