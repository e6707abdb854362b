"""What cutting weak connections costs is what it costs when they are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstudio.engines.evaluation import evaluate
from bpstudio.explain.pruning import magnitudes, pruning_cost, threshold_for
from bpstudio.files.samples import starter
from bpstudio.model.dataset import VALIDATION
from bpstudio.model.project import Project, ProjectError
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import prune, weak_connections


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_that_the_cost_is_the_loss_after_the_cut(share: float) -> None:
    project = starter("circles")
    assert project.dataset is not None
    threshold = threshold_for(magnitudes(project), share)
    cost = pruning_cost(project, threshold)
    assert cost is not None
    assert (cost.cut, cost.connections) == (round(share * 28), 28)
    pruned = prune(project, weak_connections(project, threshold))
    rows = project.dataset.rows(VALIDATION)
    direct = evaluate(
        pruned.topology,
        pruned.network.parameters,
        project.dataset.inputs[rows],
        project.dataset.targets[rows],
        project.config.loss,
    )
    assert cost.part == "held-out"
    assert cost.after.loss == direct.loss
    assert cost.before.loss == (direct.loss if share == 0 else cost.before.loss)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30), st.floats(0, 1))
def test_that_the_threshold_lets_the_weakest_share_go(values: list[float], share: float) -> None:
    ordered = np.sort(np.array(values))
    threshold = threshold_for(ordered, share)
    gone = int((ordered < threshold).sum())
    assert gone >= round(share * len(values))
    assert not gone or (ordered[:gone] <= ordered[max(round(share * len(values)) - 1, 0)]).all()


def test_that_a_cancelled_question_gets_no_answer_and_no_data_no_cost() -> None:
    assert pruning_cost(starter("circles"), 0.1, lambda: True) is None
    with pytest.raises(ProjectError, match="no data"):
        pruning_cost(Project.create(Topology.parse("2-3-1")), 0.1)
