"""Numbers and weights as they are typed or pasted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpstudio.explain.typed_numbers import parse_number, parse_weights, weights_text
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology
from tests.explain.example import example_network
from tests.strategies import Problem, problems


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.05", 0.05), (" −0,05 ", -0.05), ("1.2e-3", 0.0012), ("1.2·10^-3", 0.0012),
        ("1.2 × 10^{-3}", 0.0012), ("1/4", 0.25), ("-3 / 4", -0.75), ("7", 7.0), (".5", 0.5),
    ],
)  # fmt: skip
def test_that_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert parse_number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["", "much", "1.2.3", "nan", "inf", "1/0", "1 2"])
def test_that_what_is_no_number_is_an_error_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a (finite )?number"):
        parse_number(text)


@given(st.floats(-1e6, 1e6))
def test_that_a_number_is_read_back(value: float) -> None:
    assert parse_number(repr(value)) == value


@given(problems())
@settings(max_examples=15)
def test_that_weights_written_out_are_read_back_to_the_bit(problem: Problem) -> None:
    empty = Network(problem.topology, np.zeros(problem.topology.parameter_count))
    read = parse_weights(empty, weights_text(problem.network))
    assert read.parameters.tobytes() == problem.network.parameters.tobytes()


def test_that_the_names_of_the_derivation_set_weights() -> None:
    empty = Network(Topology.parse("2-2-2"), np.zeros(12))
    text = """
        v_11 = 0.15; v_21 = 0.20
        v_{12} = 0.25
        v22: 0.30
        gamma_1 = 0.35
        γ_2 = 0.35
        w_11 = 0.40, w_21 = 0.45, w_12 = 0.50, w_22 = 0.55
        theta_1 = 0.60
        θ_2 = 0.60
    """
    read = parse_weights(empty, text)
    assert np.array_equal(read.parameters, example_network().parameters)


def test_that_a_pasted_matrix_sets_one_link_and_leaves_the_rest() -> None:
    network = example_network()
    read = parse_weights(network, "Input → Hidden 1:\n1,5\t2\n3\t4\nbias hidden1\n5\n6")
    assert read.weights["input", "hidden1"].tolist() == [[1.5, 2.0], [3.0, 4.0]]
    assert read.biases["hidden1"].tolist() == [5.0, 6.0]
    rest = ("hidden1", "output")
    assert np.array_equal(read.weights[rest], network.weights[rest])
    assert network.weights["input", "hidden1"][0, 0] == 0.15


def test_that_all_numbers_at_once_are_the_vector() -> None:
    read = parse_weights(example_network(), "[1, 2, 3, 4,\n 5, 6, 7, 8, 9, 10, 11, 12.5]")
    assert read.parameters.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.5]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No weights"),
        ("1 2 3", "3 numbers were given, but the network has 12"),
        ("input -> hidden1\n1 2", "2 rows of 2 numbers"),
        ("input -> hidden1\n1 x\n3 4", "Line 2: 'x' is not a number"),
        ("input -> attic\n1", "no layer 'attic'"),
        ("input -> output\n1", "no link"),
        ("bias input\n1", "no biases"),
        ("v_11 = 1\nq_2 = 5", "Line 2: 'q_2 = 5' is no weight"),
        ("v_91 = 1", "no 'v_91 = 1'"),
        ("v_11 = 1\nalpha_1 = 5", "Line 2: 'alpha_1 = 5' is no weight"),
        ("v_1 = 1", "no 'v_1 = 1'"),
    ],
)
def test_that_mistakes_are_named_with_their_line(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_weights(example_network(), text)


def test_that_a_pruned_connection_stays_pruned() -> None:
    topology = Topology.parse("2-1-1").without_connection("input", 0, "hidden1", 0)
    with pytest.raises(ValueError, match="pruned"):
        parse_weights(Network.create(topology), "v_11 = 0.5")
    deep = Network.create(Topology.parse("1-1-1-1"))
    with pytest.raises(ValueError, match="one hidden layer"):
        parse_weights(deep, "v_11 = 0.5")
