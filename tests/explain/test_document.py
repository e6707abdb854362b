"""Derivations as text, LaTeX and JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpstudio.explain.derivation import Derivation, explain
from bpstudio.explain.document import whole_walk, why
from bpstudio.explain.document_text import as_latex, as_text, as_values
from bpstudio.explain.function_forms import DEFINITIONS
from bpstudio.explain.latex_text import text_in_latex
from bpstudio.explain.numbers import FULL, latex_number, plain_number
from bpstudio.explain.plain_text import plain
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import Column, Dataset
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.explain.example import example
from tests.explain.latex import check_document, check_formula
from tests.strategies import Problem, problems

CHINESE = "花瓣长度"


def in_chinese() -> Derivation:
    columns = [Column(CHINESE, scaling="standardise"), Column("a_b & 50% {x}")]
    raw = np.array([[1.0, 2.0, 0.0], [2.0, 3.0, 1.0]])
    dataset = Dataset.prepare("d", columns, [Column("结果")], raw)
    return Derivation.of_project(Project.create(Topology.parse("2-2-1"), dataset), [0])


def test_that_the_text_tells_the_chain_in_the_letters_of_the_derivation() -> None:
    d = example()
    text = as_text(why(d, d.of_weight("hidden1", 0, "output", 0)), 9)
    assert "Why does the weight from hidden 1 · 1 to output · 1 change?" in text
    assert "(6)  Gradient of" in text and "∂E/∂w_11 = ∂E/∂ŷ_1 ∂ŷ_1/∂β_1 ∂β_1/∂w_11" in text
    assert "Δw_11 = −η (ŷ_1 − y_1) f′(β_1 + θ_1) b_1" in text
    assert "w_11 ← w_11 + Δw_11" in text and "= 0.358916480" in text
    assert "(23) W ← W − η δ^(3) bᵀ" in text and "⟨0.358916480⟩" in text
    assert "\\" not in text and "{" not in text


TABLE = """0.593269992 0.596884378 0.751365070 0.772928465 0.298371109 0.358916480 0.408666186
    0.511301270 0.561370121 0.149780716 0.199561432 0.249751144 0.299502287"""


def test_that_the_walk_shows_the_table_of_the_worked_example() -> None:
    text = as_text(whole_walk(example()), 9)
    for number in TABLE.split():
        assert f"= {number}\n" in text


def test_that_the_latex_of_the_example_would_compile() -> None:
    d = example()
    formulas = check_document(as_latex(why(d, d.of_weight("input", 0, "hidden1", 0))))
    assert any(r"\boxed{0.1498}" in formula for formula in formulas)
    assert len(check_document(as_latex(whole_walk(d), FULL))) > 50


@given(problems(held=True, rows=2), st.sampled_from(["sgd", "adamw", "rprop"]))
@settings(max_examples=6)
def test_that_the_latex_of_any_network_would_compile(problem: Problem, optimizer: str) -> None:
    config = TrainingConfig(loss=problem.loss, optimizer=optimizer, l1=0.01, l2=0.1, clip=0.1)
    d = explain(problem.network, problem.X, problem.Y, config=config)
    link = problem.topology.links[-1]
    check_document(as_latex(why(d, d.of_weight(link.source, 0, link.target, 0))))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdfLaTeX")
def test_that_the_latex_does_compile(tmp_path: Path) -> None:
    first, second = example(), in_chinese()
    documents = [whole_walk(first), why(first, first.of_weight("input", 0, "hidden1", 0))]
    documents.append(why(second, second.of_bias("output", 0)))
    for k, document in enumerate(documents):
        (tmp_path / f"{k}.tex").write_text(as_latex(document), "utf-8")
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{k}.tex"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:]
        assert (tmp_path / f"{k}.pdf").exists()


def test_that_names_in_other_scripts_are_text_and_never_in_a_formula() -> None:
    d = in_chinese()
    document = why(d, d.of_weight("input", 0, "hidden1", 0))
    latex = as_latex(document)
    check_document(latex)
    assert r"\letter{花}{82B1}" in latex and r"a\_b \& 50\% \{x\}" in latex
    assert CHINESE in as_text(document)
    for section in document.sections:
        for step in section.steps:
            assert step.latex().isascii()
    assert any(CHINESE in words for step in document.sections[0].steps for _, words in step.legend)


def test_that_the_json_holds_full_values_and_where_they_come_from() -> None:
    d = example()
    new = d.of_weight("input", 1, "hidden1", 0)
    found = json.loads(json.dumps(as_values(why(d, new))))
    steps = {s["id"]: s for section in found["sections"] for s in section.get("steps", ())}
    assert steps[new.id]["value"] == new.value
    assert new.key.at("change").text in steps[new.id]["depends"]
    assert steps[new.id]["connections"] == [["input", 2, "hidden1", 1]]
    matrices = next(s for s in found["sections"] if "matrices" in s)
    assert matrices["formula"] == "23"
    assert matrices["matrices"][0]["values"][0][1] == new.value


def test_that_a_wide_network_is_told_in_part() -> None:
    network = Network.create(Topology.parse("300-80-2"))
    d = explain(network, np.ones(300), np.zeros(2))
    text = as_text(whole_walk(d))
    assert "… and 240 more." in text
    assert len(text) < 100_000
    text = as_text(why(d, d.of_weight("input", 5, "hidden1", 70)))
    assert len(text) < 60_000


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_that_every_activation_has_its_formulas(name: str) -> None:
    for latex in DEFINITIONS[name]:
        check_formula(latex)
        assert "\\" not in plain(latex)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.05, 4, "0.05"), (0.7513650695, 9, "0.751365070"), (-0.0381, 4, "-0.0381"),
        (1e-7 / 3, 3, "3.33e-08"), (2.0, 17, "2"), (0.1, 17, "0.1"), (-0.0, 4, "0"),
        (123456.0, 4, "1.235e+05"), (float("nan"), 4, "nan"),
    ],
)  # fmt: skip
def test_how_numbers_are_written(value: float, digits: int, text: str) -> None:
    assert plain_number(value, digits) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_that_full_precision_gives_the_number_back(value: float) -> None:
    assert float(plain_number(value, FULL)) == value
    check_formula(latex_number(value, FULL))


def test_words_in_latex() -> None:
    assert text_in_latex("50% of a_1 · “b”") == r"50\% of a\_1 \(\cdot\) ``b''"
