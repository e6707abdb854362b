"""Topologies: parsing, canonical order, every nonsense refused by name, edits, the vector's layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model.topology import MAX_LAYER_SIZE, Layer, Link, Topology, TopologyError, layer_ids

from ..engines.by_hand import may_change
from ..strategies import HIDDEN, topologies

CHAIN = Topology.parse("2-3-4-1")


def keys(topology: Topology) -> list[tuple[str, str]]:
    return [link.key for link in topology.links]


def ids(topology: Topology) -> list[str]:
    return [layer.id for layer in topology.layers]


# Making one


@pytest.mark.parametrize(
    "text", ["4-8-3", " 4 - 8 - 3 ", "4–8–3", "4,8,3", "4 8 3", "4x8x3", "4×8×3"]
)
def test_that_sizes_are_read_from_input_to_output(text: str) -> None:
    topology = bp.Topology.parse(text, hidden="tanh", output="softmax")
    assert topology.layers == (
        Layer("input", 4, "linear"),
        Layer("hidden1", 8, "tanh"),
        Layer("output", 3, "softmax"),
    )
    assert keys(topology) == [("input", "hidden1"), ("hidden1", "output")]
    assert str(topology) == "4-8-3"
    topology.validate()


def test_that_two_layers_are_enough() -> None:
    topology = bp.Topology.parse("3-1")
    topology.validate()
    assert (topology.input.id, topology.hidden, topology.output.id) == ("input", (), "output")


@pytest.mark.parametrize("text", ["", "4", "4-a-3", "4-8.5-3", "hello", "4-"])
def test_that_text_that_is_no_network_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(TopologyError, match=r"is not a network.*4-8-3"):
        bp.Topology.parse(text)


@pytest.mark.parametrize("count", range(5))
def test_that_layer_ids_name_the_ends_and_number_the_middle(count: int) -> None:
    expected = ["input", "hidden1", "hidden2", "hidden3"][:count]
    assert layer_ids(count) == (expected if count < 2 else [*expected[:-1], "output"])


# The canonical order


def test_that_layers_are_put_so_that_links_point_forward() -> None:
    a, b, c = Layer("a", 1), Layer("b", 2), Layer("c", 3)
    topology = Topology((c, a, b), (Link("b", "c"), Link("a", "b")))
    assert ids(topology) == ["a", "b", "c"]
    assert keys(topology) == [("a", "b"), ("b", "c")]


def test_that_layers_without_an_order_keep_the_one_given() -> None:
    layers = [Layer(name, 1) for name in "dacb"]
    links = (Link("d", "a"), Link("d", "c"), Link("a", "b"), Link("c", "b"))
    assert ids(Topology(tuple(layers), links)) == ["d", "a", "c", "b"]


@given(topologies(), st.randoms(use_true_random=False))
def test_that_the_order_of_links_given_does_not_matter(topology: Topology, random: Any) -> None:
    links = list(topology.links)
    random.shuffle(links)
    assert Topology(topology.layers, tuple(links)) == topology


@given(topologies())
def test_that_links_point_forward_and_are_sorted_by_target_then_source(topology: Topology) -> None:
    places = [(topology.position(t), topology.position(s)) for s, t in keys(topology)]
    assert places == sorted(places)
    assert all(source < target for target, source in places)


def test_that_equal_topologies_are_equal_and_others_are_not() -> None:
    same = Topology.parse("2-3-4-1")
    assert same == CHAIN
    assert hash(same) == hash(CHAIN)
    assert CHAIN.with_activation("hidden1", "tanh") != CHAIN
    assert CHAIN.without_connection("input", 0, "hidden1", 0) != CHAIN
    pruned = CHAIN.without_connection("input", 0, "hidden1", 0)
    assert pruned != CHAIN.without_connection("input", 1, "hidden1", 0)
    assert pruned == same.without_connection("input", 0, "hidden1", 0)


# Nonsense that is refused at once


def test_that_a_cycle_is_refused_with_a_layer_on_it() -> None:
    with pytest.raises(TopologyError, match="Layer 'hidden1' would feed itself through a cycle"):
        CHAIN.with_link("hidden2", "hidden1")


def test_that_a_layer_linked_to_itself_is_refused() -> None:
    with pytest.raises(TopologyError, match=r"Layer 'hidden1' cannot be linked to itself.*cycle"):
        CHAIN.with_link("hidden1", "hidden1")


@pytest.mark.parametrize("size", [0, -1, MAX_LAYER_SIZE + 1])
def test_that_an_impossible_size_is_refused_with_the_layers_name(size: int) -> None:
    with pytest.raises(TopologyError, match=f"Layer 'middle' has size {size}: use 1 to 1,000,000"):
        Layer("middle", size)


@pytest.mark.parametrize("size", [2.5, True, "3"])
def test_that_a_size_that_is_no_whole_number_is_refused(size: Any) -> None:
    with pytest.raises(TopologyError, match=r"Layer 'middle' has size .*: use a whole number"):
        Layer("middle", size)


@pytest.mark.parametrize("size", [3.0, np.int64(3)])
def test_that_a_whole_number_of_another_type_is_a_size(size: Any) -> None:
    layer = Layer("middle", size)
    assert type(layer.size) is int
    assert layer == Layer("middle", 3)


def test_that_a_size_of_0_in_a_text_is_refused_with_the_layers_name() -> None:
    with pytest.raises(TopologyError, match="Layer 'hidden1' has size 0"):
        bp.Topology.parse("2-0-1")


def test_that_an_unknown_activation_is_refused_with_the_layers_name() -> None:
    with pytest.raises(ValueError, match="layer 'a', 'sine' is not known; choose one of: sigmoid"):
        Layer("a", 1, "sine")


def test_that_two_layers_of_one_name_are_refused() -> None:
    with pytest.raises(TopologyError, match="Two layers are called 'a'"):
        Topology((Layer("a", 1), Layer("b", 1), Layer("a", 2)))


def test_that_two_links_between_the_same_layers_are_refused() -> None:
    with pytest.raises(TopologyError, match="'a' and 'b' are linked twice"):
        Topology((Layer("a", 1), Layer("b", 1)), (Link("a", "b"), Link("a", "b")))
    with pytest.raises(TopologyError, match="'input' and 'hidden1' are linked already"):
        CHAIN.with_link("input", "hidden1")


def test_that_a_link_to_a_layer_that_is_not_there_is_refused() -> None:
    with pytest.raises(TopologyError, match="names layer 'nowhere', which does not exist"):
        CHAIN.with_link("input", "nowhere")


def test_that_a_mask_of_another_shape_is_refused_with_both_layers() -> None:
    mask = np.zeros((2, 3), dtype=bool)
    with pytest.raises(
        TopologyError, match=r"from 'input' to layer 'hidden1' has shape \(2, 3\).*need \(3, 2\)"
    ):
        CHAIN.with_mask("input", "hidden1", mask)


def test_that_a_network_too_large_for_memory_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(
        TopologyError, match=r"parameters; use at most 500,000,000: make layer .hidden1. smaller"
    ):
        bp.Topology.parse("1000-1000000-999000-1000")


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: t.layer("nowhere"),
        lambda t: t.with_size("nowhere", 3),
        lambda t: t.with_activation("nowhere", "tanh"),
        lambda t: t.without_layer("nowhere"),
        lambda t: t.with_layer(Layer("x", 1), after="nowhere"),
        lambda t: t.without_link("nowhere", "output"),
    ],
)
def test_that_a_layer_that_is_not_there_is_named_with_those_that_are(ask: Any) -> None:
    with pytest.raises(TopologyError, match=r"no layer 'nowhere'.*input, hidden1, hidden2, output"):
        ask(CHAIN)


def test_that_a_link_that_is_not_there_is_named() -> None:
    with pytest.raises(TopologyError, match="no link from 'input' to 'output'"):
        CHAIN.without_link("input", "output")


@pytest.mark.parametrize(
    ("i", "j", "layer"), [(2, 0, "input"), (-1, 0, "input"), (0, 3, "hidden1")]
)
def test_that_a_neuron_that_is_not_there_is_named(i: int, j: int, layer: str) -> None:
    with pytest.raises(TopologyError, match=f"Layer '{layer}' has no neuron"):
        CHAIN.without_connection("input", i, "hidden1", j)


# Nonsense that a drawing may pass through


def test_that_a_softmax_hidden_layer_is_a_problem_with_its_name() -> None:
    topology = CHAIN.with_activation("hidden2", "softmax")
    with pytest.raises(
        TopologyError, match=r"Layer 'hidden2' is not the output but has .* softmax"
    ):
        topology.validate()


def test_that_an_unreachable_layer_is_a_problem_with_its_name() -> None:
    topology = CHAIN.with_link("input", "hidden2").without_link("input", "hidden1")
    assert list(topology.problems()) == [
        "Nothing reaches layer 'hidden1': link an earlier layer to it or delete it."
    ]


def test_that_a_dead_end_is_a_problem_with_its_name() -> None:
    topology = CHAIN.with_link("hidden1", "output").without_link("hidden2", "output")
    assert list(topology.problems()) == [
        "Layer 'hidden2' leads nowhere: link it to a later layer or delete it."
    ]


@pytest.mark.parametrize("topology", [Topology(), Topology((Layer("input", 2),))])
def test_that_a_network_needs_two_layers(topology: Topology) -> None:
    with pytest.raises(TopologyError, match="needs an input and an output layer"):
        topology.validate()


def test_that_an_empty_network_has_no_input_and_says_so() -> None:
    with pytest.raises(TopologyError, match="no input layer yet: draw one"):
        _ = Topology().input


@given(topologies())
def test_that_the_networks_of_the_strategy_are_valid(topology: Topology) -> None:
    assert list(topology.problems()) == []


# Edits


@given(topologies(), st.data())
def test_that_an_inserted_layer_leaves_the_network_valid(
    topology: Topology, data: st.DataObject
) -> None:
    after = data.draw(st.sampled_from([None, *ids(topology)[:-1]]))
    keep = data.draw(st.booleans())
    grown = topology.with_inserted(Layer("new", 2, "tanh"), after, keep)
    assert list(grown.problems()) == []
    assert len(grown.layers) == len(topology.layers) + 1
    assert grown.position("new") == (0 if after is None else topology.position(after) + 1)
    lost = set(keys(topology)) - set(keys(grown))
    assert len(lost) <= (0 if keep or after is None else 1)


def test_that_a_layer_behind_the_output_becomes_the_output() -> None:
    grown = CHAIN.with_inserted(Layer("new", 2), after="output")
    assert grown.output.id == "new"
    assert grown.has_link("output", "new")
    assert list(grown.problems()) == []


def test_that_an_inserted_layer_splits_the_link_or_keeps_it() -> None:
    split = CHAIN.with_inserted(Layer("new", 2), after="hidden1")
    kept = CHAIN.with_inserted(Layer("new", 2), after="hidden1", keep=True)
    assert not split.has_link("hidden1", "hidden2")
    assert kept.has_link("hidden1", "hidden2")
    for topology in (split, kept):
        assert topology.has_link("hidden1", "new")
        assert topology.has_link("new", "hidden2")


@given(topologies(), st.data())
def test_that_a_removed_hidden_layer_leaves_the_network_valid(
    topology: Topology, data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from([layer.id for layer in topology.hidden]))
    smaller = topology.without_layer(gone)
    assert list(smaller.problems()) == []
    assert gone not in smaller
    kept = [link for link in topology.links if gone not in link.key]
    assert set(kept) <= set(smaller.links)


def test_that_a_removed_layer_leaves_a_gap_when_asked() -> None:
    assert keys(CHAIN.without_layer("hidden1", rejoin=False)) == [("hidden2", "output")]


@given(topologies(), st.integers(1, 7), st.data())
def test_that_a_resized_layer_keeps_the_masks_where_neurons_are_kept(
    topology: Topology, size: int, data: st.DataObject
) -> None:
    changed = data.draw(st.sampled_from(ids(topology)))
    resized = topology.with_size(changed, size)
    assert resized.layer(changed).size == size
    assert keys(resized) == keys(topology)
    for old, new in zip(topology.links, resized.links, strict=True):
        shape = resized.layer(new.target).size, resized.layer(new.source).size
        before, after = full(old, topology), full(new, resized)
        rows, columns = (min(a, b) for a, b in zip(before.shape, shape, strict=True))
        assert after.shape == shape
        assert np.array_equal(before[:rows, :columns], after[:rows, :columns])
        assert after[rows:].all() and after[:, columns:].all()


def full(link: Link, topology: Topology) -> Any:
    shape = topology.layer(link.target).size, topology.layer(link.source).size
    return np.ones(shape, dtype=bool) if link.mask is None else link.mask


@given(topologies(masks=False), st.data())
def test_that_a_pruned_connection_can_be_restored(topology: Topology, data: st.DataObject) -> None:
    link = data.draw(st.sampled_from(topology.links))
    i = data.draw(st.integers(0, topology.layer(link.source).size - 1))
    j = data.draw(st.integers(0, topology.layer(link.target).size - 1))
    pruned = topology.without_connection(link.source, i, link.target, j)
    mask = pruned.link(*link.key).mask
    assert mask is not None
    assert np.argwhere(~mask).tolist() == [[j, i]]
    assert pruned.connection_count == topology.connection_count - 1
    assert pruned.parameter_count == topology.parameter_count
    assert pruned.with_connection(link.source, i, link.target, j) == topology


def test_that_an_edit_leaves_the_old_value_as_it_was() -> None:
    before = Topology.parse("2-3-4-1")
    pruned = CHAIN.without_connection("input", 0, "hidden1", 0)
    pruned.without_connection("input", 1, "hidden1", 1)
    CHAIN.with_size("hidden1", 9).with_link("input", "output").without_layer("hidden2")
    assert before == CHAIN
    mask = pruned.link("input", "hidden1").mask
    assert mask is not None
    assert mask.sum() == 5
    assert not mask.flags.writeable


def test_that_a_mask_is_a_copy_of_the_one_given() -> None:
    mask = np.array([[True, False], [True, True], [True, True]])
    topology = CHAIN.with_mask("input", "hidden1", mask)
    mask[:] = False
    assert topology.connection_count == CHAIN.connection_count - 1


def test_that_a_mask_without_gaps_is_no_mask() -> None:
    assert CHAIN.with_mask("input", "hidden1", np.ones((3, 2), dtype=bool)) == CHAIN
    assert Link("a", "b", np.ones((1, 1), dtype=bool)).mask is None


@given(topologies())
def test_that_a_link_is_refused_as_a_cycle_exactly_where_would_cycle_says_so(
    topology: Topology,
) -> None:
    for source in ids(topology):
        for target in ids(topology):
            if source == target or topology.has_link(source, target):
                continue
            if topology.would_cycle(source, target):
                with pytest.raises(TopologyError, match="cycle"):
                    topology.with_link(source, target)
            else:
                assert topology.with_link(source, target).has_link(source, target)


def test_that_renamed_layers_keep_their_links() -> None:
    renamed = CHAIN.renamed({"hidden1": "a", "output": "b"})
    assert ids(renamed) == ["input", "a", "hidden2", "b"]
    assert keys(renamed) == [("input", "a"), ("a", "hidden2"), ("hidden2", "b")]


@given(topologies())
def test_that_numbering_undoes_any_renaming(topology: Topology) -> None:
    strange = topology.renamed({name: f"{name}-x" for name in ids(topology)})
    numbered, names = strange.numbered()
    assert numbered == topology
    assert names == {f"{name}-x": name for name in ids(topology)}


# What training may change


def test_that_everything_is_free_until_something_is_held() -> None:
    assert CHAIN.free is None
    assert CHAIN.present is None
    assert CHAIN.with_layer_options("input", frozen=True, bias=False).free is None


@given(topologies(held=True))
def test_that_free_is_what_is_neither_pruned_locked_frozen_nor_a_bias_left_out(
    topology: Topology,
) -> None:
    free = np.ones(topology.parameter_count, dtype=bool) if topology.free is None else topology.free
    assert free.tolist() == may_change(topology)


def test_that_locks_follow_their_layer_and_need_its_shape() -> None:
    locked = CHAIN.with_locked("input", "hidden1", np.eye(3, 2, dtype=bool))
    assert locked.link("input", "hidden1").locked.tolist() == np.eye(3, 2).tolist()
    grown = locked.with_size("hidden1", 4).link("input", "hidden1").locked
    assert grown.tolist() == [*np.eye(3, 2).tolist(), [0, 0]]
    assert locked.with_locked("input", "hidden1", None) == CHAIN
    assert locked != CHAIN
    with pytest.raises(TopologyError, match=r"lock from 'input' to layer 'hidden1'.*\(2, 2\)"):
        CHAIN.with_locked("input", "hidden1", np.ones((2, 2), dtype=bool))


def test_that_a_pruned_connection_cannot_be_locked() -> None:
    pruned = CHAIN.without_connection("input", 0, "hidden1", 0)
    locked = pruned.with_locked("input", "hidden1", np.ones((3, 2), dtype=bool))
    assert locked.link("input", "hidden1").locked.tolist() == [[0, 1], [1, 1], [1, 1]]


def test_that_a_layer_is_called_by_its_name_where_it_has_one() -> None:
    assert CHAIN.label("hidden1") == "hidden 1"
    assert CHAIN.with_layer_options("hidden1", name="features").label("hidden1") == "features"


# The layout of the parameter vector


def test_that_the_vector_holds_each_layers_weights_by_link_then_its_biases() -> None:
    topology = Topology.parse("2-3-1").with_link("input", "output")
    hidden, output = topology.blocks
    (first,) = hidden.incoming
    assert (first.start, first.stop, first.shape) == (0, 6, (3, 2))
    assert (hidden.start, hidden.stop) == (6, 9)
    skip, last = output.incoming
    assert (skip.link.key, skip.start, skip.stop, skip.shape) == (
        ("input", "output"),
        9,
        11,
        (1, 2),
    )
    assert (last.link.key, last.start, last.stop) == (("hidden1", "output"), 11, 14)
    assert (output.start, output.stop) == (14, 15)
    assert topology.parameter_count == 15


@given(topologies())
def test_that_the_blocks_cover_the_vector_once_and_in_order(topology: Topology) -> None:
    ends = [0]
    for index, block in enumerate(topology.blocks, start=1):
        assert block.layer is topology.layers[index]
        assert block.index == index
        assert [b.source for b in block.incoming] == sorted(b.source for b in block.incoming)
        for b in block.incoming:
            assert b.link.target == block.layer.id
            assert topology.layers[b.source].id == b.link.source
            assert b.shape == (block.layer.size, topology.layers[b.source].size)
            assert (b.start, b.stop) == (ends[-1], b.start + b.shape[0] * b.shape[1])
            ends.append(b.stop)
        assert (block.start, block.stop) == (ends[-1], block.start + block.layer.size)
        ends.append(block.stop)
    assert topology.parameter_count == ends[-1]
    assert sum(len(block.incoming) for block in topology.blocks) == len(topology.links)


@given(topologies(hidden=HIDDEN[:1], outputs=["linear"]))
@settings(max_examples=30)
def test_that_pruned_connections_stay_in_the_vector_but_are_not_counted(
    topology: Topology,
) -> None:
    pruned = sum(int((~link.mask).sum()) for link in topology.links if link.mask is not None)
    biases = sum(layer.size for layer in topology.layers[1:])
    assert topology.parameter_count == topology.connection_count + pruned + biases


@pytest.mark.parametrize(
    ("layer_id", "label"), [("hidden12", "hidden 12"), ("input", "input"), ("output", "output")]
)
def test_that_a_label_reads_as_people_write_it(layer_id: str, label: str) -> None:
    assert CHAIN.label(layer_id) == label
