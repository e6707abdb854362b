"""Proposals: every data set gets a network that can be trained on it, and a reason."""

from __future__ import annotations

import numpy as np
import pytest

import bpstudio as bp
from bpstudio.model.dataset import Column, Dataset
from bpstudio.model.project import Project
from bpstudio.model.proposal import Proposal, proposal

rng = np.random.default_rng(0)
X = rng.normal(size=(30, 3))
SIDE = Column("side", "binary", ("left", "right"))
KIND = Column("kind", "one_hot", ("red", "green", "blue"))


def classes(column: Column) -> Dataset:
    values = np.column_stack([X, rng.integers(0, len(column.categories), 30)])
    return Dataset.prepare("d", [Column(name) for name in "abc"], [column], values)


CASES = {
    "two classes": (classes(SIDE), "sigmoid", "binary_cross_entropy"),
    "classes": (classes(KIND), "softmax", "categorical_cross_entropy"),
    "bits": (
        bp.Dataset.from_arrays(X, rng.integers(0, 2, (30, 3))),
        "sigmoid",
        "binary_cross_entropy",
    ),
    "numbers": (bp.Dataset.from_arrays(X, rng.normal(size=30)), "linear", "squared_error"),
}


@pytest.mark.parametrize("case", CASES)
def test_that_the_output_and_the_loss_suit_the_targets(case: str) -> None:
    dataset, output, loss = CASES[case]
    proposed = proposal(dataset)
    assert (proposed.topology.output.activation, proposed.config.loss) == (output, loss)
    assert Project.create(proposed.topology, dataset, proposed.config).problem() is None
    assert proposed.reason.endswith(".")


def test_that_what_is_given_is_taken() -> None:
    proposed = proposal(CASES["classes"][0], hidden=[5, 4], learning_rate=0.25, seed=3)
    assert str(proposed.topology) == "3-5-4-3"
    assert (proposed.config.learning_rate, proposed.config.seed) == (0.25, 3)


def test_that_another_loss_is_taken_and_said() -> None:
    proposed: Proposal = proposal(CASES["classes"][0], loss="squared_error")
    assert proposed.config.loss == "squared_error"
    assert "and the squared error measures" in proposed.reason
    assert "cross-entropy" not in proposed.reason


def test_that_a_loss_that_does_not_suit_the_output_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="layer 'output' is linear"):
        proposal(CASES["numbers"][0], loss="binary_cross_entropy")


@pytest.mark.parametrize(
    ("name", "wound"),
    [
        ("spirals", True),
        ("circles", False),
        ("moons", False),
        ("quadrants", False),
        ("iris", False),
    ],
)
def test_that_classes_wound_around_each_other_get_room(name: str, wound: bool) -> None:
    proposed = proposal(bp.sample(name))
    assert ("wound around each other" in proposed.reason) == wound
    assert (len(proposed.topology.hidden) == 2) == wound
