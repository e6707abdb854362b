"""Lessons, the derivation to read, the worksheet, and the gradient check, opened from the menu."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from bpstudio.explain.lessons import LESSONS
from bpstudio.explain.text import DERIVATION
from bpstudio.files.samples import starter
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.dialogs.gradient_check import GradientCheckDialog
from bpstudio.gui.dialogs.help import HelpDialog
from bpstudio.gui.dialogs.worksheet import WorksheetDialog
from bpstudio.gui.explain.error_map import share
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.windows import closed, opened

LEFT = Qt.MouseButton.LeftButton
Shown = TypeVar("Shown", bound=QWidget)


def opened_by(window: MainWindow, action: str, kind: type[Shown]) -> Shown:
    window.actions_by_name[action].trigger()
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind))


def press(widget: QWidget, name: str) -> None:
    button = widget.findChild(QWidget, name)
    assert button is not None
    QTest.mouseClick(button, LEFT)


@pytest.mark.parametrize("name", LESSONS)
def test_that_a_lesson_opens_its_project_with_its_text_beside(
    window: MainWindow, name: str
) -> None:
    assert window.explain.open_lesson(name)
    lesson = LESSONS[name]
    assert window.document.project.topology == lesson.project().topology
    reading = window.explain.reading
    assert reading.isVisible() and reading.title_label.text() == lesson.title
    assert window.explain_panel.rows.first_row() == lesson.row
    press(window, "closeReadingButton")
    assert not reading.isVisible()


def test_that_the_derivation_is_all_there_and_lights_the_parts_it_speaks_of(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.actions_by_name["explain.read_derivation"].trigger()
    page = window.explain.reading.page
    numbers = [line.number for block in page.blocks for line in block.lines if line.number]
    assert set(map(str, range(1, 27))) <= set(numbers)
    qtbot.waitUntil(lambda: page.is_complete, timeout=60_000)
    light = window.canvas.drawing.light
    target = next(t for t in page.targets if t.key == DERIVATION.formula("3"))
    QTest.mouseMove(page, target.rect.center().toPoint())
    assert light.place.links == (("hidden1", "output"),)
    QTest.mouseMove(page, QPoint(1, 1))
    assert not light.place.links
    QTest.mouseClick(page, LEFT, pos=target.rect.center().toPoint())
    QTest.mouseMove(page, QPoint(1, 1))
    assert light.place.links, "a clicked formula stays lit"


def test_that_in_a_narrow_window_the_text_takes_the_place_of_what_is_watched(
    window: MainWindow,
) -> None:
    window.resize(1280, 800)
    width = window.settings_bar.width()
    window.explain.read_derivation()
    QApplication.processEvents()
    assert window.explain.reading.isVisible() and not window.docks.watch_panel.isVisible()
    assert window.width() == 1280 and window.settings_bar.width() == width
    assert window.canvas.navigation.fitted
    press(window, "closeReadingButton")
    QApplication.processEvents()
    assert window.docks.watch_panel.isVisible()
    assert window.settings_bar.width() == width
    window.resize(1700, 900)
    window.explain.read_derivation()
    assert window.docks.watch_panel.isVisible()


def test_that_the_help_is_a_page_that_fits_the_screen_and_scrolls(window: MainWindow) -> None:
    dialog = opened_by(window, "show_help", HelpDialog)
    assert dialog.height() < dialog.screen().availableSize().height()
    dialog.resize(400, 300)
    QApplication.processEvents()
    assert dialog.area.verticalScrollBar().maximum() > 0
    assert "Space plays" in dialog.text.text()
    dialog.close()


def test_that_answers_are_marked_and_hints_give_the_formula_and_then_its_numbers(
    window: MainWindow,
) -> None:
    dialog = opened_by(window, "explain.open_worksheet", WorksheetDialog)
    rows = dialog.view.rows
    QTest.keyClicks(rows[0].field, "0,0275")
    QTest.keyClick(rows[0].field, Qt.Key.Key_Return)
    assert rows[0].mark_label.text() == "✓" and "counts" in rows[0].words.text()
    QTest.keyClicks(rows[1].field, "-0.0425")
    QTest.keyClick(rows[1].field, Qt.Key.Key_Return)
    assert rows[1].mark_label.text() == "✗" and "sign" in rows[1].words.text()
    assert dialog.score_label.text() == f"1 of {len(rows)} right"
    QTest.mouseClick(rows[1].hint_button, LEFT)
    assert "v_{12}" in rows[1].hint_labels[0].latex
    QTest.mouseClick(rows[1].hint_button, LEFT)
    assert "0.25" in rows[1].hint_labels[1].latex
    assert not rows[1].hint_button.isEnabled()
    assert dialog.isVisible(), "Enter marks and closes nothing"
    dialog.close()


def test_that_a_wide_network_is_asked_by_the_chain_of_the_selected_weight(qtbot: QtBot) -> None:
    window = opened(qtbot, Project.create(Topology.parse("2-9-6-1"), starter().dataset))
    window.canvas.select(Selection(connection=("input", 0, "hidden1", 0)))
    dialog = opened_by(window, "explain.open_worksheet", WorksheetDialog)
    assert dialog.kind.value == "one" and 4 < len(dialog.view.rows) < 10
    QTest.mouseClick(dialog.kind.button("row"), LEFT)
    assert len(dialog.view.rows) > 60
    dialog.close()
    closed(window)


def test_that_typed_weights_become_the_networks_and_nonsense_is_named(window: MainWindow) -> None:
    dialog = opened_by(window, "explain.open_worksheet", WorksheetDialog)
    before = window.document.project
    QTest.mouseClick(dialog.weights_button, LEFT)
    dialog.weights_edit.setPlainText("v_11 = much")
    press(dialog, "worksheetUseWeights")
    assert window.document.project is before and "much" in dialog.message_label.text()
    dialog.weights_edit.setPlainText("v_11 = 1; w_22 = -2")
    press(dialog, "worksheetUseWeights")
    after = window.document.project.network
    assert after.weights["input", "hidden1"][0, 0] == 1
    assert after.weights["hidden1", "output"][1, 1] == -2
    assert dialog.view.rows[0].blank.value == pytest.approx(1 * 0.05 + 0.20 * 0.10)
    window.undo()
    assert window.document.project == before
    dialog.close()


def test_that_exercise_and_solution_are_written_as_html_and_pdf(
    window: MainWindow, tmp_path: Path
) -> None:
    dialog = opened_by(window, "explain.open_worksheet", WorksheetDialog)
    for kind in ("exercise", "solution"):
        assert dialog.export_to(kind, tmp_path / f"{kind}.html")
    assert dialog.export_to("exercise", tmp_path / "exercise.pdf")
    assert (tmp_path / "exercise.pdf").read_bytes().startswith(b"%PDF")
    assert 'aria-label="b_1 = 0.593' not in (tmp_path / "exercise.html").read_text()
    assert 'aria-label="b_1 = 0.593' in (tmp_path / "solution.html").read_text()
    assert not dialog.export_to("solution", tmp_path / "no" / "such" / "folder.pdf")
    assert "does not exist" in dialog.message_label.text()
    dialog.close()


def test_that_the_gradient_check_has_a_picture_of_every_link_and_a_verdict_in_words(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.canvas.select(Selection(connection=("hidden1", 0, "output", 1)))
    dialog = opened_by(window, "explain.check_gradient", GradientCheckDialog)
    qtbot.waitUntil(lambda: "holds" in dialog.verdict_label.text(), timeout=30_000)
    assert "12 of 12 parameters" in dialog.verdict_label.text()
    assert "by back-propagation" in dialog.page.text
    assert "input" in dialog.map.words_at(dialog.map.rect().topLeft() + QPoint(3, 3))
    image = dialog.map.grab().toImage()
    assert len({image.pixel(x, 10) for x in range(0, image.width(), 2)}) > 2
    dialog.close()


def test_that_colours_of_errors_go_from_rounding_to_the_tolerance() -> None:
    shares = share(np.array([0.0, 1e-12, 1e-9, 1e-6, 1.0]), 1e-6)
    assert np.allclose(shares, [0, 0, 0.5, 1, 1])


@pytest.mark.parametrize("action", ["explain.open_worksheet", "explain.check_gradient"])
def test_that_the_theme_changes_after_a_dialog_has_gone(window: MainWindow, action: str) -> None:
    dialog = opened_by(window, action, QDialog)
    dialog.reject()
    QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
    assert not isValid(dialog)
    before = window.themes.theme
    window.toggle_theme()
    window.toggle_theme()
    assert window.themes.theme is before
