"""Projects: edits that return new values, Reset, what is untouched, and what keeps one from training."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import bpstudio as bp
from bpstudio.model.history import History
from bpstudio.model.progress import Best, Plateau
from bpstudio.model.project import Progress, Project, ProjectError, fit_problem

from ..strategies import Problem, problems

TOPOLOGY = bp.Topology.parse("2-3-1")


def data(inputs: int = 2, outputs: int = 1, rows: int = 6) -> bp.Dataset:
    rng = np.random.default_rng(0)
    return bp.Dataset.from_arrays(rng.normal(size=(rows, inputs)), rng.random((rows, outputs)))


@pytest.fixture
def project() -> Project:
    return Project.create(TOPOLOGY, data(), bp.TrainingConfig(seed=5))


@pytest.fixture
def trained(project: Project) -> Project:
    config = bp.TrainingConfig(seed=5, epochs=3, optimizer="momentum")
    result = bp.train(project.network, data(), config)
    return project.trained(result.network, result.progress, result.history)


# Starting, training, resetting


def test_that_a_new_project_has_the_weights_of_its_seed_and_initialiser() -> None:
    config = bp.TrainingConfig(seed=9, initialiser="he_normal")
    project = Project.create(TOPOLOGY, None, config)
    assert project.network == bp.Network.create(TOPOLOGY, 9, "he_normal")
    assert project.start.tobytes() == project.network.parameters.tobytes()
    assert project.is_untouched and not project.is_trained
    assert project.epoch == 0


def test_that_training_is_seen_and_its_history_follows_the_one_so_far(trained: Project) -> None:
    assert trained.is_trained and not trained.is_untouched
    assert trained.epoch == 3
    again = bp.train(
        trained.network, data(), bp.TrainingConfig(epochs=2), on_event=None
    )  # from epoch 0
    longer = trained.trained(again.network, Progress(5), shifted(again.history, 3))
    assert longer.history.epoch.tolist() == [0, 1, 2, 3, 4, 5]


def shifted(history: History, by: int) -> History:
    return replace(history, epoch=history.epoch + by)


def test_that_reset_goes_back_to_the_starting_weights(project: Project, trained: Project) -> None:
    assert trained.network != project.network
    assert trained.reset() == project
    assert trained.reset().is_untouched


def test_that_reset_goes_back_to_typed_weights(project: Project) -> None:
    typed = project.with_parameters(np.arange(13.0))
    assert not typed.is_untouched and not typed.is_trained
    trained = typed.trained(typed.network.with_parameters(np.zeros(13)), Progress(1), History())
    assert trained.reset().network.parameters.tolist() == list(range(13))


def test_that_weights_typed_after_training_do_not_move_the_start(trained: Project) -> None:
    typed = trained.with_parameters(np.zeros(13))
    assert typed.start.tobytes() == trained.start.tobytes()
    assert typed.progress == trained.progress


def test_that_early_stopping_forgets_weights_from_before_those_typed(trained: Project) -> None:
    best = replace(trained.progress, best=Best(1, np.zeros(13)))
    project = replace(trained, progress=best)
    assert project.with_parameters(np.ones(13)).progress == trained.progress


def test_that_an_edited_network_keeps_the_rate_that_plateau_came_to(trained: Project) -> None:
    plateau = Plateau(0.5, 0.125, 0.2, 3, 0.3)
    progress = replace(trained.progress, plateau=plateau, best=Best(1, np.zeros(13)))
    larger = TOPOLOGY.with_size("hidden1", 5)
    edited = replace(trained, progress=progress).with_topology(larger)
    assert edited.progress == Progress(trained.epoch, 0, edited.progress.slots, plateau)


def test_that_new_weights_start_over(trained: Project) -> None:
    fresh = trained.with_new_weights()
    assert not fresh.is_trained
    assert len(fresh.history) == 0
    assert fresh.network == bp.Network.create(TOPOLOGY, 5)


# Edits


def test_that_an_untouched_network_is_started_anew_by_an_edit(project: Project) -> None:
    larger = TOPOLOGY.with_size("hidden1", 5)
    assert project.with_topology(larger).network == bp.Network.create(larger, 5)
    seeded = project.with_config(bp.TrainingConfig(seed=6))
    assert seeded.network == bp.Network.create(TOPOLOGY, 6)
    assert seeded.is_untouched


def test_that_a_trained_network_keeps_what_it_learned_through_an_edit(trained: Project) -> None:
    larger = trained.with_topology(TOPOLOGY.with_size("hidden1", 5))
    X = data().inputs
    assert larger.network.predict(X) == pytest.approx(trained.network.predict(X), rel=1e-12)
    assert larger.epoch == trained.epoch
    assert larger.history == trained.history
    assert larger.progress.slots.keys() == trained.progress.slots.keys()
    assert larger.reset().network.weights["input", "hidden1"][:3].tobytes() == (
        trained.reset().network.weights["input", "hidden1"].tobytes()
    )


def test_that_other_settings_keep_a_trained_network(trained: Project) -> None:
    changed = trained.with_config(bp.TrainingConfig(seed=77, learning_rate=0.01))
    assert changed.network == trained.network
    assert changed.progress == trained.progress


def test_that_typed_weights_survive_an_edit(project: Project) -> None:
    typed = project.with_parameters(np.arange(13.0))
    larger = typed.with_topology(TOPOLOGY.with_size("hidden1", 4))
    assert larger.network.weights["input", "hidden1"][:3].tolist() == [[0, 1], [2, 3], [4, 5]]


def test_that_an_edit_leaves_the_old_value_as_it_was(trained: Project) -> None:
    before = replace(trained)
    trained.reset()
    trained.with_topology(TOPOLOGY.with_size("hidden1", 5))
    trained.with_layout({"input": (1.0, 2.0)})
    trained.with_parameters(np.zeros(13))
    assert trained == before


def test_that_nothing_in_a_project_can_be_written_to(trained: Project) -> None:
    arrays = [
        trained.network.parameters,
        trained.network.weights["input", "hidden1"],
        trained.start,
        trained.history.train_loss,
        *trained.progress.slots.values(),
    ]
    assert len(arrays) == 5
    assert not any(array.flags.writeable for array in arrays)
    layout: Any = trained.layout
    with pytest.raises(TypeError):
        layout["input"] = (0.0, 0.0)


def test_that_a_project_is_a_copy_of_what_it_was_made_from() -> None:
    network = bp.Network.create(TOPOLOGY)
    layout = {"input": (0.0, 0.0)}
    project = Project(network, network.parameters, layout=layout)
    network.parameters[:] = 0.0
    layout.clear()
    assert project.network.parameters.any() and project.start.any()
    assert project.layout == {"input": (0.0, 0.0)}


def test_that_projects_are_equal_by_value(project: Project, trained: Project) -> None:
    assert project == Project.create(TOPOLOGY, data(), bp.TrainingConfig(seed=5))
    assert project != trained
    for other in (
        project.with_layout({"input": (0.0, 1.0)}),
        project.with_config(bp.TrainingConfig(seed=5, epochs=7)),
        replace(project, notes="x"),
        replace(project, dataset=None),
        replace(project, extra={"future": 1}),
        replace(project, progress=Progress(0, 1)),
    ):
        assert other != project


def test_that_starting_weights_have_to_fit_the_network() -> None:
    with pytest.raises(ProjectError, match="starting weights do not fit"):
        Project(bp.Network.create(TOPOLOGY), np.zeros(3))


def test_that_progress_is_equal_by_bits_and_frozen() -> None:
    velocity = np.array([0.0, 1.0])
    progress = Progress(1, 2, {"velocity": velocity})
    velocity[:] = 9.0
    assert progress == Progress(1, 2, {"velocity": np.array([0.0, 1.0])})
    assert progress != Progress(1, 2, {"velocity": np.array([-0.0, 1.0])})
    assert progress != Progress(1, 3, {"velocity": np.array([0.0, 1.0])})
    assert progress != Progress(1, 2)


# What keeps a project from being trained


def test_that_a_whole_project_has_no_problem(project: Project) -> None:
    assert project.problem() is None
    project.check()


@given(problems(rows=3))
def test_that_what_fits_has_no_problem(problem: Problem) -> None:
    dataset = bp.Dataset.from_arrays(problem.X, problem.Y)
    config = bp.TrainingConfig(loss=problem.loss)
    assert Project.create(problem.topology, dataset, config).problem() is None


def problem_of(
    text: str, dataset: bp.Dataset | None, output: str = "sigmoid", **config: Any
) -> str:
    topology = bp.Topology.parse(text, output=output)
    problem = Project.create(topology, dataset, bp.TrainingConfig(**config)).problem()
    assert problem is not None
    return problem


def test_that_an_empty_project_asks_for_layers_then_for_data() -> None:
    assert "draw at least two layers" in (Project().problem() or "")
    assert problem_of("2-3-1", None) == "There are no data yet: choose a sample or open a file."


def test_that_a_layer_of_the_wrong_size_is_named_with_the_right_one() -> None:
    assert problem_of("3-3-1", data()) == (
        "Layer 'input' has 3 neurons, but the data need 2 inputs: "
        "set its size to 2 or choose other columns."
    )
    assert "Layer 'output' has 1 neuron, but the data need 2 outputs" in problem_of(
        "2-3-1", data(outputs=2)
    )


def test_that_cross_entropy_against_a_tanh_output_is_refused_with_the_layers_name() -> None:
    text = problem_of("2-3-1", data(), "tanh", loss="binary_cross_entropy")
    assert text == (
        "binary cross-entropy needs a sigmoid output, but layer 'output' is tanh: "
        "change its activation or choose squared error."
    )


def test_that_targets_outside_0_to_1_are_named_by_row() -> None:
    Y = np.array([[0.0], [0.5], [1.5]])
    dataset = bp.Dataset.from_arrays(np.zeros((3, 2)), Y)
    text = problem_of("2-1", dataset, loss="binary_cross_entropy")
    assert text.startswith("Row 3 has the target y1 = 1.5: binary cross-entropy needs targets")


def test_that_targets_that_are_no_shares_are_named_by_row() -> None:
    Y = np.array([[0.5, 0.5], [0.5, 0.4]])
    dataset = bp.Dataset.from_arrays(np.zeros((2, 2)), Y)
    text = problem_of("2-2", dataset, "softmax", loss="categorical_cross_entropy")
    assert text.startswith("The targets of row 2 do not sum to 1")


def test_that_an_unfinished_network_is_refused_before_the_data_are_looked_at() -> None:
    topology = TOPOLOGY.without_link("input", "hidden1")
    project = Project.create(topology, data(inputs=9))
    with pytest.raises(ProjectError, match="Layer 'input' leads nowhere"):
        project.check()


def test_that_fit_problem_says_what_problem_says(project: Project) -> None:
    wrong = TOPOLOGY.with_size("input", 7)
    assert fit_problem(wrong, data(), project.config) == Project.create(wrong, data()).problem()
