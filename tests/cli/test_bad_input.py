"""What is wrong with input or usage is said in one sentence, with exit code 2 and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import IRIS, Shell

TABLE = "a,b,kind\n1,2,x\n3,,y\n5,6,x\n"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("trian",), "'trian' is neither a command nor a file"),
        (("trian", "iris.csv"), "'trian' is not a command"),
        (("explain", "lesson:xor", "--row", "two"), "'two' is not a whole number"),
        (("check", "lesson:nothing"), "nothing"),
        (("nothing.csv",), "'nothing.csv' does not exist"),
        (("train",), "FILE"),
        (("train", "nothing.csv"), "'nothing.csv' does not exist"),
        (("train", "nothing.bps"), "'nothing.bps' does not exist"),
        (("train", "."), "is a folder"),
        (("train", IRIS, "--topology", "4-eight-3"), "'4-eight-3' is not a network"),
        (("train", IRIS, "--topology", "4-0-3"), "'hidden1' has size 0"),
        (("train", IRIS, "--topology", "5-8-3"), "'input' has 5 neurons, but the data need 4"),
        (("train", IRIS, "--topology", "4-8-2"), "'output' has 2 neurons, but the data need 3"),
        (("train", IRIS, "--target", "colour"), "iris.csv has no target 'colour'"),
        (("train", IRIS, "--ignore", "colour"), "iris.csv has no column 'colour'"),
        (("train", IRIS, "--task", "regression"), "holds text like 'setosa'"),
        (("train", IRIS, "--set", "rate=1"), "'rate=1' sets nothing"),
        (("train", IRIS, "--set", "learning_rate"), "'learning_rate' sets nothing"),
        (("train", IRIS, "--set", "learning_rate=-1"), "learning_rate is -1.0: use a number above 0"),
        (("train", IRIS, "--set", "batch_size=many"), "batch_size is 'many'"),
        (("train", IRIS, "--set", "loss=mse"), "loss is 'mse': choose one of squared_error"),
        (("train", IRIS, "--set", "loss=binary_cross_entropy"), "needs a sigmoid output"),
        (("train", IRIS, "--epochs", "0"), "epochs is 0"),
        (("train", IRIS, "--seed", "-1"), "seed is -1"),
        (("train", IRIS, "--validation", "1.5"), "The validation share is 1.5"),
        (("train", IRIS, "--validation", "some"), "'some' is not a number"),
        (("train", IRIS, "--validation", "0.6", "--test", "0.5"), "leave no row for training"),
        (("train", IRIS, "--scaling", "log"), "invalid choice: 'log'"),
        (("train", IRIS, "--out", "net.txt"), "ends in .bps"),
        (("train", IRIS, "--out", "no/net.bps"), "there is no folder 'no'"),
        (("train", IRIS, "--fast"), "--fast"),
        (("train", "sample:cats"), "'cats' is not known; choose one of: circles"),
        (("train", "sample:iris", "--target", "species"), "leave out --target"),
        (("train", "gap.csv"), "gap.csv, line 3, column 'b': the value is missing"),
        (("evaluate", "torn.bps"), "torn.bps"),
        (("evaluate", IRIS), "is not a project but data: train a network on it first"),
        (("check", "none.csv"), "'none.csv' does not exist"),
        (("inspect", "sample:cats"), "'cats' is not known"),
        (("predict", "torn.bps", IRIS), "torn.bps"),
        (("export", "torn.bps", "w.npz"), "torn.bps"),
        (("check", "torn.bps"), "torn.bps"),
        (("torn.bps",), "torn.bps"),
        (("screenshot",), "OUT.png"),
        (("screenshot", "a.jpg"), "end in .png"),
        (("screenshot", "no/a.png"), "there is no folder 'no'"),
        (("screenshot", "a.png", "--size", "big"), "--size is 'big'"),
        (("screenshot", "a.png", "--size", "10x10"), "use 960x620 to"),
        (("screenshot", "a.png", "--epochs", "x"), "epochs is 'x'"),
        (("screenshot", "a.bps", "b.bps", "c.png"), "one project or data file"),
        (("screenshot", "a.png", "--data", "sample:cats"), "'cats' is not known"),
        (("demo", "gap.csv"), "'gap.csv' is a file"),
    ],
)  # fmt: skip
def test_that_nonsense_is_refused(shell: Shell, words: tuple[str, ...], part: str) -> None:
    Path("gap.csv").write_text(TABLE)
    Path("torn.bps").write_bytes(b"PK\x03\x04 and then nothing")
    assert part in shell.refused(*words)
    assert {path.name for path in shell.folder.iterdir()} == {"gap.csv", "torn.bps"}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("sepal length,petal length\n1,2\n", "lacks the columns sepal_length"),
        ("1,2,3\n4,5,6\n", "has no header and 3 columns"),
        ("sepal_length,sepal_width,petal_length,petal_width\n1,2,3,x\n", "'x' is no number"),
        ("sepal_length,sepal_width,petal_length,petal_width\n1,2,,4\n", "the value is missing"),
        ("", "empty"),
    ],
)
def test_that_rows_that_do_not_fit_are_refused(
    shell: Shell, iris: Path, text: str, part: str
) -> None:
    Path("new.csv").write_text(text)
    assert part in shell.refused("predict", iris, "new.csv")
    assert part in shell.refused("evaluate", iris, "new.csv")


def test_that_evaluation_needs_the_target(shell: Shell, iris: Path) -> None:
    head = "sepal_length,sepal_width,petal_length,petal_width"
    Path("a.csv").write_text(f"{head}\n1,2,3,4\n")
    shell.done("predict", iris, "a.csv")
    assert "lacks the column 'species'" in shell.refused("evaluate", iris, "a.csv")
    Path("b.csv").write_text(f"{head},species\n1,2,3,4,rose\n")
    assert "'rose' is not a category" in shell.refused("evaluate", iris, "b.csv")


@pytest.mark.parametrize(
    "words", [("--topology", "4-2-3"), ("--target", "species"), ("--validation", "0.5")]
)
def test_that_a_project_keeps_its_data_and_network(
    shell: Shell, iris: Path, words: tuple[str, ...]
) -> None:
    before = iris.read_bytes()
    assert f"leave out {words[0]}" in shell.refused("train", iris, *words)
    assert iris.read_bytes() == before


def test_that_an_unknown_format_is_refused(shell: Shell, iris: Path) -> None:
    assert "'.xyz' names no format" in shell.refused("export", iris, "w.xyz")
    assert "invalid choice: 'xyz'" in shell.refused("export", iris, "w", "--format", "xyz")


@pytest.mark.parametrize("display", ["", ":4242"])
def test_that_without_a_display_the_app_says_what_to_do(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, display: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if display:
        monkeypatch.setenv("DISPLAY", display)
    assert "demo" in shell.refused()


def test_that_a_platform_named_by_hand_is_looked_at_too(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setenv("DISPLAY", ":4242")
    assert "demo" in shell.refused()


def test_that_a_dot_bps_of_another_kind_is_refused(shell: Shell) -> None:
    Path("a.bps").write_text("a,b\n1,2\n")
    assert "is not a bpstudio project" in shell.refused("train", "a.bps")
