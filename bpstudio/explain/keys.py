"""How the steps of a derivation are named, and which parts of the network a step is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from bpstudio.model.topology import TopologyError

Part = TypeVar("Part")


class StepKey(NamedTuple):
    """What a step is the value of. Neurons, columns and samples are counted from 0.

    ``kind`` is one of KINDS. ``layer`` and ``neuron`` say whose value it is; for weights they are the
    target's and ``source``, ``source_neuron`` name the other end ("" and -1 for a bias).
    ``sample`` is the position among the derivation's rows, -1 where a step belongs to all of them.
    """

    kind: str
    layer: str = ""
    neuron: int = -1
    source: str = ""
    source_neuron: int = -1
    sample: int = -1

    @property
    def text(self) -> str:
        """The key as one string; ``parse_key`` gives the key back."""
        return (
            "|".join(
                str(part) for part in (self.kind, self.neuron, self.source_neuron, self.sample)
            )
            + f"|{self.layer}\t{self.source}"
        )

    def at(self, kind: str) -> StepKey:
        """The step of another kind about the same part."""
        return self._replace(kind=kind)


def parse_key(text: str) -> StepKey:
    """The key from its ``text``; ValueError if it is none."""
    try:
        kind, neuron, source_neuron, sample, rest = text.split("|", 4)
        layer, source = rest.split("\t")
        return StepKey(kind, layer, int(neuron), source, int(source_neuron), int(sample))
    except ValueError:
        raise ValueError(f"'{text}' names no step of a derivation.") from None


KINDS: dict[str, str] = {
    "raw": "a value as it stands in the table",
    "output": "output of a neuron; of an input neuron: the scaled value",
    "target": "expected output",
    "weight": "weight of a connection before the update",
    "bias": "bias before the update",
    "net": "net input of a neuron",
    "error": "error of one row",
    "mean_error": "mean error of the rows",
    "residual": "derivative of the error with respect to an output of the network",
    "slope": "derivative of the activation function",
    "back": "derivative of the error with respect to the output of a hidden neuron",
    "delta": "derivative of the error with respect to a net input",
    "factor": "derivative of a net input with respect to a weight",
    "row_gradient": "derivative of one row's error with respect to a parameter",
    "gradient": "what the update takes as the gradient: the mean over rows, with penalties",
    "clipped": "the gradient shortened to a limit",
    "norm": "length of the whole gradient",
    "change": "the step of a parameter",
    "new": "the parameter after the update",
    "setting": "a number that was set",
    "slot": "what the optimizer remembers of a parameter",
}


@dataclass(frozen=True)
class Place:
    """The parts of the network and of the table that a step is about, for lighting them.

    ``neurons`` are (layer, index), ``connections`` (source, i, target, j), ``biases`` (layer, index),
    ``columns`` names of raw columns, ``links`` (source, target) whole links. All counted from 0.
    """

    neurons: tuple[tuple[str, int], ...] = ()
    connections: tuple[tuple[str, int, str, int], ...] = ()
    biases: tuple[tuple[str, int], ...] = ()
    columns: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    def merged(self, other: Place) -> Place:
        """The parts of both."""
        return Place(
            _union(self.neurons, other.neurons),
            _union(self.connections, other.connections),
            _union(self.biases, other.biases),
            _union(self.columns, other.columns),
            _union(self.links, other.links),
        )


def _union(a: tuple[Part, ...], b: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(dict.fromkeys((*a, *b)))


def unknown_step(key: StepKey) -> TopologyError:
    """The error for a step that the network does not have."""
    return TopologyError(f"The network has no step '{key.text}': its layers or sizes changed.")
