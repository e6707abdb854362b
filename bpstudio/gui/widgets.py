"""The small parts that panels and bars are made of, drawn as the theme's tokens say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bpstudio.explain.numbers import with_minus
from bpstudio.gui.fitting_label import FittingLabel
from bpstudio.gui.theme import (
    CONTROL_HEIGHT,
    FIGURE_SIZE,
    GAP,
    RADIUS,
    Theme,
    ThemeHolder,
    icon,
    text_font,
)

THIN_SPACE = "\u2009"
MINUS = "\u2212"
PRIMARY_DIAMETER, ROUND_DIAMETER, PLAIN_SIZE = 40, 32, 26


def number_text(value: float) -> str:
    """A number in at most seven figures, so that a running one keeps its width.

    Thousands are grouped by commas, as in every sentence; a number that does not exist is a dash.
    """
    if isinstance(value, int):
        return with_minus(f"{value:,}")
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    if size != 0 and (size < 1e-4 or size >= 999_999.5):
        text = f"{value:.1e}"
    else:
        whole = len(str(int(size)))
        text = f"{value:,.{max(0, 6 - whole)}f}"
    return with_minus(text)


def signed_text(value: float) -> str:
    """A signed number with four figures that count."""
    if not math.isfinite(value):
        return number_text(value)
    text = f"{value:.4f}" if abs(value) >= 0.1 else f"{value:.3g}"
    return with_minus(text)


def exact_text(value: float) -> str:
    """A number with six figures that count, as many as a hand would type."""
    if not math.isfinite(value):
        return number_text(float(value))
    return with_minus(f"{float(value):.6g}")


def percent_text(share: float) -> str:
    """A share from 0 to 1 as percent with one decimal."""
    return "–" if math.isnan(share) else f"{100 * share:.1f}{THIN_SPACE}%"


def tooltip(text: str, shortcut: str = "") -> str:
    """A tooltip's text with its shortcut, if there is one."""
    return f"{text} ({shortcut})" if shortcut else text


def secondary_label(text: str = "") -> QLabel:
    """Small text in the secondary colour."""
    label = QLabel(text)
    label.setProperty("kind", "secondary")
    return label


class Card(QFrame):
    """A surface with a header: the title, at the right a secondary text or small controls.

    ``body`` is the layout for the content, ``header_layout`` takes controls at the right. A ``flat``
    card fills its whole place, with no corners, as at the window's edge.
    """

    def __init__(
        self,
        title: str,
        themes: ThemeHolder,
        parent: QWidget | None = None,
        flat: bool = False,
    ) -> None:
        super().__init__(parent)
        self._flat = flat
        self.themes = themes
        self.title_label = self.make_title(title)
        self.title_label.setProperty("kind", "title")
        self.aside_label = FittingLabel()
        self.aside_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.header_layout = QHBoxLayout()
        self.header_layout.setSpacing(GAP // 2)
        self.header_layout.addWidget(self.title_label)
        self.header_layout.addStretch(1)
        self.header_layout.addWidget(self.aside_label)
        # One height for all headers, with controls or without: titles side by side are level.
        self.header_layout.addStrut(CONTROL_HEIGHT)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(GAP + 2, GAP // 2, GAP + 2, GAP)
        whole.setSpacing(2)
        whole.addLayout(self.header_layout)
        whole.addLayout(self.body, 1)
        self.setAccessibleName(title)
        themes.listen(self._repaint)

    @property
    def theme(self) -> Theme:
        return self.themes.theme

    def make_title(self, title: str) -> QLabel:
        """The label of the title."""
        return QLabel(title)

    def set_title(self, title: str) -> None:
        self.title_label.setText(title)
        self.setAccessibleName(title)

    def set_aside(self, text: str) -> None:
        """The secondary text at the right of the header."""
        if text != self.aside_label.text():
            self.aside_label.setText(text)

    def _repaint(self, _theme: Theme) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._flat:
            painter.fillRect(self.rect(), self.theme.color("surface"))
            painter.fillRect(
                QRectF(self.width() - 1, 0, 1, self.height()), self.theme.color("line")
            )
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.theme.color("line"), 1))
            painter.setBrush(self.theme.color("surface"))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS
            )
        painter.end()


ButtonKind: TypeAlias = Literal["plain", "round", "primary"]


class IconButton(QToolButton):
    """A button with an icon of the family: plain, a round outlined one, or the primary circle."""

    def __init__(
        self,
        icon_name: str,
        name: str,
        themes: ThemeHolder,
        shortcut: str = "",
        kind: ButtonKind = "plain",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._kind = kind
        self._icon_name = icon_name
        size = {"plain": PLAIN_SIZE, "round": ROUND_DIAMETER, "primary": PRIMARY_DIAMETER}[kind]
        self._icon_size = 18 if kind == "primary" else 16
        self.setFixedSize(size, size)
        self.setIconSize(QSize(self._icon_size, self._icon_size))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_icon(icon_name, name, shortcut)
        themes.listen(self._recolour)

    def set_icon(self, icon_name: str, name: str, shortcut: str = "") -> None:
        """Another icon and meaning, as when Play becomes Pause."""
        self._icon_name = icon_name
        self.setAccessibleName(name)
        self.setToolTip(tooltip(name, shortcut))
        self._recolour(self._themes.theme)

    def _recolour(self, theme: Theme) -> None:
        color = theme.on_accent if self._kind == "primary" else theme.text
        self.setIcon(icon(self._icon_name, color, self._icon_size))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._kind == "plain":
            super().paintEvent(event)
            return
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.45)
        circle = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._kind == "primary":
            painter.setPen(Qt.PenStyle.NoPen)
            fill = theme.color("accent")
            painter.setBrush(fill.darker(112) if self.isDown() else fill)
            if self.underMouse() and not self.isDown():
                painter.setBrush(fill.lighter(108))
        else:
            over = self.isEnabled() and (self.underMouse() or self.isDown())
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("hover" if over else "surface"))
            circle.adjust(0.5, 0.5, -0.5, -0.5)
        painter.drawEllipse(circle)
        if self.hasFocus():
            primary = self._kind == "primary"
            painter.setPen(QPen(theme.color("surface" if primary else "accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = 3 if primary else 0
            painter.drawEllipse(circle.adjusted(inset, inset, -inset, -inset))
        side = self._icon_size
        at = (self.width() - side) // 2, (self.height() - side) // 2
        self.icon().paint(painter, *at, side, side)
        painter.end()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()


class Dot(QWidget):
    """A small filled circle in a token's colour; what it means stands in words beside it."""

    def __init__(self, token: str, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._token = token
        self._themes = themes
        self.setFixedSize(8, 8)
        themes.listen(self._repaint)

    def _repaint(self, _theme: Theme) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._themes.theme.color(self._token))
        painter.drawEllipse(QRectF(0.5, 0.5, 7, 7))
        painter.end()


class Stat(QWidget):
    """A small label over a bold figure, with an optional dot in the colour of a token.

    ``value_label`` is the figure's label. The place of ``widest`` is kept, so neighbours stand still.
    """

    def __init__(
        self,
        label: str,
        themes: ThemeHolder,
        dot: str | None = None,
        widest: str = "0.00000",
        bold: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.caption = secondary_label(label)
        self.value_label = QLabel("–")
        self.value_label.setProperty("kind", "figure" if bold else "value")
        self.value_label.setAccessibleName(label)
        width = QFontMetrics(text_font(FIGURE_SIZE, bold)).horizontalAdvance(widest)
        self.value_label.setMinimumWidth(width + 2)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(self.caption)
        column.addWidget(self.value_label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        if dot is not None:
            beside = QVBoxLayout()
            beside.addStretch(1)
            beside.addWidget(Dot(dot, themes))
            beside.addSpacing(6)
            row.addLayout(beside)
        row.addLayout(column)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_value(self, text: str) -> None:
        if text != self.value_label.text():
            self.value_label.setText(text)


class LabelledSlider(QWidget):
    """A slider under its label and value.

    ``moved`` tells every value on the way, ``chosen`` the one that is settled on: at the end of a drag,
    or at once from the keyboard and the wheel. ``set_value`` tells nobody.
    """

    moved = Signal(float)
    chosen = Signal(float)

    def __init__(
        self,
        label: str,
        low: float,
        high: float,
        step: float,
        text: Callable[[float], str],
        help: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._step = step
        self._text = text
        self.value_label = QLabel()
        self.value_label.setAlignment(Qt.AlignmentFlag.AlignRight)
        caption = QLabel(label)
        caption.setProperty("kind", "secondary")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(low / step), round(high / step))
        self.slider.setPageStep(max(1, (self.slider.maximum() - self.slider.minimum()) // 10))
        self.slider.setAccessibleName(label)
        self.slider.setToolTip(help or label)
        caption.setBuddy(self.slider)
        top = QHBoxLayout()
        top.addWidget(caption)
        top.addStretch(1)
        top.addWidget(self.value_label)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addLayout(top)
        whole.addWidget(self.slider)
        self.slider.valueChanged.connect(self._on_value)
        self.slider.sliderReleased.connect(self._on_released)
        self.value_label.setText(text(self.value))

    @property
    def value(self) -> float:
        return self.slider.value() * self._step

    def set_value(self, value: float) -> None:
        """Show a value, unless someone is dragging."""
        if self.slider.isSliderDown():
            return
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round(value / self._step))
        self.slider.blockSignals(blocked)
        self.value_label.setText(self._text(self.value))

    def _on_value(self, _position: int) -> None:
        self.value_label.setText(self._text(self.value))
        self.moved.emit(self.value)
        if not self.slider.isSliderDown():
            self.chosen.emit(self.value)

    def _on_released(self) -> None:
        self.chosen.emit(self.value)
