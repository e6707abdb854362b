"""How the app is used, on one page that scrolls."""

from __future__ import annotations

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
        self.text = QLabel(HELP)
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


HELP = (
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
    "explained: values forward, then deltas back.\n\n"
    "By keyboard: Tab goes from layer to layer, Enter to its neurons and on to their connections, "
    "Escape back. K goes to the links into a layer, and from a connection to its whole link; "
    "Shift+Enter takes the whole layer of a neuron. N draws a layer behind the one selected, Shift+N in "
    "front of it, with Alt the old link stays; L links, X cuts, Shift+X brings back, U unfolds. Arrows "
    "move layers and go from neuron to neuron and from link to link, with Shift they add to the "
    "selection; Home, End, Page Up and Page Down go on by many. F2 leads to the name, the bias or the "
    "weight of what is selected below the canvas, Escape back; Shift+F10 opens its menu. A neuron "
    "selected alone is shown in the output panel.\n\n"
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
