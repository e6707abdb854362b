"""The work that is measured: networks, batches, precisions, and what bpstudio has to reach on each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology

C, FANN, JAX, PRODUCT, PYTORCH, SKLEARN = (
    "C", "FANN", "JAX", "matrix product", "PyTorch", "scikit-learn",
)  # fmt: skip

ADAM_EPSILON = 1e-12
"""So small that it does not matter whether it is added to Adam's corrected root (Kingma and Ba's
algorithm 1) or to the uncorrected one (their section 2, scikit-learn)."""


@dataclass(frozen=True)
class Target:
    """bpstudio's time goes into the peer's at least ``least`` times; ``text`` says it for people."""

    peer: str
    least: float
    text: str


def faster(peer: str, times: float) -> Target:
    return Target(peer, times, f"at least {times:g}× {peer}")


def time_of(peer: str, times: float) -> Target:
    return Target(peer, 1 / times, f"at most {times:g}× the time of {peer}")


def rate_of(peer: str, share: float) -> Target:
    return Target(peer, share, f"at least {share:.0%} of the rate of the {peer}")


@dataclass(frozen=True)
class Work:
    """One row of the table. ``rows`` is the size of the data; sigmoid throughout, squared error (1)."""

    shape: str
    dtype: str
    batch: int
    rows: int
    targets: tuple[Target, ...]
    optimizer: str = "sgd"
    learning_rate: float = 0.125

    @property
    def name(self) -> str:
        batch = "online" if self.batch == 1 else f"batch {self.batch}"
        optimizer = "" if self.optimizer == "sgd" else f"{self.optimizer.capitalize()}, "
        return f"{optimizer}{batch}, {self.shape}, {self.dtype}"

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(layer.size for layer in self.topology.layers)

    @property
    def topology(self) -> Topology:
        return Topology.parse(self.shape)

    def config(self, engine: str, loss: str = "squared_error") -> TrainingConfig:
        """The settings, for an engine and a loss."""
        return TrainingConfig(
            batch_size=self.batch,
            learning_rate=self.learning_rate,
            optimizer=self.optimizer,
            epsilon=ADAM_EPSILON,
            loss=loss,
            dtype=self.dtype,
            engine=engine,
        )

    def start(self) -> FloatArray:
        """The parameter vector that everyone starts from, in the work's precision."""
        return Network.create(self.topology, seed=1).parameters.astype(self.dtype)

    def data(self) -> tuple[FloatArray, FloatArray]:
        """X (rows, inputs) from 0 to 1, Y (rows, outputs) one-hot: classes that overlap."""
        return class_data(self.sizes[0], self.sizes[-1], self.rows, self.dtype)


def class_data(
    inputs: int, classes: int, rows: int, dtype: str = "float64", seed: int = 0
) -> tuple[FloatArray, FloatArray]:
    """Noisy samples around one random centre for each class."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0.2, 0.8, (classes, inputs))
    labels = rng.integers(0, classes, rows)
    X = np.clip(centres[labels] + rng.normal(0, 0.3, (rows, inputs)), 0, 1)
    return X.astype(dtype), np.eye(classes)[labels].astype(dtype)


WORKS = (
    Work(
        "4-8-3", "float64", 1, 4096,
        (faster(FANN, 2.5), faster(PYTORCH, 1000), faster(JAX, 5), time_of(C, 1.5)),
    ),
    Work("64-64-10", "float64", 1, 2048, (faster(FANN, 4), faster(PYTORCH, 100), faster(JAX, 1.5))),
    Work("784-30-10", "float32", 1, 2048, (faster(FANN, 5), faster(PYTORCH, 45), faster(JAX, 2))),
    Work("784-30-10", "float32", 10, 2000, (faster(PYTORCH, 10), faster(JAX, 1.5))),
    Work("64-64-10", "float32", 32, 4096, (faster(PYTORCH, 15), faster(JAX, 1))),
    Work(
        "784-300-100-10", "float32", 128, 2560,
        (faster(PYTORCH, 1.2), faster(JAX, 1.1), rate_of(PRODUCT, 0.85)),
    ),
    Work(
        "784-1000-1000-10", "float32", 128, 1280,
        (faster(PYTORCH, 1.05), faster(JAX, 1.05), rate_of(PRODUCT, 0.85)),
    ),
    Work(
        "64-64-10", "float32", 32, 4096, (faster(PYTORCH, 15), faster(JAX, 1)),
        optimizer="adam", learning_rate=0.001,
    ),
)  # fmt: skip
