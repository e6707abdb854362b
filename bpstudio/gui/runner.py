"""Runs training sessions for the window: starts, pauses and steps them, and brings their news."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from bpstudio.gui.document import Document
from bpstudio.model.config import TrainingConfig
from bpstudio.model.history import SettingChange
from bpstudio.model.project import Progress, Project
from bpstudio.training.changes import can_continue
from bpstudio.training.control import Control, Mode
from bpstudio.training.events import (
    Changed,
    Failed,
    Finished,
    Lifecycle,
    Note,
    Paused,
    Result,
    Snapshot,
    Started,
    history_of,
)
from bpstudio.training.mailbox import Mailbox, MetricsBuffer
from bpstudio.training.session import Session

FRAME_MS = 33
PAINT_MS = 10
"""A frame's painting begins within this time after its news; the timer then waits for its end."""
RATE_SECONDS = 0.4


class Runner(QObject):
    """At most one session at a time, on the document's project.

    ``running`` tells of a run, and ``state_changed`` when it begins or ends; ``message`` brings a
    sentence for people and whether it is a problem, ``rate_changed`` rows per second. A pause keeps
    what was learned as an undoable step, one for each run.
    """

    state_changed = Signal(bool)
    message = Signal(str, bool)
    rate_changed = Signal(float)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._session: Session | None = None
        self._mailbox = Mailbox()
        # What the session began with, and what the document holds of it while it waits.
        self._base = document.project
        self._kept: Project | None = None
        # Where the last run came to, and with which settings.
        self._last: tuple[Progress, TrainingConfig] | None = None
        self._epochs = MetricsBuffer()
        self._changes: tuple[SettingChange, ...] = ()
        self._rate_from: Snapshot | None = None
        self._was_running = False
        self._running = False
        self._live = False
        self._pace = 0
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._frame)
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.setInterval(PAINT_MS)
        self._painted.timeout.connect(self._release)
        document.settling.connect(self._on_settling)
        document.settled.connect(self._on_settled)
        document.edited.connect(self._on_edited)

    @property
    def running(self) -> bool:
        return self._running

    @property
    def live(self) -> bool:
        """Whether the document is shown one frame of a run, which another will follow soon."""
        return self._live

    # What people ask for

    def keep_pace(self, pace: int) -> None:
        """Epochs a second at most, from now on and in later runs; 0: as many as can be."""
        self._pace = pace
        if self._session is not None:
            self._session.control.keep_pace(pace or None)

    def play(self) -> None:
        self._go("run")

    def step_sample(self) -> None:
        """One update: one sample in standard BP."""
        self._go("update")

    def step_epoch(self) -> None:
        """To the end of the epoch."""
        self._go("epoch")

    def toggle(self) -> None:
        if self._running:
            self.pause()
        else:
            self.play()

    def pause(self) -> None:
        """Pause; what was learned is kept as soon as the session has heard of it."""
        if self._session is not None and self._running:
            self._session.control.pause()

    def stop(self) -> None:
        """End the session, wait for it, and keep what it has learned."""
        session, self._session = self._session, None
        if session is None:
            return
        session.control.stop()
        session.join()
        self._timer.stop()
        for event in self._mailbox.take_lifecycle():
            if isinstance(event, Finished) and event.run_id == session.run_id and self._running:
                self._keep(event.run_id, event.result)
        self._set_running(False)

    # The session

    def _go(self, mode: Mode) -> None:
        if self._session is not None and self._kept is self._document.project:
            self._session.control.ask(mode)
        else:
            self.stop()
            if not self._start(mode):
                return
        # What the run learns becomes a step, and before that nothing else may come.
        self._document.stack.forget_undone()
        self._set_running(True)
        self._timer.start()

    def _start(self, mode: Mode) -> bool:
        project = self._document.project
        if (problem := project.problem()) or project.dataset is None:
            self.message.emit(problem, True)
            return False
        self._mailbox = Mailbox()
        self._session = Session(
            project.network,
            project.dataset,
            project.config,
            self._mailbox,
            Control(mode),
            project.progress,
            self._settings_of(project.progress),
        )
        self._session.control.keep_pace(self._pace or None)
        self._base, self._kept = project, None
        self._epochs = MetricsBuffer()
        self._changes = ()
        self._rate_from = None
        self._session.start()
        return True

    def _settings_of(self, progress: Progress) -> TrainingConfig | None:
        """The settings of the run that came to this progress, if it was the last one here."""
        return self._last[1] if self._last is not None and self._last[0] is progress else None

    def _frame(self) -> None:
        """Bring the news of one frame: at most one redraw for every panel."""
        if self._session is None:
            return
        run_id = self._session.run_id
        epochs = self._mailbox.take_metrics()
        if epochs.run_id == run_id:
            self._epochs.put(epochs)
        snapshot = self._mailbox.take_snapshot()
        if snapshot is not None and snapshot.run_id == run_id:
            # Where engine and window share the interpreter, the session gives way until the whole frame
            # is painted, or each of its calls into Qt would wait for the engine.
            if self._session.holds_interpreter:
                self._session.control.hold()
                self._painted.start()
            self._live = not self._session.holds_interpreter
            self._show(snapshot)
            self._live = False
        self._mailbox.request_snapshot()
        for event in self._mailbox.take_lifecycle():
            if event.run_id == run_id:
                self._on_lifecycle(event)

    def _show(self, snapshot: Snapshot) -> None:
        self._document.show(
            self._base.trained(
                self._base.network.with_parameters(snapshot.parameters),
                Progress(snapshot.epoch, snapshot.position),
                history_of(self._epochs.rows(), self._changes),
            )
        )
        last = self._rate_from
        seconds = snapshot.seconds - last.seconds if last is not None else 0.0
        if last is None:
            self._rate_from = snapshot
        elif seconds >= RATE_SECONDS:
            self.rate_changed.emit((snapshot.rows - last.rows) / seconds)
            self._rate_from = snapshot

    def _on_lifecycle(self, event: Lifecycle) -> None:
        match event:
            case Started():
                pass
            case Changed(changes=changes):
                self._changes = changes
            case Note(message=message):
                self.message.emit(message, False)
            case Paused(run_id=run_id, result=result):
                self._keep(run_id, result)
                self._timer.stop()
                self._set_running(False)
            case Finished(run_id=run_id, result=result):
                self._keep(run_id, result)
                self._discard()
                self.message.emit(result.message, result.stop_reason == "diverged")
            case Failed(message=message):
                self._discard()
                self._document.show(self._document.project)
                self.message.emit(message, True)

    def _keep(self, run_id: int, result: Result) -> None:
        """Make a result the current project: one undoable step for each run."""
        self._last = result.progress, result.config
        self._kept = self._base.trained(result.network, result.progress, result.history)
        self._document.keep("Train", self._kept, merge=f"run {run_id}")
        self._kept = self._document.project
        self._document.show(self._kept)

    def _discard(self) -> None:
        """End the session; what it did since it was last kept is let go."""
        session, self._session = self._session, None
        if session is not None:
            session.control.stop()
            session.join()
        self._timer.stop()
        self._set_running(False)

    def _on_settling(self) -> None:
        self._was_running = self._running
        self.stop()

    def _on_settled(self) -> None:
        if self._was_running:
            self.play()

    def _on_edited(self, before: Project, after: Project) -> None:
        if self._session is None or after is self._kept:
            return
        if can_continue(before, after):
            self._base = replace(
                self._base,
                config=after.config,
                layout=after.layout,
                unfolded=after.unfolded,
                upward=after.upward,
            )
            self._session.control.change(after.config)
            if not self._running:
                self._kept = after
        else:
            self._discard()

    def _release(self) -> None:
        if self._session is not None:
            self._session.control.release()

    def _set_running(self, running: bool) -> None:
        if running != self._running:
            self._running = running
            self.state_changed.emit(running)
