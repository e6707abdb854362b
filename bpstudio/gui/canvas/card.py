"""The card around the canvas: shape as text, tools, and what keeps the network from being trained."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup

from bpstudio.gui.canvas.inspector import Inspector
from bpstudio.gui.canvas.inspector_fields import Field, Page
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.document import Document
from bpstudio.gui.fit_row import FitRow
from bpstudio.gui.theme import ThemeHolder
from bpstudio.gui.widgets import Card, IconButton
from bpstudio.model.editing import set_shape
from bpstudio.model.project import Project

SHAPE_WIDTH = 170
TOOLS = {
    Tool.DRAW: ("pencil", "Draw layers and links", "D"),
    Tool.SELECT: ("select", "Select and move", "V"),
    Tool.ERASER: ("eraser", "Cut connections, with Shift restore them", "C, or hold X"),
}


class CanvasCard(Card):
    """The canvas under its header, above what is selected and what does not suit the data."""

    def __init__(self, document: Document, themes: ThemeHolder) -> None:
        super().__init__("", themes)
        self.setAccessibleName("Network")
        self.canvas = CanvasView(document, themes)
        self.shape_edit = Field(
            "topologyEdit",
            "Shape of the network",
            "Sizes of the layers from input to output, as 4-8-3: type others",
            SHAPE_WIDTH,
        )
        self.shape_edit.setPlaceholderText("4-8-3")
        self.shape_edit.setProperty("kind", "shape")
        self.shape_edit.setFixedWidth(SHAPE_WIDTH)
        self.shape_edit.entered.connect(self._on_shape)
        self.shape_edit.left.connect(self.canvas.setFocus)
        self.title_label.setVisible(False)
        self.header_layout.insertWidget(0, self.shape_edit)
        self._add_tools()
        self.inspector = Inspector(self.canvas.editor)
        self.body.setSpacing(4)
        self.body.addWidget(self.canvas, 1)
        self.body.addWidget(self.inspector)
        self.fit_row = FitRow(self.canvas.editor.edit, themes)
        self.body.addWidget(self.fit_row)
        self.canvas.tool_changed.connect(self._on_tool_changed)
        self.canvas.selection_changed.connect(self.inspector.show_selection)
        for field in self.inspector.findChildren(Field):
            field.left.connect(self.canvas.setFocus)
        for page in self.inspector.findChildren(Page):
            page.left.connect(self.canvas.setFocus)
        self.canvas.options_requested.connect(self.inspector.open_first)
        self.canvas.size_requested.connect(self.inspector.open_size)
        document.shown_changed.connect(self.inspector.show_project)

    def _add_tools(self) -> None:
        self._tools = QButtonGroup(self)
        self._buttons: dict[Tool, IconButton] = {}
        for k, (tool, (icon_name, name, keys)) in enumerate(TOOLS.items()):
            button = IconButton(icon_name, name, self.themes, keys)
            button.setObjectName(f"{tool}Tool")
            button.setCheckable(True)
            button.setChecked(tool is self.canvas.tool)
            self._tools.addButton(button, k)
            self._buttons[tool] = button
            self.header_layout.insertWidget(1 + k, button)
        self._tools.idClicked.connect(self._on_tool)

    def show_project(self, project: Project) -> None:
        """Show an edited project's shape, its size, and what keeps it from being trained."""
        topology = project.topology
        self.shape_edit.show_value(str(topology))
        count = topology.parameter_count
        self.set_aside(f"{topology.connection_count:,} weights · {count:,} parameters")
        self.fit_row.show_project(project)

    def _on_shape(self, text: str) -> None:
        self.canvas.editor.edit(f"Shape {text}", lambda project: set_shape(project, text))

    def _on_tool(self, k: int) -> None:
        self.canvas.set_tool(list(TOOLS)[k])

    def _on_tool_changed(self, tool: Tool) -> None:
        self._buttons[tool].setChecked(True)
