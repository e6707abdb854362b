"""Single connections: linked, pruned, restored, locked and set, with everything else left as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model import wiring
from bpstudio.model.editing import insert_layer, resize_layers, set_layer_options
from bpstudio.model.project import Progress, Project
from bpstudio.model.topology import TopologyError

from ..strategies import parameters_for, seeds, topologies


def learned(topology: bp.Topology, seed: int = 1) -> Project:
    """A project as if it had been trained, with the optimizer's memory."""
    project = Project.create(topology)
    vector = parameters_for(topology, seed)
    progress = Progress(3, 2, {"velocity": np.arange(1.0, vector.size + 1)})
    return replace(project, network=project.network.with_parameters(vector), progress=progress)


def chain(text: str = "2-3-1") -> Project:
    return learned(bp.Topology.parse(text))


def outputs(project: Project) -> np.ndarray:
    X = np.random.default_rng(5).normal(size=(4, project.topology.input.size))
    return project.network.predict(X)


def test_that_neuron_to_neuron_is_one_connection_that_changes_no_output() -> None:
    project = chain("2-3-2")
    joined = wiring.connect(project, "input", 1, "output", 0)
    mask = joined.topology.link("input", "output").mask
    assert mask is not None and np.argwhere(mask).tolist() == [[0, 1]]
    assert np.array_equal(outputs(joined), outputs(project))


def test_that_neuron_to_layer_is_one_column_and_grows_with_the_next_neuron() -> None:
    project = wiring.connect(chain("2-3-2"), "input", 0, "output", None)
    mask = project.topology.link("input", "output").mask
    assert mask is not None and mask.tolist() == [[True, False], [True, False]]
    whole = wiring.connect(project, "input", 1, "output", None)
    assert whole.topology.link("input", "output").mask is None


def test_that_what_is_connected_is_refused_with_the_neurons_named() -> None:
    with pytest.raises(TopologyError, match="input · 2 and hidden 1 · 1 are connected already"):
        wiring.connect(chain(), "input", 1, "hidden1", 0)
    with pytest.raises(TopologyError, match="cycle"):
        wiring.connect(chain("2-3-4-1"), "hidden2", 0, "hidden1", 0)


@given(topologies(), seeds, st.data())
def test_that_pruning_takes_only_its_own_weights_and_keeps_the_run(
    topology: bp.Topology, seed: int, data: st.DataObject
) -> None:
    project = learned(topology, seed)
    link = data.draw(st.sampled_from(topology.links))
    shape = project.network.weights[link.key].shape
    gone = np.random.default_rng(seed).random(shape) < 0.5
    pruned = wiring.prune(project, {link.key: gone})
    for key, weights in pruned.network.weights.items():
        old = project.network.weights[key]
        expected = np.where(gone, 0.0, old) if key == link.key else old
        assert weights.tobytes() == expected.tobytes()
    kept = pruned.topology.link(link.key[0], link.key[1]).mask
    assert kept is None or not (kept & gone).any()
    progress = pruned.progress
    assert (progress.epoch, progress.position) == (3, 2)
    present = pruned.topology.present
    if present is not None:
        assert not progress.slots["velocity"][~present].any()
        assert progress.slots["velocity"][present].all()


def test_that_a_restored_connection_begins_at_0_and_changes_no_output() -> None:
    one = wiring.one_connection(chain().topology, "input", 1, "hidden1", 2)
    pruned = wiring.prune(chain(), one)
    restored = wiring.restore(pruned, one)
    assert restored.topology.link("input", "hidden1").mask is None
    assert restored.network.weights["input", "hidden1"][2, 1] == 0.0
    assert np.array_equal(outputs(restored), outputs(pruned))


def test_that_an_untouched_network_stays_untouched_and_gets_its_weight_back() -> None:
    project = Project.create(bp.Topology.parse("2-3-1"))
    one = wiring.one_connection(project.topology, "input", 1, "hidden1", 2)
    pruned = wiring.prune(project, one)
    assert pruned.is_untouched
    assert wiring.restore(pruned, one) == project


def test_that_locks_come_and_go_and_leave_the_weights() -> None:
    project = chain()
    one = wiring.one_connection(project.topology, "hidden1", 1, "output", 0)
    locked = wiring.lock(project, one)
    assert np.array_equal(locked.topology.link("hidden1", "output").locked, [[False, True, False]])
    assert locked.network.parameters.tobytes() == project.network.parameters.tobytes()
    assert wiring.lock(locked, one, False) == project


def test_that_a_typed_weight_is_there_and_a_pruned_one_is_refused() -> None:
    project = wiring.set_weight(chain(), "input", 1, "hidden1", 2, -0.25)
    assert project.network.weights["input", "hidden1"][2, 1] == -0.25
    pruned = wiring.prune(
        project, wiring.one_connection(project.topology, "input", 1, "hidden1", 2)
    )
    with pytest.raises(TopologyError, match="restore it first"):
        wiring.set_weight(pruned, "input", 1, "hidden1", 2, 1.0)


@given(topologies(), seeds, st.floats(0, 2))
def test_that_weak_connections_are_those_there_below_the_threshold(
    topology: bp.Topology, seed: int, threshold: float
) -> None:
    project = learned(topology, seed)
    weak = wiring.weak_connections(project, threshold)
    pruned = wiring.prune(project, weak)
    for link in pruned.topology.links:
        kept = np.ones(1, bool) if link.mask is None else link.mask
        assert not (kept & (np.abs(pruned.network.weights[link.key]) < threshold)).any()
    gone = sum(int(flags.sum()) for flags in weak.values())
    assert topology.connection_count - pruned.topology.connection_count == gone


def test_that_locked_weights_and_those_into_frozen_layers_are_never_weak() -> None:
    project = set_layer_options(learned(bp.Topology.parse("2-3-4-1"), 1), ["hidden2"], frozen=True)
    held = wiring.one_connection(project.topology, "input", 1, "hidden1", 2)
    weak = wiring.weak_connections(wiring.lock(project, held), 1e9)
    assert weak.keys() == {("input", "hidden1"), ("hidden2", "output")}
    assert np.array_equal(weak["input", "hidden1"], ~held["input", "hidden1"])


def test_that_neurons_that_no_one_will_ever_hear_are_told() -> None:
    project = learned(bp.Topology.parse("2-3-1"), 1)
    frozen = set_layer_options(project, ["output"], frozen=True)
    assert wiring.unheard_note(project, frozen) == ""
    grown = resize_layers(frozen, {"hidden1": 5})
    note = wiring.unheard_note(frozen, grown)
    assert note.startswith("2 neurons of hidden 1 cannot have any effect")
    assert wiring.unheard_note(grown, resize_layers(grown, {"input": 3})) == ""
    typed = wiring.set_weight(grown, "hidden1", 4, "output", 0, 0.5)
    assert wiring.unheard_note(grown, typed) == ""
    assert wiring.unheard_note(typed, resize_layers(typed, {"hidden1": 6})) != ""
    drawn = insert_layer(frozen, 4, "hidden1")
    assert wiring.unheard_note(frozen, drawn).startswith("4 neurons of hidden 2")
    assert wiring.unheard_note(project, resize_layers(project, {"hidden1": 5})) == ""
