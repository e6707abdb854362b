"""How fast a run goes before people's eyes: a figure that is also the choice."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from bpstudio.gui.preferences import preferred_number, set_preference
from bpstudio.gui.theme import TITLE_SIZE, Theme, ThemeHolder, icon, text_font
from bpstudio.gui.widgets import secondary_label

FULL = 0
PACES = (FULL, 300, 60, 20, 5, 1)
"""Epochs a second to choose from; FULL is as many as can be."""
FIRST_PACE = 60
"""Two epochs a frame: a small network would have learned before anyone could look."""
KEPT = "epochs_a_second"
_WIDEST = "0 000.0 rows/s"
_HELP = "How many epochs a second a run shows; as fast as it can: no picture is waited for"


def _epochs(pace: int) -> str:
    return f"{pace} epoch{'' if pace == 1 else 's'}"


class SpeedButton(QWidget):
    """Shows the speed, and offers others in a menu; ``pace_chosen`` brings epochs a second or FULL.

    What was chosen is kept for the next time.
    """

    pace_chosen = Signal(int)

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        kept = preferred_number(KEPT, FIRST_PACE)
        self.pace = kept if kept in PACES else FIRST_PACE
        self._button = QToolButton()
        self._button.setObjectName("speedButton")
        self._button.setToolTip(_HELP)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._button.setIconSize(QSize(10, 10))
        self._button.setProperty("kind", "value")
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._button.setMinimumWidth(
            QFontMetrics(text_font(TITLE_SIZE)).horizontalAdvance(_WIDEST) + 20
        )
        menu = QMenu(self._button)
        menu.setObjectName("speedMenu")
        group = QActionGroup(menu)
        for pace in PACES:
            text = "As fast as it can" if pace == FULL else f"{_epochs(pace)} a second"
            action = QAction(text, menu, checkable=True)
            action.setData(pace)
            action.setChecked(pace == self.pace)
            group.addAction(action)
            menu.addAction(action)
        group.triggered.connect(self._on_chosen)
        self._button.setMenu(menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(secondary_label("speed"))
        column.addWidget(self._button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        themes.listen(self._on_theme)
        self.show_rate(None)

    def show_rate(self, rows: float | None) -> None:
        """Rows a second of a run as fast as can be; None when there is none to tell of."""
        text = "full" if self.pace == FULL else f"{_epochs(self.pace)}/s"
        if self.pace == FULL and rows is not None:
            unit, size = next((u, s) for u, s in (("M", 1e6), ("k", 1e3), ("", 0.0)) if rows >= s)
            text = f"{rows / (size or 1.0):.1f} {unit} rows/s".replace("  ", " ")
        if text != self._button.text():
            self._button.setText(text)
            self._button.setAccessibleName(f"Speed: {text}")

    def _on_chosen(self, action: QAction) -> None:
        self.pace = int(action.data())
        set_preference(KEPT, self.pace)
        self.show_rate(None)
        self.pace_chosen.emit(self.pace)

    def _on_theme(self, theme: Theme) -> None:
        self._button.setIcon(icon("chevron-down", theme.secondary, 10))
