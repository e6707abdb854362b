"""Worksheets: what is asked, how answers are marked, what hints say, and the printed pages."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings

from bpstudio.explain.derivation import Derivation, explain
from bpstudio.explain.keys import StepKey
from bpstudio.explain.plain_text import plain
from bpstudio.explain.worksheet import (
    COMFORTABLE,
    MOST_BLANKS,
    Worksheet,
    count_blanks,
    result_latex,
)
from bpstudio.explain.worksheet_html import exercise_html, solution_html
from bpstudio.files.lessons import load_lesson
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import Column, Dataset
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.explain.arithmetic import work_out
from tests.explain.example import example
from tests.explain.latex import check_formula
from tests.strategies import Problem, problems

NEW_V11 = StepKey("new", "hidden1", 0, "input", 0)
OUTPUT = StepKey("output", "output", 0, sample=0)


def test_that_everything_by_hand_is_asked_and_everything_else_is_given() -> None:
    sheet = Worksheet.of(example())
    kinds = [task.kind for task in sheet.tasks]
    assert kinds == ["net", "output"] * 2 + ["error", "delta", "delta", "update", "update"]
    assert len(list(sheet.blanks())) == 8 + 1 + 4 + 12
    given = {step.symbol: step.value for step in sheet.given()}
    assert given["x_{1}"] == 0.05 and given["y_{2}"] == 0.99
    assert given["v_{21}"] == 0.20 and given[r"\theta_{1}"] == 0.6 and given[r"\eta"] == 0.5
    assert len(given) == 2 + 2 + 12 + 1


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("0.7514", True), ("0,7514", True), ("0.75", True), (" 0.751365069 ", True),
        ("7.514e-1", True), ("7.514·10^-1", True), ("0.74", False), ("0.76", False),
    ],
)  # fmt: skip
def test_that_answers_are_marked_with_a_tolerance(answer: str, right: bool) -> None:
    mark = Worksheet.of(example()).mark(OUTPUT, answer)
    assert mark.right == right and mark.sentence.endswith(".")


def test_that_a_mark_says_what_may_have_gone_wrong() -> None:
    sheet = Worksheet.of(example())
    assert "0.747" in sheet.mark(OUTPUT, "0.7514").sentence
    assert "sign is not" in sheet.mark(OUTPUT, "-0.7514").sentence
    assert "more digits" in sheet.mark(OUTPUT, "0.74").sentence
    assert "hint" in sheet.mark(OUTPUT, "3").sentence
    assert "not a number" in sheet.mark(OUTPUT, "a lot").sentence
    with pytest.raises(KeyError):
        sheet.mark(StepKey("slope", "output", 0, sample=0), "1")


def test_that_the_old_value_of_a_weight_is_no_answer_for_the_new_one() -> None:
    sheet = Worksheet.of(example())
    blank = sheet.blank(NEW_V11)
    assert not sheet.mark(NEW_V11, "0.15").right
    assert sheet.mark(NEW_V11, "0.14978").right
    assert blank.decimals == 6 and sheet.mark(NEW_V11, "0.149781").right
    assert sheet.score({NEW_V11: "0.14978", OUTPUT: "1", blank.key.at("x"): " "}) == (1, 25)


@given(problems(held=True, rows=1))
@settings(max_examples=15)
def test_that_rounding_to_the_decimals_asked_for_is_right_and_hints_lead_to_it(
    problem: Problem,
) -> None:
    config = TrainingConfig(loss=problem.loss)
    sheet = Worksheet.of(explain(problem.network, problem.X, problem.Y, config=config))
    for blank in sheet.blanks():
        assert sheet.mark(blank.key, f"{blank.value:.{blank.decimals}f}").right
        formula, numbers, result = sheet.hints(blank.key, 17)
        assert check_formula(formula) != numbers and blank.symbol in formula
        right = numbers.removeprefix(blank.symbol).strip().removeprefix(r"\leftarrow")
        if r"\cdots" not in right:
            value = work_out(right.strip().removeprefix("= "))
            assert value == pytest.approx(blank.value, rel=1e-9, abs=1e-12)
        assert result.startswith(blank.symbol)


def test_that_hints_speak_of_what_is_worked_out_already() -> None:
    sheet = Worksheet.of(example())
    formula, numbers, result = sheet.hints(StepKey("delta", "output", 0, sample=0))
    assert formula == r"\delta_{1}^{(3)} = (\hat{y}_{1} - y_{1})\,\hat{y}_{1}\,(1 - \hat{y}_{1})"
    assert "0.7514" in numbers and result == r"\delta_{1}^{(3)} = 0.1385"


def test_that_a_network_too_large_for_paper_is_refused_in_words() -> None:
    d = explain(Network.create(Topology.parse("30-20-3")), np.ones(30), np.zeros(3))
    with pytest.raises(ValueError, match=f"at most {MOST_BLANKS}"):
        Worksheet.of(d)


def test_that_several_rows_are_no_worksheet() -> None:
    d = explain(Network.create(Topology.parse("1-1-1")), np.ones((2, 1)), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="one row"):
        Worksheet.of(d)


def test_that_what_the_optimizer_remembers_is_given() -> None:
    config = TrainingConfig(optimizer="momentum", l2=0.1)
    slots = {"velocity": np.full(4, 0.25)}
    d = explain(Network.create(Topology.parse("1-1-1")), [1.0], [0.0], config=config, slots=slots)
    given = [step.title for step in Worksheet.of(d).given()]
    assert {"Learning rate", "Momentum", "L2"} < set(given)
    assert sum(title.startswith("Velocity of") for title in given) == 4


def test_that_what_stays_is_not_asked() -> None:
    topology = Topology.parse("2-2-1").with_layer_options("output", frozen=True)
    topology = topology.without_connection("input", 0, "hidden1", 0)
    d = explain(Network.create(topology), [1.0, 0.5], [0.0])
    updates = [b.key for t in Worksheet.of(d).tasks if t.kind == "update" for b in t.blanks]
    assert len(updates) == 3 + 2


def in_chinese() -> Derivation:
    raw = np.array([[1.0, 2.0, 0.0], [2.0, 3.0, 1.0]])
    dataset = Dataset.prepare("d", [Column("花瓣"), Column("<b>")], [Column("结果")], raw)
    return Derivation.of_project(Project.create(Topology.parse("2-1-1"), dataset), [0])


def test_that_the_pages_are_whole_and_the_exercise_keeps_its_secrets() -> None:
    sheet = Worksheet.of(in_chinese())
    exercise = exercise_html(sheet, "Exercise", "First.\n\nThen <that>.")
    solution = solution_html(sheet, "Solution")
    blanks = list(sheet.blanks())
    assert exercise.count('class="blank"') == len(blanks)
    assert "花瓣" in exercise and "&lt;b&gt;" in exercise and "<b>" not in exercise
    assert "Then &lt;that&gt;." in exercise
    for page in (exercise, solution):
        assert page.startswith("<!DOCTYPE html>")
        assert not re.search(r"(src|href)=|http(?!://www\.w3\.org)", page)
        for svg in re.findall(r"<svg.*?</svg>", page, re.S):
            ElementTree.fromstring(svg)
    labels = re.findall(r'aria-label="([^"]+)"', solution)
    hidden = re.findall(r'aria-label="([^"]+)"', exercise)
    for blank in blanks:
        relation = "←" if blank.key.kind == "new" else "="
        text = f"{plain(blank.symbol)} {relation} {plain(result_latex(blank))}"
        assert text in labels and text not in hidden


def test_that_one_weight_of_a_wide_network_is_asked_by_its_chain_alone() -> None:
    network = Network.create(Topology.parse("30-20-3"), seed=1)
    d = explain(network, np.linspace(-1, 1, 30), np.array([0.0, 1.0, 0.0]))
    assert count_blanks(d) > COMFORTABLE
    new = d.of_weight("input", 4, "hidden1", 7)
    sheet = Worksheet.of_parameter(d, new)
    blanks = list(sheet.blanks())
    assert [blank.number for blank in blanks] == ["19", "16", "17", "15", "20", "5"]
    assert blanks[-1].value == new.value
    known = {step.key for step in sheet.given()} | {blank.key for blank in blanks}
    assert all(key in known for blank in blanks for key in d.step(blank.key).depends)
    assert not {step.key for step in sheet.given()} & {blank.key for blank in blanks}
    answers = {
        blank.key: result_latex(blank) for blank in blanks if "times" not in result_latex(blank)
    }
    assert all(mark.right for mark in sheet.marks(answers).values()) and answers
    assert "Given" in exercise_html(sheet)


def test_that_terms_that_cancel_need_no_nine_decimals() -> None:
    d = Derivation.of_project(load_lesson("softmax"), [0])
    sheet = Worksheet.of(d)
    zero = StepKey("net", "output", 0, sample=0)
    assert d.step(zero).value == 0 and sheet.blank(zero).decimals == 4
    assert sheet.mark(zero, "0.00004").right and not sheet.mark(zero, "0.001").right


def test_that_a_weight_that_is_held_is_no_worksheet() -> None:
    topology = Topology.parse("2-2-1").with_layer_options("output", frozen=True)
    d = explain(Network.create(topology), [1.0, 0.5], [0.0])
    with pytest.raises(ValueError, match="leaves the weight"):
        Worksheet.of_parameter(d, d.of_weight("hidden1", 0, "output", 0))
