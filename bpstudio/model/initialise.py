"""Starting values for weights and biases, drawn from an explicit generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.functions import choose
from bpstudio.model.topology import Topology

Draw = Callable[[np.random.Generator, int, int, tuple[int, ...]], FloatArray]


@dataclass(frozen=True, slots=True)
class Initialiser:
    """``draw(rng, fan_in, fan_out, shape)`` gives weights; ``biases`` tells if biases are drawn too."""

    name: str
    label: str
    draw: Draw
    biases: bool = False


def _uniform(limit: Callable[[int, int], float]) -> Draw:
    return lambda rng, fan_in, fan_out, shape: rng.uniform(
        -limit(fan_in, fan_out), limit(fan_in, fan_out), shape
    )


def _normal(deviation: Callable[[int, int], float]) -> Draw:
    return lambda rng, fan_in, fan_out, shape: rng.normal(0.0, deviation(fan_in, fan_out), shape)


INITIALISERS: dict[str, Initialiser] = {
    i.name: i
    for i in (
        # Glorot and Bengio (2010), AISTATS, equations 12 and 16.
        Initialiser(
            "xavier_uniform", "Xavier uniform", _uniform(lambda a, b: (6 / (a + b)) ** 0.5)
        ),
        Initialiser("xavier_normal", "Xavier normal", _normal(lambda a, b: (2 / (a + b)) ** 0.5)),
        # He, Zhang, Ren and Sun (2015), ICCV, section 2.2.
        Initialiser("he_uniform", "He uniform", _uniform(lambda a, _: (6 / a) ** 0.5)),
        Initialiser("he_normal", "He normal", _normal(lambda a, _: (2 / a) ** 0.5)),
        Initialiser("uniform", "uniform ±0.5", _uniform(lambda _, __: 0.5), biases=True),
        Initialiser("normal", "normal σ = 1", _normal(lambda _, __: 1.0), biases=True),
        Initialiser("zeros", "zeros", lambda _rng, _a, _b, shape: np.zeros(shape)),
    )
}


def initial_parameters(
    topology: Topology, rng: np.random.Generator, initialiser: str = "xavier_uniform"
) -> FloatArray:
    """A new parameter vector for the topology; what is pruned is 0, as are the biases of layers
    without any. A layer's own initialiser goes before the one given.

    The fan-in of a layer counts the neurons of all its incoming links, the fan-out of a link those of
    its target.
    """
    vector = np.zeros(topology.parameter_count)
    default = choose(INITIALISERS, initialiser, "Initialiser")
    for block in topology.blocks:
        own = block.layer.initialiser
        chosen = (
            choose(INITIALISERS, own, f"The initialiser of layer '{block.layer.id}',")
            if own
            else default
        )
        fan_in = sum(b.shape[1] for b in block.incoming) or 1
        for b in block.incoming:
            weights = chosen.draw(rng, fan_in, b.shape[0], b.shape)
            if b.link.mask is not None:
                weights = np.where(b.link.mask, weights, 0.0)
            vector[b.start : b.stop] = weights.ravel()
        if chosen.biases and block.layer.bias:
            vector[block.start : block.stop] = chosen.draw(
                rng, fan_in, block.layer.size, (block.layer.size,)
            )
    return vector
