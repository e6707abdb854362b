"""Why does this weight change? A derivation: every number of one update, each with the formula that it
follows from, down to the raw columns of the table.

Steps are made when they are asked for, so a derivation of a large network costs one forward and one
backward pass. Their values are the engine's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bpstudio.explain import backward_forms as backward
from bpstudio.explain import forward_forms as forward
from bpstudio.explain import update_forms as update
from bpstudio.explain.expression import Expression, Ref, evaluate, substituted
from bpstudio.explain.keys import StepKey, parse_key, unknown_step
from bpstudio.explain.numbers import DIGITS, latex_number
from bpstudio.explain.quantities import Quantities
from bpstudio.explain.step import Part, Step, joined, keys_of
from bpstudio.explain.values import Values
from bpstudio.explain.writer import Writer
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.words import counted
from bpstudio.training.schedule import config_in_force

MOST_LEGEND = 8
"""So many symbols get their name in words; a sum over hundreds of inputs needs no more."""

_FORMS: dict[str, Callable[[Quantities, StepKey], forward.Form]] = {
    "raw": forward.raw_form,
    "target": forward.target_form,
    "net": forward.net_form,
    "error": forward.error_form_of,
    "mean_error": forward.mean_error_form,
    "residual": backward.residual_form_of,
    "slope": backward.slope_form_of,
    "back": backward.back_form,
    "delta": backward.delta_form,
    "factor": backward.factor_form,
    "row_gradient": backward.row_gradient_form,
    "gradient": backward.gradient_form,
    "clipped": update.clipped_form,
    "norm": update.norm_form,
    "change": update.change_form,
    "new": update.new_form,
    "weight": update.given_form,
    "bias": update.given_form,
    "setting": update.given_form,
}


@dataclass(frozen=True, eq=False, repr=False)
class Derivation:
    """One update of a network from some rows, as steps that can be followed to their origin.

    ``of_weight`` and ``of_bias`` give the last step of a parameter's story, its new value; ``step``
    gives any other, and ``depends`` those that one follows from.
    """

    quantities: Quantities
    _steps: dict[StepKey, Step] = field(default_factory=dict)

    @classmethod
    def of_project(cls, project: Project, rows: Sequence[int] | IntArray) -> Derivation:
        """The update that these rows of the project's data (from 0) would make next.

        ProjectError where the project cannot be trained; ValueError where there is no such row.
        """
        project.check()
        dataset = project.dataset
        assert dataset is not None
        chosen = np.asarray(rows, dtype=np.intp).ravel()
        for row in chosen:
            if not 0 <= row < len(dataset):
                raise ValueError(f"There is no row {row + 1}: the data have {len(dataset):,} rows.")
        values = Values(
            project.network,
            dataset.inputs[chosen],
            dataset.targets[chosen],
            config_in_force(project),
            dict(project.progress.slots),
        )
        numbers = tuple(int(row) + 1 for row in chosen)
        return cls(Quantities(values, dataset.preparation, dataset.values[chosen], numbers))

    # Reading it

    def __repr__(self) -> str:
        rows = counted(self.rows, "row")
        return f"<Derivation of an update of {self.values.topology} from {rows}>"

    @property
    def values(self) -> Values:
        return self.quantities.values

    @property
    def rows(self) -> int:
        """How many rows the update is the mean of."""
        return self.values.rows

    @property
    def updated(self) -> Network:
        """The network after the update."""
        return self.values.network.with_parameters(self.values.updated.parameters)

    def applied(self, project: Project) -> Project:
        """The project after this very update: its weights and what the optimizer remembers.

        Epoch, history and the weights that Reset goes back to stay; the row is not counted as trained.
        """
        slots = self.values.updated.slots
        progress = replace(project.progress, slots=slots)
        return replace(project, network=self.updated, progress=progress)

    def of_weight(self, source: str, i: int, target: str, j: int) -> Step:
        """The new weight from neuron i of ``source`` to neuron j of ``target`` (from 0).

        TopologyError where there is no such connection.
        """
        self.quantities.link_block(source, target)
        return self.step(StepKey("new", target, j, source, i))

    def of_bias(self, layer: str, j: int) -> Step:
        """The new bias of neuron j of ``layer`` (from 0); TopologyError where there is none."""
        key = StepKey("new", layer, j)
        self.quantities.check(key)
        if layer == self.values.topology.input.id:
            raise unknown_step(key)
        return self.step(key)

    def step(self, key: StepKey | str) -> Step:
        """A step by its key or its id; TopologyError where the network has no such part."""
        if isinstance(key, str):
            key = parse_key(key)
        if key not in self._steps:
            self._steps[key] = self._made(key)
        return self._steps[key]

    def depends(self, step: Step) -> tuple[Step, ...]:
        """The steps that a step's value follows from."""
        return tuple(self.step(key) for key in step.depends)

    def ancestry(self, step: Step) -> Iterator[Step]:
        """The step and everything that it follows from, each once, the step first."""
        seen, todo = {step.key}, [step]
        while todo:
            here = todo.pop(0)
            yield here
            for key in here.depends:
                if key not in seen:
                    seen.add(key)
                    todo.append(self.step(key))

    def chain(self, step: Step, sample: int = 0) -> tuple[Step, ...]:
        """A parameter's story as the derivation tells it, ending in its new value.

        (7), (8), (9), (6), (10), (5) for an output weight, (19), (16), (17), (15), (20), (5) for a
        hidden one. Of several rows, ``sample`` is the one whose share is told in full.
        """
        q, key = self.quantities, step.key
        if not q.is_free(key) and not q.is_present(key):
            return tuple(self.step(key.at(kind)) for kind in (_old(key), "change", "new"))
        end = StepKey("delta", key.layer, key.neuron, sample=sample)
        output = key.layer == self.values.topology.output.id
        kinds: tuple[str, ...] = ("residual" if output else "back", "slope")
        if output and not q.is_factored:
            kinds = ("delta",)
        elif not q.notation.one_hidden:
            kinds = (*kinds, "delta")
        keys = [end.at(kind) for kind in kinds]
        if key.source:
            keys.append(key._replace(kind="factor", sample=sample))
        keys.append(key._replace(kind="row_gradient", sample=sample))
        taken = update.gradient_key(q, key)
        if taken.kind == "clipped":
            keys.append(key.at("gradient"))
        keys += [taken, key.at("change"), key.at("new")]
        return tuple(self.step(k) for k in dict.fromkeys(keys))

    # In full

    def in_full(self, step: Step, kinds: Sequence[str] = ()) -> Expression | None:
        """A step's formula with those of the given kinds put in the place of their symbols.

        Without ``kinds``: what makes (10) and (20) of a change.
        """
        inner = tuple(kinds) or ("row_gradient", "back", "residual", "factor")
        if not kinds and self.rows == 1:
            inner = (*inner, "gradient")
        if step.formula is None:
            return None

        def formula(key: object) -> Expression | None:
            if isinstance(key, StepKey) and key.kind in inner:
                return self.step(key).formula
            return None

        return substituted(step.formula, formula)

    def full_equations(self, step: Step, digits: int = DIGITS) -> list[tuple[str, str, str]]:
        """A change in full, (10), (11) or (20): symbols, numbers, result; see ``Step.equations``."""
        whole = self.in_full(step)
        if whole is None or whole == step.formula:
            return step.equations(digits)
        symbols = Writer(self._symbol).latex(whole)
        numbers = Writer(value=self._value, digits=digits).latex(whole)
        return [
            (step.symbol, step.relation, symbols),
            ("", "=", numbers),
            ("", "=", latex_number(step.value, digits)),
        ]

    def full_lines(self, step: Step, digits: int = DIGITS) -> list[str]:
        """The same as LaTeX lines."""
        return joined(self.full_equations(step, digits))

    def recomputed(self, step: Step) -> float:
        """The step's value worked out from the values of the steps that it depends on."""
        if step.formula is None:
            return step.value
        return evaluate(step.formula, self._value)

    def _symbol(self, key: object) -> str:
        assert isinstance(key, StepKey)
        return self.quantities.symbol(key)

    def _value(self, key: object) -> float:
        assert isinstance(key, StepKey)
        return self.quantities.value(key)

    # Making a step

    def _made(self, key: StepKey) -> Step:
        q = self.quantities
        value = q.value(key)
        form = self._form(key)
        parts: tuple[Part, ...] = ()
        formula = form.formula
        if formula is not None:
            formula = substituted(formula, self._biases_by_name)
            parts = tuple(Part(k, q.symbol(k), q.value(k)) for k in keys_of(formula))
        named = (key, *(part.key for part in parts))
        legend = tuple((q.symbol(k), q.name(k)) for k in named[:MOST_LEGEND] if q.name(k))
        place = form.place
        return Step(
            key,
            form.number,
            form.title,
            q.symbol(key),
            form.general,
            formula,
            value,
            place,
            parts,
            legend,
            form.note,
            form.relation,
        )

    def _form(self, key: StepKey) -> forward.Form:
        q = self.quantities
        if key.kind == "output":
            is_input = key.layer == self.values.topology.input.id
            return forward.input_form(q, key) if is_input else forward.output_form(q, key)
        if key.kind.startswith("slot:"):
            return update.slot_form_of(q, key)
        return _FORMS[key.kind](q, key)

    @staticmethod
    def _biases_by_name(key: object) -> Expression | None:
        # Forms speak of a parameter as a "weight"; one without a source is a bias.
        if isinstance(key, StepKey) and key.kind == "weight" and not key.source:
            return Ref(key.at("bias"))
        return None


def _old(key: StepKey) -> str:
    return "weight" if key.source else "bias"


def explain(
    network: Network,
    x: FloatArray | Sequence[Any],
    y: FloatArray | Sequence[Any],
    learning_rate: float = 0.5,
    loss: str = "squared_error",
    config: TrainingConfig | None = None,
    slots: Mapping[str, FloatArray] | None = None,
) -> Derivation:
    """The derivation of one update from x (inputs,) and y (outputs,), or from several rows of them.

    ``config`` gives optimizer, penalties and the rest; ``learning_rate`` and ``loss`` are used without
    it. ``slots`` are the optimizer's vectors. ValueError where network, rows and loss do not go
    together.
    """
    if config is None:
        config = TrainingConfig(learning_rate=learning_rate, loss=loss)
    X, Y = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (x, y))
    return Derivation(Quantities(Values(network, X, Y, config, dict(slots or {}))))
