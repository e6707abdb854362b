"""``bpstudio train``: the same run as in Python, its report, and what it saves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpstudio.files.project_file import load
from bpstudio.files.samples import SAMPLES, sample_proposal, starter
from bpstudio.files.tables import load_table
from bpstudio.model.config import SETTINGS
from bpstudio.model.dataset import TEST, VALIDATION
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal
from bpstudio.training.session import train
from tests.cli.command import IRIS, Shell


@pytest.mark.parametrize("seed", [0, 7])
def test_that_the_same_seed_gives_the_same_weights_as_python(shell: Shell, seed: int) -> None:
    words = ("--target", "species", "--topology", "4-6-3", "--epochs", 4, "--seed", seed)
    shell.done("train", IRIS, *words, "--out", "a.bps")
    data = load_table(IRIS, target="species", seed=seed)
    proposed = proposal(data, [6], epochs=4, seed=seed)
    project = Project.create(proposed.topology, data, proposed.config)
    result = train(project.network, data, project.config)
    expected = project.trained(result.network, result.progress, result.history)
    assert load("a.bps") == expected


@pytest.mark.parametrize("name", ["circles", "iris", "sine", "parity"])
def test_that_a_sample_is_trained_as_the_window_proposes_it(shell: Shell, name: str) -> None:
    shell.done("train", f"sample:{name}", "--epochs", 2, "--out", "a.bps")
    project = starter(name)
    project = project.with_config(replace(project.config, epochs=2))
    assert project.dataset is not None
    expected = train(project.network, project.dataset, project.config).network
    assert load("a.bps").network == expected
    assert [x.size for x in expected.topology.hidden] == list(SAMPLES[name].hidden)
    assert expected.topology == sample_proposal(name).topology


def test_that_a_project_goes_on_as_if_it_had_not_been_interrupted(shell: Shell) -> None:
    words = ("train", IRIS, "--set", "optimizer=momentum", "--set", "learning_rate=0.01")
    shell.done(*words, "--epochs", 5, "--out", "whole.bps")
    shell.done(*words, "--epochs", 2, "--out", "parts.bps")
    answer = shell.done("train", "parts.bps", "--epochs", 3, "--json")
    assert (answer.json["epochs"], answer.json["epochs_total"]) == (3, 5)
    assert answer.json["out"] == "parts.bps"
    whole, parts = load("whole.bps"), load("parts.bps")
    assert parts.network == whole.network
    assert parts.history == whole.history


def test_the_json_report(shell: Shell) -> None:
    answer = shell.done(
        "train", IRIS, "--epochs", 3, "--test", 0.1, "--json", "--out", "a.bps", "--seed", 2
    )
    assert answer.err == ""
    report = answer.json
    assert report["topology"] == "4-7-3" and report["parameters"] == 59
    assert (report["epochs"], report["stop_reason"], report["seed"]) == (3, "epochs", 2)
    assert [report[part]["rows"] for part in ("train", "validation", "test")] == [105, 30, 15]
    assert 0 <= report["validation"]["accuracy"] <= 1 and report["train"]["loss"] > 0
    assert report["rows_per_second"] > 0 and report["seconds"] > 0
    assert report["out"] == "a.bps" and Path("a.bps").exists()


def test_the_summary(shell: Shell) -> None:
    answer = shell.done("train", IRIS, "--epochs", 2)
    assert answer.err == ""
    for part in (
        "4-7-3",
        "150 rows",
        "setosa, versicolor, virginica",
        "2 epochs are done",
        "seed 0",
    ):
        assert part in answer.out
    assert "evaluate iris.bps" in answer.out
    # A second run takes nothing away from the first.
    shell.done("train", IRIS, "--epochs", 1)
    assert load("iris.bps").epoch == 2 and load("iris-2.bps").epoch == 1


def test_that_options_of_the_data_reach_it(shell: Shell) -> None:
    Path("t.csv").write_text(
        "id,a,b,c\n" + "".join(f"{k},{k % 7},{k % 5},{k % 2}\n" for k in range(40))
    )
    words = ("--target", "a", "--ignore", "b", "--scaling", "minmax", "--task", "regression")
    shell.done(
        "train", "t.csv", *words, "--validation", 0.1, "--test", 0.3, "--epochs", 1, "--out", "t.bps"
    )  # fmt: skip
    data = load("t.bps").dataset
    assert data is not None
    assert [c.name for c in data.preparation.inputs] == ["c"]
    assert data.preparation.targets[0].scaling == "minmax"
    assert (len(data.rows(VALIDATION)), len(data.rows(TEST))) == (4, 12)
    assert shell.done("train", "t.csv", "--inputs", "a,b", "--epochs", 1, "--json").json["topology"]


def test_that_two_outputs_make_two_classes_one_hot(shell: Shell) -> None:
    Path("t.csv").write_text("a,kind\n" + "".join(f"{k},{'xy'[k % 2]}\n" for k in range(20)))
    for topology, activation in (("1-3-1", "sigmoid"), ("1-3-2", "softmax")):
        shell.done("train", "t.csv", "--topology", topology, "--epochs", 1, "--out", "t.bps")
        network = load("t.bps").network
        assert str(network.topology) == topology
        assert network.topology.output.activation == activation
    shell.done("train", "sample:circles", "--topology", "2-4-2", "--epochs", 1, "--out", "c.bps")
    assert load("c.bps").config.loss == "categorical_cross_entropy"


def test_that_a_diverged_run_fails_and_keeps_the_last_finite_weights(shell: Shell) -> None:
    words = ("--set", "learning_rate=1000", "--set", "batch_size=1")
    answer = shell("train", "sample:sine", *words, "--json", "--out", "d.bps")
    assert answer.code == 1
    assert answer.json["stop_reason"] == "diverged"
    assert "smaller learning rate" in answer.json["message"]
    assert np.isfinite(load("d.bps").network.parameters).all()


def test_that_a_project_in_place_is_not_replaced_by_a_diverged_one(shell: Shell) -> None:
    shell.done("train", "sample:sine", "--epochs", 1, "--out", "p.bps")
    before = Path("p.bps").read_bytes()
    answer = shell("train", "p.bps", "--set", "learning_rate=1000", "--set", "batch_size=1")
    assert answer.code == 1
    assert "Nothing was saved" in answer.out
    assert Path("p.bps").read_bytes() == before


# Optimizers and schedules


def test_that_an_optimizer_comes_with_its_usual_learning_rate_unless_one_is_set(
    shell: Shell,
) -> None:
    short = ("--epochs", 1, "--json", "--set", "optimizer=adam")
    usual = shell.done("train", "sample:circles", *short).json
    assert (usual["config"]["learning_rate"], usual["learning_rate"]) == (0.01, 0.01)
    chosen = shell.done("train", "sample:circles", *short, "--set", "learning_rate=0.002").json
    assert chosen["config"]["learning_rate"] == 0.002
    assert chosen["changes"] == []


def test_that_a_setting_without_effect_is_told_beside_the_run(shell: Shell) -> None:
    answer = shell.done(
        "train", "sample:circles", "--epochs", 1, "--json", "--set", "beta1=0.8", "--set", "l2=0"
    )
    assert answer.json["stop_reason"] == "epochs"
    assert answer.err == (
        "bpstudio: beta1 has no effect with the optimizer SGD: it belongs to adam, adamw.\n"
    )


def test_that_a_batch_that_does_not_suit_is_told_beside_the_run(shell: Shell) -> None:
    words = ("train", "sample:circles", "--epochs", 1, "--set", "optimizer=rprop")
    assert shell.done(*words).err == ""
    assert "RProp needs the slope over all rows" in shell.done(*words, "--set", "batch_size=4").err


def test_that_a_project_goes_on_with_its_schedule(shell: Shell) -> None:
    shell.done(
        "train", "sample:circles", "--epochs", 2, "--out", "c.bps",
        "--set", "schedule=step", "--set", "schedule_epochs=1",
    )  # fmt: skip
    first = shell.done("train", "c.bps", "--json").json
    assert first["epochs_total"] == 4
    assert first["learning_rate"] == first["config"]["learning_rate"] / 8
    assert first["changes"] == []


def test_that_a_project_gone_on_with_in_another_way_says_so_in_its_record(shell: Shell) -> None:
    shell.done("train", "sample:circles", "--epochs", 2, "--out", "c.bps")
    other = ("--set", "optimizer=adam", "--set", "clip=0.5", "--set", "seed=3")
    changes = shell.done("train", "c.bps", "--json", *other).json["changes"]
    assert changes == [
        {"epoch": 2, "setting": "optimizer", "before": "sgd", "after": "adam"},
        {"epoch": 2, "setting": "clip", "before": "none", "after": 0.5},
    ]
    assert [c["setting"] for c in shell.done("train", "c.bps", "--json").json["changes"]] == [
        "optimizer",
        "clip",
    ]


def test_that_levenberg_marquardt_says_what_it_needs(shell: Shell) -> None:
    sentence = shell.refused("train", "sample:iris", "--set", "optimizer=lm")
    assert "needs squared error, but the loss is categorical cross-entropy" in sentence
    answer = shell.done(
        "train", "sample:circles", "--set", "optimizer=lm", "--epochs", 20, "--json"
    ).json
    assert answer["learning_rate"] is None
    assert answer["train"]["loss"] < 0.01


def test_that_help_and_the_list_of_settings_name_them_all(shell: Shell) -> None:
    for words in (["--help"], ["--settings"]):
        text = shell.done("train", *words).out
        assert all(name in text for name in SETTINGS)
    assert "optimizer=sgd" in text
    assert "adam: Momentum, with slopes divided by their usual size" in text
    assert "momentum=0.9  share of the last step that is kept (for momentum, nesterov)" in text
