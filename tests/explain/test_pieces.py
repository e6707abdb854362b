"""Formulas cut up, so that each factor can be pointed at."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from bpstudio.explain.derivation import explain
from bpstudio.explain.formula_image import formula_box
from bpstudio.explain.keys import StepKey
from bpstudio.explain.plain_text import plain, pretty
from bpstudio.model.config import TrainingConfig
from tests.explain.example import example
from tests.explain.latex import check_formula
from tests.strategies import Problem, problems


def test_that_each_factor_of_a_chain_is_a_piece() -> None:
    d = example()
    gradient = d.chain(d.of_weight("hidden1", 0, "output", 1))[3]
    pieces = gradient.pieces(4)
    assert [p.latex.strip() for p in pieces] == [
        "-0.2171", r"\cdot", "0.1755", r"\cdot", "0.5933",
    ]  # fmt: skip
    keys = [p.key for p in pieces if p.key is not None]
    assert keys == list(gradient.depends)


def test_that_parentheses_around_a_negative_number_go_with_it() -> None:
    d = example()
    back = d.step(StepKey("back", "hidden1", 0, sample=0))
    texts = [(p.latex.strip(), p.key is not None) for p in back.pieces(4)]
    assert ("(-0.2171)", True) in texts and ("+", False) in texts


def test_that_a_fraction_stays_whole() -> None:
    d = example()
    output = d.step(StepKey("output", "hidden1", 0, sample=0))
    assert [p.key for p in output.pieces()] == [None]


@given(problems(held=True, rows=2))
@settings(max_examples=15)
def test_that_the_pieces_joined_are_the_formula(problem: Problem) -> None:
    config = replace(TrainingConfig(l2=0.1, optimizer="adamw"), loss=problem.loss)
    d = explain(problem.network, problem.X, problem.Y, config=config)
    link = problem.topology.links[0]
    for step in d.ancestry(d.of_weight(link.source, 0, link.target, 0)):
        for whole, pieces in ((step.symbols, step.pieces()), (step.numbers(4), step.pieces(4))):
            joined = "".join(piece.latex for piece in pieces)
            assert joined.replace(" ", "") == whole.replace(" ", "")
            for piece in pieces:
                if piece.key is not None:
                    assert piece.key in step.depends
                    check_formula(piece.latex)


@given(problems(held=True, rows=2))
@settings(max_examples=15)
def test_that_every_number_is_a_link_also_inside_fractions(problem: Problem) -> None:
    config = replace(TrainingConfig(l2=0.1, optimizer="adamw"), loss=problem.loss)
    d = explain(problem.network, problem.X, problem.Y, config=config)
    link = problem.topology.links[0]
    for step in d.ancestry(d.of_weight(link.source, 0, link.target, 0)):
        for whole, pieces in ((step.symbols, step.pieces()), (step.numbers(4), step.pieces(4))):
            found = {p.key for piece in pieces for p in (piece, *piece.inner)} - {None}
            folded = r"\cdots" in whole or "mathrm" in step.symbols
            assert found == set(step.depends) or (folded and found <= set(step.depends))
            for piece in pieces:
                spots = formula_box(piece.marked or piece.latex).spots
                assert sorted(spot.number for spot in spots) == list(range(len(piece.inner)))


def test_that_indices_are_small_where_they_are_digits() -> None:
    assert pretty("w_{11}^{(2)}") == "w₁₁⁽²⁾"
    assert pretty(r"f'(\beta_{1} + \theta_{1})") == "f′(β₁ + θ₁)"
    assert pretty("w_{1,12}") == plain("w_{1,12}")
    assert pretty("w_{hj}") == plain("w_{hj}")
