"""What is done to raw columns is in the derivation: fillings, ranks and ranges, with their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import StepKey
from bpstudio.model.dataset import Column, Dataset
from bpstudio.model.preparation import MISSING_CATEGORY
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology


@pytest.fixture
def derivation() -> Derivation:
    nan = np.nan
    columns = [
        Column("size", scaling="standardise", missing="mean"),
        Column("grade", "ordinal", ("low", "mid", "high"), "minmax", missing="most_frequent"),
        Column("colour", "one_hot", ("red", "blue", MISSING_CATEGORY), missing="category"),
        Column("grey", scaling="minmax", bounds=(0.0, 255.0), low=-1.0),
    ]
    values = np.array(
        [[1.5, 2, 0, 255, 3], [nan, nan, nan, 51, 5], [4.5, 0, 1, 0, 9], [3, 2, 1, 102, 4]]
    )
    target = Column("y", scaling="minmax", low=0.1, high=0.9)
    data = Dataset.prepare("d", columns, [target], values)
    topology = Topology.chain([6, 2, 1], "tanh", "sigmoid")
    return Derivation.of_project(Project.create(topology, data), range(4))


def test_that_every_input_follows_from_what_the_table_says(derivation: Derivation) -> None:
    for row in range(4):
        keys = [StepKey("output", "input", k, sample=row) for k in range(6)]
        keys.append(StepKey("target", "output", 0, sample=row))
        for key in keys:
            step = derivation.step(key)
            assert step.formula is not None and np.isfinite(step.value)
            assert derivation.recomputed(step) == pytest.approx(step.value, abs=1e-12)


def test_that_a_missing_value_says_what_takes_its_place(derivation: Derivation) -> None:
    notes = [derivation.step(StepKey("raw", "input", c, sample=1)).note for c in range(3)]
    assert "missing: “3” takes its place, the mean" in notes[0]
    assert "missing: “high” takes its place, the most frequent value" in notes[1]
    assert "missing: “(missing)” takes its place, a category of its own" in notes[2]
    there = derivation.step(StepKey("raw", "input", 0, sample=0)).note
    assert "missing" not in there


def test_that_ranks_and_ranges_are_told(derivation: Derivation) -> None:
    grade, grey = (derivation.step(StepKey("output", "input", k, sample=0)).note for k in (1, 5))
    assert "by its rank, 0 = low, 1 = mid, 2 = high" in grade
    assert "take 0 to -1 and 255 to 1" in grey
    target = derivation.step(StepKey("target", "output", 0, sample=0)).note
    assert "the smallest to 0.1 and the largest training value to 0.9" in target
