"""One formula as a label."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpstudio.explain.plain_text import plain
from bpstudio.gui.explain.formulas import FormulaKey, FormulaStore
from bpstudio.gui.explain.typeset import SIZE
from bpstudio.gui.theme import Theme, ThemeHolder


class FormulaLabel(QWidget):
    """Shows LaTeX as it is typeset, at the left; screen readers get it in words."""

    def __init__(
        self, latex: str, store: FormulaStore, themes: ThemeHolder, size: float = SIZE
    ) -> None:
        super().__init__()
        self._store, self._themes, self._size = store, themes, size
        self._latex = ""
        self._shown = False
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.set_latex(latex)
        store.ready.connect(self._on_ready)
        themes.listen(self._on_theme)

    @property
    def latex(self) -> str:
        return self._latex

    def set_latex(self, latex: str) -> None:
        """Show another formula."""
        self._latex = latex
        self.setAccessibleName(plain(latex))
        self._ask()

    @property
    def _key(self) -> FormulaKey:
        color = self._themes.theme.text
        return FormulaKey(self._latex, self._size, color, self.devicePixelRatioF())

    def _ask(self) -> None:
        self._shown = self._store.picture(self._key) is not None
        if not self._shown and self.isVisible() and self._latex:
            self._shown = self._store.want(f"label {id(self)}", [self._key])
        self.updateGeometry()
        self.update()

    def _on_ready(self) -> None:
        if not self._shown:
            self._shown = self._store.picture(self._key) is not None
            if self._shown:
                self.updateGeometry()
                self.update()

    def _on_theme(self, _theme: Theme) -> None:
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._store.forget(f"label {id(self)}")

    def sizeHint(self) -> QSize:
        picture = self._store.picture(self._key)
        if picture is None or picture.image is None:
            return QSize(round(0.5 * self._size * len(plain(self._latex))), 22)
        return QSize(round(picture.width) + 4, max(22, round(picture.height) + 4))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        picture = self._store.picture(self._key)
        painter = QPainter(self)
        if picture is not None and picture.image is not None:
            scale = self.devicePixelRatioF()
            y = round((self.height() - picture.height) / 2 * scale) / scale
            painter.drawImage(QPointF(0, y), picture.image)
        elif picture is not None and self._latex:
            painter.setPen(self._themes.theme.color("text"))
            align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(self.rect(), align, plain(self._latex))
        painter.end()
