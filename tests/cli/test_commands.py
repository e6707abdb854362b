"""evaluate, predict, export, check, demo, screenshot, and the app's own start."""

from __future__ import annotations

import csv
import io
import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpstudio.cli import check as check_command
from bpstudio.cli.main import main as run
from bpstudio.cli.options import Window
from bpstudio.cli.screenshot import SMALLEST
from bpstudio.cli.sources import open_project
from bpstudio.explain.gradient_check import GradientCheck
from bpstudio.files.project_file import load, save
from bpstudio.files.samples import starter
from bpstudio.model.dataset import TEST
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.cli.command import IRIS, Shell


def png_size(path: Path) -> tuple[int, ...]:
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    return struct.unpack(">II", head[16:])


# evaluate


def test_evaluating_the_parts_of_the_split(shell: Shell, iris: Path) -> None:
    report = shell.done("evaluate", iris, "--json").json
    project = load(iris)
    assert project.dataset is not None and project.dataset.labels is not None
    rows = project.dataset.rows(TEST)
    right = project.network.predict(project.dataset.inputs[rows]).argmax(1)
    accuracy = float((right == project.dataset.labels[rows]).mean())
    assert report["test"]["accuracy"] == pytest.approx(accuracy)
    assert np.sum(report["test"]["confusion_matrix"]) == len(rows) == report["test"]["rows"]
    text = shell.done("evaluate", iris).out
    assert "Confusion matrix, test:" in text and "virginica" in text


def test_evaluating_a_table(shell: Shell, iris: Path) -> None:
    parts = shell.done("evaluate", iris, "--json").json
    whole = shell.done("evaluate", iris, IRIS, "--json").json
    names = ("train", "validation", "test")
    loss = sum(parts[name]["loss"] * parts[name]["rows"] for name in names) / 150
    assert whole["rows"] == 150
    assert whole["loss"] == pytest.approx(loss, rel=1e-12)
    matrices = [parts[name]["confusion_matrix"] for name in names]
    assert whole["confusion_matrix"] == np.sum(matrices, axis=0).tolist()
    assert "accuracy" in shell.done("evaluate", iris, IRIS).out


def test_evaluating_numbers(shell: Shell, sine: Path) -> None:
    report = shell.done("evaluate", sine, "--json").json
    assert report["train"]["accuracy"] is None
    assert 0 < report["validation"]["rmse"]["y"] < 1
    assert report["validation"]["r2"]["y"] <= 1
    assert "RMSE y" in shell.done("evaluate", sine).out


# predict


def test_predicting_classes(shell: Shell, iris: Path) -> None:
    text = shell.done("predict", iris, IRIS).out
    rows = list(csv.DictReader(io.StringIO(text)))
    project = load(iris)
    assert project.dataset is not None
    outputs = project.network.predict(project.dataset.inputs)
    names = np.array(["setosa", "versicolor", "virginica"])
    assert [row["species"] for row in rows] == names[outputs.argmax(1)].tolist()
    shown = [[float(row[f"species={name}"]) for name in names] for row in rows]
    np.testing.assert_allclose(shown, outputs, rtol=0, atol=1e-15)
    report = shell.done("predict", iris, IRIS, "--json").json
    assert report["rows"] == 150 and report["predictions"][0]["species"] == "setosa"


def test_predicting_into_a_file(shell: Shell, iris: Path) -> None:
    assert "150 predictions" in shell.done("predict", iris, IRIS, "--out", "p.csv").out
    assert Path("p.csv").read_text() == shell.done("predict", iris, IRIS).out
    assert [p.name for p in shell.folder.iterdir()] == ["p.csv"]


def test_predicting_numbers_in_their_own_unit(shell: Shell) -> None:
    rows = "".join(f"{k / 50},{1000 + 200 * k / 50}\n" for k in range(51))
    Path("t.csv").write_text("x,money\n" + rows)
    shell.done("train", "t.csv", "--target", "money", "--epochs", 200, "--out", "t.bps")
    Path("new.csv").write_text("x\n0.5\n")
    answer = shell.done("predict", "t.bps", "new.csv", "--json").json
    assert answer["columns"] == ["money"]
    assert answer["predictions"][0]["money"] == pytest.approx(1100, abs=20)


# export and check


@pytest.mark.parametrize("name", ["w.npz", "w.json", "w.zip", "folder"])
def test_exporting(shell: Shell, iris: Path, name: str) -> None:
    assert name in shell.done("export", iris, name).out
    assert Path(name).exists()


def test_exporting_in_a_format_that_the_name_does_not_tell(shell: Shell, iris: Path) -> None:
    shell.done("export", iris, "weights.dat", "--format", "json")
    assert json.loads(Path("weights.dat").read_text())["class_names"][0] == "setosa"


def test_checking_the_gradient(shell: Shell, iris: Path) -> None:
    answer = shell.done("check", iris)
    assert "The gradient holds" in answer.out and "all 67 parameters" in answer.out
    report = shell.done("check", iris, "--json").json
    assert report["holds"] and report["largest_difference"] < 1e-6
    assert (report["rows"], report["checked"]) == (50, 67)


def test_checking_a_relu_network_with_skip_links_and_masks(shell: Shell) -> None:
    project = starter("quadrants")
    topology = Topology.parse("2-40-60-1", hidden="relu").with_link("input", "output")
    topology = topology.without_connection("input", 0, "hidden1", 2)
    config = replace(project.config, loss="squared_error")
    project = Project.create(topology, project.dataset, config)
    save(project, "r.bps")
    report = shell.done("check", "r.bps", "--json").json
    assert report["checked"] == 2000
    assert report["parameters"] == topology.parameter_count - 1


def test_that_a_wrong_gradient_fails(
    shell: Shell, iris: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = check_command.check_gradient

    def wrong(*given: object) -> GradientCheck:
        found = right(*given)  # type: ignore[arg-type]
        return replace(found, analytic=-found.analytic)

    monkeypatch.setattr(check_command, "check_gradient", wrong)
    answer = shell("check", iris)
    assert answer.code == 1
    assert "does NOT hold" in answer.out


# What needs a window


def test_that_a_screenshot_is_as_large_as_asked(shell: Shell) -> None:
    shell.done("screenshot", "a.png", "--size", "1280x800", "--epochs", 2, "--theme", "dark")
    assert png_size(Path("a.png")) == (1280, 800)


def test_that_a_project_is_drawn(shell: Shell, iris: Path) -> None:
    shell.done("screenshot", iris, "--size", "1000x700", "b.png")
    assert png_size(Path("b.png")) == (1000, 700)


def test_that_the_smallest_size_is_the_windows() -> None:
    from bpstudio.gui.app import MINIMUM_SIZE

    assert SMALLEST == MINIMUM_SIZE


def test_the_demo(shell: Shell) -> None:
    answer = shell.done("demo")
    names = {path.name for path in Path("bpstudio-demo").iterdir()}
    assert names == {"circles.bps", "circles.npz", "circles.json", "window.png"}
    assert all(name in answer.out for name in names)
    assert "⠤" in answer.out and "The window itself" in answer.out
    project = load("bpstudio-demo/circles.bps")
    assert project.history.train_accuracy[-1] > 0.95
    with np.load("bpstudio-demo/circles.npz") as arrays:
        exported = arrays["W_input_hidden1"]
    np.testing.assert_array_equal(exported, project.network.weights["input", "hidden1"])


def test_the_demo_where_qt_cannot_be_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def draw(*_: object) -> None:
        raise OSError("Qt cannot be loaded (libEGL.so.1 is missing): install what it needs.")

    window = Window(lambda *_: 0, draw)
    assert run(["demo", str(tmp_path / "d")], window) == 0
    assert "libEGL.so.1" in capsys.readouterr().out
    assert (tmp_path / "d" / "circles.npz").exists()


@pytest.mark.parametrize("file", [None, IRIS, "sample:moons", "project"])
def test_what_the_app_is_opened_with(
    shell: Shell, iris: Path, file: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    opened: list[tuple[Project | None, Path | None]] = []
    words = [str(iris) if file == "project" else file] if file else []
    window = Window(lambda *given: opened.append(given) or 7, lambda *_: None)
    assert run(words, window) == 7
    project, path = opened[0]
    expected = {"project": iris, IRIS: Path(IRIS)}
    assert path == (expected.get(file) if file else None)
    # Data are for the import screen to read.
    assert project == (open_project(words[0]) if file not in (None, IRIS) else None)


def test_that_the_app_names_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    window = Window(lambda *_: 0, lambda *_: None)
    assert run(["absent.csv"], window) == 2
    assert "absent.csv" in capsys.readouterr().err


def test_that_a_sample_is_opened_as_the_starter_is(shell: Shell) -> None:
    assert open_project("sample:circles") == starter()


# Help


@pytest.mark.parametrize(
    "name", ["train", "evaluate", "inspect", "predict", "export", "check", "demo", "screenshot"]
)
def test_that_every_command_has_help_with_an_example(shell: Shell, name: str) -> None:
    text = shell.done(name, "--help").out
    assert f"usage: bpstudio {name}" in text and "example:" in text
    assert len(text.splitlines()) < 60
    assert name in shell.done("--help").out


def test_the_version(shell: Shell) -> None:
    import bpstudio

    assert shell.done("--version").out == f"bpstudio {bpstudio.__version__}\n"


def test_that_a_lesson_stands_where_a_project_does(shell: Shell) -> None:
    assert "The gradient holds" in shell.done("check", "lesson:xor").out
    assert shell.done("inspect", "lesson:xor", "--json").json["topology"] == "2-2-1"
    assert shell.done("evaluate", "lesson:xor", "--json").json["topology"] == "2-2-1"
    trained = shell.done("train", "lesson:xor", "--epochs", "2")
    assert "xor.bps" in trained.out and load(Path("xor.bps")).epoch == 2
