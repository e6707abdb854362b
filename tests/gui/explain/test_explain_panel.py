"""Why did this weight change: from a click to the number's origin, with mouse and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.explain.keys import StepKey
from bpstudio.files.samples import starter
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.explain.typeset import Target
from bpstudio.gui.main_window import MainWindow
from bpstudio.gui.panels.explain import ExplainPanel
from tests.gui.hands import click
from tests.gui.panel_help import regression
from tests.gui.windows import closed, opened

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


def until_drawn(qtbot: QtBot, panel: ExplainPanel) -> None:
    qtbot.waitUntil(lambda: panel.page.is_complete, timeout=30_000)


def select_hidden_weight(window: MainWindow, qtbot: QtBot) -> ExplainPanel:
    window.canvas.select(Selection(connection=("input", 0, "hidden1", 0)))
    until_drawn(qtbot, window.explain_panel)
    return window.explain_panel


def target_of(panel: ExplainPanel, kind: str) -> Target:
    return next(t for t in panel.page.targets if isinstance(t.key, StepKey) and t.key.kind == kind)


def middle(target: Target) -> QPoint:
    return target.rect.center().toPoint()


def follow(panel: ExplainPanel, qtbot: QtBot, kind: str) -> None:
    QTest.mouseClick(panel.page, LEFT, pos=middle(target_of(panel, kind)))
    until_drawn(qtbot, panel)
    assert panel.step is not None and panel.step.key.kind == kind


def test_that_a_click_on_a_connection_shows_its_chain_with_the_numbers_of_the_worked_example(
    window: MainWindow, qtbot: QtBot
) -> None:
    bundle = window.canvas.drawing.bundles["hidden1", "output"].bundle
    click(window.canvas, *bundle.point(0, 0, 0.3))
    assert window.canvas.selection.connection == ("hidden1", 0, "output", 0)
    panel = window.explain_panel
    panel.digits.setValue(9)
    until_drawn(qtbot, panel)
    numbers = [block.number for block in panel.page.blocks]
    assert numbers == ["10", "7", "8", "9", "6", "10", "5"]
    assert "0.358916480" in panel.page.text


def test_that_a_hidden_weight_has_the_chain_19_16_17_15_20_and_a_bias_its_own(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = select_hidden_weight(window, qtbot)
    assert [b.number for b in panel.page.blocks] == ["20", "19", "16", "17", "15", "20", "5"]
    assert "0.1498" in panel.page.blocks[-1].plain
    window.canvas.select(Selection.of_neurons(("output", 1)))
    assert panel.page.blocks[0].number == "11"
    assert panel.title_label.text() == "Why does this bias change?"


def test_that_pointing_at_a_factor_lights_what_it_comes_from_and_leaving_puts_it_out(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = select_hidden_weight(window, qtbot)
    light = window.canvas.drawing.light
    target = target_of(panel, "weight")
    QTest.mouseMove(panel.page, middle(target))
    step = panel.derivation.step(target.key) if panel.derivation else None
    assert step is not None
    assert light.place == step.place and light.place.connections
    assert "0.4" in light.text and light.text in panel.hint.text()
    QTest.mouseMove(panel.page, QPoint(2, 2))
    assert not light.place.connections
    assert panel.hint.text() == ""


def test_that_a_click_descends_to_the_raw_number_and_alt_left_and_the_crumbs_lead_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = select_hidden_weight(window, qtbot)
    for kind in ("slope", "output", "net", "output", "net", "output", "raw"):
        follow(panel, qtbot, kind)
    assert panel.step is not None and panel.step.is_given
    assert "stands in the table" in panel.page.text
    QTest.keyClick(panel.page, KEY.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert panel.step is not None and panel.step.key.layer == "input"
    QTest.mouseClick(panel.crumbs.buttons[0], LEFT)
    assert panel.step is not None and panel.step.key.kind == "new"


def test_that_a_scaled_input_leads_to_the_raw_number_of_the_table(qtbot: QtBot) -> None:
    project = regression()
    window = opened(qtbot, project)
    try:
        window.canvas.select(Selection.of_neurons(("input", 1)))
        panel = window.explain_panel
        until_drawn(qtbot, panel)
        follow(panel, qtbot, "raw")
        assert project.dataset is not None and panel.derivation is not None
        row = panel.derivation.quantities.row_numbers[0] - 1
        assert panel.step is not None and panel.step.value == project.dataset.values[row, 1]
    finally:
        closed(window)


def test_that_tab_goes_from_factor_to_factor_and_enter_descends(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = select_hidden_weight(window, qtbot)
    page = panel.page
    page.setFocus(Qt.FocusReason.TabFocusReason)
    first = page.focused
    QTest.keyClick(page, KEY.Key_Tab)
    second = page.focused
    assert first is not None and second is not None and first != second
    assert page.accessibleDescription() == second.text
    QTest.keyClick(page, KEY.Key_Return)
    assert panel.step is not None and panel.step.key == second.key


def test_that_another_row_and_other_digits_show_other_numbers(qtbot: QtBot) -> None:
    window = opened(qtbot, starter())
    try:
        panel = window.explain_panel
        window.canvas.select(Selection(connection=("hidden1", 0, "hidden2", 1)))
        before = panel.page.text
        panel.rows.number.setValue(panel.rows.number.value() + 1)
        until_drawn(qtbot, panel)
        assert panel.page.text != before
        panel.digits.setValue(17)
        until_drawn(qtbot, panel)
        derivation = panel.derivation
        assert derivation is not None
        new = derivation.of_weight("hidden1", 0, "hidden2", 1)
        assert repr(new.value).replace("-", "\u2212") in panel.page.text
    finally:
        closed(window)


def test_that_a_batch_shows_the_share_of_each_row_and_its_mean(qtbot: QtBot) -> None:
    window = opened(qtbot, starter())
    try:
        panel = window.explain_panel
        window.canvas.select(Selection(connection=("hidden1", 0, "hidden2", 1)))
        QTest.mouseClick(panel.rows.kind.button("batch"), LEFT)
        derivation = panel.derivation
        assert derivation is not None and derivation.rows == 4
        gradient = derivation.step(StepKey("gradient", "hidden2", 1, "hidden1", 0)).value
        assert panel.shares.isVisible()
        assert panel.shares.values.mean() == pytest.approx(gradient, rel=1e-12)
        told = panel.page.text
        QTest.keyClick(panel.shares, KEY.Key_Right)
        assert panel.page.text != told
    finally:
        closed(window)


def test_that_a_formula_is_copied_as_latex_and_as_a_picture(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = select_hidden_weight(window, qtbot)
    clipboard = QGuiApplication.clipboard()
    QTest.keyClick(panel.page, KEY.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text().startswith("\\begin{align*}")
    assert r"\Delta v_{11}" in clipboard.text()
    menu = panel.page.copy_menu(0)
    next(a for a in menu.actions() if a.objectName() == "copyPictureAction").trigger()
    image = clipboard.image()
    assert image.width() > 2.5 * panel.page.width()
    colors = {image.pixelColor(x, y).name() for x in range(0, 900, 3) for y in range(0, 150, 3)}
    assert len(colors) > 5
    menu.deleteLater()


def test_that_an_edit_of_the_network_renews_the_page(window: MainWindow, qtbot: QtBot) -> None:
    panel = select_hidden_weight(window, qtbot)
    before = panel.page.text
    window.step_sample()
    qtbot.waitUntil(lambda: not window.runner.running, timeout=20_000)
    qtbot.waitUntil(lambda: panel.page.text != before, timeout=20_000)
    window.clear_network()
    assert not panel.page.isVisible()
    assert "Draw layers" in panel.words.text()


def test_that_during_a_run_the_numbers_follow_and_the_way_down_stays(qtbot: QtBot) -> None:
    project = starter()
    window = opened(qtbot, project.with_config(replace(project.config, epochs=10_000_000)))
    try:
        panel = window.explain_panel
        window.canvas.select(Selection(connection=("hidden1", 0, "hidden2", 1)))
        until_drawn(qtbot, panel)
        before = panel.page.text
        window.toggle_run()
        qtbot.waitUntil(lambda: panel.page.text != before, timeout=30_000)
        assert panel.page.blocks[0].target is not None
        window.toggle_run()
        qtbot.waitUntil(lambda: not window.runner.running, timeout=20_000)
        final = window.document.project.network.weights["hidden1", "hidden2"][1, 0]
        told = StepKey("weight", "hidden2", 1, "hidden1", 0)

        def shown() -> bool:
            derivation = panel.derivation
            return derivation is not None and derivation.step(told).value == final

        qtbot.waitUntil(shown, timeout=20_000)
    finally:
        closed(window)


def test_that_the_number_of_digits_is_remembered_for_the_next_window(
    window: MainWindow, qtbot: QtBot
) -> None:
    assert window.explain_panel.digits.value() == 4
    window.explain_panel.digits.setValue(7)
    other = opened(qtbot)
    assert other.explain_panel.digits.value() == 7
    closed(other)


def test_that_the_canvas_gets_the_focus_back_when_nothing_is_left_to_explain(
    window: MainWindow,
) -> None:
    panel = window.explain_panel
    QTest.mouseClick(panel.walk_button, LEFT)
    assert panel.page.hasFocus()
    window.clear_network()
    assert window.canvas.hasFocus()
    assert "layers" in panel.words.text() or "network" in panel.words.text()
