"""The look: every colour and measure of the window, as tokens, and the palettes made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from weakref import WeakMethod

import numpy as np
from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from bpstudio.files.resources import resource
from bpstudio.model.arrays import FloatArray

RADIUS = 8
GAP = 12
CONTROL_HEIGHT = 26
TEXT_SIZE, SMALL_SIZE, TITLE_SIZE, FIGURE_SIZE = 12, 11, 13, 15


@cache
def _rgb(name: str) -> int:
    """Reading a colour's name costs more than drawing with it."""
    return QColor(name).rgb()


@dataclass(frozen=True)
class Theme:
    """Colours by meaning: ``positive`` and ``negative`` are for data only, ``accent`` never is."""

    name: str
    background: str
    surface: str
    line: str
    text: str
    secondary: str
    accent: str
    on_accent: str
    hover: str
    positive: str
    negative: str
    zero: str
    warning: str
    classes: tuple[str, ...]

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """A token's colour; ``alpha`` from 0 to 1."""
        color = QColor(_rgb(getattr(self, token)))
        if alpha != 1.0:
            color.setAlphaF(alpha)
        return color

    def class_color(self, index: int) -> QColor:
        """Classes have a fixed order of colours that colour-blind people can tell apart."""
        return QColor(self.classes[index % len(self.classes)])


# After the two data colours the order follows Okabe and Ito (2008), Color Universal Design.
LIGHT = Theme(
    "light", "#F4F5F7", "#FFFFFF", "#E4E7EC", "#1B2430", "#667085", "#5B5BD6", "#FFFFFF", "#F0F1F4",
    "#2C6FBB", "#E0781A", "#EEF0F3", "#B54708",
    ("#E0781A", "#2C6FBB", "#0B8F6F", "#B5589B", "#B59A00", "#4FA8DD", "#8A3B12", "#555B66"),
)  # fmt: skip
DARK = Theme(
    "dark", "#111418", "#191D23", "#2A3038", "#E6EAF0", "#8D97A5", "#8787F0", "#14161B", "#232931",
    "#5AA0EA", "#F0964A", "#262B33", "#F5B14C",
    ("#F0964A", "#5AA0EA", "#2FBF97", "#D98BC4", "#DCC443", "#9AD3F5", "#C9744A", "#A3ABB8"),
)  # fmt: skip
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}

CLASS_SYMBOLS = ("o", "s", "t1", "d", "t", "p", "h", "star")
"""A symbol per class as well: never colour alone (pyqtgraph's names)."""


def _stops(theme: Theme, *tokens: str) -> FloatArray:
    colors = [QColor(getattr(theme, token)) for token in tokens]
    return np.array([(c.red(), c.green(), c.blue()) for c in colors], dtype=np.float64)


@lru_cache(maxsize=8)
def signed_table(theme: Theme) -> FloatArray:
    """Colours for -1…1 as (511, 3) uint8: negative, zero in the exact middle, positive."""
    stops = _stops(theme, "negative", "zero", "positive")
    at = np.linspace(0, 2, 511)
    table = np.stack([np.interp(at, [0, 1, 2], stops[:, k]) for k in range(3)], axis=1)
    table = np.round(table).astype(np.uint8)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=8)
def sequential_table(theme: Theme) -> FloatArray:
    """Colours for 0…1 as (256, 3) uint8, even in lightness: from the surface to the positive colour."""
    stops = _stops(theme, "zero", "positive")
    at = np.linspace(0, 1, 256)
    table = np.stack([np.interp(at, [0, 1], stops[:, k]) for k in range(3)], axis=1)
    table = np.round(table).astype(np.uint8)
    table.flags.writeable = False
    return table


def sequential_colors(theme: Theme, values: FloatArray) -> FloatArray:
    """Colours (…, 3) uint8 for values from 0 to 1."""
    index = np.round(np.clip(np.nan_to_num(values), 0, 1) * 255).astype(np.intp)
    colors: FloatArray = sequential_table(theme)[index]
    return colors


def signed_colors(theme: Theme, values: FloatArray, limit: float) -> FloatArray:
    """Colours (…, 3) uint8 for signed values; ``limit`` and beyond is the full colour."""
    scaled = np.nan_to_num(values) / (limit if limit > 0 else 1.0)
    index = np.round((np.clip(scaled, -1, 1) + 1) * 255).astype(np.intp)
    colors: FloatArray = signed_table(theme)[index]
    return colors


def signed_color(theme: Theme, value: float, limit: float) -> QColor:
    """The colour of one signed value."""
    return QColor(*(int(c) for c in signed_colors(theme, np.array(value), limit)))


def text_font(size: int = TEXT_SIZE, bold: bool = False) -> QFont:
    """The application's font at a size in pixels, with figures of equal width."""
    font = QFont(QApplication.font())
    font.setPixelSize(size)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


@lru_cache(maxsize=256)
def icon(name: str, color: str, size: int = 16) -> QIcon:
    """A vendored icon in a colour, sharp at every scale."""
    result = QIcon()
    for scale in (1.0, 1.5, 2.0, 3.0):
        result.addPixmap(icon_pixmap(name, color, size, scale))
    return result


def icon_pixmap(name: str, color: str, size: int, scale: float) -> QPixmap:
    """A vendored icon as a pixmap of ``size`` logical pixels."""
    svg = resource("icons", f"{name}.svg").read_bytes().replace(b"#000000", color.encode())
    pixmap = QPixmap(round(size * scale), round(size * scale))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def palette(theme: Theme) -> QPalette:
    """The theme for everything that Qt draws itself."""
    role = QPalette.ColorRole
    result = QPalette()
    for roles, token in (
        ((role.Window, role.AlternateBase), "background"),
        ((role.Base, role.Button, role.ToolTipBase), "surface"),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), "text"),
        ((role.PlaceholderText,), "secondary"),
        ((role.Highlight, role.Link), "accent"),
        ((role.HighlightedText,), "on_accent"),
        ((role.Mid, role.Midlight, role.Dark, role.Shadow), "line"),
    ):
        for one in roles:
            result.setColor(one, QColor(getattr(theme, token)))
    for one in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, one, theme.color("secondary", 0.6))
    return result


def system_theme() -> Theme:
    """The desktop's own choice where it has one, else light."""
    dark = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if dark else LIGHT


class ThemeHolder:
    """The theme in use; whoever paints by hand is told when it changes."""

    def __init__(self) -> None:
        self.theme = LIGHT
        self._listeners: list[WeakMethod[Callable[[Theme], None]]] = []

    def listen(self, listener: Callable[[Theme], None]) -> None:
        """Call ``listener`` now and at every change; bound methods only, for as long as their object
        lives: a dialog that is closed is told no more."""
        self._listeners.append(WeakMethod(listener))
        listener(self.theme)

    def set(self, app: QApplication, theme: Theme) -> None:
        self.theme = theme
        app.setPalette(palette(theme))
        app.setStyleSheet(style_sheet(theme))
        self._listeners = [known for known in self._listeners if _lives(known())]
        for known in self._listeners:
            if (listener := known()) is not None:
                listener(theme)


def _lives(listener: Callable[[Theme], None] | None) -> bool:
    """Whether Qt still has the object of a bound method, which Python may hold for longer."""
    owner = getattr(listener, "__self__", None)
    return owner is not None and not (isinstance(owner, QObject) and not isValid(owner))


def style_sheet(theme: Theme) -> str:
    """Qt style sheet for the few controls that Fusion does not draw as the tokens say."""
    t = theme
    return f"""
* {{ font-size: {TEXT_SIZE}px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QMainWindow, QDialog {{ background: {t.background}; }}
QMainWindow::separator {{ background: transparent; width: {GAP}px; height: {GAP}px; }}
QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; padding: 4px 6px; }}
QLabel[kind="secondary"] {{ color: {t.secondary}; font-size: {SMALL_SIZE}px; }}
QLabel[kind="title"] {{ font-size: {TITLE_SIZE}px; font-weight: 600; }}
QLabel[kind="figure"] {{ font-size: {FIGURE_SIZE}px; font-weight: 600; }}
QLabel[kind="value"] {{ font-size: {TITLE_SIZE}px; }}
QPushButton, QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox {{
  background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
  min-height: {CONTROL_HEIGHT - 2}px; padding: 0 8px; selection-background-color: {t.accent};
  selection-color: {t.on_accent}; }}
QPushButton:hover, QComboBox:hover, QLineEdit:hover {{ border-color: {t.secondary}; }}
QPushButton:focus, QComboBox:focus, QLineEdit:focus, QSpinBox:focus {{ border-color: {t.accent}; }}
QPushButton:pressed {{ background: {t.hover}; }}
QPushButton:disabled, QComboBox:disabled, QLineEdit:disabled {{ color: {t.secondary}; }}
QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.line}; color: {t.secondary};
  border-color: {t.line}; }}
QLineEdit[kind="shape"] {{ font-size: {FIGURE_SIZE}px; font-weight: 600; padding: 0 4px;
  margin-left: -7px;
  border-color: transparent; }}
QLineEdit[kind="shape"]:hover {{ border-color: {t.line}; }}
QLineEdit[kind="shape"]:focus {{ border-color: {t.accent}; }}
QComboBox {{ padding-right: 22px; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{_chevron(theme)}"); width: 12px; height: 12px; }}
QComboBox QLineEdit {{ border: none; min-height: 0; padding: 0; background: transparent; }}
QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.line}; padding: 4px;
  outline: none; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {t.secondary}; border-radius: 4px;
  background: {t.surface}; }}
QCheckBox::indicator:focus, QCheckBox::indicator:hover {{ border-color: {t.accent}; }}
QCheckBox::indicator:disabled {{ border-color: {t.line}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent};
  image: url("{_check(theme)}"); }}
QCheckBox::indicator:indeterminate {{ background: {t.secondary}; border-color: {t.accent}; }}
QCheckBox::indicator:checked:disabled {{ background: {t.line}; border-color: {t.line}; }}
QCheckBox:disabled {{ color: {t.secondary}; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 3px;
  background: transparent; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:focus {{ border-color: {t.accent}; }}
QToolButton[kind="value"] {{ font-size: {TITLE_SIZE}px; padding: 0 3px; margin-left: -4px; }}
QToolButton:checked {{ background: {t.hover}; color: {t.text}; }}
QToolButton::menu-indicator {{ image: none; }}
QMenu {{ background: {t.surface}; border: 1px solid {t.line}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
QMenu::item:disabled {{ color: {t.secondary}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.line}; }}
QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -4px 0; border-radius: 6px;
  background: {t.accent}; }}
QSlider:focus::handle:horizontal {{ border: 2px solid {t.surface}; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QScrollBar:vertical {{ width: 8px; background: transparent; }}
QScrollBar:horizontal {{ height: 8px; background: transparent; }}
QScrollBar::handle {{ background: {t.line}; border-radius: 4px; min-height: 24px; min-width: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QTableView, QListView, QPlainTextEdit, QTextBrowser {{ background: {t.surface}; color: {t.text};
  border: 1px solid {t.line}; border-radius: 6px; gridline-color: {t.line}; }}
QHeaderView::section {{ background: {t.surface}; color: {t.secondary}; border: none; padding: 4px 6px; }}
"""


@lru_cache(maxsize=4)
def _chevron(theme: Theme) -> str:
    """Path of the chevron in the theme's colour: style sheets take images from files only."""
    return resource("icons", f"chevron-down-{theme.name}.svg").as_posix()


@lru_cache(maxsize=4)
def _check(theme: Theme) -> str:
    """Path of the tick in a checked box, in the colour that stands on the accent."""
    return resource("icons", f"check-{theme.name}.svg").as_posix()
