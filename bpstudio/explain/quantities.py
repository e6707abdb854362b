"""Value, symbol and name of every quantity that a derivation can speak of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bpstudio.explain.keys import StepKey, unknown_step
from bpstudio.explain.notation import Notation
from bpstudio.explain.values import Values
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import SETTINGS
from bpstudio.model.dataset import Column, Preparation
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.topology import LinkBlock, TopologyError

SLOTS: dict[str, str] = {
    "velocity": r"\nu",
    "mean_square": "s",
    "first_moment": "m",
    "second_moment": "r",
    "step_size": "d",
    "previous_gradient": "g",
    "updates": "t",
}
"""Symbols of the optimizers' vectors."""

SETTING_SYMBOLS: dict[str, str] = {
    "learning_rate": r"\eta",
    "momentum": r"\mu",
    "l1": r"\lambda_1",
    "l2": r"\lambda_2",
    "beta1": r"\rho_1",
    "beta2": r"\rho_2",
    "decay": r"\rho",
    "epsilon": r"\epsilon",
    "rprop_increase": r"\kappa_{+}",
    "rprop_decrease": r"\kappa_{-}",
    "rprop_lowest": r"d_{\min}",
    "rprop_highest": r"d_{\max}",
    "clip": "c",
}
"""Symbols of the settings that formulas use; Adam's betas are net inputs here already."""


@dataclass(frozen=True, eq=False)
class Quantities:
    """The numbers of ``values`` with the raw columns they came from, by step key.

    ``raw`` is (rows, columns) in the order of ``preparation.columns``; both are None where the network
    gets its inputs as they are. ``row_numbers`` tell the rows' places in the table, from 1.
    """

    values: Values
    preparation: Preparation | None = None
    raw: FloatArray | None = None
    row_numbers: tuple[int, ...] = ()
    notation: Notation = field(init=False)
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notation", Notation(self.values.topology))
        if not self.row_numbers:
            object.__setattr__(self, "row_numbers", tuple(range(1, self.values.rows + 1)))

    # Where things are

    def check(self, key: StepKey) -> None:
        """TopologyError if the network has no such part."""
        topology = self.values.topology
        ends = [(key.layer, key.neuron), (key.source, key.source_neuron)]
        for layer, neuron in ends:
            if layer and key.kind not in ("setting", "raw"):
                size = topology.layer(layer).size
                if not 0 <= neuron < size:
                    raise TopologyError(
                        f"Layer '{layer}' has no neuron {neuron}: count from 0 to {size - 1}."
                    )
        if key.sample >= self.values.rows:
            raise unknown_step(key)

    def link_block(self, source: str, target: str) -> LinkBlock:
        """Where a link's weights are; TopologyError if there is none."""
        topology = self.values.topology
        topology.link(source, target)
        return next(b for b in self.values.block(target).incoming if b.link.source == source)

    def position(self, key: StepKey) -> int:
        """The parameter's place in the vector."""
        if not key.source:
            return self.values.block(key.layer).start + key.neuron
        b = self.link_block(key.source, key.layer)
        return b.start + key.neuron * b.shape[1] + key.source_neuron

    def is_present(self, key: StepKey) -> bool:
        """False for a pruned connection and for the bias of a layer without biases."""
        if not key.source:
            return self.values.topology.layer(key.layer).bias
        mask = self.values.topology.link(key.source, key.layer).mask
        return mask is None or bool(mask[key.neuron, key.source_neuron])

    def is_free(self, key: StepKey) -> bool:
        """Whether training may change the parameter."""
        free = self.values.topology.free
        return free is None or bool(free[self.position(key)])

    def is_penalised(self, key: StepKey) -> bool:
        """Whether L1 or L2 adds to the parameter's gradient."""
        return bool(key.source and (self.values.config.l1 or self.values.l2_in_gradient))

    def column(self, layer: str, neuron: int) -> tuple[int, int, Column] | None:
        """The raw column (its position among its own kind), the neuron's offset in it, and itself."""
        if self.preparation is None or self.raw is None:
            return None
        inputs = layer == self.values.topology.input.id
        columns = self.preparation.inputs if inputs else self.preparation.targets
        at = 0
        for c, column in enumerate(columns):
            if neuron < at + column.width:
                return c, neuron - at, column
            at += column.width
        return None

    def raw_column(self, key: StepKey) -> Column:
        """The column of a raw value."""
        assert self.preparation is not None
        inputs = key.layer == self.values.topology.input.id
        return (self.preparation.inputs if inputs else self.preparation.targets)[key.neuron]

    def neuron_name(self, layer: str, neuron: int) -> str:
        """A neuron in words: ``hidden 1 · 2``, ``input · 1 (petal length)``."""
        return self.neuron_names(layer)[neuron]

    def neuron_names(self, layer: str) -> tuple[str, ...]:
        """The names of all neurons of a layer."""
        if layer not in self._names:
            topology = self.values.topology
            size = topology.layer(layer).size
            columns = self._columns(layer) or ("",) * size
            self._names[layer] = tuple(
                topology.neuron_label(layer, j) + (f" ({column})" if column else "")
                for j, column in enumerate(columns)
            )
        return self._names[layer]

    def column_name(self, layer: str, neuron: int) -> str:
        """What the table calls an input or output neuron; "" for a hidden one or without a table."""
        columns = self._columns(layer)
        return columns[neuron] if columns else ""

    def _columns(self, layer: str) -> tuple[str, ...]:
        topology = self.values.topology
        if self.preparation is None:
            return ()
        if layer == topology.input.id:
            return self.preparation.input_names
        return self.preparation.output_names if layer == topology.output.id else ()

    def parameter_name(self, key: StepKey) -> str:
        """A parameter in words."""
        target = self.neuron_name(key.layer, key.neuron)
        if not key.source:
            return f"the bias of {target}"
        return f"the weight from {self.neuron_name(key.source, key.source_neuron)} to {target}"

    @property
    def is_factored(self) -> bool:
        """Whether the output layer's delta is (7) times (8); else it is a joint form."""
        activation = self.values.topology.output.activation
        joint = activation in self.values.loss.joint
        return not joint and ACTIVATIONS[activation].derivative is not None

    # Values

    def value(self, key: StepKey) -> float:
        """The engine's number for a step."""
        self.check(key)
        return float(self._value(key))

    def _value(self, key: StepKey) -> Any:
        v, s, j = self.values, key.sample, key.neuron
        match key.kind:
            case "output":
                return v.outputs[v.topology.position(key.layer)][s, j]
            case "net":
                nets = v.sums if self.notation.one_hidden else v.nets
                return nets[v.topology.position(key.layer) - 1][s, j]
            case "target":
                return v.Y[s, j]
            case "raw":
                return self._raw(key)
            case "weight" | "bias":
                return v.network.parameters[self.position(key)]
            case "error":
                return v.errors[s]
            case "mean_error":
                return v.errors.mean()
            case "residual":
                return v.residuals[s, j]
            case "slope":
                return v.slopes(key.layer)[s, j]
            case "back":
                return v.backs[v.topology.position(key.layer)][s, j]
            case "delta":
                return v.deltas[v.topology.position(key.layer) - 1][s, j]
            case "factor":
                return self._value(source_output(key))
            case "row_gradient":
                return self._row_gradient(key)
            case "gradient":
                return v.gradient[self.position(key)]
            case "clipped":
                return v.taken[self.position(key)]
            case "norm":
                return v.gradient_length
            case "change":
                return v.changes[self.position(key)]
            case "new":
                return v.updated.parameters[self.position(key)]
            case "setting":
                return float(getattr(v.config, key.layer))
        if key.kind.startswith("slot:"):
            return self._slot(key)
        raise unknown_step(key)

    def _raw(self, key: StepKey) -> float:
        if self.preparation is None or self.raw is None:
            raise unknown_step(key)
        offset = 0 if key.layer == self.values.topology.input.id else len(self.preparation.inputs)
        value = self.raw[key.sample, offset + key.neuron]
        return float(self.raw_column(key).filled(value))

    def is_missing(self, key: StepKey) -> bool:
        """Whether a raw value is not in the table, so that it is filled in."""
        assert self.preparation is not None and self.raw is not None
        offset = 0 if key.layer == self.values.topology.input.id else len(self.preparation.inputs)
        return bool(np.isnan(self.raw[key.sample, offset + key.neuron]))

    def _row_gradient(self, key: StepKey) -> float:
        # One row's share of delta x^T (23): the engine adds these up and divides by their number.
        if not self.is_present(key):
            return 0.0
        delta = float(self._value(key.at("delta")._replace(source="", source_neuron=-1)))
        return delta * float(self._value(source_output(key))) if key.source else delta

    def _slot(self, key: StepKey) -> float:
        _, when, name = key.kind.split(":")
        slots = self.values.updated.slots if when == "after" else self.values.slots
        vector = slots.get(name)
        if vector is None:
            # What the optimizer starts with.
            return self.values.config.learning_rate if name == "step_size" else 0.0
        return float(vector[0] if vector.size == 1 else vector[self.position(key)])

    # Symbols

    def symbol(self, key: StepKey) -> str:
        """The quantity's LaTeX."""
        n, layer, j = self.notation, key.layer, key.neuron
        match key.kind:
            case "output":
                return n.output(layer, j)
            case "net":
                return n.net(layer, j)
            case "target":
                return n.target(j)
            case "raw":
                return n.raw(layer, j)
            case "weight" | "bias":
                return self._parameter(key)
            case "error":
                return "E" if self.values.rows == 1 else f"E_{{{key.sample + 1}}}"
            case "mean_error":
                return "E"
            case "residual":
                return n.residual(j)
            case "slope":
                return n.slope(layer, j)
            case "back":
                return n.back(layer, j)
            case "delta":
                return n.delta(layer, j)
            case "factor":
                return n.factor(layer, j, self._parameter(key))
            case "row_gradient":
                of = "E" if self.values.rows == 1 else f"E_{{{key.sample + 1}}}"
                return n.gradient(self._parameter(key), of)
            case "gradient":
                name = self._parameter(key)
                return f"g_{{{name}}}" if self.is_penalised(key) else n.gradient(name)
            case "change":
                return rf"\Delta {self._parameter(key)}"
            case "new":
                return self._parameter(key)
            case "setting":
                return SETTING_SYMBOLS[layer]
            case "clipped":
                return rf"\hat{{g}}_{{{self._parameter(key)}}}"
            case "norm":
                return r"\Vert g \Vert"
        if key.kind.startswith("slot:"):
            _, when, name = key.kind.split(":")
            return SLOTS[name] + (r"_{\mathrm{new}}" if when == "after" else "")
        raise unknown_step(key)

    def _parameter(self, key: StepKey) -> str:
        if not key.source:
            return self.notation.bias(key.layer, key.neuron)
        return self.notation.weight(key.source, key.source_neuron, key.layer, key.neuron)

    def name(self, key: StepKey) -> str:
        """What the symbol stands for, in words; "" where the symbol says it all."""
        match key.kind:
            case "output" if key.layer == self.values.topology.input.id:
                return self.neuron_name(key.layer, key.neuron)
            case "output" | "net" | "delta" as kind:
                what = "net input" if kind == "net" else kind
                return f"{what} of {self.neuron_name(key.layer, key.neuron)}"
            case "error" | "row_gradient" as kind if self.values.rows > 1:
                row = self.row_numbers[key.sample]
                return f"error of row {row}" if kind == "error" else f"gradient of row {row}"
            case "target":
                column = self.column_name(key.layer, key.neuron)
                return f"expected output{f' for {column}' if column else ''}"
            case "raw":
                return f"column {self.raw_column(key).name}"
            case "weight" | "bias":
                return self.parameter_name(key).removeprefix("the ")
            case "setting":
                return SETTINGS[key.layer].label.lower()
        return ""


def source_output(key: StepKey) -> StepKey:
    """The output that flows through a connection."""
    return StepKey("output", key.source, key.source_neuron, sample=key.sample)
