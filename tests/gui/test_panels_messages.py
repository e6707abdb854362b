"""The message panel and the small parts that all panels share."""

from __future__ import annotations

import math

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.gui.panels.messages import MessagePanel
from bpstudio.gui.segmented import Segmented
from bpstudio.gui.theme import DARK, LIGHT, ThemeHolder
from bpstudio.gui.widgets import IconButton, Stat, number_text, percent_text
from tests.gui.panel_help import pixel


@pytest.fixture
def panel(qtbot: QtBot) -> MessagePanel:
    panel = MessagePanel(ThemeHolder())
    qtbot.addWidget(panel)
    panel.resize(320, 120)
    panel.show()
    return panel


def test_that_the_newest_message_comes_first(panel: MessagePanel) -> None:
    panel.add("Saved.", False)
    panel.add("The file is missing.", True)
    assert [message.text for message in panel.messages] == ["The file is missing.", "Saved."]
    assert panel.list.item(0).text().endswith("The file is missing.")


def test_that_a_problem_is_marked_by_more_than_its_colour(panel: MessagePanel) -> None:
    panel.add("Saved.", False)
    panel.add("The file is missing.", True)
    icons = [panel.list.item(row).icon().pixmap(14).toImage() for row in (0, 1)]
    assert icons[0] != icons[1]
    assert "Problem" in panel.messages[0].line


def test_that_messages_can_be_copied_and_cleared(panel: MessagePanel) -> None:
    panel.add("one", False)
    panel.add("two", True)
    panel.copy_button.click()
    lines = QApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("one")
    panel.clear_button.click()
    assert panel.messages == ()
    assert panel.quiet_label.isVisible()
    assert not panel.clear_button.isEnabled()


def test_that_only_so_many_messages_are_kept(panel: MessagePanel) -> None:
    for k in range(250):
        panel.add(str(k), False)
    assert len(panel.messages) == panel.list.count() == 200
    assert panel.messages[0].text == "249"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00034, "0.00034"),
        (0.01918, "0.01918"),
        (0.0, "0.00000"),
        (12.3456, "12.3456"),
        (1284, "1,284"),
        (61342.25, "61,342.2"),
        (-7, "−7"),
        (3.4e-7, "3.4e−07"),
        (math.nan, "–"),
        (math.inf, "∞"),
    ],
)
def test_that_numbers_are_read_easily(value: float, text: str) -> None:
    assert number_text(value) == text


def test_that_a_falling_loss_keeps_its_width() -> None:
    widths = {len(number_text(10.0**-k)) for k in range(1, 12)}
    assert widths == {7}


def test_that_shares_are_percent() -> None:
    assert percent_text(0.9904) == "99.0\u2009%"
    assert percent_text(math.nan) == "–"


def test_that_a_button_can_change_its_meaning(qtbot: QtBot) -> None:
    button = IconButton("play", "Play", ThemeHolder(), "Space", "primary")
    qtbot.addWidget(button)
    assert (button.accessibleName(), button.toolTip()) == ("Play", "Play (Space)")
    button.set_icon("pause", "Pause", "Space")
    assert (button.accessibleName(), button.toolTip()) == ("Pause", "Pause (Space)")


def test_that_the_primary_button_has_the_accent_of_the_theme(
    qtbot: QtBot, qapp: QApplication
) -> None:
    themes = ThemeHolder()
    button = IconButton("play", "Play", themes, kind="primary")
    qtbot.addWidget(button)
    edge = button.rect().center().toPointF() * 0.4
    assert pixel(button, edge) == LIGHT.color("accent")
    themes.set(qapp, DARK)
    assert pixel(button, edge) == DARK.color("accent")


def test_that_a_figure_is_named_for_assistive_tools(qtbot: QtBot) -> None:
    stat = Stat("train loss", ThemeHolder(), "positive")
    qtbot.addWidget(stat)
    stat.set_value("0.5")
    assert stat.value_label.text() == "0.5"
    assert stat.value_label.accessibleName() == "train loss"


def test_that_a_choice_tells_only_what_people_chose(qtbot: QtBot) -> None:
    choice = Segmented("Scale", {"log": "log", "linear": "linear"}, ThemeHolder())
    qtbot.addWidget(choice)
    with qtbot.assertNotEmitted(choice.chosen):
        choice.set_value("linear")
    with qtbot.waitSignal(choice.chosen) as told:
        choice.button("log").click()
    assert told.args == ["log"]


def test_that_a_choice_stays_when_it_is_still_offered(qtbot: QtBot) -> None:
    choice = Segmented("View", {"a": "a", "b": "b"}, ThemeHolder())
    qtbot.addWidget(choice)
    choice.set_value("b")
    choice.set_options({"b": "b", "c": "c"})
    assert choice.value == "b"
    choice.set_options({"c": "c"})
    assert choice.value == "c"
