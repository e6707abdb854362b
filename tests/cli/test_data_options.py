"""Data in by the command line: formats, options, inspect and cross-validation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bpstudio.files.project_file import load
from bpstudio.model.dataset import TEST
from tests.cli.command import IRIS, Shell
from tests.files.files import write_idx

GAPS = "size,grade,part,y\n1.5,low,train,a\n,high,train,b\n3.5,,train,a\n4,low,test,b\n2,high,train,b\n"


def test_that_missing_values_are_filled_in_and_said(shell: Shell) -> None:
    Path("t.csv").write_text(GAPS)
    assert "line 3, column 'size': the value is missing" in shell.refused("train", "t.csv")
    words = ("--missing", "median", "--split", "part", "--epochs", 3, "--out", "t.bps")
    report = shell.done("train", "t.csv", *words, "--json").json
    assert (report["train"]["rows"], report["test"]["rows"]) == (4, 1)
    text = shell.done("inspect", "t.bps").out
    assert "missing values become 2, the median" in text
    assert "missing values become high, the most frequent value" in text
    assert "by a column" in text
    inspected = shell.done("inspect", "t.bps", "--json").json
    assert inspected["data"]["missing"] == {"size": 1, "grade": 1}
    assert inspected["data"]["inputs"][0]["fill"] == 2
    # New rows may have gaps too, and are filled in the same way.
    Path("gap.csv").write_text("size,grade\n,low\n2,low\n2,\n2,high\n")
    lines = shell.done("predict", "t.bps", "gap.csv").out.splitlines()[1:]
    assert lines[0] == lines[1] and lines[2] == lines[3] != lines[0]


def test_that_inspecting_tells_of_the_whole_project(shell: Shell, iris: Path) -> None:
    text = shell.done("inspect", iris).out
    assert "4-8-3" in text and "20 epochs" in text
    assert "standardised: (x −" in text
    assert "one neuron per category: setosa, versicolor, virginica" in text
    report = shell.done("inspect", iris, "--json").json
    assert report["data"]["rows"] == {"train": 90, "validation": 30, "test": 30}
    assert [column["neurons"] for column in report["data"]["targets"]] == [3]
    assert report["problem"] is None


def test_that_inspecting_a_table_tells_how_it_is_read(shell: Shell) -> None:
    Path("t.csv").write_text(GAPS.replace(",", ";"))
    text = shell.done("inspect", "t.csv").out
    assert "t.csv · text table, UTF-8, semicolon between cells, header" in text
    assert "one neuron per category; missing: the most frequent value" in text
    assert "missing: the median" in text and "Two classes: one sigmoid output" in text
    report = shell.done("inspect", "t.csv", "--json").json
    assert report["options"]["delimiter"] == ";" and report["rows"] == 5
    roles = {column["name"]: column["role"] for column in report["columns"]}
    assert roles == {"size": "input", "grade": "input", "part": "input", "y": "target"}
    assert report["outcome"]["train"] + report["outcome"]["validation"] == 5
    Path("t.csv").write_text("a,b\n1,x\n2,x\n")
    text = shell.done("inspect", "t.csv").out
    assert "Problem  t.csv: the target 'b' is 'x' in every row" in text
    assert "'none.csv' does not exist" in shell.refused("inspect", "none.csv")


def test_that_images_are_trained_on(shell: Shell) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 60)
    pixels = (rng.integers(0, 60, (60, 4, 4)) + 180 * labels[:, None, None]).astype(np.uint8)
    images, _ = write_idx(shell.folder, pixels, labels.tolist(), packed=True)
    words = ("--topology", "16-4-2", "--hidden", "sigmoid", "--output", "sigmoid", "--epochs", 40)
    words += ("--set", "learning_rate=3")
    report = shell.done("train", images, *words, "--out", "i.bps", "--json").json
    assert report["config"]["loss"] == "squared_error"
    assert report["classes"] == ["0", "1"]
    assert report["validation"]["accuracy"] == 1.0
    project = load("i.bps")
    assert [layer.activation for layer in project.topology.layers[1:]] == ["sigmoid", "sigmoid"]
    assert shell.done("predict", "i.bps", images).out.count("\n") == 61
    assert "to the range 0 to 1: (x − 0) / 255" in shell.done("inspect", "i.bps").out


def test_that_targets_out_of_reach_are_said(shell: Shell) -> None:
    Path("t.csv").write_text("x,y\n1,3\n2,5.5\n3,9\n4,12\n")
    words = ("t.csv", "--output", "sigmoid", "--epochs", 2, "--out", "t.bps")
    text = shell.done("train", *words).out
    assert "Careful  Row 1 has the target y = -" in text and "make the output linear" in text
    assert "Careful" in shell.done("inspect", "t.bps").out
    assert "sigmoid" in shell.done("train", *words, "--json").json["range_problem"]
    report = shell.done("train", "t.csv", "--epochs", 2, "--out", "t.bps", "--json").json
    assert report["range_problem"] is None


def test_that_reading_can_be_overruled(shell: Shell) -> None:
    Path("t.txt").write_bytes("größe;y\n1,5;3\n2,5;4\n9,5;8\n".encode("latin-1"))
    words = ("--encoding", "latin-1", "--delimiter", "semicolon", "--decimal", ",", "--header")
    shell.done("train", "t.txt", *words, "--epochs", 2, "--out", "t.bps", "--json")
    dataset = load("t.bps").dataset
    assert dataset is not None and dataset.preparation.input_names == ("größe",)
    assert dataset.values[:, 0].tolist() == [1.5, 2.5, 9.5]
    assert "not all UTF-8 text" in shell.refused("train", "t.txt", "--encoding", "utf-8")
    assert "no delimiter that is known" in shell.refused("train", "t.txt", "--delimiter", "x")


def test_that_test_rows_come_from_their_own_file(shell: Shell) -> None:
    Path("a.train").write_text("4 2 1\n0 0\n0\n0 1\n1\n1 0\n1\n1 1\n0\n")
    Path("b.test").write_text("1 2 1\n1 1\n0\n")
    words = ("--epochs", 2, "--out", "a.bps", "--validation", 0)
    shell.done("train", "a.train", *words, "--test-file", "b.test")
    dataset = load("a.bps").dataset
    assert dataset is not None and dataset.split.tolist() == [0, 0, 0, 0, TEST]


def test_cross_validation(shell: Shell, iris: Path, sine: Path) -> None:
    report = shell.done("evaluate", iris, "--folds", 5, "--json").json
    assert [fold["rows"] for fold in report["folds"]] == [30] * 5
    assert np.sum(report["confusion_matrix"], axis=1).tolist() == [50, 50, 50]
    assert report["accuracy"]["mean"] > 0.85
    accuracies = [fold["accuracy"] for fold in report["folds"]]
    assert report["accuracy"]["mean"] == pytest.approx(np.mean(accuracies))
    assert report["accuracy"]["deviation"] == pytest.approx(np.std(accuracies, ddof=1))
    assert shell.done("evaluate", iris, "--folds", 5, "--json").json == report
    text = shell.done("evaluate", sine, "--folds", 3).out
    assert "RMSE y" in text and "deviation" in text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--folds", "1"), "150 rows make 2 to 150 folds, not 1"),
        (("--folds", "151"), "not 151"),
        (("--folds", "some"), "'some' is not a whole number"),
        ((IRIS, "--folds", "3"), "leave out DATA or --folds"),
    ],
)
def test_that_folds_that_cannot_be_are_refused(
    shell: Shell, iris: Path, words: tuple[str, ...], part: str
) -> None:
    assert part in shell.refused("evaluate", iris, *words)


def test_that_a_project_refuses_options_of_data(shell: Shell, iris: Path) -> None:
    assert "leave out --missing" in shell.refused("train", iris, "--missing", "drop")
    assert "leave out --test-file" in shell.refused("train", iris, "--test-file", "x.csv")
    assert "leave out --output" in shell.refused("train", iris, "--output", "sigmoid")
    assert "leave out --sheet" in shell.refused("train", "sample:iris", "--sheet", "x")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("inspect", "sample:xor"), "2-3-1"),
        (("check", "sample:xor"), "The gradient holds"),
        (("evaluate", "sample:iris", "--folds", 3), "mean"),
    ],
)
def test_that_a_sample_stands_wherever_a_project_does(
    shell: Shell, words: tuple[object, ...], part: str
) -> None:
    assert part in shell.done(*words).out


def test_that_the_command_line_says_what_else_means_missing(shell: Shell) -> None:
    rows = "".join(
        f"{'unknown' if k == 5 else k},{-999 if k == 8 else k},{k % 2}\n" for k in range(30)
    )
    Path("t.csv").write_text(f"a,b,y\n{rows}")
    assert "'unknown' is no number" in shell.refused("train", "t.csv")
    words = ("--no-value=-999,unknown", "--missing", "mean", "--epochs", 2, "--out", "t.bps")
    shell.done("train", "t.csv", *words)
    text = shell.done("inspect", "t.bps").out
    assert "-999 or unknown count as missing; missing values become" in text
    Path("new.csv").write_text("a,b\nunknown,3\n4,-999\n")
    assert len(shell.done("predict", "t.bps", "new.csv").out.splitlines()) == 3
