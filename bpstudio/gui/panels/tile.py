"""The tiles of the gallery: the picture of a sample or of own data, with its name below."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton

from bpstudio.explain.thumbnail import Thumbnail, thumbnail
from bpstudio.files.samples import Sample, sample
from bpstudio.gui.panels.images import rgb_image
from bpstudio.gui.theme import (
    RADIUS,
    SMALL_SIZE,
    Theme,
    ThemeHolder,
    sequential_colors,
    signed_color,
    text_font,
)
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import Dataset

WIDTH, LABEL_HEIGHT, INSET = 84, 17, 8
LARGE, SMALL = 58, 44
"""Heights of the picture."""
DOT = 1.7
SMALLEST_SIZE = SMALL_SIZE - 2
WIDEST = 1.3
"""Width of a picture in heights: wider ones would distort the shapes."""


class DataTile(QToolButton):
    """A checkable button; its picture is drawn from the data themselves once they are loaded."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._themes = themes
        self._thumbnail: Thumbnail | None = None
        self._picture_height = LARGE
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        themes.listen(self._restyle)

    def dataset(self) -> Dataset:
        """The data that the picture shows."""
        raise NotImplementedError

    @property
    def loaded(self) -> bool:
        return self._thumbnail is not None

    def load(self) -> None:
        """Make the picture."""
        self._thumbnail = thumbnail(self.dataset())
        self.update()

    def set_small(self, small: bool) -> None:
        """A small picture, where three tiles stand side by side."""
        self._picture_height = SMALL if small else LARGE
        self.updateGeometry()
        self.update()

    def height_of(self, small: bool) -> int:
        return (SMALL if small else LARGE) + LABEL_HEIGHT

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, self._picture_height + LABEL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self._picture_height + LABEL_HEIGHT)

    def _restyle(self, _theme: Theme) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(0, 0, self.width(), self._picture_height)
        marked = self.isChecked()
        pen = QPen(
            theme.color("accent" if marked or self.hasFocus() else "line"), 2 if marked else 1
        )
        if self.underMouse() and not marked:
            pen.setColor(theme.color("secondary"))
        inset = pen.widthF() / 2
        painter.setPen(pen)
        painter.setBrush(theme.color("background"))
        painter.drawRoundedRect(
            frame.adjusted(inset, inset, -inset, -inset), RADIUS - 2, RADIUS - 2
        )
        inner = INSET if self._picture_height == LARGE else INSET - 2
        area = frame.adjusted(inner, inner, -inner, -inner)
        spare = max(0.0, area.width() - WIDEST * area.height()) / 2
        self._draw_points(painter, theme, area.adjusted(spare, 0, -spare, 0))
        words, font = fitting(self.text(), self.width() - 2)
        painter.setFont(font)
        painter.setPen(theme.color("text" if marked else "secondary"))
        place = QRectF(1, self._picture_height + 2, self.width() - 2, LABEL_HEIGHT - 2)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _draw_points(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        picture = self._thumbnail
        if picture is None:
            return
        if picture.image is not None:
            _draw_image(painter, theme, area, picture.image)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        few = picture.x.size <= 30
        for k in range(picture.x.size):
            label = int(picture.label[k])
            if label >= 0:
                painter.setBrush(theme.class_color(label))
            else:
                painter.setBrush(signed_color(theme, 0.4 + 0.6 * abs(float(picture.value[k])), 1))
            at = QPointF(
                area.left() + float(picture.x[k]) * area.width(),
                area.bottom() - float(picture.y[k]) * area.height(),
            )
            radius = (DOT + 0.6 if few else DOT) * float(picture.size[k])
            painter.drawEllipse(at, radius, radius)


class SampleTile(DataTile):
    """The tile of a sample."""

    def __init__(self, entry: Sample, themes: ThemeHolder) -> None:
        super().__init__(themes)
        self.name = entry.name
        self.setText(entry.label)
        self.setAccessibleName(f"Sample {entry.label}")
        self.setAccessibleDescription(entry.description)
        source = "" if entry.source == "generated" else f"\nSource: {entry.source}"
        self.setToolTip(f"{entry.label}: {entry.description}{source}")

    def dataset(self) -> Dataset:
        return sample(self.name)


class OwnTile(DataTile):
    """The tile of the data that people brought themselves; hidden until there are some."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__(themes)
        self.name = ""
        self._dataset: Dataset | None = None
        self.setObjectName("ownDataTile")
        self.hide()

    def show_dataset(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self.load()
        self.setText(dataset.name)
        self.setAccessibleName(f"Own data {dataset.name}")
        self.setToolTip(f"{dataset.name}: your own data, {len(dataset):,} rows")
        self.show()
        self.update()

    def dataset(self) -> Dataset:
        assert self._dataset is not None
        return self._dataset


def fitting(text: str, room: int) -> tuple[str, QFont]:
    """As many whole words as there is room for, and the font to write them in.

    A single long word is written smaller, and if that is not enough cut in its middle: of files' names
    the end tells as much as the beginning.
    """
    words, metrics = text.split(), QFontMetrics(text_font(SMALL_SIZE))
    if metrics.horizontalAdvance(text) > room:
        while len(words) > 1 and (
            metrics.horizontalAdvance(" ".join(words)) > room or not words[-1].isalpha()
        ):
            words.pop()
    shown = " ".join(words)
    for size in range(SMALL_SIZE, SMALLEST_SIZE - 1, -1):
        font = text_font(size)
        metrics = QFontMetrics(font)
        if metrics.horizontalAdvance(shown) <= room:
            return shown, font
    return metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, room), font


def _draw_image(painter: QPainter, theme: Theme, area: QRectF, values: FloatArray) -> None:
    image = rgb_image(sequential_colors(theme, values))
    side = min(area.width() / image.width(), area.height() / image.height())
    place = QRectF(0, 0, side * image.width(), side * image.height())
    place.moveCenter(area.center())
    painter.drawImage(place, image)
