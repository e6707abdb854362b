"""A page of formulas to read: each factor can be pointed at, and followed to where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from bpstudio.gui.explain.formulas import FormulaStore, drawn
from bpstudio.gui.explain.page import Block
from bpstudio.gui.explain.typeset import Target, Typeset, typeset
from bpstudio.gui.theme import Theme, ThemeHolder

MOST_SETTINGS = 3
"""So often a page is set, until it needs no other pictures."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
COPY_SCALE = 3.0
"""Device pixels per pixel of a formula that is copied as a picture."""


class PageView(QWidget):
    """Shows blocks. ``followed`` brings the key of what was clicked, ``pointed`` a Target or None while
    it is under the pointer or has the focus, ``revealed`` a rectangle that should be in view. ``keys``
    are keys that mean something to whoever shows the page: ``key_pressed`` brings their words."""

    key_pressed = Signal(str)
    followed = Signal(object)
    pointed = Signal(object)
    revealed = Signal(object)

    def __init__(
        self, name: str, store: FormulaStore, themes: ThemeHolder, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._themes = themes
        self._blocks: tuple[Block, ...] = ()
        self._next: tuple[Block, ...] | None = None
        self._page = Typeset()
        self._at: int | None = None
        self._hovered: Target | None = None
        self._menu_block = 0
        self.keys: dict[Qt.Key, str] = {}
        self.setObjectName(name)
        self.setAccessibleName("Explanation")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        store.ready.connect(self._on_ready)
        themes.listen(self._on_theme)

    # What it shows

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self._blocks

    @property
    def targets(self) -> tuple[Target, ...]:
        """What can be followed, in the order of Tab."""
        return tuple(self._page.targets)

    @property
    def is_complete(self) -> bool:
        """Whether every formula is drawn."""
        return self._page.complete and self._next is None

    @property
    def text(self) -> str:
        """All of the page as text."""
        return "\n\n".join(block.plain for block in self._blocks)

    def show_page(self, blocks: Sequence[Block], keep: bool = False) -> None:
        """Show these blocks. With ``keep`` the page before stays until all their formulas are there."""
        new = tuple(blocks)
        if new == (self._blocks if self._next is None else self._next):
            return
        if keep and self._blocks and not self._drawn(new).complete:
            self._next = new
            return
        self._next = None
        same = [b.target for b in new] == [b.target for b in self._blocks]
        self._blocks = new
        if not same:
            self._at = None
        self._hovered = None
        self.setAccessibleDescription(self.text[:2000])
        self._lay_out()

    def _set(self, blocks: Sequence[Block]) -> Typeset:
        theme = self._themes.theme
        return typeset(
            blocks, self.width(), theme.text, self.devicePixelRatioF(), self._store.picture
        )

    def _drawn(self, blocks: Sequence[Block]) -> Typeset:
        """Set these blocks with the pictures that can be had at once; the others are drawn later."""
        page = self._set(blocks)
        for _ in range(MOST_SETTINGS):
            if page.complete or not self._store.want(self.objectName(), page.wanted):
                break
            # Where lines break, and so what else is to be drawn, is known when the widths are.
            page = self._set(blocks)
        return page if page.complete else self._set(blocks)

    def _lay_out(self) -> None:
        self._page = self._drawn(self._blocks)
        self.setMinimumHeight(round(self._page.height))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, round(self._page.height))

    def _on_ready(self) -> None:
        if self._next is not None:
            blocks = self._next
            trial = self._set(blocks)
            if trial.complete:
                self._next = None
                self._blocks = blocks
                self._lay_out()
        elif not self._page.complete:
            self._lay_out()

    def _on_theme(self, _theme: Theme) -> None:
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._page.complete:
            self._lay_out()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._store.forget(self.objectName())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self._lay_out()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_marks(painter)
        clip = QRectF(event.rect())
        self._paint(painter, clip, self.devicePixelRatioF())
        painter.end()

    def _paint(self, painter: QPainter, clip: QRectF, scale: float, wait: bool = False) -> None:
        theme = self._themes.theme
        for text in self._page.texts:
            if text.rect.intersects(clip):
                painter.setFont(text.font)
                painter.setPen(theme.color(text.token))
                if text.rich is not None:
                    painter.drawStaticText(text.rect.topLeft(), text.rich)
                    continue
                align = Qt.AlignmentFlag.AlignLeft
                if text.rect.left() == 0:
                    align = Qt.AlignmentFlag.AlignRight
                painter.drawText(text.rect, align.value | Qt.TextFlag.TextWordWrap.value, text.text)
        for figure in self._page.figures:
            key = figure.key._replace(scale=scale)
            if not clip.contains(figure.at) and not clip.adjusted(-900, -60, 0, 0).contains(
                figure.at
            ):
                continue
            picture = drawn(key) if wait else self._store.picture(key)
            if picture is not None and picture.image is not None:
                painter.drawImage(_whole(figure.at, scale), picture.image)

    def _paint_marks(self, painter: QPainter) -> None:
        theme = self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hovered is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent", 0.14))
            painter.drawRoundedRect(self._hovered.rect.adjusted(-3, -3, 3, 3), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(theme.color("accent", 0.55), 1, Qt.PenStyle.DotLine)
        for target in self._page.targets:
            if target.whole:
                continue
            painter.setPen(pen)
            y = target.rect.bottom() + (0.5 if target.inside else 2.5)
            painter.drawLine(QPointF(target.rect.left(), y), QPointF(target.rect.right(), y))
        focused = self.focused
        if focused is not None and self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.drawRoundedRect(focused.rect.adjusted(-3, -3, 3, 3), 4, 4)

    # Pointing and following

    @property
    def focused(self) -> Target | None:
        """The target that the keyboard is at."""
        if self._at is None or self._at >= len(self._page.targets):
            return None
        return self._page.targets[self._at]

    def target_at(self, point: QPointF) -> Target | None:
        for target in self._page.targets:
            if target.rect.adjusted(-2, -3, 2, 3).contains(point):
                return target
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.target_at(event.position()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, target: Target | None) -> None:
        if target == self._hovered:
            return
        self._hovered = target
        shape = Qt.CursorShape.ArrowCursor if target is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)
        self.pointed.emit(target)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        target = self.target_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and target is not None:
            self._at = self._page.targets.index(target)
            self.followed.emit(target.key)
        super().mousePressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # From link to link first; behind the last one the focus goes on.
        at = self._at
        if at is None:
            at = -1 if forward else len(self._page.targets)
        return self._go(at + (1 if forward else -1)) or super().focusNextPrevChild(forward)

    def _go(self, at: int) -> bool:
        if not 0 <= at < len(self._page.targets):
            self._at = None
            self.update()
            return False
        self._at = at
        target = self._page.targets[at]
        self.revealed.emit(target.rect)
        self.pointed.emit(target)
        self.setAccessibleDescription(target.text)
        changed = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
        QAccessible.updateAccessibility(changed)
        self.update()
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        tabs = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason
        if event.reason() in tabs:
            self._go(0 if event.reason() == tabs[0] else len(self._page.targets) - 1)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.focused is not None:
            self.pointed.emit(None)
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            copies = event.matches(QKeySequence.StandardKey.Copy)
            plain_key = not event.modifiers() and event.key() in (*self.keys, *_ENTER)
            if copies or plain_key:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focused
        if event.key() in _ENTER and focused is not None:
            self.followed.emit(focused.key)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_latex(0 if focused is None else focused.block)
        elif event.key() in self.keys and not event.modifiers():
            self.key_pressed.emit(self.keys[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    # Copying

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = QPointF(event.pos())
        blocks = [k for k, rect in enumerate(self._page.blocks) if rect.contains(at)]
        focused = self.focused
        if event.reason() == QContextMenuEvent.Reason.Keyboard and focused is not None:
            blocks = [focused.block]
        if blocks and self._blocks[blocks[0]].lines:
            self.copy_menu(blocks[0]).popup(event.globalPos())

    def copy_menu(self, block: int) -> QMenu:
        """What can be done with the formula of a block."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, text, method in (
            ("copyLatexAction", "Copy as LaTeX", self._on_copy_latex),
            ("copyPictureAction", "Copy as a picture", self._on_copy_picture),
            ("copyTextAction", "Copy as text", self._on_copy_text),
        ):
            action = menu.addAction(text, method)
            action.setObjectName(name)
        self._menu_block = block
        return menu

    def _on_copy_latex(self) -> None:
        self.copy_latex(self._menu_block)

    def _on_copy_picture(self) -> None:
        data = QMimeData()
        data.setImageData(self.picture(self._menu_block))
        QGuiApplication.clipboard().setMimeData(data)
        self._say("Copied as a picture")

    def _on_copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._blocks[self._menu_block].plain)
        self._say("Copied as text")

    def copy_latex(self, block: int) -> None:
        """Put the formula of a block on the clipboard, as LaTeX."""
        if block < len(self._blocks):
            QGuiApplication.clipboard().setText(self._blocks[block].latex)
            self._say("Copied as LaTeX")

    def _say(self, words: str) -> None:
        QToolTip.showText(self.mapToGlobal(QPoint(20, 8)), words, self)

    def picture(self, block: int) -> QImage:
        """A block as a picture on the theme's surface."""
        rect = self._page.blocks[block]
        size = QSize(round(rect.width() * COPY_SCALE), round((rect.height() + 12) * COPY_SCALE))
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(COPY_SCALE)
        image.fill(self._themes.theme.color("surface"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, 6 - rect.top())
        self._paint(painter, rect.adjusted(0, -2, 0, 0), COPY_SCALE, wait=True)
        painter.end()
        return image


def _whole(at: QPointF, scale: float) -> QPointF:
    """The nearest place on the grid of device pixels: pictures stay sharp there."""
    return QPointF(round(at.x() * scale) / scale, round(at.y() * scale) / scale)
