"""The lessons and the text: what they claim is what the networks do."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpstudio.engines.reference import forward
from bpstudio.explain.derivation import Derivation
from bpstudio.explain.formula_image import formula_svg, svg_size
from bpstudio.explain.keys import StepKey
from bpstudio.explain.lessons import LESSONS, Lesson
from bpstudio.explain.reading import ROLES, Reading, parts_of
from bpstudio.explain.text import DERIVATION
from bpstudio.explain.worksheet import Worksheet
from bpstudio.files.lessons import load_lesson, write_lessons
from bpstudio.files.project_file import load
from bpstudio.files.resources import resource
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.training.session import train
from tests.explain.latex import check_formula

READINGS = [DERIVATION, *(lesson.reading for lesson in LESSONS.values())]


def derivation_of(name: str, row: int) -> Derivation:
    return Derivation.of_project(LESSONS[name].project(), [row])


def shown(d: Derivation, key: StepKey, digits: int = 9) -> str:
    return d.step(key).plain_value(digits)


def alike(a: Project, b: Project) -> bool:
    """Equal but for settings that a lesson leaves at their defaults, which may change."""
    names = ("batch_size", "learning_rate", "epochs", "optimizer", "loss", "shuffle", "l1", "l2")
    same = all(getattr(a.config, name) == getattr(b.config, name) for name in names)
    return same and a == replace(b, config=a.config)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_that_a_lesson_ships_as_it_is_built(lesson: Lesson, tmp_path: Path) -> None:
    shipped = load_lesson(lesson.name)
    assert alike(shipped, lesson.project())
    assert not shipped.is_trained and shipped.notes.startswith(f"# {lesson.title}")
    assert len(list(Worksheet.of(Derivation.of_project(shipped, [lesson.row])).blanks())) < 40


def test_that_the_shipped_files_are_those_that_would_be_written(tmp_path: Path) -> None:
    for path in write_lessons(tmp_path):
        there = resource(*path.relative_to(tmp_path).parts)
        if path.suffix == ".bps":
            assert alike(load(there), load(path))
        else:
            assert there.read_text("utf-8") == path.read_text("utf-8")


def test_that_an_unknown_lesson_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="choose one of: worked-example, xor"):
        load_lesson("nothing")


# What the lessons say


def test_that_the_worked_example_is_that_of_the_derivation() -> None:
    d = derivation_of("worked-example", 0)
    text = LESSONS["worked-example"].reading.markdown()
    for key in (
        StepKey("output", "hidden1", 0, sample=0),
        StepKey("output", "output", 0, sample=0),
        StepKey("output", "output", 1, sample=0),
        StepKey("error", sample=0),
        StepKey("new", "output", 0, "hidden1", 0),
        StepKey("new", "hidden1", 0, "input", 0),
    ):
        assert shown(d, key) in text
    assert shown(d, StepKey("back", "hidden1", 0, sample=0), 3) == "0.0364"
    assert shown(d, StepKey("slope", "hidden1", 0, sample=0), 4) == "0.2413"


def test_what_the_lesson_on_xor_says() -> None:
    project = LESSONS["xor"].project()
    answers = project.network.predict(project.dataset.inputs).ravel()
    assert answers[1] == pytest.approx(0.56, abs=0.005)
    assert np.ptp(answers) < 0.1
    d = derivation_of("xor", 0)
    for i in (0, 1):
        for h in (0, 1):
            assert d.step(StepKey("change", "hidden1", h, "input", i)).value == 0
            assert d.step(StepKey("change", "hidden1", h)).value != 0
    assert derivation_of("xor", 1).step(StepKey("change", "hidden1", 0, "input", 0)).value == 0
    result = train(project.network, project.dataset, project.config).network
    assert np.array_equal(
        result.predict(project.dataset.inputs) > 0.5, project.dataset.targets > 0.5
    )
    assert np.array_equal(np.sign(result.parameters[:4]), np.sign(project.network.parameters[:4]))
    signs = np.sign(result.weights["hidden1", "output"])
    assert np.array_equal(signs, np.sign(project.network.weights["hidden1", "output"]))


def test_what_the_lesson_on_tanh_says() -> None:
    project = LESSONS["two-tanh"].project()
    one, five = derivation_of("two-tanh", 0), derivation_of("two-tanh", 4)
    for h in (0, 1):
        mirror = StepKey("output", "hidden1", 1 - h, sample=0)
        assert one.step(mirror._replace(neuron=h)).value == five.step(mirror).value
    three = derivation_of("two-tanh", 2)
    assert three.step(StepKey("change", "hidden1", 0, "input", 0)).value == 0
    assert three.step(StepKey("change", "hidden1", 0)).value != 0
    result = train(project.network, project.dataset, project.config).network
    off = result.predict(project.dataset.inputs) - project.dataset.targets
    assert np.abs(off).max() < 0.03


def test_what_the_lesson_on_softmax_says() -> None:
    project = LESSONS["softmax"].project()
    d = derivation_of("softmax", 0)
    found = [d.step(StepKey("delta", "output", j, sample=0)).value for j in (0, 1, 2)]
    assert [f"{value:.2f}" for value in found] == ["-0.70", "0.30", "0.40"]
    assert sum(found) == pytest.approx(0, abs=1e-12)
    result = train(project.network, project.dataset, project.config).network
    outputs = forward(result.topology, result.parameters, project.dataset.inputs)[-1]
    assert np.array_equal(outputs.argmax(1), project.dataset.labels)


# The texts


def test_that_the_text_has_every_formula_once_and_in_order() -> None:
    numbers = [f.number for p in DERIVATION.passages for f in p.formulas if f.number]
    assert numbers == [str(k) for k in range(1, 27)]
    assert DERIVATION.formula("6").about == ("output_weights", "outputs", "hidden")
    with pytest.raises(KeyError):
        DERIVATION.formula("27")


@pytest.mark.parametrize("reading", READINGS, ids=[r.title for r in READINGS])
def test_that_every_formula_can_be_drawn_and_names_parts(reading: Reading) -> None:
    for passage in reading.passages:
        assert passage.words.endswith((".", "?")) and "\\" not in passage.words
        for formula in passage.formulas:
            check_formula(formula.latex)
            assert svg_size(formula_svg(formula.latex))[1] < 70
            assert formula.about and set(formula.about) <= set(ROLES)
            # The numbers are those of the one derivation.
            if formula.number:
                DERIVATION.formula(formula.number)
        mentioned = re.findall(r"\((\d+)\)", passage.words)
        assert all(DERIVATION.formula(number) for number in mentioned)


def test_that_roles_are_the_parts_of_any_network() -> None:
    topology = Topology.parse("2-3-3-1").with_link("input", "output")
    place = parts_of(topology, ("hidden", "output_weights"))
    assert place.neurons == tuple((name, j) for name in ("hidden1", "hidden2") for j in range(3))
    assert set(place.links) == {("hidden2", "output"), ("input", "output")}
    assert parts_of(topology, ("outputs", "inputs")).neurons[0] == ("output", 0)
    assert len(parts_of(topology, ("hidden_biases", "output_biases")).biases) == 7
    assert parts_of(topology, ("hidden_weights",)).links == (
        ("input", "hidden1"),
        ("hidden1", "hidden2"),
    )
    assert parts_of(Topology(), ("hidden",)).neurons == ()
