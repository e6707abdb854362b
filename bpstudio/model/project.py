"""A project: everything that is saved, undone and compared, as one frozen value that knows no files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from bpstudio.model.arrays import FloatArray, frozen
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import Dataset
from bpstudio.model.functions import LOSSES
from bpstudio.model.history import History
from bpstudio.model.methods import MAX_LM_PARAMETERS, SINGLE_SLOTS
from bpstudio.model.network import Network, origins
from bpstudio.model.progress import Best, Plateau
from bpstudio.model.topology import Topology
from bpstudio.model.words import counted


class ProjectError(ValueError):
    """A project that cannot be trained as it is; one sentence that says what to do."""


@dataclass(frozen=True, eq=False)
class Progress:
    """Where training is: whole epochs done, rows done in the one begun, and the optimizer's vectors.

    With them what the schedule "reduce on plateau" and early stopping remember. A run that starts from
    it goes on exactly as if it had not been interrupted.
    """

    epoch: int = 0
    position: int = 0
    slots: Mapping[str, FloatArray] = field(default_factory=dict)
    plateau: Plateau | None = None
    best: Best | None = None

    def __post_init__(self) -> None:
        slots = {name: frozen(vector) for name, vector in self.slots.items()}
        object.__setattr__(self, "slots", MappingProxyType(slots))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Progress):
            return NotImplemented
        mine = (self.epoch, self.position, self.plateau, self.best, self.slots.keys())
        theirs = (other.epoch, other.position, other.plateau, other.best, other.slots.keys())
        return mine == theirs and all(
            v.tobytes() == other.slots[name].tobytes() for name, v in self.slots.items()
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False)
class Project:
    """Network, data and how to train.

    ``network`` is where training is, ``start`` the parameter vector of epoch 0 that Reset goes back to.
    ``layout`` maps layer ids to the place of the layer's middle on the canvas, ``unfolded`` names large
    layers of which the canvas shows every neuron; ``upward``: there the network runs from bottom to top,
    not from left to right. ``extra`` holds what a project file said that this version does not know, to
    be saved again. The arrays are frozen.
    """

    network: Network = field(default_factory=lambda: Network(Topology(), np.zeros(0)))
    start: FloatArray = field(default_factory=lambda: np.zeros(0))
    config: TrainingConfig = field(default_factory=TrainingConfig)
    dataset: Dataset | None = None
    layout: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    unfolded: frozenset[str] = frozenset()
    upward: bool = False
    progress: Progress = field(default_factory=Progress)
    history: History = field(default_factory=History)
    notes: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        network = self.network.with_parameters(frozen(self.network.parameters))
        object.__setattr__(self, "network", network)
        start = frozen(np.asarray(self.start))
        if start.shape != network.parameters.shape:
            raise ProjectError("The starting weights do not fit the network.")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "layout", MappingProxyType(dict(self.layout)))
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Project):
            return NotImplemented
        return self is other or (
            self.network == other.network
            and self.start.tobytes() == other.start.tobytes()
            and (self.config, self.dataset, self.layout, self.notes, self.extra)
            == (other.config, other.dataset, other.layout, other.notes, other.extra)
            and (self.unfolded, self.upward) == (other.unfolded, other.upward)
            and (self.progress, self.history) == (other.progress, other.history)
        )

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def create(
        cls,
        topology: Topology,
        dataset: Dataset | None = None,
        config: TrainingConfig | None = None,
    ) -> Project:
        """An untrained project with starting weights by the config's seed."""
        config = config or TrainingConfig()
        return cls(config=config, dataset=dataset).with_new_weights(topology)

    @property
    def topology(self) -> Topology:
        return self.network.topology

    @property
    def epoch(self) -> int:
        """Whole epochs trained."""
        return self.progress.epoch

    # Edits: each returns a new value

    def trained(self, network: Network, progress: Progress, history: History) -> Project:
        """What a run made of this project; its history follows the one so far."""
        history = self.history.extended(history)
        return replace(self, network=network, progress=progress, history=history)

    def with_new_weights(self, topology: Topology | None = None) -> Project:
        """Starting weights drawn by the config's seed and initialiser; the history starts over."""
        topology = self.topology if topology is None else topology
        network = Network.create(topology, self.config.seed, self.config.initialiser)
        return self.with_start(network)

    def with_start(self, network: Network) -> Project:
        """This network, untrained: Reset will come back to its weights."""
        return replace(
            self, network=network, start=network.parameters, progress=Progress(), history=History()
        )

    def reset(self) -> Project:
        """Back to the starting weights."""
        return self.with_start(self.network.with_parameters(self.start))

    def with_topology(self, topology: Topology, names: Mapping[str, str] | None = None) -> Project:
        """An edited topology. What was learned stays, the optimizer's memory too; an untrained network
        is started anew.

        ``names`` maps the ids of layers that were renamed.
        """
        if self.is_untouched:
            return self.with_new_weights(topology)
        seed, initialiser = self.config.seed, self.config.initialiser
        network = self.network.adapted(topology, seed, names, initialiser)
        begun = self.network.with_parameters(self.start)
        start = begun.adapted(topology, seed, names, initialiser)
        # The epoch begun is begun again: its batches were for the network before.
        slots = self._slots_in(topology, names)
        progress = Progress(self.epoch, slots=slots, plateau=self.progress.plateau)
        return replace(self, network=network, start=start.parameters, progress=progress)

    def _slots_in(
        self, topology: Topology, names: Mapping[str, str] | None
    ) -> dict[str, FloatArray]:
        """The optimizer's vectors in an edited topology: parameters that stay keep their memory, new
        ones begin as they do in a run, pruned ones have none."""
        slots = dict(self.progress.slots)
        if not slots.keys() - set(SINGLE_SLOTS):
            return slots
        index = origins(self.topology, topology, names)
        stays, present = index >= 0, topology.present
        for name in slots.keys() - set(SINGLE_SLOTS):
            start = self.config.learning_rate if name == "step_size" else 0.0
            moved = np.full(index.shape, start)
            moved[stays] = slots[name][index[stays]]
            if present is not None:
                moved[~present] = 0.0
            slots[name] = moved
        return slots

    def with_config(self, config: TrainingConfig) -> Project:
        """Other settings; an untouched network starts anew if they decide its starting weights."""
        changed = replace(self, config=config)
        return changed.with_new_weights() if self.is_untouched else changed

    def with_layout(self, layout: Mapping[str, tuple[float, float]]) -> Project:
        """Other places on the canvas."""
        return replace(self, layout=layout)

    def with_parameters(self, parameters: FloatArray) -> Project:
        """Other weights for the same topology, typed or computed, at the same epoch."""
        network = self.network.with_parameters(parameters)
        start = self.start if self.is_trained else parameters
        # Early stopping must not bring back weights from before these.
        progress = replace(self.progress, best=None)
        return replace(self, network=network, start=start, progress=progress)

    @property
    def is_trained(self) -> bool:
        return self.progress != Progress()

    @property
    def is_untouched(self) -> bool:
        """Whether the weights are just what the seed gave: nothing trained, nothing typed."""
        if self.is_trained:
            return False
        config = self.config
        fresh = Network.create(self.topology, config.seed, config.initialiser)
        return fresh == self.network

    # Can it be trained?

    def problem(self) -> str | None:
        """The first thing that keeps this project from being trained, as a sentence, or None."""
        for problem in self.topology.problems():
            return problem
        if self.dataset is None:
            return "There are no data yet: choose a sample or open a file."
        return fit_problem(self.topology, self.dataset, self.config)

    def check(self) -> None:
        """Raise ProjectError with the ``problem`` if there is one."""
        if problem := self.problem():
            raise ProjectError(problem)


def fit_problem(topology: Topology, dataset: Dataset, config: TrainingConfig) -> str | None:
    """Why this network cannot be trained on these data, as a sentence; None if it can."""
    preparation = dataset.preparation
    for layer, size, what in (
        (topology.input, preparation.input_size, "inputs"),
        (topology.output, preparation.output_size, "outputs"),
    ):
        if layer.size != size:
            return (
                f"Layer '{layer.id}' has {counted(layer.size, 'neuron')}, but the data need "
                f"{size} {what}: set its size to {size} or choose other columns."
            )
    try:
        LOSSES[config.loss].check_output(topology.output.activation, topology.output.id)
    except ValueError as error:
        return str(error)
    if config.optimizer == "lm" and (problem := _lm_problem(topology, config)):
        return problem
    Y = dataset.targets
    if config.loss != "squared_error" and (Y.min() < 0 or Y.max() > 1):
        row, column = np.argwhere((Y < 0) | (Y > 1))[0]
        return (
            f"Row {row + 1} has the target {preparation.output_names[column]} = {Y[row, column]:g}: "
            f"{LOSSES[config.loss].label} needs targets from 0 to 1; choose squared error."
        )
    if config.loss == "categorical_cross_entropy" and not np.allclose(Y.sum(axis=1), 1):
        row = int(np.flatnonzero(~np.isclose(Y.sum(axis=1), 1))[0])
        return (
            f"The targets of row {row + 1} do not sum to 1, which categorical cross-entropy needs: "
            "choose squared error or binary cross-entropy."
        )
    return None


def _lm_problem(topology: Topology, config: TrainingConfig) -> str | None:
    """Why Levenberg-Marquardt cannot train this network, as a sentence; None if it can."""
    if config.loss != "squared_error":
        return (
            "Levenberg–Marquardt needs squared error, but the loss is "
            f"{LOSSES[config.loss].label}: change the loss or choose Adam."
        )
    free = topology.parameter_count if topology.free is None else int(topology.free.sum())
    if free > MAX_LM_PARAMETERS:
        return (
            f"Levenberg–Marquardt is for up to {MAX_LM_PARAMETERS:,} weights and biases, but "
            f"{free:,} can change here: choose RProp or Adam, or make the layers smaller."
        )
    return None
