"""A derivation as a document: what is told, in order, before it becomes text, LaTeX or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.function_forms import DEFINITIONS
from bpstudio.explain.keys import StepKey
from bpstudio.explain.matrices import MatrixForm, matrices
from bpstudio.explain.numbers import DIGITS
from bpstudio.explain.step import Step
from bpstudio.explain.walk import walk
from bpstudio.model.config import SETTINGS
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.methods import OPTIMIZERS

MOST_STEPS = 60
"""Steps told in one section; a layer of hundreds has more than anybody reads."""

_ORDER = (
    "raw", "output", "target", "net", "error", "residual", "slope", "back", "delta",
)  # fmt: skip
"""In what order the origins of numbers are told: as they are calculated, layer by layer."""


@dataclass(frozen=True)
class Section:
    """Steps under a heading; ``omitted`` counts those that are left out. ``matrix`` goes with them."""

    title: str
    steps: tuple[Step, ...] = ()
    omitted: int = 0
    in_full: tuple[tuple[str, str, str], ...] = ()
    matrix: MatrixForm | None = None


class Fact(NamedTuple):
    """What an update was made with, in words, and as a value for other programs."""

    name: str
    text: str
    value: str | float | list[int]


@dataclass(frozen=True)
class Document:
    """A title, facts (no formulas), the functions used (LaTeX), and sections."""

    title: str
    facts: tuple[Fact, ...]
    functions: tuple[tuple[str, str, str], ...]
    sections: tuple[Section, ...]


def why(derivation: Derivation, new: Step, sample: int = 0, digits: int = DIGITS) -> Document:
    """Why one parameter changes: its chain, the same in full and as matrices, and the origins of its
    numbers. ``new`` is from ``of_weight`` or ``of_bias``."""
    chain = derivation.chain(new, sample)
    change = derivation.step(new.key.at("change"))
    sections = [Section("The chain", chain)]
    full = tuple(derivation.full_equations(change, digits))
    if list(full) != change.equations(digits):
        sections.append(Section("In full", in_full=full))
    if form := matrices(derivation, change, new.key):
        sections.append(Section("As matrices", matrix=form))
    origins = _origins(derivation, chain)
    if origins:
        steps = tuple(origins[:MOST_STEPS])
        title = "Where the numbers come from"
        sections.append(Section(title, steps, len(origins) - len(steps)))
    name = derivation.quantities.parameter_name(new.key)
    return _document(derivation, f"Why does {name} change?", sections)


def whole_walk(derivation: Derivation, sample: int = 0) -> Document:
    """One row's whole way through the network."""
    sections = []
    for stage in walk(derivation, sample):
        steps = tuple(islice(stage.steps(), MOST_STEPS))
        if steps:
            sections.append(Section(stage.title, steps, len(stage) - len(steps)))
    row = derivation.quantities.row_numbers[sample]
    return _document(derivation, f"How row {row} changes the network", sections)


def _origins(derivation: Derivation, chain: Sequence[Step]) -> list[Step]:
    """What the chain's numbers follow from and the chain does not say, in the order of calculation."""
    told = {step.key for step in chain}
    found: dict[StepKey, Step] = {}
    todo = [key for step in chain for key in step.depends]
    while todo:
        key = todo.pop()
        # Weights and settings are given, and a wide network has very many of them.
        if key not in found and key.kind in _ORDER:
            found[key] = derivation.step(key)
            todo.extend(found[key].depends)
    topology = derivation.values.topology

    def place(step: Step) -> tuple[int, int, int, int, int]:
        key = step.key
        layer = topology.position(key.layer) if key.layer else 0
        forward = key.kind in ("raw", "output", "net", "target")
        kind = _ORDER.index("raw" if key.kind == "net" else key.kind) if forward else 9
        rank = layer if forward else 100 + len(topology.layers) - layer
        return key.sample, rank, kind, key.neuron, _ORDER.index(key.kind)

    return sorted((step for key, step in found.items() if key not in told), key=place)


def _document(derivation: Derivation, title: str, sections: list[Section]) -> Document:
    values, q = derivation.values, derivation.quantities
    config = values.config
    rows = ", ".join(str(number) for number in q.row_numbers[:10])
    rows += f" and {values.rows - 10:,} more" if values.rows > 10 else ""
    several, rate = values.rows > 1, config.learning_rate
    shape, numbers = str(values.topology), list(q.row_numbers)
    facts = [
        Fact("Network", shape, shape),
        Fact("Rows", rows, numbers) if several else Fact("Row", rows, numbers[0]),
        Fact("Loss", values.loss.label, values.loss.label),
        Fact("Optimizer", OPTIMIZERS[config.optimizer], OPTIMIZERS[config.optimizer]),
        Fact("Learning rate", SETTINGS["learning_rate"].text(rate), rate),
    ]
    if config.dtype != "float64":
        words = f"float64 here; a run calculates in {config.dtype}"
        facts.append(Fact("Precision", words, words))
    names = dict.fromkeys(layer.activation for layer in values.topology.layers[1:])
    functions = tuple((ACTIVATIONS[name].label, *DEFINITIONS[name]) for name in names)
    return Document(title, tuple(facts), functions, tuple(sections))
