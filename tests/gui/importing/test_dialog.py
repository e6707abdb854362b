"""The import screen: what it shows, what can be overruled, and that nothing changes by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.files.resources import resource
from bpstudio.files.samples import starter
from bpstudio.gui.importing.dialog import ImportDialog
from bpstudio.gui.theme import LIGHT
from bpstudio.model.project import Project
from tests.gui.import_help import PATIENCE, drop, press_enter, ready

TABLE = "name;length;width;kind\n" + "".join(
    f"n{k};{k},5;{k % 7};{'abc'[k % 3]}\n" for k in range(30)
)
NUMBERS = "a,b,y\n" + "".join(f"{k},{k * k},{3 * k - 10}\n" for k in range(40))
GAPS = "a,b,kind\n1,2,x\n,3,y\n4,?,x\n5,6,y\n" + "".join(f"{k},1,x\n" for k in range(16))


class Screens:
    """Opens import screens and closes them in the end."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self._open: list[ImportDialog] = []

    def __call__(
        self, what: Path | str, project: Project | None = None, keep: bool = False
    ) -> ImportDialog:
        dialog = ImportDialog(what, project or starter(), LIGHT, keep)
        self._open.append(dialog)
        dialog.show()
        ready(self._qtbot, dialog)
        return dialog

    def close(self) -> None:
        for dialog in self._open:
            dialog.reject()
            dialog.deleteLater()
        QApplication.processEvents()


@pytest.fixture
def screen(qtbot: QtBot) -> Iterator[Screens]:
    screens = Screens(qtbot)
    yield screens
    screens.close()


def choose(box: object, value: object) -> None:
    """Take an entry of a menu by the keyboard, as people do."""
    from PySide6.QtWidgets import QComboBox

    assert isinstance(box, QComboBox)
    place = next(k for k in range(box.count()) if box.itemData(k) == value)
    box.setFocus()
    key = Qt.Key.Key_Down if place > box.currentIndex() else Qt.Key.Key_Up
    for _ in range(abs(place - box.currentIndex())):
        QTest.keyClick(box, key)
    assert box.currentData() == value


def tried_again(qtbot: QtBot, dialog: ImportDialog) -> None:
    assert dialog.trial is None or dialog.failed
    ready(qtbot, dialog)


def test_that_what_was_detected_is_shown(screen: Screens) -> None:
    dialog = screen(TABLE)
    shown = {name: box.currentText() for name, box in dialog.format_bar.boxes.items()}
    assert shown["delimiter"] == "semicolon (detected)"
    assert shown["decimal"] == "comma (detected)"
    assert shown["header"] == "first row is names (detected)"
    assert dialog.size_label.text() == "30 rows × 4 columns"
    model = dialog.table.rows
    assert (model.rowCount(), model.columnCount()) == (30, 4)
    assert model.text(2, 1) == "2,5"


def test_that_one_enter_accepts_the_proposal(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(TABLE)
    assert dialog.import_button.text() == "Import 30 rows: 2 inputs → 3 classes"
    with qtbot.waitSignal(dialog.accepted):
        press_enter(dialog)
    assert dialog.trial is not None and dialog.trial.adoption is not None
    project = dialog.trial.adoption.project
    assert project.problem() is None
    assert project.dataset is not None and project.dataset.class_names == ("a", "b", "c")


def test_that_an_enter_before_it_is_ready_is_kept(qtbot: QtBot) -> None:
    dialog = ImportDialog(TABLE, starter(), LIGHT, False)
    dialog.show()
    with qtbot.waitSignal(dialog.accepted, timeout=PATIENCE):
        press_enter(dialog)
    assert dialog.trial is not None and dialog.trial.possible
    dialog.deleteLater()


def test_that_escape_leaves_no_thread_behind(qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    dialog = ImportDialog(TABLE * 2000, starter(), LIGHT, False)
    dialog.show()
    with qtbot.waitSignal(dialog.rejected):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert set(threading.enumerate()) <= before
    dialog.deleteLater()


def test_that_the_separator_can_be_overruled_and_given_back(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(TABLE)
    choose(dialog.format_bar.boxes["delimiter"], "|")
    tried_again(qtbot, dialog)
    assert dialog.failed or (dialog.source is not None and len(dialog.source.columns) == 1)
    choose(dialog.format_bar.boxes["delimiter"], None)
    tried_again(qtbot, dialog)
    assert not dialog.failed
    assert dialog.source is not None and len(dialog.source.columns) == 4


def test_that_a_header_can_be_denied(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(NUMBERS)
    choose(dialog.format_bar.boxes["header"], False)
    tried_again(qtbot, dialog)
    assert dialog.source is not None and dialog.source.rows == 41


def test_that_the_encoding_can_be_overruled(screen: Screens, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_bytes("größe,y\n1,ä\n2,ö\n3,ä\n".encode("latin-1"))
    dialog = screen(path)
    assert dialog.source is not None and dialog.source.names[0] == "größe"
    choose(dialog.format_bar.boxes["encoding"], "gb18030")
    tried_again(qtbot, dialog)
    assert dialog.failed or dialog.source.names[0] != "größe"


def test_that_keys_in_the_table_give_columns_their_roles(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(NUMBERS)
    dialog.table.setFocus()
    dialog.table.select(1)
    QTest.keyClick(dialog.table, Qt.Key.Key_T)
    tried_again(qtbot, dialog)
    assert dialog.plan is not None
    assert [c.role for c in dialog.plan.columns] == ["input", "target", "input"]
    dialog.table.select(2)
    QTest.keyClick(dialog.table, Qt.Key.Key_X)
    tried_again(qtbot, dialog)
    assert dialog.import_button.text() == "Import 40 rows: 1 input → 1 number"


def test_that_several_columns_are_changed_at_once(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(NUMBERS)
    dialog.table.select(0)
    header = dialog.table.columns_header
    place = header.viewport().rect().topLeft()
    place.setX(header.sectionViewportPosition(1) + 20)
    place.setY(8)
    QTest.mouseClick(
        header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, place
    )
    assert dialog.table.chosen == ["a", "b"]
    choose(dialog.card.treatment, "minmax")
    tried_again(qtbot, dialog)
    assert dialog.plan is not None
    assert [c.treatment for c in dialog.plan.columns] == ["minmax", "minmax", "standardise"]
    assert dialog.card.low.isVisible()


def test_that_a_range_can_be_typed(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(NUMBERS)
    dialog.table.select(0)
    choose(dialog.card.treatment, "minmax")
    tried_again(qtbot, dialog)
    edit = dialog.card.low
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "-1")
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    tried_again(qtbot, dialog)
    assert dialog.trial is not None and dialog.trial.adoption is not None
    dataset = dialog.trial.adoption.project.dataset
    assert dataset is not None
    train = dataset.inputs[dataset.split == 0, 0]
    assert (train.min(), train.max()) == (pytest.approx(-1), pytest.approx(1))


def test_that_the_order_of_ranks_can_be_typed(screen: Screens, qtbot: QtBot) -> None:
    rows = "".join(f"{('low', 'mid', 'high')[k % 3]},{k},{k % 2}\n" for k in range(30))
    dialog = screen("size,b,y\n" + rows)
    dialog.table.select(0)
    choose(dialog.card.treatment, "ordinal")
    tried_again(qtbot, dialog)
    edit = dialog.card.order
    assert edit.isVisible() and edit.text() == "high, low, mid"
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "low, mid, huge")
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.text() == "high, low, mid", "an order that names other categories is not taken"
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "low, mid, high")
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    tried_again(qtbot, dialog)
    assert dialog.trial is not None and dialog.trial.adoption is not None
    dataset = dialog.trial.adoption.project.dataset
    assert dataset is not None
    assert dataset.preparation.inputs[0].categories == ("low", "mid", "high")


def test_that_another_sheet_of_a_workbook_can_be_chosen(
    screen: Screens, qtbot: QtBot, tmp_path: Path
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for sheet, name in ((book.active, "a"), (book.create_sheet("second"), "c")):
        sheet.append([name, "y"])
        for k in range(12):
            sheet.append([k, k % 2])
    book.save(tmp_path / "book.xlsx")
    dialog = screen(tmp_path / "book.xlsx")
    assert dialog.source is not None and dialog.source.names == ("a", "y")
    choose(dialog.format_bar.boxes["sheet"], "second")
    tried_again(qtbot, dialog)
    assert dialog.source.names == ("c", "y")


def test_that_a_number_can_be_read_as_text(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(TABLE)
    dialog.table.select(2)
    assert dialog.card.type.currentText() == "number (detected)"
    choose(dialog.card.type, "text")
    tried_again(qtbot, dialog)
    assert dialog.source is not None and not dialog.source.column("width").is_numeric
    assert dialog.import_button.text() == "Import 30 rows: 8 inputs → 3 classes"


def test_that_what_was_changed_outlives_another_reading(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(NUMBERS)
    dialog.table.select(0)
    QTest.keyClick(dialog.table, Qt.Key.Key_X)
    tried_again(qtbot, dialog)
    dialog.table.select(1)
    choose(dialog.card.type, "text")
    tried_again(qtbot, dialog)
    assert dialog.plan is not None and dialog.plan.column("a").role == "ignore"


def test_that_missing_values_are_marked_and_can_be_filled_in(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(GAPS)
    assert dialog.table.rows.text(1, 0) == ""
    dialog.table.select(0)
    assert dialog.card.missing.isVisible()
    assert "missing 1" in dialog.card.facts.text()
    choose(dialog.card.missing, "drop")
    tried_again(qtbot, dialog)
    dialog.table.select(1)
    choose(dialog.card.missing, "mean")
    tried_again(qtbot, dialog)
    assert dialog.trial is not None and dialog.trial.outcome is not None
    assert dialog.trial.outcome.dropped == 1
    assert dialog.plan is not None and dialog.plan.column("b").missing == "mean"


def test_that_a_problem_leads_to_its_place(screen: Screens, qtbot: QtBot) -> None:
    rows = [f"{k},{k},{k % 2}" for k in range(400)]
    rows[333] = "333,what?,1"
    dialog = screen("a,b,y\n" + "\n".join(rows) + "\n")
    row = dialog.problems.rows[0]
    assert "line 335" in row.label.text() and "'b'" in row.label.text()
    assert not dialog.import_button.isEnabled()
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    index = dialog.table.currentIndex()
    assert (index.row(), index.column()) == (333, 1)
    assert dialog.table.viewport().rect().intersects(dialog.table.visualRect(index))


def test_that_a_remedy_is_one_click(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(NUMBERS.replace("\n5,25,5\n", "\n5,abc,5\n"))
    row = dialog.problems.rows[0]
    button = next(b for b in row.remedy_buttons if "Ignore" in b.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    tried_again(qtbot, dialog)
    assert dialog.import_button.isEnabled()
    assert dialog.plan is not None and dialog.plan.column("b").role == "ignore"


def test_that_targets_an_output_cannot_give_are_found_and_mended(
    screen: Screens, qtbot: QtBot
) -> None:
    dialog = screen(NUMBERS)
    choose(dialog.network_bar.activation, "tanh")
    tried_again(qtbot, dialog)
    row = dialog.problems.rows[0]
    assert "tanh" in row.label.text()
    button = next(b for b in row.remedy_buttons if "Scale" in b.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    tried_again(qtbot, dialog)
    assert not dialog.problems.rows
    assert dialog.trial is not None and dialog.trial.adoption is not None
    project = dialog.trial.adoption.project
    assert project.topology.output.activation == "tanh"
    assert project.dataset is not None
    assert 0.5 < np.abs(project.dataset.targets[project.dataset.split == 0]).max() <= 1


def test_that_an_output_that_reaches_everything_is_the_other_remedy(
    screen: Screens, qtbot: QtBot
) -> None:
    dialog = screen(NUMBERS)
    choose(dialog.network_bar.activation, "tanh")
    tried_again(qtbot, dialog)
    button = next(b for b in dialog.problems.rows[0].remedy_buttons if "linear" in b.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    tried_again(qtbot, dialog)
    assert not dialog.problems.rows
    assert dialog.network_bar.activation.currentData() == "linear"


def test_that_the_split_is_shown_as_counts(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(NUMBERS)
    assert dialog.split_bar.counts.text() == "32 train · 8 validate"
    dialog.split_bar.test.setFocus()
    dialog.split_bar.test.setValue(25)
    tried_again(qtbot, dialog)
    assert dialog.split_bar.counts.text() == "22 train · 8 validate · 10 test"
    choose(dialog.split_bar.kind, "ordered")
    tried_again(qtbot, dialog)
    assert dialog.trial is not None and dialog.trial.adoption is not None
    dataset = dialog.trial.adoption.project.dataset
    assert dataset is not None and dataset.split.tolist() == [0] * 22 + [1] * 8 + [2] * 10


def test_that_a_separate_test_file_tests(screen: Screens, qtbot: QtBot, tmp_path: Path) -> None:
    other = tmp_path / "more.csv"
    other.write_text("a,b,y\n1,2,3\n4,5,6\n", encoding="utf-8")
    dialog = screen(NUMBERS)
    drop(dialog, other)
    tried_again(qtbot, dialog)
    assert dialog.split_bar.file_button.text() == "more.csv"
    assert dialog.split_bar.counts.text() == "32 train · 8 validate · 2 test"


def test_that_the_classes_and_their_balance_are_shown(screen: Screens) -> None:
    dialog = screen(resource("samples", "iris.csv"))
    assert dialog.balance.isVisible()
    assert "setosa: 40 train, 10 validate, 0 test" in dialog.balance.toolTip()
    assert dialog.network_bar.shape.text().startswith("4-")
    assert "softmax" in dialog.network_bar.reason.text()


def test_that_a_network_of_ones_own_keeps_its_hidden_layers(screen: Screens, qtbot: QtBot) -> None:
    dialog = screen(resource("samples", "iris.csv"), keep=True)
    assert dialog.network_bar.shape.text() == "4-5-3-3"
    choose(dialog.network_bar.keep, False)
    tried_again(qtbot, dialog)
    assert dialog.network_bar.shape.text() == "4-7-3"


def test_that_what_is_no_table_says_so_in_the_tables_place(screen: Screens) -> None:
    dialog = screen("a,b,c\n1,2,3\n4,5\n")
    assert dialog.failed
    assert "line 3" in dialog.failure.label.text()
    shown = [label.text() for label in dialog.failure.line_labels]
    assert shown == ["a,b,c", "1,2,3", "4,5"]
    assert [label.property("marked") for label in dialog.failure.line_labels] == [
        False,
        False,
        True,
    ]
    assert not dialog.import_button.isEnabled()
    press_enter(dialog)
    assert dialog.isVisible()


def test_that_every_control_has_a_name_and_a_tooltip(screen: Screens) -> None:
    dialog = screen(NUMBERS)
    split, network = dialog.split_bar, dialog.network_bar
    for control in (
        *dialog.format_bar.boxes.values(), dialog.card.order, dialog.card.role, dialog.card.type,
        dialog.card.treatment, dialog.card.missing, split.kind, split.validation, split.test,
        split.seed, split.file_button, network.keep, network.activation, network.loss,
        dialog.cancel_button, dialog.import_button,
    ):  # fmt: skip
        assert control.objectName(), control
        assert control.accessibleName() or control.text(), control
        assert control.toolTip(), control


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("watermelon3.csv", "Import 17 rows: 19 inputs → 2 classes"),
        ("diabetes.train", "Import 768 rows: 8 inputs → 2 classes"),
        ("building.train", "Import 4,208 rows: 14 inputs → 3 numbers"),
        ("two-spiral.train", "Import 386 rows: 2 inputs → 2 classes"),
    ],
)
def test_that_real_files_need_one_enter(
    screen: Screens, qtbot: QtBot, shared: Path, file: str, words: str
) -> None:
    dialog = screen(shared / file)
    assert dialog.import_button.text() == words
    with qtbot.waitSignal(dialog.accepted):
        press_enter(dialog)


def test_that_images_are_read_with_their_labels(
    screen: Screens, qtbot: QtBot, shared: Path
) -> None:
    dialog = screen(shared / "t10k-images-idx3-ubyte.gz")
    assert dialog.import_button.text().endswith("784 inputs → 10 classes")
    assert "labels" in dialog.format_bar.note.text()


def test_that_odd_cells_become_missing_by_one_click(screen: Screens, qtbot: QtBot) -> None:
    odd = "a,y\n" + "".join(f"{'unknown' if k % 16 == 3 else k},{k % 2}\n" for k in range(60))
    dialog = screen(odd)
    assert not dialog.import_button.isEnabled()
    button = dialog.problems.rows[0].remedy_buttons[0]
    assert button.text() == "Treat 'unknown' as missing"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    tried_again(qtbot, dialog)
    assert dialog.import_button.isEnabled()
    assert "4 cells with unknown count as missing" in dialog.format_bar.note.text()
    dialog.table.select(0)
    assert dialog.card.gaps.text() == "unknown"


def test_that_a_number_is_said_to_mean_missing_in_the_column_card(
    screen: Screens, qtbot: QtBot
) -> None:
    dialog = screen("a,y\n" + "".join(f"{-999 if k == 4 else k},{k % 2}\n" for k in range(40)))
    dialog.table.select(0)
    dialog.card.gaps.setFocus()
    qtbot.keyClicks(dialog.card.gaps, "-999")
    qtbot.keyClick(dialog.card.gaps, Qt.Key.Key_Tab)
    tried_again(qtbot, dialog)
    assert dialog.source is not None
    assert dialog.source.column("a").missing.tolist() == [4]
    assert dialog.plan is not None and dialog.plan.column("a").missing == "drop"


def test_that_numbers_show_why_they_have_no_category_for_what_is_missing(screen: Screens) -> None:
    dialog = screen(GAPS)
    dialog.table.select(0)
    box = dialog.card.missing
    last = box.model().index(box.count() - 1, 0)
    assert box.itemText(box.count() - 1) == "a category of its own: not for numbers"
    assert not last.flags() & Qt.ItemFlag.ItemIsEnabled
    choose(dialog.card.treatment, "one_hot")
    assert box.findData("category") >= 0
