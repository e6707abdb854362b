"""A training run, headless: the same one behind the window, the command line and Python."""

from __future__ import annotations

import itertools
import math
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from bpstudio.engines.base import Engine, Evaluation, State, batch_rows
from bpstudio.engines.choice import EngineError, create_engine, is_at_hand, is_ready, prepare
from bpstudio.engines.evaluation import predict
from bpstudio.engines.optimizers import SLOTS
from bpstudio.model.arrays import FloatArray, IntArray, frozen
from bpstudio.model.config import GROUPS, SETTINGS, TrainingConfig
from bpstudio.model.dataset import TRAIN, VALIDATION, Dataset
from bpstudio.model.functions import LOSSES
from bpstudio.model.history import History, SettingChange, joined
from bpstudio.model.network import Network
from bpstudio.model.progress import Best
from bpstudio.model.project import Progress, Project, ProjectError, fit_problem
from bpstudio.training.control import Control, Mode
from bpstudio.training.events import (
    Changed,
    EpochDone,
    Event,
    Failed,
    Finished,
    Note,
    Paused,
    Result,
    Snapshot,
    Started,
    StopReason,
)
from bpstudio.training.mailbox import Callback, MetricsBuffer, Sink
from bpstudio.training.schedule import Schedule, after_loss, learning_rate, start_plateau

HISTORY_RECORDS = 1 << 15

CHANGEABLE = ("learning_rate", "momentum", "batch_size", "l1", "l2")
"""What may change during a run without restarting it."""

RECORDED = (*GROUPS["Learning"], *GROUPS["Learning rate over the epochs"], *GROUPS["Loss"])
"""What is in the history if it is not the same when a run goes on: all that shapes its updates."""

_run_ids = itertools.count(1)


class Session:
    """One run of one network on one data set.

    ``run`` works in the calling thread, ``start`` in a thread of its own. ``progress`` continues an
    earlier run; if ``before`` tells its settings, the history tells what is different now. Raises
    ProjectError, before anything is computed, if network, data and config do not go together. The
    network given is not changed.
    """

    def __init__(
        self,
        network: Network,
        dataset: Dataset,
        config: TrainingConfig,
        sink: Sink,
        control: Control | None = None,
        progress: Progress | None = None,
        before: TrainingConfig | None = None,
    ) -> None:
        network.topology.validate()
        if problem := fit_problem(network.topology, dataset, config):
            raise ProjectError(problem)
        self.run_id = next(_run_ids)
        self.control = control or Control()
        self.config = config
        self._network = network
        self._sink = sink
        progress = progress or Progress()
        # Vectors that another optimizer left behind mean nothing to this one.
        slots = {name: v for name, v in progress.slots.items() if name in SLOTS[config.optimizer]}
        self._state = State.start(network.parameters, slots, config.dtype)
        self._epoch, self._position = progress.epoch, progress.position
        self._first_epoch = progress.epoch
        self._sets = _Rows(dataset, TRAIN, config.dtype), _Rows(dataset, VALIDATION, config.dtype)
        self._schedule = Schedule(len(self._sets[0].X), config.seed, config.shuffle)
        self._plateau = progress.plateau if config.schedule == "plateau" else None
        self._has_rate = config.idle("learning_rate") is None
        self._engine: Engine
        self._awaits_engine = False
        self._row_numbers = dataset.rows(TRAIN)
        self._record = MetricsBuffer(HISTORY_RECORDS)
        self._changes: tuple[SettingChange, ...] = ()
        if before is not None:
            self._note_changes(before, RECORDED)
        self._earlier_best = progress.best
        self._best: tuple[float, int, FloatArray] | None = None
        self._rows, self._seconds, self._call_rows = 0, 0.0, 1
        self._thread: threading.Thread | None = None

    # In a thread of its own

    def start(self) -> None:
        """Begin in a new thread. Its events say how it ends; ``join`` waits for it."""
        # Not a QThread: its small stack overflows BLAS on macOS.
        self._thread = threading.Thread(
            target=self._run_guarded, name=f"bpstudio-run-{self.run_id}"
        )
        self._thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; True when it has ended."""
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run_guarded(self) -> None:
        try:
            self.run()
        except Exception as error:
            message = f"Training stopped by an error: {error or type(error).__name__}"
            self._sink.post(Failed(self.run_id, message, traceback.format_exc()))

    # The run

    def run(self) -> Result:
        """Train until a stop rule holds or someone says stop."""
        self._sink.post(Started(self.run_id))
        if self._changes:
            self._sink.post(Changed(self.run_id, self._changes))
        self._choose_engine()
        self._measure_best()
        outcome = self._after_epoch(first=True) if self._position == 0 else None
        while outcome is None:
            if self._engine.holds_interpreter:
                self.control.give_way()
            if self._awaits_engine and is_ready(self.config.dtype):
                self._awaits_engine = False
                self._make_engine()
            # The request first: what was changed before it was made is then there too.
            mode, number = self.control.latest()
            if (config := self.control.take_config()) is not None:
                self._change(config)
            if mode == "stop":
                outcome = ("user", f"Stopped in epoch {self._epoch + 1}.")
            elif mode == "pause":
                self._sink.post(Paused(self.run_id, self._result("user", "Paused.")))
                self.control.wait_for_another(number)
            else:
                outcome = self._advance(mode, number)
        result = self._result(*outcome)
        self._sink.post(Finished(self.run_id, result))
        return result

    def _choose_engine(self) -> None:
        """The engine to begin with; ``auto`` does not wait for a compiler, but hands over when it is
        done.

        The vector, the optimizer's vectors and the order of the rows stay what they are.
        """
        config = self.config
        wanted = config.engine != "reference" and config.optimizer != "lm"
        if wanted and not is_at_hand(config.dtype):
            prepare(config.dtype)
            self._awaits_engine = config.engine == "auto"
            text = "The fast engine is compiled for this machine, once: about ten seconds."
            self._sink.post(Note(self.run_id, text))
        try:
            self._make_engine()
        except EngineError as error:
            self.config = replace(config, engine="reference")
            self._sink.post(Note(self.run_id, f"{error} The readable engine serves, slower."))
            self._make_engine()

    def _make_engine(self) -> None:
        train = self._sets[0]
        self._engine = create_engine(
            self._network.topology, train.X, train.Y, self.config, self._state
        )
        self._engine.interrupt = self._wants_to_stop
        self._set_rate()
        self._call_rows = 1

    def _wants_to_stop(self) -> bool:
        return self.control.mode in ("pause", "stop")

    def _advance(self, mode: Mode, number: int) -> tuple[StopReason, str] | None:
        """One call into the engine and what follows from it; the outcome if the run is over."""
        order = self._schedule.order(self._epoch)
        batch = batch_rows(self.config, len(order))
        rows = batch if mode == "update" else max(1, self._call_rows // batch) * batch
        part = order[self._position : self._position + rows]
        began = time.perf_counter()
        done = self._engine.advance(part)
        seconds = time.perf_counter() - began
        self._seconds += seconds
        self._rows += done
        self._position += done
        if self._engine.interrupted:
            return None
        if done < len(part):
            return "diverged", self._divergence(part[done : done + batch])
        limit = self._engine.call_seconds
        if rows > batch or seconds < limit:
            aimed = int(done * limit / max(seconds, 1e-7))
            self._call_rows = min(max(batch, aimed), 2 * max(self._call_rows, batch))
        outcome = None
        if self._position >= len(order):
            self._epoch, self._position = self._epoch + 1, 0
            outcome = self._after_epoch()
            if mode == "epoch":
                self.control.done(number)
        if mode == "update":
            self.control.done(number)
        if self._sink.wants_snapshot():
            self._post_snapshot()
        return outcome

    def _after_epoch(self, first: bool = False) -> tuple[StopReason, str] | None:
        """Measure, record, and see whether a stop rule holds; ``first`` before anything is trained."""
        began = time.perf_counter()
        train, validation = (self._evaluated(rows) for rows in self._sets)
        self._seconds += time.perf_counter() - began
        event = EpochDone(
            self.run_id,
            self._epoch,
            train.loss,
            validation.loss,
            train.accuracy,
            validation.accuracy,
            self._engine.config.learning_rate if self._has_rate and not first else math.nan,
        )
        self._record.put(event)
        self._sink.post(event)
        if not np.isfinite(train.loss):
            everything = np.arange(len(self._sets[0].X))
            row = self._first_bad_row(everything)
            where = f"after epoch {self._epoch}" + (f", at row {row}," if row else "")
            return "diverged", self._advice(f"{where} the training loss")
        if self.config.schedule == "plateau":
            go_on = start_plateau if first else after_loss
            watched = validation if validation.rows else train
            self._plateau = go_on(self.config, watched.loss, self._plateau)
        self._set_rate()
        return self._stop_rule(train, validation)

    def _set_rate(self) -> None:
        """Tell the engine the learning rate that the schedule comes to."""
        if self.config.schedule == "constant":
            return
        rate = learning_rate(self.config, self._epoch, self._plateau)
        if rate != self._engine.config.learning_rate:
            self._engine.config = self.config.at_rate(rate)

    def _evaluated(self, rows: _Rows) -> Evaluation:
        return self._engine.measure(rows.X, rows.Y, rows.labels)

    def _stop_rule(
        self, train: Evaluation, validation: Evaluation
    ) -> tuple[StopReason, str] | None:
        config = self.config
        watched = config.patience is not None and validation.rows > 0
        if watched and (self._best is None or validation.loss < self._best[0]):
            self._best = validation.loss, self._epoch, self._state.parameters.copy()
        if config.target_loss is not None and train.loss <= config.target_loss:
            return "target_loss", f"The training loss reached {train.loss:.6g}."
        if (
            config.patience is not None
            and self._best is not None
            and self._epoch - self._best[1] >= config.patience
        ):
            return "early_stopping", (
                f"No better validation loss for {config.patience} epochs: "
                f"the weights are those of epoch {self._best[1]}."
            )
        if self._epoch - self._first_epoch >= config.epochs:
            return "epochs", f"{self._epoch - self._first_epoch:,} epochs are done."
        return None

    @property
    def _begun(self) -> bool:
        """Whether anything has been learned, in this run or before it."""
        return (self._epoch, self._position) != (0, 0)

    def _measure_best(self) -> None:
        """What early stopping goes on from. Its loss is measured again: the data may be other ones."""
        rows, best = self._sets[1], self._earlier_best
        if self.config.patience is None or best is None or not len(rows.X):
            return
        vector = self._state.parameters
        here, parameters = vector.copy(), best.parameters.astype(vector.dtype)
        vector[:] = parameters
        self._best = self._evaluated(rows).loss, best.epoch, parameters
        vector[:] = here

    def _change(self, config: TrainingConfig) -> None:
        """Take over what may change during a run."""
        before = self.config
        if batch_rows(config, len(self._sets[0].X)) != batch_rows(
            self.config, len(self._sets[0].X)
        ):
            self._call_rows = 1
        self.config = replace(before, **{name: getattr(config, name) for name in CHANGEABLE})
        self._note_changes(before, CHANGEABLE)
        self._engine.config = self.config
        self._set_rate()
        self._sink.post(Changed(self.run_id, self._changes))

    def _note_changes(self, before: TrainingConfig, names: Sequence[str]) -> None:
        """Put into the history what is different from settings that something was learned with."""
        for name in names if self._begun else ():
            old, new = (getattr(config, name) for config in (before, self.config))
            if old != new:
                texts = ("none" if value is None else value for value in (old, new))
                self._changes = joined(self._changes, SettingChange(self._epoch, name, *texts))

    # What it tells

    def _post_snapshot(self) -> None:
        parameters = frozen(self._state.parameters.astype(np.float64))
        self._sink.post(
            Snapshot(
                self.run_id, self._epoch, self._position, parameters, self._rows, self._seconds
            )
        )

    def _result(self, reason: StopReason, message: str) -> Result:
        parameters, slots = self._state.exported()
        best_epoch, best = None, None
        if self._best is not None:
            best = Best(self._best[1], self._best[2].astype(np.float64))
        if best is not None and reason in ("epochs", "target_loss", "early_stopping"):
            best_epoch, parameters = best.epoch, best.parameters
            if best_epoch != self._epoch:
                slots = {}  # they belong to the last weights, not to the best
            best = (
                None  # a run that ended is not gone on with: another one may look for a better best
            )
        progress = Progress(self._epoch, self._position, slots, self._plateau, best)
        return Result(
            self._network.with_parameters(frozen(parameters)),
            history_of(self._record.rows(), self._changes),
            reason,
            message,
            progress if self._begun else Progress(),
            self._rows,
            self._seconds,
            self.config,
            best_epoch,
        )

    def _divergence(self, rows: IntArray) -> str:
        row = self._first_bad_row(rows) or int(self._row_numbers[rows[0]]) + 1
        of = "" if len(rows) == 1 else f" of an update with {len(rows):,} rows"
        return self._advice(f"in epoch {self._epoch + 1}, at row {row}{of}, a loss or weight")

    def _first_bad_row(self, rows: IntArray) -> int | None:
        """The number of the first of these training rows whose loss is not finite, from 1."""
        X, Y = self._sets[0].X[rows], self._sets[0].Y[rows]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            y_hat = predict(self._network.topology, self._state.parameters, X)
            losses = LOSSES[self.config.loss].value(y_hat, Y)
        bad = rows[~np.isfinite(losses)]
        return int(self._row_numbers[bad[0]]) + 1 if bad.size else None

    def _advice(self, where: str) -> str:
        rate = SETTINGS["learning_rate"].text(self.config.learning_rate)
        return (
            f"Training stopped: {where} was no longer a finite number. The weights are the last "
            f"finite ones; try a smaller learning rate (it was {rate}) or scale the columns."
        )


def history_of(epochs: Sequence[EpochDone], changes: tuple[SettingChange, ...] = ()) -> History:
    """The record that these events tell."""
    columns = (np.array([getattr(e, name) for e in epochs]) for name in History.COLUMNS)
    return History(*columns, changes=changes)


def can_continue(before: Project, after: Project) -> bool:
    """Whether a run on ``before`` may go on with ``after``: nothing differs but what may change."""
    if before.network != after.network:
        return False
    changed = {name: getattr(after.config, name) for name in CHANGEABLE}
    adapted = replace(before, config=replace(before.config, **changed))
    seen = {name: getattr(before, name) for name in ("layout", "unfolded", "upward", "notes")}
    return adapted == replace(after, **seen)


class _Rows:
    """One part of a data set in the run's precision."""

    def __init__(self, dataset: Dataset, part: int, dtype: str) -> None:
        rows = dataset.rows(part)
        self.X = np.ascontiguousarray(dataset.inputs[rows], dtype=dtype)
        self.Y = np.ascontiguousarray(dataset.targets[rows], dtype=dtype)
        self.labels = None if dataset.labels is None else dataset.labels[rows]


def train(
    network: Network,
    dataset: Dataset,
    config: TrainingConfig | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Result:
    """Train a copy of the network in this thread; ``on_event`` is called with every event.

    Raises ProjectError, with what to do, if network, data and config do not go together. A run whose
    numbers stop being finite returns with ``stop_reason == "diverged"`` and the last finite weights.
    """
    return Session(network, dataset, config or TrainingConfig(), Callback(on_event)).run()
