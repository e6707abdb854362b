"""One sample's way through a network in stages: scale, forward, error, deltas backward, updates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import StepKey
from bpstudio.explain.step import Step
from bpstudio.model.topology import LayerBlock


@dataclass(frozen=True, eq=False)
class Stage:
    """Steps of one kind that happen together.

    ``kind`` is "scale", "net", "output", "error", "delta", "update" or "apply" (the last: nothing is
    calculated, the new weights take their places; ``derivation.updated`` is the network then).
    ``layer`` is the one it is about. ``title`` says it in words. The keys are made when they are asked
    for: an update has one for every weight.
    """

    derivation: Derivation
    kind: str
    layer: str
    title: str
    sample: int = 0

    def keys(self) -> Iterator[StepKey]:
        """The steps of the stage in order; their quantity is what the canvas shows."""
        topology = self.derivation.values.topology
        match self.kind:
            case "error":
                yield StepKey("error", sample=self.sample)
            case "update":
                yield from self._parameters()
            case "scale":
                for neuron in range(topology.layer(self.layer).size):
                    yield StepKey("output", self.layer, neuron, sample=self.sample)
            case "net" | "output" | "delta":
                for neuron in range(topology.layer(self.layer).size):
                    yield StepKey(self.kind, self.layer, neuron, sample=self.sample)

    def __len__(self) -> int:
        topology = self.derivation.values.topology
        if self.kind == "error":
            return 1
        if self.kind == "apply":
            return 0
        if self.kind == "update":
            return sum(1 for _ in self._parameters())
        return topology.layer(self.layer).size

    def steps(self) -> Iterator[Step]:
        return (self.derivation.step(key) for key in self.keys())

    def _parameters(self) -> Iterator[StepKey]:
        q = self.derivation.quantities
        for key in parameters_of(self.derivation.values.block(self.layer)):
            if q.is_present(key):
                yield key.at("new")


def parameters_of(block: LayerBlock) -> Iterator[StepKey]:
    """Every weight into a layer and its biases, in the order of the vector, as "weight" keys; a bias is
    one without a source."""
    layer = block.layer
    for b in block.incoming:
        for j in range(b.shape[0]):
            for i in range(b.shape[1]):
                yield StepKey("weight", layer.id, j, b.link.source, i)
    for j in range(layer.size):
        yield StepKey("weight", layer.id, j)


def walk(derivation: Derivation, sample: int = 0) -> tuple[Stage, ...]:
    """The stages of one of the derivation's rows, the last being "apply"."""
    topology = derivation.values.topology
    label = topology.label

    def stage(kind: str, layer: str, title: str) -> Stage:
        return Stage(derivation, kind, layer, title, sample)

    preparation = derivation.quantities.preparation
    columns = () if preparation is None else preparation.inputs
    scaled = any(c.scaling != "none" and c.encoding not in ("one_hot", "binary") for c in columns)
    first = "The row is scaled" if scaled else "The row enters"
    stages = [stage("scale", topology.input.id, f"{first}: {label(topology.input.id)}")]
    for layer in topology.layers[1:]:
        stages.append(stage("net", layer.id, f"Forward: net inputs of {label(layer.id)}"))
        stages.append(stage("output", layer.id, f"Forward: outputs of {label(layer.id)}"))
    stages.append(stage("error", topology.output.id, "The error"))
    backwards = [layer.id for layer in reversed(topology.layers[1:])]
    for layer_id in backwards:
        stages.append(stage("delta", layer_id, f"Backward: deltas of {label(layer_id)}"))
    for layer_id in backwards:
        stages.append(stage("update", layer_id, f"Update: weights into {label(layer_id)}"))
    stages.append(stage("apply", topology.output.id, "The new weights take their places"))
    return tuple(stages)
