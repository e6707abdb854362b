"""Learning-rate schedules by their formulas, and changes of settings in the middle of a run."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model.config import OPTIMIZERS, SCHEDULES
from bpstudio.model.dataset import TRAIN
from bpstudio.model.history import SettingChange
from bpstudio.model.methods import OPTIMIZER_METHODS
from bpstudio.model.progress import Plateau
from bpstudio.model.project import Project
from bpstudio.training.control import Control
from bpstudio.training.events import Changed, EpochDone, Event, Result
from bpstudio.training.schedule import after_loss, learning_rate, start_plateau
from bpstudio.training.session import Session

from ..strategies import configs, datasets, held_topologies, parameters_for, seeds
from .test_reproducible import Stepping, stepped


def rates(count: int, **chosen: Any) -> list[float]:
    config = bp.TrainingConfig(learning_rate=0.8, **{"lowest_rate": 1e-6, **chosen})
    return [learning_rate(config, epoch) for epoch in range(count)]


# The formulas


def test_that_constant_is_constant() -> None:
    assert rates(3, schedule="constant") == [0.8] * 3


def test_that_step_cuts_every_so_many_epochs() -> None:
    cut = rates(7, schedule="step", schedule_epochs=3, schedule_factor=0.5)
    assert cut == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2]


def test_that_exponential_reaches_the_factor_after_as_many_epochs_in_even_shares() -> None:
    falling = rates(5, schedule="exponential", schedule_epochs=4, schedule_factor=0.1)
    assert falling[4] == pytest.approx(0.08)
    assert np.diff(np.log(falling)) == pytest.approx(np.full(4, math.log(0.1) / 4))


def test_that_cosine_is_half_a_wave_and_then_stays_low() -> None:
    wave = rates(8, schedule="cosine", schedule_epochs=6, lowest_rate=0.2)
    expected = [0.5 + 0.3 * math.cos(math.pi * k / 6) for k in range(7)]
    assert wave == pytest.approx([*expected, 0.2])


@pytest.mark.parametrize("schedule", ["step", "exponential", "cosine"])
def test_that_no_schedule_goes_below_the_lowest_rate_nor_above_the_chosen_one(
    schedule: str,
) -> None:
    low = rates(50, schedule=schedule, schedule_epochs=2, lowest_rate=0.1)
    assert min(low) == pytest.approx(0.1)
    assert max(rates(50, schedule=schedule, lowest_rate=5.0)) == 0.8


@pytest.mark.parametrize("optimizer", ["rprop", "lm"])
def test_that_a_schedule_leaves_optimizers_alone_that_find_their_own_steps(optimizer: str) -> None:
    cut = rates(9, schedule="step", schedule_epochs=1, optimizer=optimizer)
    assert cut == [0.8] * 9


@given(st.lists(st.sampled_from([1.0, 0.9, 0.89995, 0.5, 0.1, math.inf]), max_size=30))
def test_that_plateau_cuts_after_so_many_epochs_without_a_better_loss(losses: list[float]) -> None:
    config = bp.TrainingConfig(
        learning_rate=0.8, schedule="plateau", schedule_epochs=3, lowest_rate=0.15
    )
    plateau = start_plateau(config, 1.0, None)
    rate, best, waited = 0.8, 1.0, 0
    for loss in losses:
        plateau = after_loss(config, loss, plateau)
        if loss < best * 0.9999:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == 3:
            rate, waited = max(rate / 2, 0.15), 0
        assert learning_rate(config, 99, plateau) == rate


def test_that_a_rate_chosen_by_hand_holds_whatever_plateau_had_cut() -> None:
    config = bp.TrainingConfig(learning_rate=0.8, schedule="plateau", schedule_epochs=1)
    cut = after_loss(config, 1.0, start_plateau(config, 1.0, None))
    assert learning_rate(config, 1, cut) == 0.4
    chosen = replace(config, learning_rate=0.3)
    assert learning_rate(chosen, 1, cut) == 0.3
    assert learning_rate(chosen, 2, after_loss(chosen, 0.5, cut)) == 0.3


def test_that_plateau_waits_anew_on_other_data_but_keeps_its_rate() -> None:
    config = bp.TrainingConfig(learning_rate=0.8, schedule="plateau")
    waiting = Plateau(0.8, 0.2, 0.01, 7, 0.02)
    assert start_plateau(config, 0.02, waiting) is waiting
    assert start_plateau(config, 0.02 * (1 + 1e-7), waiting) is waiting
    assert start_plateau(config, 0.5, waiting) == Plateau(0.8, 0.2, 0.5, 0, 0.5)


# In a run


LINE = bp.Topology.parse("1-1", output="linear")


def line(validation: float = 0.0) -> bp.Dataset:
    X = np.linspace(-1, 1, 12)
    return bp.Dataset.from_arrays(X, 2 * X + 1, validation=validation)


def test_that_every_epoch_is_trained_and_recorded_with_its_rate() -> None:
    config = bp.TrainingConfig(
        "all", 0.4, epochs=4, schedule="step", schedule_epochs=2, schedule_factor=0.25
    )
    result = bp.train(bp.Network(LINE, np.zeros(2)), line(), config)
    assert result.history.learning_rate[1:].tolist() == [0.4, 0.4, 0.1, 0.1]
    assert np.isnan(result.history.learning_rate[0])
    network = bp.Network(LINE, np.zeros(2))
    rows = line().rows(TRAIN)
    for rate in (0.4, 0.4, 0.1, 0.1):
        slope = bp.gradient(network, line().inputs[rows], line().targets[rows])
        network.parameters[:] -= rate * slope
    assert result.network.parameters == pytest.approx(network.parameters, rel=1e-12)


def test_that_plateau_watches_the_validation_loss_of_a_run() -> None:
    rng = np.random.default_rng(0)
    noise = bp.Dataset.from_arrays(
        rng.normal(size=(40, 2)), rng.integers(0, 2, 40), validation=0.4, seed=1
    )
    network = bp.Network.create(bp.Topology.parse("2-4-1", hidden="tanh"), seed=3)
    config = bp.TrainingConfig(4, 1.0, epochs=80, schedule="plateau", schedule_epochs=10)
    history = bp.train(network, noise, config).history
    cuts = np.flatnonzero(np.diff(history.learning_rate[1:])) + 1
    assert len(cuts) >= 2
    # The rate is cut after ten epochs in which no validation loss was better than the best before.
    first = cuts[0]
    best = history.validation_loss[: first - 9].min()
    assert (history.validation_loss[first - 9 : first + 1] >= best * (1 - 1e-4)).all()
    assert history.learning_rate[first + 1] == 0.5 * history.learning_rate[first]


def test_that_levenberg_marquardt_records_no_rate() -> None:
    config = bp.TrainingConfig("all", optimizer="lm", epochs=2)
    history = bp.train(bp.Network(LINE, np.zeros(2)), line(), config).history
    assert np.isnan(history.learning_rate).all()


# Changes on the way


class Changing:
    """A sink that asks for other settings when an epoch is over."""

    def __init__(self, control: Control, at: dict[int, list[bp.TrainingConfig]]) -> None:
        self._control, self._at = control, at
        self.told: tuple[SettingChange, ...] = ()

    def post(self, event: Event) -> None:
        if isinstance(event, EpochDone):
            for config in self._at.get(event.epoch, []):
                self._control.change(config)
        elif isinstance(event, Changed):
            self.told = event.changes

    def wants_snapshot(self) -> bool:
        return False


def changed(config: bp.TrainingConfig, at: dict[int, list[bp.TrainingConfig]]) -> Result:
    control = Control()
    sink = Changing(control, at)
    result = Session(bp.Network(LINE, np.zeros(2)), line(0.25), config, sink, control).run()
    assert sink.told == result.history.changes
    return result


def test_that_what_changes_in_a_run_holds_from_there_and_is_in_the_history() -> None:
    config = bp.TrainingConfig(2, 0.4, epochs=6, optimizer="momentum", momentum=0.5)
    second = replace(config, learning_rate=0.1, batch_size="all")
    third = replace(second, momentum=0.0, l2=0.01)
    history = changed(config, {2: [second], 4: [third]}).history
    assert history.learning_rate[1:].tolist() == [0.4, 0.4, 0.1, 0.1, 0.1, 0.1]
    assert set(history.changes) == {
        SettingChange(2, "learning_rate", 0.4, 0.1),
        SettingChange(2, "batch_size", 2, "all"),
        SettingChange(4, "momentum", 0.5, 0.0),
        SettingChange(4, "l2", 0.0, 0.01),
    }
    whole = bp.train(bp.Network(LINE, np.zeros(2)), line(0.25), config).history
    assert whole.train_loss[:3].tolist() == history.train_loss[:3].tolist()
    assert whole.train_loss[3] != history.train_loss[3]


def test_that_a_schedule_goes_on_from_a_changed_rate() -> None:
    config = bp.TrainingConfig(2, 0.4, epochs=4, schedule="step", schedule_epochs=2)
    history = changed(config, {1: [replace(config, learning_rate=0.2)]}).history
    assert history.learning_rate[1:].tolist() == [0.4, 0.2, 0.1, 0.1]


def test_that_other_settings_do_not_change_in_a_run() -> None:
    config = bp.TrainingConfig(2, 0.1, epochs=3)
    result = changed(config, {1: [replace(config, seed=5, optimizer="adam", clip=0.1)]})
    assert result.history.changes == ()
    assert result.network == bp.train(bp.Network(LINE, np.zeros(2)), line(0.25), config).network


# Cut anywhere, saved, and gone on with


@settings(max_examples=6)
@given(seed=seeds, updates=st.integers(1, 14), batch=st.sampled_from([2, "all"]))
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_that_a_run_from_a_saved_project_gives_the_bits_of_one_run(
    tmp_path_factory: pytest.TempPathFactory,
    optimizer: str,
    schedule: str,
    seed: int,
    updates: int,
    batch: Any,
) -> None:
    rng = np.random.default_rng(seed)
    data = bp.Dataset.from_arrays(rng.normal(size=(9, 2)), rng.normal(size=9), validation=0.4)
    config = bp.TrainingConfig(
        batch, 0.05, epochs=7, optimizer=optimizer, schedule=schedule, schedule_epochs=2, patience=3
    )
    project = Project.create(bp.Topology.parse("2-3-1", output="linear"), data, config)
    whole = bp.train(project.network, data, config)
    first = stepped(project.network, data, config, updates, Control.stop)
    path = tmp_path_factory.getbasetemp() / "cut.bps"
    bp.save(project.trained(first.network, first.progress, first.history), path)
    loaded = bp.load(path)
    if first.stop_reason == "user":
        left = replace(config, epochs=config.epochs - first.progress.epoch)
        silent = Stepping(0, Control(), Control.resume)
        rest = Session(loaded.network, data, left, silent, progress=loaded.progress).run()
        loaded = loaded.trained(rest.network, rest.progress, rest.history)
        assert rest.stop_reason == whole.stop_reason
        assert rest.best_epoch == whole.best_epoch
    assert loaded.network == whole.network
    assert loaded.progress == whole.progress
    assert loaded.history == whole.history


def test_that_early_stopping_remembers_its_best_weights_over_a_stop() -> None:
    rng = np.random.default_rng(0)
    noise = bp.Dataset.from_arrays(
        rng.normal(size=(40, 2)), rng.integers(0, 2, 40), validation=0.4, seed=1
    )
    network = bp.Network.create(bp.Topology.parse("2-4-1", hidden="tanh"), seed=3)
    config = bp.TrainingConfig(4, 1.0, epochs=2000, patience=20)
    whole = bp.train(network, noise, config)
    assert whole.stop_reason == "early_stopping"
    assert whole.best_epoch is not None
    late = (whole.best_epoch + 10) * 6  # six updates an epoch: ten epochs after the best
    cut = stepped(network, noise, config, late, Control.stop)
    assert cut.progress.best is not None
    silent = Stepping(0, Control(), Control.resume)
    rest = Session(cut.network, noise, config, silent, progress=cut.progress).run()
    assert (rest.best_epoch, rest.progress.epoch) == (whole.best_epoch, whole.progress.epoch)
    assert rest.network == whole.network
    assert rest.progress.best is None, "another run looks for a better best"


# What is held


@st.composite
def held_runs(draw: st.DrawFn) -> tuple[bp.Network, bp.Dataset, bp.TrainingConfig]:
    topology = draw(held_topologies())
    vector = parameters_for(topology, draw(seeds))
    # A 0 with a minus is told from one without only by its bits.
    vector[np.random.default_rng(draw(seeds)).random(vector.size) < 0.1] = -0.0
    if topology.present is not None:
        vector[~topology.present] = 0.0
    return bp.Network(topology, vector), draw(datasets(topology)), draw(configs())


@settings(max_examples=80)
@given(run=held_runs())
def test_that_what_is_held_keeps_every_bit(
    run: tuple[bp.Network, bp.Dataset, bp.TrainingConfig],
) -> None:
    network, data, config = run
    before = network.parameters.astype(config.dtype).astype(np.float64)
    after = bp.train(network, data, config).network.parameters
    free = network.topology.free
    if free is not None:
        assert after[~free].tobytes() == before[~free].tobytes()


@pytest.mark.parametrize("optimizer", OPTIMIZER_METHODS)
def test_that_what_is_free_beside_it_is_trained(optimizer: str) -> None:
    topology = bp.Topology.parse("2-3-1", output="linear").with_layer_options(
        "hidden1", frozen=True
    )
    rng = np.random.default_rng(0)
    data = bp.Dataset.from_arrays(rng.normal(size=(9, 2)), rng.normal(size=9))
    network = bp.Network.create(topology)
    config = bp.TrainingConfig("all", 0.05, epochs=3, optimizer=optimizer)
    result = bp.train(network, data, config)
    changed = result.network.parameters != network.parameters
    assert topology.free is not None
    assert changed.tolist() == topology.free.tolist()
    assert result.history.train_loss[-1] < result.history.train_loss[0]
