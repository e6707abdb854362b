"""Data sets as people find them, opened with no special help; skipped without them."""

from pathlib import Path

import numpy as np
import pytest

from bpstudio.files.build import build
from bpstudio.files.plan import propose_plan
from bpstudio.files.source import read_source
from bpstudio.files.tables import load_table
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import TEST, TRAIN, VALIDATION
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal
from bpstudio.model.topology import Topology
from bpstudio.training.session import train

IMAGES = "t10k-images-idx3-ubyte.gz"


@pytest.mark.parametrize(
    ("name", "kind", "rows", "inputs", "classes", "test"),
    [
        (IMAGES, "idx", 10_000, 784, tuple("0123456789"), 0),
        ("t10k-labels-idx1-ubyte.gz", "idx", 10_000, 784, tuple("0123456789"), 0),
        ("watermelon3.csv", "text", 17, 19, ("否", "是"), 0),
        ("diabetes.train", "fann", 768, 8, ("y1", "y2"), 384),
        ("building.train", "fann", 4208, 14, (), 2104),
        ("two-spiral.train", "fann", 386, 2, ("0", "1"), 193),
    ],
)
def test_that_it_opens_and_can_be_trained_as_proposed(
    shared: Path, name: str, kind: str, rows: int, inputs: int, classes: tuple[str, ...], test: int
) -> None:
    source = read_source(shared / name)
    data = build(source, propose_plan(source))
    assert (source.kind, len(data)) == (kind, rows)
    assert (data.preparation.input_size, data.class_names) == (inputs, classes)
    assert len(data.rows(TEST)) == test and len(data.rows(VALIDATION)) > 0
    assert np.isfinite(data.inputs[:100]).all()
    proposed = proposal(data)
    assert Project.create(proposed.topology, data, proposed.config).problem() is None


def test_that_a_building_has_three_targets_in_their_own_unit(shared: Path) -> None:
    data = load_table(shared / "building.train")
    assert data.preparation.output_size == 3
    raw = np.loadtxt((shared / "building.train").read_text().splitlines()[2::2], ndmin=2)
    np.testing.assert_array_equal(data.values[:2104, 14:], raw)
    proposed = proposal(data, epochs=20)
    result = train(Network.create(proposed.topology, 0), data, proposed.config)
    rows = data.rows(TEST)
    outputs = data.preparation.decode_outputs(result.network.predict(data.inputs[rows]))
    errors = ((outputs - data.values[rows, 14:]) ** 2).mean(axis=0)
    assert (1 - errors / data.values[rows, 14:].var(axis=0) > 0.55).all()


def test_that_a_sigmoid_network_learns_digits(shared: Path) -> None:
    """A small piece of 784-30-10 on 8,000 images, which reaches 92.5 to 94.4 % in 30 epochs."""
    data = load_table(shared / IMAGES, validation=0.2, test=0.6)
    assert len(data.rows(TRAIN)) == 2000
    topology = Topology.parse("784-30-10", hidden="sigmoid", output="sigmoid")
    network = Network.create(topology, seed=0, initialiser="xavier_normal")
    config = TrainingConfig(batch_size=10, learning_rate=3.0, epochs=3, loss="squared_error")
    result = train(network, data, config)
    rows = data.rows(VALIDATION)
    assert data.labels is not None
    right = result.network.predict(data.inputs[rows]).argmax(axis=1) == data.labels[rows]
    assert right.mean() > 0.83
