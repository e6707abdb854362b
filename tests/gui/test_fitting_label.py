"""A line of text that gives way to its neighbours instead of being cut."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from bpstudio.gui.fitting_label import FittingLabel
from bpstudio.gui.panels.tile import fitting

TEXT = "28 weights · 37 parameters"


def test_that_the_last_part_is_left_out_first(qtbot: QtBot) -> None:
    label = FittingLabel(TEXT)
    qtbot.addWidget(label)
    label.show()
    whole = label.fontMetrics().horizontalAdvance(TEXT)
    label.resize(whole + 2, 20)
    assert (label.shown_text, label.toolTip()) == (TEXT, "")
    label.resize(whole - 4, 20)
    assert (label.shown_text, label.toolTip()) == ("28 weights", TEXT)
    label.resize(label.fontMetrics().horizontalAdvance("28 weig"), 20)
    assert label.shown_text.endswith("…") and label.text() == TEXT
    label.resize(label.fontMetrics().horizontalAdvance("…") + 1, 20)
    assert label.shown_text == ""


def test_that_a_long_name_is_written_smaller_before_it_is_cut(qtbot: QtBot) -> None:
    text, font = fitting("Watermelon 3.0", 10_000)
    assert text == "Watermelon 3.0"
    room = QFontMetrics(font).horizontalAdvance("Watermelon") - 3
    text, smaller = fitting("Watermelon 3.0", room)
    assert text == "Watermelon" and smaller.pixelSize() < font.pixelSize()
    text, _ = fitting("measurements_2021_b.csv", room)
    assert text.endswith("csv") and "…" in text
