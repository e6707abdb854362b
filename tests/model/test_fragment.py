"""Pieces of networks on their way from one project to another."""

from __future__ import annotations

import json
import textwrap
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model import fragment as fragments
from bpstudio.model import wiring
from bpstudio.model.fragment import Fragment, is_fragment, paste
from bpstudio.model.project import Progress, Project
from bpstudio.model.topology import TopologyError

from ..strategies import parameters_for, seeds, topologies


def learned(topology: bp.Topology, seed: int = 1) -> Project:
    project = Project.create(topology)
    network = project.network.with_parameters(parameters_for(topology, seed))
    return replace(project, network=network, progress=Progress(3))


@given(topologies(), seeds, st.data())
def test_that_a_fragment_comes_back_from_its_text_to_the_last_bit(
    topology: bp.Topology, seed: int, data: st.DataObject
) -> None:
    ids = data.draw(st.sets(st.sampled_from([x.id for x in topology.layers]), min_size=1))
    fragment = Fragment.of(learned(topology, seed), ids)
    again = Fragment.parse(fragment.text())
    assert again.topology == fragment.topology
    for key, weights in fragment.weights.items():
        assert again.weights[key].tobytes() == weights.tobytes()
    assert {i: v.tobytes() for i, v in again.biases.items()} == {
        i: v.tobytes() for i, v in fragment.biases.items()
    }


def test_that_pasted_layers_bring_what_they_learned_and_leave_the_rest() -> None:
    source = learned(bp.Topology.parse("2-3-4-1", hidden="relu"))
    target = learned(bp.Topology.parse("5-6-2"), 2)
    fragment = Fragment.of(source, ["hidden1", "hidden2"])
    pasted, new = paste(target, Fragment.parse(fragment.text()), "hidden1")
    assert str(pasted.topology) == "5-6-3-4-2"
    assert new == ("hidden2", "hidden3")
    old, now = source.network, pasted.network
    assert np.array_equal(now.weights["hidden2", "hidden3"], old.weights["hidden1", "hidden2"])
    assert np.array_equal(now.biases["hidden2"], old.biases["hidden1"])
    assert np.array_equal(
        now.weights["input", "hidden1"], target.network.weights["input", "hidden1"]
    )
    assert pasted.topology.layer("hidden2").activation == "relu"
    assert not pasted.topology.has_link("hidden1", "output")
    assert list(pasted.topology.problems()) == []


def test_that_a_plain_shape_is_pasted_on_an_empty_canvas_and_between_layers() -> None:
    shape = Fragment.parse("4-8-3")
    whole, _ = paste(Project(), shape)
    assert str(whole.topology) == "4-8-3"
    assert list(whole.topology.problems()) == []
    between, new = paste(Project.create(bp.Topology.parse("2-5-1")), shape, "input")
    assert str(between.topology) == "2-4-8-3-5-1"
    assert new == ("hidden1", "hidden2", "hidden3")
    single, _ = paste(whole, Fragment.parse("7"))
    assert str(single.topology) == "4-8-7-3"


def test_that_a_pasted_output_that_becomes_hidden_gets_another_activation() -> None:
    project = Project.create(bp.Topology.parse("2-3-3", output="softmax"))
    pasted, new = paste(project, Fragment.of(project, ["output"]), "hidden1")
    assert pasted.topology.layer(new[0]).activation != "softmax"
    assert list(pasted.topology.problems()) == []


def test_that_layers_side_by_side_are_both_joined() -> None:
    topology = bp.Topology.parse("2-3-3-1").without_link("hidden1", "hidden2")
    topology = topology.with_link("input", "hidden2").with_link("hidden1", "output")
    fragment = Fragment.of(Project.create(topology), ["hidden1", "hidden2"])
    pasted, new = paste(Project.create(bp.Topology.parse("2-1")), fragment, "input")
    assert {link.key for link in pasted.topology.links} == {
        ("input", new[0]), ("input", new[1]), (new[0], "output"), (new[1], "output"),
    }  # fmt: skip


def changed(text: str, **changes: object) -> str:
    return json.dumps({**json.loads(text), **changes})


FINE = Fragment.of(learned(bp.Topology.parse("2-3")), ["input", "output"]).text()


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "4-y-3", "-", "{", "{}", "[1, 2]", '{"kind": "something else"}',
        changed(FINE, layers=[]),
        changed(FINE, layers="input"),
        changed(FINE, biases={"output": [1.0, 2.0]}),
        changed(FINE, biases={"output": [float("nan")] * 3}),
        changed(FINE, links=[{"source": "input", "target": "output", "weights": [[1]]}]),
        '{"kind":' * 20_000,
    ],
)  # fmt: skip
def test_that_any_other_text_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(TopologyError, match=r"\.$"):
        Fragment.parse(text)


def test_that_nothing_selected_is_refused() -> None:
    with pytest.raises(TopologyError, match="Select a layer first"):
        Fragment.of(Project.create(bp.Topology.parse("2-1")), [])


def test_that_no_memory_is_taken_for_a_shape_before_it_is_pasted() -> None:
    fragment = Fragment.parse("1000000-400")
    assert not fragment.weights


def test_that_a_fragment_whose_lines_a_mail_has_broken_is_the_same() -> None:
    project = learned(bp.Topology.parse("2-3-4-1"))
    text = Fragment.of(project, ["hidden1", "hidden2"]).text()
    wrapped = "\r\n" + "\r\n".join(textwrap.wrap(text, 60, break_long_words=False)) + "\r\n"
    assert wrapped.count("\n") > 10
    assert is_fragment(text) and is_fragment(wrapped)
    assert Fragment.parse(wrapped).text() == text
    assert not is_fragment("4-8-3") and not is_fragment("a,b\n1,2")
    assert not is_fragment('{"kind": "something else"}')


def test_that_what_can_be_copied_can_be_pasted_and_more_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fragments, "MOST_COPIED", 1_000)
    monkeypatch.setattr(fragments, "MAX_TEXT", 1_000 * fragments.MAX_TEXT // 1_500_000)
    project = Project.create(bp.Topology.parse("20-50-1"))
    # The longest text that a weight can have.
    longest = np.full(project.network.parameters.size, -1.2345678901234567e-100)
    project = replace(project, network=project.network.with_parameters(longest))
    flags = {("input", "hidden1"): np.ones((50, 20), dtype=bool)}
    project = wiring.lock(wiring.prune(project, {key: ~x for key, x in flags.items()}), flags)
    again = Fragment.parse(Fragment.of(project, ["input", "hidden1"]).text())
    assert again.topology.connection_count == 1_000
    with pytest.raises(TopologyError, match="1,050 weights among these layers; up to 1,000 can be"):
        Fragment.of(project, ["input", "hidden1", "output"]).text()
