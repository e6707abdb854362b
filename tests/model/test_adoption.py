"""Other data for a project: sizes, output and loss that suit them, and what people want instead."""

from __future__ import annotations

import pytest

from bpstudio.files.samples import SAMPLES, sample, starter
from bpstudio.model import editing
from bpstudio.model.adoption import Wish, adopt, suits, with_settings
from bpstudio.model.editing import named_after
from bpstudio.model.functions import ACTIVATIONS, LOSSES
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal


@pytest.mark.parametrize("name", list(SAMPLES))
@pytest.mark.parametrize("keep", [False, True])
def test_that_every_sample_gets_a_network_that_can_be_trained(name: str, keep: bool) -> None:
    dataset = sample(name)
    adoption = adopt(starter(), dataset, Wish(keep))
    project = adoption.project
    assert project.problem() is None
    assert project.topology.input.size == dataset.preparation.input_size
    assert project.topology.output.size == dataset.preparation.output_size
    assert adoption.reason.endswith(".")
    if keep:
        assert [layer.size for layer in project.topology.hidden] == [5, 3]


def test_that_an_empty_canvas_gets_what_is_proposed() -> None:
    dataset = sample("iris")
    project = adopt(Project(), dataset, Wish(keep=True)).project
    assert project.topology == named_after(proposal(dataset).topology, dataset)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_that_a_wish_for_an_output_brings_a_loss_that_goes_with_it(activation: str) -> None:
    project = adopt(starter(), sample("iris"), Wish(activation=activation)).project
    assert project.topology.output.activation == activation
    assert suits(activation, project.config.loss)


def test_that_a_wish_for_a_loss_is_followed() -> None:
    project = adopt(starter(), sample("iris"), Wish(loss="squared_error")).project
    assert project.config.loss == "squared_error"


def test_that_a_wish_is_named_as_the_reason() -> None:
    reason = adopt(starter(), sample("iris"), Wish(activation="tanh")).reason
    assert reason.startswith("Your choice: tanh")


def test_that_an_output_that_suits_stays_and_says_so() -> None:
    # Circles are learned with a squared error, which goes with two other classes as well.
    adoption = adopt(starter("circles"), sample("moons"), Wish(keep=True))
    assert adoption.project.config.loss == starter("circles").config.loss
    assert adoption.project.topology.output.activation == "sigmoid"


def test_that_losses_and_outputs_are_held_against_each_other() -> None:
    assert suits("softmax", "categorical_cross_entropy")
    assert not suits("linear", "binary_cross_entropy")
    assert all(any(suits(activation, loss) for loss in LOSSES) for activation in ACTIVATIONS)


def test_that_settings_with_a_proposal_bring_its_output_and_keep_the_weights() -> None:
    project = adopt(
        starter(), sample("iris"), Wish(activation="tanh", loss="squared_error")
    ).project
    assert project.dataset is not None
    proposed = proposal(project.dataset)
    after = with_settings(project, proposed.config, proposed)
    assert after.topology.output.activation == "softmax"
    assert after.config == proposed.config
    assert after.problem() is None
    assert (after.network.parameters == project.network.parameters).all()


@pytest.mark.parametrize("keep", [False, True])
def test_that_the_output_layer_is_called_what_it_predicts(keep: bool) -> None:
    project = adopt(starter(), sample("iris"), Wish(keep)).project
    assert project.topology.label(project.topology.output.id) == "species"
    assert project.topology.label(project.topology.input.id) == "input"
    project = adopt(project, sample("sine"), Wish(keep)).project
    assert project.topology.output.name == "y"


def test_that_a_name_that_people_gave_the_output_stays() -> None:
    project = starter()
    project = editing.set_layer_options(project, [project.topology.output.id], name="verdict")
    assert adopt(project, sample("iris"), Wish(keep=True)).project.topology.output.name == "verdict"


def test_that_the_name_stays_with_the_output_when_a_layer_is_put_behind_it() -> None:
    project = adopt(starter(), sample("iris"), Wish()).project
    before = project.topology.output.id
    project = editing.insert_layer(project, 3, before)
    names = [layer.name for layer in project.topology.layers]
    assert names == ["", "", "", "species"]
