"""How data come in: dropped, pasted, opened, named at the start; each is one step that can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from bpstudio.files.resources import resource
from bpstudio.gui.app import create_window
from bpstudio.gui.importing.drops import given, sorted_out
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.fragment import Fragment
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.import_help import PATIENCE, drop, drop_data, hover, press_enter, screen_of
from tests.gui.windows import closed, opened

PASTED = "a\tb\tkind\n1\t2\tx\n3\t4\ty\n5\t6\tx\n7\t8\ty\n"


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = opened(qtbot)
    yield window
    closed(window)


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def text(words: str) -> QMimeData:
    data = QMimeData()
    data.setText(words)
    return data


def test_that_an_import_is_one_step_with_a_sentence_why(window: MainWindow, qtbot: QtBot) -> None:
    before = window.document.project
    drop(window, resource("samples", "iris.csv"))
    press_enter(screen_of(qtbot, window))
    project = window.document.project
    assert project.dataset is not None and project.dataset.name == "iris"
    assert project.problem() is None
    assert window.document.stack.undoText() == "Data iris.csv"
    assert "3 classes: softmax" in window.message_panel.messages[-1].line
    window.undo()
    assert window.document.project == before


def test_that_cancelling_changes_nothing(window: MainWindow, qtbot: QtBot) -> None:
    before = window.document.project
    drop(window, resource("samples", "iris.csv"))
    dialog = screen_of(qtbot, window)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.document.project is before
    assert window.importing.dialog is None


def test_that_a_table_can_be_pasted(window: MainWindow, qtbot: QtBot) -> None:
    QApplication.clipboard().setText(PASTED)
    QTest.keyClick(window.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    dialog = screen_of(qtbot, window)
    assert dialog.source is not None and dialog.source.names == ("a", "b", "kind")
    press_enter(dialog)
    dataset = window.document.project.dataset
    assert dataset is not None and dataset.class_names == ("x", "y")


def test_that_pasting_from_an_empty_clipboard_says_what_can_be_pasted(window: MainWindow) -> None:
    before = window.document.project
    QApplication.clipboard().clear()
    QTest.keyClick(window.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.document.project is before
    assert window.message_panel.messages[-1].problem


def test_that_text_can_be_dropped(window: MainWindow, qtbot: QtBot) -> None:
    drop_data(window, text(PASTED))
    assert screen_of(qtbot, window).import_button.isEnabled()


def test_that_a_hint_says_what_a_drop_would_do(window: MainWindow) -> None:
    assert hover(window, files(Path("/some/iris.csv"))).isAccepted()
    assert window.drop_hint.isVisible()
    assert "iris.csv" in window.drop_hint.words
    assert window.drop_hint.geometry() == window.rect()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.drop_hint.isVisible()


def test_that_a_word_is_no_table(window: MainWindow) -> None:
    assert not hover(window, text("hello")).isAccepted()
    assert not window.drop_hint.isVisible()


@pytest.mark.parametrize(
    ("names", "data", "test"),
    [
        (["a.train", "a.test"], "a.train", "a.test"),
        (["a.test", "a.train"], "a.train", "a.test"),
        (
            ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"],
            "t10k-images-idx3-ubyte.gz",
            None,
        ),
        (["only.test"], "only.test", None),
        (["labels.csv"], "labels.csv", None),
    ],
)
def test_that_several_files_are_sorted_out(names: list[str], data: str, test: str | None) -> None:
    found = sorted_out([Path(name) for name in names])
    assert found.data == Path(data)
    assert found.test_file == (Path(test) if test else None)


def test_that_a_project_goes_before_data() -> None:
    found = given(files(Path("/x/rows.csv"), Path("/x/net.bps")))
    assert found is not None and found.project == Path("/x/net.bps")


def test_that_a_train_and_a_test_file_come_in_together(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    train, test = tmp_path / "rows_train.csv", tmp_path / "rows_test.csv"
    rows = [f"{k},{k * k},{k % 2}" for k in range(20)]
    train.write_text("a,b,y\n" + "\n".join(rows), encoding="utf-8")
    test.write_text("a,b,y\n1,1,1\n2,4,0\n", encoding="utf-8")
    drop(window, train, test)
    dialog = screen_of(qtbot, window)
    assert dialog.split_bar.counts.text().endswith("2 test")
    press_enter(dialog)
    dataset = window.document.project.dataset
    assert dataset is not None and (dataset.split == 2).sum() == 2


def test_that_a_folder_of_images_comes_in(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for name, shade in (("dark", 20), ("light", 220)):
        (tmp_path / name).mkdir()
        for k in range(6):
            image.new("L", (8, 8), shade + k).save(tmp_path / name / f"{k}.png")
    drop(window, tmp_path)
    dialog = screen_of(qtbot, window)
    assert dialog.import_button.text() == "Import 12 rows: 64 inputs → 2 classes"


def test_that_an_unreadable_file_is_named_and_changes_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: seen.append(box.informativeText()))
    before = window.document.project
    drop(window, tmp_path / "absent.csv")
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE)
    assert "absent.csv" in seen[0]
    assert window.document.project is before
    assert window.importing.dialog is None


def test_that_closing_the_window_ends_the_reading(qtbot: QtBot, shared: Path) -> None:
    window = create_window(theme="light")
    window.show()
    window.open_path(shared / "t10k-images-idx3-ubyte.gz")
    window.close()
    assert window.importing.dialog is None
    window.deleteLater()


def test_that_an_import_during_a_run_goes_on_with_the_new_data(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.toggle_run()
    drop(window, resource("samples", "iris.csv"))
    press_enter(screen_of(qtbot, window))
    assert window.document.project.dataset is not None
    assert window.document.project.dataset.name == "iris"
    window.runner.stop()
    assert window.document.project.problem() is None


def test_that_a_piece_of_a_network_is_no_table_however_a_mail_has_broken_its_lines() -> None:
    fragment = Fragment.of(Project.create(Topology.parse("2-3-1")), ["input", "hidden1"]).text()
    assert given(text(fragment.replace(", ", ",\n"))) is None
    assert given(text(PASTED)) is not None
