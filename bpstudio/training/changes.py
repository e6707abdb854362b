"""What may change while a run goes on, and what the history tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bpstudio.model.config import GROUPS, TrainingConfig
from bpstudio.model.history import SettingChange, joined
from bpstudio.model.project import Project

CHANGEABLE = ("learning_rate", "momentum", "batch_size", "l1", "l2")
"""What may change during a run without restarting it."""

RECORDED = (*GROUPS["Learning"], *GROUPS["Learning rate over the epochs"], *GROUPS["Loss"])
"""What is in the history if it is not the same when a run goes on: all that shapes its updates."""


def adapted(before: TrainingConfig, after: TrainingConfig) -> TrainingConfig:
    """The first with what may change taken from the second."""
    return replace(before, **{name: getattr(after, name) for name in CHANGEABLE})


def can_continue(before: Project, after: Project) -> bool:
    """Whether a run on ``before`` may go on with ``after``: nothing differs but what may change."""
    if before.network != after.network:
        return False
    changed = replace(before, config=adapted(before.config, after.config))
    seen = {name: getattr(before, name) for name in ("layout", "unfolded", "upward", "notes")}
    return changed == replace(after, **seen)


def with_changes(
    changes: tuple[SettingChange, ...],
    epoch: int,
    before: TrainingConfig,
    after: TrainingConfig,
    names: Iterable[str],
) -> tuple[SettingChange, ...]:
    """The list with what is different now, when ``epoch`` whole epochs are done."""
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            texts = ("none" if value is None else value for value in (old, new))
            changes = joined(changes, SettingChange(epoch, name, *texts))
    return changes
