"""Random networks and the data that go with them, for hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from bpstudio.model.arrays import BoolArray, FloatArray
from bpstudio.model.config import OPTIMIZERS, SCHEDULES, TrainingConfig
from bpstudio.model.dataset import Dataset
from bpstudio.model.functions import ACTIVATIONS, LOSSES
from bpstudio.model.network import Network
from bpstudio.model.topology import Layer, Link, Topology

HIDDEN = tuple(name for name, a in ACTIVATIONS.items() if not a.output_only)
"""Activations that a hidden layer can have."""

PAIRS = tuple(
    (activation, loss.name)
    for loss in LOSSES.values()
    for activation in ACTIVATIONS
    if loss.outputs is None or activation in loss.outputs
)
"""Every output activation with every loss that is defined for it."""

seeds = st.integers(0, 2**31 - 1)


@dataclass(frozen=True)
class Problem:
    """A network with parameters, rows for it (one per sample), and a loss that fits its output."""

    network: Network
    X: FloatArray
    Y: FloatArray
    loss: str

    @property
    def topology(self) -> Topology:
        return self.network.topology


@st.composite
def topologies(
    draw: st.DrawFn,
    hidden: Sequence[str] = HIDDEN,
    outputs: Sequence[str] = tuple(ACTIVATIONS),
    masks: bool = True,
    held: bool = False,
) -> Topology:
    """Valid networks with 1 to 4 hidden layers, links of every kind, pruned connections and layers
    without biases; with ``held`` locked weights and frozen layers too."""
    count = draw(st.integers(1, 4))
    sizes = draw(st.lists(st.integers(1, 5), min_size=count + 2, max_size=count + 2))
    names = [draw(st.sampled_from(hidden)) for _ in range(count)]
    ids = ["input", *(f"hidden{k + 1}" for k in range(count)), "output"]
    activations = ["linear", *names, draw(st.sampled_from(outputs))]
    last = count + 1
    pairs = set()
    for target in range(1, last + 1):
        sources = st.sets(st.integers(0, target - 1), min_size=1)
        pairs |= {(source, target) for source in draw(sources)}
    for source in range(last):
        if all(pair[0] != source for pair in pairs):
            pairs.add((source, draw(st.integers(source + 1, last))))
    links = []
    for source, target in sorted(pairs):
        mask = draw(connections(sizes[target], sizes[source])) if masks else None
        locked = draw(connections(sizes[target], sizes[source])) if held else None
        links.append(Link(ids[source], ids[target], mask, locked))
    rare = st.sampled_from([False, False, False, True])
    layers = (
        Layer(*parts, frozen=held and draw(rare), bias=not (masks and draw(rare)))
        for parts in zip(ids, sizes, activations, strict=True)
    )
    return Topology(tuple(layers), tuple(links))


@st.composite
def held_topologies(draw: st.DrawFn) -> Topology:
    """Networks with something that training must not change: locked, frozen, pruned, no biases."""
    topology = draw(topologies(outputs=["sigmoid", "linear", "softmax"]))
    for layer in topology.layers[1:]:
        kept = draw(st.sampled_from([{}, {}, {"frozen": True}, {"bias": False}]))
        topology = topology.with_layer_options(layer.id, **kept)
    for link in topology.links:
        shape = topology.layer(link.target).size, topology.layer(link.source).size
        locked = np.random.default_rng(draw(seeds)).random(shape) < 0.4
        topology = topology.with_locked(*link.key, draw(st.sampled_from([None, locked])))
    return topology


@st.composite
def connections(draw: st.DrawFn, rows: int, columns: int) -> BoolArray | None:
    """Masks: mostly none, else some connections pruned, now and then all of them."""
    kind = draw(st.sampled_from(["none", "none", "some", "all"]))
    if kind == "none":
        return None
    if kind == "all":
        return np.zeros((rows, columns), dtype=bool)
    return np.random.default_rng(draw(seeds)).random((rows, columns)) < 0.6


def parameters_for(topology: Topology, seed: int, scale: float = 0.7) -> FloatArray:
    """Normal weights and biases, none of them 0 but the pruned ones."""
    vector = np.random.default_rng(seed).normal(0.0, scale, topology.parameter_count)
    network = Network(topology, vector)
    if topology.present is not None:
        network.parameters[~topology.present] = 0.0
    return network.parameters


def rows_for(topology: Topology, loss: str, count: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Inputs and targets that the loss is defined for."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(count, topology.input.size))
    Y = rng.normal(size=(count, topology.output.size))
    if loss == "binary_cross_entropy":
        Y = rng.random(Y.shape)
    elif loss == "categorical_cross_entropy":
        Y = rng.dirichlet(np.ones(Y.shape[1]), size=count)
    return X, Y


@st.composite
def problems(
    draw: st.DrawFn,
    hidden: Sequence[str] = HIDDEN,
    pairs: Sequence[tuple[str, str]] = PAIRS,
    rows: int = 3,
    held: bool = False,
) -> Problem:
    """A random network, up to ``rows`` samples, and a loss."""
    output, loss = draw(st.sampled_from(pairs))
    topology = draw(topologies(hidden, [output], held=held))
    network = Network(topology, parameters_for(topology, draw(seeds)))
    return Problem(
        network, *rows_for(topology, loss, draw(st.integers(1, rows)), draw(seeds)), loss
    )


@st.composite
def datasets(draw: st.DrawFn, topology: Topology, loss: str = "squared_error") -> Dataset:
    """Data for a network, 4 to 12 rows, some of them held out."""
    X, Y = rows_for(topology, loss, draw(st.integers(4, 12)), draw(seeds))
    held_out = draw(st.sampled_from([0.0, 0.25, 0.5]))
    return Dataset.from_arrays(X, Y, validation=held_out, seed=draw(seeds))


@st.composite
def configs(draw: st.DrawFn, loss: str = "squared_error") -> TrainingConfig:
    """Every way to train: batches, optimizers, penalties, precision; short and gentle."""
    optimizers = sorted(OPTIMIZERS) if loss == "squared_error" else sorted({*OPTIMIZERS} - {"lm"})
    return TrainingConfig(
        batch_size=draw(st.sampled_from([1, 2, 3, 5, "all"])),
        learning_rate=draw(st.sampled_from([0.001, 0.01, 0.1])),
        epochs=draw(st.integers(1, 5)),
        optimizer=draw(st.sampled_from(optimizers)),
        momentum=draw(st.sampled_from([0.0, 0.5, 0.9])),
        loss=loss,
        l1=draw(st.sampled_from([0.0, 0.01])),
        l2=draw(st.sampled_from([0.0, 0.01])),
        clip=draw(st.sampled_from([None, 0.1])),
        schedule=draw(st.sampled_from(sorted(SCHEDULES))),
        schedule_epochs=draw(st.integers(1, 3)),
        shuffle=draw(st.booleans()),
        seed=draw(seeds),
        dtype=draw(st.sampled_from(["float64", "float32"])),
    )
