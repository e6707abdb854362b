"""What the command line reaches on real data with its defaults."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import IRIS, Shell


def test_iris_over_ten_seeds(shell: Shell) -> None:
    held_out = []
    for seed in range(10):
        words = ("--target", "species", "--topology", "4-8-3", "--seed", seed, "--out", "iris.bps")
        report = shell.done("train", IRIS, *words, "--json").json
        assert report["epochs"] <= 500
        # A fifth of each class.
        assert np.sum(report["validation"]["confusion_matrix"], axis=1).tolist() == [10, 10, 10]
        held_out.append(report["validation"]["accuracy"])
    assert np.mean(held_out) >= 0.95
    assert min(held_out) >= 0.86


def fann_rows(path: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Inputs and targets of a file in FANN's format, as text."""
    words = path.read_text().split()
    rows, inputs, outputs = map(int, words[:3])
    cells = np.array(words[3:]).reshape(rows, inputs + outputs)
    return cells[:, :inputs].tolist(), cells[:, inputs:].tolist()


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    path.write_text("".join(",".join(row) + "\n" for row in [header, *rows]))


@pytest.mark.parametrize("target", ["class", "ill,well"])
def test_diabetes(shell: Shell, shared: Path, target: str) -> None:
    for part in ("train", "test"):
        X, Y = fann_rows(shared / f"diabetes.{part}")
        if target == "class":
            Y = [["ill" if y[0] == "1" else "well"] for y in Y]
        names = [f"x{k + 1}" for k in range(8)] + target.split(",")
        write_csv(Path(f"{part}.csv"), names, [x + y for x, y in zip(X, Y, strict=True)])
    words = ("--target", target, "--topology", "8-8-2", "--set", "batch_size=1", "--epochs", 60)
    report = shell.done("train", "train.csv", *words, "--out", "d.bps", "--json").json
    assert report["classes"] == ["ill", "well"]
    assert report["config"]["batch_size"] == 1 and report["config"]["optimizer"] == "sgd"
    tested = shell.done("evaluate", "d.bps", "test.csv", "--json").json
    assert tested["rows"] == 384
    assert tested["accuracy"] > 0.74
