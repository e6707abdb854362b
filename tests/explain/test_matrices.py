"""The matrices beside a step multiply out to its result, and mark its entry."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings

from bpstudio.explain.derivation import Derivation, explain
from bpstudio.explain.keys import StepKey
from bpstudio.explain.matrices import MatrixForm, matrices
from bpstudio.explain.walk import walk
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology
from tests.explain.example import example
from tests.strategies import Problem, problems


def worked_out(form: MatrixForm, activation: str) -> FloatArray:
    """The right-hand side: products, then sums, then what is multiplied element by element."""
    terms: list[FloatArray] = []
    function = False
    for matrix in form.matrices[1:]:
        operator, values = matrix.operator, matrix.values
        if operator == "":
            terms[-1] = terms[-1] @ values
        elif operator == r"\odot":
            terms = [np.sum(terms, axis=0) * values]
        elif operator == "= f":
            function, terms = True, [values]
        elif found := re.fullmatch(r"- ?([\d.e\-]*)(?:\\times 10\^\{(-?\d+)\})?", operator):
            rate = float(found[1] or 1) * 10.0 ** int(found[2] or 0)
            terms.append(-rate * values)
        elif found := re.fullmatch(r"= \\frac\{1\}\{(\d+)\}", operator):
            terms.append(values / int(found[1]))
        else:
            assert operator in ("=", "+", r"\leftarrow"), operator
            terms.append(values)
    total = np.sum(terms, axis=0)
    return ACTIVATIONS[activation](total.T).T if function else total


def forms(derivation: Derivation) -> list[tuple[StepKey, MatrixForm]]:
    """The matrix forms of every step that has one."""
    found = []
    for stage in walk(derivation):
        for step in stage.steps():
            keys = [step.key]
            if stage.kind == "delta":
                keys.append(step.key.at("back"))
            if stage.kind == "update":
                keys += [step.key.at("gradient"), step.key.at("change")]
                keys.append(step.key._replace(kind="row_gradient", sample=0))
            for key in keys:
                if form := matrices(derivation, derivation.step(key)):
                    found.append((key, form))
    return found


@given(problems(held=True))
@settings(max_examples=20)
def test_that_the_matrices_multiply_out_to_the_result(problem: Problem) -> None:
    derivation = explain(problem.network, problem.X, problem.Y, loss=problem.loss)
    for key, form in forms(derivation):
        result = worked_out(form, problem.topology.layer(key.layer).activation)
        expected = form.matrices[0].values
        np.testing.assert_allclose(result, expected, rtol=1e-11, atol=1e-12)
        # The marked entry of the result is the step's value.
        marked = form.matrices[0].marked
        kind = "new" if key.kind == "change" else key.kind
        assert marked is not None
        assert expected[marked] == derivation.step(key.at(kind)).value
        for matrix in form.matrices:
            assert len(matrix.row_names) == matrix.shape[0]
            assert len(matrix.column_names) == matrix.shape[1]


def test_the_update_of_the_worked_example_as_matrices() -> None:
    d = example()
    step = d.of_weight("input", 0, "hidden1", 1)
    form = matrices(d, step)
    assert form is not None and form.number == "23"
    assert form.general == r"V \leftarrow V - \eta\,\delta^{(2)}\,{x}^{\mathsf{T}}"
    assert form.latex(9).startswith(
        r"\begin{bmatrix} 0.149780716 & 0.199561432 \\ \boxed{0.249751144} & 0.299502287 \end{bmatrix}"
    )
    new, old, delta, x = form.matrices
    assert (new.marked, old.marked, delta.marked, x.marked) == ((1, 0), (1, 0), (1, 0), (0, 0))
    assert new.row_names == ("hidden 1 · 1", "hidden 1 · 2")
    assert new.column_names == ("input · 1", "input · 2")


def test_that_the_focus_marks_the_weight_in_its_neurons_steps() -> None:
    d = example()
    net = d.step(StepKey("net", "hidden1", 1, sample=0))
    focus = d.of_weight("input", 0, "hidden1", 1).key
    form = matrices(d, net, focus)
    assert form is not None
    result, weights, x = form.matrices
    assert (result.marked, weights.marked, x.marked) == ((1, 0), (1, 0), (0, 0))
    alone = matrices(d, net)
    assert alone is not None
    assert [alone.matrices[1].is_marked(1, k) for k in (0, 1)] == [True, True]


def test_that_a_large_matrix_is_folded_around_its_entry() -> None:
    network = Network.create(Topology.parse("30-20-3"))
    d = explain(network, np.ones(30), np.zeros(3))
    form = matrices(d, d.of_weight("input", 17, "hidden1", 9))
    assert form is not None
    rows, columns = form.matrices[0].shown()
    assert rows == [0, None, 8, 9, 10, None, 19]
    assert columns == [0, None, 16, 17, 18, None, 29]
    assert form.matrices[0].shown(2) == ([0, None, 9, None, 19], [0, None, 17, None, 29])
    assert form.latex().count(r"\boxed") == 4
    assert r"\ddots" in form.latex() and len(form.latex()) < 3000


def test_that_a_batch_is_one_product_of_all_rows() -> None:
    network = Network.create(Topology.parse("2-3-1"))
    d = explain(network, np.ones((5, 2)), np.zeros((5, 1)), config=TrainingConfig(batch_size=5))
    key = d.of_weight("input", 1, "hidden1", 2).key.at("gradient")
    form = matrices(d, d.step(key))
    assert form is not None
    assert [m.shape for m in form.matrices] == [(3, 2), (3, 5), (5, 2)]
    assert form.matrices[1].column_names == ("row 1", "row 2", "row 3", "row 4", "row 5")


def test_that_the_factors_of_a_delta_are_shown_in_its_matrices() -> None:
    d = example()
    for key in (
        StepKey("residual", "output", 1, sample=0),
        StepKey("slope", "hidden1", 0, sample=0),
    ):
        step = d.step(key)
        form = matrices(d, step)
        assert form is not None and form.number == ("25" if key.layer == "output" else "26")
        found = [m.values[key.neuron, 0] for m in form.matrices if m.marked == (key.neuron, 0)]
        assert step.value in found


def test_that_what_is_no_part_of_the_matrix_form_has_none() -> None:
    d = example()
    for key in (StepKey("error", sample=0), StepKey("setting", "learning_rate")):
        assert matrices(d, d.step(key)) is None
