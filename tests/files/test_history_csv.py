"""The record of a run as a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bpstudio.files.history_csv import save_history
from bpstudio.model.history import History, SettingChange


def test_that_rates_and_changes_stand_with_the_first_record_after_them(tmp_path: Path) -> None:
    epochs = np.array([0.0, 2.0, 4.0])
    nothing = np.full(3, np.nan)
    changes = (
        SettingChange(2, "learning_rate", 0.5, 0.1),
        SettingChange(3, "batch_size", 4, "all"),
        SettingChange(4, "l2", 0.0, 0.01),
    )
    rates = np.array([np.nan, 0.5, 0.1])
    history = History(epochs, 1 / (1 + epochs), *[nothing] * 3, rates, changes=changes)
    save_history(history, tmp_path / "loss.csv")
    assert (tmp_path / "loss.csv").read_text(encoding="utf-8").splitlines() == [
        "epoch,train_loss,validation_loss,train_accuracy,validation_accuracy,learning_rate,changes",
        "0,1.0,,,,,",
        "2,0.3333333333333333,,,,0.5,",
        "4,0.2,,,,0.1,learning_rate 0.5 → 0.1; batch_size 4 → all",
    ]
