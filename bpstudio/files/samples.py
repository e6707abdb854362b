"""The data sets that come with bpstudio: generated ones, and small tables with their sources."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bpstudio.files.build import build
from bpstudio.files.resources import resource
from bpstudio.files.source import read_source
from bpstudio.files.tables import plan_table
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.dataset import Column, DataError, Dataset
from bpstudio.model.functions import choose
from bpstudio.model.network import SAMPLE_STREAM
from bpstudio.model.project import Project
from bpstudio.model.proposal import Proposal, proposal

Points = tuple[FloatArray, FloatArray]
"""Inputs (rows, inputs) before noise, and the target (rows,): a number or the index of a class."""
Generate = Callable[[np.random.Generator, int], Points]


@dataclass(frozen=True)
class Sample:
    """A data set by name.

    ``task`` is classification or regression. ``size`` is the number of rows (of bits for the parity)
    if nothing else is asked for, ``sizes`` its range; ``noise`` the deviation of the normal noise added
    to the inputs, or for regression to the target. Both are None where they mean nothing. ``hidden``
    and ``settings`` are what learns it well.
    """

    name: str
    label: str
    description: str
    task: str
    source: str = "generated"
    generate: Generate | None = None
    inputs: tuple[str, ...] = ("x", "y")
    target: Column = field(default_factory=lambda: Column("y"))
    file: str = ""
    largest_pixel: float | None = None
    """What pixels go up to, from 0, where the inputs are a picture."""
    size: int | None = None
    sizes: tuple[int, int] = (10, 100_000)
    noise: float | None = None
    validation: float = 0.25
    hidden: tuple[int, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def sample(
    name: str,
    *,
    noise: float | None = None,
    size: int | None = None,
    seed: int = 0,
    validation: float | None = None,
    test: float = 0.0,
) -> Dataset:
    """A sample data set; what is None is as its entry in ``SAMPLES`` says.

    The same arguments give the same bits. Raises ValueError for an unknown name, DataError for a noise
    or size it cannot have.
    """
    chosen = choose(SAMPLES, name, "The sample")
    _check(chosen, noise, size)
    share = chosen.validation if validation is None else validation
    if chosen.generate is None:
        source = read_source(resource("samples", chosen.file))
        plan = plan_table(source, validation=share, test=test, seed=seed)
        if chosen.largest_pixel is not None:
            pixels = [column.name for column in plan.inputs]
            plan = plan.with_columns(pixels, treatment="minmax", bounds=(0.0, chosen.largest_pixel))
        return build(source, plan, name=name)
    rng = np.random.default_rng([seed, SAMPLE_STREAM])
    inputs, target = chosen.generate(rng, chosen.size if size is None else size)  # type: ignore[arg-type]
    noise = chosen.noise if noise is None else noise
    if noise and chosen.task == "regression":
        target = target + rng.normal(0.0, noise, target.shape)
    elif noise:
        inputs = inputs + rng.normal(0.0, noise, inputs.shape)
    columns = [Column(input_name) for input_name in chosen.inputs or _bits(inputs.shape[1])]
    values = np.column_stack([inputs, target])
    return Dataset.prepare(name, columns, [chosen.target], values, share, test, seed)


def sample_proposal(name: str, dataset: Dataset | None = None) -> Proposal:
    """A network and settings that learn this sample well."""
    chosen = choose(SAMPLES, name, "The sample")
    dataset = sample(name) if dataset is None else dataset
    return proposal(dataset, chosen.hidden or None, **chosen.settings)


def starter(name: str = "circles") -> Project:
    """A complete, untrained project on a sample: data, network and settings that learn it well."""
    dataset = sample(name)
    proposed = sample_proposal(name, dataset)
    return Project.create(proposed.topology, dataset, proposed.config)


def _check(chosen: Sample, noise: float | None, size: int | None) -> None:
    if noise is not None:
        if chosen.noise is None:
            raise DataError(f"The sample '{chosen.name}' takes no noise: leave it out.")
        if not 0 <= noise <= 1:
            raise DataError(f"The noise is {noise}: use a number from 0 to 1.")
    if size is not None:
        if chosen.size is None:
            raise DataError(f"The sample '{chosen.name}' has a fixed size: leave it out.")
        low, high = chosen.sizes
        if not low <= size <= high:
            raise DataError(f"The size is {size}: use a whole number from {low} to {high:,}.")


def _bits(count: int) -> tuple[str, ...]:
    return tuple(f"bit{k + 1}" for k in range(count))


# The generators: clean points; half of the rows are of either class


def _halves(size: int) -> IntArray:
    return np.arange(size) % 2


def _plane(radius: FloatArray, angle: FloatArray) -> FloatArray:
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _xor(_rng: np.random.Generator, size: int) -> Points:
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    inputs = rows[np.arange(size) % 4]
    return inputs, (inputs[:, 0] != inputs[:, 1]).astype(float)


def _quadrants(rng: np.random.Generator, size: int) -> Points:
    inputs = rng.uniform(0.05, 0.95, (size, 2)) * rng.choice([-1.0, 1.0], (size, 2))
    # The second coordinate takes the sign that makes the classes equally frequent.
    different = _halves(size)
    inputs[:, 1] = np.abs(inputs[:, 1]) * np.sign(inputs[:, 0]) * (1 - 2 * different)
    return inputs, different.astype(float)


def _circles(rng: np.random.Generator, size: int) -> Points:
    inside = _halves(size)
    radius = np.where(inside == 1, rng.uniform(0.0, 0.45, size), rng.uniform(0.65, 0.95, size))
    return _plane(radius, rng.uniform(0, 2 * np.pi, size)), inside.astype(float)


def _gaussians(rng: np.random.Generator, size: int) -> Points:
    upper = _halves(size)
    middle = np.where(upper == 1, 0.45, -0.45)
    return rng.normal(middle[:, None], 0.12, (size, 2)), upper.astype(float)


def _spirals(rng: np.random.Generator, size: int) -> Points:
    arm = _halves(size)
    along = np.sqrt(rng.uniform(0.01, 1.0, size))
    return _plane(0.95 * along, along * 3 * np.pi + arm * np.pi), arm.astype(float)


def _moons(rng: np.random.Generator, size: int) -> Points:
    lower = _halves(size)
    sign = 1 - 2.0 * lower
    arc = rng.uniform(0, np.pi, size)
    shift = np.column_stack([sign * -0.3, sign * -0.15])
    return 0.6 * sign[:, None] * _plane(np.ones(size), arc) + shift, lower.astype(float)


def _sine(rng: np.random.Generator, size: int) -> Points:
    x = rng.uniform(-1.0, 1.0, size)
    return x[:, None], 0.8 * np.sin(1.5 * np.pi * x)


def _parity(_rng: np.random.Generator, bits: int) -> Points:
    inputs = np.array(list(itertools.product([0.0, 1.0], repeat=bits)))
    return inputs, inputs.sum(axis=1) % 2


def _classes(name: str, zero: str, one: str) -> Column:
    return Column(name, "binary", (zero, one))


SAMPLES: dict[str, Sample] = {
    s.name: s
    for s in (
        Sample(
            "circles", "Circles", "A disc inside a ring: no straight line parts them.",
            "classification", generate=_circles, target=_classes("place", "outside", "inside"),
            size=260, noise=0.04, hidden=(5, 3),
            settings={"loss": "squared_error", "learning_rate": 0.3},
        ),
        Sample(
            "gaussians", "Gaussians", "Two clouds of points that a single neuron can tell apart.",
            "classification", generate=_gaussians, target=_classes("cloud", "lower", "upper"),
            size=200, noise=0.12, hidden=(3,),
        ),
        Sample(
            "spirals", "Spirals", "Two spirals wound around each other: the hard one.",
            "classification", generate=_spirals, target=_classes("arm", "first", "second"),
            size=300, noise=0.015, hidden=(16, 16), settings={"initialiser": "normal"},
        ),
        Sample(
            "quadrants", "Quadrants", "XOR with scattered points: opposite quadrants belong together.",
            "classification", generate=_quadrants,
            target=_classes("signs", "same sign", "different signs"),
            size=200, noise=0.02, hidden=(6,),
        ),
        Sample(
            "moons", "Moons", "Two half moons that reach into each other.",
            "classification", generate=_moons, target=_classes("moon", "upper", "lower"),
            size=200, noise=0.06, hidden=(8,), settings={"learning_rate": 0.3},
        ),
        Sample(
            "sine", "Sine", "A noisy sine wave: one input, one number to predict.",
            "regression", generate=_sine, inputs=("x",), target=Column("y"),
            size=120, noise=0.08, hidden=(8,),
        ),
        Sample(
            "xor", "XOR", "The four rows that no network without a hidden layer can learn.",
            "classification", generate=_xor, inputs=("a", "b"), target=Column("xor"),
            size=4, sizes=(4, 100_000), noise=0.0, validation=0.0, hidden=(3,),
            settings={
                "loss": "squared_error", "learning_rate": 0.5, "batch_size": 1, "epochs": 1000,
            },
        ),
        Sample(
            "parity", "Parity", "Is the number of ones odd? XOR for more than two bits.",
            "classification", generate=_parity, inputs=(), target=_classes("parity", "even", "odd"),
            size=3, sizes=(2, 12), validation=0.0, hidden=(6,),
            settings={"learning_rate": 0.3, "epochs": 1000, "l2": 0.0},
        ),
        Sample(
            "iris", "Iris", "Three species of iris told apart by four lengths.",
            "classification", "R. A. Fisher, Annals of Eugenics 7 (1936), table I; UCI",
            file="iris.csv", hidden=(8,),
        ),
        Sample(
            "wine", "Wine", "Three cultivars told apart by a chemical analysis of their wine.",
            "classification", "S. Aeberhard and M. Forina (1991); UCI, doi 10.24432/C5PC7J",
            file="wine.csv", hidden=(8,),
        ),
        Sample(
            "breast_cancer", "Breast cancer", "Benign or malignant, by the shape of cell nuclei.",
            "classification", "W. Wolberg and others (1993); UCI, doi 10.24432/C5DW2B",
            file="breast_cancer.csv", hidden=(8,),
        ),
        Sample(
            "digits", "Digits 8 × 8", "Handwritten digits as small grey images.",
            "classification", "E. Alpaydin and C. Kaynak (1998); UCI, doi 10.24432/C50P49",
            file="digits.csv", largest_pixel=16.0, hidden=(32,),
        ),
        Sample(
            "watermelon", "Watermelon 3.0", "Is it a good melon? Six categories and two numbers.",
            "classification", "Zhou Zhihua, Machine Learning (2016), table 4.3",
            file="watermelon3.csv", hidden=(6,),
        ),
    )
}  # fmt: skip
"""The samples by name, in the order of the gallery."""
