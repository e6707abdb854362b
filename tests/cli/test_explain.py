"""``bpstudio explain``."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpstudio.explain.derivation import Derivation
from bpstudio.files.project_file import load
from tests.cli.command import Shell
from tests.explain.latex import check_document


def test_explaining_a_connection(shell: Shell, iris: Path) -> None:
    words = ("explain", iris, "--row", 7, "--connection", "input:3", "hidden1:2")
    text = shell.done(*words).out
    d = Derivation.of_project(load(iris), [6])
    new = d.of_weight("input", 2, "hidden1", 1)
    assert "(20)" in text and "Column petal_length, row 7" in text
    assert new.plain_value().replace("-", "−") in text
    assert new.plain_value(12).replace("-", "−") in shell.done(*words, "--digits", 12).out
    report = shell.done(*words, "--format", "json").json
    assert report["sections"][0]["steps"][-1]["value"] == new.value
    assert (report["row"], report["learning_rate"]) == (7, load(iris).config.learning_rate)
    check_document(shell.done(*words, "--format", "latex").out)


def test_neurons_by_the_names_of_columns_and_layers(shell: Shell, iris: Path) -> None:
    by_number = shell.done("explain", iris, "--row", 1, "--connection", "input:3", "hidden1:2")
    by_name = shell.done(
        "explain", iris, "--row", 1, "--connection", "input:petal_length", "Hidden 1:2"
    )
    assert by_number.out == by_name.out
    assert "setosa" in shell.done("explain", iris, "--row", 1, "--bias", "output:setosa").out


def test_explaining_a_whole_row_and_a_batch(shell: Shell, iris: Path) -> None:
    text = shell.done("explain", iris, "--row", 3).out
    assert "How row 3 changes the network" in text and "The error" in text
    batch = shell.done(
        "explain", iris, "--row", 1, "--row", 60, "--bias", "hidden1:1", "--format", "json"
    ).json
    kinds = [step["kind"] for step in batch["sections"][0]["steps"]]
    assert batch["rows"] == [1, 60] and "gradient" in kinds


def test_that_a_lesson_is_explained_and_printed_as_a_worksheet(shell: Shell) -> None:
    lesson = ("explain", "lesson:worked-example", "--row", 1)
    assert "0.358916480" in shell.done(*lesson, "--digits", 9).out
    said = shell.done(*lesson, "--worksheet", "sheet.html", "--solution", "solution.html").out
    assert said == (
        "An exercise with 25 blanks is in sheet.html.\nIts solution is in solution.html.\n"
    )
    assert (shell.folder / "sheet.html").read_text("utf-8").count('class="blank"') == 25
    assert "0.3589" in (shell.folder / "solution.html").read_text("utf-8")
    one = shell.done(*lesson, "--worksheet", "one.html", "--bias", "output:1").out
    assert one == "An exercise with 5 blanks is in one.html.\n"
    assert shell.done("train", "lesson:xor", "--epochs", 5, "--out", "x.bps").code == 0


def test_what_is_refused_for_worksheets(shell: Shell, iris: Path) -> None:
    lesson = ("explain", "lesson:xor", "--row", 1, "--worksheet")
    assert "no folder" in shell.refused(*lesson, "nowhere/sheet.html")
    assert "choose one of" in shell.refused("explain", "lesson:nothing", "--row", 1)
    assert not list(shell.folder.iterdir())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--row", 0], "counted from 1"),
        (["--row", 1000], "no row 1000: the data have 150 rows"),
        (["--row", 1, "--connection", "input:1", "output:1"], "no link from 'input' to 'output'"),
        (["--row", 1, "--connection", "input:9", "hidden1:1"], "no neuron 9"),
        (["--row", 1, "--connection", "input:nose", "hidden1:1"], "no neuron called 'nose'"),
        (["--row", 1, "--bias", "attic:1"], "no layer 'attic'"),
        (["--row", 1, "--bias", "hidden1"], "write layer:number"),
        (["--row", 1, "--bias", "input:1"], "input"),
        (["--row", 1, "--digits", 99], "from 1 to 17"),
        ([], "--row"),
    ],
)
def test_what_is_refused_and_why(
    shell: Shell, iris: Path, words: list[object], sentence: str
) -> None:
    assert sentence in shell.refused("explain", iris, *words)


def test_checking_one_parameter(shell: Shell, iris: Path) -> None:
    words = ("check", iris, "--connection", "input:2", "hidden1:4")
    text = shell.done(*words).out
    assert "∂E/∂w ≈ (E(w + h) − E(w − h))/(2 h)" in text and "The gradient holds" in text
    report = shell.done(*words, "--json").json
    assert report["holds"] and not report["at_a_kink"]
    assert report["central_difference"] == pytest.approx(report["back_propagation"], rel=1e-4)
    assert shell.done("check", iris, "--bias", "output:virginica", "--json").json["holds"]
    assert "no link" in shell.refused("check", iris, "--connection", "input:1", "output:1")
