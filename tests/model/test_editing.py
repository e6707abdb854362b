"""What people do to a drawn network: every edit gives a network in order, and keeps what it can."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model import editing, fragment, wiring
from bpstudio.model.project import Progress, Project
from bpstudio.model.proposal import proposal
from bpstudio.model.topology import TopologyError, layer_ids
from bpstudio.training.mailbox import Callback
from bpstudio.training.session import Session

from ..strategies import parameters_for, seeds, topologies


def project_of(text: str, **options: str) -> Project:
    return Project.create(bp.Topology.parse(text, **options))


def learned(project: Project) -> Project:
    """The same project as if it had been trained."""
    vector = np.arange(1.0, project.network.parameters.size + 1)
    return replace(project, network=project.network.with_parameters(vector), progress=Progress(3))


@pytest.mark.parametrize(
    ("after", "shape"), [(None, "4-2-3-1"), ("input", "2-4-3-1"), ("output", "2-3-1-4")]
)
def test_that_a_drawn_layer_is_joined_and_numbered(after: str | None, shape: str) -> None:
    drawn = editing.insert_layer(project_of("2-3-1"), 4, after)
    assert str(drawn.topology) == shape
    assert [layer.id for layer in drawn.topology.layers] == layer_ids(4)
    assert list(drawn.topology.problems()) == []


def test_that_the_first_layers_drawn_become_input_and_output() -> None:
    one = editing.insert_layer(Project(), 3, None)
    two = editing.insert_layer(one, 2, "input")
    assert [layer.id for layer in one.topology.layers] == ["input"]
    assert [layer.id for layer in two.topology.layers] == ["input", "output"]
    assert two.topology.has_link("input", "output")
    assert two.topology.output.activation == editing.DEFAULT_OUTPUT


def test_that_a_layer_gets_the_activation_of_its_new_role() -> None:
    project = project_of("2-3-2", hidden="relu", output="softmax")
    drawn = editing.insert_layer(project, 5, "output")
    assert [layer.activation for layer in drawn.topology.layers[1:]] == [
        "relu",
        "relu",
        "softmax",
    ]
    assert list(drawn.topology.problems()) == []


@given(topologies(), st.data())
def test_that_any_drawn_layer_leaves_a_valid_network(
    topology: bp.Topology, data: st.DataObject
) -> None:
    after = data.draw(st.sampled_from([None, *(layer.id for layer in topology.layers)]))
    drawn = editing.insert_layer(Project.create(topology), 2, after, keep=data.draw(st.booleans()))
    assert list(drawn.topology.problems()) == []
    assert drawn.network.parameters.size == drawn.topology.parameter_count


@given(topologies(), st.data())
def test_that_a_removed_hidden_layer_leaves_a_valid_network(
    topology: bp.Topology, data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from([layer.id for layer in topology.hidden]))
    smaller = editing.remove_layers(Project.create(topology), [gone])
    assert list(smaller.topology.problems()) == []
    assert [x.id for x in smaller.topology.layers] == layer_ids(len(topology.layers) - 1)


def test_that_places_move_along_with_their_layers() -> None:
    places = {"input": (0.0, 0.0), "hidden1": (1.0, 0.0), "output": (2.0, 0.0)}
    project = project_of("2-3-1").with_layout(places)
    drawn = editing.insert_layer(project, 4, "input", (0.5, 9.0))
    assert drawn.layout == {
        "input": (0.0, 0.0),
        "hidden1": (0.5, 9.0),
        "hidden2": (1.0, 0.0),
        "output": (2.0, 0.0),
    }
    smaller = editing.remove_layers(drawn, ["hidden1"])
    assert smaller.layout == places


def test_that_what_a_layer_learned_moves_along_with_it() -> None:
    project = learned(project_of("2-3-4-1"))
    smaller = editing.remove_layers(project, ["hidden1"])
    old, new = project.network, smaller.network
    assert np.array_equal(new.weights["hidden1", "output"], old.weights["hidden2", "output"])
    assert np.array_equal(new.biases["hidden1"], old.biases["hidden2"])


def test_that_a_resized_layer_keeps_its_weights() -> None:
    project = learned(project_of("2-3-1"))
    larger = editing.resize_layers(project, {"hidden1": 5})
    assert str(larger.topology) == "2-5-1"
    assert np.array_equal(
        larger.network.weights["input", "hidden1"][:3], project.network.weights["input", "hidden1"]
    )
    assert editing.resize_layers(project, {"hidden1": 3}) is project


def test_that_another_activation_keeps_weights_and_progress() -> None:
    project = learned(project_of("2-3-1"))
    changed = editing.set_activation(project, ["hidden1", "output"], "tanh")
    assert {layer.activation for layer in changed.topology.layers[1:]} == {"tanh"}
    assert changed.network.parameters.tobytes() == project.network.parameters.tobytes()
    assert changed.progress == project.progress


def test_that_softmax_is_refused_for_a_hidden_layer_with_its_name() -> None:
    with pytest.raises(TopologyError, match="Layer 'hidden1' is not the output"):
        editing.set_activation(project_of("2-3-1"), ["hidden1"], "softmax")


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("hidden1", "hidden1", "cannot be linked to itself"),
        ("input", "hidden1", "input and hidden 1 are linked already"),
        ("hidden2", "hidden1", "hidden 1 comes before hidden 2: a link back would be a cycle"),
        ("output", "input", "a link back would be a cycle"),
    ],
)
def test_that_a_link_that_cannot_be_is_refused_with_the_reason(
    source: str, target: str, sentence: str
) -> None:
    with pytest.raises(TopologyError, match=sentence):
        wiring.connect(project_of("2-3-4-1"), source, None, target, None)


@given(topologies())
def test_that_a_link_is_allowed_exactly_where_there_is_no_reason_against_it(
    topology: bp.Topology,
) -> None:
    project = Project.create(topology)
    for source in topology.layers:
        for target in topology.layers:
            if wiring.link_refusal(topology, source.id, target.id) is None:
                linked = wiring.connect(project, source.id, None, target.id, None).topology
                assert len(linked.links) == len(topology.links) + 1
                assert list(linked.problems()) == []


def test_that_links_can_be_removed_and_gone_ones_do_not_matter() -> None:
    project = project_of("2-3-1")
    without = wiring.remove_links(project, [("input", "hidden1"), ("input", "output")])
    assert [link.key for link in without.topology.links] == [("hidden1", "output")]


def test_that_a_typed_shape_keeps_the_layers_that_stay() -> None:
    project = learned(project_of("2-3-1", hidden="relu", output="linear"))
    wider = editing.set_shape(project, "2-6-1")
    assert np.array_equal(
        wider.network.weights["input", "hidden1"][:3], project.network.weights["input", "hidden1"]
    )
    deeper = editing.set_shape(project, "2-3-3-1")
    assert str(deeper.topology) == "2-3-3-1"
    assert [layer.activation for layer in deeper.topology.layers[1:]] == [
        "relu",
        "relu",
        "linear",
    ]
    assert editing.set_shape(project, "2 - 3 - 1") is project


def test_that_the_outer_layers_can_be_fitted_to_the_data() -> None:
    data = bp.Dataset.from_arrays(np.zeros((3, 4)), np.zeros((3, 2)))
    fitted = editing.fit_to_data(replace(project_of("2-3-1"), dataset=data))
    assert str(fitted.topology) == "4-3-2"
    assert fitted.problem() is None
    assert str(editing.fit_to_data(project_of("2-3-1")).topology) == "2-3-1"


def test_that_typed_weights_have_to_be_finite() -> None:
    project = project_of("2-3-1")

    def spoil(vector: np.ndarray) -> None:
        vector[2] = np.inf

    with pytest.raises(ValueError, match="finite"):
        editing.set_parameters(project, spoil)
    assert np.isfinite(project.network.parameters).all()


@pytest.mark.parametrize("keep", [True, False])
def test_that_adopted_data_can_be_trained_on(keep: bool) -> None:
    rng = np.random.default_rng(0)
    data = bp.Dataset.from_arrays(rng.normal(size=(9, 4)), np.eye(3)[np.arange(9) % 3])
    before = project_of("2-9-1", output="linear")
    adopted = editing.adopt_dataset(before, data, proposal(data), keep)
    assert adopted.problem() is None
    assert adopted.topology.output.activation == "softmax"
    assert (adopted.topology.hidden[0].size == 9) is keep
    assert adopted.is_untouched


def test_that_a_neuron_removed_from_the_middle_takes_only_its_own_weights() -> None:
    project = learned(project_of("2-4-1"))
    one = wiring.one_connection(project.topology, "input", 1, "hidden1", 3)
    project = wiring.prune(project, one)
    smaller = editing.remove_neurons(project, "hidden1", [1])
    old, new = project.network, smaller.network
    stay = [0, 2, 3]
    assert str(smaller.topology) == "2-3-1"
    assert np.array_equal(new.weights["input", "hidden1"], old.weights["input", "hidden1"][stay])
    assert np.array_equal(
        new.weights["hidden1", "output"], old.weights["hidden1", "output"][:, stay]
    )
    assert np.array_equal(new.biases["hidden1"], old.biases["hidden1"][stay])
    mask = smaller.topology.link("input", "hidden1").mask
    assert mask is not None and np.argwhere(~mask).tolist() == [[2, 1]]
    assert smaller.progress.epoch == 3


def test_that_a_layer_without_neurons_is_no_layer_and_unknown_neurons_are_refused() -> None:
    project = project_of("2-2-1")
    assert str(editing.remove_neurons(project, "hidden1", [0, 1]).topology) == "2-1"
    assert editing.remove_neurons(project, "hidden1", [0]).is_untouched
    with pytest.raises(TopologyError, match="no neuron 7"):
        editing.remove_neurons(project, "hidden1", [7])


@given(topologies(), st.data())
def test_that_a_layer_drawn_anywhere_is_joined_to_both_sides_without_a_cycle(
    topology: bp.Topology, data: st.DataObject
) -> None:
    ids = [layer.id for layer in topology.layers]
    left, right = data.draw(st.permutations(ids))[:2]
    project, new = editing.draw_layer(Project.create(topology), 2, left, right)
    assert project.topology.layer(new).size == 2
    assert list(project.topology.problems()) == []
    assert len([x for x in project.topology.links if new in x.key]) == 2


@pytest.mark.parametrize(
    ("before", "text"),
    [("4-8-3", "4-8-6-3"), ("4-8-3", "4-6-5-3"), ("4-8-3", "4-3"), ("3-3", "3-3-3"),
     ("2-3-4-1", "2-9"), ("2-3-1", "5-4-3-2-1"), ("2-3-4-5-1", "2-4-1"), ("2", "2-2")],
)  # fmt: skip
def test_that_a_typed_shape_is_what_comes_out(before: str, text: str) -> None:
    sizes = [int(part) for part in before.split("-")]
    project = learned(Project.create(bp.Topology.chain(sizes)))
    typed = editing.set_shape(project, text)
    assert str(typed.topology) == text
    assert list(typed.topology.problems()) == []


def test_that_a_typed_layer_more_keeps_the_weights_on_both_sides_and_the_options() -> None:
    project = learned(project_of("4-8-3"))
    named = editing.set_layer_options(project, ["output"], name="species")
    deeper = editing.set_shape(named, "4-8-6-3")
    assert np.array_equal(
        deeper.network.weights["input", "hidden1"], project.network.weights["input", "hidden1"]
    )
    assert np.array_equal(deeper.network.biases["output"], project.network.biases["output"])
    assert deeper.topology.output.name == "species"


def test_that_layers_typed_between_moved_ones_stand_between_them_in_a_row() -> None:
    places = {"input": (-900.0, 0.0), "hidden1": (-700.0, 60.0), "output": (-500.0, 0.0)}
    project = learned(project_of("4-8-3")).with_layout(places)
    assert editing.set_shape(project, "4-8-5-3").layout == {
        "input": (-900.0, 0.0),
        "hidden1": (-700.0, 60.0),
        "hidden2": (-600.0, 30.0),
        "output": (-500.0, 0.0),
    }
    deeper = editing.set_shape(project, "4-8-5-6-7-3").layout
    assert [deeper[f"hidden{k}"][0] for k in (1, 2, 3, 4)] == [-700.0, -650.0, -600.0, -550.0]
    assert editing.set_shape(project.with_layout({}), "4-8-5-3").layout == {}


@pytest.mark.parametrize(
    "edit",
    [
        lambda project: editing.set_shape(project, "20000-20000-1"),
        lambda project: editing.resize_layers(project, {"hidden1": 900_000, "input": 900_000}),
        lambda _: editing.insert_layer(project_of("90-3-1"), 900_000, "input"),
        lambda project: fragment.paste(project, fragment.Fragment.parse("10000-10000")),
        lambda project: editing.set_shape(Project(), "9000-9000"),
    ],
)
def test_that_what_would_fill_the_memory_is_refused_before_it_is_taken(
    edit: Callable[[Project], object],
) -> None:
    project = learned(project_of("2-3-1"))
    tracemalloc.start()
    try:
        with pytest.raises(TopologyError, match="parameters; on the canvas it can have 50,000,000"):
            edit(project)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_that_a_shape_counts_by_what_comes_out_not_by_what_is_on_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(editing, "MOST_PARAMETERS", 600)
    project = learned(project_of("25-2-25"))
    assert str(editing.set_shape(project, "2-25-2").topology) == "2-25-2"


def test_that_a_project_too_large_for_the_canvas_can_be_made_smaller_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = learned(project_of("9-9-9"))
    monkeypatch.setattr(editing, "MOST_PARAMETERS", 100)
    smaller = editing.resize_layers(project, {"hidden1": 8})
    assert str(editing.insert_layer(smaller, 1, "hidden1").topology) == "9-8-1-9"
    with pytest.raises(TopologyError, match="choose smaller sizes"):
        editing.resize_layers(smaller, {"hidden1": 9})


def test_that_options_keep_what_was_learned_and_no_bias_is_0() -> None:
    project = learned(project_of("2-3-1"))
    frozen = editing.set_layer_options(project, ["hidden1"], frozen=True, name="features")
    assert frozen.network.parameters.tobytes() == project.network.parameters.tobytes()
    assert frozen.topology.label("hidden1") == "features"
    bare = editing.set_layer_options(project, ["hidden1"], bias=False)
    assert not bare.network.biases["hidden1"].any()
    assert np.array_equal(
        bare.network.weights["input", "hidden1"], project.network.weights["input", "hidden1"]
    )


def test_that_an_initialiser_of_its_own_draws_the_starting_weights_anew() -> None:
    project = project_of("2-3-1")
    zeros = editing.set_layer_options(project, ["output"], initialiser="zeros")
    assert not zeros.network.weights["hidden1", "output"].any()
    assert zeros.network.weights["input", "hidden1"].any()


@given(topologies(), st.data())
def test_that_new_neurons_and_kept_links_change_no_output_of_a_trained_network(
    topology: bp.Topology, data: st.DataObject
) -> None:
    vector = parameters_for(topology, data.draw(seeds))
    made = Project.create(topology)
    project = replace(made, network=made.network.with_parameters(vector), progress=Progress(3))
    X = np.random.default_rng(0).normal(size=(4, topology.input.size))
    before = project.network.predict(X)
    hidden = data.draw(st.sampled_from([x.id for x in topology.hidden]))
    larger = editing.resize_layers(project, {hidden: topology.layer(hidden).size + 2})
    assert np.allclose(larger.network.predict(X), before, rtol=0, atol=1e-12)
    left, right = data.draw(st.permutations([x.id for x in topology.layers]))[:2]
    drawn, _ = editing.draw_layer(project, 3, left, right, keep=True)
    assert np.allclose(drawn.network.predict(X), before, rtol=0, atol=1e-12)


EDITS = {
    "a layer drawn": lambda p: editing.insert_layer(p, 2, "input"),
    "a layer drawn, the link kept": lambda p: editing.insert_layer(p, 2, "hidden1", keep=True),
    "a layer removed": lambda p: editing.remove_layers(p, ["hidden1"]),
    "a neuron added": lambda p: editing.resize_layers(p, {"hidden1": 5}),
    "a neuron removed": lambda p: editing.remove_neurons(p, "hidden1", [1]),
    "a link added": lambda p: wiring.connect(p, "input", None, "output", None),
    "another shape": lambda p: editing.set_shape(p, "2-4-3-3-2"),
}


@pytest.mark.parametrize("name", EDITS)
def test_that_the_optimizer_remembers_every_weight_that_stays(name: str) -> None:
    project = learned(project_of("2-4-3-2"))
    marks = project.network.parameters
    slots = {"velocity": -marks, "step_size": 10 * marks, "updates": np.array([7.0])}
    config = bp.TrainingConfig(learning_rate=0.25)
    before = replace(project, config=config, progress=Progress(3, 2, slots))
    after = EDITS[name](before)
    vector, found = after.network.parameters, after.progress.slots
    stays = np.isin(vector, marks)
    assert 0 < stays.sum() < max(vector.size, marks.size)
    assert np.array_equal(found["velocity"], np.where(stays, -vector, 0.0))
    assert np.array_equal(found["step_size"], np.where(stays, 10 * vector, 0.25))
    assert found["updates"].tolist() == [7.0]
    assert (after.progress.epoch, after.progress.position) == (3, 0)


def test_that_training_goes_on_after_a_neuron_is_added_with_the_momentum_of_the_others() -> None:
    rng = np.random.default_rng(0)
    data = bp.Dataset.from_arrays(rng.normal(size=(20, 2)), rng.uniform(size=(20, 1)))
    config = bp.TrainingConfig(optimizer="momentum", epochs=3, learning_rate=0.1, seed=0)
    project = Project.create(bp.Topology.parse("2-3-1"), data, config)
    result = bp.train(project.network, data, config)
    trained = project.trained(result.network, result.progress, result.history)
    larger = editing.resize_layers(trained, {"hidden1": 4})
    before, after = trained.progress.slots["velocity"], larger.progress.slots["velocity"]
    assert before.any()
    old = bp.Network.create(trained.topology).with_parameters(before)
    new = bp.Network.create(larger.topology).with_parameters(after)
    assert np.array_equal(new.weights["input", "hidden1"][:3], old.weights["input", "hidden1"])
    assert np.array_equal(new.biases["output"], old.biases["output"])
    assert not new.weights["input", "hidden1"][3:].any()
    # A run takes the memory up: it goes elsewhere than one that begins anew.
    ends = [
        Session(larger.network, data, config, Callback(None), progress=progress).run().network
        for progress in (larger.progress, Progress(larger.epoch))
    ]
    assert ends[0] != ends[1]
