"""The canvas: shows the document's network, and lets a hand draw in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from bpstudio.explain.keys import Place
from bpstudio.gui.canvas.accessible import install, tell_focus
from bpstudio.gui.canvas.clipboard import CanvasClipboard
from bpstudio.gui.canvas.describe import selection_name
from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.editor import Editor
from bpstudio.gui.canvas.hand import Hand
from bpstudio.gui.canvas.hover import Hover
from bpstudio.gui.canvas.keys import Keys
from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.legend import Legend
from bpstudio.gui.canvas.light import Pulse
from bpstudio.gui.canvas.menu import CanvasMenu
from bpstudio.gui.canvas.minimap import Minimap
from bpstudio.gui.canvas.navigation import Navigation
from bpstudio.gui.canvas.picking import Picking
from bpstudio.gui.canvas.selection import Remembered, Selection
from bpstudio.gui.canvas.sizing import show_sizes
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.document import Document
from bpstudio.gui.preferences import preference, set_preference
from bpstudio.gui.theme import TITLE_SIZE, Theme, ThemeHolder, text_font
from bpstudio.model.editing import set_upward, tidy
from bpstudio.model.project import Project

FLOW = "flow"
"""The name of the preference that says whether the flow of a run is shown."""
HIT = 7.0
"""How near to a connection the pointer has to be, in screen pixels."""
NAME = "Network canvas"
EMPTY_HINT = (
    "Draw a {} stroke for each layer: input, output, then hidden ones between.\n"
    "The longer the stroke, the more neurons; a click is a single one.\n"
    "By keyboard: N, then the number of neurons."
)

Modifier = Qt.KeyboardModifier


class CanvasView(QGraphicsView):
    """Shows ``document.shown`` and edits the document.

    ``selection_changed`` brings the Selection, ``neuron_hovered`` a layer id and index or None,
    ``message`` why something could not be done, ``note`` what else to know of an edit, ``tool_changed``
    the Tool, ``pruned_shown`` whether pruned connections are in view, ``exact_shown`` that all is drawn
    exactly again after the view or the network moved; ``play_requested``, ``options_requested`` (the
    first field of what is selected) and ``size_requested`` ask for what is not done here.
    """

    selection_changed = Signal(object)
    neuron_hovered = Signal(object)
    message = Signal(str)
    note = Signal(str)
    exact_shown = Signal()
    tool_changed = Signal(object)
    pruned_shown = Signal(bool)
    play_requested = Signal()
    options_requested = Signal()
    size_requested = Signal()

    def __init__(
        self, document: Document, themes: ThemeHolder, parent: QWidget | None = None
    ) -> None:
        install()
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName(NAME)
        self.document = document
        self.selection = Selection()
        self.drawing = Drawing(themes.theme, self)
        self.setScene(self.drawing)
        self.drawing.flow.set_enabled(preference(FLOW, True))
        self.drawing.picture.exact_shown.connect(self._on_exact)
        self.drawing.motion.rested.connect(self._on_exact)
        self.navigation = Navigation(self, self.drawing)
        self.minimap = Minimap(self, self.drawing, self.navigation)
        self.editor = Editor(document, self.message.emit, self.note.emit)
        self.clipboard = CanvasClipboard(self)
        self.hover = Hover(self)
        self.keys = Keys(self)
        self._legend = Legend()
        self.hand = Hand(self)
        self.picking = Picking(self)
        self._remembered = Remembered()
        self._returned: Selection | None = None
        self._edited = False
        document.edited.connect(self._on_edited)
        document.opened.connect(self._on_opened)
        self.editor.sizing.waiting.connect(self._on_size_waiting)
        self.pulse = Pulse(self.drawing.light, self)
        self._set_up()
        themes.listen(self._on_theme)
        self.show_project(document.shown)
        self.say(selection_name(self.drawing.project, self.selection))

    def _set_up(self) -> None:
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 240)
        # Files that are dropped are for the window.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)

    # Showing

    @property
    def places(self) -> dict[str, LayerPlace]:
        """Where each layer is, by id, in the order of the topology."""
        return self.drawing.places

    @property
    def reach(self) -> float:
        """How near to a connection the pointer has to be, in scene pixels."""
        return HIT / self.navigation.scale

    def show_project(self, project: Project) -> None:
        """Show this project; only what changed is made anew."""
        before = self.drawing.project
        turned = before.upward != project.upward
        returned, self._returned = self._returned, None
        if turned:
            self.hand.put_down()
        rebuilt = self.drawing.show_project(project)
        if rebuilt:
            self.hand.network_changed()
            still = self.selection.after(before.topology, project.topology)
            self.select(still if returned is None else returned.within(project.topology))
            if turned or self.navigation.fitted:
                self.navigation.fit()
            self.minimap.follow()
        self.hover.again(rebuilt)
        # The weights of a run move too often to be told.
        if rebuilt or self._edited:
            self._edited = False
            self.say(selection_name(project, self.selection.within(project.topology)))

    def _on_edited(self, before: Project, after: Project) -> None:
        """What is undone or redone comes back with what was selected in it."""
        self._edited = True
        self._remembered.note(before, self.selection)
        self._returned = self._remembered.of(after)

    def _on_opened(self) -> None:
        """Another project: what was selected in the one before is not in it."""
        self.hand.put_down()
        self.select(Selection())
        self.navigation.fit()

    def _on_theme(self, theme: Theme) -> None:
        self.setBackgroundBrush(theme.color("surface"))
        self.drawing.set_theme(theme)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.resetTransform()
        if self.drawing.bundles:
            area = QRectF(self.viewport().rect())
            self._legend.draw(painter, self.drawing.theme, area, self.drawing.scale)
        if self.places or self.drawing.ghost.isVisible():
            return
        painter.setFont(text_font(TITLE_SIZE))
        painter.setPen(self.drawing.theme.color("secondary"))
        hint = EMPTY_HINT.format("horizontal" if self.navigation.turned else "vertical")
        painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, hint)

    @property
    def is_exact(self) -> bool:
        """Whether all is drawn as it is, not moved or scaled from before."""
        return self.drawing.picture.is_exact and not self.drawing.motion.moving

    def _on_exact(self) -> None:
        if self.is_exact:
            self.exact_shown.emit()

    def show_running(self, running: bool) -> None:
        """A run or a step has begun or ended: its flow is seen in the network."""
        self.drawing.flow.show_running(running)
        self.editor.sizing.show_running(running)

    def toggle_flow(self) -> None:
        """Show the flow of runs and steps, or do not; the choice is remembered."""
        enabled = not self.drawing.flow.enabled
        self.drawing.flow.set_enabled(enabled)
        set_preference(FLOW, enabled)

    def turn(self) -> None:
        """Let the network run from bottom to top, or again from left to right."""
        upward = not self.document.project.upward
        name = "Bottom to top" if upward else "Left to right"
        self.editor.edit(name, lambda project: set_upward(project, upward))

    def show_row(self, row: int) -> None:
        """Show what the neurons answer, and what flows, for a row of the data, from 0."""
        self.drawing.show_row(row)
        self.hover.renew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.navigation.fitted:
            self.navigation.fit()
        self.minimap.follow()

    def say(self, words: str) -> None:
        """Tell those who cannot see the canvas what is selected or about to happen."""
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)

    def _on_size_waiting(self, sizes: dict[str, int]) -> None:
        words = show_sizes(self.drawing.ghost, self.places, sizes)
        self.say(words or selection_name(self.drawing.project, self.selection))

    # Selecting

    def select(self, selection: Selection) -> None:
        """Make this the selection."""
        changed = selection != self.selection
        if selection.layers != self.selection.layers:
            self.editor.sizing.begin_anew()
        self.selection = selection
        self.drawing.mark_selection(selection)
        if changed:
            self.say(selection_name(self.drawing.project, selection))
            tell_focus(self)
            self.selection_changed.emit(selection)

    def light(self, place: Place, text: str = "") -> None:
        """Light these parts of the network, with a word beside them; an empty Place: none."""
        drawing = self.drawing
        drawing.light.show_place(place, text, drawing.project.topology, self.places)

    def select_all(self) -> None:
        self.select(Selection(layers=frozenset(self.places)))

    # Editing

    def draw_layer(
        self,
        size: int,
        left: str | None,
        right: str | None,
        place: tuple[float, float] | None,
        keep: bool,
    ) -> None:
        """A new layer between two others, which is then selected."""
        new = self.editor.draw_layer(size, left, right, place, keep)
        if new is not None:
            self.picking.drawn = Selection(layers=frozenset({new}))
            self.select(self.picking.drawn)

    def delete_selected(self) -> None:
        """Remove what is selected."""
        self.editor.delete(self.selection)

    def tidy(self) -> None:
        """Put every layer back into its column, all of them in view."""
        self.editor.edit("Tidy up", tidy)
        self.navigation.fit()

    def toggle_pruned(self) -> None:
        """Show pruned connections, dotted, or do not."""
        self.drawing.show_pruned(not self.drawing.shows_pruned)
        self.pruned_shown.emit(self.drawing.shows_pruned)

    # Tools, mouse and keys

    @property
    def tool(self) -> Tool:
        """The tool in hand."""
        return self.hand.tool

    def set_tool(self, tool: Tool) -> None:
        """Take another tool."""
        self.hand.set_tool(tool)
        self.tool_changed.emit(tool)

    def escape(self) -> None:
        """Leave the gesture in hand; without one go out of what is selected, at last select nothing."""
        if self.hand.busy:
            self.hand.put_down()
        elif not self.editor.sizing.cancel() and not self.keys.walking.out():
            self.select(Selection())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press(event, double=False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._press(event, double=True)

    def _press(self, event: QMouseEvent, double: bool) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.hover.hide()
        self.editor.sizing.settle()
        self.hand.press(event, self.mapToScene(event.position().toPoint()), double)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.hand.busy:
            self.hand.move(event, self.mapToScene(event.position().toPoint()))
        else:
            self.hover.move(event.position().toPoint())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.hand.release(event, self.mapToScene(event.position().toPoint()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self.hover.leave()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = event.position().toPoint()
        resizing = bool(event.modifiers() & Modifier.ControlModifier)
        layer = self.drawing.layer_at(self.mapToScene(at)) if resizing else None
        if layer is not None:
            chosen = self.selection.layers
            layers = chosen if layer in chosen else frozenset({layer})
            self.editor.sizing.turn(event.angleDelta().y(), sorted(layers))
        else:
            self.navigation.zoom(1.0015 ** event.angleDelta().y(), at)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.open_menu()
        else:
            self.picking.under(self.mapToScene(event.pos()))
            CanvasMenu(self).popup(event.globalPos())

    def open_menu(self) -> None:
        """The menu of what is selected, in the middle of the view."""
        # It takes the release that would end a gesture.
        self.hand.put_down()
        if not any(menu.isVisible() for menu in self.findChildren(CanvasMenu)):
            middle = self.viewport().rect().center()
            CanvasMenu(self).popup(self.viewport().mapToGlobal(middle))

    def event(self, event: QEvent) -> bool:
        # Space is Play everywhere else; here a press may become a drag, so it waits for the release.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and not event.modifiers()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.hand.key_press(event) and not self.keys.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self.hand.key_release(event):
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # From layer to layer first; behind the last one the focus goes on.
        return self.keys.next_layer(1 if forward else -1) or super().focusNextPrevChild(forward)

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            # In a window that is gone nothing may be edited any more.
            self.editor.sizing.cancel()
        super().hideEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.hand.let_go()
        super().focusOutEvent(event)
