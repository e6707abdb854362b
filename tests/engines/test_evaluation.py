"""Evaluation: mean loss, accuracy and the confusion matrix, in pieces or whole."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings

import bpstudio as bp
from bpstudio.engines import evaluation
from bpstudio.engines.evaluation import confusion_matrix, evaluate, predict

from ..strategies import Problem, problems
from . import by_hand


@given(problems(rows=5))
@settings(max_examples=30)
def test_that_the_loss_is_the_mean_over_the_rows(problem: Problem) -> None:
    found = evaluate(
        problem.topology, problem.network.parameters, problem.X, problem.Y, problem.loss
    )
    losses = [
        by_hand.backward(problem.network, x, y, problem.loss).error
        for x, y in zip(problem.X, problem.Y, strict=True)
    ]
    assert found.rows == len(problem.X)
    assert found.loss == pytest.approx(sum(losses) / len(losses), rel=1e-9, abs=1e-12)
    assert isnan(found.accuracy)


def test_that_pieces_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    network = bp.Network.create(bp.Topology.parse("3-4-2"), seed=1)
    rng = np.random.default_rng(0)
    X, Y, labels = rng.normal(size=(50, 3)), rng.random((50, 2)), rng.integers(0, 2, 50)
    arguments = (network.topology, network.parameters, X, Y, "squared_error", labels)
    whole = evaluate(*arguments)
    monkeypatch.setattr(evaluation, "CHUNK_VALUES", 64)  # 7 rows at a time
    assert len(list(evaluation.chunks(network.topology, 50))) == 8
    pieces = evaluate(*arguments)
    assert pieces.loss == pytest.approx(whole.loss, rel=1e-13)
    assert pieces.accuracy == whole.accuracy
    outputs = predict(network.topology, network.parameters, X)
    assert outputs == pytest.approx(network.predict(X), rel=1e-13)


def test_that_accuracy_is_the_share_of_rows_whose_largest_output_is_right() -> None:
    topology = bp.Topology.parse("2-2", output="linear")
    vector = np.array([1.0, 0, 0, 1, 0, 0])  # the outputs are the inputs
    X = np.array([[1.0, 0], [0, 1], [0.2, 0.1], [0.3, 0.9]])
    found = evaluate(topology, vector, X, X, "squared_error", np.array([0, 1, 1, 1]))
    assert found.accuracy == 0.75
    assert found.loss == 0.0


def test_that_one_output_tells_two_classes_apart_at_a_half() -> None:
    topology = bp.Topology.parse("1-1", output="linear")
    X = np.array([[0.4], [0.5], [0.6], [0.1]])
    found = evaluate(topology, np.array([1.0, 0.0]), X, X, "squared_error", np.array([0, 1, 1, 1]))
    assert found.accuracy == 0.75


def test_that_no_rows_give_no_numbers() -> None:
    topology = bp.Topology.parse("2-3")
    found = evaluate(topology, np.zeros(9), np.zeros((0, 2)), np.zeros((0, 3)), "squared_error")
    assert found.rows == 0
    assert isnan(found.loss) and isnan(found.accuracy)
    assert predict(topology, np.zeros(9), np.zeros((0, 2))).shape == (0, 3)


def test_that_the_confusion_matrix_has_true_classes_as_rows() -> None:
    labels = np.array([0, 0, 1, 2, 2, 2])
    predicted = np.array([0, 1, 1, 2, 0, 0])
    counts = confusion_matrix(labels, predicted, 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [2, 0, 1]]
