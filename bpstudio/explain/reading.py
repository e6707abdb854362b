"""Text to read beside a network: passages with formulas, each naming the parts that it speaks of."""

from __future__ import annotations

from dataclasses import dataclass

from bpstudio.explain.keys import Place
from bpstudio.explain.plain_text import plain
from bpstudio.model.topology import Topology

ROLES: dict[str, str] = {
    "inputs": "input neurons",
    "hidden": "hidden neurons",
    "outputs": "output neurons",
    "hidden_weights": "weights into hidden layers",
    "output_weights": "weights into the output layer",
    "hidden_biases": "biases of hidden neurons",
    "output_biases": "biases of output neurons",
}
"""What a passage may speak of, in any network."""


def parts_of(topology: Topology, roles: tuple[str, ...]) -> Place:
    """The parts of a network that have these roles."""
    place = Place()
    for role in roles:
        place = place.merged(_parts(topology, role))
    return place


def _parts(topology: Topology, role: str) -> Place:
    if not topology.layers:
        return Place()
    inner, output = [layer.id for layer in topology.hidden], topology.output.id
    match role:
        case "inputs":
            return Place(_neurons(topology, [topology.input.id]))
        case "hidden":
            return Place(_neurons(topology, inner))
        case "outputs":
            return Place(_neurons(topology, [output]))
        case "hidden_weights":
            return Place(links=tuple(k.key for k in topology.links if k.target != output))
        case "output_weights":
            return Place(links=tuple(k.key for k in topology.links if k.target == output))
        case "hidden_biases":
            return Place(biases=_neurons(topology, inner))
        case "output_biases":
            return Place(biases=_neurons(topology, [output]))
    raise KeyError(role)


def _neurons(topology: Topology, layers: list[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, j) for name in layers for j in range(topology.layer(name).size))


@dataclass(frozen=True)
class Formula:
    """A formula of the text: its ``number`` ("" for one without), LaTeX, and ``about``: ROLES."""

    number: str
    latex: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passage:
    """A heading (or ""), a paragraph of plain words, and the formulas that follow it."""

    title: str
    words: str
    formulas: tuple[Formula, ...] = ()

    @property
    def about(self) -> tuple[str, ...]:
        """The roles of all its formulas."""
        return tuple(dict.fromkeys(role for formula in self.formulas for role in formula.about))


@dataclass(frozen=True)
class Reading:
    """A text: title and passages in order."""

    title: str
    passages: tuple[Passage, ...]

    def formula(self, number: str) -> Formula:
        """The formula with a number; KeyError if there is none."""
        for passage in self.passages:
            for formula in passage.formulas:
                if formula.number == number:
                    return formula
        raise KeyError(number)

    def markdown(self) -> str:
        """The text as Markdown, formulas in Unicode."""
        lines = [f"# {self.title}"]
        for passage in self.passages:
            if passage.title:
                lines += ["", f"## {passage.title}"]
            lines += ["", passage.words]
            for formula in passage.formulas:
                number = f"({formula.number}) " if formula.number else ""
                lines += ["", f"    {number}{plain(formula.latex)}"]
        return "\n".join(lines) + "\n"
