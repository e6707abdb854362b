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

from bpstudio.engines.base import Engine, Evaluation, Rows, State, batch_rows
from bpstudio.engines.choice import EngineError, create_engine, is_at_hand, is_ready, prepare
from bpstudio.engines.optimizers import SLOTS
from bpstudio.model.arrays import FloatArray, IntArray, frozen
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import TRAIN, VALIDATION, Dataset
from bpstudio.model.history import SettingChange
from bpstudio.model.network import Network
from bpstudio.model.progress import Best
from bpstudio.model.project import Progress, ProjectError, fit_problem
from bpstudio.training.changes import CHANGEABLE, RECORDED, adapted, with_changes
from bpstudio.training.control import Control, Mode
from bpstudio.training.events import (
    Changed,
    Epochs,
    Event,
    Failed,
    Finished,
    Note,
    Outcome,
    Paused,
    Result,
    Snapshot,
    Started,
    StopReason,
    history_of,
)
from bpstudio.training.mailbox import BatchSink, Callback, MetricsBuffer, Sink
from bpstudio.training.pace import Pace
from bpstudio.training.schedule import Schedule, after_loss, learning_rate, rates, start_plateau
from bpstudio.training.telling import Divergence, outcome_of, watch_of

HISTORY_RECORDS = 1 << 15

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
        self._batch_sink = sink if isinstance(sink, BatchSink) else None
        progress = progress or Progress()
        # Vectors that another optimizer left behind mean nothing to this one.
        slots = {name: v for name, v in progress.slots.items() if name in SLOTS[config.optimizer]}
        self._state = State.start(network.parameters, slots, config.dtype)
        self._epoch, self._position = progress.epoch, progress.position
        self._first_epoch = progress.epoch
        self._parts = _rows(dataset, TRAIN, config.dtype), _rows(dataset, VALIDATION, config.dtype)
        self._schedule = Schedule(len(self._parts[0].X), config.seed, config.shuffle)
        self._plateau = progress.plateau if config.schedule == "plateau" else None
        self._has_rate = config.idle("learning_rate") is None
        self._engine: Engine
        self._awaits_engine = False
        self._row_numbers = dataset.rows(TRAIN)
        self._record = MetricsBuffer(HISTORY_RECORDS)
        self._changes: tuple[SettingChange, ...] = ()
        if before is not None:
            self._note_changes(before, RECORDED)
        self._watch = watch_of(config, len(self._parts[1].X))
        self._earlier_best = progress.best
        self._rows, self._pace = 0, Pace()
        self._thread: threading.Thread | None = None

    @property
    def holds_interpreter(self) -> bool:
        """Whether other threads stand still while it computes; known once there are events."""
        return self._engine.holds_interpreter

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
                most = self._epochs_at_once(mode)
                outcome = self._advance_epochs(most) if most else self._advance(mode, number)
                if self._sink.wants_snapshot():
                    self._post_snapshot()
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
        train = self._parts[0]
        self._engine = create_engine(
            self._network.topology, train.X, train.Y, self.config, self._state
        )
        self._engine.interrupt = self._wants_to_stop
        self._set_rate()
        self._pace.forget()

    def _wants_to_stop(self) -> bool:
        return self.control.mode in ("pause", "stop")

    # Part of an epoch in a call

    def _advance(self, mode: Mode, number: int) -> Outcome | None:
        """One call into the engine and what follows from it; the outcome if the run is over."""
        order = self._schedule.order(self._epoch)
        batch = batch_rows(self.config, len(order))
        rows = batch if mode == "update" else self._pace.rows(batch)
        part = order[self._position : self._position + rows]
        if self._position == 0:
            self._pace.begin_epoch()
        began = time.perf_counter()
        done = self._engine.advance(part)
        seconds = time.perf_counter() - began
        self._pace.worked(seconds)
        self._rows += done
        self._position += done
        if done < len(part):
            return self._broken_off(part[done:])
        self._pace.trained(self._engine, batch, done, rows, seconds)
        outcome = None
        if self._position >= len(order):
            self._epoch, self._position = self._epoch + 1, 0
            outcome = self._after_epoch()
            if mode == "epoch":
                self.control.done(number)
        if mode == "update":
            self.control.done(number)
        return outcome

    def _broken_off(self, rest: IntArray) -> Outcome | None:
        """An update could not be made; ``rest`` are the rows from its first one on."""
        if self._engine.interrupted:
            return None
        update = rest[: batch_rows(self.config, len(self._parts[0].X))]
        message = self._divergence().in_epoch(self._epoch + 1, update, self._state.parameters)
        return "diverged", message

    def _after_epoch(self, first: bool = False) -> Outcome | None:
        """Measure, record, and see whether the run is over; ``first`` before anything is trained."""
        began = time.perf_counter()
        train, validation = (self._evaluated(rows) for rows in self._parts)
        self._pace.worked(time.perf_counter() - began)
        known = self._has_rate and not first
        rate = self._engine.config.learning_rate if known else math.nan
        self._watch.after(train.loss, validation.loss, self._state.parameters, 0 if first else 1)
        row = train.loss, validation.loss, train.accuracy, validation.accuracy
        return self._record_epochs(np.array([row]), np.array([rate]), first)

    # Several epochs in a call

    def _epochs_at_once(self, mode: Mode) -> int:
        """How many whole epochs the next call is to have; 0 if it cannot be a whole one."""
        if mode != "run" or self._position:
            return 0
        most = self._pace.epochs(self._engine)
        if most > 1 and self._batch_sink is None:
            return 1
        return min(most, self._first_epoch + self.config.epochs - self._epoch)

    def _advance_epochs(self, most: int) -> Outcome | None:
        """One call into the engine for ``most`` epochs at once, and what follows from it."""
        orders = self._schedule.orders(self._epoch, most)
        now = rates(self.config, self._epoch, len(orders), self._plateau)
        orders = orders[: len(now)]
        began = time.perf_counter()
        table, rest = self._engine.epochs(orders, now, self._parts, self._watch)
        done = len(table)
        self._pace.did_epochs(done, time.perf_counter() - began)
        self._rows += done * orders.shape[1] + rest
        self._epoch, self._position = self._epoch + done, rest
        outcome = None
        if done:
            used = now[:done] if self._has_rate else np.full(done, math.nan)
            outcome = self._record_epochs(table, used)
        if outcome is None and done < len(orders):
            outcome = self._broken_off(orders[done, rest:])
        return outcome

    # After epochs

    def _record_epochs(
        self, table: FloatArray, used: FloatArray, first: bool = False
    ) -> Outcome | None:
        """Tell what was measured, (epochs, 4), at rates (epochs,); the outcome if the run is over."""
        numbers = np.arange(self._epoch - len(table) + 1, self._epoch + 1)
        epochs = Epochs(self.run_id, frozen(np.column_stack([numbers, table, used])))
        self._record.put(epochs)
        if self._batch_sink is not None:
            self._batch_sink.post_epochs(epochs)
        else:
            for epoch in epochs:
                self._sink.post(epoch)
        loss = float(table[-1, 0])
        if not math.isfinite(loss):
            message = self._divergence().after_epoch(self._epoch, self._state.parameters)
            return "diverged", message
        if self.config.schedule == "plateau":
            go_on = start_plateau if first else after_loss
            for watched in table[:, 1 if len(self._parts[1].X) else 0].tolist():
                self._plateau = go_on(self.config, watched, self._plateau)
        self._set_rate()
        return outcome_of(self._watch, loss, self._epoch, self._first_epoch, self.config)

    def _divergence(self) -> Divergence:
        return Divergence(self._network.topology, self.config, self._parts[0], self._row_numbers)

    def _set_rate(self) -> None:
        """Tell the engine the learning rate that the schedule comes to."""
        if self.config.schedule == "constant":
            return
        rate = learning_rate(self.config, self._epoch, self._plateau)
        if rate != self._engine.config.learning_rate:
            self._engine.config = self.config.at_rate(rate)

    def _evaluated(self, rows: Rows) -> Evaluation:
        return self._engine.measure(rows.X, rows.Y, rows.labels)

    @property
    def _begun(self) -> bool:
        """Whether anything has been learned, in this run or before it."""
        return (self._epoch, self._position) != (0, 0)

    def _measure_best(self) -> None:
        """What early stopping goes on from. Its loss is measured again: the data may be other ones."""
        watch, best = self._watch, self._earlier_best
        if not watch.patience or best is None:
            return
        vector = self._state.parameters
        here, watch.best = vector.copy(), best.parameters.astype(vector.dtype)
        vector[:] = watch.best
        watch.best_loss = self._evaluated(self._parts[1]).loss
        watch.waited = self._epoch - best.epoch
        vector[:] = here

    def _change(self, config: TrainingConfig) -> None:
        """Take over what may change during a run."""
        before = self.config
        self._pace.forget()
        self.config = adapted(before, config)
        self._note_changes(before, CHANGEABLE)
        self._engine.config = self.config
        self._set_rate()
        self._sink.post(Changed(self.run_id, self._changes))

    def _note_changes(self, before: TrainingConfig, names: Sequence[str]) -> None:
        """Put into the history what is different from settings that something was learned with."""
        if self._begun:
            self._changes = with_changes(self._changes, self._epoch, before, self.config, names)

    # What it tells

    def _post_snapshot(self) -> None:
        parameters = frozen(self._state.parameters.astype(np.float64))
        self._sink.post(
            Snapshot(
                self.run_id, self._epoch, self._position, parameters, self._rows, self._pace.seconds
            )
        )

    def _result(self, reason: StopReason, message: str) -> Result:
        parameters, slots = self._state.exported()
        best_epoch, best = None, None
        if (kept := self._watch.best) is not None:
            best = Best(self._epoch - self._watch.waited, kept.astype(np.float64))
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
            self._pace.seconds,
            self.config,
            best_epoch,
        )


def _rows(dataset: Dataset, part: int, dtype: str) -> Rows:
    """One part of a data set in the run's precision."""
    rows = dataset.rows(part)
    X, Y = (np.ascontiguousarray(a[rows], dtype=dtype) for a in (dataset.inputs, dataset.targets))
    return Rows(X, Y, None if dataset.labels is None else dataset.labels[rows])


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
