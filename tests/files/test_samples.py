"""The samples: their shapes, their classes, and that the same seed gives the same bits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpstudio.files.resources import resource
from bpstudio.files.samples import SAMPLES, sample, sample_proposal, starter
from bpstudio.model.dataset import TRAIN, VALIDATION, DataError
from bpstudio.training.session import train

GENERATED = [name for name, entry in SAMPLES.items() if entry.generate]
SHARED = Path(__file__).parents[3] / "shared" / "data" / "watermelon3.csv"


@pytest.mark.parametrize("name", SAMPLES)
def test_that_every_sample_can_be_trained_as_proposed(name: str) -> None:
    project = starter(name)
    assert project.problem() is None
    assert project.dataset is not None
    assert project.dataset.name == name
    assert bool(project.dataset.class_names) == (SAMPLES[name].task == "classification")
    assert sample_proposal(name).reason.endswith(".")


@pytest.mark.parametrize("name", SAMPLES)
def test_that_a_sample_is_decided_by_its_seed(name: str) -> None:
    assert sample(name, seed=3) == sample(name, seed=3)
    if name not in ("xor", "parity"):
        assert sample(name, seed=3) != sample(name, seed=4)


@pytest.mark.parametrize("name", [n for n in GENERATED if SAMPLES[n].task == "classification"])
def test_that_generated_classes_are_equally_frequent(name: str) -> None:
    labels = sample(name).labels
    assert labels is not None
    assert np.bincount(labels).tolist() == [len(labels) // 2] * 2


@pytest.mark.parametrize("name", ["circles", "gaussians", "spirals", "quadrants", "moons", "sine"])
def test_that_points_of_the_plane_lie_about_one_around_its_middle(name: str) -> None:
    data = sample(name, seed=1)
    assert 0.6 < np.abs(data.values[:, 0]).max() < 1.3
    assert np.abs(data.inputs.mean(axis=0)).max() < 0.2
    assert len(sample(name, size=50)) == 50
    clean, noisy = (sample(name, noise=n, seed=1).values for n in (0.0, 0.1))
    assert 0.05 < np.abs(clean - noisy).max() < 0.6


def test_that_circles_name_their_output_and_hold_out_a_quarter() -> None:
    data = sample("circles")
    assert data.preparation.output_names == ("inside",)
    assert data.class_names == ("outside", "inside")
    assert (len(data), len(data.rows(TRAIN)), len(data.rows(VALIDATION))) == (260, 195, 65)
    clean = sample("circles", noise=0.0)
    radius = np.hypot(*clean.inputs.T)
    np.testing.assert_array_equal(clean.targets[:, 0] == 1, radius < 0.5)


def test_that_xor_is_the_four_rows_all_for_training() -> None:
    data = sample("xor")
    np.testing.assert_array_equal(data.values, [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    assert (data.split == TRAIN).all()


def test_that_parity_counts_the_ones() -> None:
    data = sample("parity", size=4)
    assert data.inputs.shape == (16, 4)
    np.testing.assert_array_equal(data.inputs.sum(axis=1) % 2, data.targets[:, 0])


def test_that_quadrants_are_told_by_their_signs() -> None:
    data = sample("quadrants", noise=0.0)
    np.testing.assert_array_equal(data.inputs.prod(axis=1) < 0, data.targets[:, 0] == 1)


def test_that_iris_has_the_published_statistics() -> None:
    """Means and variances of Fisher (1936), table II: the rows that other copies have wrong count."""
    data = sample("iris")
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert data.labels is not None
    means = [data.values[data.labels == k, :4].mean(axis=0) for k in range(3)]
    expected = [
        [5.006, 3.428, 1.462, 0.246],
        [5.936, 2.770, 4.260, 1.326],
        [6.588, 2.974, 5.552, 2.026],
    ]
    np.testing.assert_allclose(means, expected, atol=1e-12)
    setosa = np.cov(data.values[:50, :4].T)
    np.testing.assert_allclose(
        setosa[np.triu_indices(4)] * 49,
        [6.0882, 4.8616, 0.8014, 0.5062, 7.0408, 0.5732, 0.4556, 1.4778, 0.2974, 0.5442],
        atol=1e-9,
    )


def test_that_watermelon_has_its_nineteen_inputs() -> None:
    data = sample("watermelon")
    assert (len(data), data.preparation.input_size) == (17, 19)
    assert data.preparation.targets[0].name == "好瓜"
    assert data.class_names == ("否", "是")


@pytest.mark.skipif(not SHARED.exists(), reason="the original is not beside the project")
def test_that_watermelon_is_the_original() -> None:
    assert resource("samples", "watermelon3.csv").read_bytes() == SHARED.read_bytes()


@pytest.mark.parametrize(
    ("name", "options", "complaint"),
    [
        ("iris", {"noise": 0.1}, "takes no noise"),
        ("iris", {"size": 10}, "fixed size"),
        ("circles", {"noise": -1}, "from 0 to 1"),
        ("circles", {"noise": float("nan")}, "from 0 to 1"),
        ("circles", {"size": 3}, "from 10 to"),
        ("parity", {"size": 40}, "from 2 to 12"),
        ("circles", {"validation": 1.5}, "validation share"),
    ],
)
def test_that_a_sample_refuses_what_it_cannot_be(
    name: str, options: dict[str, float], complaint: str
) -> None:
    with pytest.raises(DataError, match=complaint):
        sample(name, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["circles", "xor", "parity", "quadrants", "moons"])
def test_that_the_proposal_learns_its_sample(name: str) -> None:
    project = starter(name)
    assert project.dataset is not None
    config = replace(project.config, target_loss=0.03)
    result = train(project.network, project.dataset, config)
    assert result.stop_reason == "target_loss"
    assert result.history.train_accuracy[-1] > 0.9


def test_that_an_unknown_sample_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match="circles, gaussians"):
        sample("nothing")


@pytest.mark.parametrize(
    ("name", "rows", "inputs", "counts", "total"),
    [
        ("wine", 178, 13, {"cultivar 1": 59, "cultivar 2": 71, "cultivar 3": 48}, 159_975.295999),
        ("breast_cancer", 569, 30, {"benign": 357, "malignant": 212}, 1_056_474.4596356),
        (
            "digits", 1797, 64,
            dict(zip("0123456789", (178, 182, 177, 183, 181, 182, 181, 179, 174, 180), strict=True)),
            561_718,
        ),
    ],
)  # fmt: skip
def test_that_shipped_tables_are_whole(
    name: str, rows: int, inputs: int, counts: dict[str, int], total: float
) -> None:
    data = sample(name)
    assert (len(data), len(data.preparation.inputs)) == (rows, inputs)
    assert data.labels is not None
    found = np.bincount(data.labels).tolist()
    assert dict(zip(data.class_names, found, strict=True)) == counts
    assert data.values[:, :inputs].sum() == pytest.approx(total, rel=1e-12)
    assert SAMPLES[name].source.endswith(("C5PC7J", "C5DW2B", "C50P49"))


def test_that_pixels_of_digits_share_one_scale() -> None:
    data = sample("digits")
    assert (data.inputs.min(), data.inputs.max()) == (0, 1)
    np.testing.assert_array_equal(data.inputs * 16, data.values[:, :64])
