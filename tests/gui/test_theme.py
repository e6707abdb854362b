"""Colours that can be read: contrast by WCAG 2.1, 1.4.3 and 1.4.11."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from bpstudio.gui.theme import DARK, LIGHT, Theme


def luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(theme: Theme, token: str, ground: str) -> float:
    low, high = sorted(luminance(theme.color(name)) for name in (token, ground))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["surface", "background"])
@pytest.mark.parametrize("token", ["text", "secondary", "accent", "warning"])
def test_that_every_text_stands_out_from_what_it_is_on(
    theme: Theme, token: str, ground: str
) -> None:
    assert contrast(theme, token, ground) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_marks_and_data_stand_out_from_the_canvas(theme: Theme) -> None:
    for token in ("accent", "secondary", "positive", "negative"):
        assert contrast(theme, token, "surface") >= 3
    assert contrast(theme, "text", "hover") >= 4.5
    assert contrast(theme, "on_accent", "accent") >= 4.5
