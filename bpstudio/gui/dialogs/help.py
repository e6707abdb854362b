"""How the app is used, on one page that scrolls."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from bpstudio.gui.panels.scroll import ColumnScroll
from bpstudio.gui.theme import GAP

WIDTH, HEIGHT = 620, 560
ROOM = 80
"""So much of the screen stays free around the page."""


class HelpDialog(QDialog):
    """The help: never higher than the screen, whatever its scale."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("helpDialog")
        self.setWindowTitle("How bpstudio works")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QLabel(help_page())
        self.text.setObjectName("helpText")
        self.text.setAccessibleName("Help")
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.area = ColumnScroll(self.text)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addWidget(self.area, 1)
        column.addWidget(buttons)
        room = self.screen().availableSize()
        self.resize(min(WIDTH, room.width() - ROOM), min(HEIGHT, room.height() - ROOM))
        self.area.setFocus()


USE = (
    "Space plays and pauses; S steps one update, E one epoch; R goes back to the starting weights. "
    "Beside the epochs is the speed of a run: slow enough to watch, or as fast as it can.\n\n"
    "Draw a vertical stroke on the canvas for a layer: its length is the number of neurons, a click is "
    "one. It splits the link it is drawn into; with Alt that stays. Drag from a layer's edge to another "
    "layer to link all of both, from a neuron for that one alone. Hold X and drag across connections to "
    "cut them, with Shift to bring pruned ones back; P shows those. Pull the handle under a layer, "
    "press + or −, turn the wheel with Ctrl, or type a number while it is selected to change its size; "
    "during a run that waits for Enter or a pause of the hand. Double-click a neuron or a "
    "connection to select it alone. Ctrl+C and Ctrl+V copy layers, also to another window; a text such "
    "as 4-8-3 can be pasted too. Everything can be undone. A layer of more than 20 neurons is a strip: "
    "a double click or U unfolds it. W shows or hides what flows during a run for the row that is "
    "explained: values forward, then deltas back."
)

CANVAS_KEYS = (
    ("Tab, Shift+Tab", "the next layer, the one before"),
    ("Enter", "into it: from a layer to its neurons, from these and from links to connections"),
    ("Escape", "out again; during a gesture, leaves it"),
    ("Shift+Enter", "the whole of it: a neuron's layer, a connection's link"),
    ("K, Shift+K", "the links into a layer, then the next link; from a connection its whole link"),
    ("Arrows", "move a layer; from neuron to neuron, connection or link; with Shift add to it"),
    ("Home, End, Page keys", "the first, the last, ten on or back"),
    ("N, Shift+N", "a new layer behind, in front; with Alt the link that it splits stays"),
    ("L", "link: arrows choose where to, Enter links"),
    ("+, −, a number", "the size of the layers selected"),
    ("X, Shift+X", "cut, bring back; P shows what is cut"),
    ("Delete", "removes what is selected"),
    ("F2", "to its name, bias or weight below the canvas; Escape leads back"),
    ("Shift+F10", "the menu of what is selected"),
    ("U", "unfolds a large layer, or folds it"),
    ("F, 1, Ctrl+arrows", "show all, actual size, move the view"),
    ("D, V, C", "the tools: draw, select, cut"),
)
"""Keys of the canvas, and what they do there."""

MORE = (
    "The wheel or Ctrl++ zooms, Space or the middle button drags the view, Ctrl with arrows moves it, F "
    "shows all of it, Ctrl+B turns it from bottom to top. Ctrl+H shows every step made so far, to go "
    "back to any.\n\n"
    "Select a connection or a neuron to see why its weight or bias changes: point at a number and the "
    "canvas lights where it comes from, click it or press Enter to go there, Alt+Left comes back. "
    "Ctrl+Shift+E walks one row through the network: Right and Left go on and back, Page Down to the "
    "next stage, Space plays; only the last step changes the weights. The Explain menu has lessons, "
    "worksheets, the gradient check and the derivation; a right click on a formula copies it.\n\n"
    "Drop a file or a folder with data on the window, or paste a table with Ctrl+V: a screen shows what "
    "was read and what becomes of each column; Enter accepts it. Ctrl+P opens a plane to paint on. "
    "Ctrl+E exports the weights together with the scaling, so that the outputs can be computed from the "
    "raw columns."
)


def help_page() -> str:
    """The page as rich text: how things are done, the keys of the canvas, and what else there is."""
    rows = "".join(
        f"<tr><td><b>{escape(keys)}</b></td><td>{escape(what)}</td></tr>"
        for keys, what in CANVAS_KEYS
    )
    keys = "<p>The canvas by keyboard; a neuron selected alone is shown in the output panel:</p>"
    return f"{_paragraphs(USE)}{keys}<table cellpadding='2'>{rows}</table>{_paragraphs(MORE)}"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n\n"))
