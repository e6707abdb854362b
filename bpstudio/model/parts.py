"""What a topology is made of: layers, the links between them, and their places in the vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpstudio.model.arrays import BoolArray, frozen
from bpstudio.model.functions import ACTIVATIONS, choose

MAX_LAYER_SIZE = 1_000_000


class TopologyError(ValueError):
    """A network that cannot be; the message is one sentence that names the layer and what to do."""


@dataclass(frozen=True)
class Layer:
    """A row of ``size`` neurons. The input layer's activation is not used.

    ``name`` is what people call it ("": its id in words); ``initialiser`` draws its starting weights
    ("": the config's does); training changes nothing that leads into a ``frozen`` layer; without
    ``bias`` its biases are 0 and stay 0, as pruned weights do.
    """

    id: str
    size: int
    activation: str = "sigmoid"
    name: str = ""
    initialiser: str = ""
    frozen: bool = False
    bias: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.size, bool) or int(self.size) != self.size:
            raise TopologyError(f"Layer '{self.id}' has size {self.size}: use a whole number.")
        if not 1 <= self.size <= MAX_LAYER_SIZE:
            raise TopologyError(
                f"Layer '{self.id}' has size {self.size}: use 1 to {MAX_LAYER_SIZE:,} neurons."
            )
        object.__setattr__(self, "size", int(self.size))
        choose(ACTIVATIONS, self.activation, f"The activation of layer '{self.id}',")


@dataclass(frozen=True, eq=False)
class Link:
    """Connections from every neuron of ``source`` to every neuron of ``target``.

    Both arrays have the shape (target size, source size). ``mask`` is False where a connection is
    pruned, ``locked`` True where a weight keeps its value in training; None means that none is.
    """

    source: str
    target: str
    mask: BoolArray | None = None
    locked: BoolArray | None = None

    def __post_init__(self) -> None:
        if self.mask is not None:
            mask = np.asarray(self.mask, dtype=bool)
            object.__setattr__(self, "mask", None if mask.all() else frozen(mask))
        if self.locked is not None:
            locked = np.asarray(self.locked, dtype=bool)
            if self.mask is not None and self.mask.shape == locked.shape:
                locked = locked & self.mask  # a pruned connection has nothing to lock
            object.__setattr__(self, "locked", frozen(locked) if locked.any() else None)

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.target

    def is_pruned(self, i: int, j: int) -> bool:
        """Whether the connection from neuron i of the source to neuron j of the target is not there."""
        return self.mask is not None and not self.mask[j, i]

    def is_locked(self, i: int, j: int) -> bool:
        """Whether training keeps the weight from neuron i of the source to neuron j of the target."""
        return self.locked is not None and bool(self.locked[j, i])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Link):
            return NotImplemented
        return (
            self.key == other.key
            and _same(self.mask, other.mask)
            and _same(self.locked, other.locked)
        )

    def __hash__(self) -> int:
        return hash(self.key)


def _same(a: BoolArray | None, b: BoolArray | None) -> bool:
    return a is b or (a is not None and b is not None and np.array_equal(a, b))


@dataclass(frozen=True)
class LinkBlock:
    """Where one link's weights lie in the parameter vector: ``vector[start:stop]`` as ``shape``."""

    link: Link
    source: int
    start: int
    stop: int
    shape: tuple[int, int]


@dataclass(frozen=True)
class LayerBlock:
    """One layer after the input: the blocks of its incoming links, then its biases."""

    index: int
    layer: Layer
    incoming: tuple[LinkBlock, ...]
    start: int
    stop: int
