"""What flows through a network for one row."""

from __future__ import annotations

import numpy as np
import pytest

import bpstudio as bp
from bpstudio.explain.flow import flow_of
from bpstudio.files.samples import sample
from bpstudio.model.project import Project


def project() -> Project:
    topology = bp.Topology.parse("4-5-3").with_link("input", "output")
    return Project.create(topology.without_connection("input", 1, "hidden1", 2), sample("iris"))


def test_that_what_is_carried_adds_up_to_the_net_inputs() -> None:
    flow = flow_of(project())
    assert flow is not None
    network = project().network
    net = flow.carried["input", "hidden1"].sum(axis=1) + network.biases["hidden1"]
    assert 1 / (1 + np.exp(-net)) == pytest.approx(flow.outputs["hidden1"])
    assert flow.carried["input", "hidden1"][2, 1] == 0


def test_that_the_deltas_are_the_gradients_of_the_biases() -> None:
    whole = project()
    assert whole.dataset is not None
    for row in (0, 77):
        flow = flow_of(whole, row)
        assert flow is not None
        x, y = whole.dataset.inputs[[row]], whole.dataset.targets[[row]]
        gradient = bp.gradient(whole.network, x, y, loss=whole.config.loss)
        views = whole.network.with_parameters(gradient).biases
        assert flow.deltas["hidden1"] == pytest.approx(views["hidden1"])
        assert flow.deltas["output"] == pytest.approx(views["output"])


def test_that_what_returns_is_weight_times_delta() -> None:
    flow = flow_of(project(), 3)
    assert flow is not None
    weights = project().network.weights["hidden1", "output"]
    assert flow.returned["hidden1", "output"] == pytest.approx(
        weights * flow.deltas["output"][:, None]
    )


def test_that_nothing_flows_without_data() -> None:
    assert flow_of(Project.create(bp.Topology.parse("2-2-1"))) is None
